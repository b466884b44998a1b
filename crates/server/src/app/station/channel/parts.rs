//! What a channel has shown, as it is kept to be shown again: stretches of items, and when each was on. Slates are nothing to be seen again.

use serde::{Deserialize, Serialize};
use telecast_core::library::ItemId;
use telecast_core::schedule::TICKS_PER_MS;

use super::{Channel, Firm, FirmPiece};
use crate::app::prepare::Stretch;

/// A stretch of an item that was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::app::station) struct Part {
    /// Of which item.
    #[serde(rename = "i")]
    pub(in crate::app::station) item: ItemId,
    /// From where on (ticks from its start).
    #[serde(rename = "f")]
    from: i64,
    /// How much of it (ticks); none: to its end.
    #[serde(rename = "l")]
    length: Option<i64>,
    /// When it began (ticks since 1970).
    #[serde(rename = "a")]
    pub(in crate::app::station) at: i64,
    /// How long it was on (ticks).
    #[serde(rename = "t")]
    ticks: i64,
}

impl Part {
    /// Which stretch it is.
    pub(in crate::app::station) fn stretch(&self) -> Stretch {
        Stretch { from: self.from, length: self.length }
    }

    /// When it was over (ticks since 1970).
    pub(in crate::app::station) fn end(&self) -> i64 {
        self.at + self.ticks
    }
}

/// As the log keeps them.
pub(super) fn written(parts: &[Part]) -> String {
    if parts.is_empty() { String::new() } else { serde_json::to_string(parts).unwrap_or_default() }
}

/// What a line of the log has kept; nothing where nobody knows.
pub(in crate::app::station) fn read(text: &str) -> Vec<Part> {
    serde_json::from_str(text).unwrap_or_default()
}

/// What is shown in a firm slot of a channel whose tape time was 0 at `epoch` (ticks since 1970).
pub(super) fn of(firm: &Firm, epoch: i64) -> Vec<Part> {
    let part = |piece: &FirmPiece| {
        Some(Part {
            item: piece.item?,
            from: piece.from,
            length: piece.length,
            at: piece.start + epoch,
            ticks: piece.ticks,
        })
    };
    firm.pieces.iter().filter_map(part).collect()
}

impl Channel {
    /// What is firm and on some of the time from `from` until `until` (ticks since 1970).
    pub(in crate::app::station) fn shown(&self, from: i64, until: i64) -> Vec<Part> {
        let epoch = self.station.epoch_ms * TICKS_PER_MS;
        let parts = self.firm.iter().flat_map(|firm| of(firm, epoch));
        parts.filter(|part| part.end() > from && part.at < until).collect()
    }

    /// Up to when it is firm (ticks since 1970).
    pub(in crate::app::station) fn firm_until(&self) -> i64 {
        let last = self.firm.len().checked_sub(1).and_then(|last| self.timeline.slots.get(last));
        match (last, self.firm.last()) {
            (Some(slot), Some(firm)) if !firm.complete => slot.start,
            (Some(slot), _) => slot.end(),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_what_nobody_knows_is_nothing() {
        let part = |item, length| Part { item: ItemId(item), from: 90, length, at: 1 << 50, ticks: 7 };
        let parts = vec![part(1, None), part(2, Some(5))];
        assert_eq!(read(&written(&parts)), parts);
        assert_eq!((written(&[]), read(""), read("{}")), (String::new(), Vec::new(), Vec::new()));
    }
}
