//! Devices without a keyboard that wait to be let in: a television shows a code, a phone that is signed in approves it, the
//! television is signed in. Code and secret are kept as SHA-256, and are good for minutes ([`limits::PAIRING`]).

use crate::error::Result;
use crate::{Account, Backend, Store};
use telecast_core::limits;
use telecast_core::secret::SecretHash;

/// A device that waits.
#[derive(Clone, Debug)]
pub struct NewPairing {
    /// Hash of what it asks with.
    pub secret: SecretHash,
    /// Hash of what it shows.
    pub code: SecretHash,
    /// What it calls itself.
    pub label: String,
    /// Where it asks from.
    pub address: String,
}

/// A device as whoever approves it sees it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    /// What it calls itself.
    pub label: String,
    /// Where it asks from.
    pub address: String,
    /// When it began to wait.
    pub created_ms: i64,
}

/// How it stands for the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paired {
    /// Nobody has approved it yet.
    Waits,
    /// It is let in; told once.
    As(Box<Account>),
    /// It was not approved in time, or is in already.
    Over,
}

impl Store {
    /// A device waits from `now_ms` on.
    ///
    /// # Errors
    /// [`Kind::Unavailable`](crate::Kind::Unavailable).
    pub async fn put_pairing(&self, new: &NewPairing, now_ms: i64) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                sqlx::query("DELETE FROM pairing WHERE expires_ms <= ?")
                    .bind(now_ms)
                    .execute(&mut *transaction)
                    .await?;
                // Nobody is kept out by those who only wait: the oldest of a place, and of all, make room.
                for (statement, most) in [
                    (
                        "DELETE FROM pairing WHERE secret IN (SELECT secret FROM pairing WHERE address = ? \
                         ORDER BY created_ms DESC LIMIT -1 OFFSET ?)",
                        limits::PAIRINGS_OF_ONE - 1,
                    ),
                    (
                        "DELETE FROM pairing WHERE secret IN (SELECT secret FROM pairing WHERE ? <> '' \
                         ORDER BY created_ms DESC LIMIT -1 OFFSET ?)",
                        limits::PAIRINGS - 1,
                    ),
                ] {
                    sqlx::query(statement).bind(&new.address).bind(most).execute(&mut *transaction).await?;
                }
                sqlx::query(
                    "INSERT INTO pairing (secret, code, label, address, created_ms, expires_ms) VALUES (?, ?, ?, ?, ?, ?)",
                )
                .bind(new.secret.as_bytes())
                .bind(new.code.as_bytes())
                .bind(&new.label)
                .bind(&new.address)
                .bind(now_ms)
                .bind(now_ms + limits::PAIRING.as_millis() as i64)
                .execute(&mut *transaction)
                .await?;
                Ok(transaction.commit().await?)
            }
        }
    }

    /// The device that shows this code and waits.
    ///
    /// # Errors
    /// [`Kind::Unavailable`](crate::Kind::Unavailable).
    pub async fn waiting_device(&self, code: &SecretHash, now_ms: i64) -> Result<Option<Waiting>> {
        match &self.backend {
            Backend::Sqlite(db) => Ok(sqlx::query_as(
                "SELECT label, address, created_ms FROM pairing WHERE code = ? AND expires_ms > ? AND account_id IS NULL",
            )
            .bind(code.as_bytes())
            .bind(now_ms)
            .fetch_optional(db.reader())
            .await?),
        }
    }

    /// Lets the device in that shows this code, as `account_id`; of two at once, one does. `false`: none waits with it.
    ///
    /// # Errors
    /// [`Kind::Unavailable`](crate::Kind::Unavailable).
    pub async fn approve_device(&self, code: &SecretHash, account_id: &str, now_ms: i64) -> Result<bool> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let approved = sqlx::query(
                    "UPDATE pairing SET account_id = ? WHERE code = ? AND expires_ms > ? AND account_id IS NULL",
                )
                .bind(account_id)
                .bind(code.as_bytes())
                .bind(now_ms)
                .execute(db.writer())
                .await?;
                Ok(approved.rows_affected() == 1)
            }
        }
    }

    /// How it stands for the device with this secret. Once it is told that it is in, nothing is left to be told.
    ///
    /// # Errors
    /// [`Kind::Unavailable`](crate::Kind::Unavailable).
    pub async fn paired(&self, secret: &SecretHash, now_ms: i64) -> Result<Paired> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let row: Option<Option<String>> =
                    sqlx::query_scalar("SELECT account_id FROM pairing WHERE secret = ? AND expires_ms > ?")
                        .bind(secret.as_bytes())
                        .bind(now_ms)
                        .fetch_optional(db.reader())
                        .await?;
                match row {
                    None => return Ok(Paired::Over),
                    Some(None) => return Ok(Paired::Waits),
                    Some(Some(_)) => {}
                }
                // Of two that ask at once, one is let in.
                let approved: Option<String> =
                    sqlx::query_scalar("DELETE FROM pairing WHERE secret = ? RETURNING account_id")
                        .bind(secret.as_bytes())
                        .fetch_optional(db.writer())
                        .await?
                        .flatten();
                let account = match approved {
                    Some(id) => self.account(&id).await?.filter(|account| !account.is_over(now_ms)),
                    None => None,
                };
                Ok(account.map_or(Paired::Over, |account| Paired::As(Box::new(account))))
            }
        }
    }
}
