//! What the host wants of the guides, kept in the store: who changes it says which state he has seen, so that nobody's change is lost.

use std::sync::Arc;

use telecast_core::error::{Error, Kind};
use telecast_core::guide::wishes::{Choice, GuideWishes};
use telecast_core::limits;
use telecast_core::lineup::ChannelId;
use telecast_store::Store;

use super::Guide;

/// What the setting is called in the store.
const SETTING: &str = "guide";
/// The longest id of a guide, in bytes; others are nobody's.
const ID: usize = 512;
/// Ids that may be refused for one channel.
const REFUSED: usize = 100;

/// The wishes as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptGuide {
    /// They.
    pub wishes: Arc<GuideWishes>,
    /// Grows with each change; 0: there has been none.
    pub revision: i64,
}

/// A change of them; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GuideChange {
    /// Guides, best first, all of them.
    pub order: Option<Vec<String>>,
    /// Of this channel in this guide; an empty choice: as it is found.
    pub choices: Vec<(String, ChannelId, Choice)>,
}

/// What the store has; nothing if that cannot be read.
pub(in crate::app) async fn kept(store: &Store) -> KeptGuide {
    match store.setting::<GuideWishes>(SETTING).await {
        Ok(Some(setting)) => KeptGuide { wishes: Arc::new(setting.value), revision: setting.revision },
        Ok(None) => KeptGuide::default(),
        Err(error) => {
            tracing::warn!(%error, "what the host wants of the guides cannot be read from the store");
            KeptGuide::default()
        }
    }
}

impl Guide {
    /// What the host wants.
    pub(in crate::app) fn wishes(&self) -> Arc<KeptGuide> {
        self.files.wishes.load_full()
    }

    /// Changes what the host wants, if `revision` is the state that whoever changes it has seen. What was told of channels that are others is
    /// forgotten, and the guides are read again.
    ///
    /// # Errors
    /// `Conflict`: somebody else was faster; `Invalid`; `Unavailable`.
    pub(in crate::app) async fn wish(
        &self,
        revision: i64,
        change: GuideChange,
    ) -> Result<Arc<KeptGuide>, Error> {
        let seen = self.wishes();
        if seen.revision != revision {
            return Err(Error::new(Kind::Conflict, "Somebody else has changed the guides. Load them again."));
        }
        let known: Vec<String> =
            self.files.sources(&self.settings).into_iter().map(|source| source.id).collect();
        let wishes = changed(&seen.wishes, change, &known)?;
        let revision = self.store.put_setting(SETTING, &wishes, revision, self.clock.wall_ms()).await?;
        let kept = Arc::new(KeptGuide { wishes: Arc::new(wishes), revision });
        self.files.wishes.store(Arc::clone(&kept));
        self.files.look.notify_one();
        // Another order is another guide at once.
        self.changed();
        Ok(kept)
    }
}

/// The wishes after a change, of guides that are `known`.
fn changed(wishes: &GuideWishes, change: GuideChange, known: &[String]) -> Result<GuideWishes, Error> {
    let invalid = |words: &str| Error::new(Kind::Invalid, words);
    let mut wishes = wishes.clone();
    if let Some(order) = change.order {
        if order.len() > limits::GUIDE_ADDRESSES * 2 || !order.iter().all(|id| known.contains(id)) {
            return Err(invalid("There is no such guide. Load them again."));
        }
        wishes.order = order;
    }
    for (guide, channel, choice) in change.choices {
        if !known.contains(&guide) {
            return Err(invalid("There is no such guide. Load them again."));
        }
        let mut ids = choice.not.iter().chain(&choice.is);
        if choice.not.len() > REFUSED || ids.any(|id| id.is_empty() || id.len() > ID) || channel.0.len() > ID
        {
            return Err(invalid(
                "An id of a guide has 1 to 512 bytes, and at most 100 can be refused for a channel.",
            ));
        }
        wishes.choose(&guide, channel, choice);
    }
    Ok(wishes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_of_a_guide_that_is_there_and_of_an_id_that_may_be_one() {
        let known = ["xmltv:a".to_owned(), "xmltv:b".to_owned()];
        let chosen = |guide: &str, is: &str| GuideChange {
            choices: vec![(
                guide.to_owned(),
                ChannelId("c".into()),
                Choice { is: Some(is.to_owned()), ..Choice::default() },
            )],
            ..GuideChange::default()
        };
        let none = GuideWishes::default();
        let wishes = changed(&none, chosen("xmltv:a", "rtl"), &known).expect("kept");
        assert!(
            wishes.of("xmltv:a")[&ChannelId("c".into())].admits("RTL") && wishes.of("xmltv:b").is_empty()
        );
        for wrong in [chosen("xmltv:c", "rtl"), chosen("xmltv:a", ""), chosen("xmltv:a", &"x".repeat(513))] {
            assert_eq!(changed(&none, wrong, &known).expect_err("wrong").kind, Kind::Invalid);
        }
        let order = |order: &[&str]| GuideChange {
            order: Some(order.iter().map(|id| (*id).to_owned()).collect()),
            ..GuideChange::default()
        };
        let ordered = changed(&wishes, order(&["xmltv:b", "xmltv:a"]), &known).expect("kept");
        assert_eq!((ordered.place("xmltv:b"), &ordered.choices), (0, &wishes.choices));
        assert!(changed(&wishes, order(&["xmltv:z"]), &known).is_err());
    }
}
