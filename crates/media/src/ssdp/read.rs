//! Datagrams, read.

use super::{Advert, DATAGRAM, Fault, LINES, Message, Search, Target, WAIT, Wrong};

/// Reads a datagram.
pub fn parse(bytes: &[u8]) -> Result<Message<'_>, Fault> {
    if bytes.len() > DATAGRAM {
        return Err(Fault { at: DATAGRAM, wrong: Wrong::Long });
    }
    let (first, rest) = line(bytes);
    let first = std::str::from_utf8(first).map_err(|_| Fault { at: 0, wrong: Wrong::Start })?;
    let mut words = first.split_ascii_whitespace();
    let words = [words.next(), words.next(), words.next()].map(Option::unwrap_or_default);
    let start = |word: &str, at: usize| words[at].eq_ignore_ascii_case(word);
    let is_http = |word: &str| {
        word.get(..7).is_some_and(|name| name.eq_ignore_ascii_case("HTTP/1.")) && word.len() == 8
    };
    let headers = || Headers::read(rest, bytes.len());
    if start("M-SEARCH", 0) && words[1] == "*" && is_http(words[2]) {
        search(&headers()?).map(Message::Search)
    } else if start("NOTIFY", 0) && words[1] == "*" && is_http(words[2]) {
        notice(&headers()?)
    } else if is_http(words[0]) && words[1] == "200" {
        headers()?.advert("ST", true).map(Message::Found)
    } else {
        Err(Fault { at: 0, wrong: Wrong::Start })
    }
}

fn search<'a>(headers: &Headers<'a>) -> Result<Search<'a>, Fault> {
    if !headers.need("MAN")?.trim_matches('"').eq_ignore_ascii_case("ssdp:discover") {
        return Err(headers.fault(Wrong::Value("MAN")));
    }
    // Whoever waits longer than any number is patient enough.
    let mx = headers
        .get("MX")
        .filter(|mx| mx.bytes().all(|byte| byte.is_ascii_digit()))
        .map(|mx| mx.parse().unwrap_or(WAIT).clamp(1, WAIT));
    Ok(Search { target: Target::parse(headers.need("ST")?), mx, user_agent: headers.get("USER-AGENT") })
}

fn notice<'a>(headers: &Headers<'a>) -> Result<Message<'a>, Fault> {
    let what = headers.need("NTS")?;
    if what.eq_ignore_ascii_case("ssdp:alive") {
        headers.advert("NT", true).map(Message::Alive)
    } else if what.eq_ignore_ascii_case("ssdp:byebye") {
        headers.advert("NT", false).map(Message::Byebye)
    } else {
        Err(headers.fault(Wrong::Value("NTS")))
    }
}

/// Headers that say something.
struct Headers<'a> {
    /// Name and value.
    lines: Vec<(&'a str, &'a str)>,
    /// Where the datagram ends.
    end: usize,
}

impl<'a> Headers<'a> {
    /// Reads lines up to an empty one, or the end.
    fn read(mut rest: &'a [u8], end: usize) -> Result<Self, Fault> {
        let mut lines = Vec::new();
        for count in 0.. {
            let (line, more) = line(rest);
            if line.is_empty() {
                break;
            }
            if count == LINES {
                return Err(Fault { at: end - rest.len(), wrong: Wrong::Lines });
            }
            lines.extend(header(line));
            rest = more;
        }
        Ok(Self { lines, end })
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.lines.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    fn need(&self, name: &'static str) -> Result<&'a str, Fault> {
        self.get(name).ok_or(self.fault(Wrong::Missing(name)))
    }

    fn number(&self, name: &str) -> Option<u32> {
        self.get(name)?.parse().ok()
    }

    fn fault(&self, wrong: Wrong) -> Fault {
        Fault { at: self.end, wrong }
    }

    /// What a device says of itself: what it is stands in the header `target`; `stays`: it says where its description is, and for how long.
    fn advert(&self, target: &'static str, stays: bool) -> Result<Advert<'a>, Fault> {
        let stay = |name| self.get(name).filter(|_| stays);
        Ok(Advert {
            target: Target::parse(self.need(target)?),
            usn: self.need("USN")?,
            location: if stays { Some(self.need("LOCATION")?) } else { None },
            server: stay("SERVER"),
            max_age_s: stay("CACHE-CONTROL").and_then(max_age),
            date: stay("DATE").filter(|_| target == "ST"),
            boot_id: self.number("BOOTID.UPNP.ORG"),
            config_id: self.number("CONFIGID.UPNP.ORG"),
        })
    }
}

/// `max-age = 1800` among what else is said.
fn max_age(value: &str) -> Option<u32> {
    value.split(',').find_map(|part| {
        let (name, seconds) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("max-age").then(|| seconds.trim().parse().ok())?
    })
}

/// The first line without its end, and what comes after it.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match memchr::memchr(b'\n', bytes) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &[][..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

/// Name and value; none: the line is no header, or says nothing.
fn header(line: &[u8]) -> Option<(&str, &str)> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    let value = value.trim_matches(BLANK);
    let breaks = |text: &str| text.bytes().any(|byte| byte.is_ascii_control());
    let good = !name.contains(BLANK) && !breaks(name) && !value.is_empty() && !breaks(value);
    good.then_some((name, value))
}

/// What may stand around a value and is not part of it.
pub(super) const BLANK: [char; 2] = [' ', '\t'];
