//! Playback sessions: that a request repeated with its key makes one session, that of two writers of a session one is
//! told so, and that a start after a crash knows which were cut off.

use crate::error::{Error, Result};
use crate::{Backend, Kind, Store, request};
use telecast_core::lineup::ChannelId;
use telecast_core::secret::SecretHash;
use telecast_core::session::{ReasonCode, State};

/// A session to be.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// A fresh id.
    pub id: String,
    /// Who asks.
    pub account_id: String,
    /// For what.
    pub channel: ChannelId,
    /// `Idempotency-Key` of the request.
    pub key: Option<String>,
    /// Of the request's body, to tell a repetition from another request with the same key.
    pub request: SecretHash,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is new; its fence is 1.
    New,
    /// The same request came before; this is its session.
    Before(String),
}

/// A session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Id.
    pub id: String,
    /// Who asked.
    pub account_id: String,
    /// For what.
    pub channel: ChannelId,
    /// Name of its state, as [`State::name`] gives it.
    pub state: String,
    /// Name of the reason, as [`ReasonCode::name`] gives it.
    pub reason: Option<String>,
    /// Grows with each write.
    pub fence: i64,
    /// When it was made.
    pub created_ms: i64,
    /// When it ended.
    pub ended_ms: Option<i64>,
}

/// Where a session stands, to be written.
#[derive(Clone, Debug)]
pub struct SessionWrite {
    /// Id.
    pub id: String,
    /// Its fence as the writer knows it.
    pub fence: i64,
    /// State.
    pub state: State,
    /// Why it ended.
    pub reason: Option<ReasonCode>,
    /// When (milliseconds since 1970).
    pub at_ms: i64,
}

type Row = (String, String, String, String, Option<String>, i64, i64, Option<i64>);

fn session((id, account_id, channel, state, reason, fence, created_ms, ended_ms): Row) -> SessionRow {
    SessionRow { id, account_id, channel: ChannelId(channel), state, reason, fence, created_ms, ended_ms }
}

/// Makes one session within a transaction.
async fn create(connection: &mut sqlx::SqliteConnection, new: &NewSession, now_ms: i64) -> Result<Created> {
    if let Some(key) = &new.key {
        let before: Option<(String, Vec<u8>)> = sqlx::query_as(
            "SELECT id, request_hash FROM playback_session WHERE account_id = ? AND request_key = ?",
        )
        .bind(&new.account_id)
        .bind(key)
        .fetch_optional(&mut *connection)
        .await?;
        match before {
            Some((id, hash)) if hash == new.request.as_bytes() => return Ok(Created::Before(id)),
            Some(_) => return Err(request::used_otherwise()),
            None => {}
        }
    }
    sqlx::query(
        "INSERT INTO playback_session \
         (id, account_id, channel_id, request_key, request_hash, state, fence, created_ms) \
         VALUES (?, ?, ?, ?, ?, ?, 1, ?)",
    )
    .bind(&new.id)
    .bind(&new.account_id)
    .bind(&new.channel.0)
    .bind(&new.key)
    .bind(new.request.as_bytes())
    .bind(State::New.name())
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(Created::New)
}

impl Store {
    /// Makes a session, or finds the one that the same request has made.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if the key was used for another request. On any error there is no session.
    pub async fn create_session(&self, new: &NewSession, now_ms: i64) -> Result<Created> {
        let made = self.create_sessions(std::slice::from_ref(new), now_ms).await?;
        made.into_iter().next().unwrap_or_else(|| Err(Error::new(Kind::Internal, "No session was made.")))
    }

    /// The same for several in one transaction, which costs hardly more than one; says of each what became of it.
    ///
    /// # Errors
    /// Any but [`Kind::Conflict`], which concerns one of them alone: then there is none of these sessions.
    pub async fn create_sessions(&self, new: &[NewSession], now_ms: i64) -> Result<Vec<Result<Created>>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                let mut made = Vec::with_capacity(new.len());
                for new in new {
                    match create(&mut transaction, new, now_ms).await {
                        // SQLite may have rolled back by itself.
                        Err(error) if error.kind() != Kind::Conflict => return Err(error),
                        one => made.push(one),
                    }
                }
                transaction.commit().await?;
                Ok(made)
            }
        }
    }

    /// The session that the same request has made, if there is one: for a repetition that must not be refused for what only
    /// a new session needs.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if the key was used for another request.
    pub async fn repeated_session(&self, new: &NewSession) -> Result<Option<String>> {
        let Some(key) = &new.key else { return Ok(None) };
        match &self.backend {
            Backend::Sqlite(db) => {
                let before: Option<(String, Vec<u8>)> = sqlx::query_as(
                    "SELECT id, request_hash FROM playback_session WHERE account_id = ? AND request_key = ?",
                )
                .bind(&new.account_id)
                .bind(key)
                .fetch_optional(db.reader())
                .await?;
                match before {
                    Some((id, hash)) if hash == new.request.as_bytes() => Ok(Some(id)),
                    Some(_) => Err(request::used_otherwise()),
                    None => Ok(None),
                }
            }
        }
    }

    /// The session of that id.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn session(&self, id: &str) -> Result<Option<SessionRow>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let row: Option<Row> = sqlx::query_as(
                    "SELECT id, account_id, channel_id, state, reason, fence, created_ms, ended_ms \
                     FROM playback_session WHERE id = ?",
                )
                .bind(id)
                .fetch_optional(db.reader())
                .await?;
                Ok(row.map(session))
            }
        }
    }

    /// Writes where a session stands, for the owner who knows its `fence`; gives the next fence.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if another has written it since, or if it has ended: then its owner must let go.
    pub async fn write_session(
        &self,
        id: &str,
        fence: i64,
        state: State,
        reason: Option<ReasonCode>,
        now_ms: i64,
    ) -> Result<i64> {
        let write = SessionWrite { id: id.to_owned(), fence, state, reason, at_ms: now_ms };
        let next = self.write_sessions(std::slice::from_ref(&write)).await?;
        next.first()
            .copied()
            .flatten()
            .ok_or_else(|| Error::new(Kind::Conflict, "Another part of the station has this session now."))
    }

    /// Writes where several sessions stand, in one transaction; gives the next fence of each. `None`: another has written it
    /// since, or it has ended, and its owner must let go.
    ///
    /// # Errors
    /// [`Kind::Unavailable`]: nothing is written.
    pub async fn write_sessions(&self, writes: &[SessionWrite]) -> Result<Vec<Option<i64>>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                let mut fences = Vec::with_capacity(writes.len());
                for write in writes {
                    let next: Option<i64> = sqlx::query_scalar(
                        "UPDATE playback_session SET state = ?, reason = ?, ended_ms = ?, fence = fence + 1 \
                         WHERE id = ? AND fence = ? AND ended_ms IS NULL RETURNING fence",
                    )
                    .bind(write.state.name())
                    .bind(write.reason.map(ReasonCode::name))
                    .bind(write.state.is_ended().then_some(write.at_ms))
                    .bind(&write.id)
                    .bind(write.fence)
                    .fetch_optional(&mut *transaction)
                    .await?;
                    fences.push(next);
                }
                transaction.commit().await?;
                Ok(fences)
            }
        }
    }

    /// Ends the sessions that a crash has cut off; says how many there were. For the start of a server that is alone.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn end_orphans(&self, now_ms: i64) -> Result<u64> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let ended = sqlx::query(
                    "UPDATE playback_session SET state = ?, reason = ?, ended_ms = ?, fence = fence + 1 \
                     WHERE ended_ms IS NULL",
                )
                .bind(State::Failed.name())
                .bind(ReasonCode::Restarted.name())
                .bind(now_ms)
                .execute(db.writer())
                .await?;
                Ok(ended.rows_affected())
            }
        }
    }

    /// Forgets sessions that ended before `before_ms`, and with them their keys; says how many there were.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn purge_sessions(&self, before_ms: i64) -> Result<u64> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let gone =
                    sqlx::query("DELETE FROM playback_session WHERE ended_ms IS NOT NULL AND ended_ms < ?")
                        .bind(before_ms)
                        .execute(db.writer())
                        .await?;
                Ok(gone.rows_affected())
            }
        }
    }
}
