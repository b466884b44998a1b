//! The simulated receiver inside this program, for those who have none (yet).

use super::problem::Problem;
use crate::app::settings::ReceiverSettings;
use std::path::PathBuf;
use telecast_core::error::Kind;
use telecast_sim::{Config, Sim};
use tokio::sync::Mutex;
use url::Url;

/// Starts it once; ends it with the program.
pub struct Simulated {
    cache: PathBuf,
    running: Mutex<Option<Sim>>,
}

impl Simulated {
    /// Nothing runs yet; its programmes are kept in `cache`.
    pub fn new(cache: PathBuf) -> Self {
        Self { cache, running: Mutex::new(None) }
    }

    /// Starts it, and says how to reach it.
    pub async fn start(&self) -> Result<ReceiverSettings, Problem> {
        let mut running = self.running.lock().await;
        if running.is_some() {
            return Err(Problem::new(Kind::Conflict, "The simulated receiver runs already."));
        }
        let config = Config { cache: self.cache.clone(), ..Config::default() };
        let sim = Sim::start(config).await.map_err(|error| {
            Problem::new(Kind::Unavailable, format!("The simulated receiver cannot be started: {error}"))
        })?;
        let settings = settings_for(&sim)?;
        *running = Some(sim);
        Ok(settings)
    }

    /// Takes over one that runs already.
    pub async fn adopt(&self, sim: Sim) -> Result<ReceiverSettings, Problem> {
        let settings = settings_for(&sim)?;
        *self.running.lock().await = Some(sim);
        Ok(settings)
    }

    /// Ends it.
    pub async fn stop(&self) {
        if let Some(sim) = self.running.lock().await.take() {
            sim.shutdown().await;
        }
    }
}

fn settings_for(sim: &Sim) -> Result<ReceiverSettings, Problem> {
    let url = Url::parse(&sim.web_url()).map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
    Ok(ReceiverSettings {
        id: "simulated".into(),
        name: "Simulated receiver".into(),
        url,
        username: String::new(),
        password: None,
        stream_port: sim.stream_addr().port(),
        tuners: None,
        bouquets: Vec::new(),
        from_file: false,
    })
}
