//! What stands in the guide of a channel of which nobody has told anything: its name, in blocks of some hours. Players leave a channel out that has no entry, and a
//! person sees that there is a channel and nothing is known of it.
//!
//! Laws (tested): blocks neither overlap nor leave gaps, the same stretch has the same blocks whichever window is asked for, now is always in one of them.

/// A block (milliseconds). They begin at its multiples since 1970, so that a day has whole ones.
const BLOCK_MS: i64 = 4 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// The stretch in which there are blocks: from the one that is on now until the end of tomorrow (UTC).
pub fn horizon(now_ms: i64) -> (i64, i64) {
    (now_ms.div_euclid(BLOCK_MS) * BLOCK_MS, (now_ms.div_euclid(DAY_MS) + 2) * DAY_MS)
}

/// Start and end of the blocks that are on some of the time from `from_ms` until `to_ms`.
pub fn blocks(now_ms: i64, (from_ms, to_ms): (i64, i64)) -> Vec<(i64, i64)> {
    let (begin, end) = horizon(now_ms);
    let first = begin.max(from_ms.div_euclid(BLOCK_MS) * BLOCK_MS);
    let starts = (first..end.min(to_ms)).step_by(BLOCK_MS as usize);
    starts.map(|start| (start, start + BLOCK_MS)).filter(|(_, until)| *until > from_ms).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn blocks_are_the_same_in_every_window_and_leave_no_gap(
            now in 0..4_000_000_000_000_i64, from in -100..100_i64, length in 1..200_i64
        ) {
            let (begin, end) = horizon(now);
            let all = blocks(now, (begin, end));
            prop_assert!(all.len() <= 12 && all[0].0 == begin && all.last().unwrap().1 == end);
            prop_assert!(all[0].0 <= now && now < all[0].1);
            prop_assert!(all.windows(2).all(|two| two[0].1 == two[1].0));
            let (from, to) = (now + from * 3_600_000, now + (from + length) * 3_600_000);
            let some: Vec<_> = all.iter().filter(|(start, until)| *start < to && *until > from).copied().collect();
            prop_assert_eq!(blocks(now, (from, to)), some);
        }
    }
}
