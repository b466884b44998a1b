//! A source in an order, with its cursors: what comes next, tried first and taken then.
//!
//! A [`Trial`] looks ahead without moving anything; [`Deck::take`] moves the cursors that it went by, each once, and says from where to where.
//! A group is chosen by a lane of its own, in which an item of each group stands for it.

use super::catalogue::{Catalogue, Index, List};
use super::cursor::{Cursor, CursorKey, Cursors};
use super::dice::named;
use super::document::{GroupBy, Mode, Order, OrderKind, Pick};
use super::lane::{Asked, Lane};
use crate::library::ItemId;
use std::collections::HashMap;
use std::sync::Arc;

/// Groups that are asked for something to play before a deck has nothing.
const GROUP_TRIES: usize = 64;

/// A group: its name, and its items in order.
pub(super) type Group = (Arc<str>, List);

/// A source in an order.
#[derive(Clone, Debug)]
pub(super) struct Deck {
    /// Whose cursors they are; the group is left empty.
    pub(super) key: CursorKey,
    kind: OrderKind,
    /// Groups; without groups the list itself. For first runs: the list, then the list of reruns.
    lanes: Vec<Lane>,
    names: Vec<Arc<str>>,
    /// Chooses among groups.
    turn: Option<Lane>,
    /// Of each lane, and of the turn behind them; none: not looked up yet.
    cursors: Vec<Option<Cursor>>,
    cooldown: i64,
    group_cooldown: i64,
    /// First runs: all before this unit were on.
    fresh_from: usize,
}

/// What was looked at, and where its cursors would be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Trial {
    turn: Option<Cursor>,
    lane: Option<(usize, Cursor)>,
    unit: usize,
}

/// A cursor of a deck that was moved: its number in the deck, from where, to where.
pub(super) type Moved = (usize, Cursor, Cursor);

/// Names of items that were gone when a cursor was looked up: of which cursor, what it pointed to, what is there instead.
pub(super) type Gone = (usize, ItemId, ItemId);

/// The groups of a list, in the order in which they appear in it.
pub(super) fn groups(catalogue: &Catalogue, list: &List, by: GroupBy) -> Vec<Group> {
    let name = |index: Index| -> Arc<str> {
        let item = catalogue.item(index);
        let show = || item.show.clone().unwrap_or_else(|| item.title.clone());
        match by {
            GroupBy::Show | GroupBy::Source => show(),
            GroupBy::Season => item.season.map_or_else(show, |season| format!("{} {season}", show()).into()),
            GroupBy::Year => {
                let of_day = || item.released.as_ref().and_then(|day| day.get(..4)?.parse().ok());
                item.year.or_else(of_day).unwrap_or_default().to_string().into()
            }
            GroupBy::Folder => item.path.rsplit_once('/').map_or("", |(folder, _)| folder).into(),
        }
    };
    let (mut at, mut found) = (HashMap::<Arc<str>, usize>::new(), Vec::<(Arc<str>, Vec<Index>)>::new());
    for index in list.iter() {
        let name = name(*index);
        let group = *at.entry(name.clone()).or_insert_with(|| {
            found.push((name, Vec::new()));
            found.len() - 1
        });
        found[group].1.push(*index);
    }
    found.into_iter().map(|(name, items)| (name, items.into())).collect()
}

impl Deck {
    /// A deck without groups.
    pub(super) fn plain(
        catalogue: &Catalogue,
        key: CursorKey,
        list: List,
        order: &Order,
        parts: bool,
        seed: u64,
    ) -> Self {
        let seed = named(named(seed, &key.block), &key.source);
        let mode = match order.kind {
            OrderKind::Shuffle => Mode::Shuffle,
            OrderKind::Random => Mode::Random,
            _ => Mode::Sequential,
        };
        let mut lanes = vec![Lane::new(catalogue, list.clone(), mode, parts, seed)];
        if order.kind == OrderKind::Random && !order.weights.is_empty() {
            lanes[0].weigh(|index| weight_of(catalogue, index, order));
        }
        let mut names = vec![Arc::from("")];
        if order.kind == OrderKind::FirstRun {
            lanes.push(Lane::new(catalogue, list, order.each, parts, seed));
            names.push("rerun".into());
        }
        Self::of(key, order, lanes, names, None)
    }

    /// A deck of groups; empty ones count for nothing.
    pub(super) fn grouped(
        catalogue: &Catalogue,
        key: CursorKey,
        groups: Vec<Group>,
        order: &Order,
        parts: bool,
        seed: u64,
    ) -> Self {
        let seed = named(named(seed, &key.block), &key.source);
        let groups: Vec<Group> = groups.into_iter().filter(|(_, list)| !list.is_empty()).collect();
        let heads: List = groups.iter().map(|(_, list)| list[0]).collect();
        let mode = match order.pick {
            Pick::InTurn => Mode::Sequential,
            Pick::Weighted => Mode::Random,
            Pick::Shuffle => Mode::Shuffle,
        };
        let mut turn = Lane::of_groups(heads.clone(), mode, seed);
        if order.pick == Pick::Weighted {
            let weights: HashMap<Index, f64> = heads
                .iter()
                .zip(&groups)
                .map(|(head, (name, _))| (*head, order.weights.get(&**name).copied().unwrap_or(1.0)))
                .collect();
            turn.weigh(|head| weights.get(&head).copied().unwrap_or(1.0));
        }
        let lane = |(name, list): &Group| {
            let mode = order.modes.get(&**name).copied().unwrap_or(order.each);
            Lane::new(catalogue, list.clone(), mode, parts, named(seed, name))
        };
        let lanes = groups.iter().map(lane).collect();
        Self::of(key, order, lanes, groups.into_iter().map(|(name, _)| name).collect(), Some(turn))
    }

    fn of(key: CursorKey, order: &Order, lanes: Vec<Lane>, names: Vec<Arc<str>>, turn: Option<Lane>) -> Self {
        let ticks = |length: Option<super::values::Length>| length.map_or(0, |length| length.0);
        Self {
            key,
            kind: order.kind,
            cursors: vec![None; lanes.len() + 1],
            lanes,
            names,
            turn,
            cooldown: ticks(order.cooldown),
            group_cooldown: ticks(order.group_cooldown),
            fresh_from: 0,
        }
    }

    /// Whether it must know when items were last on.
    pub(super) fn needs_history(&self) -> bool {
        self.cooldown > 0 || self.group_cooldown > 0 || self.kind == OrderKind::FirstRun
    }

    /// Ticks for which an item is not on again.
    pub(super) fn cooldown(&self) -> i64 {
        self.cooldown
    }

    /// Units in all.
    pub(super) fn len(&self) -> usize {
        let lanes = if self.kind == OrderKind::FirstRun { &self.lanes[..1] } else { &self.lanes };
        lanes.iter().map(Lane::len).sum()
    }

    /// All its items.
    pub(super) fn items(&self) -> impl Iterator<Item = Index> {
        let lanes = if self.kind == OrderKind::FirstRun { &self.lanes[..1] } else { &self.lanes[..] };
        lanes.iter().flat_map(|lane| lane.list().iter().copied())
    }

    /// Names of its groups.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// Items of what a trial has found, and the name of their group.
    pub(super) fn found(&self, trial: &Trial) -> (&[Index], &Arc<str>) {
        let lane = trial.lane.map_or(0, |(lane, _)| lane);
        (self.lanes[lane].unit(trial.unit), &self.names[lane])
    }

    /// Cursor number `number`'s key.
    pub(super) fn cursor_key(&self, number: usize) -> CursorKey {
        CursorKey { group: self.names.get(number).cloned().unwrap_or_default(), ..self.key.clone() }
    }

    /// How the lane of a cursor is gone through; none: it is no cursor of this deck.
    #[cfg(test)]
    pub(super) fn mode_of(&self, key: &CursorKey) -> Option<Mode> {
        if let Some(lane) = self.names.iter().position(|name| *name == key.group) {
            return Some(self.lanes[lane].mode());
        }
        self.turn.as_ref().map(Lane::mode)
    }

    /// An item of the group was on so lately that the group is not on again.
    fn rests(&self, group: usize, asked: &Asked<'_>) -> bool {
        let lately =
            |index: &Index| asked.aired[*index as usize].saturating_add(self.group_cooldown) > asked.at;
        self.group_cooldown > 0 && self.lanes[group].list().iter().any(lately)
    }

    /// Where cursor `number` is, found in `kept` the first time.
    fn cursor(
        &mut self,
        number: usize,
        kept: &Cursors,
        catalogue: &Catalogue,
        gone: &mut Vec<Gone>,
    ) -> Cursor {
        if let Some(cursor) = self.cursors[number] {
            return cursor;
        }
        let cursor = kept.0.get(&self.cursor_key(number)).copied().unwrap_or_default();
        // What was never on is found by history, not by a place.
        let is_fresh = self.kind == OrderKind::FirstRun && number == 0;
        let lane = self.lanes.get(number).or(self.turn.as_ref()).filter(|_| !is_fresh);
        let (settled, is_gone) = lane.map_or((cursor, false), |lane| lane.settle(cursor, catalogue));
        if is_gone && number < self.lanes.len() {
            let there = self.lanes[number].unit(settled.place as usize)[0];
            gone.push((number, cursor.next, catalogue.id(there)));
        }
        self.cursors[number] = Some(settled);
        settled
    }

    /// What comes after what `trial` has found already. Nothing moves.
    pub(super) fn look(
        &mut self,
        trial: &mut Trial,
        asked: &Asked<'_>,
        kept: &Cursors,
        gone: &mut Vec<Gone>,
    ) -> bool {
        match (self.kind, self.turn.is_some()) {
            (OrderKind::FirstRun, _) => self.look_fresh(trial, asked, kept, gone),
            (_, true) => self.look_groups(trial, asked, kept, gone),
            (_, false) => self.look_lane(trial, 0, asked, kept, gone),
        }
    }

    fn look_lane(
        &mut self,
        trial: &mut Trial,
        lane: usize,
        asked: &Asked<'_>,
        kept: &Cursors,
        gone: &mut Vec<Gone>,
    ) -> bool {
        if self.lanes[lane].len() == 0 {
            return false;
        }
        let from = trial.lane.filter(|(of, _)| *of == lane).map(|(_, cursor)| cursor);
        let from = from.unwrap_or_else(|| self.cursor(lane, kept, asked.catalogue, gone));
        let Some((unit, after)) = self.lanes[lane].next(from, asked) else { return false };
        (trial.lane, trial.unit) = (Some((lane, after)), unit);
        true
    }

    fn look_groups(
        &mut self,
        trial: &mut Trial,
        asked: &Asked<'_>,
        kept: &Cursors,
        gone: &mut Vec<Gone>,
    ) -> bool {
        let turn_number = self.lanes.len();
        if trial.turn.is_some() && self.kind == OrderKind::Marathon {
            return false; // it waits: another group in between would tear it apart
        }
        // The group that was looked at before keeps its place; it is another's turn.
        let mut cursor = match trial.turn {
            Some(cursor) => cursor,
            None => self.cursor(turn_number, kept, asked.catalogue, gone),
        };
        trial.lane = None;
        for _ in 0..GROUP_TRIES.min(self.lanes.len() * 4) {
            let Some((group, after)) = self.turn.as_mut().and_then(|turn| turn.next(cursor, asked)) else {
                return false;
            };
            if !self.rests(group, asked) && self.look_lane(trial, group, asked, kept, gone) {
                let stays = self.kind == OrderKind::Marathon && !self.is_done(trial, asked);
                trial.turn = Some(if stays { cursor } else { after });
                return true;
            }
            cursor = after;
        }
        false
    }

    /// A marathon's group is through with what the trial has found.
    fn is_done(&mut self, trial: &Trial, asked: &Asked<'_>) -> bool {
        trial.lane.is_none_or(|(lane, cursor)| self.lanes[lane].is_at_end(cursor, asked))
    }

    fn look_fresh(
        &mut self,
        trial: &mut Trial,
        asked: &Asked<'_>,
        kept: &Cursors,
        gone: &mut Vec<Gone>,
    ) -> bool {
        let from = match trial.lane {
            Some((0, cursor)) => cursor.place as usize,
            Some(_) => return self.look_lane(trial, 1, asked, kept, gone),
            None => self.fresh_from,
        };
        let lane = &self.lanes[0];
        let never = |unit: &usize| {
            let of = lane.unit(*unit);
            of.iter().all(|index| asked.catalogue.is_playable(*index))
                && of.iter().any(|index| asked.aired[*index as usize] == i64::MIN)
        };
        let first = (from..lane.len()).find(never).unwrap_or(lane.len());
        // Of a story one part may be new and another just have been on: it is still to come, but not yet.
        let unit = (first..lane.len()).find(|unit| never(unit) && asked.may(lane.unit(*unit)));
        if trial.lane.is_none() {
            self.fresh_from = first;
        }
        let Some(unit) = unit else {
            trial.lane = None;
            return self.look_lane(trial, 1, asked, kept, gone);
        };
        let before = self.cursor(0, kept, asked.catalogue, gone);
        let id = |unit: usize| self.lanes[0].unit(unit).last().map_or(ItemId(0), |i| asked.catalogue.id(*i));
        let after = Cursor {
            cycle: before.cycle.wrapping_add(1),
            place: unit as u64 + 1,
            last: id(unit),
            next: ItemId(0),
        };
        (trial.lane, trial.unit) = (Some((0, after)), unit);
        true
    }

    /// Moves the cursors to behind what `trial` has found, and says so in `moved`.
    pub(super) fn take(&mut self, trial: &Trial, moved: &mut Vec<Moved>) {
        if let Some((lane, cursor)) = trial.lane {
            moved.push((lane, self.cursors[lane].unwrap_or_default(), cursor));
            self.cursors[lane] = Some(cursor);
        }
        let number = self.lanes.len();
        if let Some(cursor) = trial.turn
            && self.cursors[number] != Some(cursor)
        {
            moved.push((number, self.cursors[number].unwrap_or_default(), cursor));
            self.cursors[number] = Some(cursor);
        }
    }

    /// Cursors that are known here.
    pub(super) fn known(&self) -> impl Iterator<Item = (CursorKey, Cursor)> {
        let known = self.cursors.iter().enumerate();
        known.filter_map(|(number, cursor)| Some((self.cursor_key(number), (*cursor)?)))
    }
}

/// Weight of an item for a throw: of its show, or the largest of its labels.
fn weight_of(catalogue: &Catalogue, index: Index, order: &Order) -> f64 {
    let item = catalogue.item(index);
    let of_show = item.show.as_ref().and_then(|show| order.weights.get(&**show));
    let of_tags = item.tags.iter().chain(&item.genres).filter_map(|tag| order.weights.get(&**tag));
    of_show.copied().or_else(|| of_tags.copied().reduce(f64::max)).unwrap_or(1.0)
}
