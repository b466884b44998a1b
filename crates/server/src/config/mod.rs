//! Configuration: defaults < `telecast.toml` < environment < flags. Every key stands in [`KEYS`] (or [`RECEIVER_KEYS`]) once, with its
//! default and its text; what is not there is an error that names the nearest key, and all errors are told at once. It can be read again
//! while the station runs (`ops::reload`); each key says whether it counts at once or after a restart.

mod cross;
mod folders;
mod keys;
mod listed;
mod network;
mod oidc;
mod providers;
mod read;
mod receivers;
mod schema;
mod source;

pub use keys::{FOLDER_KEYS, KEYS, Key, PROVIDER_KEYS, RECEIVER_KEYS, environment, reference, variable};
pub use network::Network;
pub use read::{Change, Config, Faults, Origin, Row, Value, load};
pub use schema::schema;
pub use source::Source;
