//! HLS playlists as pure functions of an index and a request: RFC 8216bis.
//!
//! - A media playlist lists whole segments, and the parts of the newest ones, exactly as far as [`Index::listed`] allows.
//! - Addresses are relative and never change their meaning: `{rendition}/{sequence}.m4s`, `{rendition}/{sequence}.{part}.m4s`,
//!   `{rendition}/init-{hash}.mp4`, `{rendition}/{sequence}.ts`, `{subtitles}/{sequence}.vtt`.
//! - A playlist of subtitles has the sequences, lengths, dates and discontinuities of its picture, and no parts: what is read is listed as soon as what is
//!   seen begins, if it is known by then ([`Index::foreseen`]).
//! - Requests are read in [`request`].
//! - Waiting, caching and sending belong to the server.

pub mod request;

use crate::cmaf;
use crate::segment::{PART_TARGET, SEGMENT_MAXIMUM};
use crate::subtitles::{Name, Role};
use crate::tape::{Index, Listed, Rendition, Run, Segment, Setup, Track};
use crate::time::{HZ, seconds};
use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

/// Distance from the live edge that players with parts keep (seconds).
pub const PART_HOLD_BACK: f64 = 1.0;
/// Distance from the live edge that players without parts keep (seconds).
pub const HOLD_BACK: f64 = 12.0;
/// Parts are listed for the newest entries only, the open segment being one. RFC 8216bis §4.4.4.9 asks for no more than three target
/// durations of them; strict readers (hls-parser) take them in the last three entries.
const PARTS_ENTRIES: usize = 3;
/// Players that do not ask for more get this much (ticks).
pub const SHORT_WINDOW: i64 = 60 * HZ;
/// Segments older than this may be skipped in a delta update (seconds): six target durations.
const SKIP_UNTIL: i64 = 6 * SEGMENT_MAXIMUM;

/// How segments are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Container {
    /// Fragmented MP4.
    Cmaf,
    /// MPEG transport stream; no parts.
    Ts,
}

/// What is fixed for a playlist's readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Which tracks.
    pub rendition: Rendition,
    /// The track that everything waits for.
    pub barrier: Option<crate::tape::TrackId>,
    /// How segments are packed.
    pub container: Container,
    /// Offer parts and blocking reloads.
    pub low_latency: bool,
    /// Offer all of the tape, not only its last minute.
    pub whole_window: bool,
    /// The other renditions of the session, for rendition reports.
    pub siblings: Vec<Rendition>,
    /// Where players are to begin (milliseconds since 1970; the oldest that is listed if that is later); else at the live edge.
    pub begin: Option<i64>,
    /// Subtitles instead of the rendition, which they go with.
    pub text: Option<Name>,
}

impl View {
    /// What it is called in addresses.
    pub fn name(&self) -> String {
        self.text.map_or_else(|| name(self.rendition), |text| text.to_string())
    }

    /// What of an index it is about.
    fn of<'a>(&self, index: &'a Index) -> Cow<'a, Index> {
        if self.text.is_some() { index.foreseen() } else { Cow::Borrowed(index) }
    }

    /// How far it goes.
    fn edge(&self, index: &Index) -> Option<(u64, Listed)> {
        let (sequence, listed) = index.edge(self.rendition, self.barrier)?;
        if self.text.is_none() || listed.whole {
            return Some((sequence, listed));
        }
        let before = index.segment(sequence.checked_sub(1)?)?;
        Some((before.sequence, Listed { parts: 0, whole: true }))
    }
}

/// Delivery directives (§6.2.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    /// `_HLS_msn`.
    pub sequence: Option<u64>,
    /// `_HLS_part`.
    pub part: Option<u32>,
    /// `_HLS_skip=YES`.
    pub skip: bool,
}

/// What to do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Answer now.
    Now,
    /// Answer when the index has grown.
    Wait,
    /// It asks for what lies more than two segments beyond the tape: 400.
    TooFarAhead,
}

/// Name of a rendition in addresses: its tracks.
pub fn name(rendition: Rendition) -> String {
    let mut name = String::new();
    if let Some(id) = rendition.video {
        let _ = write!(name, "v{id}");
    }
    if let Some(id) = rendition.audio {
        let _ = write!(name, "a{id}");
    }
    name
}

/// The rendition of that name.
pub fn by_name(name: &str) -> Option<Rendition> {
    let (video, audio) = match name.split_once('a') {
        Some((video, audio)) => (video, Some(audio.parse().ok()?)),
        None => (name, None),
    };
    let video = match video.strip_prefix('v') {
        Some(id) => Some(id.parse().ok()?),
        None if video.is_empty() => None,
        None => return None,
    };
    let rendition = Rendition { video, audio };
    (rendition.master().is_some() && self::name(rendition) == name).then_some(rendition)
}

/// Whether a playlist request can be answered.
pub fn readiness(index: &Index, view: &View, directives: Directives) -> Readiness {
    let index = &*view.of(index);
    let edge = view.edge(index);
    if index.ended {
        return Readiness::Now;
    }
    let Some((sequence, listed)) = edge else { return Readiness::Wait };
    let whole = if listed.whole { Some(sequence) } else { sequence.checked_sub(1) };
    let Some(wanted) = directives.sequence else {
        // A player cannot begin without a whole segment (hls.js gives up on such a playlist).
        let any =
            whole.is_some_and(|whole| index.segments.front().is_some_and(|first| whole >= first.sequence));
        return if any { Readiness::Now } else { Readiness::Wait };
    };
    // What the tape holds is not too far, although its sound is behind: it may have been listed before.
    if wanted > sequence.max(index.next_sequence.saturating_sub(1)) + 2 {
        return Readiness::TooFarAhead;
    }
    let reached = match directives.part {
        None => whole.is_some_and(|whole| whole >= wanted),
        Some(part) => {
            sequence > wanted
                || (sequence == wanted && ((part as usize) < listed.parts || (listed.whole && part == 0)))
        }
    };
    if reached { Readiness::Now } else { Readiness::Wait }
}

/// The media playlist.
pub fn media(index: &Index, view: &View, directives: Directives) -> String {
    let index = &*view.of(index);
    let edge = view.edge(index);
    let mut out = String::with_capacity(4096);
    let Some((last, at_edge)) = edge else {
        let _ = write!(out, "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:{}\n", SEGMENT_MAXIMUM / HZ);
        if index.ended {
            out.push_str("#EXT-X-ENDLIST\n");
        }
        return out;
    };
    let end = index.segment(last).map_or(0, |segment| segment.start);
    let first = index
        .segments
        .iter()
        .position(|segment| view.whole_window || segment.start >= end - SHORT_WINDOW)
        .unwrap_or(0);
    let listed: Vec<&Arc<Segment>> =
        index.segments.range(first..).take_while(|segment| segment.sequence <= last).collect();
    head(&mut out, view, listed[0]);
    if let Some(begin) = view.begin.and_then(|wall_ms| place_of(&listed, wall_ms)) {
        let _ = writeln!(out, "#EXT-X-START:TIME-OFFSET={:.3},PRECISE=YES", seconds(begin));
    }
    let skipped = if directives.skip && view.low_latency {
        listed.iter().take_while(|segment| end - segment.start > SKIP_UNTIL).count().saturating_sub(1)
    } else {
        0
    };
    if skipped > 0 {
        let _ = writeln!(out, "#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}");
    }
    // Where the edge is whole, the hint of the next part stands for an entry of its own.
    let entries = listed.len() + usize::from(at_edge.whole && !index.ended);
    for (position, segment) in listed.iter().enumerate().skip(skipped) {
        let before = position.checked_sub(1).map(|before| listed[before]);
        let fresh_run = before.is_none_or(|before| segment.run.number != before.run.number);
        // Whether an entry is dated does not hang on where the window begins: what was listed does not change. What a skipped part of the
        // playlist said is known to the player; its first entry is dated all the same, so that nobody need add up.
        let minute = |segment: &Segment| segment.start.div_euclid(60 * HZ);
        let dates = fresh_run
            || position == skipped
            || before.is_some_and(|before| minute(before) != minute(segment));
        entry_head(&mut out, view, segment, position > 0, fresh_run, dates);
        let listed =
            if segment.sequence == last { at_edge } else { Listed { parts: usize::MAX, whole: true } };
        entry(&mut out, view, segment, listed, entries - position <= PARTS_ENTRIES);
    }
    tail(&mut out, index, view, last, at_edge);
    out
}

/// Where in the listed segments a moment lies, in ticks from their beginning; `None`: at or beyond the live edge (RFC 8216bis §4.4.2.2
/// counts from the beginning of the playlist).
fn place_of(listed: &[&Arc<Segment>], wall_ms: i64) -> Option<i64> {
    let first = listed.first()?.start;
    let Some(within) = listed.partition_point(|segment| segment.wall_ms <= wall_ms).checked_sub(1) else {
        return Some(0);
    };
    let segment = listed.get(within)?;
    // Between runs there is nothing: the next one begins where the last ended.
    let end = segment.end?;
    Some((segment.start + (wall_ms - segment.wall_ms).saturating_mul(HZ / 1000)).min(end) - first)
}

fn head(out: &mut String, view: &View, first: &Segment) {
    let version = if view.low_latency { 9 } else { 6 };
    let _ =
        write!(out, "#EXTM3U\n#EXT-X-VERSION:{version}\n#EXT-X-TARGETDURATION:{}\n", SEGMENT_MAXIMUM / HZ);
    if view.low_latency && view.text.is_some() {
        let _ = writeln!(
            out,
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK={HOLD_BACK:.3},CAN-SKIP-UNTIL={:.3}",
            seconds(SKIP_UNTIL)
        );
    } else if view.low_latency {
        let _ = write!(
            out,
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={PART_HOLD_BACK:.3},HOLD-BACK={HOLD_BACK:.3},CAN-SKIP-UNTIL={:.3}\n#EXT-X-PART-INF:PART-TARGET={:.3}\n",
            seconds(SKIP_UNTIL),
            seconds(PART_TARGET)
        );
    }
    let _ = write!(
        out,
        "#EXT-X-MEDIA-SEQUENCE:{}\n#EXT-X-DISCONTINUITY-SEQUENCE:{}\n",
        first.sequence, first.discontinuity_sequence
    );
}

fn entry_head(out: &mut String, view: &View, segment: &Segment, inside: bool, fresh_run: bool, dated: bool) {
    if inside && segment.discontinuity {
        out.push_str("#EXT-X-DISCONTINUITY\n");
    }
    if fresh_run
        && view.container == Container::Cmaf
        && view.text.is_none()
        && let Some(init) = cmaf::init(&segment.run, view.rendition)
    {
        let _ = writeln!(
            out,
            "#EXT-X-MAP:URI=\"{}/init-{:016x}.mp4\"",
            name(view.rendition),
            cmaf::content_hash(&init)
        );
    }
    if dated {
        let _ = writeln!(out, "#EXT-X-PROGRAM-DATE-TIME:{}", date(segment.wall_ms));
    }
}

fn entry(out: &mut String, view: &View, segment: &Segment, listed: Listed, recent: bool) {
    let Some(master) = view.rendition.master().and_then(|id| segment.lane(id)) else { return };
    let timescale = f64::from(segment.run.track(master.track).map_or(HZ as u32, Track::timescale));
    let name = view.name();
    if view.low_latency && recent && view.text.is_none() {
        for (number, part) in master.parts.iter().take(listed.parts).enumerate() {
            let _ = write!(
                out,
                "#EXT-X-PART:DURATION={:.5},URI=\"{name}/{}.{number}.m4s\"",
                f64::from(part.duration) / timescale,
                segment.sequence
            );
            out.push_str(if part.independent { ",INDEPENDENT=YES\n" } else { "\n" });
        }
    }
    if listed.whole {
        let extension = match view.container {
            _ if view.text.is_some() => "vtt",
            Container::Ts => "ts",
            Container::Cmaf => "m4s",
        };
        let duration = master.duration() as f64 / timescale;
        let _ = writeln!(out, "#EXTINF:{duration:.5},\n{name}/{}.{extension}", segment.sequence);
    }
}

fn tail(out: &mut String, index: &Index, view: &View, last: u64, edge: Listed) {
    if index.ended {
        out.push_str("#EXT-X-ENDLIST\n");
        return;
    }
    if !view.low_latency || view.text.is_some() {
        return;
    }
    let (sequence, part) = if edge.whole { (last + 1, 0) } else { (last, edge.parts) };
    let _ =
        writeln!(out, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{}/{sequence}.{part}.m4s\"", name(view.rendition));
    for sibling in view.siblings.iter().filter(|sibling| **sibling != view.rendition) {
        if let Some((sequence, listed)) = index.edge(*sibling, view.barrier) {
            let part = listed.parts.saturating_sub(1);
            let _ = writeln!(
                out,
                "#EXT-X-RENDITION-REPORT:URI=\"{}.m3u8\",LAST-MSN={sequence},LAST-PART={part}",
                name(*sibling)
            );
        }
    }
}

/// What a multivariant playlist offers: one picture, or one picture with a choice of sound; and these subtitles with either.
pub fn multivariant(run: &Run, renditions: &[Rendition], texts: &[Name], bandwidth: u64) -> String {
    let mut out = String::from("#EXTM3U\n#EXT-X-VERSION:6\n");
    let Some(main) = renditions.first() else { return out };
    let sounds = renditions.iter().skip(1).filter_map(|rendition| run.track(rendition.audio?));
    let mut codecs: Vec<String> = main.tracks().filter_map(|id| run.track(id)).map(Track::rfc6381).collect();
    let mut group = "";
    for (position, track) in sounds.enumerate() {
        group = ",AUDIO=\"sound\"";
        let codec = track.rfc6381();
        if !codecs.contains(&codec) {
            codecs.push(codec);
        }
        let language =
            track.language.map_or("und".into(), |code| String::from_utf8_lossy(&code).into_owned());
        let (default, number) = (if position == 0 { "YES" } else { "NO" }, position + 1);
        let channels = track.header().map_or(2, |header| header.channels);
        let what_for =
            characteristics(track).map_or(String::new(), |tag| format!(",CHARACTERISTICS=\"{tag}\""));
        let _ = writeln!(
            out,
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"{language} {number}\",LANGUAGE=\"{language}\",DEFAULT={default},AUTOSELECT=YES,CHANNELS=\"{channels}\"{what_for},URI=\"{}.m3u8\"",
            name(Rendition { video: None, audio: Some(track.id) })
        );
    }
    for text in texts {
        subtitles(&mut out, text);
    }
    let _ = write!(out, "#EXT-X-STREAM-INF:BANDWIDTH={bandwidth},CODECS=\"{}\"", codecs.join(","));
    if let Some(picture) = main.video.and_then(|id| run.track(id)).and_then(Track::picture) {
        let _ = write!(out, ",RESOLUTION={}x{}", picture.width, picture.height);
        if let Some((count, second)) = picture.frame_rate.filter(|(_, second)| *second > 0) {
            let _ = write!(out, ",FRAME-RATE={:.3}", f64::from(count) / f64::from(second));
        }
    }
    if let Some(range) = main.video.and_then(|id| run.track(id)).and_then(range) {
        let _ = write!(out, ",VIDEO-RANGE={range}");
    }
    let read = if texts.is_empty() { "" } else { ",SUBTITLES=\"text\"" };
    let _ = write!(out, "{group}{read}\n{}.m3u8\n", name(*main));
    out
}

/// A rendition of subtitles (RFC 8216bis §4.4.6.1). None is the default: whoever wants to read says so.
fn subtitles(out: &mut String, text: &Name) {
    let code = text.code();
    let (role, more) = match text.role {
        Role::Full => ("", ",FORCED=NO"),
        Role::Forced => (" forced", ",FORCED=YES"),
        Role::Impaired => (" sdh", IMPAIRED),
    };
    let _ = write!(out, "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"text\",NAME=\"{code}{role}\"");
    if text.language.is_some() {
        let _ = write!(out, ",LANGUAGE=\"{code}\"");
    }
    let _ = writeln!(out, ",DEFAULT=NO,AUTOSELECT=YES{more},URI=\"{text}.m3u8\"");
}

/// What subtitles for those who do not hear say of themselves.
const IMPAIRED: &str = ",FORCED=NO,CHARACTERISTICS=\"public.accessibility.transcribes-spoken-dialog,\
    public.accessibility.describes-music-and-sound\"";

/// What a sound is for (RFC 8216bis §4.4.6.1), by its `audio_type` (ISO/IEC 13818-1 table 2-60).
fn characteristics(track: &Track) -> Option<&'static str> {
    match track.audio_type {
        2 => Some("public.accessibility.enhances-speech-intelligibility"),
        3 => Some("public.accessibility.describes-video"),
        _ => None,
    }
}

/// `VIDEO-RANGE` (RFC 8216bis §4.4.6.2) of a picture that is not of the standard range, by its transfer characteristics (ISO/IEC 23091-2).
fn range(track: &Track) -> Option<&'static str> {
    let Some(Setup::Hevc(config)) = &track.setup else { return None };
    match config.colour?.transfer {
        16 => Some("PQ"),
        18 => Some("HLG"),
        _ => None,
    }
}

/// RFC 3339 with milliseconds, in UTC.
fn date(ms: i64) -> String {
    let (days, rest) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    // Civil date from days since 1970 (proleptic Gregorian; eras of 400 years beginning in March).
    let z = days + 719_468;
    let (era, day_of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (h, m, s) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{:03}Z", rest % 1000)
}
