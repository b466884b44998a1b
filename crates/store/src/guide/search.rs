//! Words in the guide.
//!
//! The index says in which days all of the words occur; whether they are of one airing, the caller sees from the airings.

use sqlx::Row;
use telecast_core::guide::Airing;
use telecast_core::lineup::ChannelId;

use super::day;
use super::import::read_entries;
use crate::error::Result;
use crate::{Backend, Store};

/// Where to go on: after this day of this row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Days since 1970.
    pub day: i64,
    /// The row.
    pub row: i64,
}

/// A day in which all the words occur.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Where it lies: the next page begins after it.
    pub place: Place,
    /// Who has told it.
    pub source: String,
    /// All of its airings, by start.
    pub airings: Vec<Airing>,
}

impl Store {
    /// Days from that of `from_ms` on in which each of the `words` begins a word; folded as [`telecast_core::guide::fold`] does. In order of time, at most `limit`, after `after`.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn search_guide(
        &self,
        words: &[String],
        (from_ms, to_ms): (i64, i64),
        after: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Found>> {
        let Backend::Sqlite(db) = &self.guide;
        let wanted: Vec<String> =
            words.iter().map(|word| format!("\"{}\"*", word.replace('"', ""))).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let after = after.unwrap_or(Place { day: i64::MIN, row: i64::MIN });
        let rows = sqlx::query(
            "SELECT d.id, d.day, c.name AS channel, s.name AS source, d.entries FROM guide_day d \
             JOIN guide_channel c ON c.id = d.channel JOIN guide_source s ON s.id = d.source \
             WHERE d.id IN (SELECT rowid FROM guide_words WHERE guide_words MATCH ?) AND d.day BETWEEN ? AND ? \
             AND (d.day, d.id) > (?, ?) ORDER BY d.day, d.id LIMIT ?",
        )
        .bind(wanted.join(" "))
        .bind(day(from_ms) - 1)
        .bind(day(to_ms - 1))
        .bind(after.day)
        .bind(after.row)
        .bind(limit)
        .fetch_all(db.reader())
        .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let channel = ChannelId(row.try_get("channel")?);
            let bytes: &[u8] = row.try_get("entries")?;
            found.push(Found {
                place: Place { day: row.try_get("day")?, row: row.try_get("id")? },
                source: row.try_get("source")?,
                airings: read_entries(bytes).into_iter().map(|entry| entry.on(channel.clone())).collect(),
            });
        }
        Ok(found)
    }
}
