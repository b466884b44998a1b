//! The station as a device on the networks of the house: programs that know network tuners of HDHomeRun's kind find it by themselves (`discovery`, and
//! SSDP in `notices`), ask it, and have it send streams (`control`, `tuners`, `feed`). What they read by HTTP is `web::tuner`.
//!
//! - It is off unless the configuration names interfaces (`tuner.interfaces`), and speaks only to networks that may use it (`auth.iptv_networks`): nobody else
//!   gets an answer, by any of these ways ([`door`]). Where no network may, nothing listens.
//! - It follows the configuration and the addresses of the interfaces while it runs ([`LOOK`]); what listened before says goodbye.
//! - Whatever comes is bounded for each source and in all; what cannot be read is counted and passed over.
//! - It is the same device by all ways: id, number of tuners, channels.

mod control;
mod discovery;
mod door;
mod feed;
mod notices;
mod tuners;

use crate::adapters::interfaces;
use crate::app::supervise;
use crate::web::Web;
use door::Door;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use telecast_media::{hdhomerun, ssdp};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tuners::Tuners;

/// Configuration and interfaces are looked at this often.
const LOOK: Duration = Duration::from_secs(2);
/// A port that could not be listened on is tried again after this.
const RETRY: Duration = Duration::from_secs(30);
/// After a datagram that could not be received the next one is waited for so long: some are of what was sent before, which a neighbour says nobody takes.
const STUMBLE: Duration = Duration::from_millis(5);
/// What has been told to end is waited for so long.
const GOODBYE: Duration = Duration::from_secs(1);

/// Where it listens.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// Discovery (UDP).
    pub discovery: u16,
    /// Control (TCP).
    pub control: u16,
    /// SSDP (UDP).
    pub ssdp: u16,
}

impl Default for Ports {
    /// Where programs look: they have no other ones.
    fn default() -> Self {
        Self { discovery: hdhomerun::PORT, control: hdhomerun::PORT, ssdp: ssdp::PORT }
    }
}

/// Is a device, as the configuration wants it, until the web ends; `http` is the port of its pages.
pub async fn keep(web: Web, http: u16, ports: Ports) {
    let (mut running, mut lacking): (Option<Running>, bool) = (None, false);
    let mut look = tokio::time::interval(LOOK);
    while web.stopping.run_until_cancelled(look.tick()).await.is_some() {
        let places = places(&web);
        let lacks = places.is_empty() && is_wanted(&web);
        if lacks && !lacking {
            let config = web.config();
            tracing::warn!(
                interfaces = ?config.tuner.interfaces,
                "none of these interfaces has an IPv4 address; the station is not found as a network tuner"
            );
        }
        lacking = lacks;
        if running.as_ref().map(|running| &*running.places).unwrap_or_default() == places {
            continue;
        }
        if let Some(before) = running.take() {
            before.end().await;
        }
        if !places.is_empty() {
            running = Some(Running::begin(&web, places.into(), http, ports));
        }
    }
    if let Some(running) = running {
        running.end().await;
    }
}

/// Whether it is to be found at all: somewhere, and by somebody.
fn is_wanted(web: &Web) -> bool {
    let config = web.config();
    !config.tuner.interfaces.is_empty() && !config.iptv_networks.is_empty()
}

/// Addresses where it is to be found now.
fn places(web: &Web) -> Vec<Ipv4Addr> {
    if !is_wanted(web) {
        return Vec::new();
    }
    interfaces::addresses(&web.config().tuner.interfaces).unwrap_or_else(|error| {
        tracing::debug!(%error, "this machine's interfaces cannot be read");
        Vec::new()
    })
}

/// A device that is there.
struct Running {
    places: Arc<[Ipv4Addr]>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    fn begin(web: &Web, places: Arc<[Ipv4Addr]>, http: u16, ports: Ports) -> Self {
        tracing::info!(?places, "the station is found there as a network tuner");
        let stop = CancellationToken::new();
        let door = Arc::new(Door::new(web.clone(), http, Arc::clone(&places)));
        let tuners = Arc::new(Tuners::new(web.clone(), stop.clone()));
        let mut tasks = vec![
            supervise("tuner discovery", discovery::serve(Arc::clone(&door), ports.discovery, stop.clone())),
            supervise("tuner notices", notices::serve(Arc::clone(&door), ports.ssdp, stop.clone())),
            supervise("tuners", Arc::clone(&tuners).keep(stop.clone())),
        ];
        for place in places.iter() {
            let serving = control::serve(
                Arc::clone(&door),
                Arc::clone(&tuners),
                (*place, ports.control).into(),
                stop.clone(),
            );
            tasks.push(supervise("tuner control", serving));
        }
        Self { places, stop, tasks }
    }

    async fn end(self) {
        tracing::info!(places = ?self.places, "the station is not found there any more as a network tuner");
        self.stop.cancel();
        let ended = futures_util::future::join_all(self.tasks);
        if tokio::time::timeout(GOODBYE, ended).await.is_err() {
            tracing::debug!("a task of the network tuner did not end in time");
        }
    }
}

/// What `open` gives, as soon as it does; none: the device ends. That it does not yet is told once.
async fn opened<T>(
    what: &'static str,
    stop: &CancellationToken,
    open: impl Fn() -> io::Result<T>,
) -> Option<T> {
    let mut failing = false;
    loop {
        match open() {
            Ok(open) => return Some(open),
            Err(error) if !std::mem::replace(&mut failing, true) => {
                tracing::warn!(%error, what, "the station is not found by this way as a network tuner; another program may have its port");
            }
            Err(_) => {}
        }
        stop.run_until_cancelled(tokio::time::sleep(RETRY)).await?;
    }
}
