//! What is asked of the owner, between two looks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use telecast_core::error::{Error, Kind};
use telecast_core::library::ItemId;
use telecast_core::lineup::Lineup;
use telecast_core::schedule::{Document, TICKS_PER_MS, Timeline, circle};
use telecast_store::{Created, RequestKey, Station};

use super::channel::Channel;
use super::channel::parts::Part;
use super::playing::PastWish;
use super::view::{self, StationView};
use super::{Ahead, CHANNELS, Owner, Request, SHOWN_MS, TOPIC, gone};

impl Owner {
    pub(super) async fn request(&mut self, request: Request) {
        match request {
            Request::All(reply) => {
                let _ = reply.send(self.channels.iter().map(|channel| self.view(channel)).collect());
            }
            Request::One(id, reply) => {
                let found = self.find(&id).map(|channel| view::detail(channel, self.view(channel)));
                let _ = reply.send(found);
            }
            Request::Create(station, request, reply) => {
                let _ = reply.send(self.create(station, request.as_ref()).await);
                self.look().await;
            }
            Request::Change { id, revision, number, document, reply } => {
                let _ = reply.send(self.change(&id, revision, number, document).await);
                self.look().await;
            }
            Request::Delete(id, reply) => {
                let _ = reply.send(self.delete(&id).await);
            }
            Request::Timeline(id, window_ms, reply) => {
                let board = Arc::clone(&self.parts.preparation.board().borrow());
                let shown = |channel: &Channel| {
                    let window = (window_ms.0, window_ms.1.min(window_ms.0 + SHOWN_MS));
                    let from = (&*self.stock, &channel.others);
                    view::timeline(&channel.timeline, channel.firm.len(), window, from, &|slot| {
                        channel.state_of(slot, &self.stock, &board)
                    })
                };
                let _ = reply.send(self.find(&id).map(shown));
            }
            Request::Preview(id, document, days, reply) => {
                self.find_cards(Some(&document)).await;
                let now = self.now();
                let until = now + days * 86_400_000 * TICKS_PER_MS;
                let shown = |channel: &Channel| {
                    let next: Timeline = channel.preview(&document, &self.stock, (now, until));
                    view::preview(channel, &next, (now / TICKS_PER_MS, until / TICKS_PER_MS), &self.stock)
                };
                let _ = reply.send(match id {
                    Some(id) => self.find(&id).map(shown),
                    None => Ok(shown(&Channel::imagined())),
                });
            }
            Request::Ahead(id, document, reply) => {
                self.find_cards(document.as_deref()).await;
                let _ = reply.send(self.ahead(&id, document.as_deref()));
            }
            Request::Item(wish, copied, reply) => {
                let around = (&*self.parts.folder, &self.parts.board.programmes);
                let _ = reply.send(self.playing.item(&wish, copied, around));
                self.look().await;
            }
            Request::Past(wish, parts, reply) => {
                let programmes = &self.parts.board.programmes;
                let _ = reply.send(self.playing.past(wish, &parts, &self.stock, programmes));
                self.look().await;
            }
            Request::Joined(lineup, reply) => {
                let _ = reply.send(self.refuse_circles(&lineup));
            }
            Request::Ages(wish, parts, reply) => {
                let _ = reply.send(self.ages(&wish, parts));
            }
        }
    }

    /// For whom they are of which it was made what was on: of the log's `parts`, and of what is firm.
    fn ages(&self, wish: &PastWish, parts: Vec<Part>) -> Vec<Option<u8>> {
        let channel = self.channels.iter().find(|channel| channel.station.id == wish.station);
        let firm = channel.map_or_else(Vec::new, |channel| channel.shown(wish.from, wish.until));
        let items: BTreeSet<ItemId> =
            parts.into_iter().chain(firm).filter(|part| wish.means(part)).map(|part| part.item).collect();
        items.into_iter().filter_map(|item| Some(self.stock.library.get(item)?.age)).collect()
    }

    fn ahead(&self, id: &str, document: Option<&Document>) -> Result<Ahead, Error> {
        let found = self.find(id)?.run_ahead(document, &self.stock, self.now());
        let faulty = || Error::new(Kind::Invalid, "The document has faults; mend them first.");
        let (plan, standing, history) = found.ok_or_else(faulty)?;
        Ok((plan, standing, history, Arc::clone(&self.stock)))
    }

    async fn create(&mut self, station: Station, request: Option<&RequestKey>) -> Result<StationView, Error> {
        if self.channels.len() >= CHANNELS {
            return Err(Error::new(Kind::Conflict, "There are as many own channels as there may be."));
        }
        let now_ms = self.parts.clock.wall_ms();
        // A little past, so that what is on at once has a place on its tape.
        let station = Station { epoch_ms: now_ms - 60_000, ..station };
        if let Created::Before(id) = self.parts.store.create_station(&station, request, now_ms).await? {
            let removed = || Error::new(Kind::Gone, "The channel of this Idempotency-Key has been removed.");
            return self.find(&id).map(|channel| self.view(channel)).map_err(|_| removed());
        }
        self.channels.push(Channel::new(station));
        self.list();
        let channel = self.channels.last().ok_or_else(gone)?;
        Ok(self.view(channel))
    }

    async fn change(
        &mut self,
        id: &str,
        revision: i64,
        number: Option<u32>,
        document: String,
    ) -> Result<StationView, Error> {
        self.find(id)?;
        self.refuse_circle(id, &document)?;
        let now_ms = self.parts.clock.wall_ms();
        let next = self.parts.store.change_station(id, revision, (number, &document), now_ms).await?;
        let found = self.channels.iter_mut().find(|channel| channel.station.id == id);
        if let Some(channel) = found {
            let station = Station { number, document, revision: next, ..channel.station.clone() };
            channel.change(station);
        }
        self.list();
        self.find(id).map(|channel| self.view(channel))
    }

    /// A channel that showed itself by way of others would show nothing.
    fn refuse_circle(&self, id: &str, document: &str) -> Result<(), Error> {
        let Ok(document) = Document::parse(document) else { return Ok(()) };
        let mut all = self.documents();
        all.insert(id, &document);
        let way = circle(&all, id, &self.parts.receivers.lineup.load());
        way.map_or(Ok(()), |way| Err(in_circle(&all, &way)))
    }

    /// The same where other channels are to be one than are now.
    fn refuse_circles(&self, lineup: &Lineup) -> Result<(), Error> {
        let (all, before) = (self.documents(), self.parts.receivers.lineup.load());
        for id in all.keys().copied() {
            if let Some(way) = circle(&all, id, lineup)
                && circle(&all, id, &before).is_none()
            {
                return Err(in_circle(&all, &way));
            }
        }
        Ok(())
    }

    fn documents(&self) -> BTreeMap<&str, &Document> {
        let known = self.channels.iter();
        known.filter_map(|channel| Some((&*channel.station.id, channel.document.as_ref().ok()?))).collect()
    }

    async fn delete(&mut self, id: &str) -> Result<(), Error> {
        self.find(id)?;
        self.parts.store.delete_station(id).await?;
        self.channels.retain(|channel| channel.station.id != id);
        self.list();
        self.told.forget();
        self.parts.news.tell(TOPIC, "changed", &serde_json::json!({ "id": id }));
        Ok(())
    }
}

fn in_circle(all: &BTreeMap<&str, &Document>, way: &[&str]) -> Error {
    let names: Vec<&str> = way.iter().filter_map(|id| all.get(id)).map(|one| one.name.as_str()).collect();
    let shown = names.join(" shows ");
    let first = names.first().copied().unwrap_or_default();
    let words =
        format!("Channels may not show each other in a circle: {shown} shows {first}. Take one of them out.");
    Error::new(Kind::Invalid, words)
}
