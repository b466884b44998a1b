//! What is true. Pure and synchronous: no IO, no clock, no randomness; `now`, ids and seeds come in as values.

pub mod access;
pub mod assistant;
pub mod breaker;
pub mod conversation;
pub mod error;
pub mod guide;
pub mod library;
pub mod limits;
pub mod lineup;
pub mod logo;
pub mod m3u;
pub mod outgoing;
pub mod path;
pub mod playback;
pub mod players;
pub mod schedule;
pub mod secret;
pub mod session;
pub mod timer;
pub mod transcode;
pub mod tuner;
