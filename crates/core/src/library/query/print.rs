//! From a query to text that parses to the same.

use super::{
    Expression, KINDS, Likeness, NUMBERS, ORDERS, Query, STATES, TIMES, Test, UNITS, WORDS, name_of,
};
use std::fmt;

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.any.as_ref().map_or(Ok(()), |any| any.fmt(f))
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any(list) => joined(f, list, " or "),
            Self::All(list) => joined(f, list, " "),
            Self::Not(inner) => {
                f.write_str("not ")?;
                grouped(f, inner)
            }
            Self::Test(test) => test.fmt(f),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, list: &[Expression], between: &str) -> fmt::Result {
    for (at, one) in list.iter().enumerate() {
        f.write_str(if at > 0 { between } else { "" })?;
        // `and` binds stronger than `or`: parentheses are needed the other way alone.
        match one {
            Expression::All(_) if between == " or " => write!(f, "{one}")?,
            one => grouped(f, one)?,
        }
    }
    Ok(())
}

fn grouped(f: &mut fmt::Formatter<'_>, one: &Expression) -> fmt::Result {
    match one {
        Expression::Any(_) | Expression::All(_) => write!(f, "({one})"),
        one => write!(f, "{one}"),
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(&quoted(word, true)),
            Self::Text(words, likeness, value) => {
                let sign = if *likeness == Likeness::Same { ":" } else { "~" };
                write!(f, "{}{sign}{}", name_of(WORDS, words), quoted(value, false))
            }
            Self::Number(number, order, value) => {
                write!(f, "{}{}{value}", name_of(NUMBERS, number), name_of(ORDERS, order))
            }
            Self::Time(time, order, seconds) => {
                write!(f, "{}{}{}", name_of(TIMES, time), name_of(ORDERS, order), length(*seconds))
            }
            Self::Day(order, day) => write!(f, "released{}{day}", name_of(ORDERS, order)),
            Self::Kind(kind) => write!(f, "kind:{}", name_of(KINDS, kind)),
            Self::State(state) => write!(f, "is:{}", name_of(STATES, state)),
            Self::Aired => f.write_str("aired"),
        }
    }
}

/// A value as it must be written: in quotes unless it is a plain word.
fn quoted(text: &str, alone: bool) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '*' | '/');
    let means_more = ["or", "and", "not", "aired", "present", "absent", "unplayable"];
    let is_word = alone && means_more.iter().any(|word| text.eq_ignore_ascii_case(word));
    if !text.is_empty() && text.chars().all(plain) && !is_word {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn length(seconds: i64) -> String {
    let mut rest = seconds;
    let mut out = String::new();
    for (unit, of) in UNITS {
        // Thirty days are thirty days, not four weeks and two days.
        if *unit == 'w' && rest % of != 0 {
            continue;
        }
        if rest >= *of {
            out += &format!("{}{unit}", rest / of);
            rest %= of;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}
