//! Lists, line by line. What stands between `#EXTINF` and an address, and before it, belongs to that address.

use std::collections::HashSet;

use super::headers;
use super::{Catchup, Entry, Fault, JUNK_TOLD, Junk, Limits, List, Looks, extinf, tidy, value};
use crate::lineup::decode;

/// Addresses of guides that are kept: large collections name one for each country.
const GUIDES: usize = 1_000;
/// So much of the end of a line that is too long is searched for a name.
const NAME_TAIL: usize = 1_000;
/// Playlists of segments have one of these before their first segment (RFC 8216 §4.3.3.1, §4.3.4.2).
const STREAM_TAGS: [&str; 3] = ["EXT-X-TARGETDURATION", "EXT-X-STREAM-INF", "EXT-X-MEDIA-SEQUENCE"];
/// Endings by which a line is known as a file, whatever else is in it.
const MEDIA: [&str; 20] = [
    "m3u8", "m3u", "ts", "mp4", "mkv", "avi", "mp3", "aac", "flac", "ogg", "opus", "mpg", "mpeg", "mpd",
    "flv", "wmv", "mov", "webm", "m4a", "strm",
];

/// Reads a list. Bytes that are not UTF-8 are to be decoded as Latin-1 before.
pub fn read(text: &str, limits: &Limits) -> Result<List, Fault> {
    let mut reader = Reader::new(limits);
    for (at, line) in lines(text).enumerate() {
        reader.line(at + 1, line)?;
    }
    if let Some(line) = reader.announced {
        reader.junk(line, "no address follows");
    }
    let looks = looks(text);
    let empty = reader.list.entries.is_empty();
    if !reader.marked && (empty || !matches!(looks, Looks::Text | Looks::Empty)) {
        return Err(Fault::NotAList(looks));
    }
    Ok(reader.list)
}

/// Lines as any system ends them: CR, LF, or both.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(at) = text.find(['\r', '\n']) else {
            rest = None;
            return Some(text);
        };
        let behind = &text[at..];
        rest = Some(behind.strip_prefix("\r\n").unwrap_or(&behind[1..]));
        Some(&text[..at])
    })
}

fn looks(text: &str) -> Looks {
    let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
    let text = text.trim_start_matches(blank);
    let start: String = text.chars().take(512).collect::<String>().to_ascii_lowercase();
    let odd = start.chars().filter(|c| (c.is_control() && !c.is_whitespace()) || *c == '\u{fffd}').count();
    match start.chars().next() {
        None => Looks::Empty,
        _ if odd * 20 > start.len() || start.starts_with('\u{1f}') => Looks::Binary,
        Some('<') => {
            let xml = ["<?xml", "<tv", "<!doctype tv"].iter().any(|begin| start.starts_with(begin));
            if xml && !start.contains("<html") { Looks::Xml } else { Looks::Page }
        }
        Some('[') if start.starts_with("[playlist]") => Looks::Pls,
        Some('{' | '[') => Looks::Json,
        Some(_) => Looks::Text,
    }
}

struct Reader<'l> {
    limits: &'l Limits,
    list: List,
    guides: HashSet<String>,
    /// Some line says that this is a list.
    marked: bool,
    /// The list's own header was read.
    headed: bool,
    /// What the header says of all channels.
    catchup: Option<Catchup>,
    shift_h: Option<f64>,
    /// The group that a line before an `#EXTINF` began: of all that have none of their own, until the next such line.
    groups: Vec<String>,
    /// What was said of the next address.
    next: Entry,
    /// The line of its `#EXTINF`.
    announced: Option<usize>,
}

impl<'l> Reader<'l> {
    fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            list: List::default(),
            guides: HashSet::new(),
            marked: false,
            headed: false,
            catchup: None,
            shift_h: None,
            groups: Vec::new(),
            next: Entry::default(),
            announced: None,
        }
    }

    fn junk(&mut self, line: usize, why: &'static str) {
        self.list.junk_count += 1;
        if self.list.junk.len() < JUNK_TOLD {
            self.list.junk.push(Junk { line, why });
        }
    }

    fn line(&mut self, at: usize, line: &str) -> Result<(), Fault> {
        if line.len() > self.limits.line {
            self.long_line(at, line);
            return Ok(());
        }
        let line = tidy(line);
        let Some(directive) = line.strip_prefix('#') else {
            if !line.is_empty() {
                self.address(at, &line);
            }
            return Ok(());
        };
        if let Some(rest) = strip(directive, "EXTINF") {
            self.announce(at, rest);
            return Ok(());
        }
        let end =
            directive.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(directive.len());
        let (name, rest) = directive.split_at(end);
        let rest = rest.strip_prefix(':').unwrap_or(rest).trim();
        match name.to_ascii_uppercase().as_str() {
            "EXTM3U" => self.header(rest),
            "EXTGRP" => self.group(rest),
            // However it is written, players know it by capitals.
            name @ ("EXTVLCOPT" | "KODIPROP") => {
                self.property(at, &format!("{name}{}", &directive[end..]), rest);
            }
            "EXTHTTP" => match headers::json(rest) {
                Some(found) => self.headers(at, found),
                None => self.junk(at, "the headers are not a flat JSON object"),
            },
            tag if STREAM_TAGS.contains(&tag) && self.announced.is_none() && self.list.entries.is_empty() => {
                return Err(Fault::IsStream);
            }
            _ => {}
        }
        Ok(())
    }

    /// Of a line that is too long, the name is what is worth having.
    fn long_line(&mut self, at: usize, line: &str) {
        self.junk(at, "the line is too long");
        if strip(line.trim_start().trim_start_matches('\u{feff}'), "#EXTINF").is_none() {
            if !line.trim_start().starts_with('#') {
                (self.next, self.announced) = (Entry::default(), None);
            }
            return;
        }
        let mut from = line.len() - NAME_TAIL.min(line.len());
        while !line.is_char_boundary(from) {
            from += 1;
        }
        let name = line[from..].rfind(',').map_or("", |comma| &line[from + comma..]);
        self.announce(at, &tidy(name));
    }

    fn announce(&mut self, at: usize, rest: &str) {
        self.marked = true;
        if let Some(before) = self.announced.replace(at) {
            self.next = Entry::default();
            self.junk(before, "no address follows");
        }
        let extinf = extinf::parse(rest);
        self.next.name = extinf.name;
        self.next.duration_s = extinf.duration_s;
        for (key, raw) in extinf.attributes {
            let value = value(raw);
            let known = self.guide(key, &value) || take(&mut self.next, key, &value, self.limits.attributes);
            if !known && self.next.attributes.len() < self.limits.attributes {
                self.next.attributes.push((key.into(), value.into()));
            }
        }
    }

    /// Addresses of guides; false: it is something else.
    fn guide(&mut self, key: &str, value: &str) -> bool {
        if !["x-tvg-url", "url-tvg", "tvg-url"].iter().any(|name| key.eq_ignore_ascii_case(name)) {
            return false;
        }
        for url in value.split(',').map(str::trim).filter(|url| !url.is_empty()) {
            if self.list.guide_urls.len() < GUIDES && self.guides.insert(url.to_owned()) {
                self.list.guide_urls.push(url.to_owned());
            }
        }
        true
    }

    /// `#EXTM3U`. Where lists were put together there are several: what the first says, before any channel, is said of all.
    fn header(&mut self, rest: &str) {
        self.marked = true;
        let first = !self.headed && self.list.entries.is_empty() && self.announced.is_none();
        self.headed |= first;
        let mut attributes = Vec::new();
        extinf::all(rest, &mut attributes);
        let mut defaults = Entry::default();
        for (key, raw) in attributes {
            let value = value(raw);
            if self.guide(key, &value) || !first {
                continue;
            }
            if self.list.attributes.len() < self.limits.attributes {
                take(&mut defaults, key, &value, self.limits.attributes);
                self.list.attributes.push((key.into(), value.into()));
            }
        }
        if first {
            (self.catchup, self.shift_h) = (defaults.catchup, defaults.shift_h);
        }
    }

    fn group(&mut self, names: &str) {
        if self.announced.is_none() {
            self.groups.clear();
        }
        let groups = if self.announced.is_some() { &mut self.next.groups } else { &mut self.groups };
        split(groups, &value(names), &[';'], self.limits.attributes);
    }

    fn property(&mut self, at: usize, directive: &str, rest: &str) {
        let (key, value) = rest.split_once('=').unwrap_or((rest, ""));
        let key = key.trim();
        if let Some(name) = headers::by_option(key).filter(|_| key.contains("http-")) {
            return self.headers(at, vec![(name.to_owned(), value.to_owned())]);
        }
        if key.starts_with("inputstream.")
            && key.ends_with("_headers")
            && let Some(found) = headers::options(value)
        {
            return self.headers(at, found);
        }
        if self.next.props.len() < self.limits.attributes {
            self.next.props.push(directive.to_owned());
        }
    }

    fn headers(&mut self, at: usize, found: Vec<(String, String)>) {
        for (name, value) in found {
            if !headers::add(&mut self.next.headers, &name, &value, self.limits.attributes) {
                self.junk(at, "this cannot be a header of a request");
            }
        }
    }

    fn address(&mut self, at: usize, line: &str) {
        let (url, found) = headers::split(line);
        let url = url.trim();
        if !is_address(url, self.announced.is_some()) {
            return self.junk(at, "neither an address nor something that is known");
        }
        if self.list.entries.len() >= self.limits.entries {
            (self.next, self.announced) = (Entry::default(), None);
            return self.junk(at, "more channels than are read");
        }
        self.headers(at, found);
        self.announced = None;
        let mut entry = std::mem::take(&mut self.next);
        url.clone_into(&mut entry.url);
        if entry.name.is_empty() {
            entry.name = entry.tvg_name.clone().unwrap_or_else(|| last_part(url));
        }
        if entry.groups.is_empty() {
            entry.groups.clone_from(&self.groups);
        }
        entry.shift_h = entry.shift_h.or(self.shift_h);
        if let Some(default) = &self.catchup {
            let own = entry.catchup.get_or_insert_default();
            own.kind = own.kind.take().or_else(|| default.kind.clone());
            own.source = own.source.take().or_else(|| default.source.clone());
            own.days = own.days.or(default.days);
        }
        self.list.entries.push(entry);
    }
}

fn strip<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Puts an attribute into its field. False: it is none of them, cannot be understood, or contradicts one before it.
fn take(entry: &mut Entry, key: &str, value: &str, most: usize) -> bool {
    if value.is_empty() {
        // Nothing is said; whoever does not know the name keeps it.
        return is_known(key);
    }
    let days = |entry: &mut Entry| {
        let Ok(days) = value.parse() else { return false };
        once(&mut entry.catchup.get_or_insert_default().days, days)
    };
    let text = || value.to_owned();
    match key.to_ascii_lowercase().as_str() {
        "tvg-id" => once(&mut entry.id, text()),
        "tvg-name" => once(&mut entry.tvg_name, text()),
        "tvg-logo" | "logo" => once(&mut entry.logo, text()),
        "tvg-chno" | "channel-number" => value.parse().is_ok_and(|number| once(&mut entry.number, number)),
        "radio" => match value.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => {
                entry.radio = true;
                true
            }
            "false" | "0" | "no" => true,
            _ => false,
        },
        "tvg-shift" => {
            let hours = value.replace(',', ".").parse().ok().filter(|hours: &f64| hours.is_finite());
            hours.is_some_and(|hours| once(&mut entry.shift_h, hours))
        }
        "catchup" | "catchup-type" => once(&mut entry.catchup.get_or_insert_default().kind, text()),
        "catchup-source" => once(&mut entry.catchup.get_or_insert_default().source, text()),
        "catchup-days" | "timeshift" | "tvg-rec" => days(entry),
        "group-title" => split(&mut entry.groups, value, &[';'], most),
        "tvg-language" | "lang" => split(&mut entry.languages, value, &[';', ','], most),
        option => {
            let header = headers::by_option(option);
            header.is_some_and(|name| headers::add(&mut entry.headers, name, value, most))
        }
    }
}

fn is_known(key: &str) -> bool {
    const KNOWN: [&str; 17] = [
        "tvg-id",
        "tvg-name",
        "tvg-logo",
        "logo",
        "tvg-chno",
        "channel-number",
        "radio",
        "tvg-shift",
        "catchup",
        "catchup-type",
        "catchup-source",
        "catchup-days",
        "timeshift",
        "tvg-rec",
        "group-title",
        "tvg-language",
        "lang",
    ];
    KNOWN.iter().any(|known| known.eq_ignore_ascii_case(key)) || headers::by_option(key).is_some()
}

/// The first that says it is believed. False: it says something else.
fn once<T: PartialEq>(slot: &mut Option<T>, value: T) -> bool {
    match slot {
        Some(known) => *known == value,
        None => {
            *slot = Some(value);
            true
        }
    }
}

fn split(into: &mut Vec<String>, text: &str, at: &[char], most: usize) -> bool {
    for part in text.split(at).map(str::trim).filter(|part| !part.is_empty()) {
        if into.len() < most && into.iter().all(|known| known != part) {
            into.push(part.to_owned());
        }
    }
    true
}

/// The line is an address: it has a scheme; or it is a path, where one was announced; or it ends as files do.
pub(super) fn is_address(line: &str, announced: bool) -> bool {
    if let Some((scheme, rest)) = line.split_once(':') {
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(is_scheme);
        let behind = rest.strip_prefix("//").or_else(|| rest.strip_prefix('@')).unwrap_or("");
        if named && scheme.len() > 1 && !behind.is_empty() {
            return true;
        }
    }
    if !line
        .starts_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '\\' | '.' | '_' | '~' | '%' | '('))
    {
        return false;
    }
    let path = line.split(['?', '#']).next().unwrap_or("");
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    MEDIA.iter().any(|media| media.eq_ignore_ascii_case(ending))
        || (announced && !line.contains(char::is_whitespace) && line.contains(['.', '/', '\\', ':']))
}

/// The last part of an address that says something.
fn last_part(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or("");
    let path = path.split_once("://").map_or(path, |(_, path)| path);
    let part = path.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or(path);
    let name = value(&decode(part));
    if name.is_empty() { value(url) } else { name }
}
