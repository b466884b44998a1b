//! Channels of one's own: documents with their revisions, what is firm on each, and what was on.

use crate::error::{Error, Result};
use crate::request::{self, RequestKey};
use crate::{Backend, Created, Kind, Store};
use telecast_core::library::ItemId;
use telecast_core::limits;

/// Revisions of a document that are kept.
const REVISIONS: i64 = 50;

/// A channel of one's own.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Station {
    /// Id.
    pub id: String,
    /// Number that the host wants.
    pub number: Option<u32>,
    /// What it is meant to play, as JSON.
    pub document: String,
    /// Counts changes of the document.
    pub revision: i64,
    /// Seed of its plans.
    pub seed: i64,
    /// When its tape time was 0, milliseconds since 1970.
    pub epoch_ms: i64,
    /// What is firm, as JSON; empty: nothing yet.
    pub state: String,
}

/// Something that was on.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Aired {
    /// When it began, milliseconds since 1970.
    pub start_ms: i64,
    /// How long it was on.
    pub length_ms: i64,
    /// Which item of the library; none: it was none.
    pub item: Option<i64>,
    /// What it is called.
    pub title: String,
    /// `programme`, `break` or `slate`.
    pub kind: String,
    /// Why it was not what was planned; empty: it was. `off` and `nothing`: it was not on at all.
    pub note: String,
    /// What was shown, as JSON; empty: nobody knows.
    pub pieces: String,
}

impl Aired {
    /// Which item was on, and when it began; none: none was, whatever was planned.
    pub fn was_on(&self) -> Option<(ItemId, i64)> {
        let item = self.item.filter(|_| !matches!(self.note.as_str(), "off" | "nothing"))?;
        Some((ItemId(item as u64), self.start_ms))
    }
}

fn within(document: &str) -> Result<()> {
    if document.len() > limits::STORE_VALUE {
        return Err(Error::new(Kind::TooLarge, "This is too large to be stored."));
    }
    Ok(())
}

impl Store {
    /// All channels of one's own, oldest first.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn stations(&self) -> Result<Vec<Station>> {
        match &self.backend {
            Backend::Sqlite(db) => Ok(sqlx::query_as(
                "SELECT id, number, document, revision, seed, epoch_ms, state FROM station ORDER BY created_ms, id",
            )
            .fetch_all(db.reader())
            .await?),
        }
    }

    /// Keeps a new one, at revision 1, or finds the one that the same request has made.
    ///
    /// # Errors
    /// [`Kind::TooLarge`]; [`Kind::Conflict`] if its id is taken, or if the request's key was used for another.
    pub async fn create_station(
        &self,
        new: &Station,
        request: Option<&RequestKey>,
        now_ms: i64,
    ) -> Result<Created> {
        within(&new.document)?;
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut all = db.begin().await?;
                if let Some(request) = request
                    && let Created::Before(id) = request::keep(&mut all, request, &new.id, now_ms).await?
                {
                    return Ok(Created::Before(id));
                }
                sqlx::query(
                    "INSERT INTO station (id, number, document, revision, seed, epoch_ms, state, created_ms, changed_ms) \
                     VALUES (?, ?, ?, 1, ?, ?, '', ?, ?)",
                )
                .bind(&new.id)
                .bind(new.number)
                .bind(&new.document)
                .bind(new.seed)
                .bind(new.epoch_ms)
                .bind(now_ms)
                .bind(now_ms)
                .execute(&mut *all)
                .await?;
                sqlx::query("INSERT INTO station_document (station_id, revision, document, changed_ms) VALUES (?, 1, ?, ?)")
                    .bind(&new.id)
                    .bind(&new.document)
                    .bind(now_ms)
                    .execute(&mut *all)
                    .await?;
                all.commit().await?;
                Ok(Created::New)
            }
        }
    }

    /// Changes number and document of one that was read at `revision`; gives its next revision.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if it has been changed since; [`Kind::NotFound`]; [`Kind::TooLarge`].
    pub async fn change_station(
        &self,
        id: &str,
        revision: i64,
        (number, document): (Option<u32>, &str),
        now_ms: i64,
    ) -> Result<i64> {
        within(document)?;
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut all = db.begin().await?;
                let next: Option<i64> = sqlx::query_scalar(
                    "UPDATE station SET number = ?, document = ?, revision = revision + 1, changed_ms = ? \
                     WHERE id = ? AND revision = ? RETURNING revision",
                )
                .bind(number)
                .bind(document)
                .bind(now_ms)
                .bind(id)
                .bind(revision)
                .fetch_optional(&mut *all)
                .await?;
                let Some(next) = next else {
                    let known: Option<i64> = sqlx::query_scalar("SELECT revision FROM station WHERE id = ?")
                        .bind(id)
                        .fetch_optional(&mut *all)
                        .await?;
                    return Err(match known {
                        Some(_) => Error::new(
                            Kind::Conflict,
                            "Somebody else has changed this channel. Load it again.",
                        ),
                        None => Error::new(Kind::NotFound, "There is no such channel."),
                    });
                };
                sqlx::query("INSERT INTO station_document (station_id, revision, document, changed_ms) VALUES (?, ?, ?, ?)")
                    .bind(id)
                    .bind(next)
                    .bind(document)
                    .bind(now_ms)
                    .execute(&mut *all)
                    .await?;
                sqlx::query("DELETE FROM station_document WHERE station_id = ? AND revision <= ?")
                    .bind(id)
                    .bind(next - REVISIONS)
                    .execute(&mut *all)
                    .await?;
                all.commit().await?;
                Ok(next)
            }
        }
    }

    /// Keeps what is firm on a channel, and adds what was on to the log, both or neither.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn keep_station(&self, id: &str, state: &str, aired: &[Aired]) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut all = db.begin().await?;
                sqlx::query("UPDATE station SET state = ? WHERE id = ?")
                    .bind(state)
                    .bind(id)
                    .execute(&mut *all)
                    .await?;
                for one in aired {
                    sqlx::query(
                        "INSERT INTO aired (station_id, start_ms, length_ms, item, title, kind, note, pieces) \
                         VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
                         ON CONFLICT (station_id, start_ms) DO NOTHING",
                    )
                    .bind(id)
                    .bind(one.start_ms)
                    .bind(one.length_ms)
                    .bind(one.item)
                    .bind(&one.title)
                    .bind(&one.kind)
                    .bind(&one.note)
                    .bind(&one.pieces)
                    .execute(&mut *all)
                    .await?;
                    let Some((item, at_ms)) = one.was_on() else { continue };
                    sqlx::query(
                        "INSERT INTO item_aired (item, last_ms) VALUES (?, ?) \
                         ON CONFLICT (item) DO UPDATE SET last_ms = max(last_ms, excluded.last_ms)",
                    )
                    .bind(item.0 as i64)
                    .bind(at_ms)
                    .execute(&mut *all)
                    .await?;
                }
                Ok(all.commit().await?)
            }
        }
    }

    /// When each item that has been on was on last, on whichever channel (milliseconds since 1970).
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn last_aired(&self) -> Result<Vec<(ItemId, i64)>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let rows: Vec<(i64, i64)> =
                    sqlx::query_as("SELECT item, last_ms FROM item_aired").fetch_all(db.reader()).await?;
                Ok(rows.into_iter().map(|(item, at_ms)| (ItemId(item as u64), at_ms)).collect())
            }
        }
    }

    /// Removes a channel and its documents; what was on stays in the log.
    ///
    /// # Errors
    /// [`Kind::NotFound`].
    pub async fn delete_station(&self, id: &str) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let gone =
                    sqlx::query("DELETE FROM station WHERE id = ?").bind(id).execute(db.writer()).await?;
                if gone.rows_affected() == 0 {
                    return Err(Error::new(Kind::NotFound, "There is no such channel."));
                }
                Ok(())
            }
        }
    }

    /// What was on a channel and began before `before_ms`, the newest first.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn aired(&self, id: &str, before_ms: i64, most: u32) -> Result<Vec<Aired>> {
        match &self.backend {
            Backend::Sqlite(db) => Ok(sqlx::query_as(
                "SELECT start_ms, length_ms, item, title, kind, note, pieces FROM aired WHERE station_id = ? AND start_ms < ? \
                 ORDER BY start_ms DESC LIMIT ?",
            )
            .bind(id)
            .bind(before_ms)
            .bind(most)
            .fetch_all(db.reader())
            .await?),
        }
    }

    /// What was on a channel and began from `window_ms.0` on and before `window_ms.1`, the oldest first.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn aired_within(&self, id: &str, window_ms: (i64, i64), most: u32) -> Result<Vec<Aired>> {
        match &self.backend {
            Backend::Sqlite(db) => Ok(sqlx::query_as(
                "SELECT start_ms, length_ms, item, title, kind, note, pieces FROM aired WHERE station_id = ? AND start_ms >= ? \
                 AND start_ms < ? ORDER BY start_ms LIMIT ?",
            )
            .bind(id)
            .bind(window_ms.0)
            .bind(window_ms.1)
            .bind(most)
            .fetch_all(db.reader())
            .await?),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;

    fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
        let files = std::fs::read_dir(folder).expect("read").flatten();
        let named = files.map(|file| (file.file_name().to_string_lossy().into_owned(), file.path()));
        named.map(|(name, path)| (name, std::fs::read(path).expect("read"))).collect()
    }

    /// What an earlier version has left stays what it is: nothing is brought up to date, and no file is made.
    #[tokio::test]
    async fn who_only_looks_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("telecast.db");
        let store = Store::open_sqlite(&path).await.expect("opened");
        let new = Station {
            id: "a".into(),
            number: None,
            document: "{}".into(),
            revision: 1,
            seed: 1,
            epoch_ms: 0,
            state: String::new(),
        };
        store.create_station(&new, None, 1).await.expect("kept");
        let Backend::Sqlite(db) = &store.backend;
        let last = "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
        sqlx::query(last).execute(db.writer()).await.expect("an earlier version");
        store.close().await;
        std::fs::remove_file(folder.path().join("guide.db")).expect("removed");
        let before = contents(folder.path());
        assert_eq!(before.keys().map(String::as_str).collect::<Vec<_>>(), ["telecast.db"]);
        assert_eq!(Store::look_at_stations(&path).await.expect("read"), [new]);
        assert_eq!(contents(folder.path()), before);
        assert!(Store::look_at_stations(&folder.path().join("none.db")).await.is_err());
        assert_eq!(contents(folder.path()), before);
        // One that is in use is read as well, with what has not been brought into it yet.
        let store = Store::open_sqlite(&folder.path().join("other.db")).await.expect("opened");
        let other =
            Station { id: "b".into(), ..Store::look_at_stations(&path).await.expect("read").remove(0) };
        store.create_station(&other, None, 1).await.expect("kept");
        assert_eq!(Store::look_at_stations(&folder.path().join("other.db")).await.expect("read"), [other]);
        store.close().await;
    }
}
