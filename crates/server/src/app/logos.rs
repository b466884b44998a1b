//! Logos of channels: where one is looked for, in which order, and what is kept of it. The one owner of all that was fetched.
//!
//! - In this order: the host's folder, the receivers that have the channel, its list, the same for the channel in another sharpness. What stands for one
//!   that has none is drawn.
//! - All are made small PNGs before anybody sees them (`adapters/picture.rs`), where nobody waits.
//! - That there is none is kept as well, for a shorter time. What nobody could say (no answer, a fault of the server) is not kept, and asked again soon.
//! - Few are asked for at once, and a host that fails is left alone (`hosts`).

mod drawn;
mod hosts;
mod kept;

use std::collections::HashMap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use moka::future::Cache;
use sha2::{Digest, Sha256};
use telecast_core::limits;
use telecast_core::lineup::{Channel, Lineup, ServiceRef};
use telecast_core::logo::{file_names, plain, sd, sibling_names};
use tokio::sync::Semaphore;
use url::Url;

use super::settings::InForce;
use crate::adapters::clock::Clock;
use crate::adapters::enigma2::Client as BoxClient;
use crate::adapters::logo::{Answer, Client};
use crate::adapters::logo_folder::LogoFolder;
use crate::adapters::picture;
use crate::adapters::receiver::Trouble;
use hosts::Hosts;
use kept::Kept;

/// Bytes of logos in memory: some 1,000 of them.
const AT_HAND: u64 = 8 << 20;
/// What stands in a channel's place is looked for anew after this: on the disk, where mostly it still is.
const AGAIN: Duration = Duration::from_mins(10);
/// The same where somebody did not answer.
const SOON: Duration = Duration::from_secs(30);
/// Pictures made at once: each takes memory and a processor.
const MAKING: usize = 2;
/// Drawn logos in memory, some 2 KB each.
const DRAWN: u64 = 1_000;

/// A logo: a PNG of bounded size.
#[derive(Clone, Debug)]
pub struct Logo {
    /// The picture.
    pub png: Bytes,
    /// Another picture has another one.
    pub tag: Arc<str>,
    /// It was drawn here, for want of one.
    pub drawn: bool,
}

impl Logo {
    fn of(png: Vec<u8>, drawn: bool) -> Self {
        Self { tag: hex(&png, 16).into(), png: png.into(), drawn }
    }
}

/// The way to all logos; cheap to clone.
#[derive(Clone)]
pub(super) struct Logos(Arc<Inner>);

struct Inner {
    settings: InForce,
    clock: Clock,
    /// None: there is no TLS here, and nobody is asked.
    client: Option<Client>,
    hosts: Hosts,
    kept: Kept,
    folder: LogoFolder,
    at_hand: Cache<u64, Found>,
    drawn: Cache<String, Option<Logo>>,
    making: Semaphore,
    /// Plain names of a lineup's channels, and whose they are.
    names: Mutex<Option<(Arc<Lineup>, Arc<Names>)>>,
}

type Names = HashMap<(bool, String), usize>;

/// What was found for a channel.
#[derive(Clone)]
struct Found {
    logo: Option<Logo>,
    /// All who were asked have answered.
    sure: bool,
    /// When (time since the start).
    at: Duration,
}

/// Where a logo may be.
enum Way {
    /// In the host's folder, under one of these names.
    File(PathBuf, Vec<String>),
    /// On a box.
    Picon(BoxClient, ServiceRef),
    /// At an address.
    Url(Url),
}

/// What was there.
enum Got {
    Picture(Vec<u8>),
    /// The same from before: nobody could say whether it is still right.
    Old(Vec<u8>),
    None,
    Later,
}

impl Logos {
    /// What an earlier run has kept is taken up. A folder that cannot be used costs the keeping, not the logos.
    pub(super) async fn open(settings: InForce, clock: Clock) -> Self {
        let kept = Kept::open(settings.now().logos.kept.clone(), clock).await;
        let weigh =
            |_: &u64, found: &Found| found.logo.as_ref().map_or(64, |logo| logo.png.len() as u32 + 64);
        let client = Client::new()
            .inspect_err(|error| tracing::error!(%error, "logos of lists cannot be fetched: there is no TLS"))
            .ok();
        Self(Arc::new(Inner {
            settings,
            clock,
            client,
            hosts: Hosts::new(clock),
            kept,
            folder: LogoFolder::default(),
            at_hand: Cache::builder().max_capacity(AT_HAND).weigher(weigh).time_to_live(AGAIN).build(),
            drawn: Cache::new(DRAWN),
            making: Semaphore::new(MAKING),
            names: Mutex::default(),
        }))
    }

    /// A channel's logo; none: it has none, or none that comes in time. `client` gives the client of a receiver that can be asked for logos.
    pub(super) async fn of(
        &self,
        lineup: &Arc<Lineup>,
        channel: &Channel,
        client: &(impl Fn(&str) -> Option<BoxClient> + Sync),
    ) -> Option<Logo> {
        let own = self.0.settings.now().logos.own.clone();
        let label = label(channel, own.as_ref());
        let looking = async {
            let now = self.0.clock.uptime();
            let is_old = |found: &Found| !found.sure && now >= found.at + SOON;
            if self.0.at_hand.get(&label).await.as_ref().is_some_and(is_old) {
                self.0.at_hand.invalidate(&label).await;
            }
            self.0.at_hand.get_with(label, self.look(lineup, channel, own, client)).await
        };
        tokio::time::timeout(limits::LOGO_WAIT, looking).await.ok()?.logo
    }

    /// What stands for a channel without one.
    pub(super) async fn drawn(&self, channel: &Channel) -> Option<Logo> {
        let (id, name, radio) = (channel.id.0.clone(), channel.name.clone(), channel.radio);
        let making = async {
            let drawn = tokio::task::spawn_blocking(move || drawn::draw(&id, &name, radio)).await;
            drawn.ok().flatten().map(|png| Logo::of(png, true))
        };
        self.0.drawn.get_with(format!("{}\n{}", channel.id, channel.name), making).await
    }

    async fn look(
        &self,
        lineup: &Arc<Lineup>,
        channel: &Channel,
        own: Option<PathBuf>,
        client: &(impl Fn(&str) -> Option<BoxClient> + Sync),
    ) -> Found {
        let sibling = self.sibling(lineup, channel);
        let mut ways = Vec::new();
        ways.extend(own.iter().map(|folder| Way::File(folder.clone(), file_names(channel))));
        ways.extend(asked(channel, client));
        ways.extend(own.into_iter().map(|folder| Way::File(folder, sibling_names(channel))));
        ways.extend(sibling.iter().flat_map(|sibling| asked(sibling, client)));
        let (mut sure, at) = (true, self.0.clock.uptime());
        for way in ways {
            match self.go(way).await {
                Got::Picture(png) => return Found { logo: Some(Logo::of(png, false)), sure, at },
                Got::Old(png) => return Found { logo: Some(Logo::of(png, false)), sure: false, at },
                Got::None => {}
                Got::Later => sure = false,
            }
        }
        Found { logo: None, sure, at }
    }

    /// The channel whose name says nothing of sharpness where this one's does.
    fn sibling(&self, lineup: &Arc<Lineup>, channel: &Channel) -> Option<Channel> {
        let name = sd(&channel.name)?;
        let names = self.names(lineup);
        let found = names.get(&(channel.radio, name)).and_then(|at| lineup.channels.get(*at));
        found.filter(|found| found.id != channel.id).cloned()
    }

    fn names(&self, lineup: &Arc<Lineup>) -> Arc<Names> {
        let mut held = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, names)) = held.as_ref().filter(|(of, _)| Arc::ptr_eq(of, lineup)) {
            return Arc::clone(names);
        }
        let mut names = Names::with_capacity(lineup.channels.len());
        for (at, channel) in lineup.channels.iter().enumerate() {
            names.entry((channel.radio, plain(&channel.name))).or_insert(at);
        }
        let names = Arc::new(names);
        *held = Some((Arc::clone(lineup), Arc::clone(&names)));
        names
    }

    async fn go(&self, way: Way) -> Got {
        match way {
            Way::File(folder, names) => {
                let (all, now) = (self.clone(), self.0.clock.uptime());
                let read = tokio::task::spawn_blocking(move || all.0.folder.find(&folder, &names, now)).await;
                match read.ok().flatten() {
                    Some(bytes) => self.small(bytes).await.map_or(Got::None, Got::Picture),
                    None => Got::None,
                }
            }
            Way::Picon(client, service) => {
                let host = format!("receiver {}", client.settings().id);
                let key = format!("{host}\n{service}");
                self.kept_or(key, self.picon(host, &client, &service)).await
            }
            Way::Url(url) => self.kept_or(url.to_string(), self.fetch(&url)).await,
        }
    }

    /// What is kept under `key`, if that is new enough; or else what `asking` gives, which is kept then.
    async fn kept_or(&self, key: String, asking: impl Future<Output = Answer>) -> Got {
        let name = hex(key.as_bytes(), kept::NAME);
        let mut old = None;
        match self.0.kept.look(&name).await {
            kept::Look::Picture { png, is_new: true } => return Got::Picture(png),
            kept::Look::Picture { png, .. } => old = Some(png),
            kept::Look::None => return Got::None,
            kept::Look::Unknown => {}
        }
        match asking.await {
            Answer::Later => old.map_or(Got::Later, Got::Old),
            Answer::None => {
                self.0.kept.put(name, None).await;
                Got::None
            }
            Answer::Some(bytes) => {
                let small = self.small(bytes).await;
                self.0.kept.put(name, small.clone()).await;
                small.map_or(Got::None, Got::Picture)
            }
        }
    }

    async fn picon(&self, host: String, client: &BoxClient, service: &ServiceRef) -> Answer {
        let Some(visit) = self.0.hosts.enter(&host, limits::LOGOS_OF_A_BOX).await else {
            return Answer::Later;
        };
        let asked = client.picon(service).await;
        let answer = match asked {
            Ok(bytes) => Answer::Some(bytes),
            Err(Trouble::NotAReceiver(_)) => Answer::None,
            Err(_) => Answer::Later,
        };
        visit.leave(!matches!(answer, Answer::Later));
        answer
    }

    async fn fetch(&self, url: &Url) -> Answer {
        let (Some(client), Some(host)) = (&self.0.client, url.host_str()) else { return Answer::None };
        let Some(visit) = self.0.hosts.enter(host, limits::LOGOS_OF_A_HOST).await else {
            return Answer::Later;
        };
        let answer = client.fetch(url).await;
        visit.leave(!matches!(answer, Answer::Later));
        answer
    }

    /// As it is shown; none: it cannot be.
    async fn small(&self, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let _one = self.0.making.acquire().await.ok()?;
        let made = tokio::task::spawn_blocking(move || picture::small(&bytes)).await.ok()?;
        made.inspect_err(|unfit| tracing::debug!(%unfit, "a logo is not shown")).ok()
    }
}

/// Who can be asked for a channel's logo: its boxes, in its order of sources, and its list.
fn asked(channel: &Channel, client: &impl Fn(&str) -> Option<BoxClient>) -> Vec<Way> {
    let boxes = channel.sources.iter().filter(|source| !source.service.is_listed());
    let picons =
        boxes.filter_map(|source| Some(Way::Picon(client(&source.receiver)?, source.service.clone())));
    let listed = channel.logo.as_deref().and_then(|logo| Url::parse(logo).ok());
    let listed = listed.filter(|url| matches!(url.scheme(), "http" | "https"));
    picons.chain(listed.map(Way::Url)).collect()
}

/// Another one for all that makes a channel's logo another.
fn label(channel: &Channel, own: Option<&PathBuf>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&channel.id, &channel.name, &channel.logo, own).hash(&mut hasher);
    for source in &channel.sources {
        (&source.receiver, &source.service).hash(&mut hasher);
    }
    hasher.finish()
}

/// The first digits of a hash of these bytes.
fn hex(bytes: &[u8], digits: usize) -> String {
    let mut text = String::with_capacity(digits);
    for byte in Sha256::digest(bytes).iter().take(digits / 2) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
