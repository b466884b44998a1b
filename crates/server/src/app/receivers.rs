//! Receivers: one owner task each, which keeps its channels and what is on; and the lineup pooled of all of them.
//!
//! A receiver that does not answer keeps what was known of it, also from an earlier run, and is asked again with growing pauses. Nobody waits for a receiver
//! but the one who adds or tests it.

mod guide;
mod interest;
mod timers;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use telecast_core::breaker::State as Breaker;
use telecast_core::error::{Error, Kind};
use telecast_core::guide::Event;
use telecast_core::limits;
use telecast_core::lineup::{ChannelId, Lineup, ReadBouquet};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::guide::Guide;
use super::ledger::Ledger;
use super::logos::{Logo, Logos};
use super::news::News;
use super::settings::{InForce, ReceiverSettings, is_same, without_user};
use super::supervise;
use super::tuners::Tuners;
use super::view::{ReceiverState, ReceiverView};
use super::wishes::{self, Kept, WishChange};
use crate::adapters::clock::Clock;
use crate::adapters::guide_file::Place;
use crate::adapters::outgoing::{self, Outgoing};
use crate::adapters::receiver::{Answers, Client, Trouble};
use interest::{Interest, OFTEN};
pub(super) use timers::{Recorder, TimerError};

/// Pauses between tries of a receiver that does not work.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(8),
    Duration::from_secs(20),
    Duration::from_secs(60),
];
/// Channels whose streams' addresses are learnt at start, and how long that may take: the box has a picture to show.
const WARM: usize = 50;
const WARMING: Duration = Duration::from_secs(5);

/// One receiver as others see it.
pub(super) struct Receiver {
    client: Client,
    state: watch::Sender<ReceiverView>,
    known: ArcSwap<Known>,
    again: Notify,
    /// Its guide for whole bouquets always crashes.
    bulk_is_broken: AtomicBool,
    /// Somebody wants all of its guide read, whenever it was.
    is_guide_wanted: AtomicBool,
    interest: Interest,
    /// The way to the owner of its timers, where it has some.
    timers: Option<timers::Planner>,
    stop: CancellationToken,
}

impl Receiver {
    /// The station itself, which gives its own channels.
    fn is_own(&self) -> bool {
        matches!(self.client, Client::Own(_))
    }

    fn is_bulk_broken(&self) -> bool {
        self.bulk_is_broken.load(Ordering::Relaxed)
    }

    fn bulk_is_broken(&self) {
        self.bulk_is_broken.store(true, Ordering::Relaxed);
    }
}

/// What is known of a receiver.
#[derive(Default)]
struct Known {
    bouquets: Vec<ReadBouquet>,
    on: HashMap<ChannelId, Told>,
}

/// What a receiver has said to be on a channel.
#[derive(Clone)]
struct Told {
    events: Vec<Event>,
    /// When (milliseconds since 1970), perhaps to an earlier run.
    at_ms: i64,
}

/// All receivers.
pub(super) struct Receivers {
    list: ArcSwap<Vec<Arc<Receiver>>>,
    /// Serialises changes of the list and of the lineup; held for microseconds.
    change: Mutex<()>,
    pub(super) lineup: Arc<ArcSwap<Lineup>>,
    logos: Logos,
    tuners: Tuners,
    news: News,
    clock: Clock,
    settings: InForce,
    ledger: Ledger,
    guide: Guide,
    /// The lineup as receivers have it.
    pooled: ArcSwap<Lineup>,
    /// What the host wants of it.
    wishes: ArcSwap<Kept>,
    stop: CancellationToken,
}

impl Receivers {
    /// All of them, those of the configuration among them.
    pub(super) async fn begin(
        first: Vec<ReceiverSettings>,
        (lineup, tuners, news, settings): (Arc<ArcSwap<Lineup>>, Tuners, News, InForce),
        told: (Clock, Ledger, Guide, Kept),
        stop: CancellationToken,
    ) -> Result<Arc<Self>, Error> {
        let logos = Logos::open(settings.clone(), told.0).await;
        let receivers = Self::new((lineup, logos), tuners, news, told, settings, stop);
        for receiver in first {
            receivers.add(receiver).await?;
        }
        Ok(receivers)
    }

    fn new(
        (lineup, logos): (Arc<ArcSwap<Lineup>>, Logos),
        tuners: Tuners,
        news: News,
        (clock, ledger, guide, wishes): (Clock, Ledger, Guide, Kept),
        settings: InForce,
        stop: CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            list: ArcSwap::default(),
            change: Mutex::new(()),
            lineup,
            logos,
            tuners,
            news,
            clock,
            settings,
            ledger,
            guide,
            pooled: ArcSwap::default(),
            wishes: ArcSwap::from_pointee(wishes),
            stop,
        })
    }

    /// Adds a receiver with what an earlier run has read from it, and starts its owner.
    pub(super) async fn add(self: &Arc<Self>, settings: ReceiverSettings) -> Result<ReceiverView, Error> {
        let client = Client::new(settings, self.clock)
            .map_err(|trouble| Error::new(Kind::Invalid, trouble.to_string()))?;
        self.admit(client).await
    }

    /// The same of what is no receiver that a host could add.
    pub(super) async fn admit(self: &Arc<Self>, client: Client) -> Result<ReceiverView, Error> {
        let known = self.remembered(&client.settings().id).await;
        let (first, receiver) = self.insert(client, known)?;
        // Known to the pool before it has answered: a channel of an earlier run then says that its receiver does not, and not
        // that nobody has it.
        self.tuners.set_receiver(receiver.client.clone(), receiver.client.streams_at_once(None)).await;
        self.pool();
        let all = Arc::clone(self);
        supervise("receiver", async move {
            let stop = receiver.stop.clone();
            stop.run_until_cancelled(all.live(&receiver)).await;
        });
        Ok(first)
    }

    /// What an earlier run has read from a receiver.
    async fn remembered(&self, id: &str) -> Known {
        let read = self.ledger.store().lineup(id).await.unwrap_or_else(|error| {
            tracing::warn!(%error, receiver = id, "its lineup cannot be read from the store");
            None
        });
        let Some((bouquets, _)) = read else { return Known::default() };
        let mut seen = self.ledger.store().now_next().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "what was on cannot be read from the store");
            HashMap::new()
        });
        let mut known = Known::default();
        for service in bouquets.iter().flat_map(|bouquet| &bouquet.services).map(|read| &read.service) {
            if let Some((channel, (events, at_ms))) = seen.remove_entry(&service.channel_id()) {
                known.on.insert(channel, Told { events, at_ms });
            }
        }
        known.bouquets = bouquets;
        known
    }

    fn insert(&self, client: Client, known: Known) -> Result<(ReceiverView, Arc<Receiver>), Error> {
        let settings = client.settings();
        let _change = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let list = self.list.load_full();
        if list.iter().any(|receiver| receiver.client.settings().id == settings.id) {
            return Err(Error::new(Kind::Conflict, "There is already a receiver of that name."));
        }
        let mut first = blank(settings, ReceiverState::Loading, "Its channels are being read.");
        first.channels = count(&known.bouquets);
        let (state, _) = watch::channel(first.clone());
        let stop = self.stop.child_token();
        let timers = client.as_box().map(|_| timers::Planner::start(client.clone(), &self.news, &stop));
        let receiver = Arc::new(Receiver {
            client,
            state,
            known: ArcSwap::from_pointee(known),
            again: Notify::new(),
            bulk_is_broken: AtomicBool::new(false),
            is_guide_wanted: AtomicBool::new(false),
            interest: Interest::default(),
            timers,
            stop,
        });
        let mut next = (*list).clone();
        next.push(Arc::clone(&receiver));
        self.list.store(Arc::new(next));
        Ok((first, receiver))
    }

    /// Removes a receiver that a page has added.
    pub(super) async fn remove(&self, id: &str) -> Result<(), Error> {
        let receiver = self.find(id)?;
        if receiver.client.settings().from_file {
            return Err(Error::new(
                Kind::Conflict,
                "This receiver stands in the configuration file; remove it there.",
            ));
        }
        self.drop_receiver(&receiver).await;
        self.ledger.forget_lineup(id);
        Ok(())
    }

    /// Makes the receivers of the configuration file those of `wanted`, in that order, before those that pages have added. One that stays as it was is
    /// not touched.
    pub(super) async fn reconcile(self: &Arc<Self>, wanted: &[ReceiverSettings]) -> Result<(), Error> {
        let of_file: Vec<Arc<Receiver>> = self
            .list
            .load()
            .iter()
            .filter(|receiver| receiver.client.settings().from_file && !receiver.is_own())
            .cloned()
            .collect();
        for receiver in of_file {
            let stays = |new: &ReceiverSettings| is_same(new, receiver.client.settings());
            if !wanted.iter().any(stays) {
                self.drop_receiver(&receiver).await;
                if wanted.iter().all(|new| new.id != receiver.client.settings().id) {
                    self.ledger.forget_lineup(&receiver.client.settings().id);
                }
            }
        }
        for new in wanted {
            if self.find(&new.id).is_err() {
                self.add(new.clone()).await?;
            }
        }
        {
            let _change = self.change.lock().unwrap_or_else(PoisonError::into_inner);
            let place = |receiver: &Arc<Receiver>| {
                let id = &receiver.client.settings().id;
                wanted.iter().position(|new| new.id == *id).unwrap_or(wanted.len())
            };
            let mut list = self.list.load().to_vec();
            list.sort_by_key(place);
            self.list.store(Arc::new(list));
        }
        self.pool();
        Ok(())
    }

    /// A receiver is gone; its sessions end.
    async fn drop_receiver(&self, receiver: &Arc<Receiver>) {
        receiver.stop.cancel();
        {
            let _change = self.change.lock().unwrap_or_else(PoisonError::into_inner);
            let rest: Vec<_> =
                self.list.load().iter().filter(|other| !Arc::ptr_eq(other, receiver)).cloned().collect();
            self.list.store(Arc::new(rest));
        }
        self.tuners.forget_receiver(&receiver.client.settings().id).await;
        self.pool();
    }

    /// Reads its channels again, now.
    pub(super) fn again(&self, id: &str) -> Result<(), Error> {
        let receiver = self.find(id)?;
        receiver.interest.forget();
        receiver.again.notify_one();
        Ok(())
    }

    fn find(&self, id: &str) -> Result<Arc<Receiver>, Error> {
        let list = self.list.load();
        let found = list.iter().find(|receiver| receiver.client.settings().id == id).cloned();
        found.ok_or_else(|| Error::new(Kind::NotFound, "There is no such receiver."))
    }

    /// All that a host could add.
    pub(super) fn views(&self) -> Vec<ReceiverView> {
        let list = self.list.load();
        let added = list.iter().filter(|receiver| !receiver.is_own());
        added.map(|receiver| receiver.state.borrow().clone()).collect()
    }

    /// Id and name of those that tell a guide of their own.
    pub(super) fn tellers(&self) -> Vec<(String, String)> {
        let list = self.list.load();
        let boxes = list.iter().map(|receiver| &receiver.client).filter(|client| client.as_box().is_some());
        boxes.map(|client| (client.settings().id.clone(), client.settings().name.clone())).collect()
    }

    /// All of them, how each answers, and where its breaker stands: the worse of those of its pages and its streams.
    pub(super) fn answers(&self) -> Vec<(ReceiverView, Answers, Breaker)> {
        let of = |receiver: &Arc<Receiver>| {
            let client = &receiver.client;
            let (pages, streams) = (client.pages().state(), client.streams().state());
            let worse = if pages as u8 >= streams as u8 { pages } else { streams };
            (receiver.state.borrow().clone(), client.answers(), worse)
        };
        self.list.load().iter().filter(|receiver| !receiver.is_own()).map(of).collect()
    }

    /// A channel's logo.
    pub(super) async fn logo(&self, id: &str) -> Option<Logo> {
        let (lineup, list) = (self.lineup.load_full(), self.list.load_full());
        let channel = lineup.channel(&ChannelId(id.to_owned()))?;
        let client = |id: &str| {
            let receiver = list.iter().find(|receiver| receiver.client.settings().id == id)?;
            receiver.client.as_box().cloned()
        };
        self.logos.of(&lineup, channel, &client).await
    }

    /// What stands for it where it has none.
    pub(super) async fn drawn_logo(&self, id: &str) -> Option<Logo> {
        let lineup = self.lineup.load_full();
        self.logos.drawn(lineup.channel(&ChannelId(id.to_owned()))?).await
    }

    /// The life of one receiver.
    async fn live(&self, receiver: &Receiver) {
        let (mut failures, mut is_cold) = (0, true);
        loop {
            let read = self.read(receiver).await;
            let ok = read.is_ok();
            self.show(receiver, read.as_ref().err());
            if ok {
                failures = 0;
                if std::mem::take(&mut is_cold) {
                    self.warm(receiver).await;
                }
                if self.stay(receiver).await {
                    continue;
                }
            }
            // While its door is shut it need not be asked; as soon as it is open, it is.
            let pages = receiver.client.pages();
            let pause = pages.shut_for().unwrap_or(PAUSES[failures.min(PAUSES.len() - 1)]);
            failures += 1;
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = receiver.again.notified() => failures = 0,
            }
        }
    }

    /// Keeps what is on fresh until the channels must be read again. `false`: it does not answer any more.
    async fn stay(&self, receiver: &Receiver) -> bool {
        let until = tokio::time::Instant::now() + self.settings.now().refresh;
        let mut is_due = self.is_guide_due(receiver).await;
        loop {
            let mut read = self.read_guide(receiver).await;
            is_due |= receiver.is_guide_wanted.swap(false, Ordering::Relaxed);
            if read.is_ok() && std::mem::take(&mut is_due) {
                read = self.read_whole_guide(receiver).await;
            }
            if let Err(trouble) = read {
                if matches!(trouble, Trouble::Unreachable(_) | Trouble::NotAsked(_) | Trouble::Unauthorized) {
                    self.show(receiver, Some(&trouble));
                    return false;
                }
                tracing::warn!(receiver = receiver.client.settings().id, %trouble, "its guide cannot be read");
            }
            let rest = until.saturating_duration_since(tokio::time::Instant::now());
            tokio::select! {
                () = tokio::time::sleep(OFTEN.min(rest)) => {}
                () = receiver.interest.anew.notified() => {}
                () = receiver.again.notified() => return true,
            }
            if until <= tokio::time::Instant::now() {
                return true;
            }
        }
    }

    async fn read(&self, receiver: &Receiver) -> Result<(), Trouble> {
        let client = &receiver.client;
        client.forget_addresses();
        let about = client.about().await?;
        let tuners = client.settings().tuners.or(about.tuners);
        self.tuners.set_receiver(client.clone(), client.streams_at_once(Some(&about))).await;
        receiver.state.send_modify(|view| {
            view.model = Some(about.model.clone());
            view.tuners = tuners;
        });
        let bouquets = client.bouquets().await?;
        self.name_guides();
        let old = receiver.known.load_full();
        if old.bouquets != bouquets {
            self.ledger.lineup(&client.settings().id, &bouquets);
            receiver.known.store(Arc::new(Known { bouquets, on: old.on.clone() }));
            self.pool();
        }
        Ok(())
    }

    /// Learns where the first channels' streams are before anybody asks.
    async fn warm(&self, receiver: &Receiver) {
        let Some(client) = receiver.client.as_box() else { return };
        let known = receiver.known.load_full();
        let services = known.bouquets.iter().flat_map(|bouquet| &bouquet.services).map(|read| &read.service);
        let playable = services.filter(|service| !service.is_marker() && !service.is_hidden()).take(WARM);
        let all = async {
            for service in playable {
                // One that fails is asked for when it is wanted.
                let _ = client.stream_url(service).await;
            }
        };
        let _ = tokio::time::timeout(WARMING, all).await;
    }

    /// Pools the lineup anew.
    fn pool(&self) {
        let _change = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let list = self.list.load();
        let read: Vec<(String, Vec<ReadBouquet>)> = list
            .iter()
            .map(|receiver| (receiver.client.settings().id.clone(), receiver.known.load().bouquets.clone()))
            .collect();
        let pooled = Lineup::pool(&read);
        self.lineup.store(Arc::new(wishes::wanted(&pooled, &self.wishes.load().wishes)));
        self.pooled.store(Arc::new(pooled));
        self.name_guides();
        self.guide.written.changed();
        self.send("channels", &());
    }

    /// Guides that lists name are read like those of the configuration.
    fn name_guides(&self) {
        let list = self.list.load();
        let named = list.iter().flat_map(|receiver| receiver.client.guides());
        self.guide.files.name(named.map(Place::Url).collect());
    }

    /// The lineup as receivers have it, and what the host wants of it.
    pub(super) fn own(&self) -> (Arc<Lineup>, Arc<Kept>) {
        (self.pooled.load_full(), self.wishes.load_full())
    }

    /// The lineup as it would be.
    pub(super) fn lineup_with(&self, change: &WishChange) -> Lineup {
        let wishes = wishes::changed(&self.wishes.load().wishes, change.clone());
        wishes::wanted(&self.pooled.load(), &wishes)
    }

    /// Changes what the host wants, if `revision` is the state that whoever changes it has seen.
    pub(super) async fn wish(&self, revision: i64, change: WishChange) -> Result<Arc<Kept>, Error> {
        let seen = self.wishes.load_full();
        if seen.revision != revision {
            return Err(Error::new(
                Kind::Conflict,
                "Somebody else has changed the channels. Load them again.",
            ));
        }
        let kept = Arc::new(wishes::change(self.ledger.store(), &seen, change, self.clock.wall_ms()).await?);
        self.wishes.store(Arc::clone(&kept));
        self.pool();
        Ok(kept)
    }

    fn show(&self, receiver: &Receiver, trouble: Option<&Trouble>) {
        let known = receiver.known.load();
        let channels = count(&known.bouquets);
        let (state, message) = describe(trouble);
        if let Some(trouble) = trouble {
            tracing::warn!(receiver = receiver.client.settings().id, %trouble, "a receiver does not work");
        }
        let changed = receiver.state.send_if_modified(|view| {
            let before = view.clone();
            view.state = state;
            view.message = message;
            view.channels = channels;
            *view != before
        });
        if changed {
            // Everybody may listen; where it stands is for whoever runs the station.
            let view = ReceiverView { url: String::new(), ..receiver.state.borrow().clone() };
            self.send("receivers", &view);
        }
    }

    fn send(&self, topic: &str, data: &impl serde::Serialize) {
        self.news.tell(topic, "changed", data);
    }
}

/// Whether all of these could be asked.
pub(super) fn check(receivers: &[ReceiverSettings], clock: Clock) -> Result<(), Error> {
    for settings in receivers {
        Client::new(settings.clone(), clock)
            .map_err(|trouble| Error::new(Kind::Invalid, trouble.to_string()))?;
    }
    Ok(())
}

/// Whether a receiver at `url` would be asked at all. A name that is nobody's may be somebody's later.
pub(super) async fn may_ask(way: &Outgoing, url: &Url) -> Result<(), Error> {
    match tokio::time::timeout(limits::RECEIVER_CONNECT, way.addresses(url)).await {
        Ok(Err(outgoing::Trouble::Refused(refusal))) => {
            let words = format!("The receiver's address is not asked: {refusal}.");
            Err(Error::new(Kind::AddressRefused, words).because(refusal.name()))
        }
        _ => Ok(()),
    }
}

/// Asks a receiver who it is and what it has, without adding it.
pub(super) async fn test(settings: ReceiverSettings, clock: Clock) -> ReceiverView {
    let mut view = blank(&settings, ReceiverState::Ok, "");
    let wanted = settings.tuners;
    let found = async {
        let client = Client::new(settings, clock)?;
        let about = client.about().await?;
        Ok::<_, Trouble>((about, client.bouquets().await?))
    };
    let trouble = match found.await {
        Ok((about, bouquets)) => {
            view.model = Some(about.model);
            view.tuners = wanted.or(about.tuners);
            view.channels = count(&bouquets);
            None
        }
        Err(trouble) => Some(trouble),
    };
    (view.state, view.message) = describe(trouble.as_ref());
    view
}

/// Channels as lists show them: one that stands in several bouquets counts once, what is no channel not at all.
fn count(bouquets: &[ReadBouquet]) -> usize {
    Lineup::pool(&[(String::new(), bouquets.to_vec())]).channels.len()
}

fn describe(trouble: Option<&Trouble>) -> (ReceiverState, String) {
    let state = match trouble {
        None => return (ReceiverState::Ok, "It works.".into()),
        Some(Trouble::Unreachable(_) | Trouble::NotAsked(_) | Trouble::Failing(_)) => {
            ReceiverState::Unreachable
        }
        Some(Trouble::Unauthorized) => ReceiverState::Unauthorized,
        Some(Trouble::NotAReceiver(_)) => ReceiverState::NotAReceiver,
        Some(Trouble::NotAList(_)) => ReceiverState::NotAList,
        Some(Trouble::NoBouquets | Trouble::NoChannels) => ReceiverState::NoBouquets,
    };
    (state, trouble.map(ToString::to_string).unwrap_or_default())
}

fn blank(settings: &ReceiverSettings, state: ReceiverState, message: &str) -> ReceiverView {
    let (mut url, _) = without_user(settings.url.clone());
    url.set_query(None);
    ReceiverView {
        id: settings.id.clone(),
        name: settings.name.clone(),
        kind: settings.kind,
        url: url.into(),
        state,
        message: message.into(),
        model: None,
        tuners: settings.tuners,
        channels: 0,
        source: if settings.from_file { "file" } else { "store" }.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use telecast_core::lineup::ServiceRef;

    #[test]
    fn a_receiver_has_as_many_channels_as_lists_show() {
        let entry = |text: &str| (ServiceRef::parse(text).expect(text), "Name".to_owned());
        let [one, two, radio] =
            ["1:0:19:1:1:1:C00000:0:0:0:", "1:0:19:2:1:1:C00000:0:0:0:", "1:0:2:3:1:1:C00000:0:0:0:"];
        let marker = "1:64:0:0:0:0:0:0:0:0::-- Sport --";
        let hidden = "1:512:1:4:1:1:C00000:0:0:0:";
        let directory = "1:7:1:0:0:0:0:0:0:0:FROM BOUQUET \"x\"";
        let bouquet = |radio: bool, services: &[&str]| ReadBouquet {
            reference: services.concat(),
            name: "B".into(),
            radio,
            services: services.iter().map(|text| entry(text).into()).collect(),
        };
        let bouquets = [
            bouquet(false, &[one, marker, two, one, hidden]),
            bouquet(false, &[two, directory, marker]),
            bouquet(true, &[radio, radio]),
        ];
        let lists = Lineup::pool(&[("box".into(), bouquets.to_vec())]);
        assert_eq!((count(&bouquets), lists.channels.len()), (3, 3));
    }
}
