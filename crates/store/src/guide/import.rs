//! What a source tells now takes the place of what it told before, channel by channel, from the start of the first airing until the end of the last.
//!
//! Airings come in any order and are written in days. What is held is bounded; whoever gives them channel by channel, or hour by hour, has each day written once. Each
//! transaction is short, so that others who write wait for one of them at most.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use sqlx::{QueryBuilder, Sqlite as Driver, Transaction};
use telecast_core::guide::{Airing, fold_onto};
use telecast_core::limits;
use telecast_core::lineup::ChannelId;

use super::{DAY_MS, Entry, day};
use crate::error::Result;
use crate::sqlite::Sqlite;
use crate::{Backend, Store};

/// Days of one transaction: others who write wait for one of them at most, and the index is written once for each.
const DAYS: usize = 512;
/// Days that are asked for and written by one statement.
const ROWS: usize = 64;
/// Different words of a usual day.
const WORDS: usize = 1_500;
/// Bytes of a usual airing.
const ENTRY: usize = 512;

/// A refresh of one source, under way. What was written when it is dropped stays.
#[derive(Debug)]
pub struct Import {
    db: Sqlite,
    source: i64,
    now_ms: i64,
    /// When the source was read before.
    before_ms: i64,
    channels: HashMap<ChannelId, i64, RandomState>,
    spans: HashMap<i64, Span, RandomState>,
    days: HashMap<(i64, i64), Day, RandomState>,
    /// Airings in `days`.
    held: usize,
    /// Counts the airings that have come.
    turn: u64,
    /// Days that this refresh has written.
    written: HashSet<(i64, i64)>,
    /// Those of them which hold something from before.
    mixed: HashSet<(i64, i64)>,
    told: Imported,
    note: String,
}

/// What has come of a channel.
#[derive(Clone, Copy, Debug)]
struct Span {
    /// Start of the first airing, end of the last, length of the longest (milliseconds).
    first: i64,
    last: i64,
    longest: i64,
}

/// A day that is not written yet.
#[derive(Debug, Default)]
struct Day {
    entries: Vec<Entry>,
    /// When the last of them came.
    turn: u64,
}

/// A day of a channel: their numbers.
type DayOf = (i64, i64);

/// A day as it is to be written.
struct Row {
    /// What lies in its place.
    old: Option<i64>,
    of: DayOf,
    bytes: Vec<u8>,
    words: String,
}

/// What a refresh has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Airings that came.
    pub airings: u64,
    /// Channels that they are on.
    pub channels: u64,
    /// Days that are now another.
    pub days_changed: u64,
    /// Days that are as they were.
    pub days_unchanged: u64,
    /// Airings that came twice (the same start and title), and were left out.
    pub duplicates: u64,
}

impl Store {
    /// Begins a refresh of what `source` tells, at `now_ms`. Of each source one at a time: whoever owns the guide sees to that.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn import_guide(&self, source: &str, now_ms: i64) -> Result<Import> {
        let Backend::Sqlite(db) = &self.guide;
        sqlx::query("INSERT INTO guide_source (name) VALUES (?) ON CONFLICT DO NOTHING")
            .bind(source)
            .execute(db.writer())
            .await?;
        let (source, before_ms): (i64, Option<i64>) =
            sqlx::query_as("SELECT id, read_ms FROM guide_source WHERE name = ?")
                .bind(source)
                .fetch_one(db.writer())
                .await?;
        let known: Vec<(String, i64)> =
            sqlx::query_as("SELECT name, id FROM guide_channel").fetch_all(db.reader()).await?;
        Ok(Import {
            db: db.clone(),
            source,
            now_ms,
            before_ms: before_ms.unwrap_or(now_ms),
            channels: known.into_iter().map(|(name, id)| (ChannelId(name), id)).collect(),
            spans: HashMap::default(),
            days: HashMap::default(),
            held: 0,
            turn: 0,
            written: HashSet::new(),
            mixed: HashSet::new(),
            told: Imported::default(),
            note: String::new(),
        })
    }
}

impl Import {
    /// Takes airings; writes when it holds too many.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`], and nothing of these counts as told.
    pub async fn add(&mut self, airings: Vec<Airing>) -> Result<()> {
        self.begin_channels(&airings).await?;
        for airing in airings {
            let Some(id) = self.channels.get(&airing.channel).copied() else { continue };
            let Airing { start_ms, end_ms, .. } = airing;
            let span = self.spans.entry(id).or_insert(Span { first: start_ms, last: end_ms, longest: 0 });
            span.first = span.first.min(start_ms);
            span.last = span.last.max(end_ms);
            span.longest = span.longest.max(end_ms - start_ms);
            self.turn += 1;
            self.held += 1;
            let into = self.days.entry((id, day(airing.start_ms))).or_default();
            into.turn = self.turn;
            into.entries.push(Entry::of(airing));
        }
        if self.held > limits::GUIDE_HELD {
            self.write_oldest(limits::GUIDE_HELD / 2).await?;
        }
        Ok(())
    }

    /// Gives numbers to channels that have none yet.
    async fn begin_channels(&mut self, airings: &[Airing]) -> Result<()> {
        let mut new: Vec<&ChannelId> = airings.iter().map(|airing| &airing.channel).collect();
        new.dedup();
        new.retain(|channel| !self.channels.contains_key(*channel));
        new.sort_unstable();
        new.dedup();
        for some in new.chunks(ROWS) {
            let mut query = QueryBuilder::<Driver>::new("INSERT INTO guide_channel (name) ");
            query.push_values(some, |mut row, channel| {
                row.push_bind(&*channel.0);
            });
            // Another import may have begun it meanwhile.
            query.push(" ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING name, id");
            let rows: Vec<(String, i64)> = query.build_query_as().fetch_all(self.db.writer()).await?;
            self.channels.extend(rows.into_iter().map(|(name, id)| (ChannelId(name), id)));
        }
        Ok(())
    }

    /// Writes the days that nothing has come to for longest, until at most `rest` airings are held.
    async fn write_oldest(&mut self, rest: usize) -> Result<()> {
        let mut order: Vec<(u64, (i64, i64))> = self.days.iter().map(|(of, day)| (day.turn, *of)).collect();
        order.sort_unstable();
        let mut order = order.into_iter().map(|(_, of)| of);
        while self.held > rest {
            let batch: Vec<_> = order.by_ref().take(DAYS).collect();
            self.write(&batch).await?;
        }
        Ok(())
    }

    async fn write(&mut self, batch: &[(i64, i64)]) -> Result<()> {
        let mut transaction = self.db.begin().await?;
        for some in batch.chunks(ROWS) {
            let mut days = Vec::with_capacity(some.len());
            for of in some {
                let Some(day) = self.days.remove(of) else { continue };
                self.held -= day.entries.len();
                days.push((*of, day.entries));
            }
            self.write_days(&mut transaction, days).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Puts days in their place.
    async fn write_days(
        &mut self,
        transaction: &mut Transaction<'_, Driver>,
        days: Vec<(DayOf, Vec<Entry>)>,
    ) -> Result<()> {
        if days.is_empty() {
            return Ok(());
        }
        let of: Vec<DayOf> = days.iter().map(|(of, _)| *of).collect();
        let mut known = known(transaction, self.source, &of).await?;
        let mut rows = Vec::with_capacity(days.len());
        for (of, entries) in days {
            let old = known.remove(&of);
            let Some((bytes, words)) = self.merged(of, entries, old.as_ref().map(|(_, bytes)| bytes))? else {
                continue;
            };
            rows.push(Row { old: old.map(|(id, _)| id), of, bytes, words });
        }
        put(transaction, self.source, rows).await
    }

    /// A day as it is to lie there, and its words: with what is left of before the span of this refresh and after it. None: it lies there so.
    fn merged(
        &mut self,
        of: DayOf,
        mut entries: Vec<Entry>,
        old: Option<&Vec<u8>>,
    ) -> Result<Option<(Vec<u8>, String)>> {
        let Some(Span { first: first_ms, last: last_ms, .. }) = self.spans.get(&of.0).copied() else {
            return Ok(None);
        };
        let is_edge = of.1 == day(first_ms) || of.1 >= day(last_ms - 1);
        let again = !self.written.insert(of);
        if let Some(before) = old.filter(|_| is_edge || again) {
            for mut entry in read_entries(before) {
                let outside = entry.start_ms < first_ms || entry.start_ms >= last_ms;
                let is_of_now = again && entry.kept_ms.is_none();
                if outside && !is_of_now {
                    entry.kept_ms.get_or_insert(self.before_ms);
                    self.mixed.insert(of);
                    entries.push(entry);
                } else if is_of_now {
                    entries.push(entry);
                }
            }
        }
        entries.sort_by_key(|entry| (entry.start_ms, entry.kept_ms.is_some()));
        let count = entries.len();
        entries.dedup_by(|later, first| is_same(later, first));
        self.told.duplicates += (count - entries.len()) as u64;
        let mut bytes = Vec::with_capacity(entries.len() * ENTRY);
        serde_json::to_writer(&mut bytes, &entries)?;
        if old == Some(&bytes) {
            self.told.days_unchanged += 1;
            return Ok(None);
        }
        self.told.days_changed += 1;
        Ok(Some((bytes, words(&entries))))
    }

    /// Keeps `note` with this refresh, once it has come to its end ([`Store::guide_note`]).
    pub fn note(&mut self, note: String) {
        self.note = note;
    }

    /// Writes what is held, and takes away what the source does not tell any more. Without this what has been written stays, and so does what
    /// it would have replaced.
    ///
    /// # Errors
    /// [`crate::Kind::Unavailable`].
    pub async fn finish(mut self) -> Result<Imported> {
        self.write_oldest(0).await?;
        let mut spans: Vec<(i64, Span)> = self.spans.iter().map(|(id, span)| (*id, *span)).collect();
        spans.sort_unstable_by_key(|(id, _)| *id);
        for some in spans.chunks(ROWS) {
            let mut transaction = self.db.begin().await?;
            self.close_channels(&mut transaction, some).await?;
            transaction.commit().await?;
        }
        sqlx::query("UPDATE guide_source SET read_ms = ?, note = ? WHERE id = ?")
            .bind(self.now_ms)
            .bind(&self.note)
            .bind(self.source)
            .execute(self.db.writer())
            .await?;
        self.told.channels = spans.len() as u64;
        self.told.airings = self.turn;
        Ok(self.told)
    }

    /// What lies within the spans of these channels and was not told now goes; the spans are noted.
    async fn close_channels(
        &mut self,
        transaction: &mut Transaction<'_, Driver>,
        spans: &[(i64, Span)],
    ) -> Result<()> {
        let (mut gone, mut again) = (Vec::new(), Vec::new());
        for (id, of) in within(transaction, self.source, spans).await? {
            let is_last = spans.iter().any(|(channel, span)| (*channel, day(span.last - 1)) == of);
            match self.written.contains(&of) {
                // What begins after the last airing of now stays.
                false if is_last => again.push((of, Vec::new())),
                false => gone.push(id),
                // Written when less of the span was known.
                true if self.mixed.contains(&of) => again.push((of, Vec::new())),
                true => {}
            }
        }
        self.write_days(transaction, again).await?;
        self.told.days_changed += gone.len() as u64;
        remove(transaction, &gone).await?;
        let mut query = QueryBuilder::<Driver>::new(
            "INSERT INTO guide_span (channel, source, first_ms, last_ms, reach, read_ms) ",
        );
        let (source, now_ms) = (self.source, self.now_ms);
        query.push_values(spans, |mut row, (id, span)| {
            let reach = (span.longest + DAY_MS - 1).div_euclid(DAY_MS).clamp(1, limits::GUIDE_REACH_DAYS);
            row.push_bind(*id).push_bind(source).push_bind(span.first).push_bind(span.last);
            row.push_bind(reach).push_bind(now_ms);
        });
        query.push(
            " ON CONFLICT (channel, source) DO UPDATE SET first_ms = excluded.first_ms, last_ms = excluded.last_ms, \
             reach = max(reach, excluded.reach), read_ms = excluded.read_ms",
        );
        query.build().execute(&mut **transaction).await?;
        Ok(())
    }
}

/// The days of these channels that lie within their spans: id and day.
async fn within(
    transaction: &mut Transaction<'_, Driver>,
    source: i64,
    spans: &[(i64, Span)],
) -> Result<Vec<(i64, DayOf)>> {
    let mut query = QueryBuilder::<Driver>::new("WITH wanted (channel, first, last) AS (");
    query.push_values(spans, |mut row, (channel, span)| {
        row.push_bind(*channel).push_bind(day(span.first)).push_bind(day(span.last - 1));
    });
    query.push(
        ") SELECT guide_day.id, guide_day.channel, guide_day.day FROM wanted CROSS JOIN guide_day \
         ON guide_day.channel = wanted.channel AND guide_day.day BETWEEN wanted.first AND wanted.last AND guide_day.source = ",
    );
    query.push_bind(source);
    let rows: Vec<(i64, i64, i64)> = query.build_query_as().fetch_all(&mut **transaction).await?;
    Ok(rows.into_iter().map(|(id, channel, day)| (id, (channel, day))).collect())
}

/// The same airing told twice. One that was told now counts before one from before.
fn is_same(later: &Entry, first: &Entry) -> bool {
    let title = |entry: &Entry| entry.programme.titles.first().map(|text| text.text.clone());
    later.start_ms == first.start_ms
        && (title(later) == title(first) || (later.event_id.is_some() && later.event_id == first.event_id))
}

pub(super) fn read_entries(bytes: &[u8]) -> Vec<Entry> {
    serde_json::from_slice(bytes).unwrap_or_else(|error| {
        tracing::warn!(%error, "a day of the guide cannot be read; it will be told again");
        Vec::new()
    })
}

/// What lies there of these days: id and entries.
async fn known(
    transaction: &mut Transaction<'_, Driver>,
    source: i64,
    of: &[DayOf],
) -> Result<HashMap<DayOf, (i64, Vec<u8>)>> {
    let mut query = QueryBuilder::<Driver>::new("WITH wanted (channel, day) AS (");
    query.push_values(of, |mut row, (channel, day)| {
        row.push_bind(*channel).push_bind(*day);
    });
    query.push(
        ") SELECT guide_day.id, guide_day.channel, guide_day.day, guide_day.entries FROM wanted CROSS JOIN guide_day \
         ON guide_day.channel = wanted.channel AND guide_day.day = wanted.day AND guide_day.source = ",
    );
    query.push_bind(source);
    let rows: Vec<(i64, i64, i64, Vec<u8>)> = query.build_query_as().fetch_all(&mut **transaction).await?;
    Ok(rows.into_iter().map(|(id, channel, day, entries)| ((channel, day), (id, entries))).collect())
}

/// Writes rows in the place of those that lie there; a day without entries is none.
async fn put(transaction: &mut Transaction<'_, Driver>, source: i64, mut rows: Vec<Row>) -> Result<()> {
    // Before anything goes: no row gets the number of one that has gone.
    let highest: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM guide_day")
        .fetch_one(&mut **transaction)
        .await?;
    let old: Vec<i64> = rows.iter().filter_map(|row| row.old).collect();
    remove(transaction, &old).await?;
    rows.retain(|row| row.bytes != b"[]");
    if rows.is_empty() {
        return Ok(());
    }
    let mut days = QueryBuilder::<Driver>::new("INSERT INTO guide_day (id, channel, day, source, entries) ");
    let mut words = QueryBuilder::<Driver>::new("INSERT INTO guide_words (rowid, words) ");
    let mut told = Vec::with_capacity(rows.len());
    days.push_values(rows.into_iter().zip(highest + 1..), |mut values, (row, id)| {
        let (channel, day) = row.of;
        values.push_bind(id).push_bind(channel).push_bind(day).push_bind(source).push_bind(row.bytes);
        told.push((id, row.words));
    });
    words.push_values(told, |mut values, (id, words)| {
        values.push_bind(id).push_bind(words);
    });
    days.build().execute(&mut **transaction).await?;
    words.build().execute(&mut **transaction).await?;
    Ok(())
}

async fn remove(transaction: &mut Transaction<'_, Driver>, ids: &[i64]) -> Result<()> {
    for some in ids.chunks(ROWS) {
        let mut query = QueryBuilder::<Driver>::new("DELETE FROM guide_day WHERE id IN ");
        query.push_tuples(some, |mut row, id| {
            row.push_bind(*id);
        });
        query.build().execute(&mut **transaction).await?;
    }
    Ok(())
}

/// The different words of a day, in the order in which they come.
fn words(entries: &[Entry]) -> String {
    let mut folded = String::with_capacity(entries.len() * ENTRY);
    for text in entries.iter().flat_map(|entry| entry.programme.searched()) {
        fold_onto(&mut folded, text);
    }
    let mut known = HashSet::with_capacity_and_hasher(WORDS, RandomState::default());
    let mut all = String::with_capacity(folded.len());
    for word in folded.split(' ').filter(|word| !word.is_empty() && known.insert(*word)) {
        all.push_str(word);
        all.push(' ');
    }
    all
}
