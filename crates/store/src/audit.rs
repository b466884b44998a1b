//! Who has done what. Lines are added and read, never changed; they go after 400 days, and the database refuses anything else.

use crate::error::Result;
use crate::{Backend, Store};

/// How long a line is kept (milliseconds): 400 days, as the trigger in the schema says as well.
const KEPT_MS: i64 = 400 * 86_400_000;

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditLine {
    /// Grows with each line; 0 in a line to be.
    pub id: i64,
    /// When.
    pub at_ms: i64,
    /// Account; none: nobody was signed in.
    pub actor: Option<String>,
    /// Its name then.
    pub actor_name: Option<String>,
    /// What was to be done.
    pub action: String,
    /// To what.
    pub resource: String,
    /// `done`, or the code of the problem.
    pub result: String,
    /// From where.
    pub address: String,
    /// By what program.
    pub agent: String,
    /// In which request.
    pub request_id: String,
    /// JSON.
    pub details: Option<String>,
}

impl Store {
    /// Adds a line.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn put_audit(&self, line: &AuditLine) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(db) => {
                sqlx::query(
                    "INSERT INTO audit (at_ms, actor, actor_name, action, resource, result, address, agent, request_id, details) \
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                )
                .bind(line.at_ms)
                .bind(&line.actor)
                .bind(&line.actor_name)
                .bind(&line.action)
                .bind(&line.resource)
                .bind(&line.result)
                .bind(&line.address)
                .bind(&line.agent)
                .bind(&line.request_id)
                .bind(&line.details)
                .execute(db.writer())
                .await?;
                Ok(())
            }
        }
    }

    /// The newest lines, newest first; those before the line `before`, if that is given.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn audit(&self, before: Option<i64>, limit: u32) -> Result<Vec<AuditLine>> {
        match &self.backend {
            Backend::Sqlite(db) => Ok(sqlx::query_as(
                "SELECT id, at_ms, actor, actor_name, action, resource, result, address, agent, request_id, details \
                 FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?",
            )
            .bind(before.unwrap_or(i64::MAX))
            .bind(limit)
            .fetch_all(db.reader())
            .await?),
        }
    }

    /// Forgets lines that have been kept long enough. For a housekeeping task, once an hour.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn purge_audit(&self, now_ms: i64) -> Result<u64> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let gone = sqlx::query("DELETE FROM audit WHERE at_ms <= ?")
                    .bind(now_ms - KEPT_MS)
                    .execute(db.writer())
                    .await?;
                Ok(gone.rows_affected())
            }
        }
    }
}
