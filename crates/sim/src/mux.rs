//! Puts a generated programme on the air as a broadcaster would: one constant-rate picture, sound that comes
//! later than the picture of its moment, PCR every 30 ms, tables every 100 ms, the guide and stray packets between.
//!
//! Input is what ffmpeg encoded, with every frame of sound in a PES packet of its own. A turn of the loop holds a
//! whole number of pictures and of frames of sound of every track, so that the loop has no seam.

use std::collections::BTreeMap;

use crate::clip::{Assembly, Clip, Field, Item, Kind};
use crate::ts::{self, Elementary, PACKET, Programme};

pub(crate) const PMT_PID: u16 = 0x64;
pub(crate) const VIDEO_PID: u16 = 0x6E;
pub(crate) const AUDIO_PID: u16 = 0x78;
const EIT_PID: u16 = 0x12;
const STRAY_PID: u16 = 0x1ABC;
const MS_27M: u64 = 27_000;
/// A turn's sound begins this much before its first picture: ffmpeg's last frames of sound may be missing.
const SOUND_EARLIER_90K: i64 = 22_500;
/// Nothing may arrive later than this before it is due.
const MARGIN_90K: i64 = 9_000;

/// How a track of sound is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sound {
    Ac3,
    Mp2,
    Aac,
}

impl Sound {
    fn frame_90k(self) -> i64 {
        match self {
            Self::Ac3 => 2880,
            Self::Mp2 => 2160,
            Self::Aac => 1920,
        }
    }

    fn stream_id(self) -> u8 {
        if self == Self::Ac3 { 0xBD } else { 0xC0 }
    }

    fn elementary(self, pid: u16, language: &str) -> Elementary {
        let mut descriptors = vec![0x0A, 4];
        descriptors.extend(language.bytes().take(3));
        descriptors.push(0);
        let stream_type = match self {
            Self::Ac3 => {
                descriptors.extend([0x6A, 1, 0]);
                0x06
            }
            Self::Mp2 => 0x03,
            Self::Aac => 0x0F,
        };
        Elementary { stream_type, pid, descriptors }
    }
}

/// What is to be put on the air.
pub(crate) struct Input<'a> {
    /// ffmpeg's transport stream.
    pub(crate) data: &'a [u8],
    /// Length of a turn.
    pub(crate) length_90k: i64,
    pub(crate) sounds: &'a [(Sound, &'static str)],
    /// How much later than the picture of its moment the sound arrives.
    pub(crate) audio_delay_90k: i64,
    /// Null packets fill the stream up to this rate.
    pub(crate) least_bps: u64,
}

#[derive(Debug, Clone)]
struct Unit {
    data: Vec<u8>,
    pts: i64,
    dts: i64,
    key: bool,
}

/// PES packets of each PID.
fn demultiplex(data: &[u8]) -> BTreeMap<u16, Vec<Unit>> {
    let mut units: BTreeMap<u16, Vec<Unit>> = BTreeMap::new();
    for packet in ts::packets(data) {
        let Some(payload) = ts::payload_at(packet) else { continue };
        let list = units.entry(ts::pid(packet)).or_default();
        if let Some(stamps) = ts::pes_stamps(packet) {
            let key = payload > 5 && packet[5] & 0x40 != 0;
            let data = packet[stamps.data_at..].to_vec();
            list.push(Unit { data, pts: stamps.pts as i64, dts: stamps.dts as i64, key });
        } else if !ts::starts_unit(packet)
            && let Some(unit) = list.last_mut()
        {
            unit.data.extend_from_slice(&packet[payload..]);
        }
    }
    units.retain(|_, list| !list.is_empty());
    units
}

/// Makes the loop; says what is wrong when the encoded streams do not fill it.
pub(crate) fn assemble(input: &Input<'_>) -> Result<Clip, String> {
    let units = demultiplex(input.data);
    let mut tracks = units.into_values();
    let has_video = tracks.len() > input.sounds.len();
    let video = if has_video { tracks.next().unwrap_or_default() } else { Vec::new() };
    let sounds: Vec<Vec<Unit>> = tracks.collect();
    if sounds.len() != input.sounds.len() {
        return Err(format!("{} tracks of sound, wanted {}", sounds.len(), input.sounds.len()));
    }
    let origin = video.iter().map(|unit| unit.pts).min();
    let origin = origin.or_else(|| sounds.first()?.first().map(|unit| unit.pts)).unwrap_or(0);
    let mut assembly = Assembly::default();
    let schedule = Schedule::of(&video, origin, input);
    add_video(&mut assembly, &video, origin, &schedule);
    for (track, (units, (kind, _))) in sounds.iter().zip(input.sounds).enumerate() {
        add_sound(&mut assembly, track, units, *kind, origin, &schedule)?;
    }
    let programme = programme(has_video, input.sounds);
    add_tables(&mut assembly, schedule.length_27m(), programme.pcr_pid);
    stuff(&mut assembly, schedule.length_27m(), input.least_bps);
    Ok(assembly.finish(input.length_90k, programme, PMT_PID))
}

fn programme(has_video: bool, sounds: &[(Sound, &'static str)]) -> Programme {
    let mut streams = Vec::new();
    if has_video {
        streams.push(Elementary { stream_type: 0x1B, pid: VIDEO_PID, descriptors: Vec::new() });
    }
    let audio = sounds.iter().zip(AUDIO_PID..);
    streams.extend(audio.map(|((sound, language), pid)| sound.elementary(pid, language)));
    Programme { number: 1, pcr_pid: if has_video { VIDEO_PID } else { AUDIO_PID }, streams }
}

/// When things are sent. The clock on the air equals the time since the turn began.
struct Schedule {
    length_90k: i64,
    /// Added to a stamp relative to the first picture, so that all arrives in time.
    shift: i64,
    /// How long before its PTS a frame of sound has arrived.
    sound_lead: i64,
    /// 27 MHz per packet of the picture, as a fraction.
    video_packets: u64,
}

impl Schedule {
    fn of(video: &[Unit], origin: i64, input: &Input<'_>) -> Self {
        let packets_of = |unit: &Unit| video_packets(unit) as i64;
        let total: i64 = video.iter().map(packets_of).sum();
        let mut sent = 0;
        let (mut late, mut lead) = (i64::MIN, 0);
        for unit in video {
            sent += packets_of(unit);
            let end = sent * input.length_90k / total.max(1);
            late = late.max(end - (unit.dts - origin));
            lead += (unit.pts - origin) - end;
        }
        let mut schedule = Self {
            length_90k: input.length_90k,
            shift: MARGIN_90K,
            sound_lead: MARGIN_90K,
            video_packets: total as u64,
        };
        if !video.is_empty() {
            let mean = lead / video.len() as i64;
            let for_sound = input.audio_delay_90k - mean + MARGIN_90K;
            schedule.shift = (late + MARGIN_90K).max(for_sound);
            schedule.sound_lead = mean + schedule.shift - input.audio_delay_90k;
        }
        schedule
    }

    fn has_video(&self) -> bool {
        self.video_packets > 0
    }

    fn length_27m(&self) -> u64 {
        self.length_90k as u64 * 300
    }
}

const VIDEO_HEADER: usize = 19;

fn video_packets(unit: &Unit) -> usize {
    let with_flags = 2; // the adaptation field that announces a key frame
    (unit.data.len() + VIDEO_HEADER + if unit.key { with_flags } else { 0 }).div_ceil(PACKET - 4)
}

fn add_video(assembly: &mut Assembly, video: &[Unit], origin: i64, schedule: &Schedule) {
    let mut order: Vec<i64> = video.iter().map(|unit| unit.pts).collect();
    order.sort_unstable();
    let mut sent = 0u64;
    for (index, unit) in video.iter().enumerate() {
        let (pts, dts) = (unit.pts - origin + schedule.shift, unit.dts - origin + schedule.shift);
        let number = order.partition_point(|other| *other < unit.pts) as u16;
        assembly.frames.push((pts, unit.key, number));
        let mut header = vec![0, 0, 1, 0xE0, 0, 0, 0x84, 0xC0, 10];
        header.extend([0x31, 0, 1, 0, 1, 0x11, 0, 1, 0, 1]);
        header.extend(&unit.data);
        let fields = [Field::Stamp(pts), Field::Stamp(dts)];
        for packet in packetise(VIDEO_PID, &header, unit.key, &fields) {
            let time = sent * schedule.length_27m() / schedule.video_packets;
            assembly.items.push(Item { time, unit: Some((0, index)), media: true, ..packet });
            sent += 1;
        }
    }
}

fn add_sound(
    assembly: &mut Assembly,
    track: usize,
    units: &[Unit],
    kind: Sound,
    origin: i64,
    schedule: &Schedule,
) -> Result<(), String> {
    let wanted = (schedule.length_90k / kind.frame_90k()) as usize;
    let early = if schedule.has_video() { SOUND_EARLIER_90K } else { 0 };
    let first = units.iter().position(|unit| unit.pts >= origin - early).unwrap_or(0);
    let units = units.get(first..first + wanted);
    let units = units.ok_or_else(|| format!("track {track} of sound is shorter than {wanted} frames"))?;
    let stepped = units.windows(2).find(|pair| pair[1].pts - pair[0].pts != kind.frame_90k());
    if let Some(pair) = stepped {
        return Err(format!(
            "frames of sound {} apart, wanted {}",
            pair[1].pts - pair[0].pts,
            kind.frame_90k()
        ));
    }
    for (index, unit) in units.iter().enumerate() {
        let pts = unit.pts - origin + schedule.shift;
        let send = pts - schedule.sound_lead;
        let turns = send.div_euclid(schedule.length_90k);
        let pts = pts - turns * schedule.length_90k;
        let time = (send.rem_euclid(schedule.length_90k) * 300) as u64;
        let length = unit.data.len() + 8;
        let mut pes = vec![0, 0, 1, kind.stream_id(), (length >> 8) as u8, length as u8, 0x84, 0x80, 5];
        pes.extend([0x21, 0, 1, 0, 1]);
        pes.extend(&unit.data);
        if track == 0 {
            assembly.sounds.push((pts, kind.frame_90k()));
        }
        for packet in packetise(AUDIO_PID + track as u16, &pes, false, &[Field::Stamp(pts)]) {
            let unit = (track == 0).then_some((1, index));
            assembly.items.push(Item { time, unit, media: true, ..packet });
        }
    }
    Ok(())
}

/// A PES packet as transport packets; its stamps stand at offset 9 and 14 of it.
fn packetise(pid: u16, pes: &[u8], key: bool, fields: &[Field]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut rest = pes;
    while !rest.is_empty() {
        let first = items.is_empty();
        let mut packet = [0xFF; PACKET];
        let flags = (first && key).then_some(0x40u8);
        let room = PACKET - 4 - if flags.is_some() { 2 } else { 0 };
        let take = rest.len().min(room);
        let field = PACKET - 4 - take; // bytes of adaptation field, its length byte included
        packet[..3].copy_from_slice(&[0x47, if first { 0x40 } else { 0 } | (pid >> 8) as u8, pid as u8]);
        packet[3] = if field > 0 { 0x30 } else { 0x10 };
        if field > 0 {
            packet[4] = field as u8 - 1;
        }
        if field > 1 {
            packet[5] = flags.unwrap_or(0);
        }
        let at = 4 + field;
        packet[at..].copy_from_slice(&rest[..take]);
        let mut item = Item::plain(0, packet);
        if first {
            let offsets = [at as u8 + 9, at as u8 + 14];
            item.fields = offsets.into_iter().zip(fields.iter().copied()).collect();
        }
        items.push(item);
        rest = &rest[take..];
    }
    items
}

/// Null packets, evenly.
fn stuff(assembly: &mut Assembly, length: u64, least_bps: u64) {
    let wanted = least_bps * length / 27_000_000 / (PACKET as u64 * 8);
    let missing = wanted.saturating_sub(assembly.items.len() as u64);
    let mut null = [0xFF; PACKET];
    null[..4].copy_from_slice(&[0x47, 0x1F, 0xFF, 0x10]);
    assembly.items.extend((0..missing).map(|at| Item::plain(at * length / missing, null)));
}

fn add_tables(assembly: &mut Assembly, length: u64, pcr_pid: u16) {
    let blank = |pid: u16| {
        let mut packet = [0xFF; PACKET];
        packet[..4].copy_from_slice(&[0x47, (pid >> 8) as u8, pid as u8, 0x10]);
        packet
    };
    let mut every = |interval_ms: u64, make: &dyn Fn(u64) -> Item| {
        let mut time = 0;
        while time < length {
            assembly.items.push(make(time));
            time += interval_ms * MS_27M;
        }
    };
    every(100, &|time| Item { kind: Kind::Pat, ..Item::plain(time, blank(0)) });
    every(100, &|time| Item { kind: Kind::Pmt, ..Item::plain(time + MS_27M, blank(PMT_PID)) });
    every(30, &|time| Item {
        fields: vec![(6, Field::Pcr(time as i64))],
        ..Item::plain(time, ts::pcr_packet(pcr_pid, false))
    });
    every(8, &|time| Item { kind: Kind::Eit, ..Item::plain(time, blank(EIT_PID)) });
    every(170, &|time| Item::plain(time, blank(STRAY_PID)));
    every(90, &|time| Item::plain(time, blank(0x1FFF)));
}
