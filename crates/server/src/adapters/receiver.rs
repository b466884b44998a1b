//! A receiver, as the rest of the program knows it: whatever gives channels. What differs between an Enigma2 box and a list is behind [`Client`].

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use percent_encoding::percent_decode_str;
use reqwest::RequestBuilder;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use telecast_core::breaker::Failure;
use telecast_core::limits;
use telecast_core::lineup::{ReadBouquet, ServiceRef};
use telecast_core::outgoing::Refusal;
use url::Url;
use utoipa::ToSchema;

use super::clock::Clock;
use super::gate::Gate;
use super::outgoing::refusal;
use super::stream::{Fault, Stream};
use super::timer::{Added, NewTimer, Timer, TimerTrouble};
use super::{channel_list, enigma2, own_channels};

/// What kind of receiver it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ReceiverKind)]
pub enum Kind {
    /// A box with OpenWebif.
    #[default]
    Enigma2,
    /// A list of addresses.
    M3u,
    /// A network tuner, or what speaks like one.
    HdHomeRun,
    /// The station itself: its own channels. Nobody adds or removes it.
    #[serde(skip_deserializing)]
    Own,
}

impl Kind {
    /// All that a host can add.
    pub const ALL: [Self; 3] = [Self::Enigma2, Self::M3u, Self::HdHomeRun];

    /// As they are written in the configuration, the API and the store, in that order.
    pub const WORDS: &'static [&'static str] = &["enigma2", "m3u", "hdhomerun"];

    /// As it is written.
    pub fn name(self) -> &'static str {
        Self::WORDS.get(self as usize).copied().unwrap_or("own")
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A receiver as the host describes it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What it is.
    pub kind: Kind,
    /// Names it for ever.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Address of its web interface; of a list, where it lies. Without user, password and query.
    pub url: Url,
    /// User name, if it wants one.
    pub username: String,
    /// Password. Of a list without user name: its query with the `?` before it, which mostly holds what lets one in.
    pub password: Option<SecretString>,
    /// Port of its streams.
    pub stream_port: u16,
    /// Tuners, where the host knows better than the box.
    pub tuners: Option<u32>,
    /// Names of bouquets to take; empty: all.
    pub bouquets: Vec<String>,
    /// It comes from the file and cannot be changed on a page.
    pub from_file: bool,
}

/// Why a receiver is not usable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Nobody answers.
    #[error("The receiver does not answer ({0}). Check its address and that it is switched on.")]
    Unreachable(String),
    /// Nobody is asked there.
    #[error("The receiver's address is not asked: {0}.")]
    NotAsked(Refusal),
    /// It answers, and fails while it does.
    #[error("The receiver fails ({0}). Restart it if this stays.")]
    Failing(String),
    /// Wrong user name or password.
    #[error("The receiver does not accept the user name and password.")]
    Unauthorized,
    /// Something else answers there.
    #[error("What answers at this address is not an Enigma2 receiver with OpenWebif ({0}).")]
    NotAReceiver(String),
    /// Nothing to watch.
    #[error("The receiver has no bouquets. Make at least one on the receiver, or check its bouquet editor.")]
    NoBouquets,
    /// Something else than a list lies there: which, as a sentence.
    #[error("{0}")]
    NotAList(String),
    /// Nothing to watch in a list.
    #[error("The list has no channel that can be played.")]
    NoChannels,
}

/// What the box is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Model.
    pub model: String,
    /// Tuners that it names.
    pub tuners: Option<u32>,
}

/// A recording of the box itself that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// What it records.
    pub service: ServiceRef,
    /// Its name, as the box's owner gave it.
    pub name: String,
    /// When it began (Unix seconds of the box's clock).
    pub begin_s: i64,
    /// When it ends (the same).
    pub end_s: i64,
}

/// How a receiver answers; all only grow but the times.
#[derive(Debug, Default)]
pub(super) struct Calls {
    count: AtomicU64,
    failed: AtomicU64,
    last_ms: AtomicU64,
    mean_ms: AtomicU64,
}

/// How a receiver answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Calls that it has answered.
    pub count: u64,
    /// Calls that it has not.
    pub failed: u64,
    /// Time of its last answer (milliseconds).
    pub last_ms: u64,
    /// Mean over its last eight answers or so (milliseconds).
    pub mean_ms: u64,
}

impl Calls {
    pub(super) fn note(&self, answered: bool, took: Duration) {
        if !answered {
            self.failed.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let ms = took.as_millis() as u64;
        let first = self.count.fetch_add(1, Ordering::Relaxed) == 0;
        let mean = self.mean_ms.load(Ordering::Relaxed);
        self.last_ms.store(ms, Ordering::Relaxed);
        self.mean_ms.store(if first { ms } else { (mean * 7 + ms).div_ceil(8) }, Ordering::Relaxed);
    }
}

impl Calls {
    /// As it stands.
    pub(super) fn answers(&self) -> Answers {
        let of = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Answers {
            count: of(&self.count),
            failed: of(&self.failed),
            last_ms: of(&self.last_ms),
            mean_ms: of(&self.mean_ms),
        }
    }
}

/// Where a stream is, and who may fetch it.
pub type Address = (Url, Option<(String, SecretString)>);

/// A client for one receiver; cheap to clone.
#[derive(Clone)]
pub enum Client {
    /// Of a box.
    Enigma2(enigma2::Client),
    /// Of a list.
    List(channel_list::Client),
    /// Of the station's own channels.
    Own(own_channels::Client),
}

impl Client {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// There is no TLS on this machine.
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, Trouble> {
        Ok(match settings.kind {
            Kind::Enigma2 => Self::Enigma2(enigma2::Client::new(settings, clock)?),
            Kind::M3u | Kind::HdHomeRun => Self::List(channel_list::Client::new(settings, clock)?),
            Kind::Own => return Err(Trouble::NotAReceiver("the station itself is none".into())),
        })
    }

    /// What it was made with.
    pub fn settings(&self) -> &Settings {
        match self {
            Self::Enigma2(client) => client.settings(),
            Self::List(client) => client.settings(),
            Self::Own(client) => client.settings(),
        }
    }

    /// How it has answered so far.
    pub fn answers(&self) -> Answers {
        match self {
            Self::Enigma2(client) => client.answers(),
            Self::List(client) => client.answers(),
            Self::Own(client) => client.answers(),
        }
    }

    /// The door to its pages.
    pub fn pages(&self) -> &Gate {
        match self {
            Self::Enigma2(client) => client.pages(),
            Self::List(client) => client.pages(),
            Self::Own(client) => client.gate(),
        }
    }

    /// The door to its streams.
    pub fn streams(&self) -> &Gate {
        match self {
            Self::Enigma2(client) => client.streams(),
            Self::List(client) => client.streams(),
            Self::Own(client) => client.gate(),
        }
    }

    /// Opens the stream of `service`, and tells beforehand whether a descrambling relay of the box is in between.
    ///
    /// # Errors
    /// There is no stream.
    pub async fn open(&self, service: &ServiceRef, relayed: impl FnOnce(bool)) -> Result<Stream, Fault> {
        match self {
            Self::Enigma2(client) => client.open(service, relayed).await,
            Self::List(client) => client.open(service).await,
            // Its tapes read no stream.
            Self::Own(_) => Err(Fault::Ended),
        }
    }

    /// What it is.
    ///
    /// # Errors
    /// It does not say.
    pub async fn about(&self) -> Result<About, Trouble> {
        match self {
            Self::Enigma2(client) => client.about().await,
            Self::List(client) => client.about().await,
            Self::Own(client) => Ok(client.about()),
        }
    }

    /// All bouquets with their services, television first, in its own order.
    ///
    /// # Errors
    /// It has none, or does not say.
    pub async fn bouquets(&self) -> Result<Vec<ReadBouquet>, Trouble> {
        match self {
            Self::Enigma2(client) => client.bouquets().await,
            Self::List(client) => client.bouquets().await,
            Self::Own(client) => Ok(client.bouquets()),
        }
    }

    /// Its timers, those that are over too, in its own order.
    ///
    /// # Errors
    /// `NoTimers`: it is a list; `Receiver`: it does not say.
    pub async fn timers(&self) -> Result<Vec<Timer>, TimerTrouble> {
        Ok(self.as_box().ok_or(TimerTrouble::NoTimers)?.timers().await?)
    }

    /// Sets a timer, unless one is there that does the same.
    ///
    /// # Errors
    /// What stands in its way, or that it is not known.
    pub async fn add_timer(&self, new: &NewTimer) -> Result<Added, TimerTrouble> {
        self.as_box().ok_or(TimerTrouble::NoTimers)?.add_timer(new).await
    }

    /// Removes a timer; what it records just now ends there.
    ///
    /// # Errors
    /// `Gone`; it does not want to; or that it is not known.
    pub async fn delete_timer(&self, timer: &Timer) -> Result<(), TimerTrouble> {
        self.as_box().ok_or(TimerTrouble::NoTimers)?.delete_timer(timer).await
    }

    /// How many streams of different transponders it gives at once; none: nobody knows.
    pub fn streams_at_once(&self, about: Option<&About>) -> Option<u32> {
        let told = self.settings().tuners.or_else(|| about?.tuners);
        match self {
            Self::Enigma2(_) | Self::Own(_) => told,
            // A list that names no limit has none that we would know of.
            Self::List(_) => told.or(Some(limits::LIST_STREAMS)),
        }
    }

    /// A box: it can be asked for what is on, for its guide and for logos, service by service.
    pub fn as_box(&self) -> Option<&enigma2::Client> {
        match self {
            Self::Enigma2(client) => Some(client),
            Self::List(_) | Self::Own(_) => None,
        }
    }

    /// Addresses of guides that it names.
    pub fn guides(&self) -> Vec<Url> {
        match self {
            Self::Enigma2(_) | Self::Own(_) => Vec::new(),
            Self::List(client) => client.guides(),
        }
    }

    /// Forgets where streams are: the channels are read again.
    pub fn forget_addresses(&self) {
        if let Self::Enigma2(client) = self {
            client.forget_addresses();
        }
    }
}

/// The address of what is asked for nothing.
pub(super) fn nowhere() -> Url {
    #[expect(clippy::expect_used, reason = "it is written here")]
    Url::parse("own://channels").expect("an address")
}

/// An address and, apart from it, the credentials that stood in it.
pub(super) fn without_credentials(mut url: Url) -> Address {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let inside = (!url.username().is_empty())
        .then(|| (decoded(url.username()), SecretString::from(decoded(url.password().unwrap_or("")))));
    let _ = (url.set_username(""), url.set_password(None));
    (url, inside)
}

/// What a request has given; or what went wrong, and whether that is a technical failure.
pub(super) type Exchanged = Result<Vec<u8>, (Trouble, Option<Failure>)>;

/// How an answer is none that was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Strange {
    /// It has this status.
    Status(u16),
    /// It is longer than is read.
    TooLong,
}

/// Sends a request and reads at most `most` bytes of the answer; `trouble` says what it means if something else answers.
pub(super) async fn exchange(
    request: RequestBuilder,
    most: usize,
    trouble: impl Fn(Strange) -> Trouble,
) -> Exchanged {
    let broken = |error: reqwest::Error| {
        if let Some(refusal) = refusal(&error) {
            return (Trouble::NotAsked(refusal), None);
        }
        let failure = if error.is_timeout() { Failure::TimedOut } else { Failure::NoConnection };
        (Trouble::Unreachable(reason(&error)), Some(failure))
    };
    let mut response = request.send().await.map_err(broken)?;
    match response.status().as_u16() {
        200 => {}
        401 | 403 => return Err((Trouble::Unauthorized, None)),
        code @ 500..=599 => {
            return Err((Trouble::Failing(format!("error {code}")), Some(Failure::ServerError)));
        }
        code => return Err((trouble(Strange::Status(code)), None)),
    }
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(broken)? {
        if body.len() + piece.len() > most {
            return Err((trouble(Strange::TooLong), None));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// What failed, without the address: it may hold credentials.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "no reply in time".into()
    } else if error.is_connect() {
        "no connection".into()
    } else {
        "the connection broke".into()
    }
}
