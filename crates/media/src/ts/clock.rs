//! The 33-bit clock made endless: ISO/IEC 13818-1 §2.4.3.7 (90 kHz, wraps after 26.5 hours).

/// Ticks after which a 33-bit clock begins again.
pub const WRAP: i64 = 1 << 33;

/// Unwraps 33-bit times: each result is the value nearest to a reference.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwrap33 {
    last: Option<i64>,
}

impl Unwrap33 {
    /// The endless time for `raw` (33 bits, 90 kHz), nearest to the time given before.
    pub fn unwrap(&mut self, raw: u64) -> i64 {
        let raw = raw as i64 & (WRAP - 1);
        let time = match self.last {
            None => raw,
            Some(last) => nearest(raw, last),
        };
        self.last = Some(time);
        time
    }

    /// The endless time for `raw` without moving the reference.
    pub fn peek(&self, raw: u64) -> i64 {
        let raw = raw as i64 & (WRAP - 1);
        self.last.map_or(raw, |last| nearest(raw, last))
    }
}

/// The number congruent to `raw` modulo 2^33 that lies nearest to `reference`.
pub fn nearest(raw: i64, reference: i64) -> i64 {
    let delta = (raw - reference).rem_euclid(WRAP);
    reference + if delta >= WRAP / 2 { delta - WRAP } else { delta }
}
