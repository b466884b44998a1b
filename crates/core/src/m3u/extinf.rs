//! What stands behind `#EXTINF` and `#EXTM3U`: a duration, `name="value"` again and again, a comma, a name.
//!
//! Lists get each of these wrong, so each rule here is about a mistake: quotes that nobody closes, or of the other kind, or within a value;
//! commas between attributes, none before the name, some within it; attributes behind the name. Time is linear: a quote that is looked at twice
//! ends a value.

/// An attribute as it stands: name and value.
pub(super) type Attribute<'a> = (&'a str, &'a str);

/// What stands behind `#EXTINF`.
pub(super) struct ExtInf<'a> {
    /// Seconds; none: not said, or live.
    pub(super) duration_s: Option<f64>,
    /// Attributes in order.
    pub(super) attributes: Vec<Attribute<'a>>,
    /// Name; may be empty.
    pub(super) name: String,
}

/// Reads what stands behind `#EXTINF`, a [tidy](super::tidy) text.
pub(super) fn parse(text: &str) -> ExtInf<'_> {
    let text = text.trim_start();
    let text = text.strip_prefix(':').unwrap_or(text).trim_start();
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+')).unwrap_or(text.len());
    let (number, behind) = text.split_at(end);
    let ends = behind.is_empty() || behind.starts_with(|c: char| c.is_whitespace() || c == ',');
    let number = number.parse::<f64>().ok().filter(|number| ends && number.is_finite());
    let mut attributes = Vec::new();
    let (mut words, name) = scan(if number.is_some() { behind } else { text }, &mut attributes);
    let mut name = name.unwrap_or("");
    if let Some(at) = tail(name) {
        all(&name[at..], &mut attributes);
        name = front(name, at);
    }
    if name.is_empty() {
        // There was no comma, or nothing behind it.
        if let Some(at) = tail(&words) {
            words.truncate(front(&words, at).len());
        }
        return ExtInf { duration_s: number.filter(|s| *s > 0.0), attributes, name: words };
    }
    ExtInf { duration_s: number.filter(|s| *s > 0.0), attributes, name: name.trim().to_owned() }
}

/// All attributes of a text in which nothing is a name.
pub(super) fn all<'a>(text: &'a str, found: &mut Vec<Attribute<'a>>) {
    let mut rest = Some(text);
    while let Some(text) = rest {
        rest = scan(text, found).1;
    }
}

/// A name that would be read as attributes is written otherwise.
pub(super) fn is_safe_name(name: &str) -> bool {
    !begins(name, &['"']) && tail(name).is_none()
}

/// Attributes until a comma that no attribute follows: words between them, and what stands behind that comma.
fn scan<'a>(mut rest: &'a str, found: &mut Vec<Attribute<'a>>) -> (String, Option<&'a str>) {
    let mut words = String::new();
    loop {
        rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix(',') {
            rest = behind.trim_start();
            if !begins(rest, &['"']) {
                return (words, Some(rest));
            }
        } else if let Some((attribute, behind)) = attribute(rest) {
            found.push(attribute);
            rest = behind;
        } else if rest.is_empty() {
            return (words, None);
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(rest.len());
            words.push_str(if words.is_empty() { "" } else { " " });
            words.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
}

fn in_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// The name of an attribute at the start, and what stands behind it.
fn key(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c| !in_key(c)).unwrap_or(text.len());
    text.starts_with(|c: char| c.is_ascii_alphabetic()).then(|| text.split_at(end))
}

/// The text begins with an attribute whose value is in one of these quotes.
fn begins(text: &str, quotes: &[char]) -> bool {
    key(text).and_then(|(_, behind)| behind.strip_prefix('=')).is_some_and(|value| value.starts_with(quotes))
}

fn attribute(text: &str) -> Option<(Attribute<'_>, &str)> {
    let (key, behind) = key(text)?;
    let value = behind.trim_start().strip_prefix('=')?;
    let inner = value.trim_start();
    if let Some(quote) = inner.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let (value, rest) = quoted(&inner[1..], quote);
        return Some(((key, value), rest));
    }
    if !behind.starts_with('=') {
        return None;
    }
    let end = value.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(value.len());
    Some(((key, &value[..end]), &value[end..]))
}

/// A value whose quote is open, and what stands behind it. The quote that closes it has a blank, a comma, an attribute or nothing behind it; one
/// that opens the next attribute says that nobody has closed it.
fn quoted(text: &str, quote: char) -> (&str, &str) {
    let mut first = None;
    for (at, _) in text.match_indices(quote) {
        let behind = &text[at + 1..];
        let ends = behind.is_empty() || behind.starts_with(|c: char| c.is_whitespace() || c == ',');
        if ends || begins(behind, &['"', '\'']) {
            return (&text[..at], behind);
        }
        if let Some(next) = opened(&text[..at]) {
            return (front(text, next), &text[next..]);
        }
        first = first.or(Some(at));
    }
    match first {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => text.split_at(text.find(',').unwrap_or(text.len())),
    }
}

/// Where the attribute begins whose quote comes next.
fn opened(before: &str) -> Option<usize> {
    let before = before.strip_suffix('=')?.trim_end();
    let start = before.trim_end_matches(in_key).len();
    let is_key = before[start..].starts_with(|c: char| c.is_ascii_alphabetic());
    (is_key && before[..start].ends_with(|c: char| c.is_whitespace() || c == ',')).then_some(start)
}

/// Where attributes begin that stand behind a name.
fn tail(name: &str) -> Option<usize> {
    name.match_indices("=\"").find_map(|(at, _)| opened(&name[..=at]))
}

/// What stands before attributes, without the comma between.
fn front(name: &str, at: usize) -> &str {
    name[..at].trim_end_matches(|c: char| c.is_whitespace() || c == ',')
}
