//! Which of the files beside a film tell of it: notes and pictures, as Kodi, Jellyfin and Plex name them.

/// Whether a file of that name is a note.
pub fn is_note(name: &str) -> bool {
    ending(name).eq_ignore_ascii_case("nfo")
}

/// Whether a file of that name is a picture.
pub fn is_picture(name: &str) -> bool {
    ["jpg", "jpeg", "png", "webp"].iter().any(|known| ending(name).eq_ignore_ascii_case(known))
}

fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// What belongs to one film is called like it, with one of these behind; without a film's name it is of all in its directory.
const KINDS: &[&str] =
    &["-poster", "-thumb", "-cover", "-landscape", "-fanart", "-banner", ".poster", ".thumb"];
/// Pictures of a directory, best first.
const GENERAL: &[&str] =
    &["poster", "folder", "cover", "movie", "show", "default", "thumb", "landscape", "fanart"];

/// Of which film a file tells (the stem of its name; empty: of all in the directory), and a number that is another one if it was changed.
/// Numbers of several are put together by `^`.
pub fn digest(name: &str, size: u64, changed_ms: i64) -> (String, u64) {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let lower = stem.to_lowercase();
    let general = GENERAL.contains(&lower.as_str()) || lower == "tvshow" || lower.starts_with("season");
    let kind =
        KINDS.iter().find(|kind| lower.ends_with(**kind) && stem.is_char_boundary(stem.len() - kind.len()));
    let of = match kind {
        _ if general => "",
        Some(kind) => &stem[..stem.len() - kind.len()],
        None => stem,
    };
    // FNV-1a: the same in every version and on every machine.
    let mut number = 0xcbf2_9ce4_8422_2325_u64;
    for byte in name.bytes().chain(size.to_le_bytes()).chain(changed_ms.to_le_bytes()) {
        number = (number ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    (of.to_owned(), number)
}

/// The picture of the film with that stem, of the names of pictures in its directory; `alone`: also one that is of all in it.
pub fn choose<'a>(stem: &str, names: &'a [String], alone: bool) -> Option<&'a str> {
    let is = |wanted: &str| {
        names.iter().find(|name| {
            let (own, _) = name.rsplit_once('.').unwrap_or((name, ""));
            own.eq_ignore_ascii_case(wanted)
        })
    };
    let own = ["-poster", "-cover", ".poster", "", "-thumb", ".thumb", "-landscape"];
    let own = own.iter().find_map(|kind| is(&format!("{stem}{kind}")));
    let general = || GENERAL.iter().find_map(|wanted| is(wanted)).filter(|_| alone);
    own.or_else(general).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_a_film_is_told_from_what_belongs_to_all() {
        for (name, of) in [
            ("Film (1999).nfo", "Film (1999)"),
            ("Film (1999)-poster.jpg", "Film (1999)"),
            ("Film (1999)-Thumb.JPG", "Film (1999)"),
            ("Film.jpg", "Film"),
            ("poster.jpg", ""),
            ("Folder.png", ""),
            ("tvshow.nfo", ""),
            ("season01-poster.jpg", ""),
        ] {
            assert_eq!(digest(name, 1, 1).0, of, "{name}");
        }
        let number = |name, size, changed| digest(name, size, changed).1;
        assert_ne!(number("a.nfo", 1, 1), number("a.nfo", 2, 1));
        assert_ne!(number("a.nfo", 1, 1), number("a.nfo", 1, 2));
        assert_eq!(number("a.nfo", 1, 1), number("a.nfo", 1, 1));
    }

    #[test]
    fn a_films_own_picture_comes_before_that_of_all() {
        let names = ["fanart.jpg", "poster.jpg", "A-thumb.jpg", "a-poster.png"].map(str::to_owned);
        assert_eq!(choose("A", &names, true), Some("a-poster.png"));
        assert_eq!(choose("B", &names, true), Some("poster.jpg"));
        assert_eq!(choose("B", &names, false), None);
        assert_eq!(choose("A", &names[..3], false), Some("A-thumb.jpg"));
    }
}
