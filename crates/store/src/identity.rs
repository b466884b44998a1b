//! Who somebody is at an identity provider, and which account that is here. An account is found by issuer and subject alone, never by a name.

use crate::account::{AccountRow, account, accounts, columns, insert, key};
use crate::error::{Error, Result};
use crate::{Account, Backend, Kind, NewAccount, Store};
use telecast_core::limits;

/// Somebody at an identity provider.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// Which provider.
    pub issuer: &'a str,
    /// What it calls him; it calls nobody else so, ever.
    pub subject: &'a str,
}

impl Store {
    /// The account of that identity.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn account_of(&self, identity: Identity<'_>) -> Result<Option<Account>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let row: Option<AccountRow> = sqlx::query_as(concat!(
                    "SELECT ",
                    columns!(),
                    " FROM ",
                    accounts!(),
                    " JOIN external_identity e ON e.account_id = a.id \
                     WHERE e.issuer = ? AND e.subject = ?"
                ))
                .bind(identity.issuer)
                .bind(identity.subject)
                .fetch_optional(db.reader())
                .await?;
                row.map(account).transpose()
            }
        }
    }

    /// Makes an account for an identity; where its name is taken, with a number behind it. If the identity has one by now, that one.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if an owner is asked for, or too many have that name.
    pub async fn create_account_of(
        &self,
        identity: Identity<'_>,
        new: &NewAccount,
        now_ms: i64,
    ) -> Result<Account> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                let kept = sqlx::query_scalar::<_, String>(
                    "SELECT account_id FROM external_identity WHERE issuer = ? AND subject = ?",
                )
                .bind(identity.issuer)
                .bind(identity.subject)
                .fetch_optional(&mut *transaction)
                .await?;
                if let Some(id) = kept {
                    drop(transaction);
                    let found = self.account(&id).await?;
                    return found.ok_or_else(|| Error::new(Kind::Conflict, "This account was just removed."));
                }
                let name = free_name(&mut transaction, new.name.trim()).await?;
                let made = insert(&mut transaction, &NewAccount { name, ..new.clone() }, now_ms).await?;
                sqlx::query("INSERT INTO external_identity (issuer, subject, account_id) VALUES (?, ?, ?)")
                    .bind(identity.issuer)
                    .bind(identity.subject)
                    .bind(&made.id)
                    .execute(&mut *transaction)
                    .await?;
                transaction.commit().await?;
                Ok(made)
            }
        }
    }

    /// Whether somebody at an identity provider has this account.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn is_external(&self, account_id: &str) -> Result<bool> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let found: Option<i64> =
                    sqlx::query_scalar("SELECT 1 FROM external_identity WHERE account_id = ? LIMIT 1")
                        .bind(account_id)
                        .fetch_optional(db.reader())
                        .await?;
                Ok(found.is_some())
            }
        }
    }

    /// Ends whatever lets an account in: sign-ins, tokens, links, its password. The account stays.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn shut_out(&self, account_id: &str) -> Result<()> {
        let _turn = self.taking_away();
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                for statement in [
                    "DELETE FROM sign_in WHERE account_id = ?",
                    "DELETE FROM api_token WHERE account_id = ?",
                    "DELETE FROM one_time_code WHERE account_id = ?",
                    "DELETE FROM pairing WHERE account_id = ?",
                    "UPDATE account SET password = NULL WHERE id = ?",
                ] {
                    sqlx::query(statement).bind(account_id).execute(&mut *transaction).await?;
                }
                Ok(transaction.commit().await?)
            }
        }
    }
}

/// The name, or the first with a number behind it that nobody has.
async fn free_name(connection: &mut sqlx::SqliteConnection, name: &str) -> Result<String> {
    for number in 1..=limits::SAME_NAMES {
        let candidate = if number == 1 { name.to_owned() } else { format!("{name} {number}") };
        let taken: Option<i64> = sqlx::query_scalar("SELECT 1 FROM account WHERE name_key = ?")
            .bind(key(&candidate))
            .fetch_optional(&mut *connection)
            .await?;
        if taken.is_none() {
            return Ok(candidate);
        }
    }
    Err(Error::new(Kind::Conflict, "Too many accounts have this name."))
}
