//! What is known of each source of the guide, beside what it tells.

use telecast_core::lineup::ChannelId;

use crate::error::Result;
use crate::{Backend, Store};

/// What is kept of a source.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Kept {
    /// Source, as [`Store::import_guide`] had it.
    pub source: String,
    /// When it was last read to its end (milliseconds since 1970).
    pub read_ms: Option<i64>,
    /// Channels of which it has told something.
    pub channels: i64,
    /// When the oldest of that was told.
    pub oldest_ms: Option<i64>,
    /// Until when the furthest of it goes.
    pub until_ms: Option<i64>,
}

impl Store {
    /// What is kept of each source.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn guide_kept(&self) -> Result<Vec<Kept>> {
        let Backend::Sqlite(db) = &self.guide;
        Ok(sqlx::query_as(
            "SELECT s.name AS source, s.read_ms, COUNT(p.channel) AS channels, MIN(p.read_ms) AS oldest_ms, \
             MAX(p.last_ms) AS until_ms FROM guide_source s LEFT JOIN guide_span p ON p.source = s.id \
             GROUP BY s.id ORDER BY s.name",
        )
        .fetch_all(db.reader())
        .await?)
    }

    /// What whoever read a source has noted of how that went; empty: nothing.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn guide_report(&self, source: &str) -> Result<String> {
        let Backend::Sqlite(db) = &self.guide;
        let report: Option<String> = sqlx::query_scalar("SELECT report FROM guide_source WHERE name = ?")
            .bind(source)
            .fetch_optional(db.reader())
            .await?;
        Ok(report.unwrap_or_default())
    }

    /// Notes how it went.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn put_guide_report(&self, source: &str, report: &str) -> Result<()> {
        let Backend::Sqlite(db) = &self.guide;
        sqlx::query(
            "INSERT INTO guide_source (name, report) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET report = ?2",
        )
        .bind(source)
        .bind(report)
        .execute(db.writer())
        .await?;
        Ok(())
    }

    /// Forgets what a source has told of a channel.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn forget_guide_of(&self, source: &str, channel: &ChannelId) -> Result<()> {
        let Backend::Sqlite(db) = &self.guide;
        let mut transaction = db.begin().await?;
        for table in ["guide_day", "guide_span"] {
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "DELETE FROM {table} WHERE channel = (SELECT id FROM guide_channel WHERE name = ?) \
                 AND source = (SELECT id FROM guide_source WHERE name = ?)"
            )))
            .bind(&channel.0)
            .bind(source)
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }
}
