//! Where a film pauses: it is black and silent at once. That is where it may be interrupted.

use super::HZ;

/// Stretches, each from and until a second from the beginning; rising.
pub type Stretches = Vec<(f64, f64)>;

/// Black and silence at once for less is chance (seconds).
pub const LEAST_S: f64 = 0.15;
/// Points that are kept of a film.
pub const MOST: usize = 1_000;

/// The middle of each stretch that is in both (ticks), rising.
pub fn coincide(black: &[(f64, f64)], silent: &[(f64, f64)]) -> Vec<i64> {
    let (mut found, mut from) = (Vec::new(), 0);
    for (begin, end) in black {
        while silent.get(from).is_some_and(|(_, over)| over <= begin) {
            from += 1;
        }
        for (quiet, loud) in silent[from..].iter().take_while(|(quiet, _)| quiet < end) {
            let (begin, end) = (begin.max(*quiet).max(0.0), end.min(*loud));
            if end - begin >= LEAST_S && found.len() < MOST {
                found.push((f64::midpoint(begin, end) * HZ as f64) as i64);
            }
        }
    }
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn black_alone_and_silence_alone_are_no_pause() {
        let black = [(1.0, 2.0), (10.0, 10.5), (20.0, 21.0), (40.0, 40.1)];
        let silent = [(1.5, 3.0), (12.0, 15.0), (19.0, f64::INFINITY)];
        assert_eq!(coincide(&black, &silent), [HZ * 7 / 4, HZ * 41 / 2]);
        assert!(coincide(&black, &[]).is_empty() && coincide(&[], &silent).is_empty());
    }

    fn stretches() -> impl Strategy<Value = Stretches> {
        proptest::collection::vec((0.0..5.0f64, 0.01..5.0f64), 0..40).prop_map(|steps| {
            let mut at = 0.0;
            let next = |(pause, length): (f64, f64)| {
                let begin = at + pause;
                at = begin + length;
                (begin, at)
            };
            steps.into_iter().map(next).collect()
        })
    }

    proptest! {
        /// Points rise, and each lies in a stretch of both.
        #[test]
        fn each_point_is_black_and_silent(black in stretches(), silent in stretches()) {
            let points = coincide(&black, &silent);
            prop_assert!(points.is_sorted());
            let holds = |all: &Stretches, at: f64| all.iter().any(|(begin, end)| (begin - 0.001..=end + 0.001).contains(&at));
            for point in points {
                let at = point as f64 / HZ as f64;
                prop_assert!(holds(&black, at) && holds(&silent, at), "{at}");
            }
        }
    }
}
