//! Which ids of a guide are which channels: found as it is read, remembered for people to look at, and bounded whatever a guide says.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use telecast_core::guide::matching::{How, Known, Late, Match, Offered, matching};
use telecast_core::guide::wishes::Choices;
use telecast_core::limits;
use telecast_core::lineup::{Channel, ChannelId, Lineup};

/// An id that is, or may be, a channel's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fit {
    /// The guide's id.
    pub id: String,
    /// Why.
    pub how: How,
    /// How well (0 to 100).
    pub score: u8,
}

/// A channel of the lineup in a guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchRow {
    /// The channel.
    pub channel: ChannelId,
    /// What it is certainly, and what is read for it.
    pub taken: Option<Fit>,
    /// What it may be, best first; nothing of it is read.
    pub proposed: Vec<Fit>,
}

/// What a guide shows under an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// From (milliseconds since 1970).
    pub start_ms: i64,
    /// Until; none: nobody has said.
    pub end_ms: Option<i64>,
    /// Title.
    pub title: String,
}

/// What came of a guide's ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matched {
    /// All channels that were looked for, in the lineup's order; not those of which the host says that this guide does not have them.
    pub rows: Vec<MatchRow>,
    /// Its ids, each with a name; at most [`limits::GUIDE_LISTED`].
    pub offered: Vec<(String, String)>,
    /// Its ids that are no channel's.
    pub unmatched: u64,
    /// Programmes and channels of ids beyond [`limits::GUIDE_IDS`].
    pub left_out: u64,
    /// What is on under ids that may be a channel's.
    pub shows: BTreeMap<String, Vec<Shown>>,
}

impl Matched {
    /// Channels that have been told something which is not theirs, by what the host says.
    pub(super) fn wrong(&self, choices: &Choices) -> Vec<ChannelId> {
        let is_wrong = |row: &&MatchRow| {
            let choice = choices.get(&row.channel);
            row.taken.as_ref().is_some_and(|fit| choice.is_some_and(|choice| !choice.admits(&fit.id)))
        };
        self.rows.iter().filter(is_wrong).map(|row| row.channel.clone()).collect()
    }

    /// Nothing is read for these any more.
    pub(super) fn give_up(&mut self, channels: &[ChannelId]) {
        for row in self.rows.iter_mut().filter(|row| channels.contains(&row.channel)) {
            row.taken = None;
        }
    }
}

/// A channel and those that the host has joined to it, each as it is by itself: with its id, its name, and what it is called in guides.
pub(super) fn members(channel: &Channel) -> impl Iterator<Item = (&ChannelId, &str, &[String])> {
    let itself = (&channel.id, channel.name.as_str(), channel.guide_ids.as_slice());
    let joined = channel.joined.iter();
    std::iter::once(itself).chain(joined.map(|it| (&it.id, it.name.as_str(), it.guide_ids.as_slice())))
}

/// Channels as they are looked for. Each finds its own guide, as if it were not joined: two ids that fit one channel would be for a person to decide.
pub(super) fn known(lineup: &Lineup, choices: &Choices) -> Vec<Known> {
    lineup.channels.iter().flat_map(|channel| known_of(channel, choices)).collect()
}

fn known_of(channel: &Channel, choices: &Choices) -> Vec<Known> {
    let one = |(id, name, guide_ids): (&ChannelId, &str, &[String])| {
        let choice = choices.get(id).cloned().unwrap_or_default();
        let own = channel.sources.iter().filter(|source| source.service.channel_id() == *id);
        let ids = own.map(|source| source.service.to_string()).chain([id.0.clone(), id.in_guides()]);
        let known = Known {
            channel: id.clone(),
            names: vec![name.to_owned()],
            ids: ids.chain(guide_ids.iter().cloned()).collect(),
            confirmed: choice.is.into_iter().collect(),
            refused: choice.not.into_iter().collect(),
            number: (*id == channel.id).then_some(channel.number),
        };
        (!choice.none).then_some(known)
    };
    members(channel).filter_map(one).collect()
}

/// Nobody's.
const NONE: usize = 0;

/// Finds the channels of a guide's ids while it is read. Those that are declared before the first programme are looked at together; others one at a time.
pub(super) struct Matcher<'a> {
    known: &'a [Known],
    late: Option<Late<'a>>,
    /// What the guide has declared, or used.
    offers: Vec<Offered>,
    /// Those of them that came late and are nobody's.
    loose: Vec<usize>,
    /// Where in `aims` the channels of an id stand.
    ids: HashMap<Box<str>, usize>,
    aims: Vec<Vec<ChannelId>>,
    /// Of each known channel what is taken, and what it may be.
    rows: Vec<(Option<Fit>, Vec<Fit>)>,
    shows: BTreeMap<String, Vec<Shown>>,
    left_out: u64,
    /// Ids that are looked at.
    most: usize,
    now_ms: i64,
    has_begun: bool,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(known: &'a [Known], now_ms: i64) -> Self {
        Self {
            known,
            late: None,
            offers: Vec::new(),
            loose: Vec::new(),
            ids: HashMap::new(),
            aims: vec![Vec::new()],
            rows: vec![(None, Vec::new()); known.len()],
            shows: BTreeMap::new(),
            left_out: 0,
            most: limits::GUIDE_IDS,
            now_ms,
            has_begun: false,
        }
    }

    /// The guide has this channel.
    pub(super) fn declare(&mut self, offer: Offered) {
        if !self.has_begun {
            if self.offers.len() < self.most {
                self.offers.push(offer);
            } else {
                self.left_out += 1;
            }
        } else if self.ids.get(&*offer.id).is_none_or(|aim| *aim == NONE) {
            self.come(offer);
        }
    }

    /// The channels of an id.
    pub(super) fn channels(&mut self, id: &str) -> &[ChannelId] {
        if !self.has_begun {
            self.begin();
        }
        let aim = match self.ids.get(id) {
            Some(aim) => *aim,
            None => self.come(Offered { id: id.to_owned(), names: Vec::new() }),
        };
        &self.aims[aim]
    }

    /// Something is on under an id that is nobody's.
    pub(super) fn is_on(&mut self, id: &str, (start_ms, end_ms): (i64, Option<i64>), title: Option<&str>) {
        let Some(shown) = self.shows.get_mut(id).filter(|shown| shown.len() < limits::GUIDE_SHOWN) else {
            return;
        };
        let ahead = self.now_ms + limits::GUIDE_SHOWN_AHEAD.as_millis() as i64;
        if start_ms < ahead && end_ms.is_none_or(|end| end > self.now_ms) {
            shown.push(Shown { start_ms, end_ms, title: title.unwrap_or_default().to_owned() });
        }
    }

    /// All that was declared so far is looked at together.
    fn begin(&mut self) {
        self.has_begun = true;
        let found = matching(self.known, &self.offers);
        for offer in &self.offers {
            self.ids.insert(offer.id.as_str().into(), NONE);
        }
        for one in &found.sure {
            self.take(one, &self.offers[one.offered].id.clone());
        }
        for one in &found.to_review {
            let id = &self.offers[one.offered].id;
            self.shows.entry(id.clone()).or_default();
            self.rows[one.channel].1.push(Fit { id: id.clone(), how: one.how, score: one.score });
        }
    }

    /// A channel is declared late, or not at all. Gives its place in `aims`.
    fn come(&mut self, offer: Offered) -> usize {
        if self.offers.len() >= self.most {
            self.left_out += 1;
            return NONE;
        }
        let late = self.late.get_or_insert_with(|| Late::new(self.known));
        for one in late.sure(&offer) {
            let (taken, proposed) = &self.rows[one.channel];
            // A channel has one id, and where two fit, a person says which; a third does not change that.
            let is_open = taken.is_none() && proposed.iter().all(|fit| fit.how == How::Alike);
            if is_open || (taken.is_none() && one.how == How::Confirmed) {
                self.take(&one, &offer.id);
            }
        }
        let aim = *self.ids.entry(offer.id.as_str().into()).or_insert(NONE);
        if aim == NONE {
            self.loose.push(self.offers.len());
        }
        self.offers.push(offer);
        aim
    }

    fn take(&mut self, one: &Match, id: &str) {
        let aim = self.ids.entry(id.into()).or_insert(NONE);
        if *aim == NONE {
            *aim = self.aims.len();
            self.aims.push(Vec::new());
        }
        self.aims[*aim].push(self.known[one.channel].channel.clone());
        self.rows[one.channel] =
            (Some(Fit { id: id.to_owned(), how: one.how, score: one.score }), Vec::new());
    }

    /// That was all.
    pub(super) fn finish(mut self) -> Matched {
        if !self.has_begun {
            self.begin();
        }
        self.propose_loose();
        let unmatched = self.ids.values().filter(|aim| **aim == NONE).count() as u64;
        let of_offer = |offer: Offered| (offer.id, offer.names.into_iter().next().unwrap_or_default());
        let rows = self.known.iter().zip(self.rows);
        Matched {
            rows: rows
                .map(|(known, (taken, proposed))| MatchRow {
                    channel: known.channel.clone(),
                    taken,
                    proposed,
                })
                .collect(),
            offered: self.offers.into_iter().take(limits::GUIDE_LISTED).map(of_offer).collect(),
            unmatched,
            left_out: self.left_out,
            shows: self.shows,
        }
    }

    /// Channels that have nothing may be one of those that came late.
    fn propose_loose(&mut self) {
        let open: Vec<usize> = (0..self.known.len())
            .filter(|at| self.rows[*at].0.is_none() && self.rows[*at].1.is_empty())
            .collect();
        if open.is_empty() || self.loose.is_empty() {
            return;
        }
        let known: Vec<Known> = open.iter().map(|at| self.known[*at].clone()).collect();
        let offers: Vec<Offered> = self.loose.iter().map(|at| self.offers[*at].clone()).collect();
        let found = matching(&known, &offers);
        for one in found.to_review.iter().chain(&found.sure) {
            let fit = Fit { id: offers[one.offered].id.clone(), how: one.how, score: one.score };
            self.rows[open[one.channel]].1.push(fit);
        }
    }
}

#[cfg(test)]
mod tests {
    use telecast_core::guide::wishes::Choice;

    use super::*;

    fn channel(at: usize, name: &str) -> Known {
        Known {
            channel: ChannelId(format!("c{at}")),
            names: vec![name.to_owned()],
            ids: Vec::new(),
            confirmed: Vec::new(),
            refused: Vec::new(),
            number: Some(at as u32),
        }
    }

    fn offer(id: &str, name: &str) -> Offered {
        Offered { id: id.to_owned(), names: vec![name.to_owned()] }
    }

    fn ids(channels: &[ChannelId]) -> Vec<&str> {
        channels.iter().map(|channel| channel.0.as_str()).collect()
    }

    #[test]
    fn an_undeclared_id_is_looked_up_once_and_there_is_a_bound_for_them_that_is_told() {
        let known: Vec<Known> = (0..100).map(|at| channel(at, &format!("Kanal {at}"))).collect();
        let mut matcher = Matcher::new(&known, 0);
        matcher.most = 1_000;
        for _ in 0..3 {
            for at in 0..900 {
                let found = ids(matcher.channels(&format!("Kanal {at}"))).len();
                assert_eq!(found, usize::from(at < 100), "{at}");
            }
        }
        assert_eq!(matcher.offers.len(), 900);
        for at in 0..150 {
            assert!(matcher.channels(&format!("nobody{at}")).is_empty());
            matcher.declare(offer(&format!("late{at}"), "Somebody"));
        }
        let matched = matcher.finish();
        assert!(matched.rows.iter().all(|row| row.taken.is_some()));
        assert_eq!((matched.unmatched, matched.left_out, matched.offered.len()), (900, 200, 1_000));
    }

    #[test]
    fn a_channel_has_one_id_and_what_comes_late_does_not_decide_what_is_for_a_person() {
        let known = [channel(1, "VOX"), channel(2, "ZDF"), channel(3, "Sky Cinema"), channel(4, "Arte")];
        let mut matcher = Matcher::new(&known, 1_000);
        for (id, name) in [("a", "VOX"), ("b", "vox"), ("z", "ZDF"), ("s", "Sky Cinemas")] {
            matcher.declare(offer(id, name));
        }
        assert_eq!(ids(matcher.channels("z")), ["c2"]);
        assert!(matcher.channels("a").is_empty());
        for id in ["a", "a", "s", "nobody"] {
            matcher.is_on(id, (500, Some(2_000)), Some("Film"));
        }
        matcher.is_on("a", (0, Some(1_000)), Some("over"));
        assert!(matcher.channels("VOX").is_empty(), "two fit");
        assert!(matcher.channels("ZDF").is_empty(), "it has one");
        assert_eq!(ids(matcher.channels("Sky Cinema")), ["c3"], "what is only alike is no obstacle");
        assert!(matcher.channels("x").is_empty());
        matcher.declare(offer("x", "arte"));
        assert_eq!(ids(matcher.channels("x")), ["c4"], "its name comes after its first programme");
        let matched = matcher.finish();
        let row = |at: usize| {
            let row = &matched.rows[at];
            let proposed: Vec<&str> = row.proposed.iter().map(|fit| fit.id.as_str()).collect();
            (row.taken.as_ref().map(|fit| fit.id.as_str()), proposed)
        };
        assert_eq!(row(0), (None, vec!["a", "b"]));
        assert_eq!(row(1), (Some("z"), vec![]));
        assert_eq!(row(2), (Some("Sky Cinema"), vec![]));
        assert_eq!(matched.shows["a"].len(), 2);
        assert_eq!(matched.unmatched, 5, "a, b, s, VOX and ZDF");
    }

    #[test]
    fn what_the_host_has_refused_is_wrong_where_it_was_taken() {
        let known = [channel(1, "VOX"), channel(2, "ZDF")];
        let mut matcher = Matcher::new(&known, 0);
        matcher.declare(offer("v", "VOX"));
        matcher.declare(offer("z", "ZDF"));
        let mut matched = matcher.finish();
        let says = |choice: Choice| Choices::from([(ChannelId("c1".into()), choice)]);
        assert!(matched.wrong(&says(Choice { is: Some("V".into()), ..Choice::default() })).is_empty());
        for choice in [
            Choice { is: Some("z".into()), ..Choice::default() },
            Choice { not: ["v".to_owned()].into(), ..Choice::default() },
            Choice { none: true, ..Choice::default() },
        ] {
            assert_eq!(matched.wrong(&says(choice)), [ChannelId("c1".into())]);
        }
        matched.give_up(&[ChannelId("c1".into())]);
        assert!(matched.wrong(&says(Choice { none: true, ..Choice::default() })).is_empty());
        assert!(matched.rows[1].taken.is_some());
    }
}
