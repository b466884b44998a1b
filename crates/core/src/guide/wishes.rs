//! What the host wants of the guides: which of them goes first, and which id of a guide is which channel, where the host knows better than [`super::matching`].
//!
//! A wish is about a guide, a channel and an id, and stays whatever the guide or the lineup says meanwhile. Laws (tested): a refused id is never admitted; a chosen one is
//! the only one that is; what is chosen is not refused; an empty wish is none.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::matching::is_same_id;
use crate::lineup::ChannelId;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuideWishes {
    /// Guides, best first; those that are not named come behind them, in their own order.
    #[serde(default)]
    pub order: Vec<String>,
    /// By guide.
    #[serde(default)]
    pub choices: BTreeMap<String, Choices>,
}

/// What the host has said of the channels of one guide.
pub type Choices = BTreeMap<ChannelId, Choice>;

/// What the host has said of one channel in one guide.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Choice {
    /// It is this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
    /// It is none of these.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub not: BTreeSet<String>,
    /// This guide does not have it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub none: bool,
}

impl Choice {
    /// Whether the channel may have what the guide tells under `id`.
    pub fn admits(&self, id: &str) -> bool {
        let is_same = |one: &str| is_same_id(one, id);
        !self.none && !self.not.iter().any(|not| is_same(not)) && self.is.as_deref().is_none_or(is_same)
    }

    /// Without what contradicts itself: who chooses an id refuses it no more, and a channel that is not in the guide has no id in it.
    #[must_use]
    pub fn settled(mut self) -> Self {
        if self.none {
            self.is = None;
        }
        if let Some(is) = &self.is {
            self.not.retain(|not| !is_same_id(not, is));
        }
        self
    }
}

impl GuideWishes {
    /// What the host has said of the channels of `guide`.
    pub fn of(&self, guide: &str) -> Choices {
        self.choices.get(guide).cloned().unwrap_or_default()
    }

    /// Says so of a channel; an empty choice is none.
    pub fn choose(&mut self, guide: &str, channel: ChannelId, choice: Choice) {
        let choice = choice.settled();
        let choices = self.choices.entry(guide.to_owned()).or_default();
        if choice == Choice::default() {
            choices.remove(&channel);
        } else {
            choices.insert(channel, choice);
        }
        if choices.is_empty() {
            self.choices.remove(guide);
        }
    }

    /// Where `guide` stands among those that are named; others behind them all.
    pub fn place(&self, guide: &str) -> usize {
        self.order.iter().position(|named| named == guide).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn choice() -> impl Strategy<Value = Choice> {
        let ids = prop::collection::btree_set("[a-c]", 0..3);
        (prop::option::of("[a-c]"), ids, any::<bool>()).prop_map(|(is, not, none)| Choice { is, not, none })
    }

    proptest! {
        #[test]
        fn what_is_refused_is_never_admitted_and_what_is_chosen_alone_is(said in choice(), id in "[a-d]") {
            let kept = said.clone().settled();
            prop_assert_eq!(kept.clone().settled(), kept.clone());
            if said.none {
                prop_assert!(!kept.admits(&id));
            } else if let Some(is) = &said.is {
                prop_assert_eq!(kept.admits(&id), *is == id);
            } else {
                prop_assert_eq!(kept.admits(&id), !said.not.contains(&id));
            }
        }

        #[test]
        fn wishes_are_kept_as_they_were_said_and_nothing_is_kept_of_those_taken_back(said in choice()) {
            let mut wishes = GuideWishes::default();
            let channel = ChannelId("1-1-1".into());
            wishes.choose("xmltv:a", channel.clone(), said.clone());
            prop_assert_eq!(wishes.of("xmltv:a").get(&channel).cloned().unwrap_or_default(), said.settled());
            wishes.choose("xmltv:a", channel, Choice::default());
            prop_assert_eq!(wishes, GuideWishes::default());
        }
    }
}
