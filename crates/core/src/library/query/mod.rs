//! The language in which a collection says what belongs to it: `show:"Dark" season:2 not aired added<30d`.
//!
//! ```text
//! query   = any                              ; nothing at all means everything
//! any     = all { "or" all }
//! all     = one { ["and"] one }              ; side by side means and
//! one     = "not" one | "(" any ")" | test
//! test    = field op value | word            ; a word is looked for in show, title and summary
//! op      = ":" | "=" | "~" | "<" | "<=" | ">" | ">="
//! value   = word | '"' text '"'              ; in quotes \" and \\ stand for " and \
//! ```
//!
//! - Texts are compared without case, diacritics and punctuation: `:` is the same, with `*` for anything; `~` is contained.
//! - `added`, `aired` and `length` are compared with lengths of time (`30d`, `1h30m`): `added<30d` is what was added within the last 30 days.
//! - A test of something that an item does not have is false, so `not` of it is true.
//! - Printing a query and parsing it gives the same query. Evaluation takes time in proportion to query and item.

mod parse;
mod print;
mod run;
#[cfg(test)]
mod tests;

pub use run::Asked;

/// Characters of a query at most.
pub const LENGTH_MOST: usize = 2_000;
/// Tests of a query at most.
pub const TESTS_MOST: usize = 200;
/// Parentheses and `not` within each other at most.
pub const DEPTH_MOST: usize = 32;

/// What belongs to a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What is asked for; none: everything.
    pub any: Option<Expression>,
}

/// A part of a query. What [`Query::parse`] gives is flat: no `All` within an `All`, no `Any` within an `Any`, and two parts at least in each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// All of them hold.
    All(Vec<Expression>),
    /// One of them holds.
    Any(Vec<Expression>),
    /// It does not hold.
    Not(Box<Expression>),
    /// A single test.
    Test(Test),
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Contained in show, title or summary.
    Word(String),
    /// A text of it.
    Text(Words, Likeness, String),
    /// A number of it.
    Number(Number, Order, i64),
    /// A length of time, seconds.
    Time(Time, Order, i64),
    /// A day, or the beginning of one: `2024`, `2024-05`, `2024-05-01`.
    Day(Order, String),
    /// Its kind.
    Kind(super::Kind),
    /// Its state.
    State(super::State),
    /// It was on air.
    Aired,
}

/// Texts of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// `show`.
    Show,
    /// `title`.
    Title,
    /// `summary`.
    Summary,
    /// `genre`.
    Genre,
    /// `tag`.
    Tag,
    /// `folder`, by its name.
    Folder,
    /// `path`.
    Path,
}

/// How texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// `:` or `=`: the same, with `*` for anything.
    Same,
    /// `~`: contained.
    Within,
}

/// Numbers of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// `season`.
    Season,
    /// `episode`; one of several in a file counts.
    Episode,
    /// `absolute`.
    Absolute,
    /// `part`.
    Part,
    /// `year`, or that of its release.
    Year,
    /// `age`.
    Age,
}

/// Lengths of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// `length`.
    Length,
    /// `added`: how long ago.
    Added,
    /// `aired`: how long ago the last time was.
    Aired,
}

/// How numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `:` or `=`.
    Is,
    /// `<`.
    Less,
    /// `<=`.
    Most,
    /// `>`.
    More,
    /// `>=`.
    Least,
}

/// Why a query is none, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Column {column}: {message}")]
pub struct Fault {
    /// Character of the query, from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Query {
    /// The query that `text` writes.
    ///
    /// # Errors
    /// What is wrong, with its column.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        parse::query(text)
    }
}

/// The fields with the name that a query calls them by.
const WORDS: &[(&str, Words)] = &[
    ("show", Words::Show),
    ("title", Words::Title),
    ("summary", Words::Summary),
    ("genre", Words::Genre),
    ("tag", Words::Tag),
    ("folder", Words::Folder),
    ("path", Words::Path),
];
const NUMBERS: &[(&str, Number)] = &[
    ("season", Number::Season),
    ("episode", Number::Episode),
    ("absolute", Number::Absolute),
    ("part", Number::Part),
    ("year", Number::Year),
    ("age", Number::Age),
];
const TIMES: &[(&str, Time)] = &[("length", Time::Length), ("added", Time::Added), ("aired", Time::Aired)];
const KINDS: &[(&str, super::Kind)] = &[
    ("film", super::Kind::Film),
    ("episode", super::Kind::Episode),
    ("clip", super::Kind::Clip),
    ("other", super::Kind::Other),
];
const STATES: &[(&str, super::State)] = &[
    ("present", super::State::Present),
    ("absent", super::State::Absent),
    ("unplayable", super::State::Unplayable),
];
const ORDERS: &[(&str, Order)] =
    &[(":", Order::Is), ("<", Order::Less), ("<=", Order::Most), (">", Order::More), (">=", Order::Least)];
/// Seconds of each unit, largest first.
const UNITS: &[(char, i64)] = &[('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// The other half of a table's row.
fn by_name<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// The name that a table has for it.
fn name_of<T: PartialEq>(table: &'static [(&'static str, T)], value: &T) -> &'static str {
    table.iter().find(|(_, known)| known == value).map_or("", |(name, _)| name)
}
