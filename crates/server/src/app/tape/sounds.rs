//! Sound made from other sound: which tracks, their filters, and the files that the result goes to.
//!
//! A filter is started when somebody asks, or as soon as it is likely that somebody will; it is stopped when nobody has needed it for a
//! while. What a filter says goes through [`Stretches`], which counts its time.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use telecast_core::limits;
use telecast_media::codec::aac;
use telecast_media::segment::Segmenter;
use telecast_media::tape::{TrackId, derived_id};
use telecast_media::ts::psi::Kind;
use tokio::sync::mpsc;

use crate::adapters::ffmpeg::sound::AudioFilter;
use crate::adapters::tape_files::TapeFile;
use crate::adapters::tape_journal;
use crate::app::say;

use super::Work;
use super::stretch::Stretches;

/// Sound that may have to be transcoded is kept from the map on for this long: whoever asks for it first asks within that time.
const EARLY_TAP: Duration = Duration::from_secs(15);
/// A filter that ends is not started again before this.
const FILTER_REST: Duration = Duration::from_secs(1);
/// A filter takes further stretches for this long, so that sound that is torn all the time does not start ffmpeg all the time.
/// Later ones get a filter of their own: should a decoder ever leave out a frame, what it says is out of step for no longer.
const FILTER_STAYS: Duration = Duration::from_secs(10);

/// What comes out of filters: their tag, and bytes; none when they end.
pub(super) type Made = mpsc::Sender<(u64, Bytes)>;

/// Sound being made from another track.
struct Derived {
    from: TrackId,
    id: TrackId,
    kind: Kind,
    side: Arc<TapeFile>,
    offset: u64,
    /// Sessions that need it, and since when none does.
    needs: usize,
    resting_since: Option<Duration>,
    /// The segmenter was told that nobody needs it.
    asleep: bool,
    filter: Option<Running>,
    /// No filter is started before this.
    not_before: Duration,
    /// What comes out of each filter, by tag.
    stretches: HashMap<u64, Stretches>,
    /// Length of all that has come out of them (microseconds).
    made_us: u64,
}

/// A filter that is fed.
struct Running {
    filter: AudioFilter,
    tag: u64,
    since: Duration,
    /// Samples per second of what goes in, and how many went in.
    rate: u32,
    fed: i64,
}

impl Derived {
    /// A stretch of frames without a hole begins at sample `start`. `false`: no filter that runs can take it.
    fn go_on(&mut self, (start, rate): (i64, u32), now: Duration) -> bool {
        let fresh = |running: &&Running| running.rate == rate && now < running.since + FILTER_STAYS;
        let Some(running) = self.filter.as_ref().filter(fresh) else { return false };
        let Some(stretches) = self.stretches.get_mut(&running.tag) else { return false };
        stretches.begin(running.fed, start);
        true
    }

    /// The same, with a filter of its own.
    fn begin(
        &mut self,
        (start, rate): (i64, u32),
        (filter, tag): (std::io::Result<AudioFilter>, u64),
        now: Duration,
    ) {
        match filter {
            Ok(filter) => {
                tracing::debug!(track = self.id, tag, start, "a filter of sound begins");
                self.stretches.insert(tag, Stretches::new(start, rate));
                if let Some(before) = self.filter.replace(Running { filter, tag, since: now, rate, fed: 0 }) {
                    before.filter.finish();
                }
            }
            Err(error) => {
                tracing::warn!(%error, "ffmpeg cannot be started; is it installed?");
                self.filter = None;
                self.not_before = now + FILTER_REST;
            }
        }
    }
}

/// All derived sound of one tape.
pub(super) struct Sounds {
    directory: PathBuf,
    derived: Vec<Derived>,
    warm: Option<(Kind, u64, AudioFilter)>,
    made: Made,
    tags: u64,
    /// Tracks whose frames are kept although nobody has asked yet, and since when.
    early: Option<(Duration, Vec<TrackId>)>,
    /// Files by track: also those that only the tape's past needs.
    pub(super) sides: HashMap<TrackId, Arc<TapeFile>>,
}

impl Sounds {
    /// None yet; files go below `directory`.
    pub(super) fn new(directory: PathBuf, made: Made) -> Self {
        Self { directory, derived: Vec::new(), warm: None, made, tags: 0, early: None, sides: HashMap::new() }
    }

    /// Filters that run, for people.
    pub(super) fn work(&self) -> Vec<Work> {
        let running = self.derived.iter().filter(|derived| derived.filter.is_some());
        let work = running.map(|derived| Work {
            name: format!("{} → aac", say::codec_name(derived.kind)),
            kind: "audio",
            track: derived.id,
            made_ms: derived.made_us / 1000,
        });
        work.collect()
    }

    /// Starts a filter before it is known to be needed.
    pub(super) fn warm(&mut self, kind: Kind) {
        if self.warm.is_some() {
            return;
        }
        self.tags += 1;
        match AudioFilter::start(kind, self.tags, self.made.clone()) {
            Ok(filter) => self.warm = Some((kind, self.tags, filter)),
            Err(error) => tracing::warn!(%error, "ffmpeg cannot be started; is it installed?"),
        }
    }

    /// Somebody needs `from` as AAC no longer.
    pub(super) fn rest(&mut self, from: TrackId, now: Duration) {
        if let Some(derived) = self.derived.iter_mut().find(|derived| derived.from == from) {
            derived.needs = derived.needs.saturating_sub(1);
            derived.resting_since = (derived.needs == 0).then_some(now);
        }
    }

    /// Somebody needs `from` as AAC; says what that track is called. None: there is nowhere to put it.
    pub(super) fn derive(&mut self, from: TrackId, segmenter: &mut Segmenter) -> Option<TrackId> {
        let id = derived_id(from);
        let side = match self.sides.get(&id) {
            Some(side) => Arc::clone(side),
            None => tape_journal::side(&self.directory, id)
                .map(Arc::new)
                .inspect_err(|error| tracing::warn!(%error, "a side file cannot be made"))
                .ok()?,
        };
        segmenter.derive(from);
        if let Some(derived) = self.derived.iter_mut().find(|derived| derived.id == id) {
            derived.needs += 1;
            derived.resting_since = None;
            if std::mem::take(&mut derived.asleep) {
                segmenter.tap(from, true);
            }
            return Some(id);
        }
        let kind =
            segmenter.tracks().iter().find(|track| track.id == from).map_or(Kind::Ac3, |track| track.kind);
        let kept = self.early.as_ref().is_some_and(|(_, tracks)| tracks.contains(&from));
        if !kept {
            segmenter.tap(from, true);
        }
        self.sides.insert(id, Arc::clone(&side));
        self.derived.push(Derived {
            from,
            id,
            kind,
            offset: side.end(),
            side,
            needs: 1,
            resting_since: None,
            asleep: false,
            filter: None,
            not_before: Duration::ZERO,
            stretches: HashMap::new(),
            made_us: 0,
        });
        Some(id)
    }

    /// Keeps the frames of sound that browsers cannot decode, until somebody has had the time to ask for them: so derived sound
    /// begins with the picture.
    pub(super) fn tap_early(&mut self, segmenter: &mut Segmenter, now: Duration) {
        match &self.early {
            None if segmenter.map().is_some() => {
                let foreign = |kind: Kind| kind.is_audio() && kind != Kind::AacAdts;
                let tracks: Vec<TrackId> = segmenter
                    .tracks()
                    .iter()
                    .filter(|track| foreign(track.kind))
                    .map(|track| track.id)
                    .collect();
                for id in &tracks {
                    segmenter.tap(*id, true);
                }
                self.early = Some((now, tracks));
            }
            Some((since, tracks)) if !tracks.is_empty() && now >= *since + EARLY_TAP => {
                for id in tracks {
                    if self.derived.iter().all(|derived| derived.from != *id) {
                        segmenter.tap(*id, false);
                    }
                }
                self.early = Some((now, Vec::new()));
            }
            _ => {}
        }
    }

    /// Gives the filters what has come for them; stops those that nobody has needed for a while.
    pub(super) fn feed(&mut self, segmenter: &mut Segmenter, now: Duration) {
        if self.early.as_ref().is_some_and(|(since, _)| now >= *since + EARLY_TAP) {
            // What it was started for has not come.
            self.warm = None;
        }
        for derived in &mut self.derived {
            if derived.resting_since.is_some_and(|since| now >= since + limits::IDLE) {
                if !std::mem::replace(&mut derived.asleep, true) {
                    segmenter.tap(derived.from, false);
                    segmenter.rest(derived.id);
                }
                if derived.filter.take().is_some() {
                    tracing::debug!(track = derived.id, "nobody needs a transcoder any more");
                }
                continue;
            }
            for tapped in segmenter.take_tapped(derived.from) {
                if let (Some(start), true) = (tapped.start, now >= derived.not_before)
                    && !derived.go_on((start, tapped.rate), now)
                {
                    let filter = match self.warm.take_if(|(kind, ..)| *kind == derived.kind) {
                        Some((_, tag, filter)) => (Ok(filter), tag),
                        None => {
                            self.tags += 1;
                            (AudioFilter::start(derived.kind, self.tags, self.made.clone()), self.tags)
                        }
                    };
                    derived.begin((start, tapped.rate), filter, now);
                }
                let Some(running) = &mut derived.filter else { continue };
                running.fed += tapped.samples;
                if !running.filter.feed(Bytes::from(tapped.bytes)) {
                    tracing::warn!(
                        track = derived.id,
                        "ffmpeg has ended or does not keep up; it is started again"
                    );
                    metrics::counter!("telecast_filters_failed_total").increment(1);
                    derived.filter = None;
                    derived.not_before = now + FILTER_REST;
                }
            }
            if derived.filter.is_none() {
                // The next frame begins a stretch, with its time.
                segmenter.tap(derived.from, true);
            }
        }
    }

    /// Takes what the filter `tag` has made, at `now_ms` (milliseconds since 1970). What cannot be written is silence.
    pub(super) fn take(&mut self, tag: u64, bytes: &Bytes, segmenter: &mut Segmenter, now_ms: i64) {
        let Some(derived) = self.derived.iter_mut().find(|derived| derived.stretches.contains_key(&tag))
        else {
            return;
        };
        if bytes.is_empty() {
            derived.stretches.remove(&tag);
            return;
        }
        let come = derived.stretches.get_mut(&tag).map(|stretches| stretches.take(bytes));
        for (time, frames) in come.unwrap_or_default() {
            if let Err(error) = derived.side.append(derived.offset, &frames, now_ms, true) {
                tracing::warn!(%error, "derived sound cannot be written");
                return;
            }
            derived.made_us += length_us(&frames);
            let (id, offset) = (derived.id, derived.offset);
            derived.offset += frames.len() as u64;
            segmenter.push_derived(id, time, offset, &frames);
        }
    }
}

/// Length of whole ADTS frames (microseconds).
fn length_us(frames: &[u8]) -> u64 {
    let (mut rest, mut sum) = (frames, 0);
    while let Some(header) = aac::adts(rest) {
        sum += u64::from(header.samples) * 1_000_000 / u64::from(header.rate.max(1));
        rest = rest.get(header.length..).unwrap_or_default();
    }
    sum
}
