//! From text to a query.

use super::{
    DEPTH_MOST, Expression, Fault, KINDS, LENGTH_MOST, Likeness, NUMBERS, ORDERS, Order, Query, STATES,
    TESTS_MOST, TIMES, Test, Time, UNITS, WORDS, by_name,
};

/// A piece of a query, with the column where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Open,
    Close,
    /// `:`, `~`, `<=` and the like.
    Sign(&'static str),
    /// A word as it stands, or what was in quotes.
    Word {
        text: String,
        quoted: bool,
    },
}

struct Pieces {
    list: Vec<(usize, Piece)>,
    at: usize,
    /// The column behind the last one.
    end: usize,
    tests: usize,
}

fn fault<T>(column: usize, message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { column, message: message.into() })
}

pub(super) fn query(text: &str) -> Result<Query, Fault> {
    let mut pieces = Pieces { list: cut(text)?, at: 0, end: text.chars().count() + 1, tests: 0 };
    if pieces.list.is_empty() {
        return Ok(Query { any: None });
    }
    let any = pieces.any(0)?;
    match pieces.list.get(pieces.at) {
        None => Ok(Query { any: Some(any) }),
        Some((column, Piece::Close)) => fault(*column, "this ) closes nothing."),
        Some((column, _)) => fault(*column, "this does not belong here."),
    }
}

fn cut(text: &str) -> Result<Vec<(usize, Piece)>, Fault> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > LENGTH_MOST {
        return fault(LENGTH_MOST + 1, format!("a query has {LENGTH_MOST} characters at most."));
    }
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        let column = at + 1;
        let sign = ["<=", ">=", "<", ">", ":", "=", "~"]
            .into_iter()
            .find(|sign| sign.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c)));
        match (c, sign) {
            (c, _) if c.is_whitespace() => at += 1,
            ('(', _) => {
                out.push((column, Piece::Open));
                at += 1;
            }
            (')', _) => {
                out.push((column, Piece::Close));
                at += 1;
            }
            (_, Some(sign)) => {
                out.push((column, Piece::Sign(if sign == "=" { ":" } else { sign })));
                at += sign.len();
            }
            ('"', _) => {
                let (text, behind) = quoted(&chars, at)?;
                out.push((column, Piece::Word { text, quoted: true }));
                at = behind;
            }
            _ => {
                let ends = |c: &char| c.is_whitespace() || "()<>:=~\"".contains(*c);
                let end = chars[at..].iter().position(ends).map_or(chars.len(), |end| at + end);
                out.push((column, Piece::Word { text: chars[at..end].iter().collect(), quoted: false }));
                at = end;
            }
        }
    }
    Ok(out)
}

/// What stands in quotes from `at` on, and what is behind them.
fn quoted(chars: &[char], at: usize) -> Result<(String, usize), Fault> {
    let mut text = String::new();
    let mut next = at + 1;
    loop {
        match (chars.get(next), chars.get(next + 1)) {
            (None, _) => return fault(at + 1, "this quotation mark is never closed."),
            (Some('"'), _) => return Ok((text, next + 1)),
            (Some('\\'), Some(c @ ('"' | '\\'))) => {
                text.push(*c);
                next += 2;
            }
            (Some(c), _) => {
                text.push(*c);
                next += 1;
            }
        }
    }
}

impl Pieces {
    fn peek(&self) -> Option<&Piece> {
        self.list.get(self.at).map(|(_, piece)| piece)
    }

    fn column(&self) -> usize {
        self.list.get(self.at).map_or(self.end, |(column, _)| *column)
    }

    /// Whether the next piece is that word and no value of a field.
    fn takes(&mut self, word: &str) -> bool {
        let is = self.is(word);
        self.at += usize::from(is);
        is
    }

    fn is(&self, word: &str) -> bool {
        let named = matches!(self.peek(), Some(Piece::Word { text, quoted: false }) if text.eq_ignore_ascii_case(word));
        named && !matches!(self.list.get(self.at + 1), Some((_, Piece::Sign(_))))
    }

    fn any(&mut self, depth: usize) -> Result<Expression, Fault> {
        let mut list = vec![self.all(depth)?];
        while self.takes("or") {
            list.push(self.all(depth)?);
        }
        Ok(flat(list, Expression::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Expression, Fault> {
        let mut list = vec![self.one(depth)?];
        loop {
            if self.takes("and") {
                list.push(self.one(depth)?);
            } else if self.is("or") || matches!(self.peek(), None | Some(Piece::Close)) {
                return Ok(flat(list, Expression::All));
            } else {
                list.push(self.one(depth)?);
            }
        }
    }

    fn one(&mut self, depth: usize) -> Result<Expression, Fault> {
        let column = self.column();
        if depth >= DEPTH_MOST {
            return fault(column, format!("this is nested more than {DEPTH_MOST} deep."));
        }
        if self.takes("not") {
            return Ok(Expression::Not(Box::new(self.one(depth + 1)?)));
        }
        match self.list.get(self.at).cloned() {
            Some((_, Piece::Open)) => {
                self.at += 1;
                let inner = self.any(depth + 1)?;
                if self.peek() != Some(&Piece::Close) {
                    return fault(column, "this ( is never closed.");
                }
                self.at += 1;
                Ok(inner)
            }
            Some((_, Piece::Word { text, quoted })) => {
                if !quoted && (self.is("or") || self.is("and")) {
                    return fault(column, format!("before `{text}` something is missing."));
                }
                self.at += 1;
                self.tests += 1;
                if self.tests > TESTS_MOST {
                    return fault(column, format!("a query has {TESTS_MOST} tests at most."));
                }
                self.test(column, text, quoted).map(Expression::Test)
            }
            Some((_, Piece::Sign(sign))) => {
                fault(column, format!("before `{sign}` a field is missing, such as `show`."))
            }
            Some((_, Piece::Close)) => fault(column, "something is missing before this )."),
            None => fault(column, "something is missing at the end."),
        }
    }

    fn test(&mut self, column: usize, name: String, quoted: bool) -> Result<Test, Fault> {
        let Some(Piece::Sign(sign)) = self.peek().filter(|_| !quoted).cloned() else {
            return match name.to_lowercase().as_str() {
                "aired" if !quoted => Ok(Test::Aired),
                name if !quoted && by_name(STATES, name).is_some() => {
                    Ok(Test::State(by_name(STATES, name).unwrap_or_default()))
                }
                _ if crate::guide::fold(&name).is_empty() => {
                    fault(column, "a word needs a letter or a digit.")
                }
                _ => Ok(Test::Word(name)),
            };
        };
        self.at += 1;
        let at = self.column();
        let Some(Piece::Word { text, .. }) = self.peek().cloned() else {
            return fault(at, format!("behind `{name}{sign}` a value is missing."));
        };
        self.at += 1;
        field(column, at, &name.to_lowercase(), sign, text)
    }
}

fn flat(mut list: Vec<Expression>, of: fn(Vec<Expression>) -> Expression) -> Expression {
    if list.len() == 1 {
        return list.remove(0);
    }
    let is_any = matches!(of(Vec::new()), Expression::Any(_));
    let mut out = Vec::with_capacity(list.len());
    for one in list {
        match one {
            Expression::Any(inner) if is_any => out.extend(inner),
            Expression::All(inner) if !is_any => out.extend(inner),
            one => out.push(one),
        }
    }
    of(out)
}

/// `name`, `sign` and a value that begins at the column `at`.
fn field(column: usize, at: usize, name: &str, sign: &'static str, value: String) -> Result<Test, Fault> {
    let order = || by_name(ORDERS, sign);
    let only = |what: &str| format!("`{name}` is compared by {what}.");
    if let Some(words) = by_name(WORDS, name) {
        let likeness = match sign {
            ":" => Likeness::Same,
            "~" => Likeness::Within,
            _ => return fault(column, only("`:` (is) or `~` (contains)")),
        };
        if crate::guide::fold(&value).is_empty() && !value.contains('*') {
            return fault(at, "a text needs a letter, a digit or a *.");
        }
        return Ok(Test::Text(words, likeness, value));
    }
    if let Some(number) = by_name(NUMBERS, name) {
        let Some(order) = order() else { return fault(column, only("`:`, `<`, `<=`, `>` or `>=`")) };
        return match value.parse::<i64>() {
            Ok(is) if (0..1_000_000_000).contains(&is) => Ok(Test::Number(number, order, is)),
            _ => fault(at, format!("`{name}` is compared with a number, and `{value}` is none.")),
        };
    }
    if let Some(time) = by_name(TIMES, name) {
        return self::time(column, at, (name, time), sign, &value);
    }
    match name {
        "released" => {
            let Some(order) = order() else { return fault(column, only("`:`, `<`, `<=`, `>` or `>=`")) };
            if is_day(&value) {
                Ok(Test::Day(order, value))
            } else {
                fault(
                    at,
                    format!("`{value}` is no day such as 2024-05-01, nor a month 2024-05 or a year 2024."),
                )
            }
        }
        "kind" | "is" if sign != ":" => fault(column, only("`:`")),
        "kind" => by_name(KINDS, &value.to_lowercase()).map_or_else(
            || fault(at, "a kind is `film`, `episode`, `clip` or `other`."),
            |kind| Ok(Test::Kind(kind)),
        ),
        "is" => by_name(STATES, &value.to_lowercase()).map_or_else(
            || fault(at, "an item is `present`, `absent` or `unplayable`."),
            |state| Ok(Test::State(state)),
        ),
        _ => fault(column, format!("there is no field `{name}`.{}", nearest(name))),
    }
}

fn time(
    column: usize,
    at: usize,
    (name, time): (&str, Time),
    sign: &str,
    value: &str,
) -> Result<Test, Fault> {
    let Some(order) = by_name(ORDERS, sign) else {
        return fault(column, format!("`{name}` is compared by `<`, `<=`, `>` or `>=`."));
    };
    // Nothing was added 30 days ago to the second.
    if order == Order::Is && time != Time::Length {
        return fault(column, format!("`{name}` is compared by `<`, `<=`, `>` or `>=`: `{name}<30d`."));
    }
    match seconds(value) {
        Some(seconds) => Ok(Test::Time(time, order, seconds)),
        None => fault(at, format!("`{value}` is no length of time such as 45m, 1h30m, 30d or 2w.")),
    }
}

/// `1h30m` in seconds.
fn seconds(value: &str) -> Option<i64> {
    let mut all = 0_i64;
    let mut rest = value;
    let mut last = i64::MAX;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let unit = rest[digits..].chars().next()?;
        let (_, of) = UNITS.iter().find(|(name, _)| *name == unit.to_ascii_lowercase())?;
        if *of >= last || digits == 0 || digits > 9 {
            return None;
        }
        last = *of;
        all = all.checked_add(rest[..digits].parse::<i64>().ok()?.checked_mul(*of)?)?;
        rest = &rest[digits + unit.len_utf8()..];
    }
    (!value.is_empty()).then_some(all)
}

fn is_day(value: &str) -> bool {
    let shape = |lengths: &[usize]| {
        let parts: Vec<&str> = value.split('-').collect();
        parts.len() == lengths.len()
            && parts
                .iter()
                .zip(lengths)
                .all(|(part, length)| part.len() == *length && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let within = |at: usize, most: u32| {
        value
            .split('-')
            .nth(at)
            .is_none_or(|part| part.parse().is_ok_and(|part: u32| (1..=most).contains(&part)))
    };
    (shape(&[4]) || shape(&[4, 2]) || shape(&[4, 2, 2])) && within(1, 12) && within(2, 31)
}

/// The field that was meant, in words.
fn nearest(name: &str) -> String {
    let fields = WORDS.iter().map(|(name, _)| *name);
    let fields =
        fields.chain(NUMBERS.iter().map(|(name, _)| *name)).chain(TIMES.iter().map(|(name, _)| *name));
    let all: Vec<&str> = fields.chain(["released", "kind", "is"]).collect();
    match all.iter().map(|field| (distance(name, field), field)).min() {
        Some((far, field)) if far <= 2 => format!(" Is `{field}` meant?"),
        _ => format!(" There are {}.", all.join(", ")),
    }
}

/// How many letters lie between two short names (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, c) in one.chars().take(32).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, d) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(c != *d);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()] + one.chars().count().saturating_sub(32)
}
