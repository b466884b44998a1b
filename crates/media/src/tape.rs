//! The tape's index: runs, segments, and for each track the frames with their byte ranges.
//!
//! Invariants:
//! - Frames of one track follow each other without gap or overlap within a run: a frame's time is the sum of the
//!   durations before it. What was missing on air stands here as frames of silence.
//! - Sequence numbers and discontinuity sequences never fall and are never used twice.
//! - What is *listed* (see [`Index::listed`]) never changes any more, so everything made from it is the same for ever.
//! - An [`Index`] is a snapshot: cloning it copies pointers, and a reader's clone is not touched by the writer.
//!
//! The bytes themselves lie elsewhere, in order of arrival; a frame knows the range of tape offsets that its packets
//! lie in, and how many bytes of its first PES packet come before it.

use crate::codec::{Picture, audio::FrameHeader, h264, hevc};
use crate::subtitles::Text;
use crate::time::{HZ, to_ticks};
use crate::ts::psi::Kind;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

/// Names a track within a tape; survives a change of PID.
pub type TrackId = u8;

/// Names of derived tracks: the source's and this bit.
pub(crate) const DERIVED: TrackId = 0x80;

/// What the sound made of `from` is called.
pub fn derived_id(from: TrackId) -> TrackId {
    from | DERIVED
}

/// What a derived sound is made of.
pub(crate) fn source_id(derived: TrackId) -> TrackId {
    derived & !DERIVED
}

/// Offsets of derived sound from here on are not in the side file that is appended to: see [`crate::past`].
pub const PAST: u64 = 1 << 62;

/// Where a track's frames lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the transport stream, on this PID.
    Stream {
        /// The PID in the run.
        pid: u16,
    },
    /// In a side file of ADTS frames, made from another track.
    Derived {
        /// The track that it was made from.
        from: TrackId,
    },
}

/// What a decoder must know before the first frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setup {
    /// H.264.
    Avc(h264::Config),
    /// HEVC.
    Hevc(hevc::Config),
    /// A picture that is recognised, and must be transcoded for browsers.
    Picture(Picture),
    /// AAC: AudioSpecificConfig.
    Aac {
        /// Header of the first frame.
        header: FrameHeader,
        /// AudioSpecificConfig.
        config: [u8; 2],
    },
    /// Another kind of sound, by its first frame's header and first bytes.
    Audio {
        /// Header of the first frame.
        header: FrameHeader,
        /// The first bytes of the first frame.
        front: [u8; 8],
    },
}

impl Setup {
    /// Header of the first frame of sound.
    pub fn header(&self) -> Option<&FrameHeader> {
        match self {
            Self::Aac { header, .. } | Self::Audio { header, .. } => Some(header),
            _ => None,
        }
    }
}

/// One track of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// Its name.
    pub id: TrackId,
    /// Codec.
    pub kind: Kind,
    /// Where the frames lie.
    pub origin: Origin,
    /// ISO 639 language.
    pub language: Option<[u8; 3]>,
    /// `audio_type` of the language descriptor.
    pub audio_type: u8,
    /// Known from its first frame on.
    pub setup: Option<Setup>,
}

impl Track {
    /// Units per second of its times: 90,000 for pictures, the sampling rate for sound.
    pub fn timescale(&self) -> u32 {
        self.header().map_or(HZ as u32, |header| header.rate.max(1))
    }

    /// Header of the first frame of sound.
    pub fn header(&self) -> Option<&FrameHeader> {
        self.setup.as_ref().and_then(Setup::header)
    }

    /// What the picture is like.
    pub fn picture(&self) -> Option<&Picture> {
        match &self.setup {
            Some(Setup::Avc(config)) => Some(&config.picture),
            Some(Setup::Hevc(config)) => Some(&config.picture),
            Some(Setup::Picture(picture)) => Some(picture),
            _ => None,
        }
    }

    /// RFC 6381 codec string.
    pub fn rfc6381(&self) -> String {
        match (&self.setup, self.kind) {
            (Some(Setup::Avc(config)), _) => config.rfc6381(),
            (Some(Setup::Hevc(config)), _) => config.rfc6381(),
            (Some(Setup::Aac { config, .. }), _) => format!("mp4a.40.{}", config[0] >> 3),
            (_, Kind::H264) => "avc1.640028".into(),
            (_, Kind::Hevc) => "hvc1".into(),
            (_, Kind::Mpeg2Video) => "mp4v.61".into(),
            (_, Kind::AacAdts | Kind::AacLatm) => "mp4a.40.2".into(),
            (_, Kind::Ac3) => "ac-3".into(),
            (_, Kind::Eac3) => "ec-3".into(),
            (_, Kind::MpegAudio) => "mp4a.40.33".into(),
            _ => "unknown".into(),
        }
    }
}

/// A stretch with one set of initialisation data and one source clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Counts from 0.
    pub number: u32,
    /// Tape time at its start, in ticks.
    pub start: i64,
    /// Tape time less source time, in ticks.
    pub offset: i64,
    /// Tracks, the first being the one that cuts segments.
    pub tracks: Vec<Track>,
    /// PAT and PMT as they stand on the tape, in packets, for readers that begin in the middle.
    pub tables: Vec<u8>,
    /// What may be read with it. Not kept with the tape: whoever has it says it again.
    pub texts: Texts,
}

/// Subtitles of a run, known beforehand and all at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Tape time at which their time is 0.
    pub from: i64,
    /// One of each name.
    pub all: Arc<[Text]>,
}

impl Run {
    /// The track of that name.
    pub fn track(&self, id: TrackId) -> Option<&Track> {
        self.tracks.iter().find(|track| track.id == id)
    }
}

/// One frame: an access unit of pictures or a frame of sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Tape (or side file) offset of the first packet of the PES packet that it starts in.
    pub begin: u64,
    /// Bytes from there to the end of its last packet; 0 for silence.
    pub length: u32,
    /// Duration in the track's timescale.
    pub duration: u32,
    /// Presentation less decoding time, in the track's timescale.
    pub composition: i32,
    /// Bytes of elementary stream in that PES packet before its first byte.
    pub skip: u16,
    /// Decoding may begin here.
    pub random_access: bool,
}

impl Frame {
    /// A frame of `samples` that will be made when somebody asks for it: see [`crate::past`].
    pub(crate) fn promised(samples: u32) -> Self {
        Self { begin: u64::MAX, ..Self::silent(samples) }
    }

    /// It is not made yet.
    pub fn is_promised(&self) -> bool {
        self.length == 0 && self.begin == u64::MAX
    }

    /// A frame of silence of `samples`: nothing lies on the tape for it.
    pub(crate) fn silent(samples: u32) -> Self {
        Self { begin: 0, length: 0, duration: samples, composition: 0, skip: 0, random_access: true }
    }
}

/// Consecutive frames of one track that are delivered together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Index of its first frame in the segment.
    pub first: u32,
    /// Number of frames.
    pub count: u32,
    /// Duration in the track's timescale.
    pub duration: u32,
    /// It begins with a random access point.
    pub independent: bool,
}

/// The frames of one track in one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// Which track.
    pub track: TrackId,
    /// Time of the first frame in the track's timescale.
    pub start: i64,
    /// Frames in decoding order.
    pub frames: Vec<Frame>,
    /// Closed parts; they cover the first frames without gap.
    pub parts: Vec<Part>,
    /// No frame will be added.
    pub closed: bool,
}

impl Lane {
    /// A lane of a segment in which the track was not there yet.
    pub fn empty(track: TrackId) -> Self {
        Self { track, start: 0, frames: Vec::new(), parts: Vec::new(), closed: true }
    }

    /// It is to be made before it can be read: all of it, since only whole segments are promised.
    pub fn is_promised(&self) -> bool {
        self.frames.first().is_some_and(Frame::is_promised)
    }

    /// The range of offsets in which its frames lie; `None` if they are all silence.
    pub fn extent(&self) -> Option<(u64, u64)> {
        let own = || self.frames.iter().filter(|frame| frame.length > 0);
        let begin = own().map(|frame| frame.begin).min()?;
        Some((begin, own().map(|frame| frame.begin + u64::from(frame.length)).max()?))
    }

    /// Duration of all frames in the track's timescale.
    pub fn duration(&self) -> i64 {
        self.frames.iter().map(|frame| i64::from(frame.duration)).sum()
    }

    /// Time of frame `index` in the track's timescale.
    pub fn time(&self, index: usize) -> i64 {
        self.start + self.frames[..index].iter().map(|frame| i64::from(frame.duration)).sum::<i64>()
    }
}

/// Pictures near a recovery point that decoding began at: what they say of pictures before it cannot be followed
/// (see [`h264::recovery`]). The first so many of a run, unless an IDR picture comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// `frame_num` of the picture at the recovery point.
    pub frame_num: u32,
    /// Pictures of the segment that it concerns: the first ones.
    pub count: u32,
    /// How many of those, behind the picture at the recovery point if that is among them, are presented before it and stay as places in
    /// the decoder's buffer only (see [`h264::stand_in`]).
    pub stand_ins: u32,
}

/// A segment: the same stretch of time in all renditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Media sequence number.
    pub sequence: u64,
    /// The run that it belongs to.
    pub run: Arc<Run>,
    /// It is the first of a run that is not the tape's first.
    pub discontinuity: bool,
    /// Discontinuity sequence in force.
    pub discontinuity_sequence: u64,
    /// Tape time of its nominal start in ticks.
    pub start: i64,
    /// Nominal end in ticks; known once the cutting track has left it.
    pub end: Option<i64>,
    /// Wall clock at the start, milliseconds since 1970.
    pub wall_ms: i64,
    /// First tape offset that was in use when it began: everything before may be evicted with its predecessors.
    pub base: u64,
    /// The run began at a recovery point a short while ago.
    pub recovery: Option<Recovery>,
    /// Frames by track, in the order of the run's tracks.
    pub lanes: Vec<Lane>,
}

impl Segment {
    /// Offset of the first byte of the stream that it needs: sound may lie before its picture.
    pub fn first_byte(&self) -> u64 {
        let own = |lane: &&Lane| {
            self.run.track(lane.track).is_some_and(|track| matches!(track.origin, Origin::Stream { .. }))
        };
        let begins = self.lanes.iter().filter(own).filter_map(|lane| Some(lane.extent()?.0));
        begins.fold(self.base, u64::min)
    }

    /// Nothing will be added to it.
    pub fn is_complete(&self) -> bool {
        self.end.is_some() && self.lanes.iter().all(|lane| lane.closed)
    }

    /// The lane of a track.
    pub fn lane(&self, id: TrackId) -> Option<&Lane> {
        self.lanes.iter().find(|lane| lane.track == id)
    }
}

/// Which tracks a playlist delivers together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rendition {
    /// The picture, if any.
    pub video: Option<TrackId>,
    /// The sound, if any.
    pub audio: Option<TrackId>,
}

impl Rendition {
    /// The track that divides it into parts.
    pub fn master(self) -> Option<TrackId> {
        self.video.or(self.audio)
    }

    /// Its tracks.
    pub fn tracks(self) -> impl Iterator<Item = TrackId> {
        self.video.into_iter().chain(self.audio)
    }
}

/// A snapshot of all that may be read.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Segments, oldest first; the last is usually open.
    pub segments: VecDeque<Arc<Segment>>,
    /// Sequence of the next segment.
    pub next_sequence: u64,
    /// Nothing will be added.
    pub ended: bool,
    /// The segment that is open, or the one that comes next, as it will be when it is over, if that is known already. Only what is read beside the picture
    /// may be given of it before.
    pub coming: Option<Arc<Segment>>,
}

/// How far a segment is listed in one rendition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Parts of the master track that may be fetched.
    pub parts: usize,
    /// The segment as a whole may be fetched.
    pub whole: bool,
}

impl Index {
    /// The same with what is coming in the place of what is open: how far subtitles may be read.
    pub fn foreseen(&self) -> Cow<'_, Self> {
        let Some(coming) = self.coming.as_ref().filter(|_| !self.ended) else { return Cow::Borrowed(self) };
        let mut index = self.clone();
        index.coming = None;
        if index.segments.back().is_some_and(|last| last.sequence == coming.sequence) {
            index.segments.pop_back();
        }
        let follows = index.segments.back().is_none_or(|last| last.sequence + 1 == coming.sequence);
        if follows {
            index.segments.push_back(Arc::clone(coming));
            index.next_sequence = coming.sequence + 1;
        }
        Cow::Owned(index)
    }

    /// The segment of that sequence.
    pub fn segment(&self, sequence: u64) -> Option<&Arc<Segment>> {
        let first = self.segments.front()?.sequence;
        self.segments.get(sequence.checked_sub(first)? as usize)
    }

    /// How much of `segment` a reader of `rendition` may have, where `barrier` is the track whose presence
    /// everything waits for (the default sound): a part is listed only when that covers it.
    pub fn listed(segment: &Segment, rendition: Rendition, barrier: Option<TrackId>) -> Listed {
        let none = Listed { parts: 0, whole: false };
        let Some(master) = rendition.master().and_then(|id| segment.lane(id)) else { return none };
        if rendition.tracks().any(|id| segment.run.track(id).is_none_or(|track| track.setup.is_none())) {
            return none;
        }
        // How far everything that is waited for has come: to its end, or to a time.
        let mut guarded = i64::MAX;
        for id in rendition.audio.into_iter().chain(barrier).filter(|id| *id != master.track) {
            if let Some(lane) = segment.lane(id).filter(|lane| !lane.closed) {
                guarded = guarded.min(covered(segment, lane).unwrap_or(i64::MIN));
            }
        }
        let ended = guarded == i64::MAX;
        let parts = if ended {
            master.parts.len()
        } else {
            let timescale = segment.run.track(master.track).map_or(HZ as u32, Track::timescale);
            let mut time = master.start;
            let mut covers = |part: &&Part| {
                time += i64::from(part.duration);
                reaches(guarded, to_ticks(time, timescale))
            };
            master.parts.iter().take_while(|part| covers(part)).count()
        };
        let whole = master.closed && !master.frames.is_empty() && ended && parts == master.parts.len();
        Listed { parts, whole }
    }

    /// The newest segments: those of which something may still be to come, oldest first, and perhaps a few that are complete.
    pub fn newest(&self) -> impl Iterator<Item = &Arc<Segment>> {
        self.segments.range(self.segments.len().saturating_sub(NEWEST)..)
    }

    /// The last position that may be read in `rendition`: (sequence, listed parts, whole).
    pub fn edge(&self, rendition: Rendition, barrier: Option<TrackId>) -> Option<(u64, Listed)> {
        let mut edge = None;
        for segment in self.newest() {
            if rendition.tracks().any(|id| segment.run.track(id).is_none()) {
                // A run that has no such track is not part of this rendition.
                continue;
            }
            let listed = Self::listed(segment, rendition, barrier);
            if listed.parts == 0 && !listed.whole {
                break;
            }
            edge = Some((segment.sequence, listed));
            if !listed.whole {
                break;
            }
        }
        edge
    }

    /// Drops the segments that need bytes of the stream before `offset`, but never the newest; says whether there were any.
    pub fn evict(&mut self, offset: u64) -> bool {
        let before = self.segments.len();
        while self.segments.len() > 1
            && self.segments.front().is_some_and(|oldest| oldest.first_byte() < offset)
        {
            self.segments.pop_front();
        }
        self.segments.len() < before
    }
}

/// First segments are as short as a part, and sound may be 1.5 s late: twelve segments can be incomplete at once.
const NEWEST: usize = 24;

/// Boundaries of picture and sound closer together than this are one (ticks): each is rounded to what its own track counts in, and what ends together
/// must not wait for the next packet of sound.
const TOGETHER: i64 = HZ / 1000;

/// Whether what ends or begins at `time` lies at `boundary` or behind it.
pub(crate) fn reaches(time: i64, boundary: i64) -> bool {
    time.saturating_add(TOGETHER) >= boundary
}

/// Tape time up to which a lane holds frames.
fn covered(segment: &Segment, lane: &Lane) -> Option<i64> {
    let track = segment.run.track(lane.track)?;
    (!lane.frames.is_empty()).then(|| to_ticks(lane.start + lane.duration(), track.timescale()))
}
