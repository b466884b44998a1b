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
    running: Mutex<Option<Running>>,
}

struct Running {
    sim: Sim,
    /// Account and key of the request that has started it.
    request: Option<(String, String)>,
}

impl Simulated {
    /// Nothing runs yet; its programmes are kept in `cache`.
    pub fn new(cache: PathBuf) -> Self {
        Self { cache, running: Mutex::new(None) }
    }

    /// Starts it, and says how to reach it; so does the same request (account and key) again.
    pub async fn start(&self, request: Option<(String, String)>) -> Result<ReceiverSettings, Problem> {
        let mut running = self.running.lock().await;
        if let Some(running) = running.as_ref() {
            if request.is_some() && running.request == request {
                return settings_for(&running.sim);
            }
            return Err(Problem::new(Kind::Conflict, "The simulated receiver runs already."));
        }
        let config = Config { cache: self.cache.clone(), ..Config::default() };
        let sim = Sim::start(config).await.map_err(|error| {
            Problem::new(Kind::Unavailable, format!("The simulated receiver cannot be started: {error}"))
        })?;
        let settings = settings_for(&sim)?;
        *running = Some(Running { sim, request });
        Ok(settings)
    }

    /// Takes over one that runs already.
    pub async fn adopt(&self, sim: Sim) -> Result<ReceiverSettings, Problem> {
        let settings = settings_for(&sim)?;
        *self.running.lock().await = Some(Running { sim, request: None });
        Ok(settings)
    }

    /// Ends it.
    pub async fn stop(&self) {
        if let Some(running) = self.running.lock().await.take() {
            running.sim.shutdown().await;
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
