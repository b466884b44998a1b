//! Days in names.

use super::tokens::Tokens;

/// Years that a name may mean: from the first films on, and not so far that a title of the future counts.
pub(super) const YEARS: std::ops::RangeInclusive<u32> = 1888..=2039;

/// A day that begins at a token, and the token behind it: `2024-05-01`, `20240501`, `01.05.2024`, `24.05.01_20-15`.
pub(super) fn at(tokens: &Tokens<'_>, at: usize) -> Option<(String, usize)> {
    if tokens.glued(at) {
        return None;
    }
    let apart = |next: usize| {
        let gap = tokens.gap(next);
        matches!(gap, "-" | "." | "_" | " " | "/").then_some(gap)
    };
    let day = |year: u32, month: u32, day: u32| {
        let is_day = YEARS.contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
        is_day.then(|| format!("{year:04}-{month:02}-{day:02}"))
    };
    if tokens.digits(at) == 8 && !tokens.glued(at + 1) {
        let whole = tokens.number(at)?;
        return Some((day(whole / 10_000, whole / 100 % 100, whole % 100)?, at + 1));
    }
    if let Some(month) = tokens.word(at + 1).and_then(month) {
        // `7. Mai 2024`.
        let close = tokens.gap(at + 1).starts_with('.') && tokens.near(at + 1) && tokens.near(at + 2);
        let plain = close && tokens.digits(at) <= 2 && tokens.digits(at + 2) == 4;
        return Some((day(tokens.number(at + 2).filter(|_| plain)?, month, tokens.number(at)?)?, at + 3));
    }
    let (first, second) = (apart(at + 1)?, apart(at + 2)?);
    if first != second || tokens.glued(at + 3) {
        return None;
    }
    let (one, two, three) = (tokens.number(at)?, tokens.number(at + 1)?, tokens.number(at + 2)?);
    match (tokens.digits(at), tokens.digits(at + 1), tokens.digits(at + 2)) {
        (4, 2, 2) => Some((day(one, two, three)?, at + 3)),
        (1 | 2, 1 | 2, 4) => Some((day(three, two, one)?, at + 3)),
        // As OnlineTVRecorder names them: the time of day must follow.
        (2, 2, 2) if first == "." && apart(at + 3) == Some("_") && apart(at + 4) == Some("-") => {
            (tokens.number(at + 3)? < 24 && tokens.number(at + 4)? < 60)
                .then(|| day(2000 + one, two, three))?
                .map(|day| (day, at + 5))
        }
        _ => None,
    }
}

/// Behind the time of day that may follow a day: `20.15`, `20-15`, `201500`.
pub(super) fn time_behind(tokens: &Tokens<'_>, at: usize) -> usize {
    let near = matches!(tokens.gap(at), "." | "_" | " " | "-") && !tokens.glued(at + 1);
    match (tokens.digits(at), tokens.digits(at + 1)) {
        (2, 2) if near && matches!(tokens.gap(at + 1), "." | "-" | ":") && !tokens.glued(at + 2) => {
            let is_time = tokens.number(at) < Some(24) && tokens.number(at + 1) < Some(60);
            if is_time { at + 2 } else { at }
        }
        (6, _) if near && tokens.number(at) < Some(240_000) => at + 1,
        _ => at,
    }
}

fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "januar",
        "februar",
        "märz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
    ];
    MONTHS.iter().position(|month| *month == word).map(|at| at as u32 + 1)
}
