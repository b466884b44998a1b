//! The running station: owner tasks, and [`App`], which is all that `web` sees of them.
//!
//! Each live thing has one owner task (receiver, tuner pool, tape, transcoder, session). Others send it typed requests with a
//! reply slot, and read what it publishes: snapshots behind an atomic pointer or a watch. Nothing here knows HTTP; time comes
//! from one [`Clock`] that is made at start.

mod admission;
pub mod assistant;
pub mod conversation;
mod guardian;
pub mod guide;
mod housekeeping;
mod joins;
mod ledger;
mod letters;
pub mod library;
mod logos;
mod memory;
pub mod news;
pub mod own;
pub mod playback;
pub mod prepare;
pub mod programmes;
mod receivers;
mod say;
mod session;
mod sessions;
pub mod settings;
pub mod shelf;
mod slate;
mod sources;
pub mod station;
pub mod status;
pub mod tape;
pub mod timers;
pub mod transcoders;
pub mod tuners;
pub mod view;
mod wishes;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use futures_util::Stream;
use telecast_core::error::{Error, Kind};
use telecast_core::limits;
use telecast_core::lineup::{ChannelId, Lineup};
use telecast_core::outgoing::Reach;
use telecast_core::session::ReasonCode;
use telecast_core::tuner::{Cause, Priority, Refusal};
use telecast_store::{Store, Subscription};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::adapters::clock::Clock;
use crate::adapters::outgoing::Outgoing;
pub use crate::spawn::{panics, supervise};
use assistant::Assistant;
use conversation::Conversations;
use guardian::Guardian;
use guide::files::FileView;
use guide::{DetailView, Export, Guide, Query, RowView, SearchPage};
use ledger::Ledger;
use library::Library;
use memory::Memory;
use news::News;
use own::{Favourites, Own};
use receivers::Receivers;
use session::Surroundings;
use sessions::Sessions;
use settings::InForce;
use station::Stations;
use status::Status;
use transcoders::Transcoders;
use tuners::{Board, Hold, Tuners, Wish};
pub use wishes::{Kept, WishChange};

pub use logos::Logo;
pub use playback::{Directives, PlayError, PlaybackHandle};
pub use programmes::{ItemAsked, PreparingView, ProgrammeView};
pub use settings::{Keeping, Limits, ReceiverSettings, Settings};
pub use status::view::{PlayerFacts, StatusView};
pub use view::{
    At, ClientView, Event, HolderView, NowNextView, PlanView, ReasonView, ReceiverState, ReceiverView,
    Rights, SessionState, SessionView, StartPlayback, TrackView,
};

/// The station. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    clock: Clock,
    settings: InForce,
    status: Status,
    receivers: Arc<Receivers>,
    sessions: Sessions,
    guardian: Guardian,
    guide: Guide,
    own: Own,
    library: Library,
    tuners: Tuners,
    transcoders: Transcoders,
    memory: Memory,
    ledger: Ledger,
    lineup: Arc<ArcSwap<Lineup>>,
    news: News,
    stations: Stations,
    assistant: Assistant,
    conversations: Conversations,
    stop: CancellationToken,
}

impl App {
    /// Starts all owners; returns before any receiver has answered. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The tape directory cannot be made, read or written.
    pub async fn start(settings: Settings, store: Store) -> Result<Self, Error> {
        let (clock, usage) = (Clock::start(), Arc::new(AtomicU64::new(0)));
        let (first, settings) = (settings.receivers.clone(), InForce::new(settings));
        let room = open_room(&settings, clock, Arc::clone(&usage)).await?;
        let (stop, news) = (CancellationToken::new(), News::start());
        let lineup = Arc::new(ArcSwap::from_pointee(Lineup::default()));
        let ((ledger, memory), wishes) = (remembered(&store, clock).await, wishes::kept(&store).await);
        let house = housekeeping::keep_house(store.clone(), clock, settings.clone(), stop.child_token());
        supervise("housekeeping", house);
        let talk = conversation::Ground::lay(store.clone(), &settings.now().assistant, clock)?;
        let (guide, library) = stocked(store, (&settings, &lineup, clock), &news, &stop).await;
        let transcoders = Transcoders::start(settings.clone(), room.clone(), clock, stop.child_token());
        let tuners = Tuners::start(settings.clone(), Arc::clone(&lineup), room, clock, stop.child_token());
        let told = (clock, ledger.clone(), guide.clone(), wishes);
        let parts = (Arc::clone(&lineup), tuners.clone(), news.clone(), settings.clone());
        let receivers = Receivers::begin(first, parts, told, stop.child_token()).await?;
        let around = (library.clone(), guide.clone(), Arc::clone(&receivers), news.clone(), clock);
        let stations = Stations::begin(&settings, around, &stop).await?;
        let around = Surroundings {
            tuners: tuners.clone(),
            transcoders: transcoders.clone(),
            lineup: Arc::clone(&lineup),
            memory: memory.clone(),
            ledger: ledger.clone(),
            shelf: shelf::Shelf::default(),
            slates: slate::Slates::default(),
            clock,
            news: news.clone(),
            base_path: settings.now().base_path.as_str().into(),
            settings: settings.clone(),
            stations: stations.clone(),
            stop: stop.child_token(),
        };
        let sessions = Sessions::start(around, settings.clone());
        let guardian = Guardian::begin(&receivers, clock, &sessions, &stop);
        let parts = status::Parts {
            clock,
            settings: settings.clone(),
            usage,
            receivers: Arc::clone(&receivers),
            sessions: sessions.clone(),
            tuners: tuners.clone(),
            transcoders: transcoders.clone(),
            lineup: Arc::clone(&lineup),
        };
        Ok(Self(Arc::new_cyclic(|station| {
            let (assistant, conversations) = talk.build(station.clone(), &news, &stop);
            Inner {
                clock,
                settings,
                status: Status::start(parts, stop.child_token()),
                receivers,
                sessions,
                guardian,
                own: Own::new(guide.store.clone(), news.clone(), clock),
                library,
                guide,
                tuners,
                transcoders,
                memory,
                ledger,
                lineup,
                news,
                stations,
                assistant,
                conversations,
                stop,
            }
        })))
    }

    /// All channels and bouquets of all receivers.
    pub fn lineup(&self) -> Arc<Lineup> {
        self.0.lineup.load_full()
    }

    /// The lineup as receivers have it, and what the host wants of it.
    pub fn own_lineup(&self) -> (Arc<Lineup>, Arc<Kept>) {
        self.0.receivers.own()
    }

    /// Films and series in the host's folders.
    pub fn library(&self) -> &Library {
        &self.0.library
    }

    /// Tracks that a channel had when it was last on; `None` if it never was.
    pub fn tracks(&self, channel_id: &str) -> Option<Vec<TrackView>> {
        self.0.memory.get(channel_id).map(|tracks| memory::views(&tracks))
    }

    /// A channel's logo: the host's, its list's or its receiver's; `None` if it has none, or none that comes in time. Kept.
    pub async fn logo(&self, channel_id: &str) -> Option<Logo> {
        self.0.receivers.logo(channel_id).await
    }

    /// What stands for a channel that has no logo: its initials; `None` if there is no such channel.
    pub async fn drawn_logo(&self, channel_id: &str) -> Option<Logo> {
        self.0.receivers.drawn_logo(channel_id).await
    }

    /// What is on, with texts in the best of `languages`. Never waits for a receiver.
    pub fn now_next(&self, channel_ids: &[String], languages: &[String]) -> Vec<NowNextView> {
        self.0.receivers.now_next(channel_ids, languages)
    }

    /// Channels that the owner of an account likes.
    ///
    /// # Errors
    /// `Unavailable`: the store.
    pub async fn favourites(&self, account: &str) -> Result<Favourites, Error> {
        self.0.own.favourites(account).await
    }

    /// Changes them, all at once, if `revision` is the state that whoever changes them has seen; gives the next one. His other pages are told.
    ///
    /// # Errors
    /// `Conflict`: another page was faster; `Invalid`; `Unavailable`: the store.
    pub async fn like(&self, account: &str, channels: Vec<ChannelId>, revision: i64) -> Result<i64, Error> {
        self.0.own.like(account, channels, revision).await
    }

    /// Languages that the owner of an account reads, best first; none: he has said nothing. From memory, as a rule.
    ///
    /// # Errors
    /// `Unavailable`: the store.
    pub async fn languages(&self, account: &str) -> Result<Arc<[String]>, Error> {
        self.0.own.languages(account).await
    }

    /// Changes them. His other pages are told.
    ///
    /// # Errors
    /// `Invalid`; `Unavailable`: the store.
    pub async fn read_languages(&self, account: &str, languages: Vec<String>) -> Result<(), Error> {
        self.0.own.read(account, languages).await
    }

    /// The time of day (milliseconds since 1970).
    pub fn now_ms(&self) -> i64 {
        self.0.clock.wall_ms()
    }

    /// A window of the guide, channel by channel, with texts in the best of `languages`.
    ///
    /// # Errors
    /// `Unavailable`: the store.
    pub async fn guide(
        &self,
        channels: &[ChannelId],
        window_ms: (i64, i64),
        languages: &[String],
    ) -> Result<Vec<RowView>, Error> {
        self.0.guide.window(channels, window_ms, languages).await
    }

    /// Airings in which words occur.
    ///
    /// # Errors
    /// `Unavailable`: the store.
    pub async fn search_guide(&self, query: Query, languages: &[String]) -> Result<SearchPage, Error> {
        self.0.guide.search(query, languages).await
    }

    /// All that is known of an airing.
    ///
    /// # Errors
    /// `NotFound`: it is not in the guide any more.
    pub async fn programme(&self, id: &str, languages: &[String]) -> Result<DetailView, Error> {
        self.0.guide.programme(id, languages).await
    }

    /// Guide files, and how they fare.
    pub fn guide_files(&self) -> Vec<FileView> {
        self.0.guide.files.views()
    }

    /// The guide as XMLTV, piece by piece.
    pub fn export_guide(&self, export: Export) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        self.0.guide.export(export)
    }

    /// Makes a session, or finds the one of the same request. Answers when it is written, and never waits for a receiver.
    ///
    /// # Errors
    /// `NotFound`: no such channel, or none for this viewer. `Forbidden`: what is on is not for his age. `Conflict`: its key was used for another request.
    /// `Unavailable`: as many sessions as there may be (with a reason), the store fails, or the station is shutting down.
    /// On any error there is no session.
    pub async fn start_session(&self, request: StartPlayback) -> Result<SessionView, Error> {
        let programme = self.asked(&request).await?;
        let earliest = match &programme {
            Some(programme) => programme.admit(&request.rights).map(|()| None)?,
            None => self.0.guardian.admit(&request)?,
        };
        self.0.sessions.begin(request, earliest, programme).await
    }

    /// A session as it stands; those that are over stay visible for five minutes.
    pub fn session(&self, id: &str) -> Option<SessionView> {
        self.0.sessions.all().by_id.get(id).map(|entry| entry.view.borrow().clone())
    }

    /// Whether a visible session is this account's.
    pub fn is_session_of(&self, id: &str, account: &str) -> bool {
        self.0.sessions.all().by_id.get(id).is_some_and(|entry| entry.is_of(account))
    }

    /// Whether a visible session is somebody's without an account.
    pub fn is_anonymous(&self, id: &str) -> bool {
        self.0.sessions.all().by_id.get(id).is_some_and(|entry| entry.rights().anonymous)
    }

    /// A session that is not visible any more, as it ended: of `account`, or of anybody. Forgotten after a day.
    ///
    /// # Errors
    /// `Unavailable`: the store fails.
    pub async fn past_session(&self, id: &str, account: Option<&str>) -> Result<Option<SessionView>, Error> {
        self.0.sessions.past(id, account).await
    }

    /// All sessions that are still visible.
    pub fn sessions(&self) -> Vec<SessionView> {
        self.0.sessions.all().by_id.values().map(|entry| entry.view.borrow().clone()).collect()
    }

    /// A session once it is ready or over, or after `wait`.
    pub async fn wait_session(&self, id: &str, wait: Duration) -> Option<SessionView> {
        let entry = self.0.sessions.all().by_id.get(id).cloned()?;
        Some(entry.wait(wait, |view| view.state == SessionState::Ready || view.state.is_over()).await)
    }

    /// Its player still watches, and says how it fares. `None`: there is no such session.
    pub fn heartbeat(&self, id: &str, player: Option<&PlayerFacts>) -> Option<SessionView> {
        let all = self.0.sessions.all();
        let entry = all.by_id.get(id)?;
        entry.heartbeat();
        if let Some(said) = player {
            self.0.status.report(entry, said);
        }
        Some(entry.view.borrow().clone())
    }

    /// Ends a session; it is released when this returns. Stopping twice is no error. `None`: there is none.
    pub async fn stop(&self, id: &str) -> Option<SessionView> {
        self.end(id, ReasonCode::StoppedByClient).await
    }

    /// The same for whatever reason, which its viewer is told.
    pub async fn end(&self, id: &str, reason: ReasonCode) -> Option<SessionView> {
        let entry = self.0.sessions.all().by_id.get(id).cloned()?;
        Some(entry.stop(reason).await)
    }

    /// Holds a channel's tape for something that is no session, as a recording does, for as long as the answer lives and is renewed.
    ///
    /// # Errors
    /// Why there is no tuner for it, and who holds them.
    pub async fn hold(&self, channel_id: &str, holder: &str, priority: Priority) -> Result<Hold, Refusal> {
        let channel = ChannelId(channel_id.to_owned());
        let sources = self.0.lineup.load().channel(&channel).map(|channel| channel.sources.clone());
        let wish =
            Wish { channel, sources: sources.unwrap_or_default(), holder: holder.to_owned(), priority };
        let nothing = Refusal { cause: Cause::NoSource, holders: Vec::new(), retry_after: Duration::ZERO };
        self.0.tuners.acquire(wish).await.unwrap_or(Err(nothing))
    }

    /// Who holds which tuner, as it was a moment ago.
    pub fn board(&self) -> Arc<Board> {
        self.0.tuners.board()
    }

    /// The door to the tape behind a playback address.
    pub fn playback_by_key(&self, key: &str) -> Option<Arc<PlaybackHandle>> {
        self.0.sessions.by_key(key)
    }

    /// The same of a session.
    pub fn playback_of(&self, id: &str) -> Option<Arc<PlaybackHandle>> {
        self.0.sessions.all().by_id.get(id).map(|entry| Arc::clone(&entry.handle))
    }

    /// All receivers.
    pub fn receivers(&self) -> Vec<ReceiverView> {
        self.0.receivers.views()
    }

    /// Tuners of all receivers that have said how many they have, but no more than one account may use at once; none: none has.
    pub fn tuners(&self) -> Option<u32> {
        let told: u32 = self.receivers().iter().filter_map(|receiver| receiver.tuners).sum();
        let most = u32::try_from(self.0.settings.now().limits.account).unwrap_or(u32::MAX);
        (told > 0).then(|| told.min(most))
    }

    /// From now on these settings; the folder of the tapes and the path before addresses stay as they are. Receivers are those of the configuration
    /// file; one that is the same as before is not touched, nor is who watches it.
    ///
    /// # Errors
    /// `Conflict`: the id of a new receiver is taken by one that a page has added. `Invalid`: a receiver's address cannot be used. Then nothing has
    /// changed.
    pub async fn change(&self, new: Settings) -> Result<(), Error> {
        let taken = |new: &&ReceiverSettings| {
            self.receivers().iter().any(|receiver| receiver.id == new.id && receiver.source == "store")
        };
        if let Some(twice) = new.receivers.iter().find(taken) {
            let words = format!(
                "A receiver '{}' was added in the browser already; give this one another name.",
                twice.name
            );
            return Err(Error::new(Kind::Conflict, words));
        }
        receivers::check(&new.receivers, self.0.clock)?;
        let receivers = new.receivers.clone();
        self.0.assistant.providers().set(new.assistant.clone());
        self.0.settings.set(new);
        self.0.guide.written.changed();
        self.0.library.settings_changed();
        self.0.receivers.reconcile(&receivers).await
    }

    /// Adds a receiver and starts to read it; whoever calls keeps it in the store.
    ///
    /// # Errors
    /// `Conflict`: the id is taken.
    pub async fn add_receiver(&self, receiver: ReceiverSettings) -> Result<ReceiverView, Error> {
        self.0.receivers.add(receiver).await
    }

    /// Whether a receiver at this address would be asked; none is for it.
    ///
    /// # Errors
    /// `AddressRefused`: not by this station.
    pub async fn may_ask(&self, url: &Url) -> Result<(), Error> {
        receivers::may_ask(&Outgoing::new(Reach::Home), url).await
    }

    /// Removes a receiver; its sessions end.
    ///
    /// # Errors
    /// `NotFound`; `Conflict`: it stands in the configuration file.
    pub async fn remove_receiver(&self, id: &str) -> Result<(), Error> {
        self.0.receivers.remove(id).await
    }

    /// Reads a receiver's channels again, now.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn refresh_receiver(&self, id: &str) -> Result<(), Error> {
        self.0.receivers.again(id)
    }

    /// Asks a receiver who it is, without adding it: state, message, model, tuners, number of channels.
    pub async fn test_receiver(&self, receiver: ReceiverSettings) -> ReceiverView {
        receivers::test(receiver, self.0.clock).await
    }

    /// The station at a glance.
    pub fn status(&self) -> StatusView {
        self.0.status.now()
    }

    /// The same as the text of an event of the topic `status`: at once, and then each second while somebody listens; made once for all.
    pub fn status_feed(&self) -> watch::Receiver<Arc<str>> {
        self.0.status.feed()
    }

    /// Hears what changes, a topic at a time as they are added: each message is the text of an [`Event`]. A slow listener loses
    /// messages and is told (`Lagged`). `None` once the station has ended.
    pub fn listen(&self) -> Option<Subscription> {
        self.0.news.listen()
    }

    /// Ends all sessions, tapes and children; returns when they are gone or after [`limits::SHUTDOWN`].
    pub async fn shutdown(&self) {
        self.0.stop.cancel();
        let tapes: Vec<CancellationToken> =
            self.0.tuners.running().values().map(|tape| tape.gone().clone()).collect();
        let coded = self.0.transcoders.standing();
        let coded: Vec<CancellationToken> =
            coded.running.values().map(|running| running.tape.gone().clone()).collect();
        let sessions = self.0.sessions.all();
        let all = async {
            for session in sessions.by_id.values() {
                session.wait(limits::SHUTDOWN, |view| view.state.is_over()).await;
            }
            for gone in tapes.into_iter().chain(coded) {
                gone.cancelled().await;
            }
            self.0.ledger.finish().await;
        };
        if tokio::time::timeout(limits::SHUTDOWN, all).await.is_err() {
            tracing::warn!("some sessions or tapes did not end in time and were dropped");
        }
        self.0.news.end();
    }
}

/// What is shown, and what may be: the guide, and the library on the same store.
async fn stocked(
    store: Store,
    (settings, lineup, clock): (&InForce, &Arc<ArcSwap<Lineup>>, Clock),
    news: &News,
    stop: &CancellationToken,
) -> (Guide, Library) {
    let ending = stop.child_token();
    let library = Library::start(settings.clone(), store.clone(), clock, news.clone(), ending).await;
    let parts = (settings.clone(), Arc::clone(lineup), clock);
    (Guide::start(store, parts, news.clone(), stop).await, library)
}

/// The room of the tapes.
async fn open_room(settings: &InForce, clock: Clock, usage: tape::Usage) -> Result<tape::Room, Error> {
    tape::Room::open(settings.clone(), clock, usage).await.map_err(|error| {
        let settings = settings.now();
        let place = settings.tape.directory.display();
        Error::new(
            Kind::Unavailable,
            format!("Tapes cannot be kept in {place}: {error}. Choose another directory."),
        )
    })
}

/// What the store remembers of an earlier run, and who writes to it from now on. A store that cannot be read costs memory, not
/// the start: `readyz` says that it fails.
async fn remembered(store: &Store, clock: Clock) -> (Ledger, Memory) {
    match store.end_orphans(clock.wall_ms()).await {
        Ok(0) => {}
        Ok(sessions) => tracing::warn!(sessions, "ended sessions that an earlier run has left open"),
        Err(error) => tracing::warn!(%error, "sessions of an earlier run cannot be ended"),
    }
    let seen = store.all_tracks().await.unwrap_or_else(|error| {
        tracing::warn!(%error, "what channels carried cannot be read");
        HashMap::default()
    });
    let ledger = Ledger::start(store.clone(), clock);
    (ledger.clone(), Memory::new(seen, ledger))
}
