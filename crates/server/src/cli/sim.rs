//! `telecast sim`.

use super::{Failure, say};
use crate::ops;
use telecast_sim::{Config, Sim, SimArgs};

pub(super) async fn run(arguments: SimArgs) -> Result<(), Failure> {
    let config = Config::from(arguments);
    let sim = Sim::start(config).await.map_err(|error| Failure::cannot(error.to_string()))?;
    say(&format!(
        "The simulated receiver is at {}/, its streams at http://{}/",
        sim.web_url(),
        sim.stream_addr()
    ))?;
    ops::asked_to_stop().await;
    sim.shutdown().await;
    Ok(())
}
