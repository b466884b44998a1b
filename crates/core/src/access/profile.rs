//! What a child may see: programmes by age, and channels.
//!
//! Pure. It is asked wherever something is listed or played; see `docs/design/security.md` for the places.

use crate::lineup::ChannelId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// From this age on a programme of which nobody has said what it is fit for may be seen.
pub const UNRATED_FROM: u8 = 16;
/// From this age on there is nothing that may not be seen.
pub const GROWN: u8 = 18;
/// Channels of one profile.
pub const CHANNELS: usize = 10_000;

/// What a child may see. Its default lets nothing be seen of which it is not known that it is for everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Programmes that are rated for this age, or below (years).
    pub age: u8,
    /// Programmes of which nobody has said for whom they are, although the age is below [`UNRATED_FROM`].
    pub unrated: bool,
    /// These channels and no others; none: all.
    pub channels: Option<BTreeSet<ChannelId>>,
}

impl Profile {
    /// Whether that channel is there for it at all.
    pub fn lists(&self, channel: &ChannelId) -> bool {
        self.channels.as_ref().is_none_or(|channels| channels.contains(channel))
    }

    /// Whether a programme may be seen that is rated for `rating` years; none: nobody has said.
    pub fn admits(&self, rating: Option<u8>) -> bool {
        match rating {
            Some(rating) => rating <= self.age || self.age >= GROWN,
            None => self.unrated || self.age >= UNRATED_FROM,
        }
    }

    /// Whether there is any programme that it does not admit.
    pub fn minds_time(&self) -> bool {
        self.age < GROWN
    }
}

/// Why a PIN is not accepted.
pub fn pin_fault(pin: &str) -> Option<&'static str> {
    let good = (4..=8).contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit());
    (!good).then_some("A PIN has 4 to 8 digits.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_is_refused_below_sixteen_unless_the_profile_says_otherwise() {
        let of = |age, unrated| Profile { age, unrated, channels: None };
        for (age, unrated, rating, seen) in [
            (6, false, Some(6), true),
            (6, false, Some(7), false),
            (6, true, Some(12), false),
            (6, false, None, false),
            (15, false, None, false),
            (6, true, None, true),
            (16, false, None, true),
            (16, false, Some(18), false),
            (18, false, Some(21), true),
            (0, false, Some(0), true),
        ] {
            assert_eq!(of(age, unrated).admits(rating), seen, "{age} {unrated} {rating:?}");
        }
        assert!(!Profile::default().admits(None) && Profile::default().minds_time());
        assert!(!of(GROWN, false).minds_time());
    }

    #[test]
    fn channels_that_are_not_named_are_not_there() {
        let id = |text: &str| ChannelId(text.to_owned());
        let some = Profile { channels: Some([id("a")].into()), ..Profile::default() };
        assert!(some.lists(&id("a")) && !some.lists(&id("b")));
        assert!(Profile::default().lists(&id("b")));
    }

    #[test]
    fn a_pin_is_a_few_digits() {
        for (pin, good) in [
            ("1234", true),
            ("12345678", true),
            ("123", false),
            ("123456789", false),
            ("12a4", false),
            ("١٢٣٤", false),
        ] {
            let fault = (!good).then_some("A PIN has 4 to 8 digits.");
            assert_eq!(pin_fault(pin), fault, "{pin}");
        }
    }
}
