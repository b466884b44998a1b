//! What the host wants of the lineup: channels hidden, renamed, renumbered, with another logo or other sources first, several that are one, and
//! bouquets of the host's own.
//!
//! [`apply`] is a pure function of the lineup as it was pooled and of the wishes. Laws (tested over random lineups and wishes):
//! - Without wishes, a lineup in order (by number, television first, no number twice within a kind) stays as it is.
//! - No number stands twice within a kind (television, radio), channels stand by number, and [`Lineup::channel`] finds exactly what is listed.
//! - Applied twice is applied once.
//! - What a receiver renames changes only names that the host has not given.
//! - What is joined to another stands in no list and loses nothing: its sources are the other's. What is joined to a channel that is not there, or in
//!   a circle, stands for itself.
//!
//! Wishes about what is not there do nothing and are kept: a receiver that is away for an hour takes nothing along. Logos are not part of a lineup:
//! [`Wishes::logo`] tells them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{Bouquet, Channel, ChannelId, Joined, Lineup};
use crate::limits;

/// What the host wants. In maps with an order, so that the same wishes are the same text when they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// Of single channels, those that are not there now included.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<ChannelId, ChannelWish>,
    /// The host's own bouquets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupWish>,
    /// Ids of bouquets that nobody is to see; their channels stay.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub hidden_bouquets: BTreeSet<String>,
    /// Ids of bouquets (the host's own among them), first to last. Those that are not named come after them: first the host's own, then the
    /// receivers'.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
}

/// What the host wants of one channel; what is none stays as the receiver has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelWish {
    /// It is in no list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<bool>,
    /// Its name; a blank one counts as none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its number, from 1 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// Id of a bouquet at whose end it stands too, whosever that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Address or name of its logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// Ids of receivers, or of channels that are joined to this one, best first; sources of others come after them in their own order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// It is the same channel as this one: in no list itself, and a source of the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<ChannelId>,
}

/// A bouquet of the host's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupWish {
    /// Who it is. Where a receiver's bouquet has the same id, this one stands for it.
    pub id: String,
    /// Name.
    pub name: String,
    /// Radio.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub radio: bool,
    /// Channels in order; those that are not there now are skipped.
    pub channels: Vec<ChannelId>,
}

impl Wishes {
    /// The logo that the host has given.
    pub fn logo(&self, channel: &ChannelId) -> Option<&str> {
        self.channels.get(channel)?.logo.as_deref()
    }

    /// The channel that this one is by the host's word: itself, if there is none. None: it goes in a circle, or through more than
    /// [`limits::JOINED`].
    pub fn root<'a>(&'a self, channel: &'a ChannelId) -> Option<&'a ChannelId> {
        let next = |channel: &ChannelId| self.channels.get(channel)?.same_as.as_ref();
        let mut at = channel;
        for _ in 0..=limits::JOINED {
            match next(at) {
                Some(other) => at = other,
                None => return Some(at),
            }
        }
        None
    }

    fn hides(&self, channel: &ChannelId) -> bool {
        self.channels.get(channel).is_some_and(|wish| wish.hidden == Some(true))
    }
}

/// The lineup as the host wants it.
pub fn apply(lineup: &Lineup, wishes: &Wishes) -> Lineup {
    let mut channels = lineup.channels.clone();
    for channel in &mut channels {
        let name = wishes.channels.get(&channel.id).and_then(|wish| wish.name.as_deref()).map(str::trim);
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            name.clone_into(&mut channel.name);
        }
    }
    let went = join(lineup, wishes, &mut channels);
    channels.retain(|channel| !wishes.hides(&channel.id));
    for channel in &mut channels {
        order_sources(channel, wishes);
    }
    for radio in [false, true] {
        number(channels.iter_mut().filter(|channel| channel.radio == radio).collect(), wishes);
    }
    channels.sort_by_key(|channel| (channel.radio, channel.number));
    let bouquets = bouquets(lineup, wishes, &channels, &went);
    Lineup::of(channels, bouquets)
}

/// Puts channels into those that they are by the host's word; says which went where.
fn join(lineup: &Lineup, wishes: &Wishes, channels: &mut Vec<Channel>) -> HashMap<ChannelId, ChannelId> {
    let goes = |id: &ChannelId| {
        let root = wishes.root(id).filter(|root| *root != id)?;
        lineup.channel(root).is_some().then(|| root.clone())
    };
    let mut went: HashMap<ChannelId, ChannelId> = channels
        .iter()
        .filter_map(|channel| goes(&channel.id).map(|root| (channel.id.clone(), root)))
        .collect();
    // Those that have gone before, in a lineup to which this has been applied.
    for channel in &lineup.channels {
        went.extend(channel.joined.iter().map(|joined| (joined.id.clone(), channel.id.clone())));
    }
    if went.is_empty() {
        return went;
    }
    let (stay, gone): (Vec<Channel>, Vec<Channel>) =
        channels.drain(..).partition(|channel| !went.contains_key(&channel.id));
    *channels = stay;
    let places: HashMap<ChannelId, usize> =
        channels.iter().enumerate().map(|(at, channel)| (channel.id.clone(), at)).collect();
    for channel in gone {
        let Some(at) = went.get(&channel.id).and_then(|root| places.get(root)) else { continue };
        let root = &mut channels[*at];
        root.sources.extend(channel.sources);
        root.logo = root.logo.take().or(channel.logo);
        root.joined.push(Joined { id: channel.id, name: channel.name, guide_ids: channel.guide_ids });
        root.joined.extend(channel.joined);
    }
    went
}

/// A source's place is that of the channel that it is of, or else of its receiver.
fn order_sources(channel: &mut Channel, wishes: &Wishes) {
    let Some(wanted) = wishes.channels.get(&channel.id).map(|wish| &wish.sources) else { return };
    let place = |word: &str| wanted.iter().position(|wanted| wanted == word);
    channel.sources.sort_by_cached_key(|source| {
        place(&source.service.channel_id().0).or_else(|| place(&source.receiver)).unwrap_or(usize::MAX)
    });
}

/// Numbers of one kind. The host's number wins; of two wishes for one number the smaller id's, since ids stay. Whose own number is taken gets the
/// next above the highest, in the order of own numbers.
fn number(mut channels: Vec<&mut Channel>, wishes: &Wishes) {
    channels.sort_by_key(|channel| channel.number);
    let mut winners: HashMap<u32, ChannelId> = HashMap::new();
    for channel in &channels {
        let wish = wishes.channels.get(&channel.id).and_then(|wish| wish.number).filter(|number| *number > 0);
        let Some(number) = wish else { continue };
        let winner = winners.entry(number).or_insert_with(|| channel.id.clone());
        if channel.id < *winner {
            *winner = channel.id.clone();
        }
    }
    let wished: HashMap<ChannelId, u32> =
        winners.into_iter().map(|(number, channel)| (channel, number)).collect();
    let own = channels.iter().map(|channel| channel.number);
    let mut highest = own.chain(wished.values().copied()).max().unwrap_or(0);
    let mut taken: HashSet<u32> = wished.values().copied().collect();
    let mut displaced = Vec::new();
    for channel in channels {
        if let Some(number) = wished.get(&channel.id) {
            channel.number = *number;
        } else if !taken.insert(channel.number) {
            displaced.push(channel);
        }
    }
    for channel in displaced {
        channel.number = free_above(&mut highest, &taken);
        taken.insert(channel.number);
    }
}

/// The next number above the highest, or, where numbers come to an end, the first that is free.
fn free_above(highest: &mut u32, taken: &HashSet<u32>) -> u32 {
    match highest.checked_add(1) {
        Some(next) => {
            *highest = next;
            next
        }
        None => (1..=u32::MAX).find(|number| !taken.contains(number)).unwrap_or(u32::MAX),
    }
}

fn bouquets(
    lineup: &Lineup,
    wishes: &Wishes,
    channels: &[Channel],
    went: &HashMap<ChannelId, ChannelId>,
) -> Vec<Bouquet> {
    let there: HashSet<&ChannelId> = channels.iter().map(|channel| &channel.id).collect();
    let of = |wanted: &[ChannelId]| {
        let mut listed: Vec<ChannelId> = Vec::new();
        for id in wanted {
            // What went into another gives it its place, unless it has one.
            let shown = went.get(id).unwrap_or(id);
            if there.contains(shown) && (shown == id || !(wanted.contains(shown) || listed.contains(shown))) {
                listed.push(shown.clone());
            }
        }
        listed
    };
    let mut known = HashSet::new();
    let mut bouquets = Vec::new();
    for group in wishes.groups.iter().filter(|group| known.insert(&group.id)) {
        let (id, name) = (group.id.clone(), group.name.clone());
        bouquets.push(Bouquet { id, name, radio: group.radio, channels: of(&group.channels) });
    }
    for bouquet in lineup.bouquets.iter().filter(|bouquet| !known.contains(&bouquet.id)) {
        // What was never in the list stays out of its bouquets as it stays out of those of the host.
        bouquets.push(Bouquet { channels: of(&bouquet.channels), ..bouquet.clone() });
    }
    bouquets.retain(|bouquet| !wishes.hidden_bouquets.contains(&bouquet.id));
    let mut added: HashMap<&str, Vec<&ChannelId>> = HashMap::new();
    for channel in channels {
        if let Some(group) = wishes.channels.get(&channel.id).and_then(|wish| wish.group.as_deref()) {
            added.entry(group).or_default().push(&channel.id);
        }
    }
    for bouquet in &mut bouquets {
        let Some(added) = added.remove(bouquet.id.as_str()) else { continue };
        let known: HashSet<ChannelId> = bouquet.channels.iter().cloned().collect();
        bouquet.channels.extend(added.into_iter().filter(|id| !known.contains(id)).cloned());
    }
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (at, id) in wishes.order.iter().enumerate() {
        places.entry(id).or_insert(at);
    }
    bouquets.sort_by_key(|bouquet| places.get(bouquet.id.as_str()).copied().unwrap_or(usize::MAX));
    bouquets
}
