//! The simulated receiver inside this program, for those who have none (yet). Whoever has chosen it has it until it is removed, also
//! after a restart: the choice is kept in the store, the receiver itself is made anew each time.

use super::Web;
use super::problem::Problem;
use crate::app::settings::{ReceiverKind, ReceiverSettings};
use crate::app::view::ReceiverView;
use telecast_core::error::Kind;
use telecast_sim::{Config, Sim};
use tokio::sync::Mutex;
use url::Url;

/// Its id among the receivers. Not the last word of the address that starts it: that one cannot be removed.
pub const ID: &str = "sim";

/// Starts it once at a time; ends it with the program.
pub struct Simulated {
    config: Config,
    running: Mutex<Option<Running>>,
}

struct Running {
    sim: Sim,
    /// Account and key of the request that has started it.
    request: Option<(String, String)>,
}

impl Simulated {
    /// Nothing runs yet.
    pub fn new(config: Config) -> Self {
        Self { config, running: Mutex::new(None) }
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
        let sim = Sim::start(self.config.clone()).await.map_err(|error| {
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

/// Starts it for that request (account and key), and adds it to the receivers.
pub async fn begin(web: &Web, request: Option<(String, String)>) -> Result<ReceiverView, Problem> {
    let settings = web.simulated.start(request).await?;
    let there = web.app.receivers().into_iter().find(|receiver| receiver.id == settings.id);
    let view = match there {
        Some(view) => view,
        None => web.app.add_receiver(settings).await?,
    };
    web.accounts.choose_simulated(true, web.clock.wall_ms()).await?;
    Ok(view)
}

/// Starts it if an earlier run of the station had it.
pub async fn resume(web: Web) {
    let resumed = async {
        if web.accounts.has_chosen_simulated().await? { begin(&web, None).await.map(drop) } else { Ok(()) }
    };
    // Whatever is still being made when the station ends is dropped.
    if let Some(Err(problem)) = web.stopping.run_until_cancelled(resumed).await {
        tracing::warn!(problem = problem.detail(), "the simulated receiver is not there");
    }
}

/// Ends it: it has been removed, and may be chosen again.
pub async fn end(web: &Web) -> Result<(), Problem> {
    web.accounts.choose_simulated(false, web.clock.wall_ms()).await?;
    web.simulated.stop().await;
    Ok(())
}

fn settings_for(sim: &Sim) -> Result<ReceiverSettings, Problem> {
    let url = Url::parse(&sim.web_url()).map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
    Ok(ReceiverSettings {
        kind: ReceiverKind::Enigma2,
        id: ID.into(),
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
