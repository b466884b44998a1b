//! The only place that reads a clock. Wall time is monotonic time plus an offset taken at start, so a jump of the system's
//! clock moves nothing that is timed here.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Time for the whole program; cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    wall_at_start_ms: i64,
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), wall_at_start_ms: wall.as_millis() as i64 }
    }

    /// Monotonic time since the start.
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Milliseconds since 1970.
    pub fn wall_ms(&self) -> i64 {
        self.wall_at_start_ms + self.uptime().as_millis() as i64
    }
}
