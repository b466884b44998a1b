//! What a channel needs of the preparation room: the pieces of its next hours, by when they are on.

use std::collections::BTreeMap;
use std::path::PathBuf;

use telecast_core::library::{HZ, ItemId};
use telecast_core::schedule::{Slot, TICKS_PER_MS, What};

use super::{BLINK, CHUNK, CHUNKS, Channel, FIRM, PICTURE_MOST, RUSH, WANTED};
use crate::app::prepare::{Board, Key, State, Stretch, Wanted};
use crate::app::station::Stock;

impl Channel {
    /// What is needed of the preparation room.
    pub(in crate::app::station) fn wanted(&self, now: i64, stock: &Stock, out: &mut BTreeMap<Key, Wanted>) {
        let mut want = |item: ItemId, stretch: Stretch, due: i64| {
            let Some((key, file)) = stock.key(item, stretch).zip(stock.file(item)) else { return };
            add(out, key, file, stretch, due);
        };
        for (number, slot) in self.timeline.slots.iter().enumerate().take(self.firm.len() + WANTED) {
            if slot.start >= now + FIRM {
                break;
            }
            let firm = self.firm.get(number);
            for piece in firm.iter().flat_map(|firm| &firm.pieces) {
                if let Some(item) = piece.item {
                    want(item, Stretch { from: piece.from, length: piece.length }, slot.start);
                }
            }
            let Some((item, offset)) = item_of(slot) else { continue };
            match firm {
                None => {
                    if number == self.firm.len() && slot.start < now + RUSH {
                        for nth in 0..CHUNKS {
                            let from = (now - slot.start).max(0) / CHUNK * CHUNK + nth * CHUNK;
                            if from < slot.length {
                                want(item, chunk(slot.length, offset, from), slot.start + from);
                            }
                        }
                    }
                    want(item, whole(slot, offset, stock.length(item)), slot.start);
                    if let Some((_, less)) = self.shorter.iter().find(|(at, _)| *at == number) {
                        want(item, *less, slot.start);
                    }
                }
                Some(firm) if !firm.complete => {
                    for nth in 0..CHUNKS {
                        let from = firm.placed + nth * CHUNK;
                        if from < firm.planned {
                            want(item, chunk(firm.planned, offset, from), slot.start + from);
                        }
                    }
                }
                Some(_) => {}
            }
        }
    }

    /// How the preparation of slot `number` fares.
    pub(in crate::app::station) fn state_of(
        &self,
        number: usize,
        stock: &Stock,
        board: &Board,
    ) -> Option<State> {
        let slot = self.timeline.slots.get(number)?;
        let (item, offset) = item_of(slot)?;
        board.states.get(&stock.key(item, whole(slot, offset, stock.length(item)))?).cloned()
    }

    /// Names of the pieces of its next hours, and their items.
    pub(in crate::app::station) fn keys(&self, stock: &Stock) -> Vec<(Key, ItemId)> {
        let mut keys = Vec::new();
        for (number, slot) in self.timeline.slots.iter().enumerate().take(self.firm.len() + WANTED) {
            let Some((item, offset)) = item_of(slot) else { continue };
            keys.extend(stock.key(item, whole(slot, offset, stock.length(item))).map(|key| (key, item)));
            if let Some(firm) =
                self.firm.get(number).filter(|firm| !firm.complete && firm.placed < firm.planned)
            {
                keys.extend(stock.key(item, chunk(firm.planned, offset, firm.placed)).map(|key| (key, item)));
            }
        }
        keys
    }
}

fn add(out: &mut BTreeMap<Key, Wanted>, key: Key, file: PathBuf, stretch: Stretch, due: i64) {
    let due_ms = due / TICKS_PER_MS;
    let planned = stretch.length.unwrap_or(0);
    let wanted = Wanted { key: key.clone(), file, stretch, planned, due_ms };
    let known = out.entry(key).or_insert(wanted);
    known.due_ms = known.due_ms.min(due_ms);
}

/// Of which item a slot shows a piece, and from where on; none: a slate stands for it.
pub(super) fn item_of(slot: &Slot) -> Option<(ItemId, i64)> {
    match slot.what {
        What::Item { item, offset } if slot.length >= BLINK => Some((item, offset)),
        _ => None,
    }
}

/// The stretch of an item of `length` ticks that a slot shows: to its end, unless it is cut or goes on after a break.
pub(super) fn whole(slot: &Slot, offset: i64, length: i64) -> Stretch {
    if slot.cut {
        return within(offset, slot.length);
    }
    let goes_on = offset + slot.length < length - HZ / 2;
    Stretch { from: offset, length: goes_on.then_some(slot.length) }
}

/// The stretch of an item that takes no more than `room` ticks: a piece is whole pictures, and longer than was asked for by one at most.
pub(super) fn within(offset: i64, room: i64) -> Stretch {
    Stretch { from: offset, length: Some((room - PICTURE_MOST).max(PICTURE_MOST)) }
}

/// The chunk that begins after so many ticks of those that are planned.
pub(super) fn chunk(planned: i64, offset: i64, from: i64) -> Stretch {
    Stretch { from: offset + from, length: Some(CHUNK.min(planned - from)) }
}
