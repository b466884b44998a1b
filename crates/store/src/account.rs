//! People: their names, roles and password hashes. Passwords are hashed at the edge; here is the PHC string only.

use crate::error::{Error, Result};
use crate::{Backend, Kind, Purpose, Store};
use secrecy::{ExposeSecret, SecretString};
use telecast_core::access::{Profile, Role, Scope};
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
    /// When it ends by itself; none: never. Whoever has such a time is a guest.
    pub expires_ms: Option<i64>,
    /// What may be seen; none: everything. A child has one in any case.
    pub profile: Option<Profile>,
    /// There is a PIN by which a programme is opened that the profile does not admit.
    pub has_pin: bool,
}

impl Account {
    /// Whether it is there for a while only.
    pub fn is_guest(&self) -> bool {
        self.expires_ms.is_some()
    }

    /// Whether it has ended by `now_ms`.
    pub fn is_over(&self, now_ms: i64) -> bool {
        self.expires_ms.is_some_and(|expires| expires <= now_ms)
    }

    /// What it may do: a guest watches, whatever his role.
    pub fn scopes(&self) -> Vec<Scope> {
        let of_role = self.role.scopes().iter().copied();
        of_role.filter(|scope| !self.is_guest() || *scope == Scope::Watch).collect()
    }
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
    /// When it is to end by itself; none: never.
    pub expires_ms: Option<i64>,
}

/// What a sign-in is checked against.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Who it would be.
    pub account: Account,
    /// PHC string; none: no password will do.
    pub password: Option<SecretString>,
}

/// What is read of `account a` and the `profile p` beside it.
macro_rules! columns {
    () => {
        "a.id AS account_id, a.name AS account_name, a.role, a.created_ms AS account_created_ms, \
         a.expires_ms AS account_expires_ms, p.age, p.unrated, p.channels, p.pin IS NOT NULL AS has_pin"
    };
}
/// Where from, each account with its profile.
macro_rules! accounts {
    () => {
        "account a LEFT JOIN profile p ON p.account_id = a.id"
    };
}
pub(crate) use {accounts, columns};

/// What becomes of a PIN.
#[derive(Clone, Debug)]
pub enum NewPin {
    /// It stays as it is.
    Stays,
    /// This one from now on (PHC string); none: no PIN any more.
    Is(Option<SecretString>),
}

#[derive(sqlx::FromRow)]
pub(crate) struct AccountRow {
    account_id: String,
    account_name: String,
    role: String,
    account_created_ms: i64,
    account_expires_ms: Option<i64>,
    age: Option<i64>,
    unrated: Option<bool>,
    channels: Option<String>,
    has_pin: bool,
}

pub(crate) fn account(row: AccountRow) -> Result<Account> {
    let unknown =
        |what: &str| Error::new(Kind::Internal, format!("The store holds {what} that is not known."));
    let role = Role::parse(&row.role).ok_or_else(|| unknown("a role"))?;
    let channels = row.channels.map(|text| serde_json::from_str(&text)).transpose();
    let kept = row.age.map(|age| Profile {
        age: u8::try_from(age).unwrap_or(0),
        unrated: row.unrated.unwrap_or(false),
        channels: None,
    });
    let profile = match role {
        // One that nobody has given a profile yet sees what is for everybody.
        Role::Child => Some(Profile {
            channels: channels.map_err(|_| unknown("a list of channels"))?,
            ..kept.unwrap_or_default()
        }),
        _ => None,
    };
    Ok(Account {
        id: row.account_id,
        name: row.account_name,
        role,
        created_ms: row.account_created_ms,
        expires_ms: row.account_expires_ms,
        profile,
        has_pin: row.has_pin,
    })
}

#[derive(sqlx::FromRow)]
struct CredentialsRow {
    #[sqlx(flatten)]
    account: AccountRow,
    password: Option<String>,
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
                let rows: Vec<AccountRow> = sqlx::query_as(concat!(
                    "SELECT ",
                    columns!(),
                    " FROM ",
                    accounts!(),
                    " ORDER BY a.created_ms, a.id"
                ))
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
                    sqlx::query_as(concat!("SELECT ", columns!(), " FROM ", accounts!(), " WHERE a.id = ?"))
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
                let row: Option<CredentialsRow> = sqlx::query_as(concat!(
                    "SELECT ",
                    columns!(),
                    ", a.password FROM ",
                    accounts!(),
                    " WHERE a.name_key = ?"
                ))
                .bind(key(name))
                .fetch_optional(db.reader())
                .await?;
                let Some(CredentialsRow { account: row, password }) = row else { return Ok(None) };
                let account = account(row)?;
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
                for statement in
                    ["DELETE FROM sign_in WHERE account_id = ?", "DELETE FROM pairing WHERE account_id = ?"]
                {
                    sqlx::query(statement).bind(id).execute(&mut *transaction).await?;
                }
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
                if role != Role::Child {
                    sqlx::query("DELETE FROM profile WHERE account_id = ?")
                        .bind(id)
                        .execute(&mut *transaction)
                        .await?;
                }
                for statement in
                    ["DELETE FROM sign_in WHERE account_id = ?", "DELETE FROM pairing WHERE account_id = ?"]
                {
                    sqlx::query(statement).bind(id).execute(&mut *transaction).await?;
                }
                Ok(transaction.commit().await?)
            }
        }
    }

    /// Says what a child may see, and by which PIN (PHC string) more than that is opened.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; [`Kind::Conflict`] for whoever is no child.
    pub async fn set_profile(&self, id: &str, profile: &Profile, pin: &NewPin) -> Result<()> {
        let _turn = self.taking_away();
        let channels = profile.channels.as_ref().map(serde_json::to_string).transpose();
        let channels = channels.map_err(|error| Error::new(Kind::Internal, error.to_string()))?;
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                let role: Option<String> = sqlx::query_scalar("SELECT role FROM account WHERE id = ?")
                    .bind(id)
                    .fetch_optional(&mut *transaction)
                    .await?;
                match role.as_deref().map(Role::parse) {
                    None => return Err(Error::new(Kind::NotFound, "There is no such account.")),
                    Some(Some(Role::Child)) => {}
                    Some(_) => return Err(Error::new(Kind::Conflict, "Only a child has a profile.")),
                }
                sqlx::query(
                    "INSERT INTO profile (account_id, age, unrated, channels) VALUES (?, ?, ?, ?) \
                     ON CONFLICT (account_id) DO UPDATE SET age = excluded.age, unrated = excluded.unrated, \
                     channels = excluded.channels",
                )
                .bind(id)
                .bind(i64::from(profile.age))
                .bind(profile.unrated)
                .bind(channels)
                .execute(&mut *transaction)
                .await?;
                if let NewPin::Is(phc) = pin {
                    sqlx::query("UPDATE profile SET pin = ? WHERE account_id = ?")
                        .bind(phc.as_ref().map(ExposeSecret::expose_secret))
                        .bind(id)
                        .execute(&mut *transaction)
                        .await?;
                }
                Ok(transaction.commit().await?)
            }
        }
    }

    /// PHC string of the PIN of an account; none: it has none.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn pin(&self, id: &str) -> Result<Option<SecretString>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let pin: Option<Option<String>> =
                    sqlx::query_scalar("SELECT pin FROM profile WHERE account_id = ?")
                        .bind(id)
                        .fetch_optional(db.reader())
                        .await?;
                Ok(pin.flatten().map(Into::into))
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
        "INSERT INTO account (id, name, name_key, role, password, created_ms, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&new.id)
    .bind(new.name.trim())
    .bind(key(&new.name))
    .bind(new.role.name())
    .bind(new.password.as_ref().map(ExposeSecret::expose_secret))
    .bind(now_ms)
    .bind(new.expires_ms)
    .execute(connection)
    .await;
    match inserted.map_err(Error::from) {
        Ok(_) => {
            let name = new.name.trim().to_owned();
            Ok(Account {
                id: new.id.clone(),
                name,
                role: new.role,
                created_ms: now_ms,
                expires_ms: new.expires_ms,
                profile: (new.role == Role::Child).then(Profile::default),
                has_pin: false,
            })
        }
        Err(error) if error.kind() == Kind::Conflict => {
            Err(Error::new(Kind::Conflict, "There is already an account of this name. Choose another."))
        }
        Err(error) => Err(error),
    }
}
