//! JSON line by line (NDJSON; "JSON Lines"): one value on each line that ends in LF or CRLF; blank lines are none.
//!
//! The last line needs no end: it counts if it is whole, which JSON itself tells.

use super::fault::{Fault, FaultKind};
use super::lines::{Ends, Lines};
use serde_json::Value;

/// Reads values line by line.
#[derive(Clone, Debug)]
pub struct Reader {
    lines: Lines,
}

impl Default for Reader {
    fn default() -> Self {
        Self { lines: Lines::new(Ends::Lf) }
    }
}

impl Reader {
    /// Takes bytes and gives each value that they complete to `each`; stops at its first fault.
    ///
    /// # Errors
    /// A line is no JSON, or longer than [`super::LINE_MOST`]; or `each` has failed.
    pub fn feed(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(Value) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.lines.feed(bytes, |line| {
            value(line, FaultKind::NotJson).and_then(|value| value.map_or(Ok(()), &mut each))
        })
    }

    /// No more bytes come: the line that was begun is the last one.
    ///
    /// # Errors
    /// It is not whole ([`FaultKind::Cut`]); or `each` has failed.
    pub fn end(&mut self, mut each: impl FnMut(Value) -> Result<(), Fault>) -> Result<(), Fault> {
        self.lines.rest(|line| value(line, FaultKind::Cut).and_then(|value| value.map_or(Ok(()), &mut each)))
    }
}

fn value(line: &str, otherwise: FaultKind) -> Result<Option<Value>, Fault> {
    if line.trim().is_empty() {
        return Ok(None);
    }
    serde_json::from_str(line).map(Some).map_err(|_| Fault::new(otherwise))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(chunks: &[&[u8]]) -> (Vec<Value>, Option<FaultKind>) {
        let (mut reader, mut values) = (Reader::default(), Vec::new());
        let mut fault = None;
        for chunk in chunks {
            fault = reader
                .feed(chunk, |value| {
                    values.push(value);
                    Ok(())
                })
                .err();
            if fault.is_some() {
                break;
            }
        }
        let fault = fault.or_else(|| {
            reader
                .end(|value| {
                    values.push(value);
                    Ok(())
                })
                .err()
        });
        (values, fault.map(|fault| fault.kind))
    }

    #[test]
    fn values_are_read_line_by_line_wherever_they_are_cut() {
        for (text, values, fault) in [
            (&b"{\"a\":1}\n{\"b\":2}\n"[..], vec![json!({"a":1}), json!({"b":2})], None),
            (b"1\r\n\r\n  \n2\r\n", vec![json!(1), json!(2)], None),
            (b"1\n2", vec![json!(1), json!(2)], None),
            (b"1\n{\"b\":", vec![json!(1)], Some(FaultKind::Cut)),
            (b"1\nnope\n3\n", vec![json!(1)], Some(FaultKind::NotJson)),
            (b"\xef\xbb\xbf1\n", vec![json!(1)], None),
            (b"{\"a\":\r1}\n", vec![json!({"a":1})], None),
            ("\"für 🎬\"\n".as_bytes(), vec![json!("für 🎬")], None),
            (b"", vec![], None),
        ] {
            let whole = read(&[text]);
            assert_eq!(whole, (values, fault), "{:?}", String::from_utf8_lossy(text));
            for at in 0..text.len() {
                assert_eq!(read(&[&text[..at], &text[at..]]), whole, "cut at {at}");
            }
            assert_eq!(read(&text.chunks(1).collect::<Vec<_>>()), whole);
        }
    }

    #[test]
    fn a_giant_line_is_refused() {
        let giant = vec![b'1'; super::super::LINE_MOST + 1];
        assert_eq!(read(&[&giant]).1, Some(FaultKind::TooLong));
        assert_eq!(read(&giant.chunks(1000).collect::<Vec<_>>()).1, Some(FaultKind::TooLong));
    }
}
