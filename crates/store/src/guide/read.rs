//! Windows of the guide: what each source has told of channels in a stretch of time.

use sqlx::Row;
use telecast_core::guide::Airing;
use telecast_core::lineup::ChannelId;

use super::window::Window;
use super::{DAY_MS, day};
use crate::error::Result;
use crate::{Backend, Store};

/// What a source has told of a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Source, as [`Store::import_guide`] had it.
    pub source: String,
    /// When it was told: by each airing, because a refresh may have left some of them from before.
    pub airings: Vec<(Airing, i64)>,
}

impl Store {
    /// What is on some of the time from `from_ms` until `to_ms`, for each of the channels in their order: what each source has told, by start.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn guide(
        &self,
        channels: &[ChannelId],
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<(ChannelId, Vec<Told>)>> {
        let Backend::Sqlite(db) = &self.guide;
        let names: Vec<&str> = channels.iter().map(|channel| channel.0.as_str()).collect();
        let rows = sqlx::query(
            "SELECT w.key AS place, s.name AS source, d.day, p.read_ms, d.entries FROM json_each(?) w \
             JOIN guide_channel c ON c.name = w.value JOIN guide_span p ON p.channel = c.id \
             JOIN guide_day d ON d.channel = c.id AND d.day BETWEEN ? - p.reach AND ? AND d.source = p.source \
             JOIN guide_source s ON s.id = d.source",
        )
        .bind(serde_json::to_string(&names)?)
        .bind(day(from_ms))
        .bind(day(to_ms - 1))
        .fetch_all(db.reader())
        .await?;
        let mut found: Vec<(ChannelId, Vec<Told>)> =
            channels.iter().map(|channel| (channel.clone(), Vec::new())).collect();
        // Sorted here: the database would carry the bytes along.
        let mut order = Vec::with_capacity(rows.len());
        for row in &rows {
            let key: (i64, String, i64) =
                (row.try_get("place")?, row.try_get("source")?, row.try_get("day")?);
            order.push((key, row));
        }
        order.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        for ((place, source, _), row) in order {
            let (read_ms, bytes): (i64, &[u8]) = (row.try_get("read_ms")?, row.try_get("entries")?);
            let Some((channel, told)) = found.get_mut(place as usize) else { continue };
            if told.last().is_none_or(|last| last.source != source) {
                told.push(Told { source, airings: Vec::new() });
            }
            let Some(last) = told.last_mut() else { continue };
            for entry in (Window { from_ms, to_ms }).of(bytes) {
                let at = entry.kept_ms.unwrap_or(read_ms);
                last.airings.push((entry.on(channel.clone()), at));
            }
        }
        Ok(found)
    }

    /// When a source was last read to its end; none: never.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn guide_read_ms(&self, source: &str) -> Result<Option<i64>> {
        let Backend::Sqlite(db) = &self.guide;
        let read: Option<Option<i64>> = sqlx::query_scalar("SELECT read_ms FROM guide_source WHERE name = ?")
            .bind(source)
            .fetch_optional(db.reader())
            .await?;
        Ok(read.flatten())
    }

    /// What was noted with the last refresh of a source that came to its end; empty: nothing.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn guide_note(&self, source: &str) -> Result<String> {
        let Backend::Sqlite(db) = &self.guide;
        let note: Option<String> = sqlx::query_scalar("SELECT note FROM guide_source WHERE name = ?")
            .bind(source)
            .fetch_optional(db.reader())
            .await?;
        Ok(note.unwrap_or_default())
    }

    /// A source was looked at, and tells what it told before.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn guide_is_as_before(&self, source: &str, now_ms: i64) -> Result<()> {
        let Backend::Sqlite(db) = &self.guide;
        sqlx::query("UPDATE guide_source SET read_ms = ? WHERE name = ?")
            .bind(now_ms)
            .bind(source)
            .execute(db.writer())
            .await?;
        Ok(())
    }

    /// Channels of which something has been told, in order of their ids.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn guide_channels(&self) -> Result<Vec<ChannelId>> {
        let Backend::Sqlite(db) = &self.guide;
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM guide_channel c WHERE EXISTS (SELECT 1 FROM guide_span p WHERE p.channel = c.id) ORDER BY name",
        )
        .fetch_all(db.reader())
        .await?;
        Ok(names.into_iter().map(ChannelId).collect())
    }

    /// Forgets what began before the day of `before_ms`, and channels of which nothing is left; says of how many days. A step at a time: call it until it says 0.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn purge_guide(&self, before_ms: i64) -> Result<u64> {
        const STEP: i64 = 256;
        let Backend::Sqlite(db) = &self.guide;
        let gone =
            sqlx::query("DELETE FROM guide_day WHERE id IN (SELECT id FROM guide_day WHERE day < ? LIMIT ?)")
                .bind(before_ms.div_euclid(DAY_MS))
                .bind(STEP)
                .execute(db.writer())
                .await?
                .rows_affected();
        if gone == 0 {
            sqlx::query(
                "DELETE FROM guide_span WHERE NOT EXISTS \
                 (SELECT 1 FROM guide_day d WHERE d.channel = guide_span.channel AND d.source = guide_span.source)",
            )
            .execute(db.writer())
            .await?;
        }
        Ok(gone)
    }

    /// Forgets all that a source has told; a step at a time: call it until it says 0.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn forget_guide(&self, source: &str) -> Result<u64> {
        const STEP: i64 = 256;
        let Backend::Sqlite(db) = &self.guide;
        let gone = sqlx::query(
            "DELETE FROM guide_day WHERE id IN (SELECT d.id FROM guide_day d JOIN guide_source s ON s.id = d.source \
             WHERE s.name = ? LIMIT ?)",
        )
        .bind(source)
        .bind(STEP)
        .execute(db.writer())
        .await?
        .rows_affected();
        if gone == 0 {
            sqlx::query("DELETE FROM guide_source WHERE name = ?").bind(source).execute(db.writer()).await?;
        }
        Ok(gone)
    }
}
