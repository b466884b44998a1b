//! Receivers that were added on the pages. Those of the configuration file are not stored.

use crate::error::{Error, Result};
use crate::request::{self, RequestKey};
use crate::{Backend, Created, Kind, Sealed, Store};

/// A receiver as it was added. Its password is sealed; who has the [`crate::Sealer`] opens it with [`Receiver::aad`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is: `enigma2`, `m3u`, `hdhomerun`.
    pub kind: String,
    /// Where it is asked.
    pub url: String,
    /// Name to sign in with.
    pub username: Option<String>,
    /// Password, sealed.
    pub password: Option<Sealed>,
    /// Port of its streams.
    pub stream_port: u16,
    /// Tuners, where the host knows better than the box.
    pub tuners: Option<u32>,
}

impl Receiver {
    /// What a sealed password is bound to: one cut out and put into another row does not open.
    pub fn aad(id: &str) -> String {
        format!("receiver/{id}/password")
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    kind: String,
    url: String,
    username: Option<String>,
    password: Option<Vec<u8>>,
    stream_port: i64,
    tuners: Option<i64>,
}

impl From<Row> for Receiver {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            kind: row.kind,
            url: row.url,
            username: row.username,
            password: row.password.map(Sealed::from_bytes),
            stream_port: row.stream_port as u16,
            tuners: row.tuners.map(|tuners| tuners as u32),
        }
    }
}

impl Store {
    /// Receivers in the order in which they were added.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn receivers(&self) -> Result<Vec<Receiver>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let rows: Vec<Row> = sqlx::query_as(
                    "SELECT id, name, kind, url, username, password, stream_port, tuners FROM receiver ORDER BY position, id",
                )
                .fetch_all(db.reader())
                .await?;
                Ok(rows.into_iter().map(Into::into).collect())
            }
        }
    }

    /// Adds a receiver behind the others, or finds the one that the same request has added.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if there is one of that id, or if the request's key was used for another.
    pub async fn create_receiver(
        &self,
        receiver: &Receiver,
        request: Option<&RequestKey>,
        now_ms: i64,
    ) -> Result<Created> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                if let Some(request) = request
                    && let Created::Before(id) =
                        request::keep(&mut transaction, request, &receiver.id, now_ms).await?
                {
                    return Ok(Created::Before(id));
                }
                sqlx::query(
                    "INSERT INTO receiver \
                     (id, name, kind, url, username, password, stream_port, tuners, created_ms, position) \
                     SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, COALESCE(MAX(position), 0) + 1 FROM receiver",
                )
                .bind(&receiver.id)
                .bind(&receiver.name)
                .bind(&receiver.kind)
                .bind(&receiver.url)
                .bind(&receiver.username)
                .bind(receiver.password.as_ref().map(Sealed::as_bytes))
                .bind(i64::from(receiver.stream_port))
                .bind(receiver.tuners.map(i64::from))
                .bind(now_ms)
                .execute(&mut *transaction)
                .await?;
                transaction.commit().await?;
                Ok(Created::New)
            }
        }
    }

    /// Changes a receiver; its place stays.
    ///
    /// # Errors
    /// [`Kind::NotFound`].
    pub async fn update_receiver(&self, receiver: &Receiver) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let changed = sqlx::query(
                    "UPDATE receiver SET name = ?, kind = ?, url = ?, username = ?, password = ?, stream_port = ?, tuners = ? \
                     WHERE id = ?",
                )
                .bind(&receiver.name)
                .bind(&receiver.kind)
                .bind(&receiver.url)
                .bind(&receiver.username)
                .bind(receiver.password.as_ref().map(Sealed::as_bytes))
                .bind(i64::from(receiver.stream_port))
                .bind(receiver.tuners.map(i64::from))
                .bind(&receiver.id)
                .execute(db.writer())
                .await?;
                match changed.rows_affected() {
                    0 => Err(Error::new(Kind::NotFound, "There is no such receiver.")),
                    _ => Ok(()),
                }
            }
        }
    }

    /// Removes a receiver with what was read from it and the key that made it. `false`: there was none.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn delete_receiver(&self, id: &str) -> Result<bool> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                let gone = sqlx::query("DELETE FROM receiver WHERE id = ?")
                    .bind(id)
                    .execute(&mut *transaction)
                    .await?;
                sqlx::query("DELETE FROM lineup_cache WHERE receiver_id = ?")
                    .bind(id)
                    .execute(&mut *transaction)
                    .await?;
                sqlx::query("DELETE FROM request_key WHERE made_id = ?")
                    .bind(id)
                    .execute(&mut *transaction)
                    .await?;
                transaction.commit().await?;
                Ok(gone.rows_affected() > 0)
            }
        }
    }
}
