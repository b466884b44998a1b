//! Which items a query means.

use super::{Expression, Likeness, Number, Order, Query, Test, Time, Words};
use crate::guide::fold;
use crate::library::{HZ, Item, ItemId};

/// What a query asks besides the item itself.
pub struct Asked<'a> {
    /// Now, milliseconds since 1970.
    pub now_ms: i64,
    /// When an item was on air last, milliseconds since 1970; none: never.
    pub aired: &'a dyn Fn(ItemId) -> Option<i64>,
}

impl Asked<'_> {
    /// At that moment, with nothing known of what was on air.
    pub fn at(now_ms: i64) -> Self {
        Self { now_ms, aired: &|_| None }
    }
}

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").field("now_ms", &self.now_ms).finish_non_exhaustive()
    }
}

impl Query {
    /// The query made ready to be asked of many items: texts are folded once.
    pub fn ready(&self) -> Ready {
        Ready { any: self.any.as_ref().map(prepared) }
    }

    /// Whether it means `item`. For many items [`Query::ready`] is faster.
    pub fn means(&self, item: &Item, asked: &Asked<'_>) -> bool {
        self.ready().means(item, asked)
    }
}

/// A query that is ready to be asked.
#[derive(Clone, Debug)]
pub struct Ready {
    any: Option<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    All(Vec<Part>),
    Any(Vec<Part>),
    Not(Box<Part>),
    /// The words of a test, folded; between two of them anything may stand. Empty where the test has no text.
    Test(Test, Vec<String>),
}

fn prepared(expression: &Expression) -> Part {
    match expression {
        Expression::All(list) => Part::All(list.iter().map(prepared).collect()),
        Expression::Any(list) => Part::Any(list.iter().map(prepared).collect()),
        Expression::Not(inner) => Part::Not(Box::new(prepared(inner))),
        Expression::Test(test) => {
            let folded = match test {
                Test::Text(_, Likeness::Same, text) => text.split('*').map(fold).collect(),
                Test::Word(text) | Test::Text(_, Likeness::Within, text) => vec![fold(text)],
                _ => Vec::new(),
            };
            Part::Test(test.clone(), folded)
        }
    }
}

impl Ready {
    /// Whether it means `item`.
    pub fn means(&self, item: &Item, asked: &Asked<'_>) -> bool {
        self.any.as_ref().is_none_or(|any| holds(any, item, asked))
    }
}

fn holds(part: &Part, item: &Item, asked: &Asked<'_>) -> bool {
    match part {
        Part::All(list) => list.iter().all(|one| holds(one, item, asked)),
        Part::Any(list) => list.iter().any(|one| holds(one, item, asked)),
        Part::Not(inner) => !holds(inner, item, asked),
        Part::Test(test, folded) => tested(test, folded, item, asked),
    }
}

fn tested(test: &Test, folded: &[String], item: &Item, asked: &Asked<'_>) -> bool {
    let like = |text: &str, likeness: Likeness| match likeness {
        Likeness::Within => folded.first().is_some_and(|wanted| fold(text).contains(wanted.as_str())),
        Likeness::Same => is_like(&fold(text), folded),
    };
    match test {
        Test::Word(_) => {
            let mut texts = item.show.iter().chain([&item.title, &item.summary]);
            texts.any(|text| like(text, Likeness::Within))
        }
        Test::Text(words, likeness, _) => match words {
            Words::Show => item.show.as_deref().is_some_and(|show| like(show, *likeness)),
            Words::Title => like(&item.title, *likeness),
            Words::Summary => like(&item.summary, *likeness),
            Words::Genre => item.genres.iter().any(|genre| like(genre, *likeness)),
            Words::Tag => item.tags.iter().any(|tag| like(tag, *likeness)),
            Words::Folder => like(&item.folder, *likeness),
            Words::Path => like(&item.path, *likeness),
        },
        Test::Number(Number::Episode, order, value) => item.episode.is_some_and(|(first, last)| {
            // Of several in one file it is enough that one fits.
            let (first, last) = (i64::from(first), i64::from(last));
            match order {
                Order::Is => (first..=last).contains(value),
                Order::Less | Order::Most => ordered(*order, first, *value),
                Order::More | Order::Least => ordered(*order, last, *value),
            }
        }),
        Test::Number(number, order, value) => {
            counted(*number, item).is_some_and(|is| ordered(*order, is, *value))
        }
        Test::Time(Time::Length, Order::Is, seconds) => item.length / HZ == *seconds,
        Test::Time(time, order, seconds) => {
            let is_ms = match time {
                Time::Length => Some(item.length / (HZ / 1_000)).filter(|length| *length > 0),
                Time::Added => Some(asked.now_ms.saturating_sub(item.added_ms)),
                Time::Aired => (asked.aired)(item.id).map(|aired| asked.now_ms.saturating_sub(aired)),
            };
            is_ms.is_some_and(|is| ordered(*order, is, seconds.saturating_mul(1_000)))
        }
        Test::Day(order, day) => item.released.as_deref().is_some_and(|is| {
            // A year is compared with years, a day with days.
            let is = &is[..is.floor_char_boundary(day.len())];
            ordered(*order, is, day.as_str())
        }),
        Test::Kind(kind) => item.kind == *kind,
        Test::State(state) => item.state == *state,
        Test::Aired => (asked.aired)(item.id).is_some(),
    }
}

fn counted(number: Number, item: &Item) -> Option<i64> {
    match number {
        Number::Season => item.season.map(i64::from),
        Number::Episode => item.episode.map(|(first, _)| i64::from(first)),
        Number::Absolute => item.absolute.map(i64::from),
        Number::Part => item.part.map(i64::from),
        Number::Year => {
            let released =
                || item.released.as_deref().and_then(|day| day.get(..4)).and_then(|year| year.parse().ok());
            item.year.map(i64::from).or_else(released)
        }
        Number::Age => item.age.map(i64::from),
    }
}

fn ordered<T: PartialOrd>(order: Order, is: T, wanted: T) -> bool {
    match order {
        Order::Is => is == wanted,
        Order::Less => is < wanted,
        Order::Most => is <= wanted,
        Order::More => is > wanted,
        Order::Least => is >= wanted,
    }
}

/// `text` is the pieces in their order, with anything between them.
fn is_like(text: &str, pieces: &[String]) -> bool {
    let [first, middle @ .., last] = pieces else {
        return pieces.first().is_some_and(|only| only == text);
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for piece in middle {
        match rest.find(piece.as_str()) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}
