//! `telecast check`: parse, validate, preflight.

use super::{Common, Failure, health, say};
use crate::adapters::clock::Clock;
use crate::ops::preflight;
use std::fmt::Write;
use std::process::Command;

/// Checks the configuration and what it needs.
#[derive(clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    common: Common,
    /// Print the reference of all keys (Markdown) and do nothing else.
    #[arg(long)]
    reference: bool,
    /// Print all environment variables (Markdown) and do nothing else.
    #[arg(long)]
    environment: bool,
    /// Print the JSON Schema of the configuration file and do nothing else.
    #[arg(long)]
    schema: bool,
}

impl Check {
    pub(super) async fn run(self) -> Result<(), Failure> {
        if self.reference {
            return say(crate::config::reference().trim_end());
        }
        if self.environment {
            return say(crate::config::environment().trim_end());
        }
        if self.schema {
            return say(&crate::config::schema());
        }
        let config = self.common.load()?;
        let mut out = String::new();
        for (name, value, origin, overrode) in config.table() {
            let _ = write!(out, "{name} = {value}  [{origin}]");
            if !overrode.is_empty() {
                let _ = write!(out, "  overrode: {}", overrode.join(", "));
            }
            out.push('\n');
        }
        let certificate = preflight::certificate(&config);
        let of_it = certificate.as_ref().ok().and_then(Option::as_ref).map(preflight::warnings);
        for warning in config.warnings.iter().chain(&of_it.unwrap_or_default()) {
            let _ = writeln!(out, "Note: {warning}.");
        }
        say(out.trim_end())?;
        let mut faults = faults(&config).await;
        faults.extend(certificate.err().unwrap_or_default());
        if faults.is_empty() { say("All good.") } else { Err(Failure::cannot(faults.join("\n          "))) }
    }
}

/// What would keep the station from running, or its viewers from seeing something.
async fn faults(config: &crate::config::Config) -> Vec<String> {
    let address = config.listen();
    // One that runs there already is no fault: what is checked is its configuration.
    let runs = health::runs(config).await;
    if runs {
        let _ = say(&format!("server.listen: {address} is in use by a running Telecast."));
    }
    let mut faults = preflight::faults(config, |key| !(runs && key.ends_with(".listen")));
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        faults.push("ffmpeg is not installed; sound in AC-3 and MP2 needs it: apt-get install ffmpeg".into());
    }
    for receiver in &config.receivers {
        let answer = match crate::adapters::receiver::Client::new(receiver.clone(), Clock::start()) {
            Ok(client) => client.about().await,
            Err(trouble) => Err(trouble),
        };
        if let Err(trouble) = answer {
            faults.push(format!("receiver '{}': {trouble}", receiver.name));
        }
    }
    faults
}
