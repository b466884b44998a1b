//! What a channel needs of the preparation room: the pieces of its next hours, by when they are on.

use std::collections::{BTreeMap, HashMap};

use telecast_core::library::{HZ, ItemId};
use telecast_core::schedule::{Plan, Slot, TICKS_PER_MS, What};

use super::slates::PICTURE;
use super::{BLINK, CHUNK, CHUNKS, Channel, FIRM, Firm, PICTURE_MOST, RUSH, WANTED};
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
            let Some((item, offset)) = item_of(slot) else { continue };
            // What is made just ahead of the play-head goes before the whole.
            let behind = slot.start + CHUNKS * CHUNK;
            match firm {
                None => {
                    let mut due = slot.start;
                    if number == self.firm.len() && slot.start < now + RUSH {
                        for nth in 0..CHUNKS {
                            let from = (now - slot.start).max(0) / CHUNK * CHUNK + nth * CHUNK;
                            if is_left(slot.length, from) {
                                want(item, part(slot, offset, (slot.length, from), stock), slot.start + from);
                            }
                        }
                        due = behind;
                    }
                    want(item, whole(slot, offset, stock.length(item)), due);
                    if let Some((_, less)) = self.shorter.iter().find(|(at, _)| *at == number) {
                        want(item, *less, slot.start);
                    }
                }
                Some(firm) if !firm.complete => {
                    for nth in 0..CHUNKS {
                        let from = firm.placed + nth * CHUNK;
                        if is_left(firm.planned, from) {
                            want(item, part(slot, offset, (firm.planned, from), stock), slot.start + from);
                        }
                    }
                    if firm.placed == 0 {
                        want(item, whole(slot, offset, stock.length(item)), behind);
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
            let pictures = slot.length / PICTURE * PICTURE;
            let stretch = Stretch { from: 0, length: (pictures > 0).then_some(pictures) };
            stretch.length?;
            return Some((Key::of(&content, stretch), source, stretch));
        };
        let piece = firm.pieces.first().filter(|piece| !piece.is_slate())?;
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
        let Some((item, offset)) = item_of(slot) else {
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
            let Some((item, offset)) = item_of(slot) else { continue };
            keys.extend(stock.key(item, whole(slot, offset, stock.length(item))).map(|key| (key, item)));
            if let Some(firm) =
                self.firm.get(number).filter(|firm| !firm.complete && is_left(firm.planned, firm.placed))
            {
                let part = part(slot, offset, (firm.planned, firm.placed), stock);
                keys.extend(stock.key(item, part).map(|key| (key, item)));
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

/// Of which item a slot shows a piece, and from where on; none: something else stands for it.
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

/// Whether of so many ticks that are planned something is left behind the first `placed`: what is shorter than a blink is no piece of its own.
pub(super) fn is_left(planned: i64, placed: i64) -> bool {
    planned - placed >= BLINK
}

/// The chunk of a slot that begins after so many ticks of those that are planned; what is no longer than a chunk is made as a whole. The last one takes what would
/// not be worth a piece, and does not reach over the end of a slot that is cut.
pub(super) fn part(slot: &Slot, offset: i64, (planned, from): (i64, i64), stock: &Stock) -> Stretch {
    let left = planned - from;
    match slot.what {
        What::Item { item, .. } if from == 0 && planned <= CHUNK => whole(slot, offset, stock.length(item)),
        _ if left >= CHUNK + BLINK => Stretch { from: offset + from, length: Some(CHUNK) },
        _ if slot.cut => within(offset + from, left),
        _ => Stretch { from: offset + from, length: Some(left) },
    }
}
