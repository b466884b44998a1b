//! Control: variables that are asked for and set over a connection.

use super::door::{Door, Outcome, count};
use super::opened;
use super::tuners::Tuners;
use crate::adapters::interfaces;
use crate::app::supervise;
use crate::web::seats::Seats;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use telecast_media::hdhomerun::{Frames, PACKET, Wrong};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

const PROTOCOL: &str = "control";
/// Connections at once, of an interface.
const CONNECTIONS: usize = 64;
/// Of these, of one source: a program has one for each tuner.
const OF_SOURCE: usize = 16;
/// A connection over which nothing comes is closed after this; programs open it again when they need it.
const SILENCE: Duration = Duration::from_mins(5);
/// Whoever does not take an answer loses the connection after this.
const PATIENCE: Duration = Duration::from_secs(5);
/// Whoever asks too often waits this long for each answer.
const BREATH: Duration = Duration::from_millis(200);

/// Answers until `stop`.
pub(super) async fn serve(door: Arc<Door>, tuners: Arc<Tuners>, place: SocketAddr, stop: CancellationToken) {
    let Some(listener) = opened(PROTOCOL, &stop, || interfaces::listener(place)).await else { return };
    let (slots, seats) = (Arc::new(Semaphore::new(CONNECTIONS)), Seats::default());
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let Ok((stream, from)) = accepted else {
            // Descriptors are lacking.
            tokio::time::sleep(BREATH).await;
            continue;
        };
        if let Err(outcome) = door.lets(from.ip()) {
            count(PROTOCOL, outcome);
            continue;
        }
        let seat = seats.take(from.ip(), Some(OF_SOURCE));
        let (Ok(slot), Some(seat)) = (Arc::clone(&slots).try_acquire_owned(), seat) else {
            count(PROTOCOL, Outcome::Limited);
            continue;
        };
        let (door, tuners, stop) = (Arc::clone(&door), Arc::clone(&tuners), stop.clone());
        supervise("tuner connection", async move {
            let talking = talk(stream, from.ip(), &door, &tuners);
            let _ = stop.run_until_cancelled(talking).await;
            drop((slot, seat));
        });
    }
}

/// Answers until whoever asks goes, is silent, or says what cannot be read.
async fn talk(mut stream: TcpStream, from: IpAddr, door: &Door, tuners: &Tuners) -> Option<()> {
    let (mut frames, mut buffer) = (Frames::default(), [0; PACKET]);
    loop {
        let read = tokio::time::timeout(SILENCE, stream.read(&mut buffer)).await.ok()?.ok()?;
        if read == 0 {
            return None;
        }
        let mut bytes = &buffer[..read];
        loop {
            let packet = match frames.next(&mut bytes) {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                Err(fault) => {
                    count(PROTOCOL, Outcome::Bad);
                    if fault.wrong == Wrong::Field {
                        continue;
                    }
                    return None;
                }
            };
            // A network that may not use the tuner any more loses what it has.
            door.lets(from).ok()?;
            if door.takes(from).is_err() {
                count(PROTOCOL, Outcome::Limited);
                tokio::time::sleep(BREATH).await;
            }
            let Some(reply) = tuners.answer(from, &packet) else {
                count(PROTOCOL, Outcome::Ignored);
                continue;
            };
            count(PROTOCOL, Outcome::Answered);
            tokio::time::timeout(PATIENCE, stream.write_all(&reply)).await.ok()?.ok()?;
        }
    }
}
