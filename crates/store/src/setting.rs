//! What people change at run time and no other table holds: a name, a JSON value, a revision.

use crate::error::{Error, Result};
use crate::{Backend, Kind, Store};
use serde::Serialize;
use serde::de::DeserializeOwned;
use telecast_core::limits;

/// A setting as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// Its value.
    pub value: T,
    /// Grows with each change, from 1.
    pub revision: i64,
}

impl Store {
    /// The setting of that name.
    ///
    /// # Errors
    /// [`Kind::Internal`] if what is stored is not a `T`.
    pub async fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<Setting<T>>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let row: Option<(String, i64)> =
                    sqlx::query_as("SELECT value, revision FROM setting WHERE name = ?")
                        .bind(name)
                        .fetch_optional(db.reader())
                        .await?;
                let Some((json, revision)) = row else { return Ok(None) };
                Ok(Some(Setting { value: serde_json::from_str(&json)?, revision }))
            }
        }
    }

    /// Changes a setting that was read at `revision` (0: that was not there); gives its next revision.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if somebody else has changed it since, [`Kind::TooLarge`].
    pub async fn put_setting<T: Serialize + Sync>(
        &self,
        name: &str,
        value: &T,
        revision: i64,
        now_ms: i64,
    ) -> Result<i64> {
        let json = serde_json::to_string(value)?;
        if json.len() > limits::STORE_VALUE {
            return Err(Error::new(Kind::TooLarge, "The setting is too large to be stored."));
        }
        match &self.backend {
            Backend::Sqlite(db) => {
                let next: Option<i64> = if revision == 0 {
                    sqlx::query_scalar(
                        "INSERT INTO setting (name, value, revision, changed_ms) VALUES (?, ?, 1, ?) \
                         ON CONFLICT DO NOTHING RETURNING revision",
                    )
                    .bind(name)
                    .bind(json)
                    .bind(now_ms)
                    .fetch_optional(db.writer())
                    .await?
                } else {
                    sqlx::query_scalar(
                        "UPDATE setting SET value = ?, changed_ms = ?, revision = revision + 1 \
                         WHERE name = ? AND revision = ? RETURNING revision",
                    )
                    .bind(json)
                    .bind(now_ms)
                    .bind(name)
                    .bind(revision)
                    .fetch_optional(db.writer())
                    .await?
                };
                next.ok_or_else(|| {
                    Error::new(Kind::Conflict, "The setting has been changed by somebody else. Reload.")
                })
            }
        }
    }
}
