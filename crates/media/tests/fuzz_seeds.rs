//! The seeds of the fuzz targets, and what fuzzing has found, through the same bodies as libFuzzer gives them to (`fuzz/src`); each
//! also changed a little. Seeds are made by ffmpeg and by our own writers: `cargo test -p telecast-media --test fuzz_seeds -- --ignored`.

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs, unreachable_pub)]

#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use std::path::{Path, PathBuf};
use std::process::Command;
use telecast_media::journal::Journal;
use telecast_media::segment::{Segmenter, Start};
use telecast_media::ts::pes;

type Target = (&'static str, fn(&[u8]));

const TARGETS: &[Target] = &[
    ("ts", targets::ts::run),
    ("pes", targets::pes::run),
    ("h264", targets::h264::run),
    ("audio", targets::audio::run),
    ("request", targets::request::run),
    ("segmenter", targets::segmenter::run),
    ("journal", targets::journal::run),
];

fn seeds(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target)
}

/// A small generator of numbers (xorshift), so that a failure can be had again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }
}

/// The seed with a few bytes set, cut out, doubled.
fn changed(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.roll(4) {
        if bytes.is_empty() {
            break;
        }
        let at = dice.roll(bytes.len());
        let end = (at + 1 + dice.roll(200)).min(bytes.len());
        match dice.roll(5) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.extend_from_within(at..end),
            2 => bytes.truncate(at),
            _ => bytes[at] = [0, 0xFF, 0x47, dice.roll(256) as u8][dice.roll(4)],
        }
    }
    bytes
}

#[test]
fn seeds_and_what_is_like_them_keep_the_laws() {
    for (name, run) in TARGETS {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(seeds(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.len() > 1, "{name}: there are no seeds");
        for file in &files {
            eprintln!("{name}: {}", file.display());
            let seed = std::fs::read(file).unwrap();
            assert!(seed.len() <= 32 << 10, "{}: seeds are small", file.display());
            run(&seed);
            let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
            let rounds = if seed.len() > 4096 { 40 } else { 400 };
            for _ in 0..rounds {
                run(&changed(&seed, &mut dice));
            }
        }
    }
}

fn ffmpeg(arguments: &str) -> Vec<u8> {
    let run =
        Command::new("ffmpeg").args(["-v", "error", "-nostdin"]).args(arguments.split_whitespace()).output();
    let run = run.expect("ffmpeg is needed for seeds: apt-get install ffmpeg");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    run.stdout
}

fn keep(target: &str, name: &str, bytes: &[u8]) {
    std::fs::create_dir_all(seeds(target)).unwrap();
    std::fs::write(seeds(target).join(name), bytes).unwrap();
}

/// As a target of chunks takes it: 61 bytes at a time.
fn in_chunks(bytes: &[u8]) -> Vec<u8> {
    [&[15], bytes].concat()
}

#[test]
#[ignore = "writes fuzz/seeds anew"]
fn seeds_are_made() {
    let picture = "-f lavfi -i testsrc2=size=64x48:rate=25";
    let tone = "-f lavfi -i sine=frequency=440:sample_rate=48000";
    let coded = "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 6 -crf 45";
    let out = "-pat_period 5 -f mpegts pipe:1";
    let broadcasts = [
        ("av", format!("{picture} {tone} -t 0.8 {coded} -c:a aac -b:a 24k -ac 1 {out}")),
        (
            "open",
            format!(
                "{picture} -t 0.8 {coded} -bf 2 -x264-params open-gop=1:bframes=2:fake-interlaced=1 {out}"
            ),
        ),
        (
            "mpeg2",
            format!("{picture} {tone} -t 0.4 -pix_fmt yuv420p -c:v mpeg2video -g 5 -c:a mp2 -b:a 32k {out}"),
        ),
        (
            "radio",
            format!("{tone} {tone} -t 0.4 -map 0 -map 1 -c:a:0 ac3 -b:a:0 64k -c:a:1 mp2 -b:a:1 48k {out}"),
        ),
    ];
    for (name, arguments) in &broadcasts {
        let bytes = ffmpeg(arguments);
        keep("segmenter", name, &in_chunks(&bytes));
        keep("ts", name, &in_chunks(&bytes[..188 * 6.min(bytes.len() / 188)]));
        for (number, packet) in bytes.chunks_exact(188).filter(|p| p[1] & 0x40 != 0).enumerate().take(12) {
            let payload = telecast_media::ts::Packet::new(packet).unwrap().payload();
            if pes::header(payload).is_some_and(|header| header.pts.is_some()) {
                keep("pes", &format!("{name}{number}"), &payload[..payload.len().min(24)]);
            }
        }
        let (mut segmenter, mut journal) = (Segmenter::new(Start::default()), Journal::new("tape", 0));
        segmenter.push(&bytes, 0, &mut Vec::new());
        segmenter.interrupt();
        let page: Vec<u8> =
            journal.write(segmenter.index()).into_iter().flat_map(|page| page.bytes).collect();
        keep("journal", name, &targets::journal::bare(&page));
    }
    for (name, more) in [("plain", ""), ("bframes", "-bf 3"), ("fields", "-flags +ilme+ildct -bf 2")] {
        keep("h264", name, &ffmpeg(&format!("{picture} -t 0.2 {coded} {more} -f h264 pipe:1")));
    }
    keep("h264", "mpeg2", &ffmpeg(&format!("{picture} -t 0.1 -c:v mpeg2video -f mpeg2video pipe:1")));
    for (kind, (name, codec)) in [
        ("aac", "aac -f adts"),
        ("latm", "aac -f latm"),
        ("ac3", "ac3 -f ac3"),
        ("eac3", "eac3 -f eac3"),
        ("mp2", "mp2 -f mp2"),
    ]
    .into_iter()
    .enumerate()
    {
        let bytes = ffmpeg(&format!("{tone} -t 0.12 -b:a 64k -ac 2 -c:a {codec} pipe:1"));
        keep("audio", name, &[&[15, kind as u8], &bytes[..]].concat());
    }
    for (name, text) in [
        ("main", "main.m3u8"),
        ("playlist", "v0a1.m3u8?_HLS_msn=8&_HLS_part=2&_HLS_skip=YES"),
        ("far", "v0a1.m3u8?_HLS_msn=18446744073709551615&_HLS_part=4294967295"),
        ("part", "v0a1/12.3.m4s"),
        ("init", "v0/init-0123456789abcdef.mp4"),
        ("odd", "a256v/../-1.m4s?_HLS_part=1&_HLS_msn=&&=&_HLS_skip=v2"),
    ] {
        keep("request", name, text.as_bytes());
    }
}
