//! SQLite: one file, one writer, several readers.
//!
//! A transaction that begins by reading and then writes fails at once in WAL mode if another has written meanwhile,
//! whatever the busy time-out; so all writing goes through one connection and begins with `BEGIN IMMEDIATE`.

use crate::Kind;
use crate::error::{Error, Result};
use sqlx::migrate::{MigrateError, Migrator};
pub(crate) use sqlx::sqlite::Sqlite as Driver;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Row, Transaction};
use std::path::Path;
use telecast_core::limits;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");
/// Those of the guide's own file.
static GUIDE: Migrator = sqlx::migrate!("./migrations/guide");

/// Connections to one file.
#[derive(Clone, Debug)]
pub(crate) struct Sqlite {
    writer: SqlitePool,
    reader: SqlitePool,
}

impl Sqlite {
    /// What must not be lost: what is acknowledged is on disk.
    pub(crate) async fn open(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new().synchronous(SqliteSynchronous::Full);
        Self::open_with(path, options, (&MIGRATIONS, "store-writer")).await
    }

    /// The guide: what is acknowledged outlives the program, and what a power cut takes is read again from its source.
    pub(crate) async fn open_guide(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .synchronous(SqliteSynchronous::Normal)
            .page_size(8192)
            // Read where the kernel holds it: a window is hundreds of pages, and copying them was a third of its cost.
            .pragma("mmap_size", "2147418112")
            .pragma("wal_autocheckpoint", "4000");
        Self::open_with(path, options, (&GUIDE, crate::GUIDE_WRITER)).await
    }

    /// What is there, for who must not write. Where nobody has it open and nothing waits to be brought into it, SQLite makes no file beside it either.
    pub(crate) async fn look(path: &Path) -> Result<Self> {
        let mut journal = path.as_os_str().to_owned();
        journal.push("-wal");
        let is_settled = !std::fs::exists(Path::new(&journal)).unwrap_or(true);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .immutable(is_settled)
            .busy_timeout(limits::STORE_BUSY);
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(limits::STORE_BUSY);
        let reader = pool.connect_with(options).await.map_err(|error| cannot_open(path, error))?;
        Ok(Self { writer: reader.clone(), reader })
    }

    async fn open_with(
        path: &Path,
        options: SqliteConnectOptions,
        (schema, writer): (&Migrator, &'static str),
    ) -> Result<Self> {
        make_private(path)?;
        let options = options
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .foreign_keys(true)
            .busy_timeout(limits::STORE_BUSY);
        let pool = |most| SqlitePoolOptions::new().max_connections(most).acquire_timeout(limits::STORE_BUSY);
        let opened = |error| cannot_open(path, error);
        let writer = options.clone().thread_name(move |_| writer.into());
        let writer = pool(1).connect_with(writer).await.map_err(opened)?;
        schema.run(&writer).await.map_err(|error| cannot_migrate(path, error))?;
        let reader =
            pool(limits::STORE_READERS).connect_with(options.read_only(true)).await.map_err(opened)?;
        Ok(Self { writer, reader })
    }

    /// For single statements that write.
    pub(crate) fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// For all that only reads.
    pub(crate) fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    /// For several statements that are one. Rolled back unless it is committed.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Driver>> {
        match self.writer.begin_with("BEGIN IMMEDIATE").await {
            // A full disk makes SQLite roll back by itself, and the driver's own rollback then fails: it goes on counting
            // a transaction that is over. Only another connection heals it.
            Err(sqlx::Error::InvalidSavePointStatement) => {
                self.writer.acquire().await?.close().await?;
                Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            begun => Ok(begun?),
        }
    }

    pub(crate) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    /// Takes the write lock and gives it back: a full or read-only disk shows here.
    pub(crate) async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1 FROM instance LIMIT 1").fetch_optional(&self.reader).await?;
        let transaction = self.begin().await?;
        Ok(transaction.rollback().await?)
    }

    pub(crate) async fn limit_pages(&self, pages: u32) -> Result<()> {
        let pragma = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
        sqlx::query(pragma).execute(&self.writer).await?;
        Ok(())
    }

    pub(crate) async fn query_plan(&self, sql: &'static str) -> Result<Vec<String>> {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let rows = sqlx::query(explain).fetch_all(&self.reader).await?;
        rows.iter().map(|row| Ok(row.try_get("detail")?)).collect()
    }
}

/// Only the station's own user may read the file; SQLite gives its journal the same mode.
fn make_private(path: &Path) -> Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let fault = |error: std::io::Error| {
        Error::caused(
            Kind::Unavailable,
            format!(
                "The store {} cannot be opened: {error}. Check the directory and its owner.",
                path.display()
            ),
            error,
        )
    };
    let file = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(fault)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600)).map_err(fault)
}

fn cannot_open(path: &Path, error: sqlx::Error) -> Error {
    let message =
        format!("The store {} cannot be opened: {error}. Check the file and its disk.", path.display());
    Error::caused(Kind::Unavailable, message, error)
}

fn cannot_migrate(path: &Path, error: MigrateError) -> Error {
    let path = path.display();
    match error {
        MigrateError::VersionMissing(version) => Error::caused(
            Kind::Conflict,
            format!(
                "The store {path} was written by a newer version of Telecast (schema {version}). \
                 Run that version, or restore a backup made before the upgrade."
            ),
            error,
        ),
        MigrateError::VersionMismatch(version) => Error::caused(
            Kind::Conflict,
            format!("The store {path} has another schema {version} than this version of Telecast knows."),
            error,
        ),
        error => {
            let message = format!("The store {path} cannot be brought up to date: {error}.");
            Error::caused(Kind::Unavailable, message, error)
        }
    }
}
