//! Where a name counts: season, episodes, parts, days, numbers over all seasons.

use super::dates;
use super::tokens::Tokens;
use super::words;

/// Episodes of one file at most: whole seasons are not one episode.
const MOST: u32 = 30;

/// What a name says by a mark, and where the mark stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// Its first byte.
    pub(super) start: usize,
    /// The byte behind it.
    pub(super) end: usize,
    pub(super) season: Option<u32>,
    pub(super) episode: Option<(u32, u32)>,
    pub(super) absolute: Option<u32>,
    pub(super) special: bool,
    pub(super) released: Option<String>,
    /// The season is said without an episode.
    pub(super) season_only: bool,
}

/// Tokens from one on to before another.
fn span(tokens: &Tokens<'_>, from: usize, to: usize) -> Mark {
    let start = tokens.get(from).map_or(0, |token| token.start);
    let end = tokens.get(to.saturating_sub(1)).map_or(start, |token| token.end);
    Mark { start, end, ..Mark::default() }
}

/// All that is counted in a name, strongest form first; of each form the first place.
pub(super) fn find(tokens: &Tokens<'_>) -> Option<Mark> {
    let forms: [fn(&Tokens<'_>, usize) -> Option<Mark>; 5] = [letters, crossed, in_words, day, special];
    forms.iter().find_map(|form| (0..tokens.len()).find_map(|at| form(tokens, at)))
}

/// `S02E05`, `s02.e05`, `S02E05E06`, `S02E05-07`, `S01xE02`, `S2024E10`.
fn letters(tokens: &Tokens<'_>, at: usize) -> Option<Mark> {
    if tokens.word(at) != Some("s") || tokens.glued(at) || !tokens.glued(at + 1) || tokens.digits(at + 1) > 4
    {
        return None;
    }
    let season = tokens.number(at + 1)?;
    let word = tokens.word(at + 2)?;
    let is_episode = matches!(word, "e" | "ep" | "xe" | "f") || words::is_episode(word);
    if !is_episode || !tokens.near(at + 2) || !(tokens.glued(at + 3) || tokens.near(at + 3)) {
        return None;
    }
    let first = episode_number(tokens, at + 3)?;
    let (last, end) = more(tokens, at + 4, first, Some(season));
    Some(Mark { season: Some(season), episode: Some((first, last)), ..span(tokens, at, end) })
}

/// A number of an episode: not so long that it is something else, and no number of lines (`1080p`).
fn episode_number(tokens: &Tokens<'_>, at: usize) -> Option<u32> {
    let lines = tokens.glued(at + 1) && matches!(tokens.word(at + 1), Some("p" | "i" | "bit" | "fps"));
    (tokens.digits(at) <= 5 && !lines).then(|| tokens.number(at)).flatten()
}

/// Further episodes of the same file behind the first: the last of them, and the token behind.
fn more(tokens: &Tokens<'_>, mut at: usize, first: u32, season: Option<u32>) -> (u32, usize) {
    let mut last = first;
    loop {
        let gap = tokens.gap(at).trim_matches([' ', '_']);
        let joined = matches!(gap, "" | "-" | "+" | "&" | "." | "–") && tokens.gap(at).len() <= 5;
        let (number, next) = match tokens.word(at) {
            Some("e" | "ep") if joined && tokens.glued(at + 1) => (tokens.number(at + 1), at + 2),
            Some("x") if matches!(gap, "" | "-") && tokens.glued(at + 1) && tokens.digits(at + 1) >= 2 => {
                (tokens.number(at + 1), at + 2)
            }
            Some("s") if joined && tokens.glued(at + 1) && tokens.number(at + 1) == season => {
                let is_episode = matches!(tokens.word(at + 2), Some("e" | "ep"));
                (tokens.number(at + 3).filter(|_| is_episode), at + 4)
            }
            // `S01E01 - 20 Jahre` tells of years: a range stands close.
            None if tokens.gap(at).len() == 1 && tokens.digits(at).abs_diff(2) <= 1 => {
                match tokens.word(at + 1) {
                    // `1x01-1x02`, `1x01_1x02`.
                    Some("x") if season.is_some() && tokens.number(at) == season && tokens.glued(at + 1) => {
                        (tokens.number(at + 2), at + 3)
                    }
                    _ if matches!(gap, "-" | "+" | "&") => (episode_number(tokens, at), at + 1),
                    _ => (None, at),
                }
            }
            _ => (None, at),
        };
        match number {
            Some(number) if number > last && number - first < MOST => {
                last = number;
                at = next;
            }
            _ => return (last, at),
        }
    }
}

/// `2x05`, `02x05-06`, `1x01x02`.
fn crossed(tokens: &Tokens<'_>, at: usize) -> Option<Mark> {
    let season = tokens.number(at).filter(|_| tokens.digits(at) <= 2 && !tokens.glued(at))?;
    let crossed = tokens.word(at + 1) == Some("x") && tokens.glued(at + 1) && tokens.glued(at + 2);
    if !crossed || !(2..=3).contains(&tokens.digits(at + 2)) {
        return None;
    }
    let first = episode_number(tokens, at + 2)?;
    let (last, end) = more(tokens, at + 3, first, Some(season));
    // A picture's size: `16x09` is none that anybody writes, `640x480` is longer.
    Some(Mark { season: Some(season), episode: Some((first, last)), ..span(tokens, at, end) })
}

/// `Staffel 2 Folge 5`, `2. Staffel, 5. Folge`, `Season 1 - Episode 2`, `Folge 12`, `E05`, `S02 - 05`, `Staffel 2`.
fn in_words(tokens: &Tokens<'_>, at: usize) -> Option<Mark> {
    if let Some((season, next)) = season(tokens, at) {
        if let Some((first, last, end)) = episode(tokens, next) {
            return Some(Mark {
                season: Some(season),
                episode: Some((first, last)),
                ..span(tokens, at, end)
            });
        }
        // `S2 - 05`, `2nd Season - 05`.
        if tokens.dashed(next) && tokens.digits(next) >= 2 && tokens.digits(next) <= 3 {
            let first = episode_number(tokens, next)?;
            let (last, end) = more(tokens, next + 1, first, None);
            let end = version(tokens, end);
            return Some(Mark {
                season: Some(season),
                episode: Some((first, last)),
                ..span(tokens, at, end)
            });
        }
        let alone = Mark { season: Some(season), season_only: true, ..span(tokens, at, next) };
        let later = (next..tokens.len()).find_map(|at| episode(tokens, at).map(|found| (at, found)));
        return Some(match later {
            Some((_, (first, last, end))) => Mark {
                season_only: false,
                episode: Some((first, last)),
                ..Mark { end: span(tokens, at, end).end, ..alone }
            },
            None => alone,
        });
    }
    let (first, last, end) = episode(tokens, at)?;
    // `Folge 5 (Staffel 2)`, `Folge 5 der 2. Staffel`, `Folge 5 - S02`.
    for next in end..end + 3 {
        if let Some((season, behind)) = season(tokens, next)
            && tokens.gap(end).len() <= 3
        {
            let whole = span(tokens, at, behind);
            return Some(Mark { season: Some(season), episode: Some((first, last)), ..whole });
        }
    }
    Some(Mark { episode: Some((first, last)), ..span(tokens, at, end) })
}

/// A season that begins at a token, and the token behind it.
fn season(tokens: &Tokens<'_>, at: usize) -> Option<(u32, usize)> {
    match tokens.word(at) {
        Some("s") if !tokens.glued(at) && tokens.glued(at + 1) => {
            let plain = (1..=4).contains(&tokens.digits(at + 1)) && !tokens.glued(at + 2);
            Some((tokens.number(at + 1).filter(|_| plain)?, at + 2))
        }
        Some(word) if words::is_season(word) && (tokens.near(at + 1) || tokens.glued(at + 1)) => {
            Some((tokens.number(at + 1).filter(|_| tokens.digits(at + 1) <= 4)?, at + 2))
        }
        None => {
            // `2. Staffel`, `2nd Season`.
            let number = tokens.number(at).filter(|_| tokens.digits(at) <= 2 && !tokens.glued(at))?;
            let ordinal =
                tokens.glued(at + 1) && matches!(tokens.word(at + 1), Some("st" | "nd" | "rd" | "th" | "te"));
            let word = if ordinal { at + 2 } else { at + 1 };
            let follows = ordinal || tokens.gap(at + 1).starts_with('.') || tokens.gap(at + 1) == "_";
            let named = tokens.word(word).is_some_and(words::is_season) && tokens.near(word);
            (follows && named && !tokens.near_number(word + 1)).then_some((number, word + 1))
        }
        _ => None,
    }
}

/// Episodes that begin at a token: the first, the last, and the token behind them.
fn episode(tokens: &Tokens<'_>, at: usize) -> Option<(u32, u32, usize)> {
    let number = |at: usize| episode_number(tokens, at).filter(|_| tokens.digits(at) > 0);
    let (first, end) = match tokens.word(at) {
        Some(word) if words::is_episode(word) && (tokens.near(at + 1) || tokens.glued(at + 1)) => {
            (number(at + 1)?, at + 2)
        }
        Some("e") if !tokens.glued(at) && tokens.glued(at + 1) && tokens.digits(at + 1) >= 2 => {
            (number(at + 1).filter(|_| !tokens.glued(at + 2))?, at + 2)
        }
        // As in Japanese.
        Some(word) if word.ends_with('第') && tokens.glued(at + 1) && tokens.glued(at + 2) => (
            number(at + 1).filter(|_| tokens.word(at + 2).is_some_and(|word| word.starts_with('話')))?,
            at + 3,
        ),
        // `5. Folge`.
        None if tokens.gap(at + 1).starts_with('.') && !tokens.glued(at) => {
            let named = tokens.word(at + 1).is_some_and(words::is_episode) && tokens.near(at + 1);
            (number(at).filter(|_| named && !tokens.near_number(at + 2))?, at + 2)
        }
        _ => return None,
    };
    let joined = tokens.word(end).filter(|word| matches!(*word, "und" | "and" | "bis"));
    if joined.is_some()
        && tokens.near(end)
        && let Some(last) = number(end + 1).filter(|last| *last > first && last - first < MOST)
    {
        return Some((first, last, end + 2));
    }
    let (last, end) = more(tokens, end, first, None);
    Some((first, last, version(tokens, end)))
}

/// Behind `v2`: the second try of a group.
fn version(tokens: &Tokens<'_>, at: usize) -> usize {
    let is = tokens.word(at) == Some("v")
        && tokens.glued(at)
        && tokens.glued(at + 1)
        && tokens.digits(at + 1) == 1;
    if is { at + 2 } else { at }
}

/// A day that begins at a token, with the time of day behind it.
pub(super) fn day(tokens: &Tokens<'_>, at: usize) -> Option<Mark> {
    let (released, end) = dates::at(tokens, at)?;
    Some(Mark { released: Some(released), ..span(tokens, at, dates::time_behind(tokens, end)) })
}

/// The number behind the show's own name, in its folder: `Bleach 054`, `Tatort 0412 - Titel`.
pub(super) fn behind(tokens: &Tokens<'_>, show: &str) -> Option<Mark> {
    let at = (1..tokens.len()).find(|at| {
        let end = tokens.get(at - 1).map_or(0, |token| token.end);
        crate::guide::fold(&tokens.name[..end]) == show
    })?;
    let first = tokens.number(at).filter(|_| (2..=4).contains(&tokens.digits(at)) && tokens.near(at))?;
    if dates::YEARS.contains(&first) && tokens.digits(at) == 4 {
        return None;
    }
    let (last, end) = more(tokens, at + 1, first, None);
    let closes = end == tokens.len() || tokens.dashed(end);
    let episode = (last > first).then_some((first, last));
    closes.then(|| Mark { absolute: Some(first), episode, ..span(tokens, at, end) })
}

/// `OVA 2`, `SP1`, `Special 3`.
fn special(tokens: &Tokens<'_>, at: usize) -> Option<Mark> {
    let named = tokens.word(at).is_some_and(words::is_special) && !tokens.glued(at);
    if !named || at == 0 || !(tokens.glued(at + 1) || tokens.near(at + 1)) || tokens.digits(at + 1) > 2 {
        return None;
    }
    let number =
        tokens.number(at + 1).filter(|_| !tokens.glued(at + 2) || tokens.word(at + 2) == Some("v"))?;
    let whole = span(tokens, at, version(tokens, at + 2));
    Some(Mark { season: Some(0), episode: Some((number, number)), special: true, ..whole })
}

/// A number over all seasons, as groups write it: `[Group] Show - 012v2 [1080p]`, `Show - 05-06`, `Show #12`, `Show 05 [`.
/// `known`: the name is of a group, so that a lone number at its end counts as well.
pub(super) fn absolute(tokens: &Tokens<'_>, known: bool) -> Option<Mark> {
    (1..tokens.len()).find_map(|at| {
        let digits = tokens.digits(at);
        if digits == 0 || digits > 4 || tokens.glued(at) {
            return None;
        }
        let first = tokens.number(at)?;
        let year = digits == 4 && dates::YEARS.contains(&first);
        let (last, end) = more(tokens, at + 1, first, None);
        let end = version(tokens, end);
        let gap = tokens.gap(end);
        let closes = end == tokens.len() || gap.trim_start_matches([' ', '_']).starts_with(['[', '(']);
        let titled = tokens.dashed(end);
        let counts = tokens.gap(at).trim_end().ends_with('#')
            || (tokens.dashed(at) && (closes || titled) && digits >= 2)
            || (known && closes && digits >= 2 && tokens.near(at));
        let counts = counts && !year && !tokens.glued(end);
        counts.then(|| {
            let episode = (last > first).then_some((first, last));
            Mark { absolute: Some(first), episode, ..span(tokens, at, end) }
        })
    })
}

/// A number at the beginning of a name in a season's folder: `05 - Title`, `05. Title`, `205 Title` in season 2.
/// `sure`: the folder is one of a season; else the number must look counted (`01 - Title`).
pub(super) fn leading(tokens: &Tokens<'_>, season: Option<u32>, sure: bool) -> Option<Mark> {
    let digits = tokens.digits(0);
    let first = tokens.number(0).filter(|_| (1..=4).contains(&digits))?;
    if !tokens.gap(0).is_empty() || tokens.glued(1) {
        return None;
    }
    let (last, end) = more(tokens, 1, first, None);
    let whole = span(tokens, 0, end);
    if let Some(season) = season.filter(|season| digits >= 3 && first / 100 == *season && *season > 0) {
        let number = first % 100;
        return Some(Mark { season: Some(season), episode: Some((number, number)), ..whole });
    }
    if digits > 3 {
        return None;
    }
    if sure {
        return Some(Mark { episode: Some((first, last)), ..whole });
    }
    let counted = tokens.dashed(1) || tokens.gap(1).starts_with(". ");
    let counted = counted && digits >= 2 && tokens.len() > 1;
    counted.then(|| Mark { absolute: Some(first), episode: (last > first).then_some((first, last)), ..whole })
}

/// Which part of a story it is, and where that stands: `Teil 2`, `Part II`, `(1/2)`, `(1)` at the end.
pub(super) fn part(tokens: &Tokens<'_>) -> Option<u32> {
    (0..tokens.len()).find_map(|at| {
        let follows = tokens.near(at + 1) || (tokens.glued(at + 1) && tokens.digits(at + 1) > 0);
        if tokens.word(at).is_some_and(words::is_part) && follows && !tokens.glued(at) {
            let number = tokens.number(at + 1).filter(|_| tokens.digits(at + 1) <= 2);
            return number
                .or_else(|| tokens.word(at + 1).and_then(words::small_number))
                .filter(|part| *part > 0);
        }
        let number = tokens.number(at).filter(|part| (1..=20).contains(part) && tokens.digits(at) <= 2)?;
        if !tokens.gap(at).ends_with('(') || at == 0 {
            return None;
        }
        // A file's name cannot hold `1/2`.
        let of = matches!(tokens.gap(at + 1), "/" | "_") || matches!(tokens.word(at + 1), Some("von" | "of"));
        let closes =
            tokens.gap(at + 1).starts_with(')') && (at + 1 == tokens.len() || tokens.gap(at + 1).len() > 1);
        let whole = if of {
            tokens.number(at + 1).or_else(|| tokens.number(at + 2)).is_some_and(|of| of >= number)
        } else {
            closes
        };
        whole.then_some(number)
    })
}

/// Of a film that lies in several files, which one this is, and where that is said: `-cd1`, `.part2`, ` disc 1` at the end.
pub(super) fn piece(tokens: &Tokens<'_>) -> Option<(u32, usize)> {
    let at = tokens.len().checked_sub(2)?;
    let word = tokens.word(at)?;
    let glued = tokens.glued(at + 1);
    let cut = words::is_piece(word) || (glued && matches!(word, "part" | "pt"));
    let plain =
        tokens.digits(at + 1) == 1 && tokens.gap(at + 2).chars().all(|c| matches!(c, ')' | ']' | ' '));
    let number = tokens.number(at + 1).filter(|number| cut && plain && at > 0 && *number > 0)?;
    Some((number, tokens.get(at)?.start))
}
