//! Lists as players read them: `#EXTM3U` with the addresses of guides, and three kinds of lines for each channel.
//!
//! Whatever a text holds, it stays within its place: quotes become apostrophes, ends of lines spaces. A channel without an address that could be
//! read again is not written.

use std::fmt::{self, Write};

use super::read::is_address;
use super::{Entry, List, extinf, headers, is_odd, tidy, value};

/// Writes a list, channel by channel, so that nobody has to hold all of it.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
}

impl<W: Write> Writer<W> {
    /// Begins a list: addresses of its guides, and what else is to be said of all of it.
    pub fn new(
        mut out: W,
        guide_urls: &[String],
        attributes: &[(Box<str>, Box<str>)],
    ) -> Result<Self, fmt::Error> {
        out.write_str("#EXTM3U")?;
        let guides: Vec<String> = guide_urls.iter().map(|url| url.replace(',', "%2C")).collect();
        attribute(&mut out, "x-tvg-url", &guides.join(","))?;
        for (key, value) in attributes {
            other(&mut out, key, value)?;
        }
        out.write_char('\n')?;
        Ok(Self { out })
    }

    /// Writes a channel.
    pub fn entry(&mut self, entry: &Entry) -> fmt::Result {
        let Some(url) = address(&entry.url) else { return Ok(()) };
        let out = &mut self.out;
        match entry.duration_s {
            Some(seconds) if seconds > 0.0 && seconds.is_finite() => write!(out, "#EXTINF:{seconds}")?,
            _ => out.write_str("#EXTINF:-1")?,
        }
        fields(out, entry)?;
        for (key, value) in &entry.attributes {
            other(out, key, value)?;
        }
        writeln!(out, ",{}", name(&entry.name))?;
        for (name, value) in &entry.headers {
            header(out, name, value)?;
        }
        for prop in &entry.props {
            let prop = tidy(prop);
            if prop.starts_with("KODIPROP") || prop.starts_with("EXTVLCOPT") {
                writeln!(out, "#{prop}")?;
            }
        }
        writeln!(out, "{url}")
    }

    /// Gives back what was written into.
    pub fn finish(self) -> W {
        self.out
    }
}

/// A list as text.
pub fn write(list: &List) -> String {
    let written = Writer::new(String::new(), &list.guide_urls, &list.attributes).and_then(|mut writer| {
        for entry in &list.entries {
            writer.entry(entry)?;
        }
        Ok(writer.finish())
    });
    // Writing into a String does not fail.
    written.unwrap_or_default()
}

/// What has a field of its own, under the name that most players know.
fn fields(out: &mut impl Write, entry: &Entry) -> fmt::Result {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let joined = |parts: &[String], odd: &[char]| {
        let parts: Vec<String> = parts.iter().map(|part| part.replace(odd, " ")).collect();
        parts.join(";")
    };
    let catchup = entry.catchup.clone().unwrap_or_default();
    attribute(out, "tvg-id", &text(&entry.id))?;
    attribute(out, "tvg-name", &text(&entry.tvg_name))?;
    attribute(out, "tvg-chno", &entry.number.map(|number| number.to_string()).unwrap_or_default())?;
    attribute(out, "tvg-logo", &text(&entry.logo))?;
    attribute(out, "group-title", &joined(&entry.groups, &[';']))?;
    attribute(out, "radio", if entry.radio { "true" } else { "" })?;
    attribute(out, "tvg-language", &joined(&entry.languages, &[';', ',']))?;
    let shift = entry.shift_h.filter(|hours| hours.is_finite());
    attribute(out, "tvg-shift", &shift.map(|hours| hours.to_string()).unwrap_or_default())?;
    attribute(out, "catchup", &text(&catchup.kind))?;
    attribute(out, "catchup-source", &text(&catchup.source))?;
    attribute(out, "catchup-days", &catchup.days.map(|days| days.to_string()).unwrap_or_default())
}

/// An attribute, unless it says nothing.
fn attribute(out: &mut impl Write, key: &str, text: &str) -> fmt::Result {
    let text = value(text);
    if text.is_empty() { Ok(()) } else { write!(out, " {key}=\"{text}\"") }
}

/// An attribute that nobody knows, unless its name is none.
fn other(out: &mut impl Write, key: &str, text: &str) -> fmt::Result {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !key.starts_with(|c: char| c.is_ascii_alphabetic()) || !key.chars().all(part) {
        return Ok(());
    }
    write!(out, " {key}=\"{}\"", value(text))
}

fn name(text: &str) -> String {
    let name = tidy(text);
    if extinf::is_safe_name(&name) { name.into_owned() } else { name.replace("=\"", "='") }
}

/// VLC's lines for what VLC knows, JSON for the rest.
fn header(out: &mut impl Write, name: &str, value: &str) -> fmt::Result {
    let mut checked = Vec::new();
    headers::add(&mut checked, name, value, 1);
    let Some((name, value)) = checked.pop() else { return Ok(()) };
    match name.as_str() {
        "User-Agent" => writeln!(out, "#EXTVLCOPT:http-user-agent={value}"),
        "Referer" => writeln!(out, "#EXTVLCOPT:http-referrer={value}"),
        _ => {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            writeln!(out, "#EXTHTTP:{{\"{name}\":\"{value}\"}}")
        }
    }
}

/// An address that is read as it is written. None: it is none.
fn address(url: &str) -> Option<String> {
    let mut url: String = url.trim().chars().filter(|c| !is_odd(*c)).collect();
    if url.split_once('|').is_some_and(|(_, options)| headers::options(options).is_some()) {
        url = url.replace('|', "%7C");
    }
    is_address(&url, true).then_some(url)
}
