//! Packets out of a connection, however its bytes are cut.

use super::{Fault, HEAD, Packet, SUM, length, parse, verify};

/// What has come of the packet that is not whole yet: never more than [`super::PACKET`] bytes.
#[derive(Debug, Default)]
pub struct Frames {
    buffer: Vec<u8>,
    /// The packet in the buffer has been given away.
    given: bool,
    broken: Option<Fault>,
}

impl Frames {
    /// The next packet, of which all has come: takes from the front of `bytes` what it needs. None: all of `bytes` is taken, and more is needed.
    ///
    /// A length or a checksum that cannot be ends the connection: where the next packet begins is not known any more, and the same fault comes for
    /// ever. After a torn field the next packet comes.
    pub fn next(&mut self, bytes: &mut &[u8]) -> Result<Option<Packet<'_>>, Fault> {
        if let Some(fault) = self.broken {
            return Err(fault);
        }
        if std::mem::take(&mut self.given) {
            self.buffer.clear();
        }
        let filled =
            self.fill(bytes).and_then(|whole| if whole { verify(&self.buffer).map(Some) } else { Ok(None) });
        match filled {
            Err(fault) => {
                self.broken = Some(fault);
                Err(fault)
            }
            Ok(None) => Ok(None),
            Ok(Some(_)) => {
                self.given = true;
                parse(&self.buffer).map(Some)
            }
        }
    }

    /// Whether nothing of a packet has come that is not whole: where a connection may end.
    pub fn is_between(&self) -> bool {
        self.given || self.buffer.is_empty()
    }

    /// Takes what the packet needs; says whether it is whole.
    fn fill(&mut self, bytes: &mut &[u8]) -> Result<bool, Fault> {
        loop {
            let need = match self.buffer.first_chunk::<HEAD>() {
                Some(head) => HEAD + length(*head)? + SUM,
                None => HEAD,
            };
            let missing = need - self.buffer.len();
            if missing == 0 {
                return Ok(true);
            }
            if bytes.is_empty() {
                return Ok(false);
            }
            let (taken, rest) = bytes.split_at(missing.min(bytes.len()));
            self.buffer.extend_from_slice(taken);
            *bytes = rest;
        }
    }
}
