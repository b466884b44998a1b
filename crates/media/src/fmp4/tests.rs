//! What is written by hand in every form that the standard allows is read as what it is; what is damaged is read without harm.

use super::*;
use crate::ts::psi::Kind;
use proptest::prelude::*;

fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes()[..], kind, body].concat()
}

/// With a size of 64 bits.
fn long(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&[0, 0, 0, 1][..], kind, &(body.len() as u64 + 16).to_be_bytes(), body].concat()
}

fn full(kind: &[u8; 4], version: u8, flags: u32, words: &[u32]) -> Vec<u8> {
    let words = words.iter().flat_map(|word| word.to_be_bytes());
    let head = u32::from(version) << 24 | flags;
    boxed(kind, &head.to_be_bytes().into_iter().chain(words).collect::<Vec<u8>>())
}

/// A track whose entry in `stsd` is `entry`, of 1,000 units a second.
fn track(id: u32, handler: &[u8; 4], language: u16, edits: &[u32], entry: Vec<u8>) -> Vec<u8> {
    let tkhd = full(b"tkhd", 0, 7, &[0, 0, id]);
    let edts = if edits.is_empty() { Vec::new() } else { boxed(b"edts", &full(b"elst", 0, 0, edits)) };
    let mdhd = full(b"mdhd", 0, 0, &[0, 0, 1000, 0, u32::from(language) << 16]);
    let hdlr = full(b"hdlr", 0, 0, &[0, u32::from_be_bytes(*handler), 0, 0, 0]);
    let stsd = boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1], &entry[..]].concat());
    let minf = boxed(b"minf", &boxed(b"stbl", &stsd));
    boxed(b"trak", &[tkhd, edts, boxed(b"mdia", &[mdhd, hdlr, minf].concat())].concat())
}

fn avc(length: u8) -> Vec<u8> {
    let record = [1, 0x4D, 0x40, 0x1F, 0xFC | (length - 1), 0xE1, 0, 3, 0x67, 1, 2, 1, 0, 2, 0x68, 3];
    boxed(b"avc1", &[&[0; 78][..], &boxed(b"avcC", &record)].concat())
}

fn mp4a(specific: &[u8]) -> Vec<u8> {
    let config = [&[5, specific.len() as u8], specific].concat();
    let decoder = [&[0x40, 0x15][..], &[0; 11], &config].concat();
    let stream = [&[0, 0, 0, 4, 0x80, 0x80, 0x80, decoder.len() as u8][..], &decoder].concat();
    let esds = [&[0, 0, 0, 0, 3, stream.len() as u8][..], &stream].concat();
    boxed(b"mp4a", &[&[0; 28][..], &boxed(b"esds", &esds)].concat())
}

fn moov(tracks: &[Vec<u8>], defaults: &[(u32, [u32; 3])]) -> Vec<u8> {
    let mvhd = full(b"mvhd", 0, 0, &[0, 0, 500, 0]);
    let trex = defaults
        .iter()
        .flat_map(|(id, [duration, size, flags])| full(b"trex", 0, 0, &[*id, 1, *duration, *size, *flags]));
    let mvex = boxed(b"mvex", &trex.collect::<Vec<u8>>());
    [boxed(b"ftyp", b"iso6"), boxed(b"moov", &[mvhd, tracks.concat(), mvex].concat())].concat()
}

/// `deu` and `und` as `mdhd` packs them.
const DEU: u16 = 0b00100_00101_10101;
const UND: u16 = 21 << 10 | 14 << 5 | 4;

fn both() -> Header {
    // The picture's first second is empty (500 units of the movie's), and its first sample is presented at 80.
    let edits = [2, 500, u32::MAX, 0x1_0000, 0, 80, 0x1_0000];
    let tracks = [
        track(1, b"vide", UND, &edits, avc(4)),
        track(7, b"soun", DEU, &[], mp4a(&[0x11, 0x90])),
        track(9, b"text", DEU, &[], boxed(b"wvtt", &[])),
    ];
    Header::read(&moov(&tracks, &[(1, [40, 0, 0x1_0000]), (7, [21, 4, 0])])).unwrap()
}

fn all(header: &Header, segment: &[u8], times: &mut Vec<i64>) -> Vec<Sample> {
    let mut samples = Vec::new();
    header.samples(segment, times, |sample| samples.push(sample));
    samples
}

#[test]
fn a_header_says_codecs_and_languages_and_why_not() {
    let streams: Vec<_> = both().streams().collect();
    assert_eq!(streams, [(Kind::H264, None), (Kind::AacAdts, Some(*b"deu"))]);
    let one = |handler: &[u8; 4], entry| Header::read(&moov(&[track(1, handler, UND, &[], entry)], &[]));
    for (handler, entry, fault) in [
        (b"vide", boxed(b"av01", &[0; 90]), Fault::Codec("av01".into())),
        (b"vide", boxed(b"encv", &[0; 90]), Fault::Protected),
        (b"soun", boxed(b"enca", &[0; 90]), Fault::Protected),
        (b"soun", boxed(b"Opus", &[0; 40]), Fault::Codec("Opus".into())),
        // AAC in object types and layouts that ADTS cannot say.
        (b"soun", mp4a(&[0xF9, 0x48, 0x40]), Fault::Codec("mp4a".into())),
        (b"soun", mp4a(&[0x11, 0x80]), Fault::Codec("mp4a".into())),
        (b"vide", boxed(b"avc1", &[0; 90]), Fault::Damaged("picture's configuration")),
        (b"text", boxed(b"wvtt", &[0; 8]), Fault::Damaged("header")),
    ] {
        assert_eq!(one(handler, entry), Err(fault));
    }
    for (entry, kind) in [
        (mp4a(&[0x2B, 0x11, 0x88, 0x00]), Kind::AacAdts), // HE-AAC, said explicitly
        (boxed(b"ac-3", &[0; 28]), Kind::Ac3),
        (boxed(b"ec-3", &[0; 28]), Kind::Eac3),
        (boxed(b".mp3", &[0; 28]), Kind::MpegAudio),
    ] {
        assert_eq!(one(b"soun", entry).unwrap().streams().next(), Some((kind, None)));
    }
}

#[test]
fn samples_get_what_a_transport_stream_needs() {
    let header = both();
    // An IDR picture of two units, the delimiter left out; then a frame of AAC.
    let picture = [0, 0, 0, 2, 9, 0x10, 0, 0, 0, 2, 0x65, 1, 0, 0, 0, 1, 0x41];
    let sound = [1, 2, 3, 4];
    let video = [
        full(b"tfhd", 0, 0x2_0000, &[1]),
        full(b"tfdt", 1, 0, &[0, 2000]),
        full(b"trun", 0, 0xA01, &[1, 0, picture.len() as u32, 120]),
    ];
    let audio = [full(b"tfhd", 0, 0, &[7]), full(b"tfdt", 0, 0, &[2000]), full(b"trun", 0, 0, &[1])];
    let mut moof =
        boxed(b"moof", &[boxed(b"traf", &video.concat()), boxed(b"traf", &audio.concat())].concat());
    let (length, at) = (moof.len(), memchr::memmem::find(&moof, b"trun").unwrap() + 12);
    moof[at..at + 4].copy_from_slice(&(length as u32 + 8).to_be_bytes());
    let segment = [moof, boxed(b"mdat", &[&picture[..], &sound].concat())].concat();
    let mut times = Vec::new();
    let samples = all(&header, &segment, &mut times);
    let annex_b = [
        &[0, 0, 0, 1, 9, 0xF0, 0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 3][..],
        &[0, 0, 0, 1, 0x65, 1, 0, 0, 0, 1, 0x41],
    ];
    // A second of nothing, and 80 units that are not presented.
    assert_eq!((samples[0].dts, samples[0].pts), ((2000 + 1000 - 80) * 90, (2000 + 1000 - 80 + 120) * 90));
    assert_eq!(samples[0].data, annex_b.concat());
    assert_eq!((samples[1].dts, samples[1].pts), (180_000, 180_000));
    assert_eq!(samples[1].data, [0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x7F, 0xFC, 1, 2, 3, 4]);
    assert_eq!((samples.len(), times), (2, vec![2040, 2021]));
}

/// A fragment of one track of AAC, written as the flags say.
fn fragment(sizes: &[(u32, u32, i32)], flags: u32, base: u32, time: Option<u64>) -> Vec<u8> {
    let mut run = vec![sizes.len() as u32];
    if flags & 1 != 0 {
        run.push(0);
    }
    for (duration, size, offset) in sizes {
        for (bit, value) in
            [(0x100, *duration), (0x200, *size), (0x400, 0x0200_0000), (0x800, *offset as u32)]
        {
            if flags & bit != 0 {
                run.push(value);
            }
        }
    }
    let tfdt = time.map_or(Vec::new(), |time| full(b"tfdt", 1, 0, &[(time >> 32) as u32, time as u32]));
    let traf = [full(b"tfhd", 0, base, &[7]), tfdt, full(b"trun", 1, flags, &run)].concat();
    let mut moof = boxed(b"moof", &boxed(b"traf", &traf));
    let length = moof.len() as u32 + 16;
    if flags & 1 != 0 {
        let at = memchr::memmem::find(&moof, b"trun").unwrap() + 12;
        moof[at..at + 4].copy_from_slice(&length.to_be_bytes());
    }
    let data: Vec<u8> = sizes.iter().flat_map(|(_, size, _)| (0..*size).map(|byte| byte as u8)).collect();
    [boxed(b"styp", b"msdh"), moof, long(b"mdat", &data)].concat()
}

proptest! {
    /// Sizes, durations and offsets come back, whichever of them the run says itself, and time goes on over fragments that do not say it.
    #[test]
    fn runs_are_read_as_they_were_written(
        sizes in proptest::collection::vec((1_u32..3000, 1_u32..400, -50_i32..50), 1..20),
        said in 0_u32..8, begin in 0_u64..(1 << 40), chunks in 1_usize..4,
    ) {
        let header = both();
        // The size must be said here: the default one is 4. The same for where the data lies.
        let flags = 0x201 | (said & 1) << 8 | (said >> 1 & 1) << 10 | (said >> 2 & 1) << 11;
        let (mut times, mut time) = (Vec::new(), begin as i64);
        for number in 0..chunks {
            let segment = fragment(&sizes, flags, 0x2_0000, (number == 0).then_some(begin));
            let samples = all(&header, &segment, &mut times);
            prop_assert_eq!(samples.len(), sizes.len());
            for (sample, (duration, size, offset)) in samples.iter().zip(&sizes) {
                prop_assert_eq!((sample.dts, sample.data.len()), (time * 90, *size as usize + 7));
                let later = if flags & 0x800 != 0 { i64::from(*offset) } else { 0 };
                prop_assert_eq!(sample.pts, (time + later) * 90);
                time += if flags & 0x100 != 0 { i64::from(*duration) } else { 21 };
            }
        }
    }

    /// Whatever is changed in header and segment: no panic, no more samples and bytes than the bounds say.
    #[test]
    fn what_is_damaged_does_no_harm(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let tracks = [track(1, b"vide", UND, &[1, 0, 80, 0x1_0000], avc(1)), track(7, b"soun", DEU, &[], mp4a(&[0x11, 0x90]))];
        let head = moov(&tracks, &[(1, [40, 0, 0]), (7, [21, 4, 0])]);
        let segment = fragment(&[(20, 100, 0), (20, 90, 5), (7, 3, 2)], 0xF01, 0x2_0000, Some(77));
        let mut bytes = [&head[..], &segment].concat();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let (head, segment) = bytes.split_at(head.len());
        let segment = &segment[..cut.index(segment.len() + 1)];
        if let Ok(header) = Header::read(head) {
            let samples = all(&header, segment, &mut Vec::new());
            let given: usize = samples.iter().map(|sample| sample.data.len()).sum();
            prop_assert!(samples.len() <= SAMPLES_MOST && given <= 3 * segment.len() + (1 << 20));
        }
    }
}

#[test]
fn a_run_that_claims_millions_of_samples_is_read_as_far_as_there_are_bytes() {
    let header = both();
    let run = [full(b"tfhd", 0, 0x2_0010, &[7, 1]), full(b"trun", 0, 0, &[u32::MAX])].concat();
    let runs = boxed(b"moof", &boxed(b"traf", &run).repeat(50));
    let segment = [runs, boxed(b"mdat", &[7; 5000])].concat();
    let samples = all(&header, &segment, &mut Vec::new());
    assert!(samples.len() <= segment.len(), "each byte counts once: {} of {}", samples.len(), segment.len());
}
