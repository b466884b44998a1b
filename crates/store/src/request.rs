//! Requests that carry an `Idempotency-Key` and make something: repeated with the same key they make it once.
//!
//! Key and what it made are written in one transaction, so that neither is there without the other. Sessions keep their key in
//! their own row ([`crate::NewSession`]).

use crate::error::{Error, Result};
use crate::sqlite::Driver;
use crate::{Backend, Created, Kind, Store};
use sqlx::Transaction;
use telecast_core::secret::SecretHash;

/// Which request it was.
#[derive(Clone, Debug)]
pub struct RequestKey {
    /// Who asked.
    pub account_id: String,
    /// `Idempotency-Key`.
    pub key: String,
    /// Of what was asked for, to tell a repetition from another request with the same key. No password may go into it: it is
    /// kept without salt.
    pub request: SecretHash,
}

/// The one sentence for a key that was used for something else.
pub(crate) fn used_otherwise() -> Error {
    Error::new(Kind::Conflict, "This Idempotency-Key was used for another request. Use a fresh one.")
}

/// What the same request has made before; for what has its id only when it is made.
pub(crate) async fn before(
    transaction: &mut Transaction<'static, Driver>,
    request: &RequestKey,
) -> Result<Option<String>> {
    let before: Option<(String, Vec<u8>)> = sqlx::query_as(
        "SELECT made_id, request_hash FROM request_key WHERE account_id = ? AND request_key = ?",
    )
    .bind(&request.account_id)
    .bind(&request.key)
    .fetch_optional(&mut **transaction)
    .await?;
    match before {
        Some((id, hash)) if hash == request.request.as_bytes() => Ok(Some(id)),
        Some(_) => Err(used_otherwise()),
        None => Ok(None),
    }
}

/// Keeps the key beside what is being made (`made_id`), or finds what it has made before.
pub(crate) async fn keep(
    transaction: &mut Transaction<'static, Driver>,
    request: &RequestKey,
    made_id: &str,
    now_ms: i64,
) -> Result<Created> {
    if let Some(id) = before(transaction, request).await? {
        return Ok(Created::Before(id));
    }
    sqlx::query(
        "INSERT INTO request_key (account_id, request_key, request_hash, made_id, made_ms) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(&request.account_id)
    .bind(&request.key)
    .bind(request.request.as_bytes())
    .bind(made_id)
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    Ok(Created::New)
}

impl Store {
    /// What the same request has made before, where that is kept by somebody else.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if its key was used for another; [`Kind::Unavailable`].
    pub async fn made_by_request(&self, request: &RequestKey) -> Result<Option<String>> {
        match &self.backend {
            Backend::Sqlite(db) => before(&mut db.begin().await?, request).await,
        }
    }

    /// Keeps what a request has made that is kept by somebody else; or finds what the same request has made meanwhile.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if its key was used for another; [`Kind::Unavailable`].
    pub async fn keep_request(&self, request: &RequestKey, made_id: &str, now_ms: i64) -> Result<Created> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                let created = keep(&mut transaction, request, made_id, now_ms).await?;
                transaction.commit().await?;
                Ok(created)
            }
        }
    }

    /// Forgets keys of requests made before `before_ms`; says how many there were. For a housekeeping task, once an hour.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn purge_requests(&self, before_ms: i64) -> Result<u64> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let gone = sqlx::query("DELETE FROM request_key WHERE made_ms < ?")
                    .bind(before_ms)
                    .execute(db.writer())
                    .await?;
                Ok(gone.rows_affected())
            }
        }
    }
}
