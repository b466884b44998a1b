//! Subtitles of a film: which of those that are in it and beside it are taken, and what they are for.
//!
//! Only text is taken. What is left out is told with its reason, for people; nothing here makes a film unplayable.

use std::collections::HashSet;

/// Texts of one film at most.
pub const TEXTS: usize = 16;

/// Subtitles in a file, as ffprobe tells of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// Number of the stream.
    pub number: u32,
    /// Codec, as ffmpeg names it.
    pub codec: String,
    /// Language, as the file says it.
    pub language: Option<String>,
    /// What the file calls it.
    pub title: String,
    /// It is for everybody who hears the same language.
    pub forced: bool,
    /// It is for those who do not hear.
    pub impaired: bool,
}

/// In which form ffmpeg gives a stream out: as it is, or as SubRip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// SubRip, as it is.
    Srt,
    /// Advanced SubStation Alpha, as it is.
    Ass,
    /// WebVTT, as it is.
    Vtt,
    /// Another text, made SubRip.
    Made,
}

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Out of the film: number of the stream.
    Stream(u32, Form),
    /// A file in the film's directory: its name.
    Beside(String),
}

/// A text that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// From where.
    pub source: Source,
    /// Language, as it is said.
    pub language: Option<String>,
    /// It is for everybody who hears the same language.
    pub forced: bool,
    /// It is for those who do not hear.
    pub impaired: bool,
}

/// What is not taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// What it is called.
    pub what: String,
    /// Why.
    pub why: String,
}

/// What is taken of a film called `stem` (without its ending): of its `streams`, and of the files whose `names` are in its directory. What lies beside comes first: somebody
/// has put it there.
pub fn choose(stem: &str, streams: &[Stream], names: &[String]) -> (Vec<Wanted>, Vec<LeftOut>) {
    let mut names: Vec<&String> = names.iter().collect();
    names.sort();
    let (mut all, mut left_out) = (Vec::new(), Vec::new());
    all.extend(names.into_iter().filter_map(|name| beside(stem, name)));
    for stream in streams {
        match form(&stream.codec) {
            Ok(form) => all.push(inside(stream, form)),
            Err(why) => {
                left_out.push(LeftOut { what: format!("stream {} ({})", stream.number, stream.codec), why });
            }
        }
    }
    let mut seen = HashSet::new();
    all.retain(|wanted| {
        let is_new = seen.insert((wanted.language.clone(), wanted.forced, wanted.impaired));
        let why = match (is_new, seen.len() > TEXTS) {
            (true, false) => return true,
            (true, true) => format!("there are more than {TEXTS}"),
            (false, _) => "there is another one of its language and purpose".to_owned(),
        };
        left_out.push(LeftOut { what: what(&wanted.source), why });
        false
    });
    (all, left_out)
}

/// What a text is called, for people.
pub fn what(source: &Source) -> String {
    match source {
        Source::Stream(number, _) => format!("stream {number}"),
        Source::Beside(name) => name.clone(),
    }
}

/// Whether subtitles of that codec are pictures.
pub fn is_picture(codec: &str) -> bool {
    matches!(codec, "hdmv_pgs_subtitle" | "dvd_subtitle" | "dvb_subtitle" | "xsub")
}

fn form(codec: &str) -> Result<Form, String> {
    match codec {
        "subrip" | "srt" | "text" => Ok(Form::Srt),
        "ass" | "ssa" => Ok(Form::Ass),
        "webvtt" => Ok(Form::Vtt),
        "mov_text" => Ok(Form::Made),
        codec if is_picture(codec) => Err("it is made of pictures, and only text is shown".into()),
        _ => Err("it is of a kind that is not read".into()),
    }
}

fn inside(stream: &Stream, form: Form) -> Wanted {
    let title = stream.title.to_lowercase();
    let says = |word: &str| title.split(|one: char| !one.is_alphanumeric()).any(|known| known == word);
    let impaired = stream.impaired || says("sdh") || says("cc");
    Wanted {
        source: Source::Stream(stream.number, form),
        language: stream.language.clone().filter(|language| language != "und"),
        forced: stream.forced || says("forced"),
        impaired,
    }
}

/// What a file beside a film says by its name; none: it is no subtitles, or another film's.
fn beside(stem: &str, name: &str) -> Option<Wanted> {
    let (own, ending) = name.rsplit_once('.')?;
    if !["srt", "vtt", "ass", "ssa"].iter().any(|known| ending.eq_ignore_ascii_case(known)) {
        return None;
    }
    let marks = own.strip_prefix(stem)?;
    if !marks.is_empty() && !marks.starts_with('.') {
        return None;
    }
    let mut wanted =
        Wanted { source: Source::Beside(name.to_owned()), language: None, forced: false, impaired: false };
    let mut is_hindi = false;
    for mark in marks.split('.').map(str::to_lowercase) {
        match mark.as_str() {
            "forced" | "foreign" => wanted.forced = true,
            "sdh" | "cc" => wanted.impaired = true,
            // "hearing impaired" beside another language, and a language alone.
            "hi" => is_hindi = true,
            mark if is_language(mark) && wanted.language.is_none() => wanted.language = Some(mark.to_owned()),
            _ => {}
        }
    }
    if is_hindi && wanted.language.is_some() {
        wanted.impaired = true;
    } else if is_hindi {
        wanted.language = Some("hi".into());
    }
    Some(wanted)
}

/// A code of a language, perhaps with a country behind (`de`, `deu`, `pt-br`).
fn is_language(mark: &str) -> bool {
    let (code, country) = mark.split_once(['-', '_']).unwrap_or((mark, ""));
    (2..=3).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_lowercase())
        && country.len() <= 4
        && country.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_say_language_and_purpose() {
        let cases = [
            ("Film.de.srt", Some((Some("de"), false, false))),
            ("Film.srt", Some((None, false, false))),
            ("Film.forced.en.srt", Some((Some("en"), true, false))),
            ("Film.eng.SDH.ass", Some((Some("eng"), false, true))),
            ("Film.pt-BR.vtt", Some((Some("pt-br"), false, false))),
            ("Film.en.hi.srt", Some((Some("en"), false, true))),
            ("Film.hi.srt", Some((Some("hi"), false, false))),
            ("Film.Directors Cut.de.srt", Some((Some("de"), false, false))),
            ("Film 2.de.srt", None),
            ("Film.de.sub", None),
            ("Film.nfo", None),
        ];
        for (name, expected) in cases {
            let found = beside("Film", name);
            let found = found.as_ref().map(|found| (found.language.as_deref(), found.forced, found.impaired));
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn one_of_each_is_taken_and_pictures_are_left_out() {
        let stream = |number, codec: &str, language: &str, title: &str| Stream {
            number,
            codec: codec.into(),
            language: Some(language.into()),
            title: title.into(),
            ..Stream::default()
        };
        let streams = [
            stream(2, "hdmv_pgs_subtitle", "deu", ""),
            stream(3, "subrip", "eng", "English"),
            stream(4, "ass", "eng", "English (SDH)"),
            stream(5, "mov_text", "eng", "Commentary"),
            stream(6, "webvtt", "und", "Forced"),
            stream(7, "eia_608", "eng", ""),
        ];
        let (wanted, left_out) = choose("Film", &streams, &["Film.de.srt".into(), "Other.de.srt".into()]);
        let taken: Vec<_> = wanted
            .iter()
            .map(|one| (what(&one.source), one.language.as_deref(), one.forced, one.impaired))
            .collect();
        assert_eq!(
            taken,
            [
                ("Film.de.srt".into(), Some("de"), false, false),
                ("stream 3".into(), Some("eng"), false, false),
                ("stream 4".into(), Some("eng"), false, true),
                ("stream 6".into(), None, true, false),
            ]
        );
        let left: Vec<_> = left_out.iter().map(|left| left.what.as_str()).collect();
        assert_eq!(left, ["stream 2 (hdmv_pgs_subtitle)", "stream 7 (eia_608)", "stream 5"]);
    }

    #[test]
    fn there_are_not_more_than_are_shown() {
        let names: Vec<String> = ('a'..='z').map(|letter| format!("F.x{letter}.srt")).collect();
        let (wanted, left_out) = choose("F", &[], &names);
        assert_eq!((wanted.len(), left_out.len()), (TEXTS, 26 - TEXTS));
    }
}
