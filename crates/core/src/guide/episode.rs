//! Season, episode and part, out of what sources write: XMLTV's `episode-num` first, and only where that says nothing the texts in German, English and
//! French, as broadcasters write them.
//!
//! A wrong number is worse than none: a bare number, a year, a fraction or a time of day counts for nothing, words that name a number count only where
//! nothing around them makes another sense of it, and where two places disagree the first one holds. All numbers count from 1; `S00` and `0` are nothing.
//! It takes time in proportion to the texts.

mod run;
#[cfg(test)]
mod tests;
mod tokens;
mod words;

use super::text::{any_word, plain};
use super::{Episode, Programme, Text};
use run::Place;
use tokens::{Kind, Token};

/// Season, episode and part of `programme`, by [`Programme::episode_numbers`], or else by its second lines, titles and descriptions, in this order.
pub fn find(programme: &Programme) -> Episode {
    let mut found = Episode::default();
    let numbers = &programme.episode_numbers;
    let named = |name: &str, system: &Option<Box<str>>| {
        system.as_deref().is_some_and(|system| system.trim().eq_ignore_ascii_case(name))
    };
    for number in numbers.iter().filter(|number| named("xmltv_ns", &number.system)) {
        found = join(found, dotted(&number.value).unwrap_or_else(|| onscreen(&number.value)));
    }
    // Numbers of catalogues (`dd_progid`, `thetvdb.com`) name an episode and do not count it.
    let read = |system: &Option<Box<str>>| {
        system.is_none() || ["onscreen", "common", "sxxexx"].iter().any(|name| named(name, system))
    };
    for number in numbers.iter().filter(|number| read(&number.system)) {
        found = join(found, onscreen(&number.value));
    }
    if found.is_unknown() { in_texts(programme) } else { found }
}

/// `first`, and what it does not say out of `second`, unless the two are about different episodes.
pub(super) fn join(first: Episode, second: Episode) -> Episode {
    if disagree(first, second) {
        return first;
    }
    let mut out = first;
    if second.season.is_some() {
        out.season = second.season;
        out.seasons = first.seasons.or(second.seasons);
    }
    if second.number.is_some() {
        out.number = second.number;
        out.of = first.of.or(second.of);
    }
    if second.part.is_some() {
        out.part = second.part;
        out.parts = first.parts.or(second.parts);
    }
    out
}

/// They are about different episodes.
pub(super) fn disagree(first: Episode, second: Episode) -> bool {
    fn differ<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
        a.is_some() && b.is_some() && a != b
    }
    differ(first.season, second.season)
        || differ(first.number, second.number)
        || differ(first.part, second.part)
}

/// XMLTV's own form: `season/seasons . episode/of . part/parts`, each counted from 0, each may be missing, spaces anywhere.
/// None: it is not that form.
fn dotted(value: &str) -> Option<Episode> {
    let value: String = value.chars().filter(|c| !c.is_whitespace()).take(64).collect();
    if !value.contains('.') || !value.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '/' | '-')) {
        return None;
    }
    let mut fields = value.split('.').map(|field| {
        let (number, total) = field.split_once('/').unwrap_or((field, ""));
        let number = number.parse::<u32>().ok().and_then(|number| number.checked_add(1));
        (number, total.parse::<u32>().ok().filter(|total| number.is_some_and(|number| *total >= number)))
    });
    let (season, number, part) = (
        fields.next().unwrap_or_default(),
        fields.next().unwrap_or_default(),
        fields.next().unwrap_or_default(),
    );
    let mut out = Episode { number: number.0, of: number.1, ..Episode::default() };
    out.season = season.0.and_then(|season| u16::try_from(season).ok());
    out.seasons = season.1.and_then(|seasons| u16::try_from(seasons).ok()).filter(|_| out.season.is_some());
    // `0/1` is how some say that there are no parts.
    if part.1 != Some(1) {
        out.part = part.0.and_then(|part| u16::try_from(part).ok());
        out.parts = part.1.and_then(|parts| u16::try_from(parts).ok()).filter(|_| out.part.is_some());
    }
    Some(out)
}

/// The form that people read: `S02E05`, `2x05`, `Staffel 2, Folge 5`, `(5/13)`.
fn onscreen(value: &str) -> Episode {
    let plain = plain(value);
    let tokens = tokens::tokens(&plain);
    let found = run::scan(&tokens, Place::Onscreen);
    if !found.is_unknown() {
        return found;
    }
    // A number and nothing else. From 100 on it may be a season and an episode in one.
    match tokens.iter().map(|token| token.kind).collect::<Vec<_>>()[..] {
        [Kind::Number(number, _)] | [Kind::Mark('#'), Kind::Number(number, _)]
            if (1..100).contains(&number) =>
        {
            Episode { number: Some(number), ..Episode::default() }
        }
        _ => Episode::default(),
    }
}

fn in_texts(programme: &Programme) -> Episode {
    let mut found = Episode::default();
    for (texts, place) in [
        (&programme.subtitles, Place::Subtitle),
        (&programme.titles, Place::Title),
        (&programme.descriptions, Place::Description),
    ] {
        for text in texts.iter().filter(|text| may_say(&text.text)) {
            let plain = plain(&text.text);
            found = join(found, run::scan(&tokens::tokens(&plain), place));
        }
    }
    if found.number.is_none() && found.part.is_none() {
        found = join(found, counted_title(programme));
    }
    found
}

/// It is worth a look: nothing can be found in `text` otherwise. Most texts of a guide are not, and to read each of them would cost more than all the rest.
fn may_say(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut numbered = false;
    for at in (0..bytes.len()).filter(|at| is_digit(*at)) {
        numbered = true;
        // `S2E5`, `2x05`, and whatever letter beyond ASCII may turn out to be one of these.
        let before = at.checked_sub(1).map(|before| bytes[before]);
        if before
            .is_some_and(|before| matches!(before | 0x20, b's' | b'e' | b'f' | b'x') || !before.is_ascii())
        {
            return true;
        }
    }
    (numbered && bytes.contains(&b'/')) || any_word(text, |word| words::may_count(word, numbered))
}

/// `Der Clan (2)`: a number at a title's end, which is a part or an episode only if another text says so.
fn counted_title(programme: &Programme) -> Episode {
    let counted = programme.titles.iter().filter(|title| title.text.trim_end().ends_with(')'));
    let number = counted.filter(|title| title.text.contains('(')).find_map(|title| {
        let plain = plain(&title.text);
        match tokens::tokens(&plain)[..] {
            [
                _,
                ..,
                Token { kind: Kind::Mark('('), .. },
                Token { kind: Kind::Number(number, _), .. },
                Token { kind: Kind::Mark(')'), .. },
            ] if number > 0 => Some(number),
            _ => None,
        }
    });
    let Some(number) = number else { return Episode::default() };
    let mut texts = programme.subtitles.iter().chain(&programme.descriptions);
    let says = |text: &Text| {
        let plain = plain(&text.text);
        run::agrees(&tokens::tokens(&plain), number)
    };
    texts.find_map(says).unwrap_or_default()
}
