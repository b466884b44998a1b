//! Titles without what release groups, catalogues and file systems add to them.

use super::dates::YEARS;
use super::words;

/// A name without groups in brackets that are no title: `[Group]`, `[1080p]`, `{tmdb-603}`, `[ABCD1234]`, `(German)`.
/// Brackets with anything else stay.
pub(super) fn unbracketed(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(open) = rest.find(['[', '(', '{']) {
        let close = match rest.as_bytes()[open] {
            b'[' => ']',
            b'(' => ')',
            _ => '}',
        };
        let Some(length) = rest[open + 1..].find(close) else { break };
        let inside = &rest[open + 1..open + 1 + length];
        let behind = open + length + 2;
        out.push_str(&rest[..open]);
        let begins = out.trim_matches([' ', '_', '.']).is_empty();
        let titled = has_title(&rest[behind..]);
        let foreign = is_foreign(inside, close);
        if foreign || (begins && close == ']' && titled) {
            // A gap, so that what stood on both sides stays apart.
            out.push(' ');
        } else {
            out.push_str(&rest[open..behind]);
        }
        rest = &rest[behind..];
        // `[x264]-Group`.
        if foreign && close == ']' && rest.starts_with('-') && !rest.contains(' ') {
            rest = "";
        }
    }
    out.push_str(rest);
    out
}

/// Something stands outside of brackets.
fn has_title(text: &str) -> bool {
    let mut depth = 0_usize;
    text.chars().any(|c| {
        match c {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && c.is_alphanumeric()
    })
}

/// What stands in brackets is of a catalogue or a release.
fn is_foreign(inside: &str, close: char) -> bool {
    let lower = inside.to_lowercase();
    let is_id = ["tmdb", "tvdb", "imdb", "tt", "edition-", "anidb"].iter().any(|id| {
        lower.strip_prefix(id).is_some_and(|rest| {
            *id == "edition-" || rest.bytes().any(|byte| byte.is_ascii_digit()) && !rest.contains(' ')
        })
    });
    let is_check = inside.len() == 8
        && inside.bytes().all(|byte| byte.is_ascii_hexdigit())
        && inside.bytes().any(|byte| byte.is_ascii_alphabetic())
        && close == ']';
    let chunks: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|chunk| !chunk.is_empty()).collect();
    let known = |chunk: &&str| words::is_hard(chunk) || words::is_soft(chunk);
    let is_release = chunks.iter().any(|chunk| words::is_hard(chunk) || *chunk == "264" || *chunk == "265")
        || (!chunks.is_empty() && chunks.iter().all(known) && close != '}');
    is_id || is_check || is_release || close == '}' || chunks.is_empty()
}

/// Where in `name` what is no title begins: at the first word of an encoding, and at soft ones right before it, but never at its first word.
pub(super) fn junk(name: &str) -> usize {
    junk_from(name, 1)
}

/// As [`junk`], in what stands behind a mark: there may be no title at all.
pub(super) fn junk_behind(name: &str) -> usize {
    junk_from(name, 0)
}

fn junk_from(name: &str, least: usize) -> usize {
    let lower = name.to_lowercase();
    // Where small letters take other bytes than large ones, places would not agree: such a name has no junk.
    if lower.len() != name.len() {
        return name.len();
    }
    let mut chunks: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    for chunk in lower.split(|c: char| !c.is_alphanumeric()) {
        if !chunk.is_empty() {
            chunks.push((at, chunk));
        }
        at += chunk.len();
        at += lower[at..].chars().next().map_or(0, char::len_utf8);
    }
    let next = |at: usize| chunks.get(at + 1).map(|(_, chunk)| *chunk);
    let hard = (0..chunks.len()).find(|at| {
        let chunk = chunks[*at].1;
        words::is_hard(chunk)
            || (chunk == "web" && matches!(next(*at), Some("dl" | "rip")))
            || (chunk == "blu" && next(*at) == Some("ray"))
            || (matches!(chunk, "h" | "x") && matches!(next(*at), Some("264" | "265")))
    });
    let Some(mut hard) = hard else { return name.len() };
    while hard > least && words::is_soft(chunks[hard - 1].1) {
        hard -= 1;
    }
    if hard == 0 { 0 } else { chunks[hard].0 }
}

/// `text` as a title: spaces for what stands for them, no marks at its ends, no empty brackets.
pub(super) fn title(text: &str) -> String {
    let spaced = text.contains(' ');
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let digit_follows = chars.peek().is_some_and(char::is_ascii_digit);
        let c = match c {
            '_' if digit_follows && counts(&out) => '/',
            '_' => ' ',
            // `1.5`, `Dr. No` and `Mr. Robot` keep their dots where there are spaces.
            '.' if !(spaced || previous.is_ascii_digit() && digit_follows && text.contains('_')) => ' ',
            c if c.is_control() => ' ',
            c => c,
        };
        if c.is_whitespace() && out.ends_with(' ') {
            continue;
        }
        out.push(if c.is_whitespace() { ' ' } else { c });
        previous = c;
    }
    for empty in ["()", "[]", "{}", "( )", "[ ]"] {
        out = out.replace(empty, " ");
    }
    trimmed(&out.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// It ends in `(2`: what follows is of how many.
fn counts(text: &str) -> bool {
    let rest = text.trim_end_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && rest.ends_with('(')
}

/// `text` without the id that a broadcaster's site adds to the name of a download, if there is one.
pub(super) fn without_id(text: &str) -> Option<&str> {
    let (before, id) = text.rsplit_once('-')?;
    let is_id = id.len() >= 8 && id.bytes().all(|byte| byte.is_ascii_digit()) && text.contains('_');
    is_id.then_some(before)
}

/// `text` without a word that led to what stood behind it: `heute-show vom`.
pub(super) fn without_lead(text: &str) -> &str {
    let text = text.trim_end();
    let shorter = [" vom", "_vom", " am", "_am", " from"].iter().find_map(|lead| text.strip_suffix(lead));
    shorter.unwrap_or(text)
}

fn trimmed(text: &str) -> String {
    let mut text = text.trim();
    loop {
        let before = text;
        text = text.trim_start_matches([' ', '-', '–', '_', ',', ':', ';', '~', '|', ')', ']']);
        if !text.starts_with("..") {
            text = text.trim_start_matches('.');
        }
        text = text.trim_end_matches([' ', '-', '–', '_', ',', ':', ';', '~', '|', '(', '[', '#', '+']);
        // A dot at the end is of `Dr.` or `etc.`, or three of them; two spaces before it make it a mark.
        text = text.strip_suffix(" .").unwrap_or(text);
        if text == before {
            return text.to_owned();
        }
    }
}

/// A year in brackets, or at the end of a dotted name, and where it stands (bytes): from its bracket on, and its end.
pub(super) fn year(name: &str, dotted: bool) -> Option<(i32, usize, usize)> {
    let bytes = name.as_bytes();
    let junk = junk(name);
    let mut found = None;
    for at in 0..bytes.len().saturating_sub(3) {
        let digits = &bytes[at..at + 4];
        let apart = |byte: Option<&u8>| !byte.is_some_and(u8::is_ascii_alphanumeric);
        let before = at.checked_sub(1).map(|before| bytes[before]);
        if !digits.iter().all(u8::is_ascii_digit) || !apart(before.as_ref()) || !apart(bytes.get(at + 4)) {
            continue;
        }
        let Some(year) = name[at..at + 4].parse::<u32>().ok().filter(|year| YEARS.contains(year)) else {
            continue;
        };
        let behind = bytes.get(at + 4);
        let ranged = behind == Some(&b'-') && bytes.len() > at + 5;
        if matches!(before, Some(b'(' | b'[')) && (matches!(behind, Some(b')' | b']')) || ranged) {
            let end = name[at..].find([')', ']']).map_or(at + 4, |end| at + end + 1);
            if name[..at - 1].chars().any(char::is_alphanumeric) {
                return Some((year as i32, at - 1, end));
            }
        }
        let titled = name[..at].chars().any(char::is_alphanumeric);
        let ends = name[at + 4..].chars().all(|c| !c.is_alphanumeric()) || at + 4 + 2 > junk;
        if titled && at < junk && (dotted || (ends && junk < name.len())) {
            found = Some((year as i32, at, at + 4));
        }
    }
    found
}
