//! The log: to stderr, as text or JSON, at a level that can be changed while the station runs.

use crate::cli::Failure;
use crate::config::Config;
use std::sync::{Arc, Mutex, PoisonError};
use tracing_subscriber::EnvFilter;

/// The log's level while the station runs. Cheap to clone.
#[derive(Clone)]
pub struct Level(Arc<Inner>);

struct Inner {
    now: Mutex<String>,
    set: Box<dyn Fn(EnvFilter) -> Result<(), String> + Send + Sync>,
}

impl Level {
    /// As it was set last.
    pub fn now(&self) -> String {
        self.0.now.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sets it: a level, or a filter such as `info,telecast_server::app=debug`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn set(&self, text: &str) -> Result<(), String> {
        let mut now = self.0.now.lock().unwrap_or_else(PoisonError::into_inner);
        (self.0.set)(parse(text)?)?;
        text.clone_into(&mut now);
        Ok(())
    }
}

/// Begins to log.
pub fn begin(config: &Config) -> Result<Level, Failure> {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter(config).map_err(Failure::usage)?)
        .with_writer(std::io::stderr);
    let now = Mutex::new(config.string("log.level").unwrap_or_default().to_owned());
    let (done, level) = if format(config).map_err(Failure::usage)? {
        let builder = builder.json().with_filter_reloading();
        let handle = builder.reload_handle();
        let set = move |filter| handle.reload(filter).map_err(|error| error.to_string());
        (builder.try_init(), Level(Arc::new(Inner { now, set: Box::new(set) })))
    } else {
        let builder = builder.with_ansi(false).with_filter_reloading();
        let handle = builder.reload_handle();
        let set = move |filter| handle.reload(filter).map_err(|error| error.to_string());
        (builder.try_init(), Level(Arc::new(Inner { now, set: Box::new(set) })))
    };
    done.map_err(|error| Failure::cannot(format!("logging: {error}")))?;
    Ok(level)
}

fn parse(text: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(text).map_err(|error| format!("'{text}' is no level of the log: {error}"))
}

/// The level as it is configured.
pub(super) fn filter(config: &Config) -> Result<EnvFilter, String> {
    parse(config.string("log.level").unwrap_or("info")).map_err(|error| format!("log.level: {error}"))
}

/// Whether it is JSON.
pub(super) fn format(config: &Config) -> Result<bool, String> {
    match config.string("log.format") {
        Some("json") => Ok(true),
        Some("text") | None => Ok(false),
        Some(other) => Err(format!("log.format: '{other}' is neither text nor json")),
    }
}
