//! Channels of one's own, as a receiver gives them. Nothing outside is asked: the planner writes on the [`Board`] which there are and what is firm on each,
//! and tapes read there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwap, ArcSwapOption};
use telecast_core::limits;
use telecast_core::lineup::{BouquetEntry, ChannelId, ReadBouquet, ServiceRef};
use tokio::sync::watch;

use super::clock::Clock;
use super::gate::Gate;
use super::pieces::Piece;
use super::programmes::{Programme, Programmes};
use super::receiver::{About, Answers, Kind, Settings};

/// Id of the receiver that gives them.
pub const RECEIVER: &str = "own";
/// The bouquet in which they are.
const BOUQUET: &str = "Own channels";

/// What is firm on a channel: pieces, oldest first, none before the end of the one before.
#[derive(Clone, Debug, Default)]
pub struct OnAir {
    /// When the channel's tape time was 0, milliseconds since 1970.
    pub epoch_ms: i64,
    /// Pieces that are on, were lately, or will be.
    pub pieces: Vec<Due>,
    /// Other channels that are on as they are, were lately, or will be, between pieces.
    pub lives: Vec<DueLive>,
}

/// Another channel and when it is on.
#[derive(Clone, Debug)]
pub struct DueLive {
    /// Tape time of its start.
    pub start: i64,
    /// Tape time at which it is over; it may come later yet.
    pub end: i64,
    /// Reckoned as for a piece: sequence, discontinuity sequence, run.
    pub reckoned: (u64, u64, u32),
    /// Which channel.
    pub channel: ChannelId,
    /// What stands where it does not come.
    pub slate: Option<Arc<Piece>>,
    /// What became of it.
    pub fate: Arc<Fate>,
}

/// Why another channel is not on where it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// There is no such channel, or no receiver that has it.
    NoChannel,
    /// All tuners are held by who is more important, or the receivers do not answer.
    NoTuner,
    /// It was tuned to and gives no picture, or none any more.
    NoPicture,
}

impl Why {
    /// As it stands in the log.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoChannel => "live_no_channel",
            Self::NoTuner => "live_no_tuner",
            Self::NoPicture => "live_no_picture",
        }
    }
}

/// What has become of a slot, told by the tape to the planner.
#[derive(Debug, Default)]
pub struct Fate(ArcSwapOption<Why>);

impl Fate {
    /// A slate stands there, for this reason.
    pub fn tell(&self, why: Why) {
        self.0.store(Some(Arc::new(why)));
    }

    /// Why a slate stood there; none: it was on as planned, or nobody watched.
    pub fn told(&self) -> Option<Why> {
        self.0.load().as_deref().copied()
    }
}

/// A piece and when it is on.
#[derive(Clone, Debug)]
pub struct Due {
    /// Tape time of its start.
    pub start: i64,
    /// Sequence of its first segment, as it was reckoned for the channel from its beginning on.
    pub sequence: u64,
    /// Discontinuity sequence, reckoned in the same way.
    pub discontinuity_sequence: u64,
    /// Number of its first run, reckoned in the same way.
    pub run: u32,
    /// What.
    pub piece: Arc<Piece>,
}

impl Due {
    /// Tape time at which it is over.
    pub fn end(&self) -> i64 {
        self.start + self.piece.outline().length
    }
}

/// A channel of one's own as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnChannel {
    /// Id that the station has given it.
    pub id: String,
    /// Name.
    pub name: String,
    /// Its number, if the host wants a certain one.
    pub number: Option<u32>,
}

/// What there is, and what is firm.
#[derive(Debug, Default)]
pub struct Board {
    channels: ArcSwap<Vec<OwnChannel>>,
    on_air: Mutex<HashMap<String, watch::Sender<Arc<OnAir>>>>,
    /// Programmes that are played for themselves.
    pub programmes: Programmes,
}

impl Board {
    fn on_air(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<Arc<OnAir>>>> {
        // It is whole at every step, so a panic elsewhere does not spoil it.
        self.on_air.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These are the channels from now on, in this order; says whether that is news. What was on one that is gone ends.
    pub fn channels(&self, channels: Vec<OwnChannel>) -> bool {
        self.on_air().retain(|id, _| channels.iter().any(|channel| channel.id == *id));
        let before = self.channels.swap(Arc::new(channels));
        *before != **self.channels.load()
    }

    /// This is firm on a channel from now on.
    pub fn firm(&self, id: &str, on_air: OnAir) {
        let mut all = self.on_air();
        all.entry(id.to_owned())
            .or_insert_with(|| watch::channel(Arc::default()).0)
            .send_replace(Arc::new(on_air));
    }

    /// What is firm on a channel. None: there is no such channel.
    pub fn watch(&self, id: &str) -> Option<watch::Receiver<Arc<OnAir>>> {
        if !self.channels.load().iter().any(|channel| channel.id == id) {
            return None;
        }
        let mut all = self.on_air();
        Some(all.entry(id.to_owned()).or_insert_with(|| watch::channel(Arc::default()).0).subscribe())
    }
}

/// The receiver; cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    settings: Settings,
    board: Arc<Board>,
    /// Nobody goes through it: it is never shut.
    gate: Gate,
}

impl Client {
    /// What `board` says, as a receiver.
    pub fn new(board: Arc<Board>, clock: Clock) -> Self {
        let settings = Settings {
            kind: Kind::Own,
            id: RECEIVER.into(),
            name: BOUQUET.into(),
            url: super::receiver::nowhere(),
            username: String::new(),
            password: None,
            stream_port: 0,
            tuners: Some(limits::SESSIONS as u32),
            bouquets: Vec::new(),
            from_file: true,
        };
        let gate = Gate::new(RECEIVER.into(), clock);
        Self(Arc::new(Inner { settings, board, gate }))
    }

    /// What it was made with.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// It is asked nothing.
    pub fn answers(&self) -> Answers {
        Answers::default()
    }

    /// A door that is never shut.
    pub fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// What it is.
    pub fn about(&self) -> About {
        About { model: String::new(), tuners: self.0.settings.tuners }
    }

    /// Its channels, in one bouquet, if there are any.
    pub fn bouquets(&self) -> Vec<ReadBouquet> {
        let channels = self.0.board.channels.load();
        let service = |channel: &OwnChannel| BouquetEntry {
            number: channel.number,
            ..BouquetEntry::from((ServiceRef::own(&channel.id), channel.name.clone()))
        };
        let services: Vec<BouquetEntry> = channels.iter().map(service).collect();
        if services.is_empty() {
            return Vec::new();
        }
        let bouquet =
            ReadBouquet { reference: RECEIVER.into(), name: BOUQUET.into(), radio: false, services };
        vec![bouquet]
    }

    /// A programme that is played for itself. None: the service is a channel, or it is over.
    pub fn programme(&self, service: &ServiceRef) -> Option<Arc<Programme>> {
        self.0.board.programmes.find(service.programme_id()?)
    }

    /// What is firm on a channel. None: there is no such channel.
    pub fn on_air(&self, service: &ServiceRef) -> Option<watch::Receiver<Arc<OnAir>>> {
        self.0.board.watch(service.own_id()?)
    }
}
