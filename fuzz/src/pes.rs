//! PES headers and 33-bit times. Laws: what was read is written and read again; unwrapping keeps a time modulo 2^33 and goes the
//! shorter way.

use telecast_media::ts::clock::{Unwrap33, WRAP};
use telecast_media::ts::pes;

/// See the module.
pub fn run(bytes: &[u8]) {
    if let Some(header) = pes::header(bytes) {
        assert!((6..=9 + 255).contains(&header.length));
        let mut again = bytes.to_vec();
        if let Some(pts) = header.pts {
            again[9..14]
                .copy_from_slice(&pes::write_timestamp(if header.dts.is_some() { 3 } else { 2 }, pts));
        }
        if let Some(dts) = header.dts {
            again[14..19].copy_from_slice(&pes::write_timestamp(1, dts));
        }
        assert_eq!(pes::header(&again), Some(header));
    }
    let (mut clock, mut last) = (Unwrap33::default(), None);
    for raw in bytes.chunks_exact(5) {
        let raw = raw.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        let peeked = clock.peek(raw);
        let time = clock.unwrap(raw);
        assert_eq!(time, peeked);
        assert_eq!(time.rem_euclid(WRAP), raw as i64 & (WRAP - 1));
        assert!(last.is_none_or(|last: i64| (time - last).abs() <= WRAP / 2));
        last = Some(time);
    }
}
