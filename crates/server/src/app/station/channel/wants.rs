//! What a channel needs of the preparation room: the pieces of its next hours, by when they are on.

use std::collections::{BTreeMap, HashMap};

use telecast_core::library::{HZ, ItemId};
use telecast_core::schedule::{Plan, Slot, TICKS_PER_MS, What};

use super::{CHUNK, CHUNKS, Channel, FIRM, Firm, RUSH, WANTED};
use crate::app::prepare::{Board, Key, Source, State, Stretch, Wanted};
use crate::app::station::Stock;
use crate::app::station::cards::{NoFile, StillFiles};

/// Stills are prepared no sooner (ticks): what fills up to a start changes its length with all that becomes firm before it.
const STILLS: i64 = 10 * 60 * HZ;

impl Channel {
    /// What is needed of the preparation room.
    pub(in crate::app::station) fn wanted(&self, now: i64, stock: &Stock, out: &mut BTreeMap<Key, Wanted>) {
        let mut want = |item: ItemId, stretch: Stretch, due: i64| {
            let Some((key, source)) = stock.key(item, stretch).zip(stock.source(item)) else { return };
            add(out, key, source, stretch, due);
        };
        let mut stills = Vec::new();
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
            if firm.is_some() || slot.start < now + STILLS {
                stills.extend(self.still(slot, firm, stock).map(|still| (still, slot.start)));
            }
            let What::Item { item, offset } = slot.what else { continue };
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
        for ((key, source, stretch), due) in stills {
            add(out, key, source, stretch, due);
        }
    }

    /// The piece of a still: the one that is firm, whatever has become of its files, or the one that it would be.
    fn still(&self, slot: &Slot, firm: Option<&Firm>, stock: &Stock) -> Option<(Key, Source, Stretch)> {
        let StillFiles { card, content, sound } = self.card(slot, stock)?.as_ref().ok()?.clone();
        let source = Source::Card { card, sound };
        let Some(firm) = firm else {
            let stretch = Stretch { from: 0, length: Some(slot.length) };
            return Some((Key::of(&content, stretch), source, stretch));
        };
        let slate = Stock::slate_key();
        let piece = firm.pieces.first().filter(|piece| piece.key != slate.name())?;
        let stretch = Stretch { from: piece.from, length: piece.length };
        Some((Key::read_or(&piece.key), source, stretch))
    }

    /// The files of the still that a slot shows.
    fn card<'a>(&self, slot: &Slot, stock: &'a Stock) -> Option<&'a Result<StillFiles, NoFile>> {
        let What::Still(name) = slot.what else { return None };
        let document = self.document.as_ref().ok()?;
        let source = document.sources.get(&**self.timeline.names.get(name as usize)?)?;
        stock.card(source.still.as_ref()?)
    }

    /// The piece that a slot as a whole is made of. None: nothing is made for it, or its files are away.
    pub(super) fn piece_of(&self, slot: &Slot, stock: &Stock) -> Option<(Key, Stretch)> {
        let What::Item { item, offset } = slot.what else {
            return self.still(slot, None, stock).map(|(key, _, stretch)| (key, stretch));
        };
        let stretch = whole(slot, offset, stock.length(item));
        Some((stock.key(item, stretch)?, stretch))
    }

    /// How the preparation of slot `number` fares.
    pub(in crate::app::station) fn state_of(
        &self,
        number: usize,
        stock: &Stock,
        board: &Board,
    ) -> Option<State> {
        let slot = self.timeline.slots.get(number)?;
        if let Some(Err(NoFile { why, .. })) = self.card(slot, stock) {
            return Some(State::Failed { why: why.clone(), tries: 0, again_ms: 0 });
        }
        board.states.get(&self.piece_of(slot, stock)?.0).cloned()
    }

    /// Films that are interrupted where they are black and silent, and when they are on next; long after all others those that are not planned.
    pub(super) fn interrupted(&self, plan: &Plan) -> HashMap<ItemId, i64> {
        let mut films: HashMap<ItemId, i64> =
            plan.looked_through().into_iter().map(|item| (item, i64::MAX)).collect();
        for slot in &self.timeline.slots {
            if let What::Item { item, .. } = slot.what
                && let Some(at) = films.get_mut(&item)
            {
                *at = slot.start.min(*at);
            }
        }
        films
    }

    /// Names of the pieces of its next hours, and their items.
    pub(in crate::app::station) fn keys(&self, stock: &Stock) -> Vec<(Key, ItemId)> {
        let mut keys = Vec::new();
        for (number, slot) in self.timeline.slots.iter().enumerate().take(self.firm.len() + WANTED) {
            let What::Item { item, offset } = slot.what else { continue };
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

fn add(out: &mut BTreeMap<Key, Wanted>, key: Key, source: Source, stretch: Stretch, due: i64) {
    let due_ms = due / TICKS_PER_MS;
    let planned = stretch.length.unwrap_or(0);
    let wanted = Wanted { key: key.clone(), source, stretch, planned, due_ms };
    let known = out.entry(key).or_insert(wanted);
    known.due_ms = known.due_ms.min(due_ms);
}

/// The stretch of an item of `length` ticks that a slot shows: to its end, unless it is cut or goes on after a break.
pub(super) fn whole(slot: &Slot, offset: i64, length: i64) -> Stretch {
    let goes_on = slot.cut || offset + slot.length < length - HZ / 2;
    Stretch { from: offset, length: goes_on.then_some(slot.length) }
}

/// The chunk that begins after so many ticks of those that are planned.
pub(super) fn chunk(planned: i64, offset: i64, from: i64) -> Stretch {
    Stretch { from: offset + from, length: Some(CHUNK.min(planned - from)) }
}
