//! Conversations: logs of events with offsets, and what was said in them sealed.
//!
//! All text goes in and out here and through the [`Sealer`] that the store was given ([`Store::sealing_with`]); nothing of it lies on the disk in the
//! clear. Laws: offsets of a conversation are 1, 2, 3 …; an event is there when [`Store::append`] has returned, or none of the same write is;
//! of two writers of a conversation one is told so; a client's id makes one event, however often it comes.

use crate::error::{Error, Result};
use crate::request::{self, RequestKey};
use crate::sqlite::Driver;
use crate::{Backend, Created, Kind, Sealed, Sealer, Store};
use sqlx::Transaction;
use telecast_core::limits;

/// A conversation as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationRow {
    /// Id.
    pub id: String,
    /// Whose it is.
    pub account_id: String,
    /// Within it offsets count.
    pub epoch: String,
    /// Name of its mode.
    pub mode: String,
    /// What it is called; none: nothing yet.
    pub title: Option<String>,
    /// Offset of its last event; 0: there is none.
    pub last: u64,
    /// When it was made (milliseconds since 1970).
    pub created_ms: i64,
    /// When something was last said.
    pub changed_ms: i64,
}

/// An event as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Its number.
    pub offset: u64,
    /// When (milliseconds since 1970).
    pub at_ms: i64,
    /// Account of whoever wrote it; empty: no person.
    pub author: String,
    /// What its sender calls it.
    pub client_id: Option<String>,
    /// The whole event, as JSON.
    pub event: String,
}

/// What is to be added to one conversation.
#[derive(Clone, Debug)]
pub struct Append {
    /// Which.
    pub conversation: String,
    /// Its epoch as the writer knows it.
    pub epoch: String,
    /// Its last offset as the writer knows it.
    pub after: u64,
    /// The next events, in order, numbered from `after + 1`.
    pub events: Vec<EventRow>,
    /// Name of its mode from then on.
    pub mode: String,
    /// What it is called from then on.
    pub title: Option<String>,
    /// Whether no answer is being made from then on.
    pub rests: bool,
    /// When (milliseconds since 1970).
    pub at_ms: i64,
}

type Row = (String, String, String, String, Option<Vec<u8>>, i64, i64, i64);
/// An event's offset, time, author, client id, and what it is.
type Line = (i64, i64, String, Option<String>, Vec<u8>);
const COLUMNS: &str = "id, account_id, epoch, mode, title, last_offset, created_ms, changed_ms";

fn title_aad(id: &str) -> String {
    format!("conversation/{id}/title")
}

fn event_aad(id: &str, offset: u64) -> String {
    format!("conversation_event/{id}/{offset}")
}

fn answer_aad(id: &str, fence: u64) -> String {
    format!("conversation_answer/{id}/{fence}")
}

fn undo_aad(id: &str, call: u64) -> String {
    format!("conversation_undo/{id}/{call}")
}

fn close(sealer: &Sealer, text: &str, aad: &str) -> Result<Vec<u8>> {
    if text.len() > limits::STORE_VALUE {
        return Err(Error::new(Kind::TooLarge, "This is too large to be stored."));
    }
    Ok(sealer.seal(&text.to_owned().into(), aad)?.as_bytes().to_vec())
}

fn open(sealer: &Sealer, bytes: Vec<u8>, aad: &str) -> Result<String> {
    use secrecy::ExposeSecret;
    Ok(sealer.open(&Sealed::from_bytes(bytes), aad)?.expose_secret().to_owned())
}

impl ConversationRow {
    fn opened(sealer: &Sealer, row: Row) -> Result<Self> {
        let (id, account_id, epoch, mode, title, last, created_ms, changed_ms) = row;
        let title = title.map(|bytes| open(sealer, bytes, &title_aad(&id))).transpose()?;
        Ok(Self { id, account_id, epoch, mode, title, last: last as u64, created_ms, changed_ms })
    }
}

fn elsewhere() -> Error {
    Error::new(Kind::Conflict, "Somebody else has written to this conversation. Read it again.")
}

/// Adds to one conversation within a transaction.
async fn append(all: &mut Transaction<'static, Driver>, sealer: &Sealer, one: &Append) -> Result<()> {
    let id = &one.conversation;
    let title = one.title.as_deref().map(|title| close(sealer, title, &title_aad(id))).transpose()?;
    let last = one.after + one.events.len() as u64;
    let fits = one.events.iter().zip(one.after + 1..).all(|(event, next)| event.offset == next);
    let moved = sqlx::query(
        "UPDATE conversation SET last_offset = ?, mode = ?, title = ?, changed_ms = max(changed_ms, ?) \
         WHERE id = ? AND epoch = ? AND last_offset = ?",
    )
    .bind(last as i64)
    .bind(&one.mode)
    .bind(title)
    .bind(one.at_ms)
    .bind(id)
    .bind(&one.epoch)
    .bind(one.after as i64)
    .execute(&mut **all)
    .await?;
    if moved.rows_affected() != 1 || !fits {
        return Err(elsewhere());
    }
    for event in &one.events {
        sqlx::query(
            "INSERT INTO conversation_event (conversation_id, offset, at_ms, author, client_id, event) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(event.offset as i64)
        .bind(event.at_ms)
        .bind(&event.author)
        .bind(&event.client_id)
        .bind(close(sealer, &event.event, &event_aad(id, event.offset))?)
        .execute(&mut **all)
        .await?;
    }
    if one.rests {
        sqlx::query("DELETE FROM conversation_answer WHERE conversation_id = ?")
            .bind(id)
            .execute(&mut **all)
            .await?;
    }
    Ok(())
}

impl Store {
    /// The same store, which can read and write what is sealed.
    #[must_use]
    pub fn sealing_with(mut self, sealer: Sealer) -> Self {
        self.sealer = Some(sealer);
        self
    }

    fn sealer(&self) -> Result<&Sealer> {
        self.sealer.as_ref().ok_or_else(|| {
            Error::new(Kind::Unavailable, "Conversations cannot be kept without the instance key.")
        })
    }

    /// Keeps a new conversation, or finds the one that the same request has made.
    ///
    /// # Errors
    /// [`Kind::TooMany`] if its account has as many as it may; [`Kind::Conflict`] if the request's key was used for something else.
    pub async fn create_conversation(
        &self,
        new: &ConversationRow,
        request: Option<&RequestKey>,
    ) -> Result<Created> {
        let title = new
            .title
            .as_deref()
            .map(|title| close(self.sealer()?, title, &title_aad(&new.id)))
            .transpose()?;
        let Backend::Sqlite(db) = &self.backend;
        let mut all = db.begin().await?;
        if let Some(request) = request
            && let Created::Before(id) = request::keep(&mut all, request, &new.id, new.created_ms).await?
        {
            return Ok(Created::Before(id));
        }
        let made = sqlx::query(
            "INSERT INTO conversation (id, account_id, epoch, mode, title, last_offset, created_ms, changed_ms) \
             SELECT ?1, ?2, ?3, ?4, ?5, 0, ?6, ?6 WHERE (SELECT count(*) FROM conversation WHERE account_id = ?2) < ?7",
        )
        .bind(&new.id)
        .bind(&new.account_id)
        .bind(&new.epoch)
        .bind(&new.mode)
        .bind(title)
        .bind(new.created_ms)
        .bind(limits::CONVERSATIONS as i64)
        .execute(&mut *all)
        .await?;
        if made.rows_affected() == 0 {
            return Err(Error::new(
                Kind::TooMany,
                "There are as many conversations as one may have; delete some first.",
            ));
        }
        all.commit().await?;
        Ok(Created::New)
    }

    /// The conversation of that id.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if it was sealed with another key.
    pub async fn conversation(&self, id: &str) -> Result<Option<ConversationRow>> {
        let Backend::Sqlite(db) = &self.backend;
        let row: Option<Row> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM conversation WHERE id = ?")))
                .bind(id)
                .fetch_optional(db.reader())
                .await?;
        row.map(|row| ConversationRow::opened(self.sealer()?, row)).transpose()
    }

    /// All of an account, the one that was last spoken in first.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn conversations(&self, account_id: &str) -> Result<Vec<ConversationRow>> {
        let Backend::Sqlite(db) = &self.backend;
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM conversation WHERE account_id = ? ORDER BY changed_ms DESC, id"
        )))
        .bind(account_id)
        .fetch_all(db.reader())
        .await?;
        rows.into_iter().map(|row| ConversationRow::opened(self.sealer()?, row)).collect()
    }

    /// What waits for a person or has one, whoever's it is: the one that was last spoken in last.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn conversations_at_desk(&self) -> Result<Vec<ConversationRow>> {
        let Backend::Sqlite(db) = &self.backend;
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM conversation WHERE mode IN ('queued', 'human') ORDER BY changed_ms, id LIMIT {}",
            limits::CONVERSATIONS
        )))
        .fetch_all(db.reader())
        .await?;
        rows.into_iter().map(|row| ConversationRow::opened(self.sealer()?, row)).collect()
    }

    /// Events of a conversation behind `after`, in order, `most` at most.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if they were sealed with another key.
    pub async fn conversation_events(&self, id: &str, after: u64, most: usize) -> Result<Vec<EventRow>> {
        let Backend::Sqlite(db) = &self.backend;
        let rows: Vec<Line> = sqlx::query_as(
            "SELECT offset, at_ms, author, client_id, event FROM conversation_event \
             WHERE conversation_id = ? AND offset > ? ORDER BY offset LIMIT ?",
        )
        .bind(id)
        .bind(after as i64)
        .bind(most as i64)
        .fetch_all(db.reader())
        .await?;
        let sealer = self.sealer()?;
        rows.into_iter()
            .map(|(offset, at_ms, author, client_id, event)| {
                let offset = offset as u64;
                let event = open(sealer, event, &event_aad(id, offset))?;
                Ok(EventRow { offset, at_ms, author, client_id, event })
            })
            .collect()
    }

    /// The offset under which an account's message of this client's id stands; none: it never came.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn conversation_said(&self, id: &str, author: &str, client_id: &str) -> Result<Option<u64>> {
        let Backend::Sqlite(db) = &self.backend;
        let offset: Option<i64> = sqlx::query_scalar(
            "SELECT offset FROM conversation_event WHERE conversation_id = ? AND author = ? AND client_id = ?",
        )
        .bind(id)
        .bind(author)
        .bind(client_id)
        .fetch_optional(db.reader())
        .await?;
        Ok(offset.map(|offset| offset as u64))
    }

    /// Adds to conversations, all in one transaction, which costs hardly more than one alone; says of each what became of it. On disk when it returns.
    ///
    /// # Errors
    /// Any but [`Kind::Conflict`] and [`Kind::TooLarge`], which concern one of them: then nothing was added anywhere.
    pub async fn append(&self, writes: &[Append]) -> Result<Vec<Result<()>>> {
        let sealer = self.sealer()?;
        let Backend::Sqlite(db) = &self.backend;
        let mut all = db.begin().await?;
        let mut done = Vec::with_capacity(writes.len());
        for one in writes {
            sqlx::query("SAVEPOINT one").execute(&mut *all).await?;
            let told = append(&mut all, sealer, one).await;
            match &told {
                Ok(()) => sqlx::query("RELEASE one").execute(&mut *all).await?,
                Err(error) if matches!(error.kind(), Kind::Conflict | Kind::TooLarge) => {
                    sqlx::query("ROLLBACK TO one").execute(&mut *all).await?
                }
                Err(_) => return told.map(|()| Vec::new()),
            };
            done.push(told);
        }
        all.commit().await?;
        Ok(done)
    }

    /// Keeps how far answers have come: conversation, fence, text so far.
    ///
    /// # Errors
    /// [`Kind::Unavailable`]; then those before are still there.
    pub async fn keep_answers(&self, answers: &[(String, u64, String)]) -> Result<()> {
        let sealer = self.sealer()?;
        let Backend::Sqlite(db) = &self.backend;
        let mut all = db.begin().await?;
        for (id, fence, text) in answers {
            sqlx::query(
                "INSERT INTO conversation_answer (conversation_id, fence, text) SELECT ?1, ?2, ?3 \
                 WHERE EXISTS (SELECT 1 FROM conversation WHERE id = ?1) \
                 ON CONFLICT (conversation_id) DO UPDATE SET fence = excluded.fence, text = excluded.text \
                 WHERE excluded.fence >= conversation_answer.fence",
            )
            .bind(id)
            .bind(*fence as i64)
            .bind(close(sealer, text, &answer_aad(id, *fence))?)
            .execute(&mut *all)
            .await?;
        }
        Ok(all.commit().await?)
    }

    /// How far the answer has come that was being made: its fence and its text.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if it was sealed with another key.
    pub async fn kept_answer(&self, id: &str) -> Result<Option<(u64, String)>> {
        let Backend::Sqlite(db) = &self.backend;
        let row: Option<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT fence, text FROM conversation_answer WHERE conversation_id = ?")
                .bind(id)
                .fetch_optional(db.reader())
                .await?;
        let Some((fence, text)) = row else { return Ok(None) };
        let fence = fence as u64;
        Ok(Some((fence, open(self.sealer()?, text, &answer_aad(id, fence))?)))
    }

    /// Keeps what is needed to undo a call.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn keep_undo(&self, id: &str, call: u64, what: &str) -> Result<()> {
        let sealed = close(self.sealer()?, what, &undo_aad(id, call))?;
        let Backend::Sqlite(db) = &self.backend;
        sqlx::query("INSERT INTO conversation_undo (conversation_id, call, what) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET what = excluded.what")
            .bind(id)
            .bind(call as i64)
            .bind(sealed)
            .execute(db.writer())
            .await?;
        Ok(())
    }

    /// What is needed to undo a call; none: it is not known.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if it was sealed with another key.
    pub async fn kept_undo(&self, id: &str, call: u64) -> Result<Option<String>> {
        let Backend::Sqlite(db) = &self.backend;
        let what: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT what FROM conversation_undo WHERE conversation_id = ? AND call = ?")
                .bind(id)
                .bind(call as i64)
                .fetch_optional(db.reader())
                .await?;
        what.map(|what| open(self.sealer()?, what, &undo_aad(id, call))).transpose()
    }

    /// Deletes a conversation and all that was said in it; false: there was none.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn delete_conversation(&self, id: &str) -> Result<bool> {
        let Backend::Sqlite(db) = &self.backend;
        let gone = sqlx::query("DELETE FROM conversation WHERE id = ?").bind(id).execute(db.writer()).await?;
        Ok(gone.rows_affected() > 0)
    }
}
