//! Tape time: signed ticks of 90 kHz since the tape was made. Never runs backwards, never jumps.

/// Ticks per second.
pub const HZ: i64 = 90_000;

/// Ticks to units of `timescale`, rounded down.
pub fn to_scale(ticks: i64, timescale: u32) -> i64 {
    (i128::from(ticks) * i128::from(timescale)).div_euclid(i128::from(HZ)) as i64
}

/// Units of `timescale` to ticks, rounded down.
pub fn to_ticks(value: i64, timescale: u32) -> i64 {
    (i128::from(value) * i128::from(HZ)).div_euclid(i128::from(timescale)) as i64
}

/// Ticks as seconds, for playlists and people.
pub fn seconds(ticks: i64) -> f64 {
    ticks as f64 / HZ as f64
}
