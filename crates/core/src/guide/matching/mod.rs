//! Which id of a guide is which channel. Exactness before hope: a wrong guide is worse than none.
//!
//! A channel and an id are the same with certainty when the host has said so, when the channel carries that id, when their names are equal, or
//! when they are equal but for spelling, sharpness of the picture and labels of countries (`name.rs`), as long as those are countries from which
//! the host has channels. What is only alike is proposed, never taken. Laws (tested):
//! - A channel has at most one certain id; an id may serve several channels (SD and HD of one station).
//! - Names with different numbers (`RTL`, `RTL 2`, `+1`), regions or countries are never the same with certainty.
//! - The order of what comes in changes nothing.
//! - What the host has refused is neither taken nor proposed; what the host has chosen is taken or nothing is.
//!
//! Two ids that fit a channel equally well are for a person to decide. Time and memory grow with the number of names, not with its square.

mod alias;
mod alike;
mod late;
mod name;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::lineup::{ChannelId, ServiceRef};
use alias::Aliases;
use alike::Alike;
pub use late::Late;
use name::Name;

/// So many ids that fit a channel equally well are looked at.
const TIES: usize = 16;
/// So many ids are proposed for a channel.
const PROPOSED: usize = 3;
/// What something that contradicts itself scores, whatever else speaks for it.
const CONTRADICTED: u8 = 80;
/// The best score of what is only alike.
const ALIKE: f64 = 76.0;

/// A channel that wants a guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Who it is.
    pub channel: ChannelId,
    /// Its names: the host's, the receivers', those of lists.
    pub names: Vec<String>,
    /// Ids that others say it has: `tvg-id`, service references.
    pub ids: Vec<String>,
    /// Ids that the host has confirmed. Where none of them is offered, all else is for a person to look at: the host did not say so for nothing.
    pub confirmed: Vec<String>,
    /// Ids that the host has refused.
    pub refused: Vec<String>,
    /// Number on the remote control.
    pub number: Option<u32>,
}

/// A channel of a guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Its id there.
    pub id: String,
    /// Its names there.
    pub names: Vec<String>,
}

/// By what a channel and an id were found to be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// They are only alike.
    Alike,
    /// Names, or ids that spell them, are equal but for spelling.
    Normalised,
    /// Names are equal.
    ExactName,
    /// The channel carries the id.
    ExactId,
    /// The host has said so.
    Confirmed,
}

/// A channel and an id that are, or may be, the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Place among those offered.
    pub offered: usize,
    /// Place among the channels known.
    pub channel: usize,
    /// Why.
    pub how: How,
    /// How well they fit, 0 to 100; from 85 on it is certain unless another fits as well.
    pub score: u8,
}

/// What was found. By channel in the order given, then the best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// Certain; a channel stands at most once.
    pub sure: Vec<Match>,
    /// For a person to look at: what is alike, what fits equally well, what contradicts itself. None of these channels is in `sure`.
    pub to_review: Vec<Match>,
    /// Places of channels for which nothing was found.
    pub unmatched: Vec<usize>,
}

/// Finds which of `offered` is which of `known`.
pub fn matching(known: &[Known], offered: &[Offered]) -> Matching {
    let aliases = Aliases::new();
    let channels: Vec<Party> =
        known.iter().map(|known| Party::of(&known.names, &known.ids, &aliases)).collect();
    let offers: Vec<Party> = offered
        .iter()
        .map(|offered| Party::of(&offered.names, std::slice::from_ref(&offered.id), &aliases))
        .collect();
    // In the order of what they say, so that what is cut off does not depend on the order in which they came.
    let mut order: Vec<usize> = (0..offered.len()).collect();
    order.sort_by(|a, b| (&offered[*a].id, &offered[*a].names).cmp(&(&offered[*b].id, &offered[*b].names)));
    let index = Index::new(offered, &offers, &order);
    let host = Host::new(&channels, &aliases);
    let names = order.iter().flat_map(|at| offers[*at].names.iter().map(move |name| (name, *at)));
    let mut alike = Alike::new(names.flat_map(|(name, at)| name.keys.iter().map(move |key| (bare(key), at))));
    let mut found = Matching::default();
    for (at, channel) in channels.iter().enumerate() {
        let search = Search {
            known: &known[at],
            channel,
            offered,
            offers: &offers,
            index: &index,
            host: &host,
            aliases: &aliases,
        };
        let mut fits = search.fits();
        if fits.is_empty() {
            fits = search.alike(&mut alike);
        }
        let rank = |fit: &Fit| (Reverse(fit.score), &offered[fit.offered].id, &offered[fit.offered].names);
        fits.sort_by(|a, b| rank(a).cmp(&rank(b)));
        settle(at, &fits, offered, &mut found);
    }
    found
}

/// One of `fits` (the best first) if it is certain and better than all others, else all of the best.
fn settle(channel: usize, fits: &[Fit], offered: &[Offered], found: &mut Matching) {
    let Some(best) = fits.first() else { return found.unmatched.push(channel) };
    let as_match = |fit: &Fit| Match { offered: fit.offered, channel, how: fit.how, score: fit.score };
    // A guide that has an id twice means one channel by it.
    let alone = |fit: &Fit| fit.score < best.score || offered[fit.offered].id == offered[best.offered].id;
    if best.certain && fits.iter().all(alone) {
        return found.sure.push(as_match(best));
    }
    let like = best.how == How::Alike || !best.certain;
    let shown =
        fits.iter().filter(|fit| like || fit.score == best.score).take(if like { PROPOSED } else { TIES });
    found.to_review.extend(shown.map(as_match));
}

/// An offer that fits a channel.
#[derive(Clone, Copy, Debug)]
struct Fit {
    offered: usize,
    how: How,
    score: u8,
    /// Nothing contradicts it, and it is not only alike.
    certain: bool,
}

/// A channel or an offer as it is compared.
struct Party {
    names: Vec<Name>,
    ids: Vec<Name>,
    countries: u64,
}

impl Party {
    fn of(names: &[String], ids: &[String], aliases: &Aliases) -> Self {
        let read = |text: &String| Name::of(text, aliases);
        let names: Vec<Name> = names.iter().map(read).filter(|name| !name.keys.is_empty()).collect();
        let spelled = ids.iter().filter(|id| reference(id).is_none());
        let ids: Vec<Name> = spelled.map(read).filter(|name| !name.keys.is_empty()).collect();
        let countries = names.iter().chain(&ids).fold(0, |all, name| all | name.countries);
        Self { names, ids, countries }
    }

    /// Keys, and of which name.
    fn keys(&self) -> impl Iterator<Item = (&str, &Name)> {
        let names = self.names.iter().chain(&self.ids);
        names.flat_map(|name| name.keys.iter().map(move |key| (key.as_str(), name)))
    }

    /// Both name countries, and none of them is the same.
    fn contradicts(&self, other: &Self) -> bool {
        self.countries != 0 && other.countries != 0 && self.countries & other.countries == 0
    }

    /// Both have names, and no two of them have the same numbers; `lenient`: a 1 may be left out.
    fn counts_otherwise(&self, other: &Self, lenient: bool) -> bool {
        let same = |a: &Name, b: &Name| a.numbers == b.numbers || (lenient && is_first(a, b));
        !self.names.is_empty()
            && !other.names.is_empty()
            && !self.names.iter().any(|a| other.names.iter().any(|b| same(a, b)))
    }
}

/// One says 1 where the other says nothing: `Eurosport`, `Eurosport 1`.
fn is_first(a: &Name, b: &Name) -> bool {
    let first = |name: &Name| matches!(&name.numbers[..], [(false, number)] if number == "1");
    (a.numbers.is_empty() && first(b)) || (b.numbers.is_empty() && first(a))
}

/// A key without its country.
fn bare(key: &str) -> &str {
    key.split('@').next().unwrap_or(key)
}

/// The service that an id is, if it is a service reference.
fn reference(id: &str) -> Option<String> {
    let colons = id.matches(':').count() + id.matches("%3A").count() + id.matches("%3a").count();
    ServiceRef::parse(id.trim())
        .filter(|_| colons >= 6)
        .map(|service| format!("service {}", service.channel_id()))
}

/// Whether two ids of one guide are the same to [`matching`]: but for blanks around them and capital letters, or as they name one service.
pub fn is_same_id(one: &str, other: &str) -> bool {
    id_key(one) == id_key(other)
}

/// An id as ids are compared.
fn id_key(id: &str) -> String {
    reference(id).unwrap_or_else(|| id.trim().to_lowercase())
}

/// A name as names are equal: without blanks around it or twice, in small letters. None: it is a number, or nothing.
fn name_key(name: &str) -> Option<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let name = words.join(" ").to_lowercase();
    name.chars().any(char::is_alphabetic).then_some(name)
}

/// Where what was offered is found, by what it is compared by.
struct Index {
    ids: HashMap<String, Vec<usize>>,
    names: HashMap<String, Vec<usize>>,
    keys: HashMap<String, Vec<usize>>,
}

impl Index {
    fn new(offered: &[Offered], offers: &[Party], order: &[usize]) -> Self {
        let mut index = Self { ids: HashMap::new(), names: HashMap::new(), keys: HashMap::new() };
        let add = |who: &mut Vec<usize>, at: usize| {
            if who.last() != Some(&at) {
                who.push(at);
            }
        };
        for at in order.iter().copied() {
            add(index.ids.entry(id_key(&offered[at].id)).or_default(), at);
            for name in offered[at].names.iter().filter_map(|name| name_key(name)) {
                add(index.names.entry(name).or_default(), at);
            }
            for (key, _) in offers[at].keys() {
                add(index.keys.entry(key.to_owned()).or_default(), at);
            }
        }
        index
    }
}

/// What all channels together say.
struct Host {
    /// Keys of channels that spell a country.
    spelled: HashSet<String>,
    /// Countries from where it has channels, as far as that is known.
    countries: u64,
}

impl Host {
    fn new(channels: &[Party], aliases: &Aliases) -> Self {
        let keys = || channels.iter().flat_map(Party::keys);
        let spelled =
            keys().filter(|(_, name)| name.spells_country()).map(|(key, _)| key.to_owned()).collect();
        let stations = keys().filter_map(|(key, _)| aliases.country(key)).filter_map(name::country);
        let labels = channels.iter().map(|channel| channel.countries);
        Self { spelled, countries: stations.chain(labels).fold(0, |all, country| all | country) }
    }
}

/// What is looked for and where.
struct Search<'a> {
    known: &'a Known,
    channel: &'a Party,
    offered: &'a [Offered],
    offers: &'a [Party],
    index: &'a Index,
    host: &'a Host,
    aliases: &'a Aliases,
}

impl Search<'_> {
    /// Everything that is the same by some measure, each offer once, by its best.
    fn fits(&self) -> Vec<Fit> {
        let mut fits: BTreeMap<usize, Fit> = BTreeMap::new();
        let mut add = |fit: Fit| {
            let best = fits.entry(fit.offered).or_insert(fit);
            if (fit.certain, fit.score) > (best.certain, best.score) {
                *best = fit;
            }
        };
        let found = |map: &HashMap<String, Vec<usize>>, key: &str| -> Vec<usize> {
            map.get(key).map(|who| who.iter().take(TIES).copied().collect()).unwrap_or_default()
        };
        for id in &self.known.confirmed {
            let fit = |offered| Fit { offered, how: How::Confirmed, score: 100, certain: true };
            found(&self.index.ids, &id_key(id)).into_iter().map(fit).for_each(&mut add);
        }
        for id in &self.known.ids {
            found(&self.index.ids, &id_key(id))
                .into_iter()
                .map(|at| self.exact_id(id, at))
                .for_each(&mut add);
        }
        for name in self.known.names.iter().filter_map(|name| name_key(name)) {
            found(&self.index.names, &name).into_iter().map(|at| self.exact_name(at)).for_each(&mut add);
        }
        for (key, name) in self.channel.keys() {
            for at in found(&self.index.keys, key) {
                self.normalised(key, name, at).into_iter().for_each(&mut add);
            }
        }
        self.as_wanted(fits.into_values().collect())
    }

    /// Without what the host has refused; and where the host has chosen something that is not offered, nothing is certain.
    fn as_wanted(&self, mut fits: Vec<Fit>) -> Vec<Fit> {
        let refused: Vec<String> = self.known.refused.iter().map(|id| id_key(id)).collect();
        if !refused.is_empty() {
            fits.retain(|fit| !refused.contains(&id_key(&self.offered[fit.offered].id)));
        }
        if !self.known.confirmed.is_empty() && !fits.iter().any(|fit| fit.how == How::Confirmed) {
            for fit in &mut fits {
                (fit.certain, fit.score) = (false, fit.score.min(CONTRADICTED));
            }
        }
        fits
    }

    fn exact_id(&self, id: &str, at: usize) -> Fit {
        let offer = &self.offers[at];
        let same_case = self.offered[at].id.trim() == id.trim();
        let named = self
            .channel
            .names
            .iter()
            .any(|a| offer.names.iter().any(|b| a.keys.iter().any(|k| b.keys.contains(k))));
        // A service is what it is, whatever it is called.
        let certain = reference(id).is_some() || named || !self.channel.counts_otherwise(offer, true);
        let score = 97 + u8::from(same_case) + u8::from(named);
        Fit { offered: at, how: How::ExactId, score: if certain { score } else { CONTRADICTED }, certain }
    }

    fn exact_name(&self, at: usize) -> Fit {
        let offer = &self.offers[at];
        let certain = !self.channel.contradicts(offer) && !self.is_abroad(offer);
        let score = 93 + u8::from(self.channel.countries & offer.countries != 0);
        Fit { offered: at, how: How::ExactName, score: if certain { score } else { CONTRADICTED }, certain }
    }

    /// Equal by `key`, which `name` has. None: the offer is another channel's.
    fn normalised(&self, key: &str, name: &Name, at: usize) -> Option<Fit> {
        let offer = &self.offers[at];
        let (ours, theirs) = (self.channel.countries, offer.countries);
        // Where there is a channel of that country, what is labelled with it is not for those that name none.
        let others = |code| self.host.spelled.contains(format!("{key}@{code}").as_str());
        if ours == 0 && theirs != 0 && name::codes(theirs).any(others) {
            return None;
        }
        let has = |names: &[Name]| names.iter().any(|name| name.keys.iter().any(|other| other == key));
        let sharp = offer
            .names
            .iter()
            .chain(&offer.ids)
            .any(|other| other.quality == name.quality && other.keys.iter().any(|other| other == key));
        let named = has(&offer.names) && has(&self.channel.names);
        let at_home = !self.channel.contradicts(offer) && !self.is_abroad(offer);
        let certain = at_home && (named || !self.channel.counts_otherwise(offer, false));
        let score = 85
            + 3 * u8::from(sharp)
            + 2 * u8::from(ours & theirs != 0)
            + u8::from(ours == 0 && theirs == 0)
            + u8::from(named);
        Some(Fit {
            offered: at,
            how: How::Normalised,
            score: if certain { score } else { CONTRADICTED },
            certain,
        })
    }

    /// Only one of both names a country, and it is not the station's; or it is the offer's, and the host has nothing from there.
    fn is_abroad(&self, offer: &Party) -> bool {
        let (ours, theirs) = (self.channel.countries, offer.countries);
        let stations = self.channel.keys().filter_map(|(key, _)| self.aliases.country(bare(key)));
        let station = stations.filter_map(name::country).fold(0, |all, country| all | country);
        let wrong = |named: u64, right: u64| named != 0 && right != 0 && named & right == 0;
        (ours == 0 || theirs == 0) && (wrong(ours | theirs, station) || wrong(theirs, self.host.countries))
    }

    /// What is only alike, each offer once.
    fn alike(&self, index: &mut Alike<'_>) -> Vec<Fit> {
        let mut fits: BTreeMap<usize, Fit> = BTreeMap::new();
        let mut asked: Vec<(&str, &Name)> = self
            .channel
            .names
            .iter()
            .flat_map(|name| name.keys.iter().map(move |key| (bare(key), name)))
            .collect();
        asked.sort_by_key(|(key, _)| *key);
        asked.dedup_by_key(|(key, _)| *key);
        for (key, name) in asked {
            for (likeness, other, who) in index.like(key) {
                for at in who.iter().take(TIES) {
                    let Some(score) = self.likeness(likeness, other, name, *at) else { continue };
                    let fit = Fit { offered: *at, how: How::Alike, score, certain: false };
                    let best = fits.entry(*at).or_insert(fit);
                    best.score = best.score.max(score);
                }
            }
        }
        self.as_wanted(fits.into_values().collect())
    }

    /// The score of what is alike. None: it is certainly something else.
    fn likeness(&self, likeness: f64, key: &str, name: &Name, at: usize) -> Option<u8> {
        let offer = &self.offers[at];
        if self.channel.contradicts(offer) {
            return None;
        }
        let has_key = |other: &&Name| other.keys.iter().any(|other| bare(other) == key);
        let other = offer.names.iter().find(has_key)?;
        let counted = match (other.numbers == name.numbers, is_first(other, name)) {
            (true, _) => 0.0,
            (false, true) => -8.0,
            (false, false) => return None,
        };
        let number = self.known.number.map(|number| number.to_string());
        let numbered = number.is_some_and(|number| self.offered[at].names.contains(&number));
        Some((ALIKE * likeness + counted + if numbered { 4.0 } else { 0.0 }).round() as u8)
    }
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod tests;
