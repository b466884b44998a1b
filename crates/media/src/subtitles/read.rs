//! Reads subtitles as they are found in files: SubRip, WebVTT and Advanced SubStation Alpha, told apart by what they say.
//!
//! - Bytes are UTF-8 or UTF-16 with a mark, UTF-8 without one, or else Windows-1252, of which Latin-1 is a part: [`text`].
//! - Whoever writes by hand makes mistakes: missing empty lines, commas for points, hours left out. What has a time and a text is a cue; what cannot be
//!   understood is passed over.
//! - Mark-up goes: `<i>`, `{\an8}`, and all of what is drawn (`{\p1}`).

use super::{Cue, lines, tidy};
use crate::time::HZ;

/// A file of subtitles is no longer (bytes).
pub const FILE_MOST: u64 = 8 << 20;

/// Windows-1252 from 0x80 to 0x9F; what is not used there stands for itself.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// The text that bytes stand for, whatever they are.
pub fn text(bytes: &[u8]) -> String {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| western(*byte)).collect(),
        },
    }
}

fn western(byte: u8) -> char {
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// The cues of a file, and whether there were more than are kept.
pub fn cues(text: &str) -> (Vec<Cue>, bool) {
    let begin = text.trim_start_matches('\u{FEFF}');
    let found = if begin.starts_with("WEBVTT") {
        blocks(begin, |text| entities(&untagged(text)))
    } else if begin.lines().any(|line| line.trim().eq_ignore_ascii_case("[Events]")) {
        events(begin)
    } else {
        blocks(begin, |text| untagged(&undirected(text)))
    };
    tidy(found)
}

/// Cues of SubRip and WebVTT: a line of times, and what follows up to an empty line.
fn blocks(text: &str, clean: impl Fn(&str) -> String) -> Vec<Cue> {
    let mut cues = Vec::new();
    let mut all = text.lines().peekable();
    while let Some(line) = all.next() {
        let Some((start, end)) = times(line) else { continue };
        let mut said: Vec<&str> = Vec::new();
        while let Some(line) = all.next_if(|line| !line.trim().is_empty() && times(line).is_none()) {
            said.push(line);
        }
        let is_number = |line: &str| line.trim().bytes().all(|byte| byte.is_ascii_digit());
        // Somebody forgot the empty line: the number of the next is no text.
        if all.peek().is_some_and(|next| times(next).is_some())
            && said.last().is_some_and(|last| is_number(last))
        {
            said.pop();
        }
        cues.push(Cue { start, end, text: lines(&clean(&said.join("\n"))) });
    }
    cues
}

/// `00:01:02,300 --> 00:01:04.5`, and whatever follows.
fn times(line: &str) -> Option<(i64, i64)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_ascii_whitespace().next()?;
    Some((time(start.trim())?, time(end)?))
}

/// Hours may be missing, and parts of a second too; in ticks, to the millisecond.
fn time(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let number = |text: &str| -> Option<i64> {
        let is_number = (1..=7).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse().ok()).flatten()
    };
    let mut fields = whole.rsplit(':');
    let seconds = number(fields.next()?)?;
    let minutes = number(fields.next()?)?;
    let hours = fields.next().map_or(Some(0), number)?;
    if fields.next().is_some() || seconds > 59 || minutes > 59 {
        return None;
    }
    let digits = part.get(..part.len().min(3))?;
    let milliseconds = number(part).and(number(digits))? * [100, 10, 1].get(digits.len() - 1)?;
    Some((((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds) * (HZ / 1000))
}

/// No tag is longer (bytes).
const TAG_MOST: usize = 1_024;

/// Without `<i>`, `</c.red>`, `<00:01.000>` and the like. A `<` that begins nothing stands for itself.
fn untagged(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('<') {
        out.push_str(before);
        let begins = behind.starts_with(|one: char| one.is_ascii_alphanumeric() || one == '/');
        // Up to where it ends, or another begins: each byte is looked at a few times at most.
        let end = behind.bytes().take(TAG_MOST).position(|byte| matches!(byte, b'<' | b'>'));
        match end.filter(|end| begins && behind.as_bytes()[*end] == b'>') {
            Some(end) => rest = &behind[end + 1..],
            None => {
                out.push('<');
                rest = behind;
            }
        }
    }
    out + rest
}

/// Without `{\an8}` and the like, which is of another kind of subtitles and found in SubRip nevertheless.
fn undirected(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{\\") {
        out.push_str(before);
        let Some((_, behind)) = behind.split_once('}') else { return out };
        rest = behind;
    }
    out + rest
}

/// WebVTT §4.2.2: what text is escaped by.
fn entities(text: &str) -> String {
    const KNOWN: [(&str, &str); 8] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", "\u{A0}"),
        ("&lrm;", "\u{200E}"),
        ("&rlm;", "\u{200F}"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (name, is) = *KNOWN.iter().find(|(name, _)| rest.starts_with(name)).unwrap_or(&("&", "&"));
        out.push_str(is);
        rest = &rest[name.len()..];
    }
    out + rest
}

/// Cues of Advanced SubStation Alpha: lines of its `[Events]`.
fn events(text: &str) -> Vec<Cue> {
    let mut cues = Vec::new();
    // As nearly everybody writes them.
    let (mut start, mut end, mut columns) = (1, 2, 10);
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') && line.ends_with(']') {
            inside = line.eq_ignore_ascii_case("[Events]");
        } else if let Some(format) = line.strip_prefix("Format:").filter(|_| inside) {
            let names: Vec<&str> = format.split(',').map(str::trim).collect();
            let of = |name: &str| names.iter().position(|known| known.eq_ignore_ascii_case(name));
            let Some((from, to)) = of("Start").zip(of("End")) else { continue };
            (start, end, columns) = (from, to, names.len());
        } else if let Some(event) = line.strip_prefix("Dialogue:").filter(|_| inside) {
            let fields: Vec<&str> = event.splitn(columns, ',').map(str::trim).collect();
            let at = |field: usize| fields.get(field).and_then(|text| time(text));
            let (Some(start), Some(end), true) = (at(start), at(end), fields.len() == columns) else {
                continue;
            };
            cues.push(Cue { start, end, text: lines(&spoken(fields[columns - 1])) });
        }
    }
    cues
}

/// What is read of an event: without what says how it looks, and without what is drawn.
fn spoken(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut draws) = (text, false);
    loop {
        let (before, behind) = rest.split_once('{').unwrap_or((rest, ""));
        if !draws {
            out.push_str(before);
        }
        let Some((codes, behind)) = behind.split_once('}') else { break };
        for code in codes.split('\\') {
            // `\pos` and `\pbo` are something else.
            if let Some(scale) = code.strip_prefix('p').and_then(|scale| scale.trim().parse::<u32>().ok()) {
                draws = scale > 0;
            }
        }
        rest = behind;
    }
    out.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
}
