//! Where the configuration comes from, so that it can be read again while the station runs.

use super::read::{Config, Faults, load};
use std::path::{Path, PathBuf};

/// The file that is read where none is named.
const USUAL: &str = "telecast.toml";

/// File, environment and flags.
#[derive(Clone, Debug)]
pub struct Source {
    file: Option<PathBuf>,
    is_named: bool,
    flags: Vec<(&'static str, String)>,
}

impl Source {
    /// With the file that somebody named, or the usual one, which need not be there.
    pub fn new(named: Option<PathBuf>, flags: Vec<(&'static str, String)>) -> Self {
        Self { is_named: named.is_some(), file: Some(named.unwrap_or_else(|| USUAL.into())), flags }
    }

    /// Without a file.
    pub fn without_file(flags: Vec<(&'static str, String)>) -> Self {
        Self { file: None, is_named: false, flags }
    }

    /// Where the file is, or would be.
    pub fn path(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// What stands in the file; `None`: there is none, and need not be.
    ///
    /// # Errors
    /// It is named and not there, or cannot be read.
    pub fn text(&self) -> Result<Option<String>, String> {
        let Some(path) = &self.file else { return Ok(None) };
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !self.is_named => Ok(None),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    /// All layers, with `text` as the file's.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn load(&self, text: Option<&str>) -> Result<Config, Faults> {
        load(self.path().zip(text), std::env::vars(), &self.flags)
    }
}
