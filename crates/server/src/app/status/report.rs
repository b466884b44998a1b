//! What players report of themselves: kept for the status page, and counted.
//!
//! Reports are sums since the session began. What a report claims beyond the last one is counted once; a claim that falls is not
//! believed, and none counts for more than a session can have lived through.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::view::PlayerFacts;

/// Nobody waits longer for a first picture; what says so was asleep.
const FIRST_FRAME_LIMIT_MS: u32 = 300_000;
/// Pictures per second that no broadcast exceeds.
const FRAMES_PER_SECOND: u64 = 120;
/// A player counts a stall from 0.3 s on, and a decoder takes about as long to fail: no more of either per second.
const TROUBLES_PER_SECOND: u64 = 4;
/// What a clock that differs, and a report that was on its way, may add (seconds).
const GRACE_S: u64 = 10;

/// The newest report of one session's player.
#[derive(Default)]
pub(in crate::app) struct Reported(Mutex<Option<PlayerFacts>>);

impl Reported {
    /// What the player has said last.
    pub(in crate::app) fn facts(&self) -> Option<PlayerFacts> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a report of a session that has lived for `age`.
    pub(super) fn take(&self, said: &PlayerFacts, age: Duration) -> PlayerFacts {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = kept.unwrap_or_default();
        let now = believed(&before, said, age);
        *kept = Some(now);
        drop(kept);
        count(&before, &now);
        now
    }
}

/// What is believed of a report.
fn believed(before: &PlayerFacts, said: &PlayerFacts, age: Duration) -> PlayerFacts {
    let seconds = age.as_secs() + GRACE_S;
    let at_most = |limit: u64| u32::try_from(limit).unwrap_or(u32::MAX);
    let grow = |before: u32, said: u32, limit: u64| said.min(at_most(limit)).max(before);
    let troubles = seconds * TROUBLES_PER_SECOND;
    let frames = seconds * FRAMES_PER_SECOND;
    PlayerFacts {
        first_frame_ms: before
            .first_frame_ms
            .or_else(|| said.first_frame_ms.map(|ms| ms.min(FIRST_FRAME_LIMIT_MS))),
        stalls: grow(before.stalls, said.stalls, troubles),
        stalled_ms: grow(before.stalled_ms, said.stalled_ms, seconds * 1000),
        shown_frames: grow(before.shown_frames, said.shown_frames, frames),
        dropped_frames: grow(before.dropped_frames, said.dropped_frames, frames),
        decoder_failures: grow(before.decoder_failures, said.decoder_failures, troubles),
        ahead_ms: said.ahead_ms,
        behind_ms: said.behind_ms,
    }
}

fn count(before: &PlayerFacts, now: &PlayerFacts) {
    if let (None, Some(ms)) = (before.first_frame_ms, now.first_frame_ms) {
        metrics::histogram!("telecast_player_first_frame_seconds").record(f64::from(ms) / 1000.0);
    }
    let grown = |before: u32, now: u32| u64::from(now - before);
    metrics::counter!("telecast_player_stalls_total").increment(grown(before.stalls, now.stalls));
    metrics::counter!("telecast_player_stalled_milliseconds_total")
        .increment(grown(before.stalled_ms, now.stalled_ms));
    metrics::counter!("telecast_player_shown_frames_total")
        .increment(grown(before.shown_frames, now.shown_frames));
    metrics::counter!("telecast_player_dropped_frames_total")
        .increment(grown(before.dropped_frames, now.dropped_frames));
    metrics::counter!("telecast_player_decoder_failures_total")
        .increment(grown(before.decoder_failures, now.decoder_failures));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_grows_and_claims_no_more_than_can_have_happened() {
        let reported = Reported::default();
        assert_eq!(reported.facts(), None);
        let minute = Duration::from_mins(1);
        let first = PlayerFacts {
            first_frame_ms: Some(900),
            stalls: 2,
            stalled_ms: 700,
            shown_frames: 100,
            dropped_frames: 3,
            decoder_failures: 1,
            ahead_ms: Some(1200),
            behind_ms: Some(2000),
        };
        assert_eq!(reported.take(&first, minute), first);
        let less =
            PlayerFacts { first_frame_ms: Some(5), stalls: 1, ahead_ms: None, ..PlayerFacts::default() };
        let kept = reported.take(&less, minute);
        assert_eq!(kept, PlayerFacts { ahead_ms: None, behind_ms: None, ..first });
        let most = u32::MAX;
        let wild = PlayerFacts {
            stalls: most,
            stalled_ms: most,
            shown_frames: most,
            dropped_frames: most,
            decoder_failures: most,
            ..first
        };
        let capped = reported.take(&wild, minute);
        assert_eq!((capped.stalls, capped.stalled_ms, capped.dropped_frames), (280, 70_000, 8400));
        assert_eq!(reported.facts(), Some(capped));
    }

    #[test]
    fn a_first_frame_is_said_once() {
        let late = PlayerFacts { first_frame_ms: Some(u32::MAX), ..PlayerFacts::default() };
        let now = believed(&PlayerFacts::default(), &late, Duration::ZERO);
        assert_eq!(now.first_frame_ms, Some(FIRST_FRAME_LIMIT_MS));
        let again = PlayerFacts { first_frame_ms: Some(1), ..late };
        assert_eq!(believed(&now, &again, Duration::ZERO).first_frame_ms, Some(FIRST_FRAME_LIMIT_MS));
    }
}
