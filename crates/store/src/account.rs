//! People: their names, roles and password hashes. Passwords are hashed at the edge; here is the PHC string only.

use crate::error::{Error, Result};
use crate::{Backend, Kind, Purpose, Store};
use secrecy::{ExposeSecret, SecretString};
use telecast_core::access::Role;
use telecast_core::secret::SecretHash;

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Id.
    pub id: String,
    /// Name, as it was typed.
    pub name: String,
    /// What he may do.
    pub role: Role,
    /// When it was made.
    pub created_ms: i64,
}

/// A person to be.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// A fresh id.
    pub id: String,
    /// Name; unique without regard to case.
    pub name: String,
    /// What he may do.
    pub role: Role,
    /// PHC string of the password; none: signs in by link only.
    pub password: Option<SecretString>,
}

/// What a sign-in is checked against.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Who it would be.
    pub account: Account,
    /// PHC string; none: no password will do.
    pub password: Option<SecretString>,
}

pub(crate) type AccountRow = (String, String, String, i64);

pub(crate) fn account((id, name, role, created_ms): AccountRow) -> Result<Account> {
    let role = Role::parse(&role).ok_or_else(|| {
        Error::new(Kind::Internal, format!("The store holds a role that is not known: {role}."))
    })?;
    Ok(Account { id, name, role, created_ms })
}

pub(crate) fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

impl Store {
    /// Whether the station belongs to somebody.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn has_owner(&self) -> Result<bool> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let owner: Option<i64> = sqlx::query_scalar("SELECT 1 FROM account WHERE role = 'owner'")
                    .fetch_optional(db.reader())
                    .await?;
                Ok(owner.is_some())
            }
        }
    }

    /// Makes the owner, if `code` is a setup code that still holds; the code is used up with it, or not at all.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if there is an owner, [`Kind::Unauthenticated`] if the code is wrong, used or expired.
    pub async fn create_owner(&self, new: &NewAccount, code: &SecretHash, now_ms: i64) -> Result<Account> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                let taken: Option<i64> = sqlx::query_scalar("SELECT 1 FROM account WHERE role = 'owner'")
                    .fetch_optional(&mut *transaction)
                    .await?;
                if taken.is_some() {
                    return Err(Error::new(
                        Kind::Conflict,
                        "This station already has an owner. Sign in instead.",
                    ));
                }
                let used = sqlx::query(
                    "UPDATE one_time_code SET used_ms = ? \
                     WHERE hash = ? AND purpose = ? AND used_ms IS NULL AND expires_ms > ?",
                )
                .bind(now_ms)
                .bind(code.as_bytes())
                .bind(Purpose::Setup.name())
                .bind(now_ms)
                .execute(&mut *transaction)
                .await?;
                if used.rows_affected() == 0 {
                    let message =
                        "The setup code is wrong or has expired. A restart of the server prints a new one.";
                    return Err(Error::new(Kind::Unauthenticated, message));
                }
                let owner =
                    insert(&mut transaction, &NewAccount { role: Role::Owner, ..new.clone() }, now_ms)
                        .await?;
                transaction.commit().await?;
                Ok(owner)
            }
        }
    }

    /// Makes an account.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if the name is taken, or a second owner is asked for.
    pub async fn create_account(&self, new: &NewAccount, now_ms: i64) -> Result<Account> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                let account = insert(&mut transaction, new, now_ms).await?;
                transaction.commit().await?;
                Ok(account)
            }
        }
    }

    /// All accounts, oldest first.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let rows: Vec<AccountRow> =
                    sqlx::query_as("SELECT id, name, role, created_ms FROM account ORDER BY created_ms, id")
                        .fetch_all(db.reader())
                        .await?;
                rows.into_iter().map(account).collect()
            }
        }
    }

    /// The account of that id.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn account(&self, id: &str) -> Result<Option<Account>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let row: Option<AccountRow> =
                    sqlx::query_as("SELECT id, name, role, created_ms FROM account WHERE id = ?")
                        .bind(id)
                        .fetch_optional(db.reader())
                        .await?;
                row.map(account).transpose()
            }
        }
    }

    /// The account of that name, without regard to case, with what its password is checked against.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn credentials(&self, name: &str) -> Result<Option<Credentials>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let row: Option<(String, String, String, i64, Option<String>)> = sqlx::query_as(
                    "SELECT id, name, role, created_ms, password FROM account WHERE name_key = ?",
                )
                .bind(key(name))
                .fetch_optional(db.reader())
                .await?;
                let Some((id, name, role, created_ms, password)) = row else { return Ok(None) };
                let account = account((id, name, role, created_ms))?;
                Ok(Some(Credentials { account, password: password.map(Into::into) }))
            }
        }
    }

    /// Gives an account another password, and ends all its sign-ins.
    ///
    /// # Errors
    /// [`Kind::NotFound`].
    pub async fn set_password(&self, id: &str, phc: &SecretString) -> Result<()> {
        let _turn = self.taking_away();
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                let changed = sqlx::query("UPDATE account SET password = ? WHERE id = ?")
                    .bind(phc.expose_secret())
                    .bind(id)
                    .execute(&mut *transaction)
                    .await?;
                if changed.rows_affected() == 0 {
                    return Err(Error::new(Kind::NotFound, "There is no such account."));
                }
                sqlx::query("DELETE FROM sign_in WHERE account_id = ?")
                    .bind(id)
                    .execute(&mut *transaction)
                    .await?;
                Ok(transaction.commit().await?)
            }
        }
    }

    /// Gives an account another role, and ends all its sign-ins: whoever is signed in signs in again with other rights.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; [`Kind::Conflict`] for the owner, and for a second one.
    pub async fn set_role(&self, id: &str, role: Role) -> Result<()> {
        let _turn = self.taking_away();
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                let before: Option<String> = sqlx::query_scalar("SELECT role FROM account WHERE id = ?")
                    .bind(id)
                    .fetch_optional(&mut *transaction)
                    .await?;
                let Some(before) = before else {
                    return Err(Error::new(Kind::NotFound, "There is no such account."));
                };
                if role == Role::Owner || before == Role::Owner.name() {
                    return Err(Error::new(Kind::Conflict, "A station has one owner, and always the same."));
                }
                sqlx::query("UPDATE account SET role = ? WHERE id = ?")
                    .bind(role.name())
                    .bind(id)
                    .execute(&mut *transaction)
                    .await?;
                sqlx::query("DELETE FROM sign_in WHERE account_id = ?")
                    .bind(id)
                    .execute(&mut *transaction)
                    .await?;
                Ok(transaction.commit().await?)
            }
        }
    }

    /// Removes an account with its sign-ins and tokens. `false`: there was none.
    ///
    /// # Errors
    /// [`Kind::Conflict`] for the owner: a station without one cannot be set up again by accident.
    pub async fn delete_account(&self, id: &str) -> Result<bool> {
        let _turn = self.taking_away();
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                let role: Option<String> = sqlx::query_scalar("SELECT role FROM account WHERE id = ?")
                    .bind(id)
                    .fetch_optional(&mut *transaction)
                    .await?;
                if role.as_deref() == Some(Role::Owner.name()) {
                    return Err(Error::new(Kind::Conflict, "The owner cannot be removed."));
                }
                sqlx::query("DELETE FROM account WHERE id = ?").bind(id).execute(&mut *transaction).await?;
                transaction.commit().await?;
                Ok(role.is_some())
            }
        }
    }
}

pub(crate) async fn insert(
    connection: &mut sqlx::SqliteConnection,
    new: &NewAccount,
    now_ms: i64,
) -> Result<Account> {
    let inserted = sqlx::query(
        "INSERT INTO account (id, name, name_key, role, password, created_ms) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(&new.id)
    .bind(new.name.trim())
    .bind(key(&new.name))
    .bind(new.role.name())
    .bind(new.password.as_ref().map(ExposeSecret::expose_secret))
    .bind(now_ms)
    .execute(connection)
    .await;
    match inserted.map_err(Error::from) {
        Ok(_) => {
            let name = new.name.trim().to_owned();
            Ok(Account { id: new.id.clone(), name, role: new.role, created_ms: now_ms })
        }
        Err(error) if error.kind() == Kind::Conflict => {
            Err(Error::new(Kind::Conflict, "There is already an account of this name. Choose another."))
        }
        Err(error) => Err(error),
    }
}
