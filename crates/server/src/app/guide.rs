//! The guide as it is asked for: windows, words, one programme. It is read from the store; what of several sources counts is `core::guide::merge`'s to say.
//!
//! Who tells it is elsewhere: receivers ([`super::receivers`]) and guide files ([`files`]).

mod export;
pub(super) mod files;
mod list;
mod matched;
pub(super) mod on;
mod overview;
mod search;
pub(super) mod source;
mod trial;
mod view;
pub(super) mod wishes;
mod written;

use std::collections::HashSet;
use std::sync::Arc;

use arc_swap::ArcSwap;
use telecast_core::error::{Error, Kind};
use telecast_core::guide::merge::{Claim, Verdict, complete, merge};
use telecast_core::guide::{Airing, Moment, Programme, Text, fold, unknown};
use telecast_core::limits;
use telecast_core::lineup::{ChannelId, Lineup};
use telecast_store::{Store, Told};
use tokio_util::sync::CancellationToken;

pub use export::{Export, Listed};
pub use files::FileView;
use files::Files;
pub use list::{file_for, guide_for, list};
pub use matched::Shown;
use on::On;
pub use overview::{Figures, FitView, MatchPage, MatchQuery, MatchView, SourceView, Standing, Teller};
pub use search::{Query, SearchPage};
pub use source::{GuideFile, GuideSource, Origin};
pub use trial::Trial;
pub use view::{AiringView, DetailView, RowView};
pub use wishes::{GuideChange, KeptGuide};
use written::Written;
pub use written::WrittenFiles;

use super::news::News;
use super::settings::InForce;
use crate::adapters::clock::Clock;

/// The way to the guide. Cheap to clone.
#[derive(Clone)]
pub(super) struct Guide {
    pub(super) store: Store,
    pub(super) settings: InForce,
    pub(super) lineup: Arc<ArcSwap<Lineup>>,
    pub(super) clock: Clock,
    /// What is on.
    pub(super) on: On,
    /// Guide files.
    pub(super) files: Files,
    /// What is written for others.
    pub(super) written: Written,
}

/// An airing as it counts, and when it was told (milliseconds since 1970).
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) airing: Airing,
    pub(super) told_ms: i64,
    /// Nobody has told it: see [`unknown`].
    pub(super) generated: bool,
}

impl Guide {
    /// Opens it, and starts those who keep it: until `stop`.
    pub(super) async fn start(
        store: Store,
        (settings, lineup, clock): (InForce, Arc<ArcSwap<Lineup>>, Clock),
        news: News,
        stop: &CancellationToken,
    ) -> Self {
        let wishes = wishes::kept(&store).await;
        let (on, files, written) = (On::default(), Files::default(), Written::default());
        let guide = Self { store, settings, lineup, clock, on, files, written };
        guide.files.wishes.store(Arc::new(wishes));
        super::supervise("guide on", guide.on.clone().keep(guide.clone(), stop.child_token()));
        super::supervise("guide files", guide.files.clone().keep(guide.clone(), news, stop.child_token()));
        let written = guide.written.clone();
        super::supervise("files for players", written.keep(guide.clone(), stop.child_token()));
        guide
    }

    /// Somebody has told something new.
    pub(super) fn changed(&self) {
        self.on.changed();
        self.written.changed();
    }

    /// What is on these channels some of the time from `from_ms` until `to_ms`, by start.
    pub(super) async fn entries(
        &self,
        channels: &[ChannelId],
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<(ChannelId, Vec<Entry>)>, Error> {
        let asked = self.joined(channels);
        let ids: Vec<ChannelId> = asked.iter().map(|(_, id)| id.clone()).collect();
        let mut rows: Vec<(ChannelId, Vec<Told>)> =
            channels.iter().map(|channel| (channel.clone(), Vec::new())).collect();
        let told = self.store.guide(&ids, from_ms, to_ms).await?;
        for ((place, _), (_, told)) in asked.into_iter().zip(told) {
            rows[place].1.extend(told);
        }
        let files: Vec<String> =
            self.files.sources(&self.settings).into_iter().map(|source| source.id).collect();
        let row = |(channel, told): (ChannelId, Vec<Told>)| {
            let mut entries = merged(told, &files);
            for entry in &mut entries {
                entry.airing.channel.clone_from(&channel);
            }
            (channel, entries)
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// For each of the channels its place and its id, and then those of the channels that the host has joined to it: guides were told of all of them.
    fn joined(&self, channels: &[ChannelId]) -> Vec<(usize, ChannelId)> {
        let lineup = self.lineup.load();
        let mut all = Vec::with_capacity(channels.len());
        for (place, id) in channels.iter().enumerate() {
            all.push((place, id.clone()));
            let joined = lineup.channel(id).map(|channel| channel.joined.as_slice()).unwrap_or_default();
            all.extend(joined.iter().map(|joined| (place, joined.id.clone())));
        }
        all
    }

    /// The same, with entries of our own for channels of which nothing is known from now until tomorrow ([`unknown`]).
    pub(super) async fn filled(
        &self,
        channels: &[ChannelId],
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<(ChannelId, Vec<Entry>)>, Error> {
        let mut rows = self.entries(channels, from_ms, to_ms).await?;
        let now_ms = self.clock.wall_ms();
        let blocks = unknown::blocks(now_ms, (from_ms, to_ms));
        let (begin, end) = unknown::horizon(now_ms);
        let is_within = |entry: &Entry| entry.airing.start_ms < end && entry.airing.end_ms > begin;
        let silent = rows.iter().filter(|(_, entries)| !entries.iter().any(is_within));
        let silent: Vec<ChannelId> = silent.map(|(channel, _)| channel.clone()).collect();
        if blocks.is_empty() || silent.is_empty() {
            return Ok(rows);
        }
        // Something may be known of the hours outside of the window.
        let told = self.entries(&silent, begin, end).await?;
        let empty: HashSet<ChannelId> =
            told.into_iter().filter(|(_, told)| told.is_empty()).map(|(channel, _)| channel).collect();
        let lineup = self.lineup.load();
        for (channel, entries) in rows.iter_mut().filter(|(channel, _)| empty.contains(channel)) {
            let Some(name) = lineup.channel(channel).map(|channel| channel.name.clone()) else { continue };
            entries.extend(blocks.iter().map(|block| generated(channel, &name, *block, now_ms)));
            entries.sort_by_key(|entry| entry.airing.start_ms);
        }
        Ok(rows)
    }

    /// A window, channel by channel in the order that they were asked for.
    pub(super) async fn window(
        &self,
        channels: &[ChannelId],
        (from_ms, to_ms): (i64, i64),
        languages: &[String],
    ) -> Result<Vec<RowView>, Error> {
        let now = self.clock.wall_ms();
        let rows = self.filled(channels, from_ms, to_ms).await?;
        Ok(rows
            .into_iter()
            .map(|(channel, entries)| RowView::of(channel, &entries, languages, now))
            .collect())
    }

    /// One programme by the id that windows and searches gave, with other times at which the same is shown.
    ///
    /// # Errors
    /// `NotFound`: nothing begins on that channel at that time any more.
    pub(super) async fn programme(&self, id: &str, languages: &[String]) -> Result<DetailView, Error> {
        let entry = self.entry(id).await?;
        let others = self.others(&entry.airing, languages).await?;
        Ok(DetailView::of(&entry, others, languages, self.clock.wall_ms()))
    }

    /// The same as it stands in the guide.
    ///
    /// # Errors
    /// `NotFound`.
    pub(super) async fn entry(&self, id: &str) -> Result<Entry, Error> {
        let gone = || {
            Error::new(
                Kind::NotFound,
                "There is no such programme. The guide may have changed; look it up again.",
            )
        };
        let (channel, start_ms) = view::read_id(id).ok_or_else(gone)?;
        let rows = self.entries(std::slice::from_ref(&channel), start_ms, start_ms + 1).await?;
        let entries = rows.into_iter().next().map(|(_, entries)| entries).unwrap_or_default();
        entries.into_iter().find(|entry| entry.airing.start_ms == start_ms).ok_or_else(gone)
    }

    /// Other times of the same on its channel.
    async fn others(&self, airing: &Airing, languages: &[String]) -> Result<Vec<AiringView>, Error> {
        let now = self.clock.wall_ms();
        let ahead = now + limits::GUIDE_AHEAD.as_millis() as i64;
        let rows = self.entries(std::slice::from_ref(&airing.channel), now, ahead).await?;
        let is_other = |entry: &&Entry| {
            entry.airing.start_ms != airing.start_ms
                && entry.airing.programme.titles.first() == airing.programme.titles.first()
                && entry.airing.programme.subtitles.first() == airing.programme.subtitles.first()
        };
        let all = rows.iter().flat_map(|(_, entries)| entries).filter(is_other).take(limits::GUIDE_OTHERS);
        Ok(all.map(|entry| AiringView::of(&entry.airing, languages)).collect())
    }
}

/// An entry of our own: the channel's name. Its keyword tells whoever reads an export that nobody else has told it.
fn generated(channel: &ChannelId, name: &str, (start_ms, end_ms): (i64, i64), now_ms: i64) -> Entry {
    let text = |language: Option<&str>, text: &str| {
        vec![Text { language: language.map(Into::into), text: text.to_owned() }]
    };
    let programme = Box::new(Programme {
        titles: text(None, name),
        keywords: text(Some("en"), "generated"),
        ..Programme::default()
    });
    let (channel, moment) = (channel.clone(), Moment::default());
    let airing = Airing { channel, start_ms, end_ms, event_id: None, moment, programme };
    Entry { airing, told_ms: now_ms, generated: true }
}

/// What counts of what each source has told; sources in order of preference.
fn merged(mut told: Vec<Told>, files: &[String]) -> Vec<Entry> {
    let one = |told: Told| {
        told.airings
            .into_iter()
            .map(|(airing, told_ms)| Entry { airing, told_ms, generated: false })
            .collect::<Vec<_>>()
    };
    if told.len() <= 1 {
        return told.pop().map(one).unwrap_or_default();
    }
    told.sort_by_cached_key(|told| rank(&told.source, files));
    let mut claims = Vec::new();
    let mut entries = Vec::new();
    for (rank, told) in told.into_iter().enumerate() {
        for entry in one(told) {
            let airing = &entry.airing;
            claims.push(Claim {
                rank: rank as u16,
                start_ms: airing.start_ms,
                end_ms: airing.end_ms,
                event_id: airing.event_id,
                title: airing.programme.titles.first().map(|title| fold(&title.text)).unwrap_or_default(),
            });
            entries.push(Some(entry));
        }
    }
    let verdicts = merge(&claims);
    for (at, verdict) in verdicts.iter().enumerate() {
        if let Verdict::Same(shown) = verdict
            && let Some(same) = entries[at].take()
            && let Some(shown) = &mut entries[*shown]
        {
            complete(&mut shown.airing.programme, *same.airing.programme);
        }
    }
    let shown = entries.into_iter().zip(&verdicts).filter(|(_, verdict)| matches!(verdict, Verdict::Shown));
    let mut shown: Vec<Entry> = shown.filter_map(|(entry, _)| entry).collect();
    shown.sort_by_key(|entry| entry.airing.start_ms);
    shown
}

/// Receivers know best when something begins; files in the order of the configuration; what is told by nobody any more, last.
fn rank(source: &str, files: &[String]) -> (usize, String) {
    let place = files.iter().position(|file| file == source).unwrap_or(files.len());
    (if source.starts_with("receiver:") { 0 } else { 1 + place }, source.to_owned())
}
