//! The library: items with all that is known of them, collections, and the folders that were added on the page.
//!
//! Items are written in batches, each a transaction, so that others who write wait for one of them at most. An item is removed only where the
//! host forgets it; its id is never given again.

use crate::error::{Error, Result};
use crate::request::{self, RequestKey};
use crate::sqlite::Driver;
use crate::{Backend, Kind, Store};
use sqlx::Transaction;
use telecast_core::library::ItemId;
use telecast_core::library::collection::{Collection, CollectionId, Content};
use telecast_core::library::describe::{Correction, Notes};
use telecast_core::library::facts::Facts;
use telecast_core::library::reconcile::{Found, Known, Place, Print, Stamp};

/// Items of one transaction.
pub const LIBRARY_BATCH: usize = 500;

/// An item with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryRow {
    /// Which file it is.
    pub known: Known,
    /// When it was first seen.
    pub added_ms: i64,
    /// What lies beside it says.
    pub notes: Notes,
    /// What a probe found; none: it has not been probed.
    pub facts: Option<Facts>,
    /// What the host says.
    pub correction: Correction,
}

/// A change of items.
#[derive(Clone, Debug, PartialEq)]
pub enum LibraryWrite {
    /// Its file is this one, and is there. What was found in another one before is not true any more if `anew`.
    Placed {
        /// Of which.
        id: ItemId,
        /// The file.
        found: Found,
        /// It is to be probed again.
        anew: bool,
    },
    /// Its file is away.
    Absent(ItemId),
    /// What lies beside it says.
    Noted(ItemId, Notes),
    /// What a probe found.
    Probed(ItemId, Facts),
    /// It is to be probed again.
    Unprobed(ItemId),
    /// What the host says.
    Corrected(ItemId, Correction),
    /// The host wants it no more.
    Forgotten(ItemId),
}

/// A folder that was added on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibraryFolder {
    /// Id.
    pub id: String,
    /// Name; of one name there is one.
    pub name: String,
    /// Path.
    pub path: String,
}

/// A collection, and the state that a change of it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCollection {
    /// The collection.
    pub collection: Collection,
    /// Grows with each change.
    pub revision: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    folder: String,
    path: String,
    size: i64,
    changed_ms: i64,
    beside: i64,
    print: Option<Vec<u8>>,
    is_absent: bool,
    added_ms: i64,
    notes: String,
    facts: Option<String>,
    correction: String,
}

impl Row {
    fn read(self) -> Result<LibraryRow> {
        let print = self.print.and_then(|bytes| bytes.try_into().ok()).map(Print);
        Ok(LibraryRow {
            known: Known {
                id: ItemId(self.id as u64),
                place: Place { folder: self.folder, path: self.path },
                stamp: Stamp {
                    size: self.size as u64,
                    changed_ms: self.changed_ms,
                    beside: self.beside as u64,
                },
                print,
                is_absent: self.is_absent,
            },
            added_ms: self.added_ms,
            notes: serde_json::from_str(&self.notes)?,
            facts: self.facts.as_deref().map(serde_json::from_str).transpose()?,
            correction: serde_json::from_str(&self.correction)?,
        })
    }
}

const COLUMNS: &str =
    "id, folder, path, size, changed_ms, beside, print, is_absent, added_ms, notes, facts, correction";

impl Store {
    /// All items by rising id.
    ///
    /// # Errors
    /// [`Kind::Unavailable`]; [`Kind::Internal`] if a row comes from another version.
    pub async fn library(&self) -> Result<Vec<LibraryRow>> {
        let Backend::Sqlite(db) = &self.backend;
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM library_item ORDER BY id"));
        let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(db.reader()).await?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One item.
    ///
    /// # Errors
    /// [`Kind::Unavailable`]; [`Kind::Internal`] if the row comes from another version.
    pub async fn library_item(&self, id: ItemId) -> Result<Option<LibraryRow>> {
        let Backend::Sqlite(db) = &self.backend;
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM library_item WHERE id = ?"));
        let row: Option<Row> = sqlx::query_as(sql).bind(id.0 as i64).fetch_optional(db.reader()).await?;
        row.map(Row::read).transpose()
    }

    /// Adds items of new files, all or none; gives their ids in the same order.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if there is one in a file's place already.
    pub async fn add_library(&self, files: &[(Found, Notes)], now_ms: i64) -> Result<Vec<ItemId>> {
        let Backend::Sqlite(db) = &self.backend;
        let mut ids = Vec::with_capacity(files.len());
        let mut transaction = db.begin().await?;
        for (Found { place, stamp, print }, notes) in files {
            let id: i64 = sqlx::query_scalar(
                "INSERT INTO library_item (folder, path, size, changed_ms, beside, print, is_absent, added_ms, notes, correction) \
                 VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, '{}') RETURNING id",
            )
            .bind(&place.folder)
            .bind(&place.path)
            .bind(stamp.size as i64)
            .bind(stamp.changed_ms)
            .bind(stamp.beside as i64)
            .bind(print.map(|print| print.0.to_vec()))
            .bind(now_ms)
            .bind(serde_json::to_string(notes)?)
            .fetch_one(&mut *transaction)
            .await?;
            ids.push(ItemId(id as u64));
        }
        transaction.commit().await?;
        Ok(ids)
    }

    /// Changes items, all or none. Of what is not there nothing is changed.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if two would have one place.
    pub async fn write_library(&self, writes: &[LibraryWrite]) -> Result<()> {
        let Backend::Sqlite(db) = &self.backend;
        let mut transaction = db.begin().await?;
        for write in writes {
            change(&mut transaction, write).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Folders that were added on the page, oldest first.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn library_folders(&self) -> Result<Vec<LibraryFolder>> {
        let Backend::Sqlite(db) = &self.backend;
        let rows: Vec<(String, String, String)> =
            sqlx::query_as("SELECT id, name, path FROM library_folder ORDER BY created_ms, id")
                .fetch_all(db.reader())
                .await?;
        Ok(rows.into_iter().map(|(id, name, path)| LibraryFolder { id, name, path }).collect())
    }

    /// Adds a folder.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if there is one of that name.
    pub async fn add_library_folder(&self, folder: &LibraryFolder, now_ms: i64) -> Result<()> {
        let Backend::Sqlite(db) = &self.backend;
        sqlx::query("INSERT INTO library_folder (id, name, path, created_ms) VALUES (?, ?, ?, ?)")
            .bind(&folder.id)
            .bind(&folder.name)
            .bind(&folder.path)
            .bind(now_ms)
            .execute(db.writer())
            .await?;
        Ok(())
    }

    /// Removes a folder; its items stay. `false`: there was none.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn remove_library_folder(&self, id: &str) -> Result<bool> {
        let Backend::Sqlite(db) = &self.backend;
        let gone =
            sqlx::query("DELETE FROM library_folder WHERE id = ?").bind(id).execute(db.writer()).await?;
        Ok(gone.rows_affected() > 0)
    }

    /// All collections by rising id.
    ///
    /// # Errors
    /// [`Kind::Internal`] if one comes from another version.
    pub async fn collections(&self) -> Result<Vec<KeptCollection>> {
        let Backend::Sqlite(db) = &self.backend;
        let rows: Vec<(i64, String, String, i64)> =
            sqlx::query_as("SELECT id, name, content, revision FROM library_collection ORDER BY id")
                .fetch_all(db.reader())
                .await?;
        let read = |(id, name, content, revision): (i64, String, String, i64)| {
            let content = serde_json::from_str(&content)?;
            let collection = Collection { id: CollectionId(id as u64), name, content };
            Ok(KeptCollection { collection, revision })
        };
        rows.into_iter().map(read).collect()
    }

    /// Adds a collection, or finds the one that the same request has added; gives its id.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if the request's key was used for another; [`Kind::Unavailable`].
    pub async fn add_collection(
        &self,
        name: &str,
        content: &Content,
        request: Option<&RequestKey>,
        now_ms: i64,
    ) -> Result<CollectionId> {
        let Backend::Sqlite(db) = &self.backend;
        let mut all = db.begin().await?;
        if let Some(request) = request
            && let Some(before) = request::before(&mut all, request).await?
        {
            let id = before.parse().map_err(|_| Error::new(Kind::Internal, "A key names no collection."))?;
            return Ok(CollectionId(id));
        }
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO library_collection (name, content, revision, changed_ms) VALUES (?, ?, 1, ?) RETURNING id",
        )
        .bind(name)
        .bind(serde_json::to_string(content)?)
        .bind(now_ms)
        .fetch_one(&mut *all)
        .await?;
        if let Some(request) = request {
            request::keep(&mut all, request, &id.to_string(), now_ms).await?;
        }
        all.commit().await?;
        Ok(CollectionId(id as u64))
    }

    /// Changes a collection that was read at `revision`; gives the next one.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if it has been changed since, or is gone.
    pub async fn change_collection(
        &self,
        collection: &Collection,
        revision: i64,
        now_ms: i64,
    ) -> Result<i64> {
        let Backend::Sqlite(db) = &self.backend;
        let next: Option<i64> = sqlx::query_scalar(
            "UPDATE library_collection SET name = ?, content = ?, revision = revision + 1, changed_ms = ? \
             WHERE id = ? AND revision = ? RETURNING revision",
        )
        .bind(&collection.name)
        .bind(serde_json::to_string(&collection.content)?)
        .bind(now_ms)
        .bind(collection.id.0 as i64)
        .bind(revision)
        .fetch_optional(db.writer())
        .await?;
        next.ok_or_else(|| {
            Error::new(Kind::Conflict, "It has been changed or removed in another place. Reload.")
        })
    }

    /// Removes a collection. `false`: there was none.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn remove_collection(&self, id: CollectionId) -> Result<bool> {
        let Backend::Sqlite(db) = &self.backend;
        let gone = sqlx::query("DELETE FROM library_collection WHERE id = ?")
            .bind(id.0 as i64)
            .execute(db.writer())
            .await?;
        Ok(gone.rows_affected() > 0)
    }
}

async fn change(transaction: &mut Transaction<'static, Driver>, write: &LibraryWrite) -> Result<()> {
    let db = &mut **transaction;
    let json =
        |sql: &'static str, id: &ItemId, text: Option<String>| sqlx::query(sql).bind(text).bind(id.0 as i64);
    match write {
        LibraryWrite::Placed { id, found: Found { place, stamp, print }, anew } => {
            sqlx::query(
                "UPDATE library_item SET folder = ?, path = ?, size = ?, changed_ms = ?, beside = ?, print = ?, is_absent = 0, \
                 facts = CASE WHEN ? THEN NULL ELSE facts END WHERE id = ?",
            )
            .bind(&place.folder)
            .bind(&place.path)
            .bind(stamp.size as i64)
            .bind(stamp.changed_ms)
            .bind(stamp.beside as i64)
            .bind(print.map(|print| print.0.to_vec()))
            .bind(anew)
            .bind(id.0 as i64)
            .execute(db)
            .await?;
        }
        LibraryWrite::Absent(id) => {
            sqlx::query("UPDATE library_item SET is_absent = 1 WHERE id = ?")
                .bind(id.0 as i64)
                .execute(db)
                .await?;
        }
        LibraryWrite::Noted(id, notes) => {
            let text = serde_json::to_string(notes)?;
            json("UPDATE library_item SET notes = ? WHERE id = ?", id, Some(text)).execute(db).await?;
        }
        LibraryWrite::Probed(id, facts) => {
            let text = serde_json::to_string(facts)?;
            json("UPDATE library_item SET facts = ? WHERE id = ?", id, Some(text)).execute(db).await?;
        }
        LibraryWrite::Unprobed(id) => {
            json("UPDATE library_item SET facts = ? WHERE id = ?", id, None).execute(db).await?;
        }
        LibraryWrite::Corrected(id, correction) => {
            let text = serde_json::to_string(correction)?;
            json("UPDATE library_item SET correction = ? WHERE id = ?", id, Some(text)).execute(db).await?;
        }
        LibraryWrite::Forgotten(id) => {
            sqlx::query("DELETE FROM library_item WHERE id = ?").bind(id.0 as i64).execute(db).await?;
        }
    }
    Ok(())
}
