//! What can go wrong while a simulated world is built. Faults that are *simulated* are no errors: see `faults`.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a simulated receiver could not be started or changed. The message says what a person can do.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// A port is taken or not ours to open.
    #[error("cannot listen on {address}: {source}; choose another address or port 0")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A fault's name or amount is not understood.
    #[error("fault '{given}': {reason}")]
    Fault {
        /// As written by the caller.
        given: String,
        /// What is wrong with it.
        reason: String,
    },
    /// ffmpeg is missing or failed while the built-in programmes were made.
    #[error("cannot make the programme '{clip}': {reason} (is ffmpeg with libx264 installed?)")]
    Media {
        /// Which clip.
        clip: String,
        /// What happened, with the end of ffmpeg's messages.
        reason: String,
    },
    /// A file given with `--media` holds no transport stream that can be played.
    #[error("cannot play {path}: {reason}")]
    Capture {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file or folder cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The receiver settings hold no bouquet.
    #[error("{path}: no bouquets.tv or bouquets.radio with services there")]
    NoBouquets {
        /// The folder given.
        path: PathBuf,
    },
}
