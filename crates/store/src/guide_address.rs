//! Addresses of guides that were added on the pages. Those of the configuration file are not stored.

use crate::error::{Error, Result};
use crate::{Backend, Kind, Sealed, Store};
use telecast_core::limits;

/// A guide as it was added. Its address is sealed; who has the [`crate::Sealer`] opens it with [`GuideAddress::aad`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideAddress {
    /// Id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where it lies, with user, password and query; sealed.
    pub address: Sealed,
    /// Its times are moved by so many minutes.
    pub shift_min: i32,
    /// How often it is read (seconds); none: as often as all.
    pub refresh_s: Option<u32>,
}

impl GuideAddress {
    /// What a sealed address is bound to: one cut out and put into another row does not open.
    pub fn aad(id: &str) -> String {
        format!("guide_address/{id}/address")
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    address: Vec<u8>,
    shift_min: i64,
    refresh_s: Option<i64>,
}

impl From<Row> for GuideAddress {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            address: Sealed::from_bytes(row.address),
            shift_min: row.shift_min as i32,
            refresh_s: row.refresh_s.map(|seconds| seconds as u32),
        }
    }
}

impl Store {
    /// Addresses of guides in the order in which they were added.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn guide_addresses(&self) -> Result<Vec<GuideAddress>> {
        let Backend::Sqlite(db) = &self.backend;
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, name, address, shift_min, refresh_s FROM guide_address ORDER BY created_ms, id",
        )
        .fetch_all(db.reader())
        .await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Adds one behind the others, or changes the one of its id.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if there are [`limits::GUIDE_ADDRESSES`] already.
    pub async fn put_guide_address(&self, address: &GuideAddress, now_ms: i64) -> Result<()> {
        let Backend::Sqlite(db) = &self.backend;
        let put = sqlx::query(
            "INSERT INTO guide_address (id, name, address, shift_min, refresh_s, created_ms) \
             SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE (SELECT COUNT(*) FROM guide_address WHERE id <> ?1) < ?7 \
             ON CONFLICT (id) DO UPDATE SET name = ?2, address = ?3, shift_min = ?4, refresh_s = ?5",
        )
        .bind(&address.id)
        .bind(&address.name)
        .bind(address.address.as_bytes())
        .bind(i64::from(address.shift_min))
        .bind(address.refresh_s.map(i64::from))
        .bind(now_ms)
        .bind(limits::GUIDE_ADDRESSES as i64)
        .execute(db.writer())
        .await?;
        match put.rows_affected() {
            0 => {
                Err(Error::new(Kind::Conflict, "There are as many guides as there may be; remove one first."))
            }
            _ => Ok(()),
        }
    }

    /// Removes one. `false`: there was none.
    ///
    /// # Errors
    /// [`Kind::Unavailable`].
    pub async fn delete_guide_address(&self, id: &str) -> Result<bool> {
        let Backend::Sqlite(db) = &self.backend;
        let gone =
            sqlx::query("DELETE FROM guide_address WHERE id = ?").bind(id).execute(db.writer()).await?;
        Ok(gone.rows_affected() > 0)
    }
}
