//! Client of OpenWebif, the web interface of Enigma2 receivers.
//!
//! Lenient in what it reads (Latin-1, numbers as strings, booleans as text, HTML instead of JSON), careful in what it asks: few requests
//! at a time, because the box answers in its main loop; a time-out on each; a read that has failed is tried again. What changes something (timers alone) is
//! asked for once. It never zaps.
//! The password goes to the configured host alone: redirects are not followed.
//!
//! An IPTV reference in a bouquet leads to another host altogether: it is read like any address of the web, with redirects, and without
//! the receiver's password.

mod guide;
mod reply;
mod timers;

use moka::future::Cache;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use telecast_core::breaker::{Failure, State};
use telecast_core::guide::{Event, clean};
use telecast_core::limits;
use telecast_core::lineup::{BouquetEntry, ReadBouquet, ServiceRef};
use telecast_core::outgoing::Reach;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Url;

use super::clock::Clock;
use super::gate::{Call, Gate};
use super::outgoing::Outgoing;
use super::receiver::{
    About, Address, Answers, Calls, Exchanged, Recording, Settings, Strange, Trouble, exchange,
    without_credentials,
};
use super::stream::{Abroad, BOX_PORT, Fault, Stream, is_relay};
use reply::{events, parse, recording, text};

/// Whoever waits for another's trial looks again so often.
const TRIAL: Duration = Duration::from_millis(100);

/// A client for one receiver; cheap to clone.
#[derive(Clone)]
pub struct Client {
    settings: Arc<Settings>,
    outgoing: Outgoing,
    http: reqwest::Client,
    /// For IPTV references.
    abroad: Abroad,
    slots: Arc<Semaphore>,
    /// Its pages and its streams are two programs: one may fail while the other works.
    pages: Arc<Gate>,
    streams: Arc<Gate>,
    /// Where streams are, by service reference.
    addresses: Cache<String, Address>,
    calls: Arc<Calls>,
}

/// A box that does not say in this time where a stream is, is asked on its usual port.
const ADDRESS_PATIENCE: Duration = Duration::from_millis(1500);
/// An address is believed for this long, unless nothing comes from there.
const ADDRESS_AGE: Duration = Duration::from_hours(1);
/// Addresses remembered.
const ADDRESSES: u64 = 5_000;
/// Waits before a call is tried again.
const RETRIES: [Duration; 2] = [Duration::from_millis(300), Duration::from_secs(1)];

impl Client {
    /// A client; nothing is sent yet.
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, Trouble> {
        Self::over(Outgoing::new(Reach::Home), settings, clock)
    }

    /// The same by that way out.
    pub fn over(outgoing: Outgoing, settings: Settings, clock: Clock) -> Result<Self, Trouble> {
        let broken = |error: reqwest::Error| Trouble::Unreachable(error.to_string());
        let http = outgoing.client(0, Some(limits::RECEIVER_CALL)).map_err(broken)?;
        let gate = |what| Arc::new(Gate::new(format!("{}/{what}", settings.id), clock));
        Ok(Self {
            pages: gate("pages"),
            streams: gate("streams"),
            settings: Arc::new(settings),
            http,
            abroad: Abroad::new(&outgoing).map_err(broken)?,
            outgoing,
            slots: Arc::new(Semaphore::new(limits::RECEIVER_CALLS)),
            addresses: addresses(ADDRESSES, ADDRESS_AGE),
            calls: Arc::default(),
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

    /// The door to its pages.
    pub fn pages(&self) -> &Gate {
        &self.pages
    }

    /// The door to its streams.
    pub fn streams(&self) -> &Gate {
        &self.streams
    }

    /// Opens the stream of `service`, and tells beforehand whether a descrambling relay of the box is in between.
    /// Nothing is sent while the door is shut; what it cannot tune to is no fault of the door.
    pub async fn open(&self, service: &ServiceRef, relayed: impl FnOnce(bool)) -> Result<Stream, Fault> {
        if service.is_iptv() {
            return self.abroad.open(&service.path).await;
        }
        let call = self.pass().await?;
        let (url, credentials) = self.stream_url(service).await.map_err(unreachable)?;
        relayed(is_relay(&url));
        let opened = Stream::open(&self.outgoing, &url, credentials.as_ref()).await;
        if opened.is_err() {
            self.addresses.invalidate(&service.to_string()).await;
        }
        match &opened {
            Err(Fault::Unreachable(_)) => call.failed(Failure::NoConnection),
            Err(Fault::Stalled) => call.failed(Failure::TimedOut),
            Err(Fault::Refused(line)) if line.split(' ').nth(1).is_some_and(|code| code.starts_with('5')) => {
                call.failed(Failure::ServerError);
            }
            _ => call.succeeded(),
        }
        opened
    }

    /// Through the door of the streams. After a failure one tries alone, and the others wait a moment for what comes of it.
    async fn pass(&self) -> Result<Call<'_>, Fault> {
        let until = Instant::now() + limits::RECEIVER_CONNECT;
        loop {
            match self.streams.pass() {
                Ok(call) => return Ok(call),
                Err(_) if self.streams.state() == State::HalfOpen && Instant::now() < until => {
                    tokio::time::sleep(TRIAL).await;
                }
                Err(rest) => {
                    let rest = rest.as_secs() + 1;
                    let text = format!("it has failed lately and is left alone for {rest} s");
                    return Err(Fault::Unreachable(text));
                }
            }
        }
    }

    /// Model and tuners.
    pub async fn about(&self) -> Result<About, Trouble> {
        let value = self.call("api/about", &[]).await?;
        let info = value.get("info").unwrap_or(&value);
        let model = ["model", "boxtype", "machinebuild"]
            .into_iter()
            .find_map(|key| info.get(key)?.as_str())
            .unwrap_or("Enigma2");
        let brand = info.get("brand").and_then(Value::as_str).unwrap_or("");
        let tuners = info
            .get("tuners")
            .or_else(|| value.get("tuners"))
            .and_then(Value::as_array)
            .map(|list| list.len() as u32);
        let model = format!("{brand} {model}").trim().to_owned();
        Ok(About { model: clean(&model), tuners: tuners.filter(|count| *count > 0) })
    }

    /// All bouquets with their services, television first, in the order of the box.
    pub async fn bouquets(&self) -> Result<Vec<ReadBouquet>, Trouble> {
        let mut read = Vec::new();
        let mut budget = limits::SERVICES;
        for (kind, radio) in [("tv", false), ("radio", true)] {
            let value = self.call("api/bouquets", &[("stype", kind)]).await?;
            let Some(list) = value.get("bouquets").and_then(Value::as_array) else {
                return Err(Trouble::NotAReceiver("it names no bouquets".into()));
            };
            for entry in list {
                let (Some(reference), Some(name)) = (text(entry.get(0)), text(entry.get(1))) else {
                    continue;
                };
                let name = clean(&name);
                if !self.settings.bouquets.is_empty() && !self.settings.bouquets.contains(&name) {
                    continue;
                }
                let mut services = Vec::new();
                self.services(&reference, limits::BOUQUET_DEPTH, &mut budget, &mut services).await?;
                read.push(ReadBouquet { reference, name, radio, services });
            }
        }
        if read.iter().all(|bouquet| bouquet.services.is_empty()) {
            return Err(Trouble::NoBouquets);
        }
        Ok(read)
    }

    async fn services(
        &self,
        reference: &str,
        depth: usize,
        budget: &mut usize,
        out: &mut Vec<BouquetEntry>,
    ) -> Result<(), Trouble> {
        let value = self.call("api/getservices", &[("sRef", reference)]).await?;
        for entry in value.get("services").and_then(Value::as_array).into_iter().flatten() {
            let Some(reference) = text(entry.get("servicereference")) else { continue };
            let Some(service) = ServiceRef::parse(&reference) else { continue };
            if *budget == 0 {
                tracing::warn!("a receiver has more services than are read");
                return Ok(());
            }
            *budget -= 1;
            if service.is_directory() && !service.is_marker() {
                if depth > 1 {
                    Box::pin(self.services(&reference, depth - 1, budget, out)).await?;
                }
                continue;
            }
            let name = text(entry.get("servicename")).map(|name| clean(&name)).unwrap_or_default();
            out.push((service, name).into());
        }
        Ok(())
    }

    /// Now and next of all services of a bouquet: (reference, event). On some boxes this very call always crashes ([`Trouble::Failing`]);
    /// then [`Self::now_next_of`] may work.
    pub async fn now_next(&self, bouquet: &str) -> Result<Vec<(ServiceRef, Event)>, Trouble> {
        let body = self.get("api/epgnownext", &[("bRef", bouquet)], Crash::Answers).await?;
        Ok(events(&parse(&body)?))
    }

    /// Now and next of one service.
    pub async fn now_next_of(&self, service: &ServiceRef) -> Result<Vec<(ServiceRef, Event)>, Trouble> {
        let reference = service.to_string();
        let query = [("sRef", reference.as_str())];
        let mut found = events(&self.call("api/epgservicenow", &query).await?);
        found.append(&mut events(&self.call("api/epgservicenext", &query).await?));
        Ok(found)
    }

    /// What the box records just now by its own timers, in its order.
    pub async fn recordings(&self) -> Result<Vec<Recording>, Trouble> {
        let value = self.call("api/timerlist", &[]).await?;
        let timers = value.get("timers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(timers.iter().filter_map(recording).collect())
    }

    /// The address to stream `service` from: what the box says, else port 8001. Credentials inside it are taken out.
    /// Asked once for all who want it, and remembered for an hour or until it fails.
    pub async fn stream_url(&self, service: &ServiceRef) -> Result<Address, Trouble> {
        if service.is_iptv() {
            let url = Url::parse(&service.path)
                .map_err(|error| Trouble::NotAReceiver(format!("a stream's address: {error}")))?;
            return Ok(without_credentials(url));
        }
        let reference = service.to_string();
        let asked =
            self.addresses.entry_by_ref(&reference).or_try_insert_with(self.ask_stream_url(&reference)).await;
        match asked {
            Ok(entry) => {
                // Whoever waited for another's question found its answer here.
                if !entry.is_fresh() {
                    metrics::counter!("telecast_stream_address_hits_total").increment(1);
                }
                Ok(entry.into_value())
            }
            // Not remembered: the box may answer the next time.
            Err(_) => Ok((self.fallback(&reference)?, self.own_credentials())),
        }
    }

    /// A miss: one for each question, not for each who waits for its answer.
    async fn ask_stream_url(&self, reference: &str) -> Result<Address, Trouble> {
        metrics::counter!("telecast_stream_address_misses_total").increment(1);
        let query = [("ref", reference)];
        let asked =
            tokio::time::timeout(ADDRESS_PATIENCE, self.get("web/stream.m3u", &query, Crash::Fails)).await;
        let body = asked.map_err(|_| Trouble::Unreachable("no reply in time".into()))??;
        let text = String::from_utf8_lossy(&body);
        let line = text.lines().map(str::trim).find(|line| line.starts_with("http://"));
        let url = line
            .and_then(|line| Url::parse(line).ok())
            .ok_or_else(|| Trouble::NotAReceiver("it names no stream".into()))?;
        let (mut url, inside) = without_credentials(url);
        // The box may know itself by another name than we do; its streams come from where its pages come from.
        if url.host_str() != self.settings.url.host_str() {
            let _ = url.set_host(self.settings.url.host_str());
        }
        if url.port() == Some(BOX_PORT) && self.settings.stream_port != BOX_PORT {
            let _ = url.set_port(Some(self.settings.stream_port));
        }
        Ok((url, inside.or_else(|| self.own_credentials())))
    }

    /// Forgets where streams are: the channels are read again.
    pub fn forget_addresses(&self) {
        self.addresses.invalidate_all();
    }

    fn fallback(&self, reference: &str) -> Result<Url, Trouble> {
        let host = self.settings.url.host_str().unwrap_or("localhost");
        Url::parse(&format!("http://{host}:{}/{reference}", self.settings.stream_port))
            .map_err(|error| Trouble::Unreachable(error.to_string()))
    }

    fn own_credentials(&self) -> Option<(String, SecretString)> {
        self.settings.password.clone().map(|password| (self.settings.username.clone(), password))
    }

    /// A channel's logo.
    pub async fn picon(&self, service: &ServiceRef) -> Result<Vec<u8>, Trouble> {
        let name = service.to_string().trim_end_matches(':').replace(':', "_");
        let bytes = self.get(&format!("picon/{name}.png"), &[], Crash::Fails).await?;
        if bytes.starts_with(&[0x89, b'P', b'N', b'G']) {
            Ok(bytes)
        } else {
            Err(Trouble::NotAReceiver("no picture".into()))
        }
    }

    async fn call(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Trouble> {
        let body = self.get(path, query, Crash::Fails).await?;
        parse(&body)
    }

    async fn get(&self, path: &str, query: &[(&str, &str)], crash: Crash) -> Result<Vec<u8>, Trouble> {
        let mut tries = RETRIES.iter();
        loop {
            match (self.get_once(path, query, crash).await, tries.next()) {
                (Err(Trouble::Failing(why)), _) if crash == Crash::Answers => {
                    return Err(Trouble::Failing(why));
                }
                (Err(Trouble::Unreachable(why) | Trouble::Failing(why)), Some(pause))
                    if self.pages.shut_for().is_none() =>
                {
                    tracing::debug!(receiver = self.settings.name, path, why, "a call is tried again");
                    tokio::time::sleep(*pause).await;
                }
                (result, _) => return result,
            }
        }
    }

    async fn get_once(&self, path: &str, query: &[(&str, &str)], crash: Crash) -> Result<Vec<u8>, Trouble> {
        let _slot = self.slots.acquire().await.map_err(|_| Trouble::Unreachable("shutting down".into()))?;
        tokio::time::sleep(self.pages.pause()).await;
        let call = self.pages.pass().map_err(|rest| {
            Trouble::Unreachable(format!(
                "it has failed lately and is left alone for {} s",
                rest.as_secs() + 1
            ))
        })?;
        let reply = self.exchange(path, query).await;
        if let Err((Trouble::NotAsked(refusal), _)) = reply {
            // It has neither answered nor failed: nothing was sent.
            return Err(Trouble::NotAsked(refusal));
        }
        let failure = match &reply {
            Err((Trouble::Failing(_), _)) if crash == Crash::Answers => None,
            Err((_, failure)) => *failure,
            Ok(_) => None,
        };
        self.calls.note(failure.is_none(), call.taken());
        match failure {
            Some(failure) => call.failed(failure),
            None => call.succeeded(),
        }
        reply.map_err(|(trouble, _)| trouble)
    }

    async fn exchange(&self, path: &str, query: &[(&str, &str)]) -> Exchanged {
        let base = self.settings.url.as_str().trim_end_matches('/');
        let mut request = self.http.get(format!("{base}/{path}")).query(query);
        if let Some(password) = &self.settings.password {
            request = request.basic_auth(&self.settings.username, Some(password.expose_secret()));
        }
        exchange(request, limits::RECEIVER_REPLY, |strange| {
            Trouble::NotAReceiver(match strange {
                Strange::Status(code) => format!("it answers {code}"),
                Strange::TooLong => "its reply is too large".into(),
            })
        })
        .await
    }
}

/// Where streams are, remembered for `most` services and no longer than `age`.
fn addresses(most: u64, age: Duration) -> Cache<String, Address> {
    Cache::builder()
        .max_capacity(most)
        .time_to_live(age)
        .eviction_listener(|_, _, cause| {
            if cause.was_evicted() {
                metrics::counter!("telecast_stream_address_evictions_total").increment(1);
            }
        })
        .build()
}

/// What it means when a page ends in an exception.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Crash {
    /// The box fails: the call is tried again, and counts for the breaker.
    Fails,
    /// This page is known to crash on boxes that work: it is an answer.
    Answers,
}

fn unreachable(trouble: Trouble) -> Fault {
    match trouble {
        Trouble::NotAsked(refusal) => Fault::NotAsked(refusal),
        other => Fault::Unreachable(other.to_string()),
    }
}

#[cfg(test)]
mod laws;
