//! A simulated receiver alone, without the station around it: `cargo run -p telecast-sim --example receiver -- --help`.

use std::io::Write as _;

use clap::Parser;
use telecast_sim::{Config, Sim, SimArgs};

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    sim: SimArgs,
}

#[tokio::main]
async fn main() -> Result<(), telecast_sim::SimError> {
    let sim = Sim::start(Config::from(Arguments::parse().sim)).await?;
    // a reader that has gone does not matter
    let _ = writeln!(std::io::stdout(), "web {} stream {}", sim.web_url(), sim.stream_addr());
    sim.wait().await;
    Ok(())
}
