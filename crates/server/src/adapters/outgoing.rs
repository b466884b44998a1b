//! Connections to addresses that somebody has typed, or that such an address has led to: receivers, the streams that they and their bouquets name, and
//! whatever else people enter. Everything that connects to one goes through here, so that one place holds what `core::outgoing` decides.
//!
//! - A name is looked up once for a connection, every address that it has is judged, and the connection goes to one of those that may
//!   be asked: an answer that is another the next time changes nothing.
//! - A text that is an address itself is judged as what it is parsed to, however it is written.
//! - Redirects are bounded, each is judged anew, and credentials follow to no other host (reqwest takes them off).
//!
//! What is refused is counted and says why ([`refusal`]). How much of an answer is read, and how long it may take, is for whoever asks: each
//! client here has a time to connect, and none unpacks anything.

use std::error::Error;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Action, Attempt, Policy};
use telecast_core::limits;
use telecast_core::outgoing::{Reach, Refusal, judge, scheme};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Host, Url};

/// End of names of no host (RFC 6761 §6.4): an address in a text that must not be connected to is sent by way of one, and looked up it is refused.
const REFUSED: &str = ".refused.invalid";

/// Looks names up.
pub trait Names: Send + Sync {
    /// All addresses of `name`.
    fn look_up(&self, name: String) -> LookUp;
}

/// What comes of looking a name up.
pub type LookUp = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// As the system does it.
struct System;

impl Names for System {
    fn look_up(&self, name: String) -> LookUp {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It is not asked for.
    #[error("this address is not asked: {0}")]
    Refused(#[from] Refusal),
    /// Nobody answers in time.
    #[error("it does not answer")]
    Late,
    /// Nobody is there, or the name is nobody's.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A way out; cheap to clone.
#[derive(Clone)]
pub struct Outgoing {
    reach: Reach,
    names: Arc<dyn Names>,
}

/// A client that goes no farther than `reach`, follows `redirects`, and gives up on an answer after `time` (none: whoever asks does).
///
/// # Errors
/// There is no TLS on this machine.
pub fn client(
    reach: Reach,
    redirects: usize,
    time: Option<Duration>,
) -> Result<reqwest::Client, reqwest::Error> {
    Outgoing::new(reach).client(redirects, time)
}

impl Outgoing {
    /// With the system's names.
    pub fn new(reach: Reach) -> Self {
        Self::with_names(reach, Arc::new(System))
    }

    /// With names that are looked up otherwise.
    pub fn with_names(reach: Reach, names: Arc<dyn Names>) -> Self {
        Self { reach, names }
    }

    /// Where a connection for `url` may go: never empty.
    ///
    /// # Errors
    /// It is refused, or its name is nobody's.
    pub async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, Trouble> {
        let host = written(url, self.reach).map_err(counted)?;
        let port = url.port_or_known_default().unwrap_or(80);
        let found = match host {
            Host::Domain(name) => self.of_name(name).await?,
            Host::Ipv4(address) => vec![address.into()],
            Host::Ipv6(address) => vec![address.into()],
        };
        Ok(found.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }

    /// Those of a name's addresses that may be asked.
    async fn of_name(&self, name: &str) -> Result<Vec<IpAddr>, Trouble> {
        let all = match Host::parse(name) {
            // Some write numbers where names stand.
            Ok(Host::Ipv4(address)) => vec![address.into()],
            Ok(Host::Ipv6(address)) => vec![address.into()],
            _ => self.names.look_up(name.to_owned()).await?,
        };
        let mut why = None;
        let may = |address: &IpAddr| match judge(*address, self.reach) {
            Ok(()) => true,
            Err(refusal) => {
                why.get_or_insert(refusal);
                false
            }
        };
        // A machine at home has a link-local address beside its other ones.
        let asked: Vec<IpAddr> = all.into_iter().filter(may).collect();
        match (asked.is_empty(), why) {
            (true, Some(refusal)) => Err(counted(refusal).into()),
            (true, None) => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into()),
            (false, _) => Ok(asked),
        }
    }

    /// A connection to the host of `url`.
    ///
    /// # Errors
    /// It is refused, or there is none within the time that a receiver has.
    pub async fn connect(&self, url: &Url) -> Result<TcpStream, Trouble> {
        let connecting = async {
            let mut last = None;
            for address in self.addresses(url).await? {
                match TcpStream::connect(address).await {
                    Ok(socket) => return Ok(socket),
                    Err(error) => last = Some(error),
                }
            }
            Err(last.unwrap_or_else(|| io::ErrorKind::NotFound.into()).into())
        };
        timeout(limits::RECEIVER_CONNECT, connecting).await.unwrap_or(Err(Trouble::Late))
    }

    /// See [`client`].
    ///
    /// # Errors
    /// There is no TLS on this machine.
    pub fn client(
        &self,
        redirects: usize,
        time: Option<Duration>,
    ) -> Result<reqwest::Client, reqwest::Error> {
        let reach = self.reach;
        // Names are looked up by us; addresses in the text are not looked up by anybody, and this is who sees them all.
        let literals = reqwest::Proxy::custom(move |url| {
            written(url, reach).err().map(|refusal| format!("http://{}{REFUSED}", refusal.name()))
        });
        let builder = reqwest::Client::builder()
            .connect_timeout(limits::RECEIVER_CONNECT)
            .redirect(Policy::custom(move |attempt| follow(attempt, reach, redirects)))
            .dns_resolver(Arc::new(self.clone()))
            .proxy(literals)
            .referer(false)
            .user_agent("Telecast");
        match time {
            Some(time) => builder.timeout(time),
            None => builder,
        }
        .build()
    }
}

impl Resolve for Outgoing {
    fn resolve(&self, name: Name) -> Resolving {
        let all = self.clone();
        Box::pin(async move {
            if let Some(why) = name.as_str().strip_suffix(REFUSED) {
                let refusal = Refusal::ALL.into_iter().find(|refusal| refusal.name() == why);
                return Err(counted(refusal.unwrap_or(Refusal::Reserved)).into());
            }
            let found = all.of_name(name.as_str()).await?;
            let found: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(found)
        })
    }
}

/// The host of an address as it is written, if that alone does not speak against it.
///
/// # Errors
/// It does.
pub fn written(url: &Url, reach: Reach) -> Result<Host<&str>, Refusal> {
    scheme(url.scheme())?;
    let host = url.host().ok_or(Refusal::NoHost)?;
    match host {
        Host::Domain(_) => {}
        Host::Ipv4(address) => judge(address.into(), reach)?,
        Host::Ipv6(address) => judge(address.into(), reach)?,
    }
    Ok(host)
}

/// The same, counted: somebody wanted to go there.
///
/// # Errors
/// As [`written`].
pub fn checked(url: &Url, reach: Reach) -> Result<(), Refusal> {
    written(url, reach).map(drop).map_err(counted)
}

/// What a redirect is answered with.
fn follow(attempt: Attempt<'_>, reach: Reach, most: usize) -> Action {
    if most == 0 {
        return attempt.stop();
    }
    let from = attempt.previous().last().map(Url::scheme);
    let refusal = match written(attempt.url(), reach) {
        Err(refusal) => refusal,
        // The first of those before is what was asked for.
        Ok(_) if attempt.previous().len() > most => Refusal::Redirects,
        Ok(_) if reach == Reach::World && from == Some("https") && attempt.url().scheme() == "http" => {
            Refusal::Downgrade
        }
        Ok(_) => return attempt.follow(),
    };
    attempt.error(counted(refusal))
}

/// Why nobody was asked, if that is the reason of a failure.
pub fn refusal(error: &reqwest::Error) -> Option<Refusal> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return Some(*refusal);
        }
        next = error.source();
    }
    None
}

fn counted(refusal: Refusal) -> Refusal {
    metrics::counter!("telecast_outgoing_refused_total", "reason" => refusal.name()).increment(1);
    refusal
}

#[cfg(test)]
mod laws;
