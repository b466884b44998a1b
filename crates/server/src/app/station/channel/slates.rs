//! Slates of exact length: what is shown where there is nothing, or nothing yet.
//!
//! - A slate is made of pieces like anything else: of four seconds, and a last one of as many pictures as are left, which is known in good time. Where that one is
//!   not there, a second, as often as it fits.
//! - No slate goes over what it fills. What is left below a picture is not shown: the picture before stays.

use std::collections::BTreeMap;
use std::sync::Arc;

use telecast_core::library::HZ;
use telecast_core::schedule::Slot;

use super::wants::item_of;
use super::{Channel, FIRM, FirmPiece, SLATE, Settled};
use crate::adapters::pieces::Piece;
use crate::app::prepare::{Board, Key, State};
use crate::app::station::Stock;

/// A picture of a slate, of which there are 25 in a second (ticks).
pub(super) const PICTURE: i64 = HZ / 25;
/// Pieces that are there at any time (ticks).
const STANDING: [i64; 2] = [SLATE, SHORT];
const SHORT: i64 = HZ;

/// The last piece of a slate of `room` ticks: whole pictures, and no shorter than a second if there is as much.
fn last(room: i64) -> i64 {
    let pictures = room.max(0) / PICTURE * PICTURE;
    if pictures < SLATE + SHORT { pictures } else { SHORT + (pictures - SHORT) % SLATE }
}

/// What is shown next of a slate of which `room` ticks are left. `None`: nothing that fits is there.
pub(super) fn next(room: i64, board: &Board) -> Option<(i64, Key, Arc<Piece>)> {
    let lengths = if room < SLATE + SHORT { [last(room), SLATE, SHORT] } else { [SLATE, SHORT, last(room)] };
    lengths.into_iter().filter(|length| (1..=room).contains(length)).find_map(|length| {
        let key = Stock::slate_key(length);
        match board.states.get(&key) {
            Some(State::Ready(piece)) if piece.outline().length <= room => {
                Some((length, key, Arc::clone(piece)))
            }
            _ => None,
        }
    })
}

impl FirmPiece {
    /// It is a slate, no still.
    pub(super) fn is_slate(&self) -> bool {
        self.item.is_none() && self.length.is_some_and(|length| self.key == Stock::slate_key(length).name())
    }
}

impl Channel {
    /// Slot `at` has been filled by slates: it is as long as was planned.
    pub(super) fn close(&mut self, at: usize, slot: &Slot) -> Settled {
        let behind = self.firm[at].pieces.last().map(|last| last.start + last.ticks);
        let shown = behind.map_or(0, |end| end - self.tape(slot.start));
        let length = self.firm[at].planned.max(shown);
        self.firm[at].complete = true;
        self.timeline.settle(at, length);
        Settled::Firm { moved: length != slot.length }
    }

    /// Lengths of the slates that are needed, and by when (ticks).
    pub(in crate::app::station) fn slates(&self, now: i64, out: &mut BTreeMap<i64, i64>) {
        let mut want = |length: i64, due: i64| {
            if length > 0 {
                let known = out.entry(length).or_insert(due);
                *known = due.min(*known);
            }
        };
        for length in STANDING {
            want(length, now);
        }
        for (number, slot) in self.timeline.slots.iter().enumerate() {
            if slot.start >= now + FIRM {
                break;
            }
            let firm = self.firm.get(number);
            let slates = firm.iter().flat_map(|firm| &firm.pieces).filter(|piece| piece.is_slate());
            slates.for_each(|piece| want(piece.length.unwrap_or(piece.ticks), slot.start));
            if item_of(slot).is_some() || firm.is_some_and(|firm| firm.complete || firm.live.is_some()) {
                continue;
            }
            let shown = firm.and_then(|firm| firm.pieces.last()).map(|last| last.start + last.ticks);
            let from = shown.unwrap_or_else(|| self.tape(slot.start.max(now)));
            want(last(self.tape(slot.end()) - from), slot.start);
        }
    }
}

#[cfg(test)]
mod tests {
    use telecast_media::air::Outline;

    use super::*;

    fn board(lengths: &[i64]) -> Board {
        let ready = |length: &i64| {
            let outline = Outline { segments: 1, length: *length, bytes: 188, ..Outline::default() };
            (Stock::slate_key(*length), State::Ready(Arc::new(Piece::imagined(outline))))
        };
        Board { states: lengths.iter().map(ready).collect(), ..Board::default() }
    }

    /// What is shown of a slate of `room` ticks, of pieces that are there.
    fn shown(mut room: i64, lengths: &[i64]) -> Vec<i64> {
        let (board, mut shown) = (board(lengths), Vec::new());
        while let Some((length, ..)) = next(room, &board) {
            room -= length;
            shown.push(length);
        }
        shown
    }

    #[test]
    fn a_slate_is_as_long_as_what_it_fills_to_the_picture() {
        for room in (0..20 * HZ).step_by(977) {
            let all: i64 = shown(room, &[SLATE, SHORT, last(room)]).iter().sum();
            assert!(all <= room && room - all < PICTURE, "{all} of {room}");
            let standing: i64 = shown(room, &STANDING).iter().sum();
            assert!(standing <= room && room - standing < SHORT, "{standing} of {room} without the last one");
        }
    }

    #[test]
    fn few_pieces_are_enough_and_none_is_a_blink() {
        let picture = |pictures: i64| pictures * PICTURE;
        for (room, pieces) in [
            (picture(1) - 1, vec![]),
            (picture(3), vec![picture(3)]),
            (picture(124) + 5, vec![picture(124)]),
            (picture(125), vec![SLATE, picture(25)]),
            (picture(224), vec![SLATE, picture(124)]),
            (picture(1_000), vec![SLATE; 10]),
        ] {
            assert_eq!(shown(room, &[SLATE, SHORT, last(room)]), pieces, "{room}");
        }
    }
}
