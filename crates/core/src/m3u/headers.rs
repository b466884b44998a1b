//! Headers that a list wants sent with requests for a channel, in the five ways in which lists say so.
//!
//! A header's name is letters, digits, `-` and `_`; its value holds no control character (RFC 9110 §5.5), whatever escapes spelled.

use super::is_odd;
use crate::lineup::decode;

/// Headers whose spelling is known.
const KNOWN: [&str; 9] = [
    "User-Agent",
    "Referer",
    "Origin",
    "Cookie",
    "Authorization",
    "Accept",
    "Accept-Language",
    "Host",
    "X-Forwarded-For",
];

/// Options of Kodi's reader of addresses that are no headers.
const OPTIONS: [&str; 9] = [
    "verifypeer",
    "verifyhost",
    "seekable",
    "auth",
    "connection-timeout",
    "failonerror",
    "redirect-limit",
    "sslcipherlist",
    "noshout",
];

/// The header that an attribute or an option of a player stands for.
pub(super) fn by_option(option: &str) -> Option<&'static str> {
    let option = option.trim_start_matches("--");
    let is = |names: &[&str]| names.iter().any(|name| option.eq_ignore_ascii_case(name));
    match () {
        () if is(&["user-agent", "http-user-agent"]) => Some("User-Agent"),
        () if is(&["referer", "referrer", "http-referrer", "http-referer"]) => Some("Referer"),
        () if is(&["origin", "http-origin"]) => Some("Origin"),
        () if is(&["cookie", "http-cookie"]) => Some("Cookie"),
        () => None,
    }
}

/// Adds a header unless there is one of that name, or it is blank. False: it cannot be one.
pub(super) fn add(headers: &mut Vec<(String, String)>, name: &str, value: &str, most: usize) -> bool {
    let (name, value) = (name.trim().trim_start_matches('!'), unquoted(value));
    if !is_name(name) || value.contains(is_odd) {
        return false;
    }
    let known = headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    if !known && !value.is_empty() && headers.len() < most {
        let spelled = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(name)).unwrap_or(&name);
        headers.push(((*spelled).to_owned(), value.to_owned()));
    }
    true
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let inner = value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).map_or(value, str::trim)
}

/// `url` and the headers that are to be sent with a request for it, as one text: what Kodi's lists write. [`split`] takes it apart.
pub fn joined(url: &str, headers: &[(String, String)]) -> String {
    let mut out = url.replace('|', "%7C");
    for (at, (name, value)) in headers.iter().enumerate() {
        out.push(if at == 0 { '|' } else { '&' });
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            match byte {
                byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => out.push(char::from(byte)),
                byte => out.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    out
}

/// An address, and the headers that stand behind its `|`.
pub fn split(address: &str) -> (&str, Vec<(String, String)>) {
    let found = address.split_once('|').and_then(|(url, behind)| Some((url, options(behind)?)));
    found.unwrap_or((address, Vec::new()))
}

/// `User-Agent=x&Referer=y`: names and values, percent-encoded or not. None: these are no headers.
///
/// Addresses stand in values as they are, with `&` in them: what follows one is a header only if its name looks like one.
pub(super) fn options(text: &str) -> Option<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut skipped = false;
    for (at, part) in text.split('&').enumerate() {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = name.trim().trim_start_matches('!');
        if OPTIONS.iter().any(|option| option.eq_ignore_ascii_case(name)) {
            skipped = true;
        } else if part.contains('=') && is_header(name) {
            found.push((name.to_owned(), value.to_owned()));
            skipped = false;
        } else if at == 0 {
            return None;
        } else if let Some((_, value)) = found.last_mut().filter(|_| !skipped) {
            value.push('&');
            value.push_str(part);
        }
    }
    for (_, value) in &mut found {
        *value = decode(value);
    }
    Some(found)
}

/// It looks like the name of a header: a known one, or in capitals, or with a hyphen.
fn is_header(name: &str) -> bool {
    let looks = name.contains('-') || name.starts_with(|c: char| c.is_ascii_uppercase());
    is_name(name)
        && (looks || by_option(name).is_some() || KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// A flat JSON object (RFC 8259): names and values; numbers and words as they stand. None: it is none.
pub(super) fn json(text: &str) -> Option<Vec<(String, String)>> {
    let mut rest = text.trim().strip_prefix('{')?.trim_start();
    let mut found = Vec::new();
    while !rest.starts_with('}') {
        let (name, behind) = string(rest)?;
        let behind = behind.trim_start().strip_prefix(':')?.trim_start();
        let (value, behind) = if behind.starts_with('"') {
            string(behind)?
        } else {
            let end = behind.find([',', '}'])?;
            let word = behind[..end].trim();
            (
                word.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
                    .then(|| word.to_owned())?,
                &behind[end..],
            )
        };
        found.push((name, value));
        rest = behind.trim_start();
        match rest.strip_prefix(',') {
            Some(behind) => rest = behind.trim_start(),
            None if rest.starts_with('}') => {}
            None => return None,
        }
    }
    rest[1..].trim().is_empty().then_some(found)
}

fn string(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut rest = text.strip_prefix('"')?;
    loop {
        let at = rest.find(['"', '\\'])?;
        out.push_str(&rest[..at]);
        if rest[at..].starts_with('"') {
            return Some((out, &rest[at + 1..]));
        }
        rest = &rest[at + 1..];
        let escape = rest.chars().next()?;
        rest = &rest[escape.len_utf8()..];
        out.push(match escape {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (unit, behind) = unit(rest)?;
                rest = behind;
                if (0xD800..0xDC00).contains(&unit) {
                    let (low, behind) = unit_after(rest)?;
                    rest = behind;
                    char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00))?
                } else {
                    char::from_u32(unit)?
                }
            }
            '"' | '\\' | '/' => escape,
            _ => return None,
        });
    }
}

/// Four hexadecimal digits.
fn unit(text: &str) -> Option<(u32, &str)> {
    let digits = text.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    Some((u32::from_str_radix(digits, 16).ok()?, &text[4..]))
}

/// The second half of a character beyond the first 65,536.
fn unit_after(text: &str) -> Option<(u32, &str)> {
    unit(text.strip_prefix("\\u")?).filter(|(low, _)| (0xDC00..0xE000).contains(low))
}
