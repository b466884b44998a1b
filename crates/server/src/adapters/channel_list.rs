//! Client of what gives channels as a list of addresses: M3U lists of providers and of one's own, and the lineups of network tuners (HDHomeRun's
//! `discover.json` and `lineup.json`).
//!
//! A list is fetched whole and seldom, through one door that shuts when it fails. Name and password, or the query that mostly is both, are sent to where
//! the list lies and never shown. Of an entry its id in the list names the channel for ever (`tvg-id`, a tuner's number), where it has one of its own, or
//! else its name: another address does not make another channel of it.

use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::ExposeSecret;
use serde::Deserialize;
use telecast_core::guide::{clean, decode};
use telecast_core::limits;
use telecast_core::lineup::{BouquetEntry, ReadBouquet, ServiceRef};
use telecast_core::m3u::{self, Entry};
use telecast_core::outgoing::Reach;
use url::Url;

use super::clock::Clock;
use super::gate::Gate;
use super::outgoing::Outgoing;
use super::receiver::{About, Answers, Calls, Exchanged, Kind, Settings, Strange, Trouble, exchange};
use super::stream::{Abroad, Fault, Stream};

/// Redirects on the way to a list.
const REDIRECTS: usize = 5;

/// A client for one list; cheap to clone.
#[derive(Clone)]
pub struct Client {
    settings: Arc<Settings>,
    http: reqwest::Client,
    abroad: Abroad,
    pages: Arc<Gate>,
    streams: Arc<Gate>,
    calls: Arc<Calls>,
    /// What [`Client::about`] has read, until it is asked for.
    read: Arc<Mutex<Option<List>>>,
    guides: Arc<Mutex<Vec<Url>>>,
}

/// A list as it was read.
#[derive(Debug, Default)]
struct List {
    model: String,
    tuners: Option<u32>,
    bouquets: Vec<ReadBouquet>,
    guides: Vec<Url>,
}

impl Client {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// There is no TLS on this machine.
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, Trouble> {
        let outgoing = Outgoing::new(Reach::Home);
        let broken = |error: reqwest::Error| Trouble::Unreachable(error.to_string());
        let gate = |what| Arc::new(Gate::new(format!("{}/{what}", settings.id), clock));
        Ok(Self {
            pages: gate("pages"),
            streams: gate("streams"),
            http: outgoing.client(REDIRECTS, Some(limits::LIST_FETCH)).map_err(broken)?,
            abroad: Abroad::new(&outgoing).map_err(broken)?,
            settings: Arc::new(settings),
            calls: Arc::default(),
            read: Arc::default(),
            guides: Arc::default(),
        })
    }

    /// What it was made with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How it has answered so far.
    pub fn answers(&self) -> Answers {
        self.calls.answers()
    }

    /// The door to the list.
    pub fn pages(&self) -> &Gate {
        &self.pages
    }

    /// The door to its streams: they lie on hosts of all kinds, so it is always open.
    pub fn streams(&self) -> &Gate {
        &self.streams
    }

    /// Opens the stream of `service`.
    ///
    /// # Errors
    /// There is none.
    pub async fn open(&self, service: &ServiceRef) -> Result<Stream, Fault> {
        self.abroad.open(&service.path).await
    }

    /// Reads the list; [`Self::bouquets`] gives what stands there.
    ///
    /// # Errors
    /// It cannot be had, or is none.
    pub async fn about(&self) -> Result<About, Trouble> {
        let list = match self.settings.kind {
            Kind::HdHomeRun => self.tuner().await?,
            Kind::M3u | Kind::Enigma2 | Kind::Own => self.m3u().await?,
        };
        let about = About { model: list.model.clone(), tuners: list.tuners };
        self.guides.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&list.guides);
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some(list);
        Ok(about)
    }

    /// Its groups, television first.
    ///
    /// # Errors
    /// As [`Self::about`], or there is nothing in it.
    pub async fn bouquets(&self) -> Result<Vec<ReadBouquet>, Trouble> {
        let take = || self.read.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut list = take();
        if list.is_none() {
            self.about().await?;
            list = take();
        }
        let mut bouquets = list.unwrap_or_default().bouquets;
        let wanted = &self.settings.bouquets;
        bouquets.retain(|bouquet| wanted.is_empty() || wanted.contains(&bouquet.name));
        if bouquets.is_empty() { Err(Trouble::NoChannels) } else { Ok(bouquets) }
    }

    /// Addresses of guides that it names.
    pub fn guides(&self) -> Vec<Url> {
        self.guides.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn m3u(&self) -> Result<List, Trouble> {
        let url = self.address();
        let bytes = if url.scheme() == "file" { file(&url).await? } else { self.get(url.clone()).await? };
        let settings = Arc::clone(&self.settings);
        // Many megabytes are read where nobody waits.
        let read = tokio::task::spawn_blocking(move || m3u_list(&settings, &url, bytes)).await;
        read.unwrap_or_else(|_| Err(Trouble::NotAList("The list cannot be read.".into())))
    }

    async fn tuner(&self) -> Result<List, Trouble> {
        let at = |path: &str| {
            let base = self.settings.url.as_str().trim_end_matches('/');
            Url::parse(&format!("{base}/{path}")).map_err(|error| Trouble::Unreachable(error.to_string()))
        };
        let wrong = |error: serde_json::Error| {
            Trouble::NotAList(format!(
                "What answers at this address is no network tuner of HDHomeRun's kind ({error})."
            ))
        };
        let device: Device = serde_json::from_slice(&self.get(at("discover.json")?).await?).map_err(wrong)?;
        let lineup = self.get(at("lineup.json")?).await?;
        let channels: Vec<TunerChannel> = serde_json::from_slice(&lineup).map_err(wrong)?;
        Ok(tuner_list(&self.settings, device, channels))
    }

    /// With the query, if there is one.
    fn address(&self) -> Url {
        let mut url = self.settings.url.clone();
        if let Some(query) = self.query() {
            url.set_query(Some(query));
        }
        url
    }

    fn query(&self) -> Option<&str> {
        let secret = self.settings.password.as_ref().filter(|_| self.settings.username.is_empty())?;
        secret.expose_secret().strip_prefix('?')
    }

    async fn get(&self, url: Url) -> Result<Vec<u8>, Trouble> {
        let call = self.pages.pass().map_err(|rest| {
            let rest = rest.as_secs() + 1;
            Trouble::Unreachable(format!("it has failed lately and is left alone for {rest} s"))
        })?;
        let fetched = self.exchange(url).await;
        if let Err((Trouble::NotAsked(refusal), _)) = fetched {
            return Err(Trouble::NotAsked(refusal));
        }
        let failure = fetched.as_ref().err().and_then(|(_, failure)| *failure);
        self.calls.note(failure.is_none(), call.taken());
        match failure {
            Some(failure) => call.failed(failure),
            None => call.succeeded(),
        }
        fetched.map_err(|(trouble, _)| trouble)
    }

    async fn exchange(&self, url: Url) -> Exchanged {
        let mut request = self.http.get(url);
        if let Some(password) = self.settings.password.as_ref().filter(|_| !self.settings.username.is_empty())
        {
            request = request.basic_auth(&self.settings.username, Some(password.expose_secret()));
        }
        exchange(request, limits::LIST_BYTES, |strange| {
            Trouble::NotAList(match strange {
                Strange::Status(code) => format!("There is no list at this address (it answers {code})."),
                Strange::TooLong => "The list is too large, or never ends.".into(),
            })
        })
        .await
    }
}

/// A list that is a file of this machine.
async fn file(url: &Url) -> Result<Vec<u8>, Trouble> {
    let path = url
        .to_file_path()
        .map_err(|()| Trouble::NotAList("The address names no file of this machine.".into()))?;
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(limits::LIST_BYTES as u64).read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes)
    });
    let read = read.await.map_err(|_| Trouble::Unreachable("it cannot be read".into()))?;
    read.map_err(|error| Trouble::Unreachable(error.to_string()))
}

/// What is packed (gzip, RFC 1952) comes unpacked.
fn unpacked(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return bytes;
    }
    let mut out = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(bytes.as_slice())
        .take(limits::LIST_BYTES as u64)
        .read_to_end(&mut out);
    if read.is_err() { bytes } else { out }
}

fn m3u_list(settings: &Settings, url: &Url, bytes: Vec<u8>) -> Result<List, Trouble> {
    let bytes = unpacked(bytes);
    let limits = m3u::Limits { entries: limits::LIST_ENTRIES, ..m3u::Limits::default() };
    let list = m3u::read(&decode(&bytes), &limits).map_err(|fault| Trouble::NotAList(fault.to_string()))?;
    if list.junk_count > 0 {
        let first = list.junk.first();
        tracing::info!(
            receiver = settings.id,
            lines = list.junk_count,
            first = first.map_or(0, |junk| junk.line),
            why = first.map_or("", |junk| junk.why),
            "some lines of a list cannot be used"
        );
    }
    let mut groups = Groups::default();
    let mut keys = Keys::of(&settings.id, list.entries.iter().map(|entry| entry.id.as_deref()));
    let mut other = 0;
    for entry in &list.entries {
        let name = clean(&entry.name);
        let key = keys.of_entry(entry.id.as_deref(), &name);
        let Some(address) = address(url, entry) else {
            other += 1;
            continue;
        };
        let service = ServiceRef::listed(&key, &address, entry.radio);
        let guide_id = entry.id.clone().or_else(|| entry.tvg_name.clone());
        let logo = entry.logo.as_deref().and_then(|logo| url.join(logo).ok()).map(String::from);
        let read = BouquetEntry { service, name, guide_id, logo, number: entry.number };
        match entry.groups.as_slice() {
            [] => groups.put(&settings.name, entry.radio, read),
            named => named.iter().for_each(|group| groups.put(&clean(group), entry.radio, read.clone())),
        }
    }
    let model = match other {
        0 => "M3U".to_owned(),
        other => format!("M3U ({other} entries are neither http nor https)"),
    };
    let guides = list.guide_urls.iter().filter_map(|guide| url.join(guide).ok());
    let guides = guides.filter(is_http).take(limits::LIST_GUIDES).collect();
    Ok(List { model, tuners: None, bouquets: groups.done(), guides })
}

/// Where an entry leads, with its headers; none: nowhere that is asked for streams.
fn address(list: &Url, entry: &Entry) -> Option<String> {
    let url = list.join(&entry.url).ok().filter(is_http)?;
    Some(m3u::joined(url.as_str(), &entry.headers))
}

fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// What a tuner says of itself; what else it says is not wanted.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Device {
    #[serde(default)]
    friendly_name: String,
    #[serde(default)]
    model_number: String,
    #[serde(default)]
    tuner_count: Option<u32>,
}

/// A channel of a tuner.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TunerChannel {
    guide_number: String,
    #[serde(default)]
    guide_name: String,
    #[serde(rename = "URL")]
    url: String,
    #[serde(rename = "DRM", default)]
    drm: u8,
}

fn tuner_list(settings: &Settings, device: Device, channels: Vec<TunerChannel>) -> List {
    let mut groups = Groups::default();
    // What only the maker's own players may show is no channel for us.
    for channel in channels.into_iter().filter(|channel| channel.drm == 0).take(limits::LIST_ENTRIES) {
        let Some(url) = Url::parse(&channel.url).ok().filter(is_http) else { continue };
        let key = format!("{}\n{}", settings.id, channel.guide_number);
        let service = ServiceRef::listed(&key, url.as_str(), false);
        let name = clean(&channel.guide_name);
        let name = if name.is_empty() { channel.guide_number.clone() } else { name };
        // `5.1` is a number on a remote control of another kind.
        let number = channel.guide_number.parse().ok();
        let guide_id = Some(channel.guide_number);
        groups.put(&settings.name, false, BouquetEntry { service, name, guide_id, logo: None, number });
    }
    let model = [device.friendly_name, device.model_number].into_iter().find(|name| !name.is_empty());
    List {
        model: clean(&model.unwrap_or_else(|| "HDHomeRun".into())),
        tuners: device.tuner_count.filter(|count| *count > 0),
        bouquets: groups.done(),
        guides: Vec::new(),
    }
}

/// What names the entries of a list for ever.
struct Keys<'a> {
    list: &'a str,
    /// How many have this id.
    ids: HashMap<String, usize>,
    /// How many keys of this kind there have been.
    given: HashMap<String, usize>,
}

impl<'a> Keys<'a> {
    fn of<'b>(list: &'a str, ids: impl Iterator<Item = Option<&'b str>>) -> Self {
        let mut counted = HashMap::new();
        for id in ids.flatten() {
            *counted.entry(id.to_owned()).or_insert(0) += 1;
        }
        Self { list, ids: counted, given: HashMap::new() }
    }

    /// Of an entry that has an id for itself, that; or else its name with it; of several of the same name their order.
    fn of_entry(&mut self, id: Option<&str>, name: &str) -> String {
        let own = id.filter(|id| self.ids.get(*id) == Some(&1));
        let key = match own {
            Some(id) => format!("{}\n{id}", self.list),
            None => format!("{}\n{}\n{name}", self.list, id.unwrap_or_default()),
        };
        let given = self.given.entry(key.clone()).or_insert(0);
        *given += 1;
        if *given == 1 { key } else { format!("{key}\n{given}") }
    }
}

/// Groups in the order in which they first come, television and radio apart.
#[derive(Default)]
struct Groups {
    bouquets: Vec<ReadBouquet>,
    places: HashMap<(String, bool), usize>,
}

impl Groups {
    fn put(&mut self, name: &str, radio: bool, read: BouquetEntry) {
        let at = *self.places.entry((name.to_owned(), radio)).or_insert_with(|| {
            let reference = format!("{} {name}", if radio { "radio" } else { "tv" });
            self.bouquets.push(ReadBouquet { reference, name: name.to_owned(), radio, services: Vec::new() });
            self.bouquets.len() - 1
        });
        self.bouquets[at].services.push(read);
    }

    fn done(mut self) -> Vec<ReadBouquet> {
        self.bouquets.sort_by_key(|bouquet| bouquet.radio);
        self.bouquets
    }
}

#[cfg(test)]
mod tests;
