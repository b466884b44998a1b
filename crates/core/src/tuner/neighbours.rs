//! What somebody may want next: the channel before, the ones beside in the bouquet, those that come with the same tuner.
//!
//! Only a guess: what comes of it are leases of [`Priority::Background`](super::Priority), which give way to everybody.

use crate::limits;
use crate::lineup::{Channel, ChannelId, Lineup};
use std::collections::BTreeMap;

/// Places to each side that are looked at for a channel of the same transponder.
const NEAR: usize = 8;

/// Which channel each viewer watches, and which one before.
#[derive(Clone, Debug, Default)]
pub struct Zaps {
    seen: BTreeMap<String, (u64, ChannelId, Option<ChannelId>)>,
    count: u64,
}

impl Zaps {
    /// `viewer` watches `channel` now; says what it was before.
    pub fn zap(&mut self, viewer: &str, channel: &ChannelId) -> Option<ChannelId> {
        self.count += 1;
        let before = match self.seen.remove(viewer) {
            Some((_, current, previous)) if current == *channel => previous,
            Some((_, current, _)) => Some(current),
            None => None,
        };
        self.seen.insert(viewer.to_owned(), (self.count, channel.clone(), before.clone()));
        if self.seen.len() > limits::ZAPPERS {
            let oldest =
                self.seen.iter().min_by_key(|(_, (count, ..))| *count).map(|(viewer, _)| viewer.clone());
            oldest.and_then(|viewer| self.seen.remove(&viewer));
        }
        before
    }
}

/// Channels that whoever watches `on` may want next, the likeliest first: next, the one before in time, previous, and the
/// nearest that come with the same tuner. Of several bouquets the first that has the channel counts.
pub fn likely_next<'a>(lineup: &'a Lineup, on: &ChannelId, before: Option<&ChannelId>) -> Vec<&'a Channel> {
    let Some(channel) = lineup.channel(on) else { return Vec::new() };
    let place = lineup.bouquets.iter().find_map(|bouquet| {
        let at = bouquet.channels.iter().position(|id| id == on)?;
        Some((&bouquet.channels, at))
    });
    let beside = |distance: isize| {
        let (channels, at) = place?;
        let count = channels.len() as isize;
        // Zapping goes round.
        lineup.channel(&channels[(at as isize + distance).rem_euclid(count.max(1)) as usize])
    };
    let shares_tuner = |other: &&Channel| {
        other.sources.iter().any(|theirs| {
            channel.sources.iter().any(|ours| {
                ours.receiver == theirs.receiver && ours.service.transponder() == theirs.service.transponder()
            })
        })
    };
    let near = (2..=NEAR as isize).flat_map(|distance| [distance, -distance]);
    let same = near.filter_map(beside).filter(shares_tuner);
    let first = [beside(1), before.and_then(|id| lineup.channel(id)), beside(-1)];
    let mut likely: Vec<&Channel> = Vec::new();
    for next in first.into_iter().flatten().chain(same) {
        // Radio beside television is no zap; nor is the channel itself.
        if next.id != *on && next.radio == channel.radio && likely.iter().all(|known| known.id != next.id) {
            likely.push(next);
        }
    }
    likely
}
