//! What receivers tell of the guide: what is on now and next, often and in a moment; all that they know, seldom and gently.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use telecast_core::error::Error;
use telecast_core::guide::{Airing, Event, now_next};
use telecast_core::lineup::{ChannelId, ReadBouquet, ServiceRef};
use telecast_store::Imported;
use tokio::time::Instant;

use super::{Known, Receiver, Receivers, Told};
use crate::adapters::enigma2;
use crate::adapters::receiver::Trouble;
use crate::app::view::{NowNextView, ReceiverState};

/// Services asked one by one where a box's guide for whole bouquets is broken: two calls each, and a busy box is slow for all.
const SINGLE_GUIDES: usize = 100;
/// Between two large calls the box has this long for its own picture, and as long again as the call before took.
const BREATH: Duration = Duration::from_millis(500);

impl Receivers {
    /// What is on: what receivers have said lately; where they say nothing, what the guide has. For whom it is, the guide knows better.
    pub(in crate::app) fn now_next(&self, channels: &[String], languages: &[String]) -> Vec<NowNextView> {
        let (list, lineup) = (self.list.load(), self.lineup.load());
        let wall = self.clock.wall_ms();
        let now = Instant::now();
        for receiver in list.iter() {
            let of = &receiver.client.settings().id;
            let known = channels.iter().filter_map(|id| lineup.channel(&ChannelId(id.clone())));
            let its = known.filter(|channel| channel.sources.iter().any(|source| source.receiver == *of));
            receiver.interest.look(now, its.map(|channel| &channel.id));
        }
        let one = |id: &String| {
            let id = ChannelId(id.clone());
            let channel = lineup.channel(&id)?;
            let told = channel.sources.iter().find_map(|source| {
                let receiver =
                    list.iter().find(|receiver| receiver.client.settings().id == source.receiver)?;
                let known = receiver.known.load();
                known.on.get(&id).cloned()
            });
            let (on, next) = now_next(told.as_ref().map(|told| &*told.events).unwrap_or_default(), wall);
            let (mut on, mut next) = (on.cloned(), next.cloned());
            let mut at = told.as_ref().map(|told| told.at_ms);
            if let Some((guide_on, guide_next, told_ms)) = self.guide.on.at(&id, wall, languages) {
                if on.is_none() {
                    at = Some(told_ms);
                }
                on = better(on, guide_on);
                next = better(next, guide_next);
            }
            let stale_s = at.map_or(0, |at| (wall - at).max(0) as u64 / 1000);
            Some(NowNextView { channel_id: id.0, now: on, next, stale_s })
        };
        channels.iter().filter_map(one).collect()
    }

    /// Asks what is on and next, one call for each bouquet that it is time for.
    pub(super) async fn read_guide(&self, receiver: &Receiver) -> Result<(), Trouble> {
        let Some(client) = receiver.client.as_box() else { return Ok(()) };
        let known = receiver.known.load_full();
        let mut fresh: HashMap<ChannelId, Vec<Event>> = HashMap::new();
        let mut failed = None;
        let now = Instant::now();
        receiver.interest.keep(now, &known.bouquets);
        let due = known.bouquets.iter().filter(|bouquet| receiver.interest.is_due(now, bouquet));
        let due: Vec<&ReadBouquet> = due.collect();
        for bouquet in &due {
            let mut read = client.now_next(&bouquet.reference).await;
            if let Err(Trouble::Failing(_)) = read {
                read = read_one_by_one(client, bouquet, &fresh).await;
            }
            match read {
                Ok(events) => {
                    receiver.interest.read(now, bouquet);
                    for (service, event) in events {
                        let events = fresh.entry(service.channel_id()).or_default();
                        if !events.contains(&event) {
                            events.push(event);
                        }
                    }
                }
                Err(trouble) => failed = Some(trouble),
            }
        }
        if let Some(trouble) = failed.filter(|_| fresh.is_empty()) {
            return Err(trouble);
        }
        if due.is_empty() {
            return Ok(());
        }
        self.ledger.guide(&fresh);
        let (bouquets, mut on, at_ms) = (known.bouquets.clone(), known.on.clone(), self.clock.wall_ms());
        on.extend(fresh.into_iter().map(|(channel, events)| (channel, Told { events, at_ms })));
        receiver.known.store(Arc::new(Known { bouquets, on }));
        self.send("guide", &());
        Ok(())
    }

    /// Reads all guides again, now.
    pub(in crate::app) fn read_guides_again(&self) {
        for receiver in self.list.load().iter() {
            receiver.is_guide_wanted.store(true, Ordering::Relaxed);
            let is_asked = receiver.state.borrow().state == ReceiverState::Ok;
            // One that does not work is tried anew.
            let wake = if is_asked { &receiver.interest.anew } else { &receiver.again };
            wake.notify_one();
        }
    }

    /// Whether it is time to read all of it: an earlier run may have done so.
    pub(super) async fn is_guide_due(&self, receiver: &Receiver) -> bool {
        if receiver.client.as_box().is_none() {
            return false;
        }
        let source = format!("receiver:{}", receiver.client.settings().id);
        let read = self.ledger.store().guide_read_ms(&source).await.unwrap_or_default();
        let due = self.settings.now().refresh.as_millis() as i64 * 9 / 10;
        read.is_none_or(|at| self.clock.wall_ms() - at >= due)
    }

    /// Reads all that a receiver knows of the days ahead into the store. A bouquet that cannot be read keeps what was known of it.
    pub(super) async fn read_whole_guide(&self, receiver: &Receiver) -> Result<(), Trouble> {
        let Some(client) = receiver.client.as_box() else { return Ok(()) };
        let known = receiver.known.load_full();
        let source = format!("receiver:{}", receiver.client.settings().id);
        let store = self.ledger.store();
        let mut import = match store.import_guide(&source, self.clock.wall_ms()).await {
            Ok(import) => import,
            Err(error) => {
                tracing::warn!(%error, source, "the guide cannot be written");
                return Ok(());
            }
        };
        let (mut failed, mut read) = (None, 0_usize);
        let mut seen: HashSet<ChannelId> = HashSet::new();
        for bouquet in &known.bouquets {
            let began = Instant::now();
            let result = self.whole_guide_of((receiver, client), bouquet, &seen).await;
            match result {
                Ok(airings) => {
                    read += airings.len();
                    let fresh: Vec<Airing> =
                        airings.into_iter().filter(|airing| !seen.contains(&airing.channel)).collect();
                    seen.extend(bouquet.services.iter().map(|read| read.service.channel_id()));
                    if let Err(error) = import.add(fresh).await {
                        tracing::warn!(%error, source, "the guide cannot be written");
                        return Ok(());
                    }
                }
                Err(trouble) => failed = Some(trouble),
            }
            tokio::time::sleep(BREATH + began.elapsed()).await;
        }
        match (failed, read) {
            (Some(trouble), 0) => return Err(trouble),
            (Some(trouble), _) => {
                tracing::warn!(%trouble, source, "a part of its guide cannot be read; what was known of it is kept");
            }
            (None, _) => {}
        }
        self.told(&source, import.finish().await.map_err(Error::from));
        Ok(())
    }

    fn told(&self, source: &str, result: Result<Imported, Error>) {
        match result {
            Ok(done) => {
                let Imported { airings, channels, days_changed, .. } = done;
                tracing::info!(source, airings, channels, days_changed, "the guide was read");
                if days_changed > 0 {
                    self.guide.changed();
                    self.send("guide", &());
                }
            }
            Err(error) => tracing::warn!(%error, source, "the guide cannot be written"),
        }
    }

    /// Of those services of a bouquet that no other bouquet before it had.
    async fn whole_guide_of(
        &self,
        (receiver, client): (&Receiver, &enigma2::Client),
        bouquet: &ReadBouquet,
        seen: &HashSet<ChannelId>,
    ) -> Result<Vec<Airing>, Trouble> {
        let days = self.settings.now().guide_days;
        let services = bouquet.services.iter().map(|read| &read.service);
        let wanted: Vec<&ServiceRef> = services
            .filter(|service| !service.is_marker() && !service.is_hidden() && !service.is_iptv())
            .filter(|service| !seen.contains(&service.channel_id()))
            .collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        if !receiver.is_bulk_broken() {
            match client.guide(&bouquet.reference, days).await {
                Err(Trouble::Failing(why)) => {
                    tracing::info!(
                        receiver = receiver.client.settings().id,
                        why,
                        "its guide for whole bouquets is broken; services are asked one by one"
                    );
                    receiver.bulk_is_broken();
                }
                result => return result,
            }
        }
        let mut found = Vec::new();
        for service in wanted.into_iter().take(SINGLE_GUIDES) {
            found.append(&mut client.guide_of(service, days).await?);
            tokio::time::sleep(BREATH / 5).await;
        }
        Ok(found)
    }
}

/// What a receiver says, with the age that the guide knows if it is the same; or what the guide has.
fn better(said: Option<Event>, guide: Option<Event>) -> Option<Event> {
    let Some(mut said) = said else { return guide };
    if let Some(guide) = guide.filter(|guide| guide.start_ms < said.end_ms && said.start_ms < guide.end_ms) {
        said.rating = said.rating.max(guide.rating);
    }
    Some(said)
}

/// Now and next of those services of a bouquet that nothing is known of yet.
async fn read_one_by_one(
    client: &enigma2::Client,
    bouquet: &ReadBouquet,
    known: &HashMap<ChannelId, Vec<Event>>,
) -> Result<Vec<(ServiceRef, Event)>, Trouble> {
    let mut found = Vec::new();
    let services = bouquet.services.iter().map(|read| &read.service);
    let wanted = services
        .filter(|service| !service.is_marker() && !service.is_hidden() && !service.is_iptv())
        .filter(|service| !known.contains_key(&service.channel_id()));
    for service in wanted.take(SINGLE_GUIDES.saturating_sub(known.len())) {
        found.append(&mut client.now_next_of(service).await?);
    }
    Ok(found)
}
