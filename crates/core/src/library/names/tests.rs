//! Names as they are met, and what always holds.

use super::*;
use proptest::prelude::*;

/// `path => kind "title" show (year) S01E02 #12 part 1 2024-05-01`, `#` begins a comment line.
const TABLE: &str = include_str!("table.txt");

fn told(path: &str) -> String {
    let named = read(path);
    let mut out = format!("{:?} \"{}\"", named.kind, named.title)
        .to_lowercase()
        .split_once(' ')
        .map_or_else(String::new, |(kind, _)| kind.to_owned());
    out += &format!(" \"{}\"", named.title);
    if let Some(show) = &named.show {
        out += &format!(" of \"{show}\"");
    }
    if let Some(year) = named.year {
        out += &format!(" ({year})");
    }
    if let Some(season) = named.season {
        out += &format!(" S{season}");
    }
    if let Some((first, last)) = named.episode {
        out += &if last > first { format!(" E{first}-{last}") } else { format!(" E{first}") };
    }
    if let Some(absolute) = named.absolute {
        out += &format!(" #{absolute}");
    }
    if let Some(part) = named.part {
        out += &format!(" part {part}");
    }
    if let Some(day) = &named.released {
        out += &format!(" on {day}");
    }
    out
}

#[test]
fn three_hundred_names_say_what_they_say() {
    let rows: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let mut wrong = Vec::new();
    for row in &rows {
        let (path, expected) = row.split_once(" => ").unwrap_or((row, ""));
        let is = told(path);
        if is != expected {
            wrong.push(format!("{path} => {is}"));
        }
    }
    assert!(rows.len() >= 300, "{}", rows.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn files_of_the_library_are_told_from_others() {
    for (name, is) in [
        ("a.mkv", true),
        ("A.MP4", true),
        ("a.b.ts", true),
        (".mkv", false),
        (".hidden.mkv", false),
        ("a.nfo", false),
        ("mkv", false),
        ("a.srt", false),
        ("a.mkv.part", false),
        ("01 - Song.mp3", true),
        ("Radio play.FLAC", true),
        ("theme.mp3", false),
        (".mp3", false),
    ] {
        assert_eq!(is_media(name), is, "{name}");
    }
    for (folder, is) in [
        ("Sample", true),
        (".Trash", true),
        ("@eaDir", true),
        ("theme-music", true),
        ("Season 1", false),
        ("Extras", false),
    ] {
        assert_eq!(is_left_out(folder), is, "{folder}");
    }
}

proptest! {
    /// Whatever a file system may hold is read, and something has a title.
    #[test]
    fn any_path_is_read_and_has_a_title(path in "\\PC{0,80}|([sSeExX0-9 ._()\\[\\]-]{0,40}/){0,4}[sSeExX0-9 ._()\\[\\]-]{1,40}\\.mkv") {
        let named = read(&path);
        prop_assert!(!named.title.is_empty() || path.split('/').all(|part| part.trim().is_empty() || is_media(part)), "{path:?}");
        if let Some((first, last)) = named.episode {
            prop_assert!(first <= last);
        }
    }

    /// What was put together by the usual conventions is found again.
    #[test]
    fn what_a_name_was_made_of_is_found_again(season in 0u32..40, first in 1u32..300, more in 0u32..4, form in 0usize..4) {
        let last = first + more;
        let mark = match (form, more) {
            (0, 0) => format!("S{season:02}E{first:02}"),
            (0, _) => format!("S{season:02}E{first:02}-E{last:02}"),
            (1, 0) => format!("{season}x{first:02}"),
            (1, _) => format!("{season}x{first:02}-{last:02}"),
            (2, 0) => format!("Staffel {season} Folge {first}"),
            (2, _) => format!("Staffel {season} Folge {first}-{last}"),
            (_, 0) => format!("(S{season:02}_E{first:02})"),
            _ => format!("s{season:02}e{first:02}e{last:02}"),
        };
        let named = read(&format!("Serien/Eine Reihe/Eine Reihe - {mark}.mkv"));
        prop_assert_eq!(named.season, Some(season), "{}", &mark);
        prop_assert_eq!(named.episode, Some((first, last)), "{}", &mark);
        prop_assert_eq!(named.show.as_deref(), Some("Eine Reihe"));
    }
}
