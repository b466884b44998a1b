//! Names of languages as transport streams carry them (ISO 639-2, three letters), from what playlists and MP4 say (BCP 47: `de`, `de-AT`, `deu`).

/// ISO 639-1 and 639-2/T of languages that have both and are broadcast. Others have three letters anyway, or are not told.
const NAMES: &[(&str, &[u8; 3])] = &[
    ("ar", b"ara"),
    ("az", b"aze"),
    ("be", b"bel"),
    ("bg", b"bul"),
    ("bn", b"ben"),
    ("bs", b"bos"),
    ("ca", b"cat"),
    ("cs", b"ces"),
    ("cy", b"cym"),
    ("da", b"dan"),
    ("de", b"deu"),
    ("el", b"ell"),
    ("en", b"eng"),
    ("es", b"spa"),
    ("et", b"est"),
    ("eu", b"eus"),
    ("fa", b"fas"),
    ("fi", b"fin"),
    ("fr", b"fra"),
    ("ga", b"gle"),
    ("gl", b"glg"),
    ("he", b"heb"),
    ("hi", b"hin"),
    ("hr", b"hrv"),
    ("hu", b"hun"),
    ("hy", b"hye"),
    ("id", b"ind"),
    ("is", b"isl"),
    ("it", b"ita"),
    ("ja", b"jpn"),
    ("ka", b"kat"),
    ("ko", b"kor"),
    ("ku", b"kur"),
    ("lb", b"ltz"),
    ("lt", b"lit"),
    ("lv", b"lav"),
    ("mk", b"mkd"),
    ("mt", b"mlt"),
    ("nb", b"nob"),
    ("nl", b"nld"),
    ("nn", b"nno"),
    ("no", b"nor"),
    ("pl", b"pol"),
    ("pt", b"por"),
    ("rm", b"roh"),
    ("ro", b"ron"),
    ("ru", b"rus"),
    ("sk", b"slk"),
    ("sl", b"slv"),
    ("sq", b"sqi"),
    ("sr", b"srp"),
    ("sv", b"swe"),
    ("ta", b"tam"),
    ("th", b"tha"),
    ("tr", b"tur"),
    ("uk", b"ukr"),
    ("ur", b"urd"),
    ("vi", b"vie"),
    ("zh", b"zho"),
];

/// The three letters of `tag`; none: it says nothing, or nothing that is known.
pub fn three_letters(tag: &str) -> Option<[u8; 3]> {
    let base = tag.split(['-', '_']).next()?.trim().to_ascii_lowercase();
    let code = match base.len() {
        2 => **NAMES.iter().find(|(short, _)| *short == base).map(|(_, code)| code)?,
        3 => base.as_bytes().try_into().ok()?,
        _ => return None,
    };
    let said = code.iter().all(u8::is_ascii_lowercase) && !matches!(&code, b"und" | b"mul" | b"zxx");
    said.then_some(code)
}

/// Codes of ISO 639-2/B, which Matroska has, and what the same languages are called otherwise.
const BIBLIOGRAPHIC: [(&[u8; 3], &[u8; 3]); 20] = [
    (b"alb", b"sqi"),
    (b"arm", b"hye"),
    (b"baq", b"eus"),
    (b"bur", b"mya"),
    (b"chi", b"zho"),
    (b"cze", b"ces"),
    (b"dut", b"nld"),
    (b"fre", b"fra"),
    (b"geo", b"kat"),
    (b"ger", b"deu"),
    (b"gre", b"ell"),
    (b"ice", b"isl"),
    (b"mac", b"mkd"),
    (b"mao", b"mri"),
    (b"may", b"msa"),
    (b"per", b"fas"),
    (b"rum", b"ron"),
    (b"slo", b"slk"),
    (b"tib", b"bod"),
    (b"wel", b"cym"),
];

/// The one code of a language that has two (ISO 639-2/T): `ger` is `deu`.
pub fn one_code(code: [u8; 3]) -> [u8; 3] {
    BIBLIOGRAPHIC.iter().find(|(other, _)| **other == code).map_or(code, |(_, code)| **code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_named_by_three_letters_however_they_are_written() {
        let cases = [("de-AT", Some(b"deu")), ("EN", Some(b"eng")), ("ger", Some(b"ger")), ("und", None)];
        for (tag, code) in cases {
            assert_eq!(three_letters(tag), code.copied(), "{tag}");
        }
        assert_eq!([*b"ger", *b"deu", *b"eng"].map(one_code), [*b"deu", *b"deu", *b"eng"]);
        assert!(["", "d", "xx", "12", "d1u", "deutsch", "ü"].iter().all(|tag| three_letters(tag).is_none()));
    }
}
