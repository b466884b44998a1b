//! Where the guide comes from, as the host is shown it: sources and how they fare, and which of their ids are which channels.

use std::collections::HashMap;
use std::sync::Arc;

use telecast_core::error::{Error, Kind};
use telecast_core::guide::fold;
use telecast_core::guide::matching::{How, is_same_id};
use telecast_core::guide::wishes::{Choice, Choices};
use telecast_core::lineup::{Channel, ChannelId, Lineup};
use telecast_store::Kept;

use super::files::{FileView, remembered};
use super::matched::{Fit, MatchRow, Matched, Shown};
use super::source::Origin;
use super::{Guide, KeptGuide};

/// Programmes that are shown of a proposal: what is on, and what comes next.
const SHOWN: usize = 2;

/// Who tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Teller {
    /// A receiver, of its own channels.
    Receiver,
    /// A guide file or an address.
    Guide(Origin),
}

/// A source of the guide.
#[derive(Clone, Debug)]
pub struct SourceView {
    /// Who tells.
    pub teller: Teller,
    /// How it fares.
    pub state: FileView,
    /// Where it lies, without secrets; empty: of a receiver.
    pub address: String,
    /// Its times are moved by so many minutes.
    pub shift_min: i32,
    /// How often it is read (seconds); none: as often as all.
    pub refresh_s: Option<u64>,
    /// What is kept of it.
    pub kept: Option<Kept>,
    /// How many channels are what.
    pub figures: Figures,
}

/// How a channel stands in a guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It is certain which id it is.
    Sure,
    /// Some ids may be it; a person has to say.
    Doubtful,
    /// The host has chosen an id that the guide did not have when it was last read.
    Missing,
    /// What the host has said counts from the next reading on.
    Waiting,
    /// Nothing like it was found.
    Unmatched,
    /// The host says that the guide does not have it.
    None,
}

/// How many channels are what.
pub type Figures = HashMap<Standing, u64>;

/// A channel in a guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchView {
    /// The channel.
    pub channel: ChannelId,
    /// Its name.
    pub name: String,
    /// Its number.
    pub number: u32,
    /// How it stands.
    pub standing: Standing,
    /// The host has said something of it.
    pub choice: Option<Choice>,
    /// Which id it is.
    pub taken: Option<FitView>,
    /// Which it may be, best first.
    pub proposed: Vec<FitView>,
}

/// An id that is or may be a channel's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FitView {
    /// The guide's id.
    pub id: String,
    /// The guide's name of it.
    pub name: String,
    /// Why.
    pub how: How,
    /// How well (0 to 100).
    pub score: u8,
    /// What it shows, from now on.
    pub shows: Vec<Shown>,
}

/// Which channels are wanted.
#[derive(Clone, Debug, Default)]
pub struct MatchQuery {
    /// Only those that stand so.
    pub standing: Option<Standing>,
    /// Only those of which the host has said something.
    pub decided: bool,
    /// Only those in whose name or ids this occurs.
    pub words: String,
    /// So many are passed over.
    pub skip: usize,
    /// So many are given at most.
    pub limit: usize,
}

/// Channels in a guide.
#[derive(Clone, Debug)]
pub struct MatchPage {
    /// In the lineup's order.
    pub rows: Vec<MatchView>,
    /// How many there are of them in all.
    pub total: usize,
    /// What the host wants, as it was then.
    pub revision: i64,
    /// How many channels of the lineup are what.
    pub figures: Figures,
}

impl Guide {
    /// All sources, in the order of preference; `receivers`: id and name of those that tell a guide of their own.
    ///
    /// # Errors
    /// `Unavailable`: the store.
    pub(in crate::app) async fn overview(
        &self,
        receivers: &[(String, String)],
    ) -> Result<Vec<SourceView>, Error> {
        let mut kept: HashMap<String, Kept> =
            self.store.guide_kept().await?.into_iter().map(|kept| (kept.source.clone(), kept)).collect();
        let (lineup, wishes) = (self.lineup.load_full(), self.wishes());
        let boxes = self.files.boxes();
        let mut all = Vec::new();
        for (id, name) in receivers {
            let source = format!("receiver:{id}");
            let state = boxes.iter().find(|view| view.id == source).cloned();
            let mut state = match state {
                Some(state) => state,
                None => remembered(self, &source).await,
            };
            state.name.clone_from(name);
            all.push(SourceView {
                teller: Teller::Receiver,
                state,
                address: String::new(),
                shift_min: 0,
                refresh_s: None,
                kept: kept.remove(&source),
                figures: Figures::new(),
            });
        }
        let views = self.files.views();
        for source in self.files.sources(&self.settings) {
            let mut state = views.iter().find(|view| view.id == source.id).cloned().unwrap_or_default();
            (state.id, state.name) = (source.id.clone(), source.name);
            let figures = figures(&rows(&lineup, &state.matched, &wishes.wishes.of(&source.id)));
            all.push(SourceView {
                teller: Teller::Guide(source.origin),
                state,
                address: source.place.name(),
                shift_min: source.shift_min,
                refresh_s: source.refresh.map(|often| often.as_secs()),
                kept: kept.remove(&source.id),
                figures,
            });
        }
        Ok(all)
    }

    fn matched(&self, guide: &str) -> Result<Arc<Matched>, Error> {
        let view = self.files.views().into_iter().find(|view| view.id == guide);
        let gone = || Error::new(Kind::NotFound, "There is no such guide any more. Load them again.");
        view.map(|view| view.matched).ok_or_else(gone)
    }

    /// How channels stand in a guide.
    ///
    /// # Errors
    /// `NotFound`: there is no such guide.
    pub(in crate::app) fn matches(&self, guide: &str, query: &MatchQuery) -> Result<MatchPage, Error> {
        let matched = self.matched(guide)?;
        let (lineup, kept) = (self.lineup.load_full(), self.wishes());
        let KeptGuide { wishes, revision } = &*kept;
        let rows = rows(&lineup, &matched, &wishes.of(guide));
        let figures = figures(&rows);
        let words = fold(&query.words);
        let wanted: Vec<Row> = rows.into_iter().filter(|row| row.is_wanted(query, &words)).collect();
        let (total, now_ms) = (wanted.len(), self.clock.wall_ms());
        let some = wanted.into_iter().skip(query.skip).take(query.limit);
        let names: HashMap<&str, &str> =
            matched.offered.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
        let rows = some.map(|row| row.view(&names, &matched, now_ms)).collect();
        Ok(MatchPage { rows, total, revision: *revision, figures })
    }

    /// Ids of a guide, with a name, in which `words` occur.
    ///
    /// # Errors
    /// `NotFound`: there is no such guide.
    pub(in crate::app) fn guide_ids(
        &self,
        guide: &str,
        words: &str,
        limit: usize,
    ) -> Result<Vec<(String, String)>, Error> {
        let (matched, words) = (self.matched(guide)?, fold(words));
        let has = |(id, name): &&(String, String)| fold(name).contains(&words) || fold(id).contains(&words);
        Ok(matched.offered.iter().filter(has).take(limit).cloned().collect())
    }
}

/// A channel and what is known of it.
struct Row<'a> {
    channel: &'a Channel,
    choice: Option<Choice>,
    standing: Standing,
    taken: Option<&'a Fit>,
    proposed: Vec<&'a Fit>,
}

/// All channels of the lineup in a guide: as they were found, and as the host has said since.
fn rows<'a>(lineup: &'a Lineup, matched: &'a Matched, choices: &Choices) -> Vec<Row<'a>> {
    let found: HashMap<&ChannelId, &MatchRow> = matched.rows.iter().map(|row| (&row.channel, row)).collect();
    let one = |channel: &'a Channel| {
        let choice = choices.get(&channel.id).cloned();
        let said = choice.clone().unwrap_or_default();
        let row = found.get(&channel.id);
        let taken = row.and_then(|row| row.taken.as_ref()).filter(|fit| said.admits(&fit.id));
        let refused = |fit: &Fit| said.not.iter().any(|not| is_same_id(not, &fit.id));
        let mut proposed: Vec<&Fit> = row.map(|row| row.proposed.iter().collect()).unwrap_or_default();
        proposed.retain(|fit| !said.none && !refused(fit));
        let has = |id: &String| matched.offered.iter().any(|(offered, _)| is_same_id(offered, id));
        let standing = match (&said.is, taken) {
            _ if said.none => Standing::None,
            (_, Some(_)) => Standing::Sure,
            (Some(is), None) if has(is) => Standing::Waiting,
            (Some(_), None) => Standing::Missing,
            (None, None) if proposed.is_empty() => Standing::Unmatched,
            (None, None) => Standing::Doubtful,
        };
        Row { channel, choice, standing, taken, proposed }
    };
    lineup.channels.iter().map(one).collect()
}

fn figures(rows: &[Row<'_>]) -> Figures {
    let mut figures = Figures::new();
    for row in rows {
        *figures.entry(row.standing).or_default() += 1;
    }
    figures
}

impl Row<'_> {
    fn is_wanted(&self, query: &MatchQuery, words: &str) -> bool {
        let ids = self.taken.iter().chain(&self.proposed).map(|fit| fit.id.as_str());
        let mut texts = ids.chain([self.channel.name.as_str()]);
        query.standing.is_none_or(|standing| standing == self.standing)
            && (!query.decided || self.choice.is_some())
            && (words.is_empty() || texts.any(|text| fold(text).contains(words)))
    }

    fn view(self, names: &HashMap<&str, &str>, matched: &Matched, now_ms: i64) -> MatchView {
        let fit = |fit: &Fit| FitView {
            id: fit.id.clone(),
            name: names.get(fit.id.as_str()).copied().unwrap_or_default().to_owned(),
            how: fit.how,
            score: fit.score,
            shows: on(matched.shows.get(&fit.id).map(Vec::as_slice).unwrap_or_default(), now_ms),
        };
        MatchView {
            channel: self.channel.id.clone(),
            name: self.channel.name.clone(),
            number: self.channel.number,
            standing: self.standing,
            choice: self.choice,
            taken: self.taken.map(fit),
            proposed: self.proposed.into_iter().map(fit).collect(),
        }
    }
}

/// What is on now, and what comes next.
fn on(shown: &[Shown], now_ms: i64) -> Vec<Shown> {
    let mut shown: Vec<&Shown> = shown.iter().collect();
    shown.sort_by_key(|one| one.start_ms);
    let ends = |at: usize| {
        let next = shown.get(at + 1).map_or(i64::MAX, |next| next.start_ms);
        shown[at].end_ms.unwrap_or(next)
    };
    (0..shown.len()).filter(|at| ends(*at) > now_ms).take(SHOWN).map(|at| shown[at].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_id_shows_now_is_told_whether_or_not_it_says_when_it_ends() {
        let shown = |start_ms, end_ms, title: &str| Shown { start_ms, end_ms, title: title.into() };
        let all =
            [shown(300, None, "c"), shown(100, None, "a"), shown(200, None, "b"), shown(400, Some(500), "d")];
        let titles = |now| on(&all, now).into_iter().map(|one| one.title).collect::<String>();
        assert_eq!([titles(150), titles(250), titles(450), titles(500)], ["ab", "bc", "d", ""]);
    }
}
