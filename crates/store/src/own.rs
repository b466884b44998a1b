//! What each person keeps for himself: settings like those of the station ([`Setting`]), and searches of the guide. It ends with the account.

use crate::error::{Error, Result};
use crate::{Backend, Kind, Setting, Store};
use serde::Serialize;
use serde::de::DeserializeOwned;
use telecast_core::limits;

/// A search that somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch<T> {
    /// Id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Words and filters.
    pub wanted: T,
    /// When it was made.
    pub created_ms: i64,
}

fn json(value: &impl Serialize) -> Result<String> {
    let json = serde_json::to_string(value)?;
    if json.len() > limits::STORE_VALUE {
        return Err(Error::new(Kind::TooLarge, "This is too large to be stored."));
    }
    Ok(json)
}

impl Store {
    /// The setting of that name of an account.
    ///
    /// # Errors
    /// [`Kind::Internal`] if what is stored is not a `T`.
    pub async fn own_setting<T: DeserializeOwned>(
        &self,
        account_id: &str,
        name: &str,
    ) -> Result<Option<Setting<T>>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let row: Option<(String, i64)> = sqlx::query_as(
                    "SELECT value, revision FROM own_setting WHERE account_id = ? AND name = ?",
                )
                .bind(account_id)
                .bind(name)
                .fetch_optional(db.reader())
                .await?;
                let Some((json, revision)) = row else { return Ok(None) };
                Ok(Some(Setting { value: serde_json::from_str(&json)?, revision }))
            }
        }
    }

    /// Changes a setting of an account that was read at `revision` (0: that was not there; none: whatever was there); gives its next revision.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if it has been changed since, or the account is not there; [`Kind::TooLarge`].
    pub async fn put_own_setting<T: Serialize + Sync>(
        &self,
        (account_id, name): (&str, &str),
        value: &T,
        revision: Option<i64>,
        now_ms: i64,
    ) -> Result<i64> {
        let json = json(value)?;
        match &self.backend {
            Backend::Sqlite(db) => {
                let next: Option<i64> = sqlx::query_scalar(
                    "INSERT INTO own_setting (account_id, name, value, revision, changed_ms) \
                     SELECT ?1, ?2, ?3, 1, ?4 WHERE ?5 IS NULL OR ?5 = 0 \
                     OR EXISTS (SELECT 1 FROM own_setting WHERE account_id = ?1 AND name = ?2) \
                     ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value, \
                     changed_ms = excluded.changed_ms, revision = own_setting.revision + 1 \
                     WHERE ?5 IS NULL OR own_setting.revision = ?5 RETURNING revision",
                )
                .bind(account_id)
                .bind(name)
                .bind(json)
                .bind(now_ms)
                .bind(revision)
                .fetch_optional(db.writer())
                .await?;
                next.ok_or_else(|| {
                    Error::new(Kind::Conflict, "It has been changed in another place. Reload.")
                })
            }
        }
    }

    /// Searches that an account keeps, oldest first.
    ///
    /// # Errors
    /// [`Kind::Internal`] if what is stored is not a `T`.
    pub async fn saved_searches<T: DeserializeOwned>(&self, account_id: &str) -> Result<Vec<SavedSearch<T>>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
                    "SELECT id, name, wanted, created_ms FROM saved_search WHERE account_id = ? \
                     ORDER BY created_ms, id LIMIT ?",
                )
                .bind(account_id)
                .bind(limits::PAGE)
                .fetch_all(db.reader())
                .await?;
                let search = |(id, name, wanted, created_ms): (String, String, String, i64)| {
                    Ok(SavedSearch { id, name, wanted: serde_json::from_str(&wanted)?, created_ms })
                };
                rows.into_iter().map(search).collect()
            }
        }
    }

    /// Keeps a search, if the account has fewer than [`limits::SAVED_SEARCHES`].
    ///
    /// # Errors
    /// [`Kind::Conflict`] if it has as many, or the account is not there.
    pub async fn save_search<T: Serialize + Sync>(
        &self,
        account_id: &str,
        new: &SavedSearch<T>,
    ) -> Result<()> {
        let wanted = json(&new.wanted)?;
        match &self.backend {
            Backend::Sqlite(db) => {
                let saved = sqlx::query(
                    "INSERT INTO saved_search (id, account_id, name, wanted, created_ms) SELECT ?1, ?2, ?3, ?4, ?5 \
                     WHERE (SELECT count(*) FROM saved_search WHERE account_id = ?2) < ?6",
                )
                .bind(&new.id)
                .bind(account_id)
                .bind(&new.name)
                .bind(wanted)
                .bind(new.created_ms)
                .bind(limits::SAVED_SEARCHES)
                .execute(db.writer())
                .await?;
                match saved.rows_affected() {
                    0 => {
                        let words = format!(
                            "There are {} searches already; remove one first.",
                            limits::SAVED_SEARCHES
                        );
                        Err(Error::new(Kind::Conflict, words))
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    /// Gives a search another name, and other words and filters if there are any.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if it is not one of that account.
    pub async fn change_search<T: Serialize + Sync>(
        &self,
        (account_id, id): (&str, &str),
        name: &str,
        wanted: Option<&T>,
    ) -> Result<()> {
        let wanted = wanted.map(json).transpose()?;
        match &self.backend {
            Backend::Sqlite(db) => {
                let changed = sqlx::query(
                    "UPDATE saved_search SET name = ?, wanted = coalesce(?, wanted) WHERE id = ? AND account_id = ?",
                )
                .bind(name)
                .bind(wanted)
                .bind(id)
                .bind(account_id)
                .execute(db.writer())
                .await?;
                found(changed.rows_affected())
            }
        }
    }

    /// Removes a search.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if it is not one of that account.
    pub async fn remove_search(&self, account_id: &str, id: &str) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let gone = sqlx::query("DELETE FROM saved_search WHERE id = ? AND account_id = ?")
                    .bind(id)
                    .bind(account_id)
                    .execute(db.writer())
                    .await?;
                found(gone.rows_affected())
            }
        }
    }
}

fn found(rows: u64) -> Result<()> {
    match rows {
        0 => Err(Error::new(Kind::NotFound, "There is no such search. It may have been removed elsewhere.")),
        _ => Ok(()),
    }
}
