//! What the host wants of the lineup, kept in the store: who changes it says which state he has seen, so that nobody's change is lost.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use telecast_core::error::{Error, Kind};
use telecast_core::limits;
use telecast_core::lineup::{ChannelId, ChannelWish, GroupWish, Lineup, Wishes, apply};
use telecast_store::Store;

use super::App;

/// What the setting is called in the store.
const SETTING: &str = "lineup";
/// The longest name that the host may give, in characters.
const NAME: usize = 64;

/// The wishes as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// They.
    pub wishes: Arc<Wishes>,
    /// Grows with each change; 0: there has been none.
    pub revision: i64,
}

/// A change of the wishes; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WishChange {
    /// Of these channels; an empty one: as the receiver has it.
    pub channels: BTreeMap<ChannelId, ChannelWish>,
    /// The host's own bouquets, all of them.
    pub groups: Option<Vec<GroupWish>>,
    /// Bouquets that nobody is to see, all of them.
    pub hidden_bouquets: Option<BTreeSet<String>>,
    /// Bouquets from first to last.
    pub order: Option<Vec<String>>,
}

impl App {
    /// Changes what the host wants of the lineup, if `revision` is the state that whoever changes it has seen.
    ///
    /// # Errors
    /// `Conflict`: somebody else was faster; `Invalid`; `Unavailable`: the store.
    pub async fn wish(&self, revision: i64, change: WishChange) -> Result<Arc<Kept>, Error> {
        if change.channels.values().any(|wish| wish.same_as.is_some()) {
            self.0.stations.may_join(self.0.receivers.lineup_with(&change)).await?;
        }
        self.0.receivers.wish(revision, change).await
    }
}

/// What the store has; nothing if that cannot be read.
pub(super) async fn kept(store: &Store) -> Kept {
    match store.setting::<Wishes>(SETTING).await {
        Ok(Some(setting)) => Kept { wishes: Arc::new(setting.value), revision: setting.revision },
        Ok(None) => Kept::default(),
        Err(error) => {
            tracing::warn!(%error, "what the host wants of the lineup cannot be read from the store");
            Kept::default()
        }
    }
}

/// Keeps the changed wishes, if `kept` is what whoever changes them has seen.
///
/// # Errors
/// `Conflict`: somebody else was faster; `Invalid`; `Unavailable`.
pub(super) async fn change(
    store: &Store,
    kept: &Kept,
    change: WishChange,
    now_ms: i64,
) -> Result<Kept, Error> {
    check(&change)?;
    let wishes = changed(&kept.wishes, change);
    check_joins(&wishes)?;
    let revision = store.put_setting(SETTING, &wishes, kept.revision, now_ms).await?;
    Ok(Kept { wishes: Arc::new(wishes), revision })
}

/// The wishes as they would be.
pub(super) fn changed(before: &Wishes, change: WishChange) -> Wishes {
    let mut wishes = before.clone();
    for (id, wish) in change.channels {
        if wish == ChannelWish::default() {
            wishes.channels.remove(&id);
        } else {
            wishes.channels.insert(id, wish);
        }
    }
    wishes.groups = change.groups.unwrap_or(wishes.groups);
    wishes.hidden_bouquets = change.hidden_bouquets.unwrap_or(wishes.hidden_bouquets);
    wishes.order = change.order.unwrap_or(wishes.order);
    wishes
}

fn check(change: &WishChange) -> Result<(), Error> {
    let invalid = |words: &str| Err(Error::new(Kind::Invalid, words));
    let wishes = change.channels.values();
    let groups = change.groups.as_deref().unwrap_or_default();
    let names = wishes.clone().filter_map(|wish| wish.name.as_deref());
    let mut names = names.chain(groups.iter().map(|group| group.name.as_str()));
    if names.any(|name| name.chars().count() > NAME || name.chars().any(char::is_control)) {
        return invalid("A name has at most 64 characters and no line breaks.");
    }
    if groups.iter().any(|group| group.id.is_empty() || group.name.trim().is_empty()) {
        return invalid("Each group needs an id and a name.");
    }
    if wishes
        .clone()
        .filter_map(|wish| wish.number)
        .any(|number| number == 0 || number > limits::CHANNEL_NUMBER)
    {
        return invalid("A channel's number is between 1 and 99999.");
    }
    if groups.len() > limits::GROUPS {
        return invalid("There are too many groups.");
    }
    Ok(())
}

/// Channels that are one, as they will be: none in a circle, and not too many in one.
fn check_joins(wishes: &Wishes) -> Result<(), Error> {
    let mut counts: HashMap<&ChannelId, usize> = HashMap::new();
    for id in wishes.channels.iter().filter(|(_, wish)| wish.same_as.is_some()).map(|(id, _)| id) {
        let Some(root) = wishes.root(id) else {
            let words = "A channel cannot be the same as itself, by way of others either. Undo one of the others first.";
            return Err(Error::new(Kind::Invalid, words));
        };
        let count = counts.entry(root).or_default();
        *count += 1;
        if *count > limits::JOINED {
            let words = format!("At most {} channels can be the same as one.", limits::JOINED);
            return Err(Error::new(Kind::Invalid, words));
        }
    }
    Ok(())
}

/// The lineup as the host wants it.
pub(super) fn wanted(pooled: &Lineup, wishes: &Wishes) -> Lineup {
    // Without wishes the order is the receivers' own.
    if *wishes == Wishes::default() { pooled.clone() } else { apply(pooled, wishes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_is_kept_and_the_second_of_two_at_once_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open_sqlite(&folder.path().join("telecast.db")).await.expect("opens");
        let id = ChannelId("1-1-1-c00000".into());
        let hide = |hidden| WishChange {
            channels: [(id.clone(), ChannelWish { hidden, ..ChannelWish::default() })].into(),
            ..WishChange::default()
        };
        let first = change(&store, &Kept::default(), hide(Some(true)), 1).await.expect("kept");
        assert_eq!((first.revision, kept(&store).await), (1, first.clone()));
        let late = change(&store, &Kept::default(), hide(None), 2).await.expect_err("somebody was faster");
        assert_eq!(late.kind, Kind::Conflict);
        let second = change(&store, &first, hide(None), 3).await.expect("kept");
        assert!(second.wishes.channels.is_empty(), "what wants nothing is no wish");
        let name = |name: &str, number| {
            let wish =
                ChannelWish { name: Some(name.into()), number: Some(number), ..ChannelWish::default() };
            WishChange { channels: [(id.clone(), wish)].into(), ..WishChange::default() }
        };
        for wrong in [name("a\nb", 1), name(&"x".repeat(65), 1), name("a", 0), name("a", 100_000)] {
            assert_eq!(change(&store, &second, wrong, 4).await.expect_err("wrong").kind, Kind::Invalid);
        }
    }
}
