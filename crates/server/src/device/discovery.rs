//! Discovery: whoever sends a request to everybody is told that we are here.

use super::door::{Door, Outcome, count};
use super::{STUMBLE, opened};
use crate::adapters::interfaces;
use crate::web::tuner;
use std::net::SocketAddr;
use std::sync::Arc;
use telecast_media::hdhomerun::{Device, PACKET, discovered, parse};
use tokio_util::sync::CancellationToken;

const PROTOCOL: &str = "discovery";

/// Answers until `stop`. Broadcasts come to a socket that is bound to no address; whether they came by a chosen interface, the door sees.
pub(super) async fn serve(door: Arc<Door>, port: u16, stop: CancellationToken) {
    let Some(socket) = opened(PROTOCOL, &stop, || interfaces::everywhere(port)).await else { return };
    let mut buffer = [0; PACKET];
    while let Some(received) = stop.run_until_cancelled(socket.recv_from(&mut buffer)).await {
        let Ok((length, from)) = received else {
            tokio::time::sleep(STUMBLE).await;
            continue;
        };
        let outcome = match answer(&door, &buffer[..length], from).await {
            Ok(reply) if socket.send_to(&reply, from).await.is_ok() => Outcome::Answered,
            Ok(_) => Outcome::Ignored,
            Err(outcome) => outcome,
        };
        count(PROTOCOL, outcome);
    }
}

async fn answer(door: &Door, bytes: &[u8], from: SocketAddr) -> Result<Vec<u8>, Outcome> {
    let packet = parse(bytes).map_err(|_| Outcome::Bad)?;
    let place = door.hears(from)?;
    let base_url = door.pages(place);
    let device = Device {
        id: door.web.device_id().await.map_err(|_| Outcome::Ignored)?,
        tuners: tuner::count(&door.web),
        lineup_url: format!("{base_url}/lineup.json"),
        base_url,
        auth: Some("telecast".to_owned()),
    };
    discovered(&packet, &device).ok_or(Outcome::Ignored)
}
