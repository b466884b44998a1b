//! The reader of transport packets: programme, PES packets, random access; what it finds goes to the timeline.

use super::counters::{self, Counters, PidCounters};
use super::front::{Step, continuity};
use super::sound::{Sound, Tapped};
use super::stream::{Lane, Stream};
use super::tables::Tables;
use super::timeline::Timeline;
use super::{Start, Waiting};
use crate::tape::{DERIVED, Index, Origin, Track, TrackId};
use crate::time::HZ;
use crate::ts::packet::{NULL_PID, PACKET, Packet};
use crate::ts::psi::{Kind, Pat, Pmt, Sections};
use crate::ts::{pes, sync::Sync};
use std::collections::BTreeSet;

mod absent;
mod derived;
mod video;

use absent::begins;

/// The state machine; see the module.
pub struct Segmenter {
    start: Start,
    sync: Sync,
    pat: Sections,
    pmt: Sections,
    /// PIDs of programme maps that may be ours, by programme number.
    candidates: Vec<(u16, u16)>,
    /// PIDs whose sound is not what the map says ([`Sound::is_mistaken`]).
    corrected: BTreeSet<u16>,
    /// PIDs that the map names and nothing has come of ([`absent::ABSENCE`]): they count as not there until something does.
    unseen: BTreeSet<u16>,
    /// When sound was first heard under this map (33 bits of ticks), while there is no run that goes on.
    heard: Option<i64>,
    map: Option<Pmt>,
    map_pid: u16,
    /// Packets that came before any map, to be read again once there is one.
    unread: Vec<u8>,
    streams: Vec<Stream>,
    /// PID → position in `streams` + 1.
    route: Box<[u8; 8192]>,
    offset: u64,
    timeline: Timeline,
    derived: Vec<Sound>,
    /// Derived tracks that the past is still to have, and from which segment on they are made as they come.
    unpromised: Vec<(TrackId, u64)>,
    /// Tracks whose frames are kept for a transcoder, whatever the map does to them.
    tapped: BTreeSet<TrackId>,
    /// Tracks that the map no longer names: they go on as silence, since playlists are fixed for a session.
    absent: Vec<Sound>,
    counters: Counters,
    /// What had been counted when the source came that is there now.
    before: Counters,
    /// Of PIDs that the map no longer names.
    gone: Vec<PidCounters>,
    tables_at: i64,
    tables: Tables,
    next_track: TrackId,
}

impl Segmenter {
    /// An empty tape.
    pub fn new(start: Start) -> Self {
        Self {
            start,
            sync: Sync::default(),
            pat: Sections::default(),
            pmt: Sections::default(),
            candidates: Vec::new(),
            corrected: BTreeSet::new(),
            unseen: BTreeSet::new(),
            heard: None,
            map: None,
            map_pid: NULL_PID,
            unread: Vec::new(),
            streams: Vec::new(),
            route: Box::new([0; 8192]),
            offset: start.offset,
            timeline: Timeline::new(start.sequence),
            derived: Vec::new(),
            unpromised: Vec::new(),
            tapped: BTreeSet::new(),
            absent: Vec::new(),
            counters: Counters::default(),
            before: Counters::default(),
            gone: Vec::new(),
            tables_at: i64::MIN / 2,
            tables: Tables::default(),
            next_track: 0,
        }
    }

    /// Goes on with the tape whose index is `past`: tape time, sequences and the names of tracks go on, and what comes begins a run.
    /// `start` holds if there is nothing to go on with.
    pub fn resume(start: Start, past: Index) -> Self {
        let mut segmenter = Self::new(start);
        let known: Vec<Track> = past.segments.back().map_or(Vec::new(), |last| last.run.tracks.clone());
        if let Some(timeline) = Timeline::resume(past) {
            segmenter.timeline = timeline;
        }
        let own = |track: &&Track| matches!(track.origin, Origin::Stream { .. });
        segmenter.next_track =
            known.iter().filter(own).map(|track| (track.id + 1) % DERIVED).max().unwrap_or(0);
        segmenter.timeline.planned =
            known.iter().filter(own).map(|track| Track { setup: None, ..track.clone() }).collect();
        segmenter
    }

    /// Takes bytes of transport stream that arrived at `now_ms` (milliseconds since 1970); appends what belongs on the tape to `out`.
    pub fn push(&mut self, bytes: &[u8], now_ms: i64, out: &mut Vec<u8>) {
        self.counters.bytes += bytes.len() as u64;
        self.timeline.now_ms = now_ms;
        let mut sync = std::mem::take(&mut self.sync);
        sync.push(bytes, |run| {
            for packet in run.chunks_exact(PACKET).filter_map(Packet::new) {
                self.packet(&packet, out);
            }
        });
        self.counters.junk_bytes = sync.skipped_bytes;
        self.sync = sync;
    }

    /// The source is gone, in the middle of anything; whatever comes next begins a new run. A picture that had begun is left
    /// out: nobody knows how much of it is missing, and browsers give up at half a picture.
    pub fn interrupt(&mut self) {
        for stream in &mut self.streams {
            if let Lane::Video(video) = &mut stream.lane {
                video.open = None;
            }
        }
        self.finish();
        self.before = self.counters;
    }

    /// The source has come to its proper end, as a file does; whatever comes next begins a new run.
    pub fn finish(&mut self) {
        self.sync.reset();
        let mut streams = std::mem::take(&mut self.streams);
        for stream in &mut streams {
            stream.continuity = None;
            if let Lane::Video(video) = &mut stream.lane {
                if let Some(open) = video.open.take() {
                    // Nothing follows that would say how long it stands: as long as the one before.
                    let next = open.dts + video.last_duration;
                    self.picture(video, open, next);
                }
                video.reference = None;
            }
        }
        self.streams = streams;
        for stream in &mut self.streams {
            if let Lane::Sound(sound) = &mut stream.lane {
                sound.settle(&mut self.timeline);
                sound.interrupt();
            }
        }
        self.derived.iter_mut().chain(&mut self.absent).for_each(Sound::interrupt);
        self.timeline.end_run();
    }

    /// The index as it stands.
    pub fn index(&self) -> &Index {
        &self.timeline.index
    }

    /// The index, to evict from.
    pub fn index_mut(&mut self) -> &mut Index {
        &mut self.timeline.index
    }

    /// The programme's map, once it has come.
    pub fn map(&self) -> Option<&Pmt> {
        self.map.as_ref()
    }

    /// Tracks of the programme, in the order of the map, with what is known of them.
    pub fn tracks(&self) -> &[Track] {
        self.timeline.run().map_or(&self.timeline.planned, |run| &run.tracks)
    }

    /// Whether a track comes no more and is planned only so that those who play it hear silence.
    pub fn is_absent(&self, track: &Track) -> bool {
        let from = match track.origin {
            Origin::Derived { from } => from,
            Origin::Stream { .. } => track.id,
        };
        self.absent.iter().any(|sound| sound.track == from)
    }

    /// Offset of the next byte.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// What was counted.
    pub fn counters(&self) -> Counters {
        let mut counters = self.counters;
        counters.damaged_sections = self.pat.damaged + self.pmt.damaged;
        counters.silent_frames = self.sounds().map(|sound| sound.filled).sum();
        counters.runs = self.timeline.runs();
        counters
    }

    /// What was counted of each PID that the programme has or, lately, had, by PID.
    pub fn pids(&self) -> Vec<PidCounters> {
        let mut pids = self.gone.clone();
        pids.extend(self.streams.iter().map(Stream::counted));
        pids.sort_by_key(|counters| counters.pid);
        pids
    }

    /// What keeps the first frame from coming.
    pub fn waiting(&self) -> Waiting {
        if self.timeline.run().is_some() {
            Waiting::Nothing
        } else if self.counters.is_scrambled_since(&self.before) {
            Waiting::Scrambled
        } else if self.map.is_none() {
            Waiting::ProgrammeMap
        } else {
            Waiting::KeyFrame
        }
    }

    fn sounds(&self) -> impl Iterator<Item = &Sound> {
        let own = self.streams.iter().filter_map(|stream| match &stream.lane {
            Lane::Sound(sound) => Some(&**sound),
            _ => None,
        });
        own.chain(&self.derived).chain(&self.absent)
    }

    fn sound(&mut self, track: TrackId) -> Option<&mut Sound> {
        self.streams.iter_mut().find_map(|stream| match &mut stream.lane {
            Lane::Sound(sound) if sound.track == track => Some(&mut **sound),
            _ => None,
        })
    }

    /// Frames of `track` are kept for a transcoder from now on (or no longer), also if it is gone for a while. The next one begins a
    /// stretch, with its time.
    pub fn tap(&mut self, track: TrackId, on: bool) {
        if on {
            self.tapped.insert(track);
        } else {
            self.tapped.remove(&track);
        }
        if let Some(sound) = self.sound(track) {
            sound.tap(on);
        }
    }

    /// Frames of `track` since the last call.
    pub fn take_tapped(&mut self, track: TrackId) -> Vec<Tapped> {
        self.sound(track).map(Sound::take_tapped).unwrap_or_default()
    }

    fn packet(&mut self, packet: &Packet<'_>, out: &mut Vec<u8>) {
        let pid = packet.pid();
        if pid == NULL_PID {
            return;
        }
        if packet.transport_error() {
            // Its PID may be wrong too, but rarely is; and the continuity counter does not tell of sixteen such packets.
            if let Some(at) = usize::from(self.route[usize::from(pid)]).checked_sub(1) {
                self.counters.transport_errors += 1;
                self.streams[at].counters.packets += 1;
                self.streams[at].counters.transport_errors += 1;
                self.streams[at].damaged();
            }
            return;
        }
        if pid == 0 {
            self.association(packet);
            return;
        }
        if !self.unseen.is_empty() && begins(packet) {
            self.unseen.remove(&pid); // the next map says what it is
        }
        let position = self.route[usize::from(pid)];
        if position == 0 {
            if self.candidates.iter().any(|(_, map)| *map == pid) {
                self.programme_map(packet);
                self.read_again(out);
            } else if self.map.is_none() {
                self.keep_unread(packet);
            }
            return;
        }
        let stream = &mut self.streams[usize::from(position) - 1];
        stream.counters.packets += 1;
        stream.carries |= begins(packet) || packet.scrambled();
        if packet.scrambled() {
            self.counters.scrambled_packets += 1;
            stream.scrambled(packet);
            return;
        }
        self.counters.clear_packets += 1;
        let mut stream = std::mem::replace(stream, Stream::new(pid, Lane::Other));
        self.stream_packet(&mut stream, packet, out);
        let mistaken = matches!(&stream.lane, Lane::Sound(sound) if sound.is_mistaken());
        self.streams[usize::from(position) - 1] = stream;
        if mistaken && let Some(mut map) = self.map.clone() {
            self.corrected.insert(pid);
            self.correct(&mut map);
            let stream = &mut self.streams[usize::from(position) - 1];
            // Never heard under the wrong name, nothing goes on as silence. What was heard has changed before its map did.
            if !stream.is_described(self.timeline.run()) {
                stream.lane = Lane::Other;
            }
            self.adopt(map);
        } else if packet.unit_start() && (self.timeline.run().is_none() || self.timeline.suspended()) {
            self.look_for_the_absent(usize::from(position) - 1, packet);
        }
    }

    /// Nobody knows yet whether it belongs to the programme: a key frame that comes before the map need not be waited for a second time.
    fn keep_unread(&mut self, packet: &Packet<'_>) {
        if self.unread.len() >= UNREAD_LIMIT {
            self.unread.drain(..UNREAD_LIMIT / 2);
        }
        self.unread.extend_from_slice(packet.bytes());
    }

    /// Reads what came before the map, if that has just come.
    fn read_again(&mut self, out: &mut Vec<u8>) {
        if self.map.is_none() || self.unread.is_empty() {
            return;
        }
        for packet in std::mem::take(&mut self.unread).chunks_exact(PACKET).filter_map(Packet::new) {
            self.packet(&packet, out);
        }
    }

    fn stream_packet(&mut self, stream: &mut Stream, packet: &Packet<'_>, out: &mut Vec<u8>) {
        match continuity(&mut stream.continuity, packet) {
            Step::Next => {}
            Step::Duplicate => return,
            Step::Lost(count) => {
                self.counters.lost_packets += count;
                stream.counters.continuity_errors += 1;
                stream.damaged();
            }
        }
        if packet.discontinuity() {
            self.splice(&mut stream.lane);
        }
        match &mut stream.lane {
            Lane::Video(video) => self.video_packet(video, packet, out),
            Lane::Sound(sound) => {
                let pts = packet.unit_start().then(|| pes::header(packet.payload())?.pts).flatten();
                if let Some(pts) = pts.filter(|_| self.timeline.is_cut_by(sound.track)) {
                    self.repeat_tables(pts as i64, out);
                }
                let begin = self.append(packet, out);
                let mut payload = packet.payload();
                if packet.unit_start() {
                    let Some(header) = pes::header(payload) else { return };
                    payload = payload.get(header.length..).unwrap_or(&[]);
                    sound.unit(begin, header.pts, payload);
                }
                let edge = self.timeline.edge();
                sound.payload(payload, self.offset, &mut self.timeline);
                if self.timeline.edge() != edge {
                    self.follow();
                }
            }
            Lane::Other => {
                self.append(packet, out);
            }
        }
    }

    /// The stream announces that what follows does not continue what was (ISO/IEC 13818-1 §2.4.3.5): what is half done stays
    /// so, and pictures go on at the next random access point, with a run of their own.
    fn splice(&mut self, lane: &mut Lane) {
        match lane {
            Lane::Video(video) => {
                video.open = None;
                self.timeline.suspend();
            }
            Lane::Sound(sound) => sound.broken(),
            Lane::Other => {}
        }
    }

    /// Appends a packet; says at which offset.
    fn append(&mut self, packet: &Packet<'_>, out: &mut Vec<u8>) -> u64 {
        let begin = self.offset;
        out.extend_from_slice(packet.bytes());
        self.offset += PACKET as u64;
        begin
    }

    fn association(&mut self, packet: &Packet<'_>) {
        let mut found = None;
        self.pat.push(packet, |section| found = Pat::parse(section).or(found.take()));
        let Some(pat) = found else { return };
        let wanted = self.start.programme;
        let listed = wanted.is_some_and(|number| pat.programmes.iter().any(|(n, _)| *n == number));
        self.candidates =
            pat.programmes.into_iter().filter(|(number, _)| !listed || Some(*number) == wanted).collect();
        // A stream's PID is never a map's, whatever a damaged table says.
        self.candidates.retain(|(_, map)| self.route[usize::from(*map)] == 0);
    }

    fn programme_map(&mut self, packet: &Packet<'_>) {
        let pid = packet.pid();
        if self.map.is_some() && pid != self.map_pid {
            // Another programme's map: ours is the first that came, as long as the association lists it.
            if self.candidates.iter().any(|(_, map)| *map == self.map_pid) {
                return;
            }
        }
        let mut found = None;
        if pid != self.map_pid {
            self.pmt = Sections::default();
            self.map_pid = pid;
        }
        self.pmt.push(packet, |section| found = Pmt::parse(section).or(found.take()));
        let Some(mut map) = found else { return };
        // Whoever has announced something else meanwhile means it when MPEG audio is announced again.
        let said = |pid: &u16| map.streams.iter().any(|it| it.pid == *pid && it.kind == Kind::MpegAudio);
        self.corrected.retain(said);
        self.correct(&mut map);
        if self.start.programme.is_some_and(|wanted| wanted != map.programme)
            && self.candidates.iter().any(|(number, _)| Some(*number) == self.start.programme)
        {
            return;
        }
        if self.map.as_ref() != Some(&map) {
            self.adopt(map);
        }
    }

    /// Some multiplexers announce AAC as MPEG audio, or what never comes; what comes tells better.
    fn correct(&self, map: &mut Pmt) {
        map.streams.retain(|stream| !self.unseen.contains(&stream.pid));
        for stream in map.streams.iter_mut().filter(|stream| self.corrected.contains(&stream.pid)) {
            if stream.kind == Kind::MpegAudio {
                stream.kind = Kind::AacAdts;
            }
        }
    }

    /// A new map is in force: tracks keep their names where codec, language and role are the same.
    fn adopt(&mut self, map: Pmt) {
        let old = std::mem::take(&mut self.streams);
        let mut shadows: Vec<Sound> =
            self.absent.drain(..).chain(old.iter().filter_map(Stream::shadow)).collect();
        let before = std::mem::take(&mut self.timeline.planned);
        let mut old: Vec<Option<Stream>> = old.into_iter().map(Some).collect();
        self.route.fill(0);
        let mut pids: Vec<(u16, Option<usize>)> = map
            .streams
            .iter()
            .enumerate()
            .filter(|(_, stream)| !matches!(stream.kind, Kind::Other(_)))
            .map(|(at, stream)| (stream.pid, Some(at)))
            .collect();
        if pids.iter().all(|(pid, _)| *pid != map.pcr_pid) && map.pcr_pid != NULL_PID {
            pids.push((map.pcr_pid, None));
        }
        let mut has_video = false;
        for (pid, at) in pids {
            if usize::from(self.route[usize::from(pid)]) != 0 || self.streams.len() >= 250 {
                continue;
            }
            let kept = old
                .iter_mut()
                .find(|slot| slot.as_ref().is_some_and(|s| s.pid == pid))
                .and_then(Option::take);
            let (continuity, counters) = match &kept {
                Some(stream) => (stream.continuity, stream.counters),
                None => (None, counters::take(&mut self.gone, pid)),
            };
            let lane = match at.map(|at| &map.streams[at]) {
                Some(stream) if stream.kind.is_audio() || (stream.kind.is_video() && !has_video) => {
                    has_video |= stream.kind.is_video();
                    let track = self.name(stream, &before);
                    let id = track.id;
                    self.timeline.planned.push(track);
                    Lane::going_on(id, stream.kind, kept.map(|stream| stream.lane), &mut shadows)
                }
                _ => Lane::Other,
            };
            self.streams.push(Stream { continuity, counters, ..Stream::new(pid, lane) });
            self.route[usize::from(pid)] = self.streams.len() as u8;
        }
        old.iter().flatten().for_each(|stream| counters::keep(&mut self.gone, stream.counted()));
        for stream in &mut self.streams {
            if let Lane::Sound(sound) = &mut stream.lane {
                sound.keep_tap(self.tapped.contains(&sound.track));
            }
        }
        self.keep_absent(shadows, before);
        // Pictures cut; sound follows.
        self.timeline.planned.sort_by_key(|track| !track.kind.is_video());
        if self.timeline.run().is_some_and(|run| !self.timeline.is_cut_by(run.tracks[0].id)) {
            // Radio has become television, or the other way: what is begun ends here, and a run of its own follows.
            self.timeline.suspend();
        }
        self.tables = Tables::of(&map);
        self.timeline.tables = [&self.tables.pat[..], &self.tables.pmt].concat();
        self.map = Some(map);
        self.plan_derived();
        self.tables_at = i64::MIN / 2;
        self.heard = None;
    }

    /// Sound that readers of the run in force may be playing, and that the new map does not name, stays planned.
    fn keep_absent(&mut self, shadows: Vec<Sound>, before: Vec<Track>) {
        let Some(run) = self.timeline.run().cloned() else { return };
        for sound in shadows {
            let named = self.timeline.planned.iter().any(|track| track.id == sound.track);
            if named || run.track(sound.track).is_none() || self.absent.len() >= ABSENT_LIMIT {
                continue;
            }
            self.timeline.planned.extend(before.iter().find(|track| track.id == sound.track).cloned());
            self.absent.push(sound);
        }
    }

    fn name(&mut self, stream: &crate::ts::psi::Stream, before: &[Track]) -> Track {
        let same = |track: &&Track| {
            matches!(track.origin, Origin::Stream { .. })
                && track.kind == stream.kind
                && track.language == stream.language
                && track.audio_type == stream.audio_type
                && self.timeline.planned.iter().all(|taken| taken.id != track.id)
        };
        let found = before.iter().find(same).cloned();
        let id = found.as_ref().map_or_else(
            || {
                let id = self.next_track;
                self.next_track = (self.next_track + 1) % DERIVED;
                id
            },
            |track| track.id,
        );
        Track {
            id,
            kind: stream.kind,
            origin: Origin::Stream { pid: stream.pid },
            language: stream.language,
            audio_type: stream.audio_type,
            setup: found.and_then(|track| track.setup).filter(|_| stream.kind.is_video()),
        }
    }

    /// At source time `now` of what cuts the segments: PAT and PMT again, if it is time.
    fn repeat_tables(&mut self, now: i64, out: &mut Vec<u8>) {
        if (0..TABLES_EVERY).contains(&(now - self.tables_at)) {
            return;
        }
        self.tables_at = now;
        let before = out.len();
        self.tables.write(out);
        self.offset += (out.len() - before) as u64;
    }
}

/// PAT and PMT are repeated in the tape at least this often (ticks).
const TABLES_EVERY: i64 = HZ / 4;

/// So many bytes are kept of what comes before the map: half a second of the fattest broadcast; half of them go at a time.
const UNREAD_LIMIT: usize = 8192 * PACKET;

/// No more tracks than this go on as silence; no programme has more languages.
const ABSENT_LIMIT: usize = 32;
