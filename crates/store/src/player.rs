//! Players and media servers that cannot send a header: each has an address with a secret in it, kept as SHA-256, which lets it watch and nothing else.

use crate::account::{AccountRow, account, accounts, columns};
use crate::error::{Error, Result};
use crate::{Account, Backend, Kind, Store};
use telecast_core::limits;
use telecast_core::secret::SecretHash;

/// A player to be.
#[derive(Clone, Debug)]
pub struct NewPlayer {
    /// A fresh id.
    pub id: String,
    /// Hash of the secret in its address.
    pub hash: SecretHash,
    /// Whose rights it has.
    pub account_id: String,
    /// What its owner calls it.
    pub name: String,
    /// Which program it is.
    pub kind: String,
    /// When its address ends; none: never.
    pub expires_ms: Option<i64>,
}

/// A player, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// Id.
    pub id: String,
    /// Whose rights it has.
    pub account: Account,
    /// What its owner calls it.
    pub name: String,
    /// Which program it is.
    pub kind: String,
    /// When it was made.
    pub created_ms: i64,
    /// When its address ends; none: never.
    pub expires_ms: Option<i64>,
    /// When it was last used, to about a minute.
    pub last_used_ms: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    kind: String,
    created_ms: i64,
    expires_ms: Option<i64>,
    last_used_ms: Option<i64>,
    #[sqlx(flatten)]
    account: AccountRow,
}

/// What is read of `player d` and its account.
macro_rules! player_columns {
    () => {
        concat!("d.id, d.name, d.kind, d.created_ms, d.expires_ms, d.last_used_ms, ", columns!())
    };
}

fn player(row: Row) -> Result<Player> {
    let Row { id, name, kind, created_ms, expires_ms, last_used_ms, account: of } = row;
    Ok(Player { id, account: account(of)?, name, kind, created_ms, expires_ms, last_used_ms })
}

impl Store {
    /// Keeps a player.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if the account is not there.
    pub async fn create_player(&self, new: &NewPlayer, now_ms: i64) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(db) => {
                sqlx::query(
                    "INSERT INTO player (id, hash, account_id, name, kind, created_ms, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
                )
                .bind(&new.id)
                .bind(new.hash.as_bytes())
                .bind(&new.account_id)
                .bind(&new.name)
                .bind(&new.kind)
                .bind(now_ms)
                .bind(new.expires_ms)
                .execute(db.writer())
                .await?;
                Ok(())
            }
        }
    }

    /// The player with this secret, if it still counts. That it was used is noted by [`Self::note_use`].
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn player(&self, hash: &SecretHash, now_ms: i64) -> Result<Option<Player>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let row: Option<Row> = sqlx::query_as(concat!(
                    "SELECT ",
                    player_columns!(),
                    " FROM ",
                    accounts!(),
                    " JOIN player d ON d.account_id = a.id WHERE d.hash = ? AND (d.expires_ms IS NULL OR d.expires_ms > ?)"
                ))
                .bind(hash.as_bytes())
                .bind(now_ms)
                .fetch_optional(db.reader())
                .await?;
                Ok(row.map(player).transpose()?.filter(|player| !player.account.is_over(now_ms)))
            }
        }
    }

    /// Players of an account, oldest first.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn players(&self, account_id: &str) -> Result<Vec<Player>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let rows: Vec<Row> = sqlx::query_as(concat!(
                    "SELECT ",
                    player_columns!(),
                    " FROM ",
                    accounts!(),
                    " JOIN player d ON d.account_id = a.id WHERE d.account_id = ? ORDER BY d.created_ms LIMIT ?"
                ))
                .bind(account_id)
                .bind(limits::PAGE)
                .fetch_all(db.reader())
                .await?;
                rows.into_iter().map(player).collect()
            }
        }
    }

    /// Revokes a player's address.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if it is not one of that account.
    pub async fn revoke_player(&self, account_id: &str, id: &str) -> Result<()> {
        let _turn = self.taking_away();
        match &self.backend {
            Backend::Sqlite(db) => {
                let gone = sqlx::query("DELETE FROM player WHERE id = ? AND account_id = ?")
                    .bind(id)
                    .bind(account_id)
                    .execute(db.writer())
                    .await?;
                match gone.rows_affected() {
                    0 => Err(Error::new(Kind::NotFound, "There is no such device.")),
                    _ => Ok(()),
                }
            }
        }
    }
}
