//! Secrets that let somebody in: one-time codes, sign-ins of browsers, API tokens. All are kept as SHA-256.
//!
//! Whoever remembers who may do what compares [`Store::access_turn`]: it has moved on whenever a right may be gone. What this process
//! does moves it at once, what another one has done to the same file moves it at the next [`Store::look_at_access`].

use crate::account::{AccountRow, account, accounts, columns};
use crate::error::{Error, Result};
use crate::{Account, Backend, Kind, Store};
use sqlx::sqlite::SqliteQueryResult;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use telecast_core::access::Scope;
use telecast_core::limits;
use telecast_core::secret::{Lifetime, SecretHash};

/// What a one-time code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Becoming the owner.
    Setup,
    /// Signing in without a password, once.
    SignIn,
    /// Signing in as a guest, as often as he likes until he is none any more.
    Guest,
}

impl Purpose {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::SignIn => "sign_in",
            Self::Guest => "guest",
        }
    }
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Whose it is.
    pub account: Account,
    /// When it began and was last used.
    pub lifetime: Lifetime,
}

/// An API token to be.
#[derive(Clone, Debug)]
pub struct NewApiToken {
    /// A fresh id.
    pub id: String,
    /// Hash of the token.
    pub hash: SecretHash,
    /// Whose rights it can have at most.
    pub account_id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it ends; none: never.
    pub expires_ms: Option<i64>,
}

/// An API token, without the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Id.
    pub id: String,
    /// Whose it is.
    pub account: Account,
    /// What its owner calls it.
    pub name: String,
    /// What it may do; the account's role may allow less by now, so both count.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_ms: i64,
    /// When it ends; none: never.
    pub expires_ms: Option<i64>,
    /// When it was last used, to about a minute.
    pub last_used_ms: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: String,
    name: String,
    scopes: String,
    created_ms: i64,
    expires_ms: Option<i64>,
    last_used_ms: Option<i64>,
    #[sqlx(flatten)]
    account: AccountRow,
}

/// What is read of `api_token t` and its account.
macro_rules! token_columns {
    () => {
        concat!("t.id, t.name, t.scopes, t.created_ms, t.expires_ms, t.last_used_ms, ", columns!())
    };
}

#[derive(sqlx::FromRow)]
struct SignInRow {
    created_ms: i64,
    last_seen_ms: i64,
    #[sqlx(flatten)]
    account: AccountRow,
}

fn token(row: TokenRow) -> Result<ApiToken> {
    Ok(ApiToken {
        account: account(row.account)?,
        id: row.id,
        name: row.name,
        scopes: row.scopes.split(' ').filter_map(Scope::parse).collect(),
        created_ms: row.created_ms,
        expires_ms: row.expires_ms,
        last_used_ms: row.last_used_ms,
    })
}

/// A sign-in or token that was used, to be noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// A browser's sign-in.
    SignIn(SecretHash),
    /// An API token.
    Token(SecretHash),
    /// A player's address.
    Player(SecretHash),
}

/// How often rights may have been taken away, as far as is known here.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    here: AtomicU64,
    /// What the store said last.
    told: AtomicI64,
}

impl Turns {
    fn moved(&self) {
        self.here.fetch_add(1, Ordering::AcqRel);
    }
}

/// Moves the turn when it is dropped: also when what takes a right away fails, or is given up, half-way.
struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.moved();
    }
}

fn ms(length: std::time::Duration) -> i64 {
    length.as_millis() as i64
}

impl Store {
    /// A number that is another one whenever somebody may have lost a right. What was read from the store holds while it is the same
    /// as it was before reading.
    pub fn access_turn(&self) -> u64 {
        self.turns.here.load(Ordering::Acquire)
    }

    /// Sees whether another process has taken rights away. Once a second is enough, and cheap: one row.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn look_at_access(&self) -> Result<()> {
        let told: i64 = match &self.backend {
            Backend::Sqlite(db) => {
                sqlx::query_scalar("SELECT turn FROM access_turn").fetch_one(db.reader()).await?
            }
        };
        if self.turns.told.swap(told, Ordering::AcqRel) != told {
            self.turns.moved();
        }
        Ok(())
    }

    /// A right is about to be taken away: to be held until that is done.
    pub(crate) fn taking_away(&self) -> impl Drop + use<'_> {
        Turn(&self.turns)
    }

    /// Keeps a one-time code. A new setup code ends the ones before it.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if the account is not there.
    pub async fn put_code(
        &self,
        purpose: Purpose,
        hash: &SecretHash,
        account_id: Option<&str>,
        expires_ms: i64,
    ) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                if purpose == Purpose::Setup {
                    sqlx::query("DELETE FROM one_time_code WHERE purpose = 'setup'")
                        .execute(&mut *transaction)
                        .await?;
                }
                sqlx::query(
                    "INSERT INTO one_time_code (hash, purpose, account_id, expires_ms) VALUES (?, ?, ?, ?)",
                )
                .bind(hash.as_bytes())
                .bind(purpose.name())
                .bind(account_id)
                .bind(expires_ms)
                .execute(&mut *transaction)
                .await?;
                Ok(transaction.commit().await?)
            }
        }
    }

    /// Uses up a sign-in code: of two at once, one gets the account. A guest's code stays good. None: wrong, used or expired.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn use_sign_in_code(&self, hash: &SecretHash, now_ms: i64) -> Result<Option<Account>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let id: Option<Option<String>> = sqlx::query_scalar(
                    "UPDATE one_time_code SET used_ms = ? \
                     WHERE hash = ? AND expires_ms > ? AND (purpose = ? AND used_ms IS NULL OR purpose = ?) \
                     RETURNING account_id",
                )
                .bind(now_ms)
                .bind(hash.as_bytes())
                .bind(now_ms)
                .bind(Purpose::SignIn.name())
                .bind(Purpose::Guest.name())
                .fetch_optional(db.writer())
                .await?;
                let account = match id.flatten() {
                    Some(id) => self.account(&id).await?,
                    None => None,
                };
                Ok(account.filter(|account| !account.is_over(now_ms)))
            }
        }
    }

    /// Keeps a sign-in of `account_id`. Beyond the limit of an account, its longest unused ones end.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if the account is not there.
    pub async fn create_sign_in(
        &self,
        hash: &SecretHash,
        account_id: &str,
        label: &str,
        now_ms: i64,
    ) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                sqlx::query(
                    "INSERT INTO sign_in (hash, account_id, label, created_ms, last_seen_ms) VALUES (?, ?, ?, ?, ?)",
                )
                .bind(hash.as_bytes())
                .bind(account_id)
                .bind(label)
                .bind(now_ms)
                .bind(now_ms)
                .execute(&mut *transaction)
                .await?;
                let ended = sqlx::query(
                    "DELETE FROM sign_in WHERE hash IN (SELECT hash FROM sign_in WHERE account_id = ? \
                     ORDER BY last_seen_ms DESC LIMIT -1 OFFSET ?)",
                )
                .bind(account_id)
                .bind(limits::SIGN_INS)
                .execute(&mut *transaction)
                .await?;
                // Whoever signs in takes nothing from anybody, as a rule.
                let _turn = (ended.rows_affected() > 0).then(|| self.taking_away());
                Ok(transaction.commit().await?)
            }
        }
    }

    /// Who is signed in with this secret, if it still counts. That it was used is noted by [`Self::note_use`].
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn sign_in(&self, hash: &SecretHash, now_ms: i64) -> Result<Option<SignIn>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let row: Option<SignInRow> = sqlx::query_as(concat!(
                    "SELECT s.created_ms, s.last_seen_ms, ",
                    columns!(),
                    " FROM ",
                    accounts!(),
                    " JOIN sign_in s ON s.account_id = a.id WHERE s.hash = ?"
                ))
                .bind(hash.as_bytes())
                .fetch_optional(db.reader())
                .await?;
                let Some(SignInRow { created_ms, last_seen_ms, account: row }) = row else { return Ok(None) };
                let lifetime = Lifetime { created_ms, last_seen_ms };
                let account = account(row)?;
                let counts = lifetime.is_alive(now_ms) && !account.is_over(now_ms);
                Ok(counts.then_some(SignIn { account, lifetime }))
            }
        }
    }

    /// Browsers in which an account is signed in: each with its label, the one used last first. Those that have run out are not among them.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn sign_ins(
        &self,
        account_id: &str,
        now_ms: i64,
    ) -> Result<Vec<(SecretHash, String, Lifetime)>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let rows: Vec<(Vec<u8>, String, i64, i64)> = sqlx::query_as(
                    "SELECT hash, label, created_ms, last_seen_ms FROM sign_in WHERE account_id = ? \
                     ORDER BY last_seen_ms DESC LIMIT ?",
                )
                .bind(account_id)
                .bind(limits::PAGE)
                .fetch_all(db.reader())
                .await?;
                let read = |(hash, label, created_ms, last_seen_ms): (Vec<u8>, String, i64, i64)| {
                    let hash: [u8; 32] = hash.try_into().ok()?;
                    let lifetime = Lifetime { created_ms, last_seen_ms };
                    lifetime.is_alive(now_ms).then(|| (SecretHash::from(hash), label, lifetime))
                };
                Ok(rows.into_iter().filter_map(read).collect())
            }
        }
    }

    /// Ends one sign-in. `false`: there was none.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn end_sign_in(&self, hash: &SecretHash) -> Result<bool> {
        let _turn = self.taking_away();
        match &self.backend {
            Backend::Sqlite(db) => {
                let ended = sqlx::query("DELETE FROM sign_in WHERE hash = ?")
                    .bind(hash.as_bytes())
                    .execute(db.writer())
                    .await?;
                Ok(ended.rows_affected() > 0)
            }
        }
    }

    /// Ends all sign-ins of an account; says how many there were.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn end_sign_ins(&self, account_id: &str) -> Result<u64> {
        let _turn = self.taking_away();
        match &self.backend {
            Backend::Sqlite(db) => {
                let ended = sqlx::query("DELETE FROM sign_in WHERE account_id = ?")
                    .bind(account_id)
                    .execute(db.writer())
                    .await?;
                Ok(ended.rows_affected())
            }
        }
    }

    /// Keeps an API token.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if the account is not there.
    pub async fn create_api_token(&self, new: &NewApiToken, now_ms: i64) -> Result<()> {
        let scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.name()).collect();
        match &self.backend {
            Backend::Sqlite(db) => {
                sqlx::query(
                    "INSERT INTO api_token (id, hash, account_id, name, scopes, created_ms, expires_ms) \
                     VALUES (?, ?, ?, ?, ?, ?, ?)",
                )
                .bind(&new.id)
                .bind(new.hash.as_bytes())
                .bind(&new.account_id)
                .bind(&new.name)
                .bind(scopes.join(" "))
                .bind(now_ms)
                .bind(new.expires_ms)
                .execute(db.writer())
                .await?;
                Ok(())
            }
        }
    }

    /// The API token with this secret, if it still counts. That it was used is noted by [`Self::note_use`].
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn api_token(&self, hash: &SecretHash, now_ms: i64) -> Result<Option<ApiToken>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let row: Option<TokenRow> = sqlx::query_as(concat!(
                    "SELECT ",
                    token_columns!(),
                    " FROM ",
                    accounts!(),
                    " JOIN api_token t ON t.account_id = a.id \
                     WHERE t.hash = ? AND (t.expires_ms IS NULL OR t.expires_ms > ?)"
                ))
                .bind(hash.as_bytes())
                .bind(now_ms)
                .fetch_optional(db.reader())
                .await?;
                Ok(row.map(token).transpose()?.filter(|token| !token.account.is_over(now_ms)))
            }
        }
    }

    /// Notes when sign-ins and tokens were used last, all in one transaction.
    ///
    /// # Errors
    /// [`Kind::Unavailable`]: nothing is noted.
    pub async fn note_use(&self, used: &[(Used, i64)]) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                for (what, at_ms) in used {
                    let (statement, hash) = match what {
                        Used::SignIn(hash) => {
                            ("UPDATE sign_in SET last_seen_ms = max(last_seen_ms, ?) WHERE hash = ?", hash)
                        }
                        Used::Player(hash) => (
                            "UPDATE player SET last_used_ms = max(coalesce(last_used_ms, 0), ?) WHERE hash = ?",
                            hash,
                        ),
                        Used::Token(hash) => (
                            "UPDATE api_token SET last_used_ms = max(coalesce(last_used_ms, 0), ?) WHERE hash = ?",
                            hash,
                        ),
                    };
                    sqlx::query(statement)
                        .bind(at_ms)
                        .bind(hash.as_bytes())
                        .execute(&mut *transaction)
                        .await?;
                }
                Ok(transaction.commit().await?)
            }
        }
    }

    /// API tokens of an account, oldest first.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn api_tokens(&self, account_id: &str) -> Result<Vec<ApiToken>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let rows: Vec<TokenRow> = sqlx::query_as(concat!(
                    "SELECT ",
                    token_columns!(),
                    " FROM ",
                    accounts!(),
                    " JOIN api_token t ON t.account_id = a.id \
                     WHERE t.account_id = ? ORDER BY t.created_ms LIMIT ?"
                ))
                .bind(account_id)
                .bind(limits::PAGE)
                .fetch_all(db.reader())
                .await?;
                rows.into_iter().map(token).collect()
            }
        }
    }

    /// Revokes an API token.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if it is not one of that account.
    pub async fn revoke_api_token(&self, account_id: &str, id: &str) -> Result<()> {
        let _turn = self.taking_away();
        match &self.backend {
            Backend::Sqlite(db) => {
                let gone = sqlx::query("DELETE FROM api_token WHERE id = ? AND account_id = ?")
                    .bind(id)
                    .bind(account_id)
                    .execute(db.writer())
                    .await?;
                match gone.rows_affected() {
                    0 => Err(Error::new(Kind::NotFound, "There is no such token.")),
                    _ => Ok(()),
                }
            }
        }
    }

    /// Forgets codes, sign-ins, guests and waiting devices whose time has run out. For a housekeeping task, once an hour.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn purge_access(&self, now_ms: i64) -> Result<u64> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                let codes = sqlx::query("DELETE FROM one_time_code WHERE expires_ms <= ?")
                    .bind(now_ms)
                    .execute(&mut *transaction)
                    .await?;
                let idle = sqlx::query("DELETE FROM sign_in WHERE last_seen_ms <= ?")
                    .bind(now_ms - ms(limits::SIGN_IN_IDLE))
                    .execute(&mut *transaction)
                    .await?;
                let guests = sqlx::query("DELETE FROM account WHERE expires_ms <= ?")
                    .bind(now_ms)
                    .execute(&mut *transaction)
                    .await?;
                let devices = sqlx::query("DELETE FROM pairing WHERE expires_ms <= ?")
                    .bind(now_ms)
                    .execute(&mut *transaction)
                    .await?;
                transaction.commit().await?;
                Ok([codes, idle, guests, devices].iter().map(SqliteQueryResult::rows_affected).sum())
            }
        }
    }
}
