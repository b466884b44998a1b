//! Lines out of bytes that come cut anywhere.
//!
//! A line is given without its end, and as text: bytes that are no UTF-8 become U+FFFD, as the WHATWG's decoder does it (Encoding §6). Because that is
//! done line by line, a character may be cut between two reads. A line of more than [`LINE_MOST`] bytes is a fault, whether its end has come or not.

use super::fault::{Fault, FaultKind};

/// Bytes of one line: a last event of a long answer repeats all of it, with its tools.
pub const LINE_MOST: usize = 1 << 20;

/// What ends a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// LF or CRLF.
    Lf,
    /// LF, CRLF or CR.
    Any,
}

/// Cuts bytes into lines.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    ends: Ends,
    /// What has come of the line that has no end yet.
    begun: Vec<u8>,
    /// The last byte was a CR that has ended a line: an LF right after it ends none.
    after_cr: bool,
    /// Nothing was given yet: a byte order mark may come.
    first: bool,
}

impl Lines {
    pub(super) fn new(ends: Ends) -> Self {
        Self { ends, begun: Vec::new(), after_cr: false, first: true }
    }

    /// Takes bytes and gives each line that they end to `each`; stops at its first fault.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        mut each: impl FnMut(&str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_cr) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let is_end = |byte: &u8| *byte == b'\n' || (*byte == b'\r' && self.ends == Ends::Any);
            let end = bytes.iter().position(is_end);
            let (line, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            if self.begun.len() + line.len() > LINE_MOST {
                self.begun = Vec::new();
                return Err(Fault::new(FaultKind::TooLong));
            }
            self.begun.extend_from_slice(line);
            let Some((ending, rest)) = rest.split_first() else { return Ok(()) };
            self.after_cr = *ending == b'\r';
            bytes = rest;
            let line = std::mem::take(&mut self.begun);
            self.give(&line, &mut each)?;
        }
        Ok(())
    }

    /// The line that never got its end, if anything of it has come.
    pub(super) fn rest(&mut self, mut each: impl FnMut(&str) -> Result<(), Fault>) -> Result<(), Fault> {
        let line = std::mem::take(&mut self.begun);
        if line.is_empty() { Ok(()) } else { self.give(&line, &mut each) }
    }

    fn give(&mut self, line: &[u8], each: &mut impl FnMut(&str) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut line = line;
        if std::mem::take(&mut self.first) {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        if self.ends == Ends::Lf {
            line = line.strip_suffix(b"\r").unwrap_or(line);
        }
        each(&String::from_utf8_lossy(line))
    }
}
