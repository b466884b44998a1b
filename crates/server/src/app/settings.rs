//! What the station is started with, as values: read from file, environment and store elsewhere. [`InForce`] is what counts now.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use telecast_core::playback::Policy;
use telecast_core::tuner::Rules;
use url::Url;

pub use super::assistant::providers::{AssistantSettings, ProviderSettings};
pub use super::guide::WrittenFiles;
pub use super::guide::source::GuideFile;
pub use super::library::FolderSettings;
pub use super::prepare::Keeping as Prepared;
pub use super::tape::Keeping;
pub use super::transcoders::Allowance;
pub use crate::adapters::guide_file::Place;
pub use crate::adapters::receiver::{Kind as ReceiverKind, Settings as ReceiverSettings};

/// Everything that [`App`](super::App) is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Receivers in order of preference.
    pub receivers: Vec<ReceiverSettings>,
    /// Where tapes lie and how long they are kept. What an earlier run left there is taken up again.
    pub tape: Keeping,
    /// Who may have how much at once.
    pub limits: Limits,
    /// Tuners of each receiver that may keep ready what nobody watches.
    pub warm_tuners: usize,
    /// How many pictures may be coded anew, and how large.
    pub pictures: Allowance,
    /// Offer parts and blocking reloads to clients that can.
    pub low_latency: bool,
    /// How often a receiver's channels are read again.
    pub refresh: Duration,
    /// Days ahead that receivers are asked for.
    pub guide_days: u32,
    /// How long what was on stays in the guide.
    pub guide_past: Duration,
    /// Guide files, in order of preference.
    pub guide_files: Vec<GuideFile>,
    /// Where list and guide are written as files; none: nowhere.
    pub files: Option<WrittenFiles>,
    /// Where logos lie.
    pub logos: LogoPlaces,
    /// Where prepared films of own channels lie, and how much they may take.
    pub prepared: Prepared,
    /// Folders of the library that stand in the configuration file.
    pub folders: Vec<FolderSettings>,
    /// How often folders are looked at where nothing tells of changes.
    pub rescan: Duration,
    /// Where pictures of the library are kept; none: nowhere.
    pub artwork: Option<PathBuf>,
    /// Who is asked in conversations, and what that may cost.
    pub assistant: AssistantSettings,
    /// Path before all addresses that are given out, without a slash at its end.
    pub base_path: String,
}

/// Where logos lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogoPlaces {
    /// The host's own.
    pub own: Option<PathBuf>,
    /// Those that were fetched; none: they are fetched anew with each start.
    pub kept: Option<PathBuf>,
}

/// Sessions at once; `usize::MAX`: no limit but the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// In all.
    pub sessions: usize,
    /// Of one account.
    pub account: usize,
    /// On one receiver.
    pub receiver: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { sessions: telecast_core::limits::SESSIONS, account: usize::MAX, receiver: usize::MAX }
    }
}

/// An address without user and password, and those: addresses are shown and logged.
pub fn without_user(mut url: Url) -> (Url, Option<(String, Option<SecretString>)>) {
    let text = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let user = (!url.username().is_empty())
        .then(|| (text(url.username()), url.password().map(|password| SecretString::from(text(password)))));
    let _ = (url.set_username(""), url.set_password(None));
    (url, user)
}

/// The settings that count now. Whoever decides by one looks here when it decides: what is changed counts from the next decision on, and nothing is
/// begun anew for it. Cheap to clone.
#[derive(Clone)]
pub(super) struct InForce(Arc<ArcSwap<Settings>>);

impl InForce {
    pub(super) fn new(settings: Settings) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(settings)))
    }

    /// As they are now.
    pub(super) fn now(&self) -> arc_swap::Guard<Arc<Settings>> {
        self.0.load()
    }

    /// From now on these; but a folder that tapes lie in, and addresses that were given out, stay as long as the program runs.
    pub(super) fn set(&self, new: Settings) {
        let before = self.now();
        let tape = Keeping { directory: before.tape.directory.clone(), ..new.tape };
        let logos = LogoPlaces { kept: before.logos.kept.clone(), ..new.logos };
        let artwork = before.artwork.clone();
        self.0.store(Arc::new(Settings { tape, logos, artwork, base_path: before.base_path.clone(), ..new }));
    }
}

/// Whether two receivers are the same in all that matters, passwords included.
pub fn is_same(one: &ReceiverSettings, other: &ReceiverSettings) -> bool {
    let secret = |of: &ReceiverSettings| of.password.as_ref().map(|word| word.expose_secret().to_owned());
    let open = |of: &ReceiverSettings| {
        (
            of.kind,
            of.id.clone(),
            of.name.clone(),
            of.url.clone(),
            of.username.clone(),
            of.stream_port,
            of.tuners,
            of.bouquets.clone(),
        )
    };
    open(one) == open(other) && secret(one) == secret(other) && one.from_file == other.from_file
}

impl Settings {
    /// How tuners are shared.
    pub(super) fn rules(&self) -> Rules {
        Rules { warm_tuners: self.warm_tuners, viewers: self.limits.receiver }
    }

    /// What clients may be offered, but for what the machine can do.
    pub(super) fn policy(&self) -> Policy {
        Policy { low_latency: self.low_latency, ..Policy::default() }
    }

    /// Defaults, with tapes in `directory`, no receiver, and no pictures coded.
    pub fn with_tapes_in(directory: PathBuf) -> Self {
        let beside = directory.with_extension("prepared");
        Self {
            receivers: Vec::new(),
            tape: Keeping {
                directory,
                window: Duration::from_secs(3600),
                budget: 20_000_000_000,
                minimum_free: 5_000_000_000,
            },
            limits: Limits::default(),
            warm_tuners: 0,
            pictures: Allowance { most: 0, lines: None },
            low_latency: true,
            refresh: Duration::from_secs(6 * 3600),
            guide_days: 14,
            guide_past: Duration::from_secs(7 * 86_400),
            guide_files: Vec::new(),
            files: None,
            logos: LogoPlaces::default(),
            prepared: Prepared { directory: beside, budget: 50_000_000_000, free: 5_000_000_000, workers: 1 },
            folders: Vec::new(),
            rescan: Duration::from_secs(6 * 3600),
            artwork: None,
            assistant: AssistantSettings::default(),
            base_path: String::new(),
        }
    }
}
