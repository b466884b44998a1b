//! Makes the seeds of the fuzz targets anew, by ffmpeg and by our own writers: `cargo run -p telecast-media --example seeds`.

#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::Command;
use telecast_media::journal::Journal;
use telecast_media::segment::{Segmenter, Start};
use telecast_media::ts::pes;

fn seeds(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target)
}

/// A page as a fuzzer can change it: its records without checksums.
fn bare(page: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), page);
    while let Some((length, more)) = rest.split_first_chunk::<4>() {
        let content = &more[4..4 + u32::from_le_bytes(*length) as usize];
        out.extend((content.len() as u16).to_le_bytes());
        out.extend(content);
        rest = &more[4 + content.len()..];
    }
    out
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

/// Segments of others, as the target `weave` takes them: how, how long the header is, header, segment.
fn segments(picture: &str, tone: &str) {
    let small = "-pix_fmt yuv420p -preset ultrafast -crf 45";
    let fragments = "-movflags +frag_keyframe+delay_moov+default_base_moof -f mp4 pipe:1";
    for (name, how, arguments) in [
        (
            "avc",
            0,
            format!(
                "{picture} {tone} -t 0.5 {small} -c:v libx264 -g 6 -bf 2 -c:a aac -b:a 24k -ac 1 {fragments}"
            ),
        ),
        (
            "hevc",
            1,
            format!(
                "{picture} {tone} -t 0.4 {small} -c:v libx265 -x265-params log-level=none:info=0:keyint=6 -c:a eac3 -b:a 64k -metadata:s:a:0 language=deu {fragments}"
            ),
        ),
        ("ac3", 1, format!("{tone} -t 0.3 -c:a ac3 -b:a 64k -frag_duration 100000 {fragments}")),
        ("mp3", 0, format!("{tone} -t 0.3 -c:a libmp3lame -b:a 32k {fragments}")),
        (
            "transport",
            1,
            format!("{picture} {tone} -t 0.3 {small} -c:v libx264 -c:a mp2 -b:a 32k -f mpegts pipe:1"),
        ),
    ] {
        let bytes = ffmpeg(&arguments);
        let first = memchr::memmem::find(&bytes, b"moof").map_or(0, |at| at - 4);
        keep("weave", name, &[&[how], &(first as u16).to_be_bytes()[..], &bytes].concat());
    }
    // Packed audio behind its time.
    let mut tag =
        b"ID3\x04\0\0\0\0\0\x3FPRIV\0\0\0\x35\0\0com.apple.streaming.transportStreamTimestamp\0".to_vec();
    tag.extend_from_slice(&900_000_u64.to_be_bytes());
    let frames = ffmpeg(&format!("{tone} -t 0.3 -b:a 24k -ac 1 -c:a aac -f adts pipe:1"));
    keep("weave", "packed", &[&[1, 0, 0], &tag[..], &frames].concat());
}

fn main() {
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
            "hevc",
            format!(
                "{picture} -t 0.6 -pix_fmt yuv420p -c:v libx265 -preset ultrafast -crf 45 -x265-params log-level=none:info=0:keyint=6:open-gop=1:bframes=2:b-adapt=0 {out}"
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
        keep("journal", name, &bare(&page));
    }
    for (name, more) in [("plain", ""), ("bframes", "-bf 3"), ("fields", "-flags +ilme+ildct -bf 2")] {
        keep("h264", name, &ffmpeg(&format!("{picture} -t 0.2 {coded} {more} -f h264 pipe:1")));
    }
    let hevc = "-c:v libx265 -preset ultrafast -crf 45 -f hevc";
    for (name, pixels, more) in [
        ("plain", "yuv420p", "open-gop=0:sar=14"),
        ("cra", "yuv420p10le", "open-gop=1:bframes=2:b-adapt=0:scaling-list=default:temporal-layers=2"),
        ("fields", "yuv420p", "interlace=tff:hrd=1:vbv-maxrate=900:vbv-bufsize=900"),
    ] {
        let parameters = format!("log-level=none:info=0:keyint=4:repeat-headers=1:{more}");
        let picture = "-f lavfi -i testsrc2=size=64x64:rate=25";
        let arguments =
            format!("{picture} -t 0.24 -pix_fmt {pixels} {hevc} -x265-params {parameters} pipe:1");
        keep("hevc", name, &ffmpeg(&arguments));
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
    segments(picture, tone);
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
