//! Headers of pictures: H.264 parameter sets, SEI, slices; MPEG-2 fronts. Laws: units survive being stored with their
//! lengths; what rewrites a slice makes one that is read again.

use telecast_media::cmaf;
use telecast_media::codec::h264::{self, nal, recovery, slice, stand_in};
use telecast_media::codec::mpeg2;
use telecast_media::tape::{Origin, Rendition, Run, Setup, Texts, Track};
use telecast_media::ts::psi::Kind;

/// See the module.
pub fn run(bytes: &[u8]) {
    let _ = mpeg2::front(bytes);
    stored(bytes);
    let front = h264::front(bytes);
    assert!(front.sps.len() + front.pps.len() <= bytes.len());
    let Some(config) = h264::Config::new(front.sps, front.pps) else { return };
    assert!(config.rfc6381().len() == 11, "avc1. and six digits");
    let sets = slice::Sets::new(&config);
    for unit in h264::nals(bytes) {
        let _ = (slice::frame_num(unit, &sets), slice::header(unit, &sets));
        for frame_num in [0, 1, u32::from(bytes[0])] {
            for other in
                [recovery::forget(unit, &sets, frame_num), stand_in::stand_in(unit, &sets, frame_num)]
            {
                let Some(other) = other.filter(|other| !other.is_empty()) else { continue };
                assert!(slice::header(&other, &sets).is_some(), "a slice that was written is read");
            }
        }
    }
    let track = Track {
        id: 0,
        kind: Kind::H264,
        origin: Origin::Stream { pid: 256 },
        language: None,
        audio_type: 0,
        setup: Some(Setup::Avc(config)),
    };
    let run = Run {
        number: 0,
        start: 0,
        offset: 0,
        tracks: vec![track],
        tables: Vec::new(),
        texts: Texts::default(),
    };
    assert!(cmaf::init(&run, Rendition { video: Some(0), audio: None }).is_some());
}

/// Lengths before units instead of start codes: the same units, but for those that stand elsewhere.
fn stored(bytes: &[u8]) {
    let mut out = Vec::new();
    h264::to_length_prefixed(bytes, &mut out, |_| None);
    let mut rest = &out[..];
    let elsewhere = |unit: &&[u8]| matches!(unit[0] & 0x1F, nal::AUD | nal::FILLER | nal::SPS | nal::PPS);
    for unit in h264::nals(bytes).filter(|unit| !elsewhere(unit)) {
        let (length, more) = rest.split_first_chunk::<4>().expect("a length");
        assert_eq!(u32::from_be_bytes(*length) as usize, unit.len());
        assert_eq!(&more[..unit.len()], unit);
        rest = &more[unit.len()..];
    }
    assert!(rest.is_empty());
}
