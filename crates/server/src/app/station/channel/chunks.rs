//! What comes too soon to be prepared as a whole: chunks just ahead of the play-head, and slates until the next one is there.

use telecast_core::library::HZ;
use telecast_core::schedule::Slot;

use super::slates::{self, PICTURE};
use super::wants::{is_left, item_of, part, whole};
use super::{Channel, FirmPiece, LAST_CALL, SLATE, Settled, TRIES};
use crate::app::prepare::{Board, State, Stretch};
use crate::app::station::Stock;

impl Channel {
    /// Places the next piece of slot `at`, which is prepared in chunks, or a slate.
    pub(super) fn go_on(
        &mut self,
        at: usize,
        placed: i64,
        now: i64,
        stock: &Stock,
        board: &Board,
    ) -> Settled {
        let Some(slot) = self.timeline.slots.get(at).copied() else { return Settled::Nothing };
        if self.firm[at].live.is_some() {
            return self.go_on_live(at, &slot, now);
        }
        let behind = self.firm[at].pieces.last().map(|last| last.start + last.ticks);
        let start = behind.unwrap_or_else(|| self.tape(slot.start + placed));
        let planned = self.firm[at].planned;
        if behind.is_some() && is_all(&slot, (planned, placed), stock) {
            return self.end_if(at, &slot, true);
        }
        let chunked = item_of(&slot).filter(|_| is_left(planned, placed));
        let state = chunked.and_then(|(item, offset)| {
            let state = |stretch: Stretch| {
                let key = stock.key(item, stretch)?;
                Some((item, stretch, board.states.get(&key).cloned(), key))
            };
            // As long as nothing of it has been on, all of it may come at once.
            let all = (placed == 0).then(|| state(whole(&slot, offset, stock.length(item)))).flatten();
            all.filter(|(.., found, _)| matches!(found, Some(State::Ready(_))))
                .or_else(|| state(part(&slot, offset, (planned, placed), stock)))
        });
        if let Some((item, stretch, Some(State::Ready(piece)), key)) = &state {
            let firm = self.place(Some(*item), *stretch, key, piece, start);
            let done = placed + stretch.length.unwrap_or(planned);
            let open = &mut self.firm[at];
            open.pieces.push(firm);
            open.placed = done;
            // Of a slot that is cut less than a picture was not asked for: that is no chunk of its own.
            return self.end_if(at, &slot, !is_left(planned, done));
        }
        // An item that cannot be had is left as soon as something has been shown instead of it.
        let is_hopeless = match &state {
            None => item_of(&slot).is_some(),
            Some((.., state, _)) => matches!(state, Some(State::Failed { tries, .. }) if *tries >= TRIES),
        };
        if start > self.tape(now) + LAST_CALL && !is_hopeless {
            return Settled::Nothing;
        }
        // Only as far as it is needed: the next chunk may come at any time.
        if start > self.tape(now) + SLATE {
            return Settled::Nothing;
        }
        // Times at which nobody could see anything are left out.
        let start = start.max(self.tape(now));
        // What is waited for may come later; what is not fills its time, and no more.
        let waits = state.is_some() && !is_hopeless;
        let left = planned - (start - self.tape(slot.start));
        let room = if waits { SLATE } else { left };
        let Some((length, key, piece)) = slates::next(room, board) else {
            return if waits || room >= HZ { Settled::Nothing } else { self.close(at, &slot) };
        };
        let firm = self.place(None, Stretch { from: 0, length: Some(length) }, &key, &piece, start);
        let left = left - firm.ticks;
        self.is_late(at, firm);
        if !waits && left < if is_hopeless { HZ } else { PICTURE } {
            return self.close(at, &slot);
        }
        self.end_if(at, &slot, is_hopeless)
    }

    /// A slate is on instead of what was not there in time.
    fn is_late(&mut self, at: usize, slate: FirmPiece) {
        let open = &mut self.firm[at];
        open.pieces.push(slate);
        if open.note.is_empty() || open.note == "chunks" {
            "late".clone_into(&mut open.note);
        }
        metrics::counter!("telecast_station_slates_total").increment(1);
    }

    /// A slot that is prepared in chunks has got one more; `over`: it was the last.
    fn end_if(&mut self, at: usize, slot: &Slot, over: bool) -> Settled {
        let end = self.firm[at].pieces.last().map_or(0, |last| last.start + last.ticks);
        let so_far = end - self.tape(slot.start);
        let left = if item_of(slot).is_some() {
            (self.firm[at].planned - self.firm[at].placed).max(HZ)
        } else {
            (self.firm[at].planned - so_far).max(1)
        };
        let length = if over { so_far } else { so_far + left };
        self.firm[at].complete = over;
        self.timeline.settle(at, length);
        Settled::Firm { moved: length != slot.length }
    }
}

/// Whether all of an item has been placed: by now it may be known to be shorter than what it was planned by, and nothing is waited for behind its end.
fn is_all(slot: &Slot, (planned, placed): (i64, i64), stock: &Stock) -> bool {
    let Some((item, offset)) = item_of(slot).filter(|_| !slot.cut) else { return false };
    let known = stock.length(item) - offset;
    (1..planned).contains(&known) && !is_left(known, placed)
}
