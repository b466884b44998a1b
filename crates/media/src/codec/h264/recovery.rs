//! Decoding that begins at a recovery point (Rec. ITU-T H.264 Annex D.2.8) instead of an IDR picture.
//!
//! Pictures behind the recovery point may unmark references from before it (7.4.3.3, operations 1 and 3). A decoder that began at the
//! recovery point never saw those: ffmpeg calls it an error, and Chromium ends playback. [`forget`] takes such operations out.
//!
//! Which they are is told by numbers alone: of a picture `n` frames behind the recovery point, `difference_of_pic_nums_minus1`
//! reaches further back than `n`. This holds until `frame_num` has gone round, which the caller must watch.
//!
//! Where no operation is left the picture gets the sliding window (8.2.5.3) instead of an empty list. Decoders fill the gap before the
//! recovery point with frames that they make up, as many as there may be references; an empty list would push the buffer beyond that
//! number. The window drops the oldest first, which are those: what was decoded from the recovery point on stays marked as broadcast.

use super::slice::{Header, Marking, Operation, Sets, header, is_reference, with_marking};

/// Pictures (access units) behind a recovery point that are looked at; an encoder clears away within its first groups of pictures.
pub const REACH: u32 = 128;

/// The slice `unit` without operations on pictures from before the recovery point, whose picture has the number `frame_num`.
/// `None`: it stays as it is, because there are none, or because it cannot be read.
pub fn forget(unit: &[u8], sets: &Sets, frame_num: u32) -> Option<Vec<u8>> {
    let header = Some(unit).filter(|unit| is_reference(unit)).and_then(|unit| header(unit, sets))?;
    let marking = without_past(&header, frame_num)?;
    with_marking(unit, &header, &marking)
}

/// The marking without the past; `None` if it is the same.
pub(super) fn without_past(header: &Header<'_>, recovery: u32) -> Option<Marking> {
    let operations = header.marking.as_ref()?;
    let kept = kept(operations, since(header, recovery), header.field);
    if kept.is_empty() {
        return Some(None);
    }
    (kept.len() < operations.len()).then_some(Some(kept))
}

/// The operations of a picture `since` frames behind the recovery point that concern nothing from before it.
fn kept(operations: &[Operation], since: u32, field: bool) -> Vec<Operation> {
    // 8.2.4.1: of a field, picture numbers count fields, and its own is 2 * frame_num + 1.
    let reach = if field { 2 * since + 1 } else { since };
    let past = |operation: &Operation| match operation {
        Operation::Unmark(difference) | Operation::Keep(difference, _) => {
            // picNumX = CurrPicNum - (difference_of_pic_nums_minus1 + 1)
            *difference >= reach
        }
        _ => false,
    };
    operations.iter().copied().filter(|operation| !past(operation)).collect()
}

/// Frames that were references from the recovery point on, before this picture.
pub(super) fn since(header: &Header<'_>, recovery: u32) -> u32 {
    header.frame_num.wrapping_sub(recovery) % header.period
}

#[cfg(test)]
mod tests {
    use super::Operation::{Keep, KeepThis, Limit, Reset, Unmark, UnmarkLong};
    use super::*;

    #[test]
    fn what_reaches_behind_the_recovery_point_goes() {
        let cases: &[(u32, bool, &[Operation], &[Operation])] = &[
            // The picture at the recovery point: everything is from before.
            (0, false, &[Unmark(0), Unmark(5)], &[]),
            // The picture behind it: it may unmark that one.
            (1, false, &[Unmark(0), Unmark(1)], &[Unmark(0)]),
            (3, false, &[Unmark(3), Unmark(2), Keep(1, 0), Keep(3, 1)], &[Unmark(2), Keep(1, 0)]),
            // What names no short-term picture stays.
            (
                0,
                false,
                &[UnmarkLong(0), Limit(1), Reset, KeepThis(0)],
                &[UnmarkLong(0), Limit(1), Reset, KeepThis(0)],
            ),
            // The second field of the picture at the recovery point may unmark the first.
            (0, true, &[Unmark(0), Unmark(1), Unmark(27)], &[Unmark(0)]),
            // A field one frame later: the recovery point's fields are two and three fields back.
            (1, true, &[Unmark(0), Unmark(1), Unmark(2), Unmark(3)], &[Unmark(0), Unmark(1), Unmark(2)]),
        ];
        for (since, field, operations, wanted) in cases {
            assert_eq!(kept(operations, *since, *field), *wanted, "{since} {field} {operations:?}");
        }
    }
}
