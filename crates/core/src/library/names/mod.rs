//! What a path says of a film, an episode or a clip: show, season, episode, day, title, year.
//!
//! The conventions are those of Jellyfin, Kodi, Plex and Sonarr, of groups that number anime over all seasons, of scene releases, of
//! German libraries and downloads from their broadcasters' sites (`Sendung-Titel_(S01_E02)`). `table.txt` holds 300 of them.
//!
//! - A folder says better what a show is called than a file; a file says better than a folder which season and episode it is.
//! - `Folge 12` without a season anywhere counts over all seasons; nobody guesses a season.
//! - What encoders and catalogues write into names is left out. A title never becomes empty: it is the name itself then.
//! - It takes time in proportion to the path, whatever it holds.

mod clean;
mod dates;
mod marks;
#[cfg(test)]
mod tests;
mod tokens;
mod words;

use super::Kind;
use crate::guide::fold;
use marks::Mark;
use tokens::Tokens;

/// Bytes of one component of a path that are read; file systems end at 255.
const COMPONENT_MOST: usize = 1_024;
/// Folders above a file that are looked at.
const FOLDERS_MOST: usize = 4;

/// Endings of files that are films, episodes or clips.
const ENDINGS: &[&str] = &[
    "3g2", "3gp", "amv", "asf", "avi", "divx", "dv", "f4v", "flv", "h264", "h265", "hevc", "m1v", "m2t",
    "m2ts", "m2v", "m4v", "mkv", "mov", "mp4", "mpe", "mpeg", "mpg", "mpv", "mts", "mxf", "ogm", "ogv", "qt",
    "rec", "rm", "rmvb", "tp", "trp", "ts", "vob", "webm", "wmv", "wtv",
];

/// Endings of files that are sound alone: music and radio plays.
const SOUNDS: &[&str] =
    &["aac", "aif", "aiff", "flac", "m4a", "m4b", "mka", "mp3", "oga", "ogg", "opus", "wav", "wma"];
/// Sounds that belong to a show's pages, and are nothing to air.
const THEMES: &[&str] = &["theme"];

/// What a path says. What it does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// What it seems to be.
    pub kind: Kind,
    /// Title; never empty.
    pub title: String,
    /// The show that it is of.
    pub show: Option<String>,
    /// Season; 0 for specials.
    pub season: Option<u32>,
    /// First and last episode in the file.
    pub episode: Option<(u32, u32)>,
    /// Number over all seasons.
    pub absolute: Option<u32>,
    /// Part of a story, from 1.
    pub part: Option<u32>,
    /// Day of the broadcast, `2024-05-01`.
    pub released: Option<String>,
    /// Year of the film, or of the show's beginning.
    pub year: Option<i32>,
}

/// Whether a file of that name is one that the library may hold: a film, or a sound where there are no films beside it.
pub fn is_media(name: &str) -> bool {
    is_film(name) || is_sound(name)
}

/// Whether a file of that name is a film, an episode or a clip.
pub fn is_film(name: &str) -> bool {
    ends_in(name, ENDINGS).is_some()
}

/// Whether a file of that name is sound alone, and not a show's theme.
pub fn is_sound(name: &str) -> bool {
    let stem = ends_in(name, SOUNDS);
    stem.is_some_and(|stem| !THEMES.iter().any(|theme| stem.eq_ignore_ascii_case(theme)))
}

/// What stands before one of these endings.
fn ends_in<'a>(name: &'a str, endings: &[&str]) -> Option<&'a str> {
    let (stem, ending) = name.rsplit_once('.')?;
    let is_so = !name.starts_with('.') && endings.iter().any(|known| ending.eq_ignore_ascii_case(known));
    is_so.then_some(stem).filter(|stem| !stem.is_empty())
}

/// Whether nothing below a folder of that name is of the library: hidden ones, bins, thumbnails, samples.
pub fn is_left_out(folder: &str) -> bool {
    const OUT: &[&str] = &[
        "$recycle.bin",
        "#recycle",
        "@eadir",
        "lost+found",
        "system volume information",
        "extrafanart",
        "extrathumbs",
        "sample",
        "samples",
        "@recycle",
        "proof",
        "metadata",
        "theme-music",
        "trickplay",
    ];
    folder.starts_with('.') || OUT.iter().any(|out| folder.eq_ignore_ascii_case(out))
}

/// The title of a file whose name has nothing to be seen.
const NAMELESS: &str = "?";

/// What the path of a file says; components by `/`, below a folder of the library.
pub fn read(path: &str) -> Named {
    let mut components = path.rsplit('/').filter(|part| !part.is_empty()).map(bounded);
    let file = components.next().unwrap_or_default();
    let stem = match file.rsplit_once('.') {
        Some((stem, _)) if is_media(file) => stem,
        _ => file,
    };
    let above: Vec<Folder> = components.take(FOLDERS_MOST).map(Folder::of).collect();
    let mut named = of_file(stem, &above);
    if named.title.is_empty() {
        named.title = if stem.trim().is_empty() { file.trim().to_owned() } else { clean::title(stem) };
    }
    if named.title.is_empty() {
        stem.trim().clone_into(&mut named.title);
    }
    // Nothing in it can be seen: it must still be found in a list.
    if named.title.is_empty() && !file.is_empty() {
        NAMELESS.clone_into(&mut named.title);
    }
    named
}

fn bounded(text: &str) -> &str {
    &text[..text.floor_char_boundary(COMPONENT_MOST)]
}

/// A folder above the file, innermost first.
#[derive(Clone, Debug, Default)]
struct Folder {
    /// As it is called.
    name: String,
    /// Its title without year and junk.
    title: String,
    year: Option<i32>,
    /// It is one of a season.
    season: Option<u32>,
    /// It holds many shows or films.
    is_shelf: bool,
    is_film_shelf: bool,
    is_clip_shelf: bool,
}

impl Folder {
    fn of(name: &str) -> Self {
        let folded = fold(name);
        let plain = clean::unbracketed(name);
        let mut out = Self {
            name: name.to_owned(),
            is_shelf: words::is_shelf(&folded),
            is_film_shelf: words::is_film_shelf(&folded),
            is_clip_shelf: words::is_clip_shelf(&folded),
            ..Self::default()
        };
        if words::is_specials(&folded) {
            out.season = Some(0);
            return out;
        }
        let tokens = Tokens::of(&plain);
        let mut rest = plain.as_str();
        if let Some(mark) = marks::find(&tokens).filter(|mark| mark.season_only) {
            out.season = mark.season;
            rest = &plain[..mark.start];
        } else if (1..=2).contains(&folded.len()) && folded.bytes().all(|byte| byte.is_ascii_digit()) {
            // A folder `1` or `02`: a season where a show is above it.
            out.season = folded.parse().ok();
            return out;
        }
        let dotted = !rest.contains(' ');
        let year = clean::year(rest, dotted);
        out.year = year.map(|(year, _, _)| year);
        let end = year.map_or(rest.len(), |(_, start, _)| start).min(clean::junk(rest));
        out.title = clean::title(&rest[..end]);
        out
    }
}

/// Whom the folders say that it is of: title and year of the show, and its season.
#[derive(Default)]
struct Above<'a> {
    show: Option<&'a Folder>,
    /// The folder of the show lies in one that holds shows: its name is the show's, whatever its files say.
    sure: bool,
    season: Option<u32>,
    in_season: bool,
}

fn look_up(above: &[Folder]) -> Above<'_> {
    let shown = |at: usize| above.get(at).filter(|folder| !folder.is_shelf && !folder.title.is_empty());
    let season = |at: usize| above.get(at).and_then(|folder| folder.season);
    let on_shelf = |at: usize| above.get(at + 1).is_some_and(|folder| folder.is_shelf);
    // `Show/Season 1/file`, `Show Season 1/file`.
    if let Some(number) = season(0) {
        let show = shown(1).or(shown(0));
        return Above { show, sure: true, season: Some(number), in_season: true };
    }
    // `Show/Season 1/folder of an episode/file`.
    if let (Some(number), Some(_)) = (season(1), shown(0)) {
        return Above { show: shown(2).or(shown(1)), sure: true, season: Some(number), in_season: false };
    }
    Above { show: shown(0), sure: on_shelf(0), season: None, in_season: false }
}

fn of_file(stem: &str, folders: &[Folder]) -> Named {
    let of_group = stem.trim_start().starts_with('[');
    let plain = clean::unbracketed(stem);
    let plain = plain.trim();
    let above = look_up(folders);
    if let Some(found) = clip(plain, folders).or_else(|| recorded(plain)) {
        return found;
    }
    let downloaded = clean::without_id(plain);
    let plain = downloaded.unwrap_or(plain);
    let tokens = Tokens::of(plain);
    let found = marks::find(&tokens);
    let mut mark = found.as_ref().filter(|mark| !mark.season_only).cloned();
    if mark.is_none() && above.in_season {
        mark = marks::leading(&tokens, above.season, true);
    }
    let in_films = folders.iter().any(|folder| folder.is_film_shelf);
    let has_year = clean::year(plain, !plain.contains(' ')).is_some();
    if mark.is_none() && !in_films && (!has_year || of_group) {
        let in_folder = || above.show.and_then(|show| marks::behind(&tokens, &fold(&show.title)));
        let first = || marks::leading(&tokens, None, false).filter(|_| above.show.is_some());
        mark = marks::absolute(&tokens, of_group).or_else(in_folder).or_else(first);
    }
    if let Some(mark) = mark {
        return of_show(plain, mark, found.as_ref(), &above);
    }
    if let Some((folder, rest)) = folders.split_first()
        && marks::find(&Tokens::of(&clean::unbracketed(&folder.name)))
            .is_some_and(|mark| mark.episode.is_some())
    {
        // `Show.S01E02.1080p-Group/abcd.mkv`.
        return of_file(&folder.name, rest);
    }
    if above.in_season {
        let title = clean::title(&plain[..clean::junk(plain)]);
        let part = marks::part(&tokens);
        return episode_of(Named { title, season: above.season, part, ..Named::default() }, &above, "");
    }
    let told =
        if in_films || has_year { None } else { of_folder(plain, &above).or_else(|| of_site(downloaded?)) };
    told.unwrap_or_else(|| film(plain, &tokens, folders, in_films))
}

/// `Show/Show - Title`: named after its folder.
fn of_folder(plain: &str, above: &Above<'_>) -> Option<Named> {
    let show = above.show.filter(|show| show.year.is_none())?;
    let spaced = plain.replace('_', " ");
    let (head, tail) = spaced
        .split_once(" - ")
        .or_else(|| spaced.split_once(" Teil ").map(|(head, _)| (head, &spaced[head.len()..])))?;
    let head = head.split_once(" (").map_or(head, |(head, _)| head);
    if fold(head) != fold(&show.title) {
        return None;
    }
    let title = clean::title(&tail[..clean::junk_behind(tail)]);
    let part = marks::part(&Tokens::of(plain));
    Some(episode_of(Named { title, part, ..Named::default() }, above, ""))
}

/// `Show-Title`, as a broadcaster's site names it.
fn of_site(plain: &str) -> Option<Named> {
    let (show, title) = plain.split_once('-')?;
    let (show, title) = (clean::title(show), clean::title(title));
    (!show.is_empty() && !title.is_empty()).then(|| {
        let part = marks::part(&Tokens::of(&title));
        Named { kind: Kind::Episode, show: Some(show), title, part, ..Named::default() }
    })
}

/// `20240501 2015 - Channel - Title`, as receivers name their recordings.
fn recorded(plain: &str) -> Option<Named> {
    let tokens = Tokens::of(plain);
    let mark = marks::day(&tokens, 0)
        .filter(|_| tokens.digits(0) == 8 && tokens.digits(1) == 4 && tokens.dashed(2))?;
    let (_, rest) = plain.split_once(" - ")?;
    let (_, title) = rest.split_once(" - ")?;
    Some(Named { title: clean::title(title), released: mark.released, ..Named::default() })
}

/// A trailer, a bumper or what comes with a film, by its folder or its ending.
fn clip(plain: &str, folders: &[Folder]) -> Option<Named> {
    let ending = plain.rsplit_once(['-', '.']).map(|(_, ending)| ending.to_lowercase());
    let by_name = ending.is_some_and(|ending| words::is_clip_ending(ending.trim()));
    let by_folder = folders.iter().take(2).any(|folder| folder.is_clip_shelf);
    (by_name || by_folder).then(|| {
        let year = clean::year(plain, !plain.contains(' ')).map(|(year, _, _)| year);
        Named {
            kind: Kind::Clip,
            title: clean::title(&plain[..clean::junk(plain)]),
            year,
            ..Named::default()
        }
    })
}

fn film(plain: &str, tokens: &Tokens<'_>, folders: &[Folder], in_films: bool) -> Named {
    let piece = marks::piece(tokens);
    let named = piece.map_or(plain, |(_, start)| &plain[..start]);
    let year = clean::year(named, !named.contains(' '));
    let end = year.map_or(named.len(), |(_, start, _)| start).min(clean::junk(named));
    let mut title = clean::title(&named[..end]);
    let own = folders.first().filter(|folder| folder.year.is_some() && !folder.is_shelf);
    let mut released = year.map(|(year, _, _)| year);
    // `Film (1999)/film.mkv`: the folder knows more.
    if released.is_none()
        && let Some(folder) = own
    {
        released = folder.year;
        if !folder.title.is_empty() {
            title.clone_from(&folder.title);
        }
    }
    let part = piece.map(|(part, _)| part).or_else(|| marks::part(tokens));
    let kind = if released.is_some() || in_films { Kind::Film } else { Kind::Other };
    Named { kind, title, year: released, part, ..Named::default() }
}

fn of_show(plain: &str, mark: Mark, found: Option<&Mark>, above: &Above<'_>) -> Named {
    let mut head = plain[..mark.start].trim();
    // `Show Staffel 2/Folge 5`: what says the season is no part of the show's name.
    if let Some(season) = found.filter(|found| found.season_only && found.end <= mark.start) {
        head = plain[..season.start].trim();
    }
    let mut tail = &plain[mark.end..];
    let mut released = mark.released.clone();
    // A day beside the number: `Show 2022-03-04 (S63E42)`, `Show_S42E07_19.03.08_20-15_zdf`.
    let in_tail = Tokens::of(tail);
    if let Some(day) = marks::day(&in_tail, 0).filter(|_| released.is_none() && in_tail.gap(0).len() <= 3) {
        released = day.released;
        tail = &tail[day.end..];
    }
    let in_head = Tokens::of(head);
    if let Some(day) =
        (1..in_head.len()).find_map(|at| marks::day(&in_head, at)).filter(|_| released.is_none())
    {
        released = day.released;
        head = head[..day.start].trim();
    }
    if plain.contains("_TVOON_") {
        tail = "";
    }
    let (absolute, tail) = counted_twice(tail, &mark);
    let mut title = clean::title(&tail[..clean::junk_behind(tail)]);
    let mut show_text = clean::without_lead(head).to_owned();
    if title.is_empty()
        && let Some((show, rest)) = divided(head, mark.released.is_some())
    {
        title = clean::title(clean::without_lead(&rest));
        show_text = show;
    }
    let season = mark.season.or(found.and_then(|found| found.season)).or(above.season);
    let year = clean::year(&show_text, !show_text.contains(' '));
    let end = year.map_or(show_text.len(), |(_, start, _)| start).min(clean::junk(&show_text));
    let show = clean::title(&show_text[..end]);
    let mut named = Named {
        title,
        season,
        episode: mark.episode,
        absolute: absolute.or(mark.absolute),
        released,
        year: year.map(|(year, _, _)| year),
        part: marks::part(&Tokens::of(tail)).or_else(|| marks::part(&Tokens::of(&show_text))),
        ..Named::default()
    };
    if let (None, Some((first, last))) = (named.season, named.episode) {
        // A count without a season goes over all of them.
        named.absolute = named.absolute.or(Some(first));
        named.episode = (last > first).then_some((first, last));
    } else if let (true, None, Some(number)) = (above.in_season, mark.season, mark.absolute) {
        // Within a season's folder it is the season's.
        named.episode = named.episode.or(Some((number, number)));
        named.absolute = None;
    }
    // Cameras name by the day, and what has a day and no show may be anything.
    let unnamed = show.is_empty() && above.show.is_none();
    let by_day = named.episode.is_none() && named.absolute.is_none();
    if by_day && (unnamed || words::is_camera(&show.to_lowercase())) {
        let title = if unnamed { named.title } else { clean::title(plain) };
        return Named { kind: Kind::Other, title, released: named.released, ..Named::default() };
    }
    episode_of(named, above, &show)
}

/// `S01E01 - 001 - Title`: the number over all seasons behind that of the season, and what is behind it.
fn counted_twice<'a>(tail: &'a str, mark: &Mark) -> (Option<u32>, &'a str) {
    let tokens = Tokens::of(tail);
    let counts = mark.season.is_some() && tokens.dashed(0) && tokens.dashed(1) && tokens.digits(0) >= 3;
    let end = tokens.get(0).filter(|_| counts && tokens.len() > 1).map(|token| token.end);
    end.map_or((None, tail), |end| (tokens.number(0), &tail[end..]))
}

/// Show and title where the mark stands behind both: `Show - Title (S01E02)`, `Show-Title_(S01_E02)`, `Show-Title-2024.05.07`.
fn divided(head: &str, by_day: bool) -> Option<(String, String)> {
    let spaced = head.replace('_', " ");
    if let Some((show, title)) = spaced.split_once(" - ") {
        return Some((show.to_owned(), title.to_owned()));
    }
    let of_site = !head.contains(' ') && (head.ends_with(['(', '[']) || (by_day && head.contains('_')));
    let (show, title) = spaced.split_once('-').filter(|_| of_site)?;
    Some((show.to_owned(), title.to_owned()))
}

/// `named` as an episode of the show that folders and name agree upon.
fn episode_of(mut named: Named, above: &Above<'_>, by_name: &str) -> Named {
    named.kind = Kind::Episode;
    let folder = above.show.filter(|folder| {
        by_name.is_empty() || above.sure || is_alike(&folder.title, by_name) || folder.year.is_some()
    });
    named.show = match folder {
        Some(folder) => {
            named.year = folder.year.or(named.year);
            Some(folder.title.clone())
        }
        None => Some(by_name.to_owned()).filter(|show| !show.is_empty()),
    };
    if named.title.is_empty() {
        named.title = numbered(&named);
    }
    named
}

/// One name holds the other's beginning.
fn is_alike(one: &str, other: &str) -> bool {
    let (one, other) = (fold(one), fold(other));
    one.starts_with(&other) || other.starts_with(&one)
}

/// A title for an episode that has none: its show and number.
fn numbered(named: &Named) -> String {
    let show = named.show.as_deref().unwrap_or_default();
    let count = match (named.season, named.episode, named.absolute, &named.released) {
        (Some(season), Some((first, last)), ..) if last > first => {
            format!("S{season:02}E{first:02}-{last:02}")
        }
        (Some(season), Some((first, _)), ..) => format!("S{season:02}E{first:02}"),
        (_, Some((first, last)), Some(_), _) => format!("#{first}-{last}"),
        (_, _, Some(number), _) => format!("#{number}"),
        (_, _, _, Some(day)) => day.clone(),
        _ => String::new(),
    };
    format!("{show} {count}").trim().to_owned()
}
