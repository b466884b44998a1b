//! What must begin at a time does: a slot whose piece is there becomes firm as long as it may be.
//!
//! A piece is whole pictures, and a file is not always as long as it says. Where a slot would reach over a start that is to be kept, and nothing that could be left out
//! is between them, it is prepared anew, shorter by that much, as long as there is time for it.

use std::sync::Arc;

use telecast_core::library::ItemId;

use super::wants::{item_of, whole, within};
use super::{Channel, FIRM, Firm, PICTURE_MOST, RUSH, Settled, WANTED};
use crate::adapters::pieces::Piece;
use crate::app::prepare::{Board, Key, State, Stretch};
use crate::app::station::Stock;

impl Channel {
    /// Makes slot `at` firm if its piece is there. None: it is not.
    pub(super) fn settle_whole(
        &mut self,
        at: usize,
        (item, offset): (ItemId, i64),
        now: i64,
        stock: &Stock,
        board: &Board,
    ) -> Option<Settled> {
        let slot = self.timeline.slots.get(at).copied()?;
        let state = |stretch: Stretch| {
            let key = stock.key(item, stretch)?;
            board.states.get(&key).cloned().map(|state| (key, state))
        };
        let stretch = whole(&slot, offset, stock.length(item));
        let Some((key, State::Ready(piece))) = state(stretch) else { return None };
        let Some(room) = self.room(at, piece.outline().length) else {
            return Some(self.firmly(at, (Some(item), stretch, key, piece), slot.cut.then_some(slot.length)));
        };
        let less = within(offset, room);
        match state(less) {
            Some((key, State::Ready(piece))) => {
                return Some(self.firmly(at, (Some(item), less, key, piece), Some(room)));
            }
            Some((_, State::Failed { .. })) => {}
            _ if slot.start < now + RUSH => {}
            _ => return Some(Settled::Nothing),
        }
        Some(self.firmly(at, (Some(item), stretch, key, piece), None))
    }

    /// Slots of the next hours that are prepared and too long, and what is wanted instead: known before it is their turn, which behind a slate comes late.
    pub(super) fn shorter(&self, now: i64, stock: &Stock, board: &Board) -> Vec<(usize, Stretch)> {
        let (next, slots) = (self.firm.len(), &self.timeline.slots);
        let soon = (next..slots.len().min(next + WANTED)).take_while(|at| slots[*at].start < now + FIRM);
        let too_long = soon.filter(|at| *at == next || self.is_before_a_start(*at)).filter_map(|at| {
            let (item, offset) = item_of(&slots[at])?;
            let key = stock.key(item, whole(&slots[at], offset, stock.length(item)))?;
            let State::Ready(piece) = board.states.get(&key)? else { return None };
            Some((at, within(offset, self.room(at, piece.outline().length)?)))
        });
        too_long.collect()
    }

    /// Behind the unit of slot `at` another block begins.
    fn is_before_a_start(&self, at: usize) -> bool {
        let units = &self.timeline.units;
        let after = |unit: usize| units.get(unit).map(|unit| unit.after.occurrence);
        self.timeline.unit_of(at).is_some_and(|unit| after(unit) != after(unit + 1))
    }

    /// How long slot `at` may be, where `length` ticks are too long for a start behind it that is to be kept. None: they are not.
    fn room(&self, at: usize, length: i64) -> Option<i64> {
        let slot = self.timeline.slots.get(at).filter(|slot| length > slot.length)?;
        let deadline = self.plan()?.deadline(slot.start);
        let last = self.timeline.slots_of(self.timeline.unit_of(at)?).end - 1;
        let room = slot.length + deadline - self.timeline.slots.get(last)?.end();
        // What is late already is not made good by cutting.
        (slot.length..length).contains(&room).then_some(room)
    }

    /// Slot `at` is this piece. It is `kept` ticks long if the piece is no more than a picture or two shorter, else as long as the piece.
    pub(super) fn firmly(
        &mut self,
        at: usize,
        (item, stretch, key, piece): (Option<ItemId>, Stretch, Key, Arc<Piece>),
        kept: Option<i64>,
    ) -> Settled {
        let Some(slot) = self.timeline.slots.get(at).copied() else { return Settled::Nothing };
        let measured = piece.outline().length;
        let length = kept.filter(|kept| (kept - 2 * PICTURE_MOST..=*kept).contains(&measured));
        let length = length.unwrap_or(measured);
        let note = if kept.is_some() && item.is_some() && !slot.cut { "cut" } else { "" }.to_owned();
        let firm = self.place(item, stretch, &key, &piece, self.tape(slot.start));
        self.firm.push(Firm { pieces: vec![firm], complete: true, note, ..Firm::default() });
        self.timeline.settle(at, length);
        Settled::Firm { moved: length != slot.length }
    }
}
