//! The simulated receiver as its clients see it, judged by ffmpeg, mpv and a client that Home Assistant uses.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests fail by panic and say why they did not run"
)]

mod captures;
mod faults;
mod judge;
mod streams;
mod timers;
mod transport;
mod web;

use std::path::PathBuf;
use std::time::Duration;

use telecast_sim::{Config, Sim};

/// Built-in programmes are made once for all tests.
fn cache() -> PathBuf {
    std::env::var_os("TELECAST_SIM_CACHE").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/sim-media"),
        PathBuf::from,
    )
}

/// A receiver with these built-in programmes.
async fn sim(only: &[u8], change: impl FnOnce(&mut Config)) -> Sim {
    let mut config = Config { cache: cache(), only: only.to_vec(), ..Config::default() };
    change(&mut config);
    Sim::start(config).await.expect("the simulated receiver starts")
}

/// Published test data, or a note that it is not there.
fn corpus(path: &str) -> Option<PathBuf> {
    let base = std::env::var_os("TELECAST_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"),
        PathBuf::from,
    );
    let path = base.join(path);
    if !path.exists() {
        eprintln!("not run: {} is missing (set TELECAST_CORPUS)", path.display());
        return None;
    }
    Some(path)
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().timeout(Duration::from_secs(30)).no_proxy().build().expect("a client")
}

async fn get(url: &str) -> (u16, String) {
    let reply = client().get(url).send().await.expect("a reply");
    (reply.status().as_u16(), reply.text().await.expect("a body"))
}

async fn json(url: &str) -> serde_json::Value {
    let (status, text) = get(url).await;
    assert_eq!(status, 200, "{url}: {text}");
    serde_json::from_str(&text).expect("JSON")
}

/// Waits until the receiver's state is as wanted; patient, since machines that test are busy.
async fn until(sim: &Sim, what: &str, wanted: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
    for _ in 0..600 {
        let state = sim.state();
        if wanted(&state) {
            return state;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what} did not come: {}", sim.state());
}

/// Raw bytes that the stream port sends in this time, or until it ends.
async fn receive(sim: &Sim, request: &str, time: Duration) -> Vec<u8> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut socket = tokio::net::TcpStream::connect(sim.stream_addr()).await.expect("a connection");
    socket.write_all(request.as_bytes()).await.expect("a request sent");
    let mut data = Vec::new();
    let all = async { while socket.read_buf(&mut data).await.is_ok_and(|read| read > 0) {} };
    let _ = tokio::time::timeout(time, all).await;
    data
}

/// The stream of a channel without its HTTP head.
async fn watch(sim: &Sim, reference: &str, time: Duration) -> Vec<u8> {
    let mut data = receive(sim, &format!("GET /{reference} HTTP/1.1\r\nHost: box\r\n\r\n"), time).await;
    let head = data.windows(4).position(|w| w == b"\r\n\r\n").expect("a head") + 4;
    data.split_off(head)
}
