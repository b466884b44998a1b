//! What channels learn beside the library: which files their stills are, and where films are black and silent. Both come to the stock, and channels that need it are
//! planned anew.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use telecast_core::library::ItemId;
use telecast_core::schedule::Document;
use telecast_core::schedule::document::Still;
use tokio::time::Instant;

use super::cards::{Cards, find};
use super::channel::Channel;
use super::{Owner, Stock, StockFile};
use crate::app::prepare::{Board, Pauses, Unseen};

/// How often it is looked whether files of stills have changed.
const LOOK: Duration = Duration::from_secs(30);

/// See the module.
#[derive(Default)]
pub(super) struct Learnt {
    cards: Arc<Cards>,
    looked: Option<Instant>,
    heard: Arc<Pauses>,
    pauses: Arc<HashMap<ItemId, Arc<[i64]>>>,
    /// What somebody is to look through.
    unseen: Vec<Unseen>,
}

impl Learnt {
    /// The same stock, with what was learnt.
    pub(super) fn added_to(&self, stock: Stock) -> Stock {
        Stock { cards: Arc::clone(&self.cards), pauses: Arc::clone(&self.pauses), ..stock }
    }
}

fn stills(document: &Document) -> impl Iterator<Item = &Still> {
    document.sources.values().filter_map(|source| source.still.as_ref())
}

impl Owner {
    /// Looks for the files of stills, those of `other` too: a document that is not in force.
    pub(super) async fn find_cards(&mut self, other: Option<&Document>) {
        let documents = self.channels.iter().filter_map(|channel| channel.document.as_ref().ok());
        let mut wanted: Vec<Still> = Vec::new();
        for still in documents.chain(other).flat_map(stills) {
            if !wanted.contains(still) {
                wanted.push(still.clone());
            }
        }
        let known = &self.learnt.cards;
        let is_known = |still: &Still| known.iter().any(|(known, _)| known == still);
        let is_fresh = self.learnt.looked.is_some_and(|at| at.elapsed() < LOOK);
        if is_fresh && wanted.iter().all(is_known) || wanted.is_empty() && known.is_empty() {
            return;
        }
        self.learnt.looked = Some(Instant::now());
        let folders = Arc::clone(&self.stock.folders);
        let found = tokio::task::spawn_blocking(move || -> Cards {
            let one = |still: Still| {
                let found = find(&still, &folders);
                (still, found)
            };
            wanted.into_iter().map(one).collect()
        });
        let Ok(found) = found.await else { return };
        if *self.learnt.cards != found {
            self.learnt.cards = Arc::new(found);
            self.restock();
            let shows = |channel: &&mut Channel| {
                channel.document.as_ref().is_ok_and(|own| stills(own).next().is_some())
            };
            self.channels.iter_mut().filter(shows).for_each(Channel::stale);
        }
    }

    /// What was found in films that somebody has looked through.
    pub(super) fn hear(&mut self, board: &Board) {
        if Arc::ptr_eq(&self.learnt.heard, &board.pauses) {
            return;
        }
        self.learnt.heard = Arc::clone(&board.pauses);
        self.restock();
        self.channels.iter_mut().filter(|channel| !channel.films.is_empty()).for_each(Channel::stale);
    }

    /// The stock anew: the library has changed, or what was learnt.
    pub(super) fn restock(&mut self) {
        let next = self.parts.stock.borrow().without(&self.bad);
        let of = |(item, file): (&ItemId, &StockFile)| {
            Some((*item, Arc::clone(self.learnt.heard.get(&file.content)?)))
        };
        let pauses = if self.learnt.heard.is_empty() {
            HashMap::new()
        } else {
            next.files.iter().filter_map(of).collect()
        };
        self.learnt.pauses = Arc::new(pauses);
        self.stock = Arc::new(self.learnt.added_to(next));
    }

    /// Films that channels interrupt where they are black and silent are looked through, in the order in which they are on.
    pub(super) async fn have_looked_through(&mut self) {
        let mut due: BTreeMap<(i64, ItemId), &StockFile> = BTreeMap::new();
        for (item, at) in self.channels.iter().flat_map(|channel| &channel.films) {
            due.extend(self.stock.files.get(item).map(|file| ((*at, *item), file)));
        }
        let mut seen = HashSet::new();
        let unseen: Vec<Unseen> = due
            .into_values()
            .filter(|file| seen.insert(&file.content))
            .map(|file| Unseen { path: file.path.clone(), content: file.content.clone() })
            .collect();
        if unseen != self.learnt.unseen {
            self.learnt.unseen.clone_from(&unseen);
            self.parts.preparation.look_through(unseen).await;
        }
    }
}
