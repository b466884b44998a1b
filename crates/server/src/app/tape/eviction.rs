//! Which parts of which tapes go: one pure function of what lies on the disk and how long it may.
//!
//! Laws (tested over random disks):
//! - What is kept (the live edge, and what players without parts need) never goes.
//! - Of each tape a front goes, never a piece from the middle.
//! - All that is older than the window goes. Then, while budget or free space ask for more, the oldest goes first, whichever tape it
//!   belongs to; and no more goes than they ask for.

/// What is never evicted of a tape that runs: players without parts hold back 12 s and are given a minute (milliseconds).
pub const KEPT_MS: i64 = 60_000;

/// A chunk of a tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which tape.
    pub tape: usize,
    /// Where its bytes begin.
    pub begin: u64,
    /// Where they end: what a tape loses is told by this.
    pub end: u64,
    /// Bytes on disk that go with it.
    pub bytes: u64,
    /// When its last byte came, milliseconds since 1970.
    pub ended_ms: i64,
    /// The live edge lies in it, or somebody has reserved it.
    pub kept: bool,
}

/// What there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Now, milliseconds since 1970.
    pub now_ms: i64,
    /// How much of the past is wanted, milliseconds.
    pub window_ms: i64,
    /// Bytes of all tapes together.
    pub budget: u64,
    /// Bytes free on the file system.
    pub free: u64,
    /// Bytes that should be.
    pub minimum_free: u64,
}

/// Up to which offset each tape loses its bytes, for those that lose any. `pieces` in order within each tape.
pub fn evict(pieces: &[Piece], limits: &Limits) -> Vec<(usize, u64)> {
    let mut order: Vec<&Piece> = pieces.iter().collect();
    // Stable: pieces of one tape stay in order even if their times do not.
    order.sort_by_key(|piece| piece.ended_ms);
    let mut used: u64 = pieces.iter().map(|piece| piece.bytes).sum();
    let mut free = limits.free;
    let mut cuts: Vec<(usize, u64)> = Vec::new();
    let mut stopped: Vec<usize> = Vec::new();
    for piece in order {
        let old = piece.ended_ms < limits.now_ms - limits.window_ms;
        let pressed = used > limits.budget || free < limits.minimum_free;
        if stopped.contains(&piece.tape) {
            continue;
        }
        if piece.kept || !(old || pressed) || !is_front(pieces, &cuts, piece) {
            stopped.push(piece.tape);
            continue;
        }
        used -= piece.bytes;
        free = free.saturating_add(piece.bytes);
        match cuts.iter_mut().find(|(tape, _)| *tape == piece.tape) {
            Some((_, end)) => *end = piece.end,
            None => cuts.push((piece.tape, piece.end)),
        }
    }
    cuts
}

/// Nothing of its tape that lies before it stays.
fn is_front(pieces: &[Piece], cuts: &[(usize, u64)], piece: &Piece) -> bool {
    let gone = cuts.iter().find(|(tape, _)| *tape == piece.tape).map_or(0, |(_, end)| *end);
    pieces.iter().all(|other| other.tape != piece.tape || other.begin >= piece.begin || other.end <= gone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Tapes as they lie on disks: pieces follow each other in offset and time; the newest may be kept.
    fn disk() -> impl Strategy<Value = Vec<Piece>> {
        let tape = (prop::collection::vec((1u64..1000, 0i64..200), 1..12), 0i64..2000, 0usize..3);
        prop::collection::vec(tape, 0..6).prop_map(|tapes| {
            let mut pieces = Vec::new();
            for (tape, (chunks, begun, kept)) in tapes.into_iter().enumerate() {
                let (mut end, mut time, count) = (0, begun, chunks.len());
                for (number, (bytes, lasted)) in chunks.into_iter().enumerate() {
                    time += lasted;
                    end += bytes;
                    let kept = number + kept >= count;
                    pieces.push(Piece { tape, begin: end - bytes, end, bytes, ended_ms: time, kept });
                }
            }
            pieces
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]
        #[test]
        fn the_oldest_goes_first_and_no_more_than_is_asked_for(
            pieces in disk(),
            now_ms in 2000i64..4000,
            window_ms in 0i64..4000,
            budget in 0u64..20_000,
            free in 0u64..5_000,
            minimum_free in 0u64..5_000,
        ) {
            let limits = Limits { now_ms, window_ms, budget, free, minimum_free };
            let cuts = evict(&pieces, &limits);
            let goes = |piece: &Piece| cuts.iter().any(|(tape, end)| *tape == piece.tape && piece.end <= *end);
            let gone: Vec<&Piece> = pieces.iter().filter(|piece| goes(piece)).collect();
            let stays: Vec<&Piece> = pieces.iter().filter(|piece| !goes(piece) && !piece.kept).collect();
            prop_assert!(gone.iter().all(|piece| !piece.kept), "the live edge stays");
            let old = |piece: &Piece| piece.ended_ms < now_ms - window_ms;
            prop_assert!(!stays.iter().any(|piece| old(piece)), "what is older than the window goes");
            // Pressed pieces are the oldest of what is left.
            let newest = gone.iter().filter(|piece| !old(piece)).map(|piece| piece.ended_ms).max();
            prop_assert!(newest.is_none_or(|newest| stays.iter().all(|piece| piece.ended_ms >= newest)));
            let total: u64 = pieces.iter().map(|piece| piece.bytes).sum();
            let freed: u64 = gone.iter().map(|piece| piece.bytes).sum();
            let pressed = |freed: u64| total - freed > budget || free + freed < minimum_free;
            prop_assert!(!pressed(freed) || stays.is_empty(), "as much as is asked for, if it is there");
            if let Some(last) = gone.iter().filter(|piece| !old(piece)).map(|piece| piece.bytes).max() {
                let least = gone.iter().filter(|piece| Some(piece.ended_ms) == newest).map(|piece| piece.bytes).min();
                prop_assert!(pressed(freed - least.unwrap_or(last)) || pressed(freed - last), "and no more");
            }
        }
    }

    #[test]
    fn a_resting_tape_goes_before_the_past_of_one_that_runs_if_it_is_older() {
        let piece =
            |tape, begin, ended_ms, kept| Piece { tape, begin, end: begin + 10, bytes: 10, ended_ms, kept };
        let pieces = [
            piece(0, 0, 100, false),
            piece(0, 10, 200, false),
            piece(1, 0, 150, false),
            piece(1, 10, 900, true),
        ];
        let limits = Limits { now_ms: 1000, window_ms: 1000, budget: 1000, free: 0, minimum_free: 0 };
        let need = |minimum_free| evict(&pieces, &Limits { minimum_free, ..limits });
        assert_eq!(need(0), []);
        assert_eq!(need(10), [(0, 10)]);
        assert_eq!(need(20), [(0, 10), (1, 10)]);
        assert_eq!(need(1000), [(0, 20), (1, 10)]);
        assert_eq!(evict(&pieces, &Limits { now_ms: 1151, ..limits }), [(0, 10), (1, 10)]);
    }
}
