//! A tuner's stream to whoever has had it sent: over UDP, with or without a head of RTP. It is a session like that of any reader.
//!
//! Programs that ask by HTTP need none of this, and lose nothing on the way: it is for those that are older than that.

use crate::app::supervise;
use crate::web::guard::Principal;
use crate::web::{Web, doorman, iptv};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use telecast_core::lineup::ChannelId;
use telecast_media::hdhomerun::Target;
use telecast_media::ts::packet::{PACKET, Packet};
use telecast_media::ts::psi::{Pat, Sections};
use tokio::net::UdpSocket;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Packets of the transport stream in a datagram: as many as an Ethernet frame holds.
const PACKETS: usize = 7;
/// Datagrams that are sent at once; then a [`BREATH`], so that what is taken up at the start does not overflow who reads it.
const BURST: u32 = 32;
/// At most 84 Mbit/s.
const BREATH: Duration = Duration::from_millis(4);
/// The rate is measured over this.
const MEASURE: Duration = Duration::from_secs(1);
/// Payload type of transport streams (RFC 3551 §6).
const MP2T: u8 = 33;

/// A stream that is being sent; it ends when this is dropped.
pub(super) struct Feed {
    pub(super) facts: Arc<Facts>,
    _stop: DropGuard,
}

/// What is known of it.
#[derive(Default)]
pub(super) struct Facts {
    /// It has ended, or never began.
    is_over: AtomicBool,
    /// Number of its programme, once something has come.
    programme: AtomicU16,
    /// What was sent in the last second: bits and datagrams.
    rates: [AtomicU64; 2],
}

impl Facts {
    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Relaxed)
    }

    /// Its programme; none: nothing has come.
    pub(super) fn programme(&self) -> Option<u16> {
        Some(self.programme.load(Relaxed)).filter(|number| *number > 0 && !self.is_over())
    }

    pub(super) fn rates(&self) -> [u64; 2] {
        if self.is_over() { [0; 2] } else { self.rates.each_ref().map(|rate| rate.load(Relaxed)) }
    }
}

impl Feed {
    /// Begins to send that channel there, until `stop`.
    pub(super) fn begin(web: &Web, channel: ChannelId, target: Target, stop: &CancellationToken) -> Self {
        let (facts, stop) = (Arc::<Facts>::default(), stop.child_token());
        let (web, known, stopped) = (web.clone(), Arc::clone(&facts), stop.clone());
        supervise("tuner feed", async move {
            let _ = stopped.run_until_cancelled(run(&web, channel, target, &known)).await;
            known.is_over.store(true, Relaxed);
        });
        Self { facts, _stop: stop.drop_guard() }
    }
}

async fn run(web: &Web, channel: ChannelId, target: Target, facts: &Facts) {
    let who = Principal::anonymous(doorman::network((*target.to.ip()).into()));
    match iptv::reading(web, who, channel, "HDHomeRun").await {
        Ok(pieces) => {
            if let Err(error) = send(web, pieces, target, facts).await {
                tracing::debug!(%error, %target, "a tuner's stream is not taken any more");
            }
        }
        Err(problem) => tracing::info!(%target, "a tuner has nothing to send: {}", problem.detail()),
    }
}

/// Sends until there is nothing more, or nobody there.
async fn send(
    web: &Web,
    pieces: impl Stream<Item = Bytes>,
    target: Target,
    facts: &Facts,
) -> std::io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
    socket.connect(target.to).await?;
    let (mut pieces, mut datagrams) = (pin!(pieces), Datagrams::new(target.rtp));
    let (mut since, mut sent, mut burst) = (web.clock.uptime(), [0; 2], 0);
    while let Some(piece) = pieces.next().await {
        if facts.programme.load(Relaxed) == 0 {
            facts.programme.store(programme(&piece), Relaxed);
        }
        datagrams.held.extend_from_slice(&piece);
        while let Some(datagram) = datagrams.next(web.clock.uptime()) {
            match socket.send(datagram).await {
                Ok(bytes) => sent = [sent[0] + 8 * bytes as u64, sent[1] + 1],
                // Somebody has said that there is nobody.
                Err(gone) if is_gone(gone.kind()) => return Err(gone),
                // The interface takes no more at this moment: as much is lost as anywhere else on the way.
                Err(_) => {}
            }
            burst += 1;
            if burst == BURST {
                burst = 0;
                tokio::time::sleep(BREATH).await;
            }
        }
        let lasted = web.clock.uptime().saturating_sub(since);
        if lasted >= MEASURE {
            for (rate, sent) in facts.rates.iter().zip(sent) {
                rate.store((sent as f64 / lasted.as_secs_f64()) as u64, Relaxed);
            }
            (since, sent) = (since + lasted, [0; 2]);
        }
    }
    Ok(())
}

fn is_gone(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable)
}

/// Number of the programme in what begins with its tables; 0: they are not there.
fn programme(piece: &[u8]) -> u16 {
    let mut number = 0;
    let Some(packet) = piece.get(..PACKET).and_then(Packet::new).filter(|packet| packet.pid() == 0) else {
        return 0;
    };
    Sections::default().push(&packet, |section| {
        number = Pat::parse(section)
            .and_then(|pat| pat.programmes.first().copied())
            .map_or(0, |(number, _)| number);
    });
    number
}

/// A transport stream cut into datagrams.
struct Datagrams {
    /// Number of the next one, if each has a head.
    next: Option<u16>,
    /// What is to be sent.
    held: Vec<u8>,
    datagram: Vec<u8>,
}

impl Datagrams {
    fn new(rtp: bool) -> Self {
        Self { next: rtp.then_some(0), held: Vec::new(), datagram: Vec::new() }
    }

    /// The next one, if there is enough for it; `now`: when it is sent.
    fn next(&mut self, now: Duration) -> Option<&[u8]> {
        if self.held.len() < PACKETS * PACKET {
            return None;
        }
        self.datagram.clear();
        if let Some(number) = &mut self.next {
            // RFC 3550 §5.1; the clock is one of 90 kHz (RFC 2250 §2). One source, which needs no name.
            let ticks = (now.as_micros() * 9 / 100) as u32;
            self.datagram.extend([0x80, MP2T]);
            self.datagram.extend(number.to_be_bytes());
            self.datagram.extend(ticks.to_be_bytes());
            self.datagram.extend([0; 4]);
            *number = number.wrapping_add(1);
        }
        self.datagram.extend(self.held.drain(..PACKETS * PACKET));
        Some(&self.datagram)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use telecast_media::ts::psi::packetise;

    #[test]
    fn datagrams_hold_whole_packets_and_nothing_is_left_out() {
        let stream: Vec<u8> = (0..23 * PACKET).map(|at| (at / PACKET) as u8).collect();
        for rtp in [false, true] {
            let (mut datagrams, mut came) = (Datagrams::new(rtp), Vec::new());
            for (number, piece) in stream.chunks(1_000).enumerate() {
                datagrams.held.extend_from_slice(piece);
                while let Some(datagram) = datagrams.next(Duration::from_secs(number as u64)) {
                    let head = if rtp { 12 } else { 0 };
                    assert_eq!(datagram.len(), head + PACKETS * PACKET);
                    assert!(
                        !rtp || datagram.starts_with(&[0x80, 33, 0, (came.len() / (PACKETS * PACKET)) as u8])
                    );
                    came.extend_from_slice(&datagram[head..]);
                }
            }
            assert_eq!(came, stream[..21 * PACKET], "two packets wait for more");
        }
    }

    #[test]
    fn the_programme_is_read_from_the_tables_at_the_start() {
        let pat = Pat { transport_stream_id: 1, version: 0, programmes: vec![(28_006, 0x1000)] };
        let mut bytes = Vec::new();
        packetise(&pat.section(), 0, &mut 0, &mut bytes);
        assert_eq!(programme(&bytes), 28_006);
        assert_eq!((programme(&[]), programme(&[0x47; PACKET])), (0, 0));
    }
}
