//! The only place that reads a clock.
//!
//! Three times come from here. [`Clock::uptime`] is monotonic: for whatever takes or lasts. [`Clock::wall_ms`] is the time of day: monotonic
//! time plus an offset that follows the system's, so a machine that learns the time after its start is right a second later.
//! [`Clock::steady_ms`] is the time of day as it was believed at the start, and never jumps: for the age of what lies on the disk.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The offset is looked at again after this (milliseconds).
const FOLLOW_MS: i64 = 1_000;
/// Differences up to this are those of two readings, and of a clock that is being slewed: not worth a step (milliseconds).
const JITTER_MS: i64 = 10;
/// Two readings further apart than this say nothing of each other: something else ran in between (milliseconds).
const READING_MS: i64 = 2;
/// From here on it is told (milliseconds).
const JUMP_MS: i64 = 2_000;

/// Time for the whole program; cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    wall_at_start_ms: i64,
    /// One for each start of a station, and as long as the program: so a clock can be copied to wherever time is asked.
    offset: &'static Offset,
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Self {
        let (started, wall_at_start_ms) = (Instant::now(), system_ms());
        Self { started, wall_at_start_ms, offset: Box::leak(Box::new(Offset::new(wall_at_start_ms))) }
    }

    /// Monotonic time since the start.
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Milliseconds since 1970, as the system has it.
    pub fn wall_ms(&self) -> i64 {
        let up_ms = self.up_ms();
        up_ms + self.offset.at(up_ms, || self.measure())
    }

    /// Milliseconds since 1970 by what the system had at the start: a jump of its clock moves nothing that is timed by this.
    pub fn steady_ms(&self) -> i64 {
        self.wall_at_start_ms + self.up_ms()
    }

    fn up_ms(&self) -> i64 {
        self.uptime().as_millis() as i64
    }

    /// How far the system's clock is from ours; none if that cannot be said just now.
    fn measure(&self) -> Option<i64> {
        let before = self.up_ms();
        let system = system_ms();
        (self.up_ms() - before <= READING_MS).then_some(system - before)
    }
}

/// Milliseconds since 1970 as the system has it, for who runs too briefly to have a clock.
pub fn system_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as i64
}

/// From monotonic time to the system's (milliseconds).
#[derive(Debug)]
struct Offset {
    known_ms: AtomicI64,
    /// Looked at again from this monotonic time on.
    due_ms: AtomicI64,
}

impl Offset {
    fn new(known_ms: i64) -> Self {
        Self { known_ms: AtomicI64::new(known_ms), due_ms: AtomicI64::new(FOLLOW_MS) }
    }

    /// The offset at a monotonic time. Two who ask at once may both look: they see the same.
    fn at(&self, up_ms: i64, measure: impl FnOnce() -> Option<i64>) -> i64 {
        let known = self.known_ms.load(Ordering::Relaxed);
        if up_ms < self.due_ms.load(Ordering::Relaxed) {
            return known;
        }
        let Some(offset) = measure() else { return known };
        self.due_ms.store(up_ms + FOLLOW_MS, Ordering::Relaxed);
        let moved = offset - known;
        if moved.abs() <= JITTER_MS {
            return known;
        }
        if moved.abs() >= JUMP_MS {
            tracing::warn!(seconds = moved / 1000, "the system's clock has been set; times of day follow it");
        }
        self.known_ms.store(offset, Ordering::Relaxed);
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine that begins in 1970 and learns the time after ten seconds.
    #[test]
    fn the_time_of_day_follows_the_systems_clock_within_a_second() {
        const TODAY: i64 = 1_800_000_000_000;
        let system = |up: i64| if up < 10_000 { up } else { TODAY + up };
        let offset = Offset::new(0);
        let mut late = 0;
        for up in (0..20_000).step_by(100) {
            let wall = up + offset.at(up, || Some(system(up) - up));
            late += i64::from(wall != system(up)) * 100;
        }
        assert!(late <= FOLLOW_MS, "{late} ms");
    }

    #[test]
    fn it_is_looked_at_once_a_second_and_not_moved_by_small_differences() {
        let offset = Offset::new(5_000);
        let mut looked = 0;
        for up in 0..10_000 {
            let seen = offset.at(up, || {
                looked += 1;
                Some(5_000 + up % 2 * JITTER_MS)
            });
            assert_eq!(seen, 5_000);
        }
        assert_eq!(looked, 9);
        // What cannot be measured is tried again at once, and back is a way too.
        assert_eq!(offset.at(20_000, || None), 5_000);
        assert_eq!(offset.at(20_001, || Some(-70_000)), -70_000);
    }

    #[test]
    fn what_is_steady_does_not_follow() {
        let clock = Clock::start();
        clock.offset.known_ms.store(0, Ordering::Relaxed);
        assert!((clock.steady_ms() - system_ms()).abs() < 5_000);
        assert!(clock.wall_ms() < 3_600_000, "it believes the offset until it is due");
    }
}
