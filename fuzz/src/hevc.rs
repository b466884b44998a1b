//! Headers of HEVC pictures and parameter sets. Laws: units survive being stored with their lengths; what parameter sets say fits into a
//! sample description, and is the same when the sets are read again.

use telecast_media::cmaf;
use telecast_media::codec::h264::nals;
use telecast_media::codec::hevc::{self, nal};
use telecast_media::tape::{Origin, Rendition, Run, Setup, Texts, Track};
use telecast_media::ts::psi::Kind;

/// See the module.
pub fn run(bytes: &[u8]) {
    stored(bytes);
    let front = hevc::front(bytes);
    assert!(front.vps.len() + front.sps.len() + front.pps.len() <= bytes.len());
    assert!(!front.open || front.random_access);
    let Some(config) = hevc::Config::new(front.vps, front.sps, front.pps) else { return };
    assert!(config.picture.width > 0 && config.picture.height > 0);
    assert!((8..=16).contains(&config.depth.0) && (8..=16).contains(&config.depth.1) && config.chroma <= 3);
    let codec = config.rfc6381();
    assert!(codec.starts_with("hvc1.") && codec.is_ascii() && codec.len() < 48, "{codec}");
    let sets = (config.vps.clone(), config.sps.clone(), config.pps.clone());
    assert!(hevc::Config::new(sets.0, sets.1, sets.2).as_ref() == Some(&config));
    let track = Track {
        id: 0,
        kind: Kind::Hevc,
        origin: Origin::Stream { pid: 256 },
        language: None,
        audio_type: 0,
        setup: Some(Setup::Hevc(config)),
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
    hevc::to_length_prefixed(bytes, &mut out);
    let mut rest = &out[..];
    let kept = |unit: &&[u8]| {
        let (kind, base) =
            (unit[0] >> 1 & 0x3F, unit[0] & 1 == 0 && unit.get(1).is_some_and(|b| b >> 3 == 0));
        unit.len() > 2 && base && !(nal::VPS..=nal::AUD).contains(&kind) && kind != nal::FILLER
    };
    for unit in nals(bytes).filter(kept) {
        let (length, more) = rest.split_first_chunk::<4>().expect("a length");
        assert_eq!(u32::from_be_bytes(*length) as usize, unit.len());
        assert_eq!(&more[..unit.len()], unit);
        rest = &more[unit.len()..];
    }
    assert!(rest.is_empty());
}
