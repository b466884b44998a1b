//! `telecast check`: parse, validate, preflight.

use super::{Common, Failure, say};
use crate::adapters::clock::Clock;
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
}

impl Check {
    pub(super) async fn run(self) -> Result<(), Failure> {
        if self.reference {
            return say(crate::config::reference().trim_end());
        }
        let config = self.common.load()?;
        let mut out = String::new();
        for (name, value, origin, overrode) in config.table() {
            let value = if value.is_empty() { "—".to_owned() } else { value };
            let _ = write!(out, "{name} = {value}  [{origin}]");
            if !overrode.is_empty() {
                let _ = write!(out, "  overrode: {}", overrode.join(", "));
            }
            out.push('\n');
        }
        for receiver in &config.receivers {
            let _ = writeln!(out, "receiver '{}' at {}  [file]", receiver.name, receiver.url);
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
    if let Err(error) = std::net::TcpListener::bind(config.listen()) {
        faults.push(format!("server.listen: {} cannot be listened on: {error}", config.listen()));
    }
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

fn tempfile_in(directory: &str) -> std::io::Result<()> {
    let path = std::path::Path::new(directory).join(format!(".check-{}", crate::web::secret::random_hex(4)));
    std::fs::write(&path, b"x")?;
    std::fs::remove_file(path)
}
