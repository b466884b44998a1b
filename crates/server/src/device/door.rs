//! Who is answered: networks that may use the tuner, on the interfaces that were chosen, so often.

use crate::adapters::interfaces;
use crate::web::Web;
use crate::web::rate::{Bucket, Rate, Rates, Who};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use telecast_media::ssdp;

/// What one source may ask: programs look every few seconds, and once or twice each.
const OF_SOURCE: Bucket = Bucket { burst: 30, per_minute: 300 };
/// What all may: whoever forges sources gets no more out of it.
const OF_ALL: Bucket = Bucket { burst: 300, per_minute: 6_000 };
/// The name of all.
const ALL: &str = "all";

/// See the module.
pub(super) struct Door {
    /// The station.
    pub(super) web: Web,
    /// Where it is found.
    pub(super) places: Arc<[Ipv4Addr]>,
    http: u16,
    rates: Rates,
}

/// What became of what somebody sent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Answered,
    /// It cannot be read.
    Bad,
    /// From where nobody is answered.
    Foreign,
    /// Too often.
    Limited,
    /// It is for others, or wants no answer.
    Ignored,
}

/// Counts it.
pub(super) fn count(protocol: &'static str, outcome: Outcome) {
    let outcome = match outcome {
        Outcome::Answered => "answered",
        Outcome::Bad => "bad",
        Outcome::Foreign => "foreign",
        Outcome::Limited => "limited",
        Outcome::Ignored => "ignored",
    };
    metrics::counter!("telecast_tuner_packets_total", "protocol" => protocol, "outcome" => outcome)
        .increment(1);
}

impl Door {
    pub(super) fn new(web: Web, http: u16, places: Arc<[Ipv4Addr]>) -> Self {
        Self { web, places, http, rates: Rates::default() }
    }

    /// Address of ours by which whoever sent a datagram reaches us, if he is to be answered: a neighbour, since his address may be forged.
    pub(super) fn hears(&self, from: SocketAddr) -> Result<Ipv4Addr, Outcome> {
        if !ssdp::is_near(from) {
            return Err(Outcome::Foreign);
        }
        self.lets(from.ip())?;
        self.takes(from.ip())?;
        match interfaces::towards(from) {
            Ok(IpAddr::V4(place)) if self.places.contains(&place) => Ok(place),
            _ => Err(Outcome::Foreign),
        }
    }

    /// Whether somebody may use the tuner.
    pub(super) fn lets(&self, who: IpAddr) -> Result<(), Outcome> {
        let config = self.web.config();
        let is_in = config.iptv_networks.iter().any(|network| network.contains(who));
        if is_in { Ok(()) } else { Err(Outcome::Foreign) }
    }

    /// Whether somebody may ask now.
    pub(super) fn takes(&self, who: IpAddr) -> Result<(), Outcome> {
        let now = self.web.clock.uptime();
        let take = |who, bucket| {
            self.rates.take(Rate::Usual, who, bucket, now).map(drop).map_err(|_| Outcome::Limited)
        };
        take(Who::Network(who), OF_SOURCE)?;
        take(Who::Account(ALL), OF_ALL)
    }

    /// Address of the pages, as they are reached at `place`. Not the public one: who may use the tuner is known by asking directly.
    pub(super) fn pages(&self, place: Ipv4Addr) -> String {
        let scheme = if self.web.config().tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{place}:{}", self.http)
    }
}
