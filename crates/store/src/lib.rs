//! What is remembered, and who is told: the store and the bus.
//!
//! [`Store`] keeps accounts, secrets as hashes, receivers, what was last seen on channels, playback sessions and
//! settings. [`Bus`] tells whoever listens that something has changed. Both are enums over their backends: today SQLite
//! and the process itself; others become further variants with paired SQL beside what is here, and pass the same
//! contract suite (`tests/contract.rs`).
//!
//! Invariants:
//! - What a method has acknowledged is on disk (WAL, `synchronous = FULL`).
//! - One writer with `BEGIN IMMEDIATE`; readers never wait for it.
//! - A row that two might write carries a fence or a unique key: of two writers one gets [`Kind::Conflict`].
//! - No secret is stored in the clear: tokens and codes as SHA-256, receivers' passwords sealed ([`Sealer`]).
//! - Times are milliseconds since 1970 and come in as values; nothing here reads a clock.
//!
//! It decides nothing: rules are in `telecast_core`.

mod access;
mod account;
mod audit;
mod bus;
mod conversation;
mod error;
mod guide;
mod guide_address;
mod identity;
mod library;
mod memory;
mod own;
mod pairing;
mod player;
mod receiver;
mod request;
mod seal;
mod session;
mod setting;
mod sqlite;
mod station;

/// Name of the thread that writes to the guide's file: a guide that is read keeps it busy for long.
pub const GUIDE_WRITER: &str = "guide-writer";

pub use access::{ApiToken, NewApiToken, Purpose, SignIn, Used};
pub use account::{Account, Credentials, NewAccount, NewPin};
pub use audit::AuditLine;
pub use bus::{Bus, Notice, Subscription};
pub use conversation::{Append, ConversationRow, EventRow};
pub use error::{Error, Result};
pub use guide::{Found, Import, Imported, Kept, Place, Told};
pub use guide_address::GuideAddress;
pub use identity::Identity;
pub use library::{KeptCollection, LIBRARY_BATCH, LibraryFolder, LibraryRow, LibraryWrite};
pub use own::SavedSearch;
pub use pairing::{NewPairing, Paired, Waiting};
pub use player::{NewPlayer, Player};
pub use receiver::Receiver;
pub use request::RequestKey;
pub use seal::{Sealed, Sealer};
pub use session::{Created, NewSession, SessionRow, SessionWrite};
pub use setting::Setting;
pub use station::{Aired, Station};
pub use telecast_core::error::Kind;

use sqlite::Sqlite;
use std::path::Path;
use std::sync::Arc;

/// What is remembered. Cheap to clone: clones share connections.
#[derive(Clone, Debug)]
pub struct Store {
    backend: Backend,
    /// The same, or beside it: the guide is large and need not be kept as well.
    guide: Backend,
    turns: Arc<access::Turns>,
    /// For what is sealed here and not by whoever asks.
    sealer: Option<Sealer>,
}

/// Where it is kept. Each method matches on this, with the SQL of each backend side by side.
#[derive(Clone, Debug)]
enum Backend {
    Sqlite(Sqlite),
}

/// This installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its id: made once, kept for ever.
    pub id: String,
    /// When it was made.
    pub created_ms: i64,
}

impl Store {
    /// Opens the SQLite file at `path`, and `guide.db` beside it, made with mode 0600 if they are missing, and brings their schemas up to date.
    ///
    /// # Errors
    /// [`Kind::Unavailable`] if the file cannot be opened or read, [`Kind::Conflict`] if a newer version of the program
    /// has written it: then nothing is changed.
    pub async fn open_sqlite(path: &Path) -> Result<Self> {
        let backend = Backend::Sqlite(Sqlite::open(path).await?);
        let guide = Backend::Sqlite(Sqlite::open_guide(&path.with_file_name("guide.db")).await?);
        let store = Self { backend, guide, turns: Arc::default(), sealer: None };
        store.look_at_access().await?;
        Ok(store)
    }

    /// The channels of one's own that stand in the SQLite file at `path`, for who must not write: nothing is made, brought up to date, or changed.
    ///
    /// # Errors
    /// [`Kind::Unavailable`] if the file cannot be opened or read, as one that another version of the program has written.
    pub async fn look_at_stations(path: &Path) -> Result<Vec<Station>> {
        let backend = Backend::Sqlite(Sqlite::look(path).await?);
        let store = Self { guide: backend.clone(), backend, turns: Arc::default(), sealer: None };
        let found = store.stations().await;
        store.close().await;
        found
    }

    /// Closes all connections. Later calls get [`Kind::Unavailable`].
    pub async fn close(&self) {
        for backend in [&self.guide, &self.backend] {
            match backend {
                Backend::Sqlite(db) => db.close().await,
            }
        }
    }

    /// Whether it can be read and written just now, for `readyz`.
    ///
    /// # Errors
    /// [`Kind::Unavailable`] if it cannot.
    pub async fn ping(&self) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(db) => db.ping().await,
        }
    }

    /// This installation; made with `fresh_id` at `now_ms` if it is new.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn instance(&self, fresh_id: &str, now_ms: i64) -> Result<Instance> {
        match &self.backend {
            Backend::Sqlite(db) => {
                sqlx::query(
                    "INSERT INTO instance (one, id, created_ms) VALUES (1, ?, ?) ON CONFLICT DO NOTHING",
                )
                .bind(fresh_id)
                .bind(now_ms)
                .execute(db.writer())
                .await?;
                let (id, created_ms) = sqlx::query_as("SELECT id, created_ms FROM instance WHERE one = 1")
                    .fetch_one(db.reader())
                    .await?;
                Ok(Instance { id, created_ms })
            }
        }
    }

    /// Lets the store grow to so many pages, for the test of a full disk.
    #[doc(hidden)]
    pub async fn limit_pages(&self, pages: u32) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(db) => db.limit_pages(pages).await,
        }
    }

    /// Takes SQLite's write lock and keeps it until what it gives is dropped, for the test of a store that somebody else has
    /// locked.
    #[doc(hidden)]
    pub async fn hold_lock(&self) -> Result<impl Send + use<>> {
        match &self.backend {
            Backend::Sqlite(db) => db.begin().await,
        }
    }

    /// How this statement finds its rows, for the test that lists are read by index.
    #[doc(hidden)]
    pub async fn query_plan(&self, sql: &'static str) -> Result<Vec<String>> {
        match &self.backend {
            Backend::Sqlite(db) => db.query_plan(sql).await,
        }
    }
}
