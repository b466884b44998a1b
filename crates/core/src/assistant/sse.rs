//! Server-sent events (WHATWG HTML §9.2.5, §9.2.6): lines into events.
//!
//! What always holds: an event is given when its blank line has come, never before, and one that has no data is none. What was begun when the stream
//! ends is dropped, as the standard wants it. [`Reader`] follows no `retry` and reconnects to nothing; it only says what was asked for.

use super::fault::{Fault, FaultKind};
use super::lines::{Ends, LINE_MOST, Lines};

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// What it is (`event`); `message` where nothing is said.
    pub name: String,
    /// Its data, several lines joined by LF.
    pub data: String,
    /// The last id that the stream has said up to here (`id`).
    pub id: String,
}

/// Reads a stream of events.
#[derive(Clone, Debug)]
pub struct Reader {
    lines: Lines,
    event: Begun,
}

/// What has come of the next event.
#[derive(Clone, Debug, Default)]
struct Begun {
    name: String,
    data: String,
    has_data: bool,
    id: String,
    retry_ms: Option<u64>,
}

impl Default for Reader {
    fn default() -> Self {
        Self { lines: Lines::new(Ends::Any), event: Begun::default() }
    }
}

impl Reader {
    /// Takes bytes and gives each event that they complete to `each`; stops at its first fault.
    ///
    /// # Errors
    /// A line, or the data of one event, is longer than [`LINE_MOST`]; or `each` has failed.
    pub fn feed(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(Event) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let event = &mut self.event;
        self.lines.feed(bytes, |line| match event.line(line)? {
            Some(event) => each(event),
            None => Ok(()),
        })
    }

    /// How long a client should wait before it connects again, if the stream has said (`retry`).
    pub fn retry_ms(&self) -> Option<u64> {
        self.event.retry_ms
    }
}

impl Begun {
    fn line(&mut self, line: &str) -> Result<Option<Event>, Fault> {
        if line.is_empty() {
            return Ok(self.end());
        }
        // A comment begins with the colon: its field has no name, and that is none that is known.
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => self.data(value)?,
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry_ms = value.parse().ok().or(self.retry_ms);
            }
            _ => {}
        }
        Ok(None)
    }

    fn data(&mut self, value: &str) -> Result<(), Fault> {
        if self.data.len() + value.len() >= LINE_MOST {
            return Err(Fault::new(FaultKind::TooLong));
        }
        if self.has_data {
            self.data.push('\n');
        }
        self.data.push_str(value);
        self.has_data = true;
        Ok(())
    }

    fn end(&mut self) -> Option<Event> {
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        if !std::mem::take(&mut self.has_data) {
            return None;
        }
        let name = if name.is_empty() { "message".to_owned() } else { name };
        Some(Event { name, data, id: self.id.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(chunks: &[&[u8]]) -> (Vec<Event>, Option<u64>, Option<FaultKind>) {
        let (mut reader, mut events) = (Reader::default(), Vec::new());
        for chunk in chunks {
            let fed = reader.feed(chunk, |event| {
                events.push(event);
                Ok(())
            });
            if let Err(fault) = fed {
                return (events, reader.retry_ms(), Some(fault.kind));
            }
        }
        (events, reader.retry_ms(), None)
    }

    fn event(name: &str, data: &str, id: &str) -> Event {
        Event { name: name.into(), data: data.into(), id: id.into() }
    }

    /// The same whole, and cut in two at every byte, and byte by byte.
    fn check(text: &[u8], expected: &[Event]) {
        let whole = read(&[text]);
        assert_eq!(whole.0, expected, "{:?}", String::from_utf8_lossy(text));
        for at in 0..text.len() {
            assert_eq!(read(&[&text[..at], b"", &text[at..]]), whole, "cut at {at}");
        }
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(read(&bytes), whole, "byte by byte");
    }

    #[test]
    fn events_are_read_as_the_standard_has_it() {
        let message = |data: &str| event("message", data, "");
        for (text, expected) in [
            (&b"data: one\n\n"[..], vec![message("one")]),
            (b"data:one\r\rdata:  two\r\r", vec![message("one"), message(" two")]),
            (b"data: one\r\n\r\ndata: two\r\n\r\n", vec![message("one"), message("two")]),
            (b"data: a\ndata\ndata: b\n\n", vec![message("a\n\nb")]),
            (b"data\n\ndata\ndata\n\ndata:", vec![message(""), message("\n")]),
            (b"\xef\xbb\xbfdata: bom\n\n", vec![message("bom")]),
            (b"data: \xef\xbb\xbfkept\n\n", vec![message("\u{feff}kept")]),
            (b": comment\n\n:\nevent: ping\n\n", vec![]),
            (b"event: add\ndata: 1\n\ndata: 2\n\n", vec![event("add", "1", ""), message("2")]),
            (
                b"id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\nid: x\0y\ndata: d\n\n",
                vec![event("message", "a", "7"), event("message", "b", "7"), message("c"), message("d")],
            ),
            (b"DATA: x\n data: y\nother: z\n\n", vec![]),
            (b"data: never ended\n", vec![]),
            ("data: für 🎬\n\n".as_bytes(), vec![message("für 🎬")]),
            (b"data: bad \xff\xc3\n\n", vec![message("bad \u{fffd}\u{fffd}")]),
            (b"data: {\"a\":1}:b\n\n", vec![message("{\"a\":1}:b")]),
        ] {
            check(text, &expected);
        }
    }

    #[test]
    fn retry_is_digits_alone() {
        for (text, expected) in [
            (&b"retry: 1500\n\n"[..], Some(1500)),
            (b"retry: 1500\nretry: 2s\nretry\n", Some(1500)),
            (b"retry: -1\n", None),
            (b"retry: 99999999999999999999999\n", None),
        ] {
            assert_eq!(read(&[text]).1, expected);
        }
    }

    #[test]
    fn a_giant_is_refused_wherever_it_is_cut() {
        let mut giant = b"data: fine\n\ndata: ".to_vec();
        giant.resize(giant.len() + LINE_MOST, b'x');
        let long = |text: &[u8], size: usize| {
            let (events, _, fault) = read(&text.chunks(size).collect::<Vec<_>>());
            assert_eq!((events.len(), fault), (1, Some(FaultKind::TooLong)), "{size}");
        };
        long(&giant, usize::MAX);
        long(&giant, 1000);
        giant.extend(b"\n\n");
        long(&giant, usize::MAX);
        // Many lines of one event are no way around it.
        let mut lines = b"data: fine\n\n".to_vec();
        for _ in 0..=LINE_MOST / 1000 {
            lines.extend([&b"data: "[..], &[b'x'; 1000], b"\n"].concat());
        }
        long(&lines, usize::MAX);
        long(&lines, 777);
    }

    const PIECES: &[&[u8]] = &[
        b"data",
        b":",
        b" ",
        b"\r",
        b"\n",
        b"\r\n",
        b"\n\n",
        b"event",
        b"id",
        b"retry: 5",
        b"\xef\xbb\xbf",
        b"\xf0\x9f",
        b"\x8e\xac",
        b"x",
        b"\0",
    ];

    proptest! {
        #[test]
        fn it_does_not_matter_where_bytes_are_cut(
            pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60),
            size in 1usize..9,
        ) {
            let text = pieces.concat();
            prop_assert_eq!(read(&[&text]), read(&text.chunks(size).collect::<Vec<_>>()));
        }
    }
}
