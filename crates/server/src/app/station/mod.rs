//! Channels of one's own: one owner of all of them, which plans, has prepared, and puts on air.
//!
//! - [`channel`](self): one channel, its plan and what of it is firm. [`playing`]: programmes that are played for themselves. `stock`: what there is to draw from.
//!   `answers`: to requests. `cards`: files of stills. `learnt`: what is known beside the library. `guide`: what guides are told. `export`: the log of a period as a
//!   file. [`ahead`]: a year of it. [`view`]: as people see it.
//! - Every two seconds, and whenever library, preparation or a document change, each channel is brought to where it is to be; what has changed is kept in the store
//!   before tapes hear of it, so that a restart goes on with what was firm.
//! - Requests are answered between two looks.

pub mod ahead;
mod answers;
mod cards;
mod channel;
mod export;
mod guide;
mod learnt;
pub mod playing;
mod stock;
pub mod view;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use image::ExtendedColorType;
use telecast_core::error::{Error, Kind};
use telecast_core::guide::Event;
use telecast_core::library::ItemId;
use telecast_core::lineup::{ChannelId, Lineup, ServiceRef};
use telecast_core::schedule::{Document, Fault, History, Plan, Standing, TICKS_PER_MS, lint, simulate};
use telecast_store::{Aired, RequestKey, Station, Store};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::guide::Guide;
use super::letters::{Canvas, LINE};
use super::library::{LastAired, Library};
use super::news::News;
use super::prepare::{Board, Key, Preparation, Source, State, Stretch, Wanted};
use super::receivers::Receivers;
use super::settings::InForce;
use super::{App, supervise};
use crate::adapters::clock::Clock;
use crate::adapters::own_channels::{self, OwnChannel, RECEIVER};
use crate::adapters::picture;
use crate::adapters::receiver::Client;
use ahead::SimulationView;
pub use cards::{Cards, NoFile, StillFiles};
use channel::Channel;
use channel::parts::Part;
pub use export::Form as LogForm;
use learnt::Learnt;
use playing::{ItemWish, PastWish};
pub use stock::{Stock, StockFile, called};
use view::{PreviewView, StationDetail, StationView, TimelineView};

/// How often channels are looked at.
const LOOK: Duration = Duration::from_secs(2);
/// Requests that may wait.
const QUEUE: usize = 64;
/// Channels of one's own at most.
const CHANNELS: usize = 500;
/// Days of a timeline that are shown at once.
const SHOWN_MS: i64 = 14 * 86_400_000;
/// Lines of the log that are given at once.
pub const LOG: u32 = 500;
/// The topic of what changes here.
const TOPIC: &str = "stations";

type Reply<T> = oneshot::Sender<Result<T, Error>>;

enum Request {
    All(oneshot::Sender<Vec<StationView>>),
    One(String, Reply<StationDetail>),
    Create(Station, Option<RequestKey>, Reply<StationView>),
    Change {
        id: String,
        revision: i64,
        number: Option<u32>,
        document: String,
        reply: Reply<StationView>,
    },
    Delete(String, Reply<()>),
    Timeline(String, (i64, i64), Reply<TimelineView>),
    /// None: of a channel that is not there yet.
    Preview(Option<String>, Box<Document>, i64, Reply<PreviewView>),
    Ahead(String, Option<Box<Document>>, Reply<Ahead>),
    /// An item, whose picture stays as it is or not.
    Item(Box<ItemWish>, bool, oneshot::Sender<ServiceRef>),
    /// What was on, as far as the log has it.
    Past(PastWish, Vec<Part>, oneshot::Sender<ServiceRef>),
    /// Whether channels may be joined so.
    Joined(Box<Lineup>, Reply<()>),
    /// For whom the items of that are now.
    Ages(PastWish, Vec<Part>, oneshot::Sender<Vec<Option<u8>>>),
}

/// What a run ahead is made of.
type Ahead = (Arc<Plan>, Standing, History, Arc<Stock>);

/// The way to the owner; cheap to clone.
#[derive(Clone)]
pub struct Stations {
    requests: mpsc::Sender<Request>,
    store: Store,
    stocked: Arc<watch::Sender<Arc<Stock>>>,
}

/// What the owner works with.
struct Parts {
    store: Store,
    guide: Guide,
    receivers: Arc<Receivers>,
    board: Arc<own_channels::Board>,
    preparation: Preparation,
    stock: watch::Receiver<Arc<Stock>>,
    /// When items were on air last: told here.
    aired: LastAired,
    news: News,
    clock: Clock,
    /// Where the slate lies.
    folder: PathBuf,
}

impl App {
    /// Channels of one's own.
    pub fn stations(&self) -> &Stations {
        &self.0.stations
    }
}

impl Stations {
    /// Starts the owner, and the room where films are prepared; both end with `stop`.
    ///
    /// # Errors
    /// Prepared films cannot be kept.
    pub(super) async fn begin(
        settings: &InForce,
        (library, guide, receivers, news, clock): (Library, Guide, Arc<Receivers>, News, Clock),
        stop: &CancellationToken,
    ) -> Result<Self, Error> {
        let keeping = settings.now().prepared.clone();
        let folder = keeping.directory.clone();
        let preparation = Preparation::start(keeping, clock, stop.child_token()).map_err(|error| {
            let place = folder.display();
            let words = "Choose another station.prepare.directory.";
            Error::new(
                Kind::Unavailable,
                format!("Prepared films cannot be kept in {place}: {error}. {words}"),
            )
        })?;
        let board = Arc::<own_channels::Board>::default();
        receivers.admit(Client::Own(own_channels::Client::new(Arc::clone(&board), clock))).await?;
        let (stocked, stock) = watch::channel(Arc::default());
        let store = guide.store.clone();
        let aired = library.aired();
        let parts = Parts { store, guide, receivers, board, preparation, stock, aired, news, clock, folder };
        let stocked = Arc::new(stocked);
        supervise(
            "library of own channels",
            stock::follow(library, Arc::clone(&stocked), stop.child_token()),
        );
        Ok(Self::start(parts, stocked, stop.child_token()).await)
    }

    /// From now on channels can draw from this.
    pub fn stock(&self, stock: Stock) {
        self.stocked.send_replace(Arc::new(stock));
    }

    async fn start(parts: Parts, stocked: Arc<watch::Sender<Arc<Stock>>>, stop: CancellationToken) -> Self {
        let (requests, inbox) = mpsc::channel(QUEUE);
        let store = parts.store.clone();
        let kept = store.stations().await.unwrap_or_else(|error| {
            tracing::error!(%error, "own channels cannot be read from the store");
            Vec::new()
        });
        let slate = parts.folder.join("slate.png");
        if let Err(error) = draw_slate(&slate) {
            tracing::error!(%error, "the slate of own channels cannot be drawn");
        }
        let told = guide::Told::default();
        let channels = kept.into_iter().map(Channel::new).collect();
        let owner = Owner {
            parts,
            channels,
            bad: HashSet::new(),
            stock: Arc::default(),
            slate,
            told,
            learnt: Learnt::default(),
            playing: playing::All::default(),
        };
        supervise("own channels", owner.run(inbox, stop));
        Self { requests, store, stocked }
    }

    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> Result<T, Error> {
        let ended = || Error::new(Kind::Unavailable, "The station is ending.");
        let (reply, answer) = oneshot::channel();
        self.requests.send(request(reply)).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())
    }

    /// All channels.
    ///
    /// # Errors
    /// `Unavailable`: the station is ending.
    pub async fn all(&self) -> Result<Vec<StationView>, Error> {
        self.ask(Request::All).await
    }

    /// One channel and its document.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn one(&self, id: String) -> Result<StationDetail, Error> {
        self.ask(|reply| Request::One(id, reply)).await?
    }

    /// Makes a channel, or finds the one that the same request has made. Its document has been checked.
    ///
    /// # Errors
    /// `Conflict`: there are as many as there may be, or the request's key was used for another; `Gone`: what it has made is removed; `Unavailable`: the store.
    pub async fn create(
        &self,
        id: String,
        seed: u64,
        (number, document): (Option<u32>, &Document),
        request: Option<RequestKey>,
    ) -> Result<StationView, Error> {
        let station = Station {
            id,
            number,
            document: written(document)?,
            revision: 1,
            seed: seed as i64,
            epoch_ms: 0,
            state: String::new(),
        };
        self.ask(|reply| Request::Create(station, request, reply)).await?
    }

    /// Changes number and document, if `revision` is the one that whoever changes it has seen.
    ///
    /// # Errors
    /// `NotFound`; `Conflict`: somebody else was faster; `Unavailable`: the store.
    pub async fn change(
        &self,
        id: String,
        revision: i64,
        (number, document): (Option<u32>, &Document),
    ) -> Result<StationView, Error> {
        let document = written(document)?;
        self.ask(|reply| Request::Change { id, revision, number, document, reply }).await?
    }

    /// Whether channels may be joined as in `lineup`.
    ///
    /// # Errors
    /// `Invalid`: own channels would show each other in a circle.
    pub(super) async fn may_join(&self, lineup: Lineup) -> Result<(), Error> {
        self.ask(|reply| Request::Joined(Box::new(lineup), reply)).await?
    }

    /// Removes a channel.
    ///
    /// # Errors
    /// `NotFound`; `Unavailable`: the store.
    pub async fn delete(&self, id: String) -> Result<(), Error> {
        self.ask(|reply| Request::Delete(id, reply)).await?
    }

    /// What is on some of the time from `window_ms.0` until `window_ms.1`.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn timeline(&self, id: String, window_ms: (i64, i64)) -> Result<TimelineView, Error> {
        self.ask(|reply| Request::Timeline(id, window_ms, reply)).await?
    }

    /// What would be on by another document, and how that differs; of a channel that is there, or would be.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn preview(
        &self,
        id: Option<String>,
        document: Document,
        days: i64,
    ) -> Result<PreviewView, Error> {
        self.ask(|reply| Request::Preview(id, Box::new(document), days, reply)).await?
    }

    /// What a channel comes to in so many days, by another document or its own, and what is odd about it.
    ///
    /// # Errors
    /// `NotFound`; `Invalid`: it has no document that could be planned by.
    pub async fn simulate(
        &self,
        id: String,
        document: Option<Document>,
        days: i64,
    ) -> Result<SimulationView, Error> {
        let document = document.map(Box::new);
        let (plan, standing, history, stock) =
            self.ask(|reply| Request::Ahead(id, document, reply)).await??;
        let run = move || {
            let until = standing.at + days * 86_400_000 * TICKS_PER_MS;
            let found = simulate(&plan, &standing, &history, until);
            let begin = jiff::Timestamp::from_millisecond(standing.at / TICKS_PER_MS).unwrap_or_default();
            let day = begin.to_zoned(jiff::tz::TimeZone::system()).date();
            let lints = lint(&plan, day, Some(&found));
            ahead::view(days, &found, &lints, &stock)
        };
        let ran = tokio::task::spawn_blocking(run).await;
        ran.map_err(|_| Error::new(Kind::Internal, "Running ahead has failed."))
    }

    /// What was on before `before_ms`, the newest first.
    ///
    /// # Errors
    /// `Unavailable`: the store.
    pub async fn log(&self, id: &str, before_ms: i64, most: u32) -> Result<Vec<Aired>, Error> {
        Ok(self.store.aired(id, before_ms, most.min(LOG)).await?)
    }
}

fn written(document: &Document) -> Result<String, Error> {
    serde_json::to_string(document).map_err(|error| Error::new(Kind::Internal, error.to_string()))
}

/// Draws what is shown while the next programme is not ready.
fn draw_slate(path: &Path) -> std::io::Result<()> {
    let mut canvas = Canvas::new(1280, 720, 24);
    for (row, text) in ["Gleich geht es weiter", "We will be right back"].into_iter().enumerate() {
        canvas.write(text, 360 - LINE + row * LINE * 2, if row == 0 { 235 } else { 170 });
    }
    let drawn = picture::png((1280, 720), &canvas.pixels, ExtendedColorType::L8);
    std::fs::write(path, drawn.ok_or_else(|| std::io::Error::other("it cannot be drawn"))?)
}

struct Owner {
    parts: Parts,
    channels: Vec<Channel>,
    /// Items that cannot be prepared.
    bad: HashSet<ItemId>,
    /// What there is, without those.
    stock: Arc<Stock>,
    slate: PathBuf,
    told: guide::Told,
    learnt: Learnt,
    playing: playing::All,
}

impl Owner {
    async fn run(mut self, mut inbox: mpsc::Receiver<Request>, stop: CancellationToken) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut board, mut stock) = (self.parts.preparation.board(), self.parts.stock.clone());
        self.stock = Arc::clone(&stock.borrow_and_update());
        self.list();
        loop {
            tokio::select! {
                Some(request) = inbox.recv() => {
                    self.request(request).await;
                }
                _ = look.tick() => self.look().await,
                Ok(()) = board.changed() => self.look().await,
                Ok(()) = stock.changed() => {
                    let next = Arc::clone(&stock.borrow_and_update());
                    self.stocked(&next);
                    self.look().await;
                }
                () = stop.cancelled() => break,
            }
        }
    }

    /// Another library.
    fn stocked(&mut self, next: &Stock) {
        // What has changed its content may be prepared now.
        self.bad.retain(|item| next.files.get(item) == self.stock.files.get(item));
        self.restock();
        self.channels.iter_mut().for_each(Channel::stale);
    }

    /// Channels as lists show them.
    fn list(&self) {
        let listed = self.channels.iter().map(|channel| OwnChannel {
            id: channel.station.id.clone(),
            name: view::name(channel),
            number: channel.station.number,
        });
        if self.parts.board.channels(listed.collect())
            && let Err(error) = self.parts.receivers.again(RECEIVER)
        {
            tracing::error!(%error, "own channels cannot be listed");
        }
    }

    fn now(&self) -> i64 {
        self.parts.clock.wall_ms() * TICKS_PER_MS
    }

    /// Brings every channel to where it is to be.
    async fn look(&mut self) {
        let board = Arc::clone(&self.parts.preparation.board().borrow());
        let now = self.now();
        self.judge(&board);
        self.hear(&board);
        self.find_cards(None).await;
        let (mut told, mut wanted) = (false, BTreeMap::new());
        let lineup = self.parts.receivers.lineup.load_full();
        for channel in &mut self.channels {
            channel.others.lineup = Arc::clone(&lineup);
            channel.others.events = told_of(channel.overrunning(), &self.parts.receivers);
            let changed = channel.look(now, &self.stock, &board);
            channel.wanted(now, &self.stock, &mut wanted);
            told |= changed.plan;
            let on_air = channel.on_air(&board);
            let is_news = channel.tell(&on_air);
            if changed.firm || !changed.aired.is_empty() || is_news {
                let kept =
                    self.parts.store.keep_station(&channel.station.id, &channel.kept(), &changed.aired).await;
                self.parts.aired.note(changed.aired.iter().filter_map(Aired::was_on));
                if let Err(error) = kept {
                    tracing::error!(%error, station = channel.station.id, "what is firm on a channel cannot be kept");
                }
                self.parts.board.firm(&channel.station.id, on_air);
            }
            if changed.plan || changed.firm {
                self.parts.news.tell(TOPIC, "changed", &serde_json::json!({ "id": channel.station.id }));
            }
        }
        let around = (&*self.channels, &*self.stock, &*board);
        self.playing.look(now, around, &self.parts.board.programmes, &mut wanted);
        if !self.channels.is_empty() {
            let mut slates = BTreeMap::new();
            self.channels.iter().for_each(|channel| channel.slates(now, &mut slates));
            wanted.extend(slates.into_iter().map(|(length, due)| self.slate(length, due)));
        }
        self.parts.preparation.want(wanted.into_values().collect()).await;
        self.have_looked_through().await;
        self.told.tell(told, &self.channels, &self.stock, &self.parts).await;
    }

    /// A slate of `length` ticks, that is needed by `due` (ticks).
    fn slate(&self, length: i64, due: i64) -> (Key, Wanted) {
        let key = Stock::slate_key(length);
        let source = Source::File { path: self.slate.clone(), content: "slate".into() };
        let stretch = Stretch { from: 0, length: Some(length) };
        (key.clone(), Wanted { key, source, stretch, planned: length, due_ms: due / TICKS_PER_MS })
    }

    /// Items whose preparation has failed again are planned no more.
    fn judge(&mut self, board: &Board) {
        let failed: HashSet<&Key> = board
            .states
            .iter()
            .filter(|(_, state)| matches!(state, State::Failed { tries, .. } if *tries >= 2))
            .map(|(key, _)| key)
            .collect();
        if failed.is_empty() {
            return;
        }
        let known: HashMap<Key, ItemId> =
            self.channels.iter().flat_map(|channel| channel.keys(&self.stock)).collect();
        let before = self.bad.len();
        self.bad.extend(failed.into_iter().filter_map(|key| known.get(key).copied()));
        if self.bad.len() > before {
            tracing::warn!(items = self.bad.len(), "items that cannot be prepared are planned no more");
            self.restock();
            self.channels.iter_mut().for_each(Channel::stale);
        }
    }

    fn find(&self, id: &str) -> Result<&Channel, Error> {
        self.channels.iter().find(|channel| channel.station.id == id).ok_or_else(gone)
    }

    fn view(&self, channel: &Channel) -> StationView {
        let board = Arc::clone(&self.parts.preparation.board().borrow());
        view::station(channel, &self.stock, &board, self.now())
    }
}

/// What is on and next on a channel, if it is to be known; so it is asked for often.
fn told_of(channel: Option<ChannelId>, receivers: &Receivers) -> HashMap<ChannelId, Vec<Event>> {
    let told = |id: ChannelId| {
        let view = receivers.now_next(std::slice::from_ref(&id.0), &[]).pop()?;
        Some((id, view.now.into_iter().chain(view.next).collect()))
    };
    channel.and_then(told).into_iter().collect()
}

fn gone() -> Error {
    Error::new(Kind::NotFound, "There is no such channel.")
}

/// What is wrong with a document, as one error that names the first place.
pub fn refused(faults: &[Fault]) -> Error {
    let words = faults.first().map_or_else(|| "The document cannot be read.".to_owned(), ToString::to_string);
    Error::new(Kind::Invalid, words)
}
