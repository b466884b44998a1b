//! `telecast check`: parse, validate, preflight.

use super::{Common, Failure, health, say};
use crate::adapters::clock::Clock;
use std::fmt::Write;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::Command;

/// Stands on every reply of ours, and of nobody else.
const API_VERSION: &str = "x-api-version";

/// Checks the configuration and what it needs.
#[derive(clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    common: Common,
    /// Print the reference of all keys (Markdown) and do nothing else.
    #[arg(long)]
    reference: bool,
    /// Print the JSON Schema of the configuration file and do nothing else.
    #[arg(long)]
    schema: bool,
}

impl Check {
    pub(super) async fn run(self) -> Result<(), Failure> {
        if self.reference {
            return say(crate::config::reference().trim_end());
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
        for warning in &config.warnings {
            let _ = writeln!(out, "Note: {warning}.");
        }
        say(out.trim_end())?;
        let faults = preflight(&config).await;
        if faults.is_empty() { say("All good.") } else { Err(Failure::cannot(faults.join("\n          "))) }
    }
}

async fn preflight(config: &crate::config::Config) -> Vec<String> {
    let mut faults = Vec::new();
    let data = config.string("server.data_dir").unwrap_or("data");
    if let Err(error) = std::fs::create_dir_all(data).and_then(|()| tempfile_in(data)) {
        faults.push(format!("server.data_dir: '{data}' cannot be written: {error}"));
    }
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        faults.push("ffmpeg is not installed; sound in AC-3 and MP2 needs it: apt-get install ffmpeg".into());
    }
    faults.extend(port_fault(config.listen()).await);
    for receiver in &config.receivers {
        let answer = match crate::adapters::enigma2::Client::new(receiver.clone(), Clock::start()) {
            Ok(client) => client.about().await,
            Err(trouble) => Err(trouble),
        };
        if let Err(trouble) = answer {
            faults.push(format!("receiver '{}': {trouble}", receiver.name));
        }
    }
    faults
}

/// Why the station could not listen there. One that runs there already is none: what is checked is its configuration.
async fn port_fault(address: SocketAddr) -> Option<String> {
    let error = std::net::TcpListener::bind(address).err()?;
    if error.kind() != ErrorKind::AddrInUse {
        return Some(format!("server.listen: {address} cannot be listened on: {error}"));
    }
    let answer = health::ask(address, "healthz").await;
    if answer.is_some_and(|answer| answer.headers().contains_key(API_VERSION)) {
        let _ = say(&format!("server.listen: {address} is in use by a running Telecast."));
        return None;
    }
    Some(format!("server.listen: {address} is in use by another program; stop that, or choose another port"))
}

fn tempfile_in(directory: &str) -> std::io::Result<()> {
    let path = std::path::Path::new(directory).join(format!(".check-{}", crate::web::secret::random_hex(4)));
    std::fs::write(&path, b"x")?;
    std::fs::remove_file(path)
}
