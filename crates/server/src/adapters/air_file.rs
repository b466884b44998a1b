//! The bytes of a channel of one's own: those of its pieces, one behind another, with the channel's tape times ([`telecast_media::air`]).
//!
//! One writer, who says which pieces there are and how far time has come; any readers. What has left the window answers [`ErrorKind::NotFound`].

use std::collections::VecDeque;
use std::io::{Error, ErrorKind, Result};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use telecast_media::air::Placed;
use telecast_media::ts::packet::PACKET;

use super::pieces::Piece;

/// A read is no longer (bytes).
const READ_LIMIT: u64 = 64 << 20;

/// A piece that stands on a channel.
#[derive(Debug)]
pub struct Aired {
    /// Where.
    pub placed: Placed,
    /// What.
    pub piece: Arc<Piece>,
}

impl Aired {
    /// Offset of the first byte behind it.
    pub fn end(&self) -> u64 {
        self.placed.place.base + self.placed.piece.bytes
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct AirFile {
    state: RwLock<State>,
    /// Where was read last.
    head: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    pieces: VecDeque<Arc<Aired>>,
    /// Up to where time has come.
    end: u64,
}

impl AirFile {
    /// One more piece, behind all others.
    pub fn push(&self, aired: Arc<Aired>) {
        self.state.write().unwrap_or_else(PoisonError::into_inner).pieces.push_back(aired);
    }

    /// Time has come up to `end`; pieces that end before `begin` are read no more.
    pub fn set(&self, begin: u64, end: u64) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.end = state.end.max(end);
        while state.pieces.len() > 1 && state.pieces.front().is_some_and(|piece| piece.end() <= begin) {
            state.pieces.pop_front();
        }
    }

    /// Where it was read last.
    pub fn head(&self) -> u64 {
        self.head.load(Ordering::Relaxed)
    }

    /// Up to where it can be read.
    pub fn end(&self) -> u64 {
        self.state.read().unwrap_or_else(PoisonError::into_inner).end
    }

    /// Bytes `begin..end`, whose first is the first of a packet.
    ///
    /// # Errors
    /// `NotFound`: they have left the window, or are not on yet. Anything else: the disk.
    pub fn read(&self, begin: u64, end: u64) -> Result<Vec<u8>> {
        self.head.store(begin, Ordering::Relaxed);
        let length =
            end.checked_sub(begin).filter(|length| *length <= READ_LIMIT).ok_or(ErrorKind::InvalidInput)?;
        let pieces: Vec<Arc<Aired>> = {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            let from = state.pieces.partition_point(|piece| piece.end() <= begin);
            state.pieces.range(from..).take_while(|piece| piece.placed.place.base < end).cloned().collect()
        };
        let mut out = Vec::with_capacity(length as usize);
        for aired in pieces {
            let base = aired.placed.place.base;
            let from = (begin + out.len() as u64).checked_sub(base).ok_or_else(gone)?;
            let mut bytes = aired.piece.read(from, end.min(aired.end()) - base)?;
            debug_assert!(from.is_multiple_of(PACKET as u64), "packets are read whole");
            aired.placed.retime(from, &mut bytes);
            out.append(&mut bytes);
        }
        if out.len() as u64 == length { Ok(out) } else { Err(gone()) }
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::NotFound, "this part of the channel is not there")
}
