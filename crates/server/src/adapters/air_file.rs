//! The bytes of a channel of one's own: those of its pieces and relays, one behind another, with the channel's tape times ([`telecast_media::air`]).
//!
//! One writer, who says what there is and how far time has come; any readers. What has left the window answers [`ErrorKind::NotFound`]. Of a relay nothing is here:
//! its bytes are read from the tape that it relays. How far readers have come is known by the pieces that they read lately, each by itself.

use std::collections::{HashMap, VecDeque};
use std::io::{Error, ErrorKind, Result};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use telecast_media::air::{Placed, Relay};
use telecast_media::tape::TrackId;
use telecast_media::ts::packet::PACKET;
use tokio::time::Instant;

use super::pieces::Piece;
use super::tape_files::TapeFile;

/// A read is no longer (bytes).
const READ_LIMIT: u64 = 64 << 20;
/// Pieces that are known to have been read lately, and what that means: a player that has enough in hand reads nothing for a while.
const HEADS: usize = 32;
const LATELY: Duration = Duration::from_mins(2);

/// Where the bytes of a tape that is relayed lie.
#[derive(Clone, Debug)]
pub enum Relayed {
    /// In files; those of sounds that were made, by the track's name.
    Written(Arc<TapeFile>, Arc<HashMap<TrackId, Arc<TapeFile>>>),
    /// It is a channel of one's own too.
    Aired(Arc<AirFile>),
    /// It is a piece: a slate.
    Piece(Arc<Piece>),
}

impl Relayed {
    /// Bytes `begin..end` of its stream.
    ///
    /// # Errors
    /// `NotFound`: they have been evicted. Anything else: the disk.
    pub fn read(&self, begin: u64, end: u64) -> Result<Vec<u8>> {
        match self {
            Self::Written(file, _) => file.read(begin, end),
            Self::Aired(file) => file.read(begin, end),
            Self::Piece(piece) => piece.read(begin, end),
        }
    }

    /// The same of a sound that was made: of track `track`, which says that it is made from `from`.
    fn side(&self, (track, from): (TrackId, TrackId), begin: u64, end: u64) -> Result<Vec<u8>> {
        match self {
            Self::Written(_, sides) => sides.get(&track).ok_or_else(gone)?.read(begin, end),
            Self::Aired(file) => file.side(from, begin, end),
            Self::Piece(_) => Err(gone()),
        }
    }
}

/// What stands on a channel.
#[derive(Debug)]
pub enum Aired {
    /// A piece, and where.
    Piece(Placed, Arc<Piece>),
    /// A relay, the tape that it relays, and how many bytes it has, once it is over.
    Relay(Box<Relay>, Relayed, Option<u64>),
}

impl Aired {
    /// Offset of its first byte.
    fn base(&self) -> u64 {
        match self {
            Self::Piece(placed, _) => placed.place.base,
            Self::Relay(relay, ..) => relay.place.base,
        }
    }

    /// Offset of the first byte behind it.
    pub fn end(&self) -> u64 {
        match self {
            Self::Piece(placed, _) => placed.place.base + placed.piece.bytes,
            Self::Relay(relay, _, Some(bytes)) => relay.place.base + bytes,
            Self::Relay(_, _, None) => u64::MAX,
        }
    }

    /// Bytes from its own offset `from` to `to`, as they stand on the channel.
    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>> {
        match self {
            Self::Piece(placed, piece) => {
                let mut bytes = piece.read(from, to)?;
                placed.retime(from, &mut bytes);
                Ok(bytes)
            }
            Self::Relay(relay, of, _) => {
                let mut bytes = of.read(relay.source_offset(from), relay.source_offset(to))?;
                relay.retime(from, &mut bytes);
                Ok(bytes)
            }
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct AirFile {
    state: RwLock<State>,
    /// What was read lately.
    heads: Mutex<Vec<Head>>,
}

/// A piece or relay that was read.
#[derive(Debug)]
struct Head {
    /// Offset of its first byte.
    base: u64,
    /// Up to where it was read.
    end: u64,
    at: Instant,
}

#[derive(Debug, Default)]
struct State {
    pieces: VecDeque<Arc<Aired>>,
    /// Up to where time has come.
    end: u64,
}

impl AirFile {
    /// One more piece or relay, behind all others.
    pub fn push(&self, aired: Arc<Aired>) {
        self.state.write().unwrap_or_else(PoisonError::into_inner).pieces.push_back(aired);
    }

    /// More is known of what stands last.
    pub fn replace(&self, aired: Arc<Aired>) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.pieces.pop_back();
        state.pieces.push_back(aired);
    }

    /// Time has come up to `end`; pieces that end before `begin` are read no more.
    pub fn set(&self, begin: u64, end: u64) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.end = state.end.max(end);
        while state.pieces.len() > 1 && state.pieces.front().is_some_and(|piece| piece.end() <= begin) {
            state.pieces.pop_front();
        }
    }

    /// Up to where each of the pieces was read that were read lately; the one that was read last is always among them.
    pub fn heads(&self) -> Vec<u64> {
        let heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        let last = heads.iter().map(|head| head.at).max();
        let since = last.map(|last| last.min(Instant::now().checked_sub(LATELY).unwrap_or(last)));
        heads.iter().filter(|head| Some(head.at) >= since).map(|head| head.end).collect()
    }

    /// The piece that begins at `base` has been read up to `end`.
    fn note(&self, base: u64, end: u64) {
        let mut heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        let at = Instant::now();
        heads.retain(|head| head.base == base || at.duration_since(head.at) < LATELY);
        match heads.iter_mut().find(|head| head.base == base) {
            // Of those who read the same piece, the one who is furthest needs more soonest.
            Some(head) => (head.end, head.at) = (head.end.max(end), at),
            None => {
                if heads.len() >= HEADS
                    && let Some(oldest) = (0..heads.len()).min_by_key(|number| heads[*number].at)
                {
                    heads.swap_remove(oldest);
                }
                heads.push(Head { base, end, at });
            }
        }
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
        let length =
            end.checked_sub(begin).filter(|length| *length <= READ_LIMIT).ok_or(ErrorKind::InvalidInput)?;
        let pieces: Vec<Arc<Aired>> = {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            let from = state.pieces.partition_point(|piece| piece.end() <= begin);
            state.pieces.range(from..).take_while(|piece| piece.base() < end).cloned().collect()
        };
        if let Some(last) = pieces.last() {
            self.note(last.base(), end);
        }
        let mut out = Vec::with_capacity(length as usize);
        for aired in pieces {
            let base = aired.base();
            let from = (begin + out.len() as u64).checked_sub(base).ok_or_else(gone)?;
            debug_assert!(from.is_multiple_of(PACKET as u64), "packets are read whole");
            out.append(&mut aired.read(from, end.min(aired.end()) - base)?);
        }
        if out.len() as u64 == length { Ok(out) } else { Err(gone()) }
    }

    /// Bytes `begin..end` of a sound that was made, of the channel's track `own`.
    ///
    /// # Errors
    /// `NotFound`: they have left the window. Anything else: the disk.
    pub fn side(&self, own: TrackId, begin: u64, end: u64) -> Result<Vec<u8>> {
        let relays: Vec<Arc<Aired>> = {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            state.pieces.iter().rev().filter(|aired| matches!(***aired, Aired::Relay(..))).cloned().collect()
        };
        for aired in relays {
            let Aired::Relay(relay, of, _) = &*aired else { continue };
            let Some((side, from)) = relay.side_source(own, begin) else { continue };
            let to = from + end.saturating_sub(begin);
            return of.side((side.source, side.from), from, to);
        }
        Err(gone())
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::NotFound, "this part of the channel is not there")
}
