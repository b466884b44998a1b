//! SSDP: the station tells the networks of the house that it is there, answers those who search, and says when it goes (UPnP Device Architecture 1.1 §1).

use super::door::{Door, Outcome, count};
use super::{STUMBLE, opened};
use crate::adapters::interfaces;
use crate::app::supervise;
use crate::web::{secret, tuner};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;
use telecast_media::ssdp::{DATAGRAM, Device, GROUP, Message, Search, Type, parse};
use tokio::net::UdpSocket;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

const PROTOCOL: &str = "ssdp";
/// What is said holds so long (seconds; §1.2.2 wants half an hour at least).
const AGE_S: u32 = 1_800;
/// And is said again after this.
const AGAIN: Duration = Duration::from_mins(10);
/// At first it is said twice: a datagram may be lost.
const SOON: Duration = Duration::from_secs(1);
/// Searches that wait for their answer.
const WAITING: usize = 64;
/// Number of the description; another one when that changes.
const CONFIG_ID: u32 = 1;

/// What it is.
const TYPES: [Type<'_>; 1] = [Type { name: tuner::DEVICE_TYPE.0, version: tuner::DEVICE_TYPE.1 }];

/// What listens, and speaks.
struct Sockets {
    /// What comes to everybody.
    group: UdpSocket,
    /// For each interface: what comes to us alone, and from where we speak.
    each: Vec<(Ipv4Addr, UdpSocket)>,
    to: SocketAddrV4,
}

/// The device as it speaks.
struct Speaker {
    door: Arc<Door>,
    sockets: Sockets,
    /// Grows with each start.
    boot_id: u32,
    waiting: Arc<Semaphore>,
}

/// What is told to everybody.
#[derive(Clone, Copy)]
enum Word {
    Alive,
    Byebye,
}

/// The device as it is seen from one network.
struct Seen {
    uuid: String,
    location: String,
    server: String,
    boot_id: u32,
}

impl Seen {
    fn device(&self) -> Device<'_> {
        Device {
            uuid: &self.uuid,
            types: &TYPES,
            location: &self.location,
            server: &self.server,
            max_age_s: AGE_S,
            boot_id: self.boot_id,
            config_id: CONFIG_ID,
        }
    }
}

/// Speaks and answers until `stop`; then says goodbye.
pub(super) async fn serve(door: Arc<Door>, port: u16, stop: CancellationToken) {
    let (to, places) = (SocketAddrV4::new(GROUP, port), Arc::clone(&door.places));
    let open = || {
        let at = |place: &Ipv4Addr| Ok((*place, interfaces::at(SocketAddrV4::new(*place, port))?));
        let each = places.iter().map(at).collect::<std::io::Result<_>>()?;
        Ok(Sockets { group: interfaces::of_group(to, &places)?, each, to })
    };
    let Some(sockets) = opened(PROTOCOL, &stop, open).await else { return };
    let boot_id = (door.web.clock.wall_ms() / 1_000) as u32 & 0x7FFF_FFFF;
    let speaker = Arc::new(Speaker { door, sockets, boot_id, waiting: Arc::new(Semaphore::new(WAITING)) });
    let speaking = async {
        // In case it had to go without.
        speaker.say(Word::Byebye).await;
        let mut pause = SOON;
        loop {
            speaker.say(Word::Alive).await;
            tokio::time::sleep(std::mem::replace(&mut pause, AGAIN)).await;
        }
    };
    let listening = speaker.sockets.each.iter().map(|(_, socket)| speaker.hear(socket, false));
    let listening = futures_util::future::join_all(listening);
    let all = async { tokio::join!(speaking, listening, speaker.hear(&speaker.sockets.group, true)) };
    let _ = stop.run_until_cancelled(all).await;
    speaker.say(Word::Byebye).await;
}

impl Speaker {
    /// How it is seen at `place`; none: the store does not say who it is.
    async fn seen(&self, place: Ipv4Addr) -> Option<Seen> {
        let id = self.door.web.device_id().await.ok()?;
        Some(Seen {
            uuid: tuner::uuid(id),
            location: format!("{}/device.xml", self.door.pages(place)),
            server: format!("{}/1 UPnP/1.1 Telecast/{}", std::env::consts::OS, env!("CARGO_PKG_VERSION")),
            boot_id: self.boot_id,
        })
    }

    /// Tells everybody, on interfaces whose network may use the tuner.
    async fn say(&self, word: Word) {
        for (place, socket) in &self.sockets.each {
            if self.door.lets((*place).into()).is_err() {
                continue;
            }
            let Some(seen) = self.seen(*place).await else { continue };
            let notices = match word {
                Word::Alive => seen.device().alive(),
                Word::Byebye => seen.device().byebye(),
            };
            for notice in notices.unwrap_or_default() {
                // An interface that is down is heard by nobody.
                let _ = socket.send_to(&notice, self.sockets.to).await;
            }
        }
    }

    /// Hears what comes to that socket.
    async fn hear(self: &Arc<Self>, socket: &UdpSocket, is_group: bool) {
        let mut buffer = [0; DATAGRAM];
        loop {
            let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
                tokio::time::sleep(STUMBLE).await;
                continue;
            };
            match parse(&buffer[..length]) {
                Ok(Message::Search(search)) => {
                    if let Err(outcome) = self.answer(&search, from, is_group).await {
                        count(PROTOCOL, outcome);
                    }
                }
                // What others say of themselves.
                Ok(_) => count(PROTOCOL, Outcome::Ignored),
                Err(_) => count(PROTOCOL, Outcome::Bad),
            }
        }
    }

    /// Answers a search after a while by chance (§1.3.3), so that not all devices answer at once.
    async fn answer(
        self: &Arc<Self>,
        search: &Search<'_>,
        from: SocketAddr,
        is_group: bool,
    ) -> Result<(), Outcome> {
        let wait_s = search.wait_s(is_group).ok_or(Outcome::Ignored)?;
        let place = self.door.hears(from)?;
        let date = http_date(self.door.web.clock.wall_ms());
        let seen = self.seen(place).await.ok_or(Outcome::Ignored)?;
        let answers = seen.device().answers(search, &date).unwrap_or_default();
        if answers.is_empty() {
            return Err(Outcome::Ignored);
        }
        let slot = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| Outcome::Limited)?;
        let [chance] = secret::entropy::<1>();
        let wait =
            if is_group { Duration::from_secs(wait_s.into()) * chance.into() / 256 } else { Duration::ZERO };
        let speaker = Arc::clone(self);
        supervise("tuner answer", async move {
            tokio::time::sleep(wait).await;
            let socket = speaker.sockets.each.iter().find(|(own, _)| *own == place);
            for answer in answers {
                if let Some((_, socket)) = socket {
                    let _ = socket.send_to(&answer, from).await;
                }
            }
            count(PROTOCOL, Outcome::Answered);
            drop(slot);
        });
        Ok(())
    }
}

/// A time as HTTP writes it (RFC 9110 §5.6.7).
fn http_date(wall_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(wall_ms).unwrap_or_default();
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_time_is_written_as_http_wants_it() {
        assert_eq!(super::http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
