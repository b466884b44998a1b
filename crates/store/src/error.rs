//! What goes wrong in a store: a kind for machines, words for people, the driver's own error as source.
//!
//! This is the one table from a driver's error to a kind.

use std::fmt;
use std::sync::Arc;
use telecast_core::error::Kind;

/// The result of all that touches the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of store or bus.
#[derive(Clone, Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    /// Shared: of several writes in one transaction each is told why it failed.
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(crate) fn caused(
        kind: Kind,
        message: impl Into<String>,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self { kind, message: message.into(), source: Some(Arc::new(source)) }
    }

    /// What went wrong, for machines.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<Error> for telecast_core::error::Error {
    fn from(error: Error) -> Self {
        Self::new(error.kind, error.message)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        let (kind, message) = match &error {
            sqlx::Error::RowNotFound => (Kind::NotFound, "There is no such entry in the store."),
            sqlx::Error::PoolClosed => (Kind::Unavailable, "The store is closed."),
            sqlx::Error::PoolTimedOut => (Kind::Unavailable, "The store is busy; try again in a moment."),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                (Kind::Internal, "An entry of the store cannot be read; it may come from another version.")
            }
            sqlx::Error::Database(database) => match database.kind() {
                ErrorKind::UniqueViolation => (Kind::Conflict, "There is already an entry like this."),
                ErrorKind::ForeignKeyViolation => {
                    (Kind::Conflict, "It refers to something that is not there.")
                }
                ErrorKind::CheckViolation | ErrorKind::NotNullViolation => {
                    (Kind::Internal, "The store refused an entry that breaks its rules.")
                }
                // Full disk, read-only file, lost device, lock: all the database can say from outside.
                _ => (
                    Kind::Unavailable,
                    "The store cannot be read or written; check the disk and its free space.",
                ),
            },
            _ => (Kind::Unavailable, "The store cannot be reached; check the disk and the file's owner."),
        };
        Self::caused(kind, message, error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::caused(
            Kind::Internal,
            "An entry of the store cannot be read; it may come from another version.",
            error,
        )
    }
}
