//! Runs of units (`Staffel 2` · `Folge 5` · `(1/2)`) in a text, and whether what stands around a run lets it count.

use super::super::Episode;
use super::tokens::{Kind, Token};
use super::words::{self, Counted};

/// Where a text comes from: the freer it is, the more must be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A number that somebody meant as one.
    Onscreen,
    /// A second line.
    Subtitle,
    /// A title.
    Title,
    /// A text.
    Description,
}

/// Beyond these a number in a text counts something else.
const MOST_SEASONS: u32 = 99;
const MOST_EPISODES: u32 = 19_999;
const MOST_PARTS: u32 = 20;
/// So many marks and small words may stand between two units of a run.
const WIDEST_GAP: usize = 4;

/// How a unit is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form<'a> {
    /// With a word: `Folge 5`, `2. Staffel`.
    Word(&'a str),
    /// `S2`, `E5`.
    Short,
    /// `2x05`, and whether the episode has a zero in front.
    Cross(bool),
    /// `5/13`.
    Fraction,
}

/// A unit, and the token after it.
struct Unit<'a> {
    found: Episode,
    form: Form<'a>,
    next: usize,
}

/// Units that belong together: tokens from `start` to before `next`, the first one's form.
struct Run<'a> {
    found: Episode,
    form: Form<'a>,
    start: usize,
    next: usize,
}

/// What `tokens` say, those runs that `place` lets count.
pub(super) fn scan(tokens: &[Token<'_>], place: Place) -> Episode {
    let mut found = Episode::default();
    let mut at = 0;
    while at < tokens.len() {
        let Some(run) = run_at(tokens, at, place) else {
            at += 1;
            continue;
        };
        at = run.next;
        if counts(tokens, &run, place) {
            found = super::join(found, run.found);
        }
    }
    found
}

/// What else `tokens` say of the `number` at a title's end: it is a part, or an episode. Here a running text may say it: `im zweiten Teil`.
pub(super) fn agrees(tokens: &[Token<'_>], number: u32) -> Option<Episode> {
    (0..tokens.len()).find_map(|at| {
        let named = unit_at(tokens, at, Place::Description, false).filter(|unit| {
            let Episode { number: episode, part, .. } = unit.found;
            unit.form != Form::Fraction && (episode == Some(number) || part.map(u32::from) == Some(number))
        });
        let named = named.map(|unit| Episode { season: None, seasons: None, ..unit.found });
        named.or_else(|| {
            let parts = parts_told(&tokens[at..], number).filter(|parts| number <= *parts)?;
            let part = u16::try_from(number).ok().filter(|part| u32::from(*part) <= MOST_PARTS)?;
            Some(Episode { part: Some(part), parts: u16::try_from(parts).ok(), ..Episode::default() })
        })
    })
}

/// Of how many parts `tokens` begin to tell: `dreiteilig`, `two-part`, `4-teilig`; `u32::MAX`: of `number`, and perhaps more: `zweiten Teil`.
fn parts_told(tokens: &[Token<'_>], number: u32) -> Option<u32> {
    let part = |at: usize| match tokens.get(at)?.kind {
        Kind::Word(word) => Some(()).filter(|()| word.starts_with("teil") || word.starts_with("part")),
        _ => None,
    };
    let dashed = || if tokens.get(1)?.kind == Kind::Mark('-') { part(2) } else { None };
    match tokens.first()?.kind {
        Kind::Word(word) => {
            let ordinal = words::ordinal(word).filter(|(ordinal, _)| *ordinal == number);
            let spoken = ordinal.and_then(|_| part(1)).map(|()| u32::MAX);
            spoken
                .or_else(|| words::parted(word))
                .or_else(|| words::cardinal(word).filter(|_| dashed().is_some()))
        }
        Kind::Number(parts, _) => dashed().map(|()| parts),
        _ => None,
    }
}

fn run_at<'a>(tokens: &[Token<'a>], start: usize, place: Place) -> Option<Run<'a>> {
    let first = unit_at(tokens, start, place, false)?;
    let mut run = Run { found: first.found, form: first.form, start, next: first.next };
    loop {
        let mut at = run.next;
        while at < tokens.len() && at - run.next < WIDEST_GAP && is_gap(tokens[at].kind) {
            at += 1;
        }
        let after_season = run.found.season.is_some() && run.found.number.is_none();
        let Some(unit) = unit_at(tokens, at, place, after_season) else { return Some(run) };
        if unit.form == Form::Fraction {
            let (number, of) = (unit.found.number, unit.found.of);
            match run.found.number {
                None if after_season => (run.found.number, run.found.of) = (number, of),
                Some(_) if run.found.number == number && run.found.of.is_none() => run.found.of = of,
                Some(_) if of == Some(2) && run.found.part.is_none() => set_part(&mut run.found, number, of),
                _ => return Some(run),
            }
        } else {
            // A second number of the same kind: `S01E01E02` is known by its first; of others nobody knows which one is meant.
            if super::disagree(run.found, unit.found) && unit.form != Form::Short {
                return Some(Run { found: Episode::default(), next: unit.next, ..run });
            }
            run.found = super::join(run.found, unit.found);
        }
        run.next = unit.next;
    }
}

fn is_gap(kind: Kind<'_>) -> bool {
    match kind {
        Kind::Mark(mark) => matches!(
            mark,
            ',' | ';' | ':' | '-' | '–' | '—' | '/' | '|' | '.' | '(' | ')' | '[' | ']' | '·' | '•' | '_'
        ),
        Kind::Word(word) => words::is_between(word),
        Kind::Line => true,
        Kind::Number(..) | Kind::Figure => false,
    }
}

fn unit_at<'a>(tokens: &[Token<'a>], at: usize, place: Place, after_season: bool) -> Option<Unit<'a>> {
    match tokens.get(at)?.kind {
        Kind::Word(word) => {
            if let Some(counted) = words::counted(word) {
                return worded(tokens, at, word, counted);
            }
            short(tokens, at, word, place, after_season).or_else(|| {
                let (number, alone) = words::ordinal(word)?;
                let Kind::Word(key) = tokens.get(at + 1)?.kind else { return None };
                let part = alone && words::counted(key) == Some(Counted::Part);
                part.then(|| unit(tokens, Counted::Part, key, number, at + 2))?
            })
        }
        Kind::Number(number, _) => cross(tokens, at, place)
            .or_else(|| ordinal(tokens, at, number))
            .or_else(|| fraction(tokens, at, number)),
        Kind::Figure | Kind::Mark(_) | Kind::Line => None,
    }
}

/// `Folge 5`, `Ep. 5`, `Episode n° 5`, `Part two`.
fn worded<'a>(tokens: &[Token<'a>], at: usize, word: &'a str, counted: Counted) -> Option<Unit<'a>> {
    let is = |at: usize, mark: char| tokens.get(at).is_some_and(|token| token.kind == Kind::Mark(mark));
    let mut next = at + 1;
    next += usize::from(matches!(word, "ep" | "epis" | "pt") && is(next, '.'));
    next += usize::from(is(next, ':'));
    if let Some(Token { kind: Kind::Word("nr" | "no" | "n"), .. }) = tokens.get(next) {
        next += 1;
        next += usize::from(is(next, '.') || is(next, '°'));
    }
    next += usize::from(is(next, '#'));
    let number = match tokens.get(next)?.kind {
        Kind::Number(number, _) if !glued_word(tokens, next + 1) => number,
        Kind::Word(name) if counted == Counted::Part => words::cardinal(name)?,
        _ => return None,
    };
    unit(tokens, counted, word, number, next + 1)
}

/// `S2`, which an episode must follow, `E5` and `F5`, which must follow a season; alone only where nothing but a number is meant.
fn short<'a>(
    tokens: &[Token<'a>],
    at: usize,
    word: &str,
    place: Place,
    after_season: bool,
) -> Option<Unit<'a>> {
    let onscreen = place == Place::Onscreen;
    let Token { kind: Kind::Number(number, digits), glued } = *tokens.get(at + 1)? else { return None };
    if !glued && !onscreen {
        return None;
    }
    let mut found = Episode::default();
    match word {
        "s" if digits <= 2 && number > 0 => found.season = u16::try_from(number).ok(),
        "e" | "f" if (after_season || (onscreen && at == 0)) && (1..=MOST_EPISODES).contains(&number) => {
            found.number = Some(number);
            let (of, next) = total(tokens, at + 2, number)?;
            found.of = of;
            return Some(Unit { found, form: Form::Short, next });
        }
        _ => return None,
    }
    Some(Unit { found, form: Form::Short, next: at + 2 })
}

/// `2x05`; `2x5` only where nothing but a number is meant.
fn cross<'a>(tokens: &[Token<'a>], at: usize, place: Place) -> Option<Unit<'a>> {
    let [season, x, number] = tokens.get(at..at + 3)? else { return None };
    let (Kind::Number(season, 1..=2), Kind::Word("x"), Kind::Number(number, digits @ 1..=3)) =
        (season.kind, x.kind, number.kind)
    else {
        return None;
    };
    let alone = x.glued && tokens[at + 2].glued && !glued_word(tokens, at + 3);
    if !alone || season == 0 || number == 0 || (digits == 1 && place != Place::Onscreen) {
        return None;
    }
    let found = Episode { season: u16::try_from(season).ok(), number: Some(number), ..Episode::default() };
    let padded = number < 10u32.pow(digits as u32 - 1);
    Some(Unit { found, form: Form::Cross(padded), next: at + 3 })
}

/// `5. Folge`, `2e saison`.
fn ordinal<'a>(tokens: &[Token<'a>], at: usize, number: u32) -> Option<Unit<'a>> {
    let [ending, key] = tokens.get(at + 1..at + 3)? else { return None };
    let ends = match ending.kind {
        Kind::Mark('.') => true,
        Kind::Word(word) => words::is_ordinal_ending(word),
        _ => false,
    };
    let Kind::Word(word) = key.kind else { return None };
    // `5. Ep` is the end of a sentence, and a short name is no ordinal's.
    if !ends || !ending.glued || word.len() < 4 {
        return None;
    }
    unit(tokens, words::counted(word)?, word, number, at + 3)
}

/// `5/13`. Dates and what else has more than two numbers are none, nor are those two that mean a day and always.
fn fraction<'a>(tokens: &[Token<'a>], at: usize, number: u32) -> Option<Unit<'a>> {
    let before = at.checked_sub(1).map(|before| tokens[before].kind);
    if tokens[at].glued && !matches!(before, Some(Kind::Mark('(' | '['))) {
        return None;
    }
    let (Some(of), next) = total(tokens, at + 1, number)? else { return None };
    let Kind::Mark('/') = tokens[at + 1].kind else { return None };
    if of < 2 || (number, of) == (9, 11) || (1900..2100).contains(&number) {
        return None;
    }
    let found =
        Episode { number: Some(number).filter(|number| *number > 0), of: Some(of), ..Episode::default() };
    found.number.map(|_| Unit { found, form: Form::Fraction, next })
}

/// A unit with the word `key`, whose number ends before the token at `next`.
fn unit<'a>(
    tokens: &[Token<'a>],
    counted: Counted,
    key: &'a str,
    number: u32,
    next: usize,
) -> Option<Unit<'a>> {
    let most = match counted {
        Counted::Season => MOST_SEASONS,
        Counted::Number => MOST_EPISODES,
        Counted::Part => MOST_PARTS,
    };
    let year = key != "folge" && (1900..2100).contains(&number);
    if number == 0 || number > most || year {
        return None;
    }
    let mut found = Episode::default();
    let mut end = next;
    match counted {
        Counted::Season => {
            // `Saison 18/19` is two years, `Staffel 2/5` may be anything.
            if matches!(tokens.get(next..next + 2), Some([slash, total]) if slash.kind == Kind::Mark('/')
                && matches!(total.kind, Kind::Number(..)))
            {
                return None;
            }
            found.season = u16::try_from(number).ok();
        }
        Counted::Number => {
            found.number = Some(number);
            (found.of, end) = total(tokens, next, number)?;
        }
        Counted::Part => {
            let (parts, after) = total(tokens, next, number)?;
            set_part(&mut found, Some(number), parts);
            end = after;
        }
    }
    Some(Unit { found, form: Form::Word(key), next: end })
}

fn set_part(found: &mut Episode, part: Option<u32>, parts: Option<u32>) {
    found.part = part.and_then(|part| u16::try_from(part).ok());
    found.parts = parts.and_then(|parts| u16::try_from(parts).ok());
}

/// The total behind `number`, `/13` or `von 13`, and the token after it. None: there is one that cannot be.
fn total(tokens: &[Token<'_>], at: usize, number: u32) -> Option<(Option<u32>, usize)> {
    let nothing = Some((None, at));
    let slash = match tokens.get(at).map(|token| token.kind) {
        Some(Kind::Mark('/')) => true,
        Some(Kind::Word(word)) if words::is_of(word) => false,
        _ => return nothing,
    };
    let of = match tokens.get(at + 1).map(|token| token.kind) {
        Some(Kind::Number(of, _)) => of,
        Some(Kind::Word(word)) if !slash && words::cardinal(word).is_some() => words::cardinal(word)?,
        _ => return nothing,
    };
    let another = tokens.get(at + 2).is_some_and(|token| token.kind == Kind::Mark('/') && token.glued);
    let fits = number <= of && of <= MOST_EPISODES && !another && !glued_word(tokens, at + 2);
    fits.then_some((Some(of), at + 2))
}

fn glued_word(tokens: &[Token<'_>], at: usize) -> bool {
    matches!(tokens.get(at), Some(Token { kind: Kind::Word(_), glued: true }))
}

/// What stands around a run lets it count.
fn counts(tokens: &[Token<'_>], run: &Run<'_>, place: Place) -> bool {
    let found = run.found;
    if found.is_unknown() {
        return false;
    }
    if place == Place::Onscreen {
        return true;
    }
    let around = Around::of(tokens, run);
    let coded = matches!(run.form, Form::Short | Form::Cross(_));
    if around.forbidden || (around.ranged && !coded) {
        return false;
    }
    match run.form {
        Form::Short => found.number.is_some(),
        // `2x45` is the length of a match.
        Form::Cross(padded) => {
            let whole = around.first && around.last && !around.bracketed && place == Place::Subtitle;
            (padded && (around.bracketed || around.last)) || (around.first && around.announces) || whole
        }
        Form::Fraction => !is_round(&tokens[run.next..]) && fraction_counts(&around, place),
        Form::Word(_) if found.season.is_some() && found.number.is_some() => true,
        Form::Word(word) => around.ends && word_counts(&around, run, word, place),
    }
}

/// `1/8 - Finale`: a round of a cup.
fn is_round(behind: &[Token<'_>]) -> bool {
    behind
        .iter()
        .take(WIDEST_GAP)
        .any(|token| matches!(token.kind, Kind::Word(word) if word.starts_with("final")))
}

fn fraction_counts(around: &Around, place: Place) -> bool {
    let at_an_end = around.bracketed && (around.first || around.last);
    match place {
        Place::Onscreen => true,
        Place::Title => at_an_end,
        Place::Subtitle => at_an_end || (around.first && (around.last || around.announces)),
        Place::Description => at_an_end || (around.first && around.announces),
    }
}

/// A unit alone, behind which nothing goes on that would give it another sense.
fn word_counts(around: &Around, run: &Run<'_>, word: &str, place: Place) -> bool {
    let whole = around.first && around.last;
    let season_alone = run.found.season.is_some();
    match place {
        Place::Title | Place::Subtitle if season_alone && words::is_loose_season(word) => {
            whole || around.bracketed
        }
        // `Star Wars: Episode 4` is the name of a film.
        Place::Title if run.found.number.is_some() => {
            word == "folge" || run.found.of.is_some() || around.bracketed
        }
        Place::Onscreen | Place::Title | Place::Subtitle => true,
        Place::Description => {
            let sentence = around.sentence && run.found.number.is_some();
            around.first || around.bracketed || around.line || sentence
        }
    }
}

/// What stands around a run.
struct Around {
    /// A word or a mark before it takes its sense.
    forbidden: bool,
    /// The text begins with it, or with a bracket around it.
    first: bool,
    /// The text ends with it, or with a bracket around it.
    last: bool,
    /// Nothing else is in its brackets.
    bracketed: bool,
    /// Nothing else is in its line, which is not the first.
    line: bool,
    /// It is a sentence, or begins one and has a total.
    sentence: bool,
    /// A mark or nothing is behind it.
    ends: bool,
    /// A mark is behind it that leads to a text: `5/13: …`.
    announces: bool,
    /// Another number is behind it, so that it is several.
    ranged: bool,
}

impl Around {
    fn of(tokens: &[Token<'_>], run: &Run<'_>) -> Self {
        let before = run.start.checked_sub(1).map(|before| tokens[before].kind);
        let glued = tokens[run.start].glued;
        let after = tokens.get(run.next).copied();
        let kind = after.map(|token| token.kind);
        let opened = matches!(before, Some(Kind::Mark('(' | '[')));
        let closed = matches!(kind, Some(Kind::Mark(')' | ']')));
        let bracketed = opened && closed;
        let forbidden = match before {
            Some(Kind::Word(word)) => glued || words::forbids(word),
            Some(Kind::Number(..) | Kind::Figure) => glued,
            Some(Kind::Mark(mark)) => {
                glued && matches!(mark, '/' | '.' | ',' | '-' | '+' | '*' | '#' | '$' | '€')
            }
            Some(Kind::Line) | None => false,
        };
        let new_line = matches!(kind, None | Some(Kind::Line));
        let ends = match after {
            None | Some(Token { kind: Kind::Line, .. }) => true,
            Some(Token { kind: Kind::Mark(mark), glued }) => {
                let joins = glued && matches!(mark, '\'' | '’' | '"' | '-');
                !joins && !matches!(mark, '%' | '€' | '$' | '°' | '+' | '*' | '=')
            }
            Some(_) => false,
        };
        // `Folge: 5. Mai`.
        let date = matches!(tokens.get(run.next..run.next + 2), Some([stop, month])
            if stop.kind == Kind::Mark('.') && matches!(month.kind, Kind::Word(word) if words::is_month(word)));
        let announces = match after {
            Some(Token { kind: Kind::Mark('-'), glued }) => !glued,
            _ => matches!(kind, Some(Kind::Mark('.' | ':' | '–' | '—'))),
        };
        let full_stop = new_line || matches!(kind, Some(Kind::Mark('.')));
        Self {
            forbidden,
            first: run.start == 0 || (opened && run.start == 1),
            last: after.is_none() || (closed && run.next + 1 == tokens.len()),
            bracketed,
            line: before == Some(Kind::Line) && new_line,
            sentence: matches!(before, Some(Kind::Mark('.' | '!' | '?')))
                && (full_stop || run.found.of.is_some()),
            ends: ends && !date,
            announces,
            ranged: is_ranged(tokens, run.next),
        }
    }
}

/// Behind `at`: `-6`, `und 6`, `, 6`.
fn is_ranged(tokens: &[Token<'_>], at: usize) -> bool {
    let joined = match tokens.get(at).map(|token| token.kind) {
        Some(Kind::Mark(mark)) => matches!(mark, '-' | '–' | '—' | '&' | '+' | '/' | '~' | ','),
        Some(Kind::Word(word)) => words::joins_numbers(word),
        _ => false,
    };
    joined && tokens.get(at + 1).is_some_and(|token| matches!(token.kind, Kind::Number(..) | Kind::Figure))
}
