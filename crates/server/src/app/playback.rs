//! What one session may fetch: playlists, initialisation, parts, segments, raw stream.
//!
//! Reads snapshots and files only, so a slow reader never slows the writer; sound of the past is made by the tape's owner when it is fetched.
//! Every fetch counts as consumption.

mod follow;
mod raw;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{BoxStream, unfold};
use telecast_core::limits;
use telecast_core::playback as decision;
use telecast_media::cmaf::{Entry, Extent, supported};
pub use telecast_media::hls::Directives;
use telecast_media::hls::{self, Container, Readiness, View};
use telecast_media::mpegts::Choice;
use telecast_media::subtitles::{self, Name};
use telecast_media::tape::{Index, Lane, Listed, Origin, Rendition, Segment, Track, TrackId, derived_id};
use telecast_media::time::{HZ, to_ticks};
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};

use super::joins::Joins;
use super::shelf::{self, Form, Shelf};
use super::slate::{Language, Slates};
use super::tape::{Snapshot, Tape};
use super::view::ReasonView;
use crate::adapters::clock::Clock;
use follow::Follow;
use raw::Raw;

/// Why a fetch gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlayError {
    /// There is no such rendition, segment or part (404).
    #[error("there is no such rendition, segment or part")]
    NotFound,
    /// A playlist further ahead than two segments was asked for (400).
    #[error("the playlist asked for lies more than two segments ahead")]
    TooFarAhead,
    /// Nothing new has come in three target durations (503).
    #[error("nothing new has come for a while; try again")]
    TimedOut,
    /// The session is over, for this reason (410).
    #[error("{}", .0.message)]
    Over(Box<ReasonView>),
    /// Sound of the past cannot be made just now (503).
    #[error("the sound of this part of the tape cannot be made: {0}")]
    NotMade(String),
    /// The tape's bytes cannot be read (500).
    #[error("{0}")]
    Broken(String),
}

/// What lies behind a playback address just now.
#[derive(Clone)]
pub(super) enum Door {
    /// Not yet.
    Shut,
    /// This tape.
    Open(Arc<Way>),
    /// Nothing any more.
    Over(Box<ReasonView>),
}

/// How a session reaches a tape: fixed once it is ready.
pub(super) struct Way {
    tape: Tape,
    renditions: Vec<Rendition>,
    barrier: Option<TrackId>,
    container: Container,
    low_latency: bool,
    /// Nothing before this sequence is listed or given: its sound was not there, nor what that could be made from, or it is not for
    /// this viewer.
    floor: u64,
    /// Where its player is to begin, if not at the live edge (milliseconds since 1970).
    begin: Option<i64>,
    /// For each rendition, and for what may be read, by its name: made once, asked for with every fetch.
    views: Vec<(String, View)>,
    multivariant: Bytes,
}

impl Way {
    /// The way of `plan`, once there is a segment to play; `begin` is where, if not at the live edge, and `earliest` how far back
    /// its player may reach (milliseconds since 1970).
    pub(super) fn new(
        tape: &Tape,
        snapshot: &Snapshot,
        plan: &decision::Plan,
        (begin, earliest): (Option<i64>, Option<i64>),
    ) -> Option<Self> {
        let container = match plan.container {
            decision::Container::Cmaf => Container::Cmaf,
            decision::Container::Ts => Container::Ts,
        };
        let renditions = renditions(plan);
        let main = *renditions.first()?;
        let barrier = plan.default_audio().map(track);
        let low_latency = plan.delivery == decision::Delivery::LowLatency;
        let mut way = Self {
            tape: tape.clone(),
            renditions,
            barrier,
            container,
            low_latency,
            floor: 0,
            begin,
            views: Vec::new(),
            multivariant: Bytes::new(),
        };
        way.floor = if tape.is_programme() {
            snapshot.index.segments.front()?.sequence
        } else {
            floor(&snapshot.index, main, barrier)?.max(first_since(&snapshot.index, earliest))
        };
        let sound = way.renditions.get(1).copied().unwrap_or(main);
        if !way.has_segment(snapshot, main) || !way.has_segment(snapshot, sound) {
            return None;
        }
        let run = &snapshot.index.segment(way.floor.max(snapshot.since))?.run;
        if container == Container::Cmaf && !main.tracks().all(|id| run.track(id).is_some_and(supported)) {
            return None;
        }
        if way.floor < snapshot.since {
            way.begin = begin.or_else(|| fresh_start(snapshot, low_latency));
        }
        let (texts, whole) = (&snapshot.texts, begin.is_some());
        way.views = way.renditions.iter().map(|of| way.viewed(*of, None, whole)).collect();
        way.views.extend(texts.iter().map(|text| way.viewed(main, Some(*text), whole)).collect::<Vec<_>>());
        way.multivariant = hls::multivariant(run, &way.renditions, texts, bandwidth(&snapshot.index)).into();
        Some(way)
    }

    /// Whether its default sound comes no more, of a tape that carries `tracks`, although `plan` would play another: playlists
    /// are fixed for a session, so its listener would hear silence for ever.
    pub(super) fn has_lost_its_sound(&self, tracks: &[Track], plan: &decision::Plan) -> bool {
        let comes = self.barrier.is_some_and(|id| tracks.iter().any(|track| track.id == id));
        // A raw reader gets all sounds.
        !comes && plan.delivery != decision::Delivery::Raw && plan.default_audio().is_some()
    }

    /// Whether what it shows is not on a tape that carries `tracks`: the programme has another picture now, or none.
    pub(super) fn has_lost_its_picture(&self, tracks: &[Track]) -> bool {
        let gone = |id: &TrackId| tracks.iter().all(|track| track.id != *id);
        self.renditions.iter().filter_map(|rendition| rendition.video.as_ref()).any(gone)
    }

    fn has_segment(&self, snapshot: &Snapshot, rendition: Rendition) -> bool {
        // What the tape's past holds makes nobody ready.
        snapshot
            .index
            .segment(self.floor.max(snapshot.since))
            .is_some_and(|segment| Index::listed(segment, rendition, self.barrier).whole)
    }

    /// What its playlist of `rendition`, or of the `text` that goes with it, is made by; `whole`: all of the tape was asked for.
    fn viewed(&self, rendition: Rendition, text: Option<Name>, whole: bool) -> (String, View) {
        let view = View {
            rendition,
            barrier: self.barrier,
            container: self.container,
            low_latency: self.low_latency,
            whole_window: self.low_latency || whole,
            siblings: self.renditions.clone(),
            begin: self.begin,
            text,
        };
        (view.name(), view)
    }

    fn view(&self, name: &str) -> Result<&View, PlayError> {
        self.views.iter().find_map(|(known, view)| (known == name).then_some(view)).ok_or(PlayError::NotFound)
    }

    fn rendition(&self, name: &str) -> Result<Rendition, PlayError> {
        let view = self.view(name)?;
        if view.text.is_none() { Ok(view.rendition) } else { Err(PlayError::NotFound) }
    }
}

/// The track that a sound of the plan comes from.
fn track(audio: &decision::AudioPlan) -> TrackId {
    match audio.action {
        decision::TrackAction::Copy => audio.track,
        // The segmenter names derived tracks so.
        decision::TrackAction::Transcode => derived_id(audio.track),
    }
}

/// The playlists of a plan: the main one first, then the sounds with the default one leading.
fn renditions(plan: &decision::Plan) -> Vec<Rendition> {
    let video = plan.video.as_ref().map(|video| video.track);
    let default = plan.default_audio().map(track);
    if plan.layout == decision::Layout::Muxed {
        return vec![Rendition { video, audio: default }];
    }
    let mut sounds: Vec<TrackId> = plan.audio.iter().map(track).collect();
    sounds.sort_by_key(|id| Some(*id) != default);
    let sounds = sounds.into_iter().map(|id| Rendition { video: None, audio: Some(id) });
    std::iter::once(Rendition { video, audio: None }).chain(sounds).collect()
}

/// The oldest sequence from which on the default sound is there without a hole.
fn floor(index: &Index, main: Rendition, barrier: Option<TrackId>) -> Option<u64> {
    let has_all = |segment: &Segment| {
        let tracks = main.tracks().chain(barrier);
        tracks.into_iter().all(|id| sounds_from_the_start(segment, id))
    };
    // There the sound may still be on its way.
    let newest = index.newest().next()?.sequence;
    let mut found = None;
    for segment in index.segments.iter().rev() {
        if has_all(segment) {
            found = Some(segment.sequence);
        } else if segment.sequence < newest || found.is_some() {
            break;
        }
    }
    found
}

/// The sequence of the segment that was on at `earliest` (milliseconds since 1970), or of the oldest there is; 0 if everything may be seen.
fn first_since(index: &Index, earliest: Option<i64>) -> u64 {
    let on_at = |earliest: i64| index.segments.iter().rev().find(|segment| segment.wall_ms <= earliest);
    earliest
        .and_then(|earliest| on_at(earliest).or(index.segments.front()))
        .map_or(0, |segment| segment.sequence)
}

/// Where the source's own picture begins, while a player that holds back would begin before it, in the tape's past.
fn fresh_start(snapshot: &Snapshot, low_latency: bool) -> Option<i64> {
    // Players hold back some more than they are told.
    let hold_back = 2.0 * if low_latency { hls::PART_HOLD_BACK } else { hls::HOLD_BACK };
    let first = snapshot.fresh().next()?;
    let last = snapshot.index.segments.back()?;
    let length = telecast_media::time::seconds(last.end.unwrap_or(last.start) - first.start);
    (length < hold_back).then_some(first.wall_ms + INTO_RUN_MS)
}

/// Sound of a run begins up to a frame after its picture. A player that is sent to the very beginning finds the picture in this run and
/// the sound in the one before, and hls.js then waits for ever. So it is sent a little further in (milliseconds): more than a
/// frame of any sound, less than the first segment.
const INTO_RUN_MS: i64 = 60;

fn sounds_from_the_start(segment: &Segment, id: TrackId) -> bool {
    let Some(lane) = segment.lane(id) else { return false };
    let rate = segment.run.track(id).map_or(HZ as u32, Track::timescale);
    !lane.frames.is_empty() && to_ticks(lane.start, rate) <= segment.start + HZ / 10
}

/// Bits per second of the newest segments, with something to spare.
fn bandwidth(index: &Index) -> u64 {
    let newest = || index.segments.iter().rev().take(8);
    let (Some(last), Some(first)) = (newest().next(), newest().next_back()) else { return 64_000 };
    // From beginning to beginning: sound comes later than its picture, at both ends.
    let is_made = |segment: &Segment, id| {
        segment.run.track(id).is_some_and(|track| matches!(track.origin, Origin::Derived { .. }))
    };
    let (bytes, ticks) = if first.sequence == last.sequence {
        let broadcast = last.lanes.iter().filter(|lane| !is_made(last, lane.track));
        let ends = broadcast.filter_map(|lane| Some(lane.extent()?.1));
        (
            ends.max().unwrap_or(0).saturating_sub(last.first_byte()),
            last.end.unwrap_or(last.start) - last.start,
        )
    } else {
        (last.first_byte().saturating_sub(first.first_byte()), last.start - first.start)
    };
    let made = newest().skip(1).flat_map(|segment| {
        segment.lanes.iter().filter(|lane| is_made(segment, lane.track)).filter_map(Lane::extent)
    });
    let bytes = bytes + made.map(|(begin, end)| end - begin).sum::<u64>();
    let rate = bytes.saturating_mul(8 * HZ as u64) / (ticks.max(HZ / 10) as u64);
    rate.max(64_000) * 6 / 5
}

/// A session's door to its tape. Cheap to clone.
#[derive(Clone)]
pub struct PlaybackHandle {
    pub(super) session: Arc<str>,
    pub(super) door: watch::Receiver<Door>,
    pub(super) last_fetch: Arc<AtomicU64>,
    pub(super) joins: Arc<Joins>,
    pub(super) clock: Clock,
    pub(super) shelf: Shelf,
    pub(super) slates: Slates,
    /// Of the viewer.
    pub(super) language: Language,
}

impl PlaybackHandle {
    /// Id of the session that it belongs to.
    pub fn session_id(&self) -> &str {
        &self.session
    }

    fn touch(&self) {
        self.last_fetch.store(self.clock.uptime().as_millis() as u64, Ordering::Relaxed);
    }

    /// Waits until the door is open.
    async fn way(&self) -> Result<Arc<Way>, PlayError> {
        self.touch();
        if let Door::Open(way) = &*self.door.borrow() {
            return Ok(Arc::clone(way));
        }
        let mut door = self.door.clone();
        let opened = timeout(limits::BLOCKING, door.wait_for(|door| !matches!(door, Door::Shut))).await;
        match opened.map_err(|_| PlayError::TimedOut)?.map_err(|_| PlayError::NotFound)?.clone() {
            Door::Open(way) => Ok(way),
            Door::Over(reason) => Err(PlayError::Over(reason)),
            Door::Shut => Err(PlayError::TimedOut),
        }
    }

    /// The multivariant playlist; waits until the session is ready. The same for the whole session.
    pub async fn multivariant(&self) -> Result<Bytes, PlayError> {
        Ok(self.way().await?.multivariant.clone())
    }

    /// A media playlist; `rendition` as in its address (`v0a1`). Waits as `directives` ask.
    pub async fn playlist(&self, rendition: &str, directives: Directives) -> Result<Bytes, PlayError> {
        let way = self.way().await?;
        let view = way.view(rendition)?;
        let ready = |snapshot: &Arc<Snapshot>| match hls::readiness(&snapshot.index, view, directives) {
            Readiness::Now => Some(Ok(way.tape.playlists.get(snapshot, view, way.floor, directives))),
            Readiness::TooFarAhead => {
                let index = &snapshot.index;
                let edge = index.edge(view.rendition, view.barrier);
                tracing::debug!(session = %self.session, ?directives, ?edge, next = index.next_sequence, way.floor, "too far ahead");
                Some(Err(PlayError::TooFarAhead))
            }
            Readiness::Wait => None,
        };
        if let Some(answer) = ready(&way.tape.snapshot()) {
            return answer;
        }
        let mut watch = way.tape.watch();
        let until = Instant::now() + limits::BLOCKING;
        loop {
            let snapshot = Arc::clone(&watch.borrow_and_update());
            if let Some(answer) = ready(&snapshot) {
                return answer;
            }
            self.news(&mut watch, until).await?;
        }
    }

    /// Waits for the next snapshot, or for the session's end.
    async fn news(
        &self,
        watch: &mut watch::Receiver<Arc<Snapshot>>,
        until: Instant,
    ) -> Result<(), PlayError> {
        let mut door = self.door.clone();
        tokio::select! {
            changed = timeout_at(until, watch.changed()) => {
                changed.map_err(|_| PlayError::TimedOut)?.map_err(|_| PlayError::NotFound)
            }
            over = door.wait_for(|door| matches!(door, Door::Over(_))) => match over.as_deref() {
                Ok(Door::Over(reason)) => Err(PlayError::Over(reason.clone())),
                _ => Err(PlayError::NotFound),
            }
        }
    }

    /// An initialisation segment by its content hash (hexadecimal, as in the playlist). Immutable.
    pub async fn init(&self, rendition: &str, hash: &str) -> Result<Bytes, PlayError> {
        let way = self.way().await?;
        let rendition = way.rendition(rendition)?;
        shelf::init(&way.tape.snapshot().index, rendition, hash).ok_or(PlayError::NotFound)
    }

    /// A whole CMAF segment. Immutable.
    pub async fn segment(&self, rendition: &str, sequence: u64) -> Result<Bytes, PlayError> {
        self.whole(rendition, sequence, Container::Cmaf).await
    }

    /// A whole segment as transport stream. Immutable.
    pub async fn ts_segment(&self, rendition: &str, sequence: u64) -> Result<Bytes, PlayError> {
        self.whole(rendition, sequence, Container::Ts).await
    }

    async fn whole(&self, rendition: &str, sequence: u64, container: Container) -> Result<Bytes, PlayError> {
        let way = self.way().await?;
        let rendition = way.rendition(rendition)?;
        let snapshot = way.tape.snapshot();
        let segment = snapshot.index.segment(sequence).filter(|_| sequence >= way.floor);
        let segment = segment.ok_or(PlayError::NotFound)?;
        if container != way.container || !Index::listed(segment, rendition, way.barrier).whole {
            return Err(PlayError::NotFound);
        }
        let form = self.form(rendition, sequence, Extent::Whole, container);
        let snapshot = kept(&way.tape, snapshot, rendition, sequence).await?;
        self.shelf.fragment(&way.tape, &snapshot, rendition, sequence, form).await
    }

    /// What may be read with a segment, that which is open too where it is known already. Immutable.
    pub async fn subtitles(&self, name: &str, sequence: u64) -> Result<Bytes, PlayError> {
        let way = self.way().await?;
        let text = way.view(name)?.text.filter(|_| sequence >= way.floor).ok_or(PlayError::NotFound)?;
        let snapshot = way.tape.snapshot();
        let index = snapshot.index.foreseen();
        let segment = index.segment(sequence).ok_or(PlayError::NotFound)?;
        let made = subtitles::segment(segment, text, way.container).ok_or(PlayError::NotFound)?;
        Ok(made.into())
    }

    /// The form in which this session's decoder can use what it fetches.
    fn form(&self, rendition: Rendition, sequence: u64, extent: Extent, container: Container) -> Form {
        let pictures = rendition.video.is_some() && container == Container::Cmaf;
        let entry = if pictures { self.joins.entry(sequence) } else { Entry::Through };
        Form { extent, container, entry }
    }

    /// A CMAF part; the hinted next one is waited for, and one that never comes is not found. Immutable.
    pub async fn part(&self, rendition: &str, sequence: u64, part: u32) -> Result<Bytes, PlayError> {
        let way = self.way().await?;
        let rendition = way.rendition(rendition)?;
        if way.container != Container::Cmaf || !way.low_latency || sequence < way.floor {
            return Err(PlayError::NotFound);
        }
        let mut watch = way.tape.watch();
        let until = Instant::now() + limits::BLOCKING;
        loop {
            let snapshot = Arc::clone(&watch.borrow_and_update());
            match outlook(&snapshot.index, rendition, way.barrier, sequence, part) {
                Outlook::There => {
                    let form = self.form(rendition, sequence, Extent::Part(part), Container::Cmaf);
                    let snapshot = kept(&way.tape, snapshot, rendition, sequence).await?;
                    return self.shelf.fragment(&way.tape, &snapshot, rendition, sequence, form).await;
                }
                Outlook::Never => return Err(PlayError::NotFound),
                Outlook::Soon => self.news(&mut watch, until).await?,
            }
        }
    }

    /// The raw transport stream from the newest random access point on; ends with the session. Waits for the first one.
    pub async fn raw(&self) -> Result<BoxStream<'static, Bytes>, PlayError> {
        self.chosen(None).await
    }

    /// The same, or what `choice` leaves of it.
    pub async fn chosen(&self, choice: Option<Choice>) -> Result<BoxStream<'static, Bytes>, PlayError> {
        let way = self.way().await?;
        let snapshot = way.tape.snapshot();
        let joined = way.tape.join(&snapshot.index, way.begin).ok_or(PlayError::TimedOut)?;
        let watch = way.tape.watch();
        let reader = Raw::new(way, self.clone(), watch, joined, choice);
        Ok(unfold(reader, |mut reader| async move { reader.next().await.map(|piece| (piece, reader)) })
            .boxed())
    }

    /// Picture and default sound as one file without end, in the container of its plan, from the newest segment on; ends with the session, and where what
    /// began the file does not hold any more. Waits for the first.
    pub async fn follow(&self) -> Result<BoxStream<'static, Bytes>, PlayError> {
        let reader = Follow::new(self.way().await?, self.clone());
        Ok(unfold(reader, |mut reader| async move { reader.next().await.map(|piece| (piece, reader)) })
            .boxed())
    }
}

/// Has made what was promised of the sounds of a segment; gives a snapshot in which they are.
async fn kept(
    tape: &Tape,
    snapshot: Arc<Snapshot>,
    rendition: Rendition,
    sequence: u64,
) -> Result<Arc<Snapshot>, PlayError> {
    let promised = |id: &TrackId| {
        snapshot.index.segment(sequence).and_then(|segment| segment.lane(*id)).is_some_and(Lane::is_promised)
    };
    let Some(track) = rendition.audio.filter(promised) else { return Ok(snapshot) };
    let made = tape.make(track, sequence).await;
    made.map_err(|why| why.map_or(PlayError::NotFound, PlayError::NotMade))?;
    Ok(tape.snapshot())
}

enum Outlook {
    There,
    Soon,
    Never,
}

/// Whether a part is there, can be expected, or will never be.
fn outlook(
    index: &Index,
    rendition: Rendition,
    barrier: Option<TrackId>,
    sequence: u64,
    part: u32,
) -> Outlook {
    let Some(segment) = index.segment(sequence) else {
        let next = part == 0 && sequence == index.next_sequence && !index.ended;
        return if next { Outlook::Soon } else { Outlook::Never };
    };
    let Listed { parts, whole } = Index::listed(segment, rendition, barrier);
    if (part as usize) < parts {
        return Outlook::There;
    }
    let master = rendition.master().and_then(|id| segment.lane(id));
    let over = master.is_none_or(|lane| lane.closed && part as usize >= lane.parts.len());
    if whole || over || index.ended || part as usize > parts + 1 { Outlook::Never } else { Outlook::Soon }
}
