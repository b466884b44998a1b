//! Answers of model providers: the first byte says by which wire, the second how the rest is cut. Laws: cutting changes nothing; calls begin before
//! they are complete; an answer without a fault ends in its one stop, and one with a fault has none; nothing is longer than its bound.

use telecast_core::assistant::{
    ANSWER_MOST, ARGUMENTS_MOST, CALLS_MOST, Delta, FaultKind, Kind, LINE_MOST, Wire,
};

/// What comes of the answer, and the fault in which it ends.
fn read<'a>(kind: Kind, chunks: impl Iterator<Item = &'a [u8]>) -> (Vec<Delta>, Option<FaultKind>) {
    let (mut wire, mut deltas) = (Wire::new(kind), Vec::new());
    for chunk in chunks {
        match wire.feed(chunk) {
            Ok(more) => deltas.extend(more),
            Err(fault) => return (deltas, Some(fault.kind)),
        }
    }
    match wire.end() {
        Ok(more) => deltas.extend(more),
        Err(fault) => {
            assert!(wire.is_over() && wire.end().is_err(), "a fault stays");
            return (deltas, Some(fault.kind));
        }
    }
    assert!(wire.is_over() && wire.end() == Ok(Vec::new()), "the end comes once");
    (deltas, None)
}

/// See the module.
pub fn run(bytes: &[u8]) {
    let [wire, how, answer @ ..] = bytes else { return };
    let kind = Kind::ALL[usize::from(*wire) % Kind::ALL.len()];
    let (deltas, fault) = read(kind, std::iter::once(answer));
    // A line that is too long may be so before it is seen what it is.
    if answer.len() <= LINE_MOST {
        let chunks = answer.chunks(usize::from(*how) + 1);
        assert_eq!(read(kind, chunks), (deltas.clone(), fault));
    }
    let (mut text, mut begun, mut arguments, mut complete) = (0, 0, 0, 0);
    for (at, delta) in deltas.iter().enumerate() {
        match delta {
            Delta::Text(more) => text += more.len(),
            Delta::CallBegun { index, .. } => {
                assert_eq!(*index, begun);
                begun += 1;
            }
            Delta::CallArguments { index, json } => {
                assert!(*index < begun && !json.is_empty());
                arguments += json.len();
            }
            Delta::Call { .. } => complete += 1,
            Delta::Usage(_) | Delta::Conversation(_) => {}
            Delta::Stop(_) => assert!(at + 1 == deltas.len() && fault.is_none()),
        }
    }
    assert!(text <= ANSWER_MOST && begun <= CALLS_MOST && arguments <= ARGUMENTS_MOST && complete <= begun);
    if fault.is_none() {
        assert!(complete == begun && matches!(deltas.last(), Some(Delta::Stop(_))));
    }
}
