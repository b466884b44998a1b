//! How far a channel has come in a source: one [`Cursor`] for each (block, source, group), kept by whoever keeps the timeline.
//!
//! A cursor remembers the item that was on last and the one that is next, so that it finds its place again in a list that has changed.

use crate::library::ItemId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whose cursor it is, in its channel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CursorKey {
    /// Name of the block; `*` where all blocks share it; `break:NAME` for clips.
    pub block: Arc<str>,
    /// Name of the source.
    pub source: Arc<str>,
    /// Name of the group, where the order has groups; empty: the source's own.
    #[serde(default)]
    pub group: Arc<str>,
}

/// A place in a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// How often the source was gone through. For shuffled ones it names the permutation and may leave numbers out.
    pub cycle: u32,
    /// In order: number of what is next. Shuffled: the key of what was last. By chance: throws so far.
    pub place: u64,
    /// What was on last; 0: nothing.
    pub last: ItemId,
    /// In order: what is next; 0: not known.
    pub next: ItemId,
}

/// The cursors of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursors(pub BTreeMap<CursorKey, Cursor>);

/// A row of [`Cursors`] as it is written.
#[derive(Serialize, Deserialize)]
struct Row {
    key: CursorKey,
    cursor: Cursor,
}

impl Serialize for Cursors {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(key, cursor)| Row { key: key.clone(), cursor: *cursor }))
    }
}

impl<'de> Deserialize<'de> for Cursors {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = Vec::<Row>::deserialize(deserializer)?;
        Ok(Self(rows.into_iter().map(|row| (row.key, row.cursor)).collect()))
    }
}
