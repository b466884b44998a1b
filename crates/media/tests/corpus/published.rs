//! Figures that others have published for the captures: ExoPlayer (androidx/media, `extractordumps/ts/*.dump`: time and key flag of
//! each sample) and TSDuck (tsduck/tsduck-test, `reference/test-NNN`: packets, PES packets, first and last time stamp). Written down
//! here as numbers; none was made by us.

use super::{Kind, PACKET, Sync, captures, demux, frames, packets, pid, tape};
use std::collections::BTreeMap;
use telecast_media::ts::psi::{Pat, Pmt, Sections};

/// What ExoPlayer has of a track: its times are microseconds since the first decoding time.
struct Samples {
    capture: &'static str,
    pid: u16,
    /// Ticks at its time 0; where ExoPlayer is a frame late (see the exceptions), by so much less.
    zero: i64,
    times: &'static [i64],
    /// Samples with the key flag; those of sound are all.
    keys: &'static [usize],
}

const EXOPLAYER: &[Samples] = &[
    Samples {
        capture: "media3-sample_ac3",
        pid: 1900,
        zero: -2880,
        times: &[32_000, 64_000, 96_000, 128_000, 160_000, 192_000, 224_000, 256_000],
        keys: &[],
    },
    Samples {
        capture: "media3-sample_h262_mpeg_audio",
        pid: 256,
        zero: 126_000,
        times: &[33_366, 66_733, 100_100],
        keys: &[0],
    },
    Samples {
        capture: "media3-sample_h262_mpeg_audio",
        pid: 257,
        zero: 126_000,
        times: &[22_455, 48_577, 74_700, 100_822],
        keys: &[],
    },
    Samples {
        capture: "media3-sample_with_junk",
        pid: 256,
        zero: 126_000,
        times: &[33_366, 66_733, 100_100],
        keys: &[0],
    },
    Samples {
        capture: "media3-sample_with_junk",
        pid: 257,
        zero: 126_000,
        times: &[22_455, 48_577, 74_700, 100_822],
        keys: &[],
    },
    Samples {
        capture: "media3-sample_h264_mpeg_audio",
        pid: 256,
        zero: 126_000,
        times: &[66_733, 100_100, 133_466],
        keys: &[0],
    },
    Samples {
        capture: "media3-sample_h264_mpeg_audio",
        pid: 257,
        zero: 126_000,
        times: &[66_733, 92_855, 118_977, 145_099],
        keys: &[],
    },
    // Without delimiters ExoPlayer tells five samples at these three times, units of one picture apart.
    Samples {
        capture: "media3-sample_h264_no_access_unit_delimiters",
        pid: 256,
        zero: 126_000,
        times: &[66_733, 133_467, 100_100],
        keys: &[0],
    },
    Samples {
        capture: "media3-sample_h264",
        pid: 256,
        zero: 126_000,
        times: &[
            66_666, 100_000, 166_666, 133_333, 233_333, 200_000, 366_666, 300_000, 266_666, 333_333, 400_000,
            533_333, 466_666, 433_333, 500_000, 666_666, 600_000, 566_666, 633_333, 700_000, 733_333,
            866_666, 800_000, 766_666, 833_333, 1_000_000, 933_333, 900_000, 966_666, 1_033_333,
        ],
        keys: &[0, 10, 20],
    },
    Samples {
        capture: "media3-sample_h265",
        pid: 256,
        zero: 126_000,
        times: &[
            66_666, 100_000, 266_666, 200_000, 133_333, 166_666, 233_333, 433_333, 366_666, 300_000, 333_333,
            400_000, 533_333, 500_000, 466_666, 566_666, 733_333, 666_666, 600_000, 633_333, 700_000,
            900_000, 833_333, 766_666, 800_000, 866_666, 1_033_333, 966_666, 933_333, 1_000_000,
        ],
        keys: &[0],
    },
];

/// Of a PID: PES packets, first and last time stamp.
type Stamps = (u16, usize, i64, i64);

/// TSDuck: packets of the capture, and what it has of PIDs.
const TSDUCK: &[(&str, usize, &[Stamps])] = &[
    ("tsduck-012-dvb-h264-mp2-teletext-fr", 1987, &[(1068, 916, 3_856_608_233, 3_859_902_233)]),
    (
        "tsduck-026-h264-1080i-eac3-dvbsub",
        5320,
        &[
            (0x78, 29, 3_474_418_320, 3_474_511_920),
            (0x82, 6, 3_474_369_153, 3_474_455_553),
            (0x83, 6, 3_474_369_153, 3_474_455_553),
            (0x84, 6, 3_474_369_153, 3_474_455_553),
        ],
    ),
    (
        "tsduck-072-h264-aac",
        9692,
        &[(100, 559, 349_500_301, 350_571_661), (101, 300, 349_493_440, 350_569_840)],
    ),
    ("tsduck-151-eac3", 1599, &[(0x103, 42, 127_568, 1_027_225)]),
];

/// ExoPlayer cuts microseconds off; a tick is eleven of them.
const MICROSECONDS: i64 = 12;

#[test]
fn samples_are_those_that_exoplayer_has_published() {
    let captures: BTreeMap<_, _> = captures().into_iter().collect();
    for samples in EXOPLAYER {
        let Some(path) = captures.get(samples.capture) else { continue };
        let (bytes, what) = (std::fs::read(path).unwrap(), format!("{} {}", samples.capture, samples.pid));
        let stream = &demux(&bytes)[&samples.pid];
        let ours: Vec<i64> = if stream.kind.is_audio() {
            stream.frames.clone()
        } else {
            stream.units.iter().filter_map(|unit| unit.pts).collect()
        };
        let ours: Vec<i64> = ours.iter().map(|pts| (pts - samples.zero) * 100 / 9).collect();
        super::agree(&what, &ours, samples.times, MICROSECONDS);
        if stream.kind.is_audio() {
            continue;
        }
        let taped = tape(&bytes);
        let track = taped.tracks().iter().find(|track| pid(track) == samples.pid).unwrap();
        let on_tape = frames(&taped.index, track);
        assert_eq!(on_tape.len(), samples.times.len(), "{what}: all are on the tape");
        let keys: Vec<_> = (0..on_tape.len()).filter(|at| on_tape[*at].key).collect();
        assert_eq!(keys, samples.keys, "{what}: random access points");
    }
}

#[test]
fn packets_and_time_stamps_are_those_that_tsduck_has_published() {
    let captures: BTreeMap<_, _> = captures().into_iter().collect();
    for (name, count, pids) in TSDUCK {
        let Some(path) = captures.get(*name) else { continue };
        let bytes = std::fs::read(path).unwrap();
        let (mut seen, mut sync) = (0, Sync::default());
        sync.push(&bytes, |run| seen += run.len() / PACKET);
        assert_eq!((seen, sync.skipped_bytes), (*count, 0), "{name}: packets");
        let streams = demux(&bytes);
        for (pid, units, first, last) in *pids {
            let stamps: Vec<i64> = streams[pid].units.iter().filter_map(|unit| unit.pts).collect();
            let ours = (streams[pid].units.len(), stamps.first().copied(), stamps.last().copied());
            assert_eq!(ours, (*units, Some(*first), Some(*last)), "{name} {pid:#x}");
        }
    }
}

#[test]
fn tables_that_change_are_those_that_tsduck_has_published() {
    let Some((_, path)) = captures().into_iter().find(|(name, _)| name.contains("103-pat-change")) else {
        return;
    };
    let bytes = std::fs::read(path).unwrap();
    let (mut pat, mut pats) = (Sections::default(), Vec::new());
    let mut maps = BTreeMap::from([(32, Sections::default()), (64, Sections::default())]);
    let mut found = BTreeMap::new();
    packets(&bytes, |packet| {
        if packet.pid() == 0 {
            pat.push(packet, |section| {
                let pat = Pat::parse(section).unwrap();
                if pats.last() != Some(&pat) {
                    pats.push(pat);
                }
            });
        } else if let Some(sections) = maps.get_mut(&packet.pid()) {
            sections.push(packet, |section| {
                let map = Pmt::parse(section).unwrap();
                found.insert(map.programme, (map.pcr_pid, map.streams[0].pid, map.streams[0].kind));
            });
        }
    });
    let ours: Vec<_> = pats.iter().map(|pat| (pat.version, &pat.programmes[..])).collect();
    let both: &[(u16, u16)] = &[(1, 32), (2, 64)];
    assert_eq!(ours, [(18, both), (19, &both[..1]), (20, both)]);
    let map = |pid| (0x1FFF, pid, Kind::Mpeg2Video);
    assert_eq!(found, BTreeMap::from([(1, map(33)), (2, map(34))]));
    // Of the programme that comes and goes nothing is taken for another.
    for programme in [1, 2] {
        let start = super::Start { programme: Some(programme), ..super::Start::default() };
        let mut segmenter = super::Segmenter::new(start);
        segmenter.push(&bytes, 0, &mut Vec::new());
        assert_eq!(segmenter.map().map(|map| map.programme), Some(programme));
    }
}
