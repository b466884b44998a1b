//! What was last seen: tracks of channels, bouquets of receivers, what is on. All of it can be read again from the
//! world, so an entry that an older version wrote and this one cannot read counts as absent.

use crate::error::Result;
use crate::{Backend, Store};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use telecast_core::guide::Event;
use telecast_core::lineup::{BouquetEntry, ChannelId, ReadBouquet, ServiceRef};
use telecast_core::playback::SourceTracks;

/// A bouquet in the cache.
#[derive(Serialize, Deserialize)]
struct CachedBouquet {
    reference: String,
    name: String,
    radio: bool,
    services: Vec<CachedEntry>,
}

/// Its entry, the reference as text.
#[derive(Serialize, Deserialize)]
struct CachedEntry {
    service: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    guide_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    logo: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<u32>,
}

impl From<&ReadBouquet> for CachedBouquet {
    fn from(read: &ReadBouquet) -> Self {
        let services = read.services.iter().cloned().map(|entry| {
            let BouquetEntry { service, name, guide_id, logo, number } = entry;
            CachedEntry { service: service.to_string(), name, guide_id, logo, number }
        });
        Self {
            reference: read.reference.clone(),
            name: read.name.clone(),
            radio: read.radio,
            services: services.collect(),
        }
    }
}

impl From<CachedBouquet> for ReadBouquet {
    fn from(cached: CachedBouquet) -> Self {
        let services = cached.services.into_iter();
        let services = services.filter_map(|CachedEntry { service, name, guide_id, logo, number }| {
            Some(BouquetEntry { service: ServiceRef::parse(&service)?, name, guide_id, logo, number })
        });
        Self {
            reference: cached.reference,
            name: cached.name,
            radio: cached.radio,
            services: services.collect(),
        }
    }
}

impl Store {
    /// Remembers what a channel carries.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn remember_tracks(
        &self,
        channel: &ChannelId,
        tracks: &SourceTracks,
        now_ms: i64,
    ) -> Result<()> {
        let json = serde_json::to_string(tracks)?;
        match &self.backend {
            Backend::Sqlite(db) => {
                sqlx::query(
                    "INSERT INTO channel_tracks (channel_id, tracks, seen_ms) VALUES (?, ?, ?) ON CONFLICT \
                     (channel_id) DO UPDATE SET tracks = excluded.tracks, seen_ms = excluded.seen_ms",
                )
                .bind(&channel.0)
                .bind(json)
                .bind(now_ms)
                .execute(db.writer())
                .await?;
                Ok(())
            }
        }
    }

    /// What a channel carried when it was last seen.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn tracks(&self, channel: &ChannelId) -> Result<Option<SourceTracks>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let json: Option<String> =
                    sqlx::query_scalar("SELECT tracks FROM channel_tracks WHERE channel_id = ?")
                        .bind(&channel.0)
                        .fetch_optional(db.reader())
                        .await?;
                Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
            }
        }
    }

    /// What all channels carried when they were last seen, to be held in memory from the start.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn all_tracks(&self) -> Result<HashMap<ChannelId, SourceTracks>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let rows: Vec<(String, String)> =
                    sqlx::query_as("SELECT channel_id, tracks FROM channel_tracks")
                        .fetch_all(db.reader())
                        .await?;
                let known =
                    |(id, json): (String, String)| Some((ChannelId(id), serde_json::from_str(&json).ok()?));
                Ok(rows.into_iter().filter_map(known).collect())
            }
        }
    }

    /// Keeps the bouquets of a receiver as they were just read.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn put_lineup(&self, receiver: &str, bouquets: &[ReadBouquet], now_ms: i64) -> Result<()> {
        let cached: Vec<CachedBouquet> = bouquets.iter().map(Into::into).collect();
        let json = serde_json::to_string(&cached)?;
        match &self.backend {
            Backend::Sqlite(db) => {
                sqlx::query(
                    "INSERT INTO lineup_cache (receiver_id, bouquets, read_ms) VALUES (?, ?, ?) ON CONFLICT \
                     (receiver_id) DO UPDATE SET bouquets = excluded.bouquets, read_ms = excluded.read_ms",
                )
                .bind(receiver)
                .bind(json)
                .bind(now_ms)
                .execute(db.writer())
                .await?;
                Ok(())
            }
        }
    }

    /// The bouquets of a receiver when they were last read, and when that was.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn lineup(&self, receiver: &str) -> Result<Option<(Vec<ReadBouquet>, i64)>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let row: Option<(String, i64)> =
                    sqlx::query_as("SELECT bouquets, read_ms FROM lineup_cache WHERE receiver_id = ?")
                        .bind(receiver)
                        .fetch_optional(db.reader())
                        .await?;
                Ok(row.and_then(|(json, read_ms)| {
                    let cached: Vec<CachedBouquet> = serde_json::from_str(&json).ok()?;
                    Some((cached.into_iter().map(Into::into).collect(), read_ms))
                }))
            }
        }
    }

    /// Keeps what is on, and next, on channels, in one transaction.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn put_now_next(&self, channels: &[(ChannelId, Vec<Event>)], now_ms: i64) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut transaction = db.begin().await?;
                for (channel, events) in channels {
                    sqlx::query(
                        "INSERT INTO now_next (channel_id, events, read_ms) VALUES (?, ?, ?) ON CONFLICT \
                         (channel_id) DO UPDATE SET events = excluded.events, read_ms = excluded.read_ms",
                    )
                    .bind(&channel.0)
                    .bind(serde_json::to_string(events)?)
                    .bind(now_ms)
                    .execute(&mut *transaction)
                    .await?;
                }
                Ok(transaction.commit().await?)
            }
        }
    }

    /// What was last known to be on, and next, on all channels, and when it was read.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn now_next(&self) -> Result<HashMap<ChannelId, (Vec<Event>, i64)>> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let rows: Vec<(String, String, i64)> =
                    sqlx::query_as("SELECT channel_id, events, read_ms FROM now_next")
                        .fetch_all(db.reader())
                        .await?;
                let known = |(id, json, read_ms): (String, String, i64)| {
                    Some((ChannelId(id), (serde_json::from_str(&json).ok()?, read_ms)))
                };
                Ok(rows.into_iter().filter_map(known).collect())
            }
        }
    }

    /// Forgets what was on before `before_ms`; says of how many channels. For a housekeeping task, once an hour.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn purge_now_next(&self, before_ms: i64) -> Result<u64> {
        match &self.backend {
            Backend::Sqlite(db) => {
                let gone = sqlx::query("DELETE FROM now_next WHERE read_ms < ?")
                    .bind(before_ms)
                    .execute(db.writer())
                    .await?;
                Ok(gone.rows_affected())
            }
        }
    }
}
