//! Which airings of several sources of one channel are shown, what one source adds to another's programme, and until when airings last of which a source
//! did not say it.
//!
//! A better source wins wherever it says anything, a worse one fills the gaps. Laws: nothing shown of a worse source overlaps what is shown of a better one;
//! the order in which claims come does not matter; what is there is never changed or removed.

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Audio, Credit, Programme, Text, Video, episode};

/// Sources disagree by so much about when the same thing starts (milliseconds).
const SAME_START_MS: i64 = 15 * 60_000;
/// So many airings with the same title or event id before and after a claim are looked at, so that a channel which repeats one title costs no more.
const NEIGHBOURS: usize = 8;
/// An airing without an end lasts no longer than this (milliseconds).
const LONGEST_OPEN_MS: i64 = 6 * 3_600_000;
/// The last airing, if it has no end (milliseconds).
const LAST_OPEN_MS: i64 = 3_600_000;

/// What a source says is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The source: 0 is the best one.
    pub rank: u16,
    /// From (milliseconds since 1970).
    pub start_ms: i64,
    /// Until (milliseconds since 1970).
    pub end_ms: i64,
    /// The source's number; equal numbers at one time are one airing.
    pub event_id: Option<i64>,
    /// The title, folded ([`super::fold`]).
    pub title: String,
}

/// What becomes of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is in the guide.
    Shown,
    /// It is the same airing as the claim at this index, which is shown; what that one lacks is taken from it.
    Same(usize),
    /// A better source has its time.
    Hidden,
}

/// A verdict for each of `claims`, of one channel.
///
/// A claim is the same as one shown of a better rank if they overlap and have the same event id, or if they have the same title and start within 15 minutes
/// or overlap by half of the shorter one. Else it is shown if it overlaps nothing that is shown of a better rank. Within one rank only the same start with
/// the same title is one airing; what else overlaps there is the source's own affair. It takes n log n steps.
pub fn merge(claims: &[Claim]) -> Vec<Verdict> {
    let mut order: Vec<usize> = (0..claims.len()).collect();
    order.sort_unstable_by_key(|index| {
        let claim = &claims[*index];
        let id = (Reverse(claim.event_id.is_some()), claim.event_id);
        (claim.rank, claim.start_ms, claim.title.as_str(), id, claim.end_ms, *index)
    });
    let mut verdicts = vec![Verdict::Hidden; claims.len()];
    let mut shown = Guide::default();
    for rank in order.chunk_by(|a, b| claims[*a].rank == claims[*b].rank) {
        let mut added = Vec::new();
        // The first of this rank with the start and title at hand that is shown.
        let mut first: Option<usize> = None;
        for index in rank {
            let claim = &claims[*index];
            let double = first.filter(|first| {
                claims[*first].start_ms == claim.start_ms && claims[*first].title == claim.title
            });
            verdicts[*index] = if let Some(same) = shown.same(claims, claim).or(double) {
                Verdict::Same(same)
            } else if shown.covers(claim) {
                Verdict::Hidden
            } else {
                first = Some(*index);
                added.push(*index);
                Verdict::Shown
            };
        }
        for index in added {
            shown.add(claims, index);
        }
    }
    verdicts
}

/// What is shown so far, of better ranks than the one at hand.
#[derive(Default)]
struct Guide<'a> {
    /// By title and start, and by event id and start: where in the claims.
    titles: BTreeMap<(&'a str, i64), usize>,
    ids: BTreeMap<(i64, i64), usize>,
    /// Times that are taken, start and end: they neither overlap nor touch.
    taken: BTreeMap<i64, i64>,
}

impl<'a> Guide<'a> {
    fn add(&mut self, claims: &'a [Claim], index: usize) {
        let claim = &claims[index];
        let (mut start, mut end) = span(claim);
        self.titles.entry((&claim.title, start)).or_insert(index);
        if let Some(id) = claim.event_id {
            self.ids.entry((id, start)).or_insert(index);
        }
        while let Some((from, until)) =
            self.taken.range(..=end).next_back().map(|(from, until)| (*from, *until))
            && until >= start
        {
            self.taken.remove(&from);
            (start, end) = (start.min(from), end.max(until));
        }
        self.taken.insert(start, end);
    }

    /// Some of it is on while `claim` is.
    fn covers(&self, claim: &Claim) -> bool {
        let (start, end) = span(claim);
        self.taken.range(..end).next_back().is_some_and(|(_, until)| *until > start)
    }

    /// Which of it is the same airing as `claim`: of several the one whose start is nearest.
    fn same(&self, claims: &[Claim], claim: &Claim) -> Option<usize> {
        let start = claim.start_ms;
        let nearest = |found: Vec<usize>| {
            found.into_iter().min_by_key(|index| {
                (claims[*index].start_ms.abs_diff(start), claims[*index].start_ms, *index)
            })
        };
        let by_id = || {
            let id = claim.event_id?;
            let before = self.ids.range((id, i64::MIN)..(id, start)).rev().take(NEIGHBOURS);
            let after = self.ids.range((id, start)..=(id, i64::MAX)).take(NEIGHBOURS);
            let found = before.chain(after).map(|(_, index)| *index);
            nearest(found.filter(|index| overlap_ms(&claims[*index], claim) > 0).collect())
        };
        let by_title = || {
            let title = claim.title.as_str();
            if title.is_empty() {
                return None;
            }
            let before = self.titles.range((title, i64::MIN)..(title, start)).rev().take(NEIGHBOURS);
            let after = self.titles.range((title, start)..=(title, i64::MAX)).take(NEIGHBOURS);
            let found = before.chain(after).map(|(_, index)| *index);
            nearest(found.filter(|index| is_same_time(&claims[*index], claim)).collect())
        };
        by_id().or_else(by_title)
    }
}

/// From when until when; what ends before it begins lasts for a millisecond.
fn span(claim: &Claim) -> (i64, i64) {
    let start = claim.start_ms.min(i64::MAX - 1);
    (start, claim.end_ms.max(start + 1))
}

fn overlap_ms(a: &Claim, b: &Claim) -> i64 {
    let ((a_start, a_end), (b_start, b_end)) = (span(a), span(b));
    a_end.min(b_end).saturating_sub(a_start.max(b_start)).max(0)
}

/// Two airings with one title are one.
fn is_same_time(a: &Claim, b: &Claim) -> bool {
    let length = |claim: &Claim| {
        let (start, end) = span(claim);
        end.saturating_sub(start)
    };
    let shorter = length(a).min(length(b));
    a.start_ms.abs_diff(b.start_ms) <= SAME_START_MS.unsigned_abs()
        || overlap_ms(a, b) >= shorter - shorter / 2
}

/// Fills what `programme` lacks out of `other`, the same programme as another source tells it; what is there stays as it is.
///
/// Texts are added in languages that are missing. A text whose language nobody names may be in any, so that none is added beside it: the better source's
/// words stay the ones that people read. Credits are added for what nobody is named for yet. Numbers of another episode are not taken.
pub fn complete(programme: &mut Programme, other: Programme) {
    for (texts, more) in [
        (&mut programme.titles, other.titles),
        (&mut programme.subtitles, other.subtitles),
        (&mut programme.descriptions, other.descriptions),
        (&mut programme.categories, other.categories),
        (&mut programme.keywords, other.keywords),
        (&mut programme.countries, other.countries),
    ] {
        complete_texts(texts, more);
    }
    complete_credits(&mut programme.credits, other.credits);
    if !episode::disagree(programme.episode, other.episode) {
        fill(&mut programme.episode_numbers, other.episode_numbers);
    }
    programme.episode = episode::join(programme.episode, other.episode);
    programme.date = programme.date.take().or(other.date);
    programme.language = programme.language.take().or(other.language);
    programme.original_language = programme.original_language.take().or(other.original_language);
    programme.length = programme.length.take().or(other.length);
    fill(&mut programme.icons, other.icons);
    fill(&mut programme.urls, other.urls);
    fill(&mut programme.subtitling, other.subtitling);
    fill(&mut programme.ratings, other.ratings);
    fill(&mut programme.star_ratings, other.star_ratings);
    fill(&mut programme.reviews, other.reviews);
    fill(&mut programme.images, other.images);
    fill(&mut programme.genres, other.genres);
    programme.age = programme.age.or(other.age);
    if let Some(Video { present, colour, aspect, quality }) = other.video {
        let video = programme.video.get_or_insert_default();
        video.present = video.present.take().or(present);
        video.colour = video.colour.take().or(colour);
        video.aspect = video.aspect.take().or(aspect);
        video.quality = video.quality.take().or(quality);
    }
    if let Some(Audio { present, stereo }) = other.audio {
        let audio = programme.audio.get_or_insert_default();
        audio.present = audio.present.take().or(present);
        audio.stereo = audio.stereo.take().or(stereo);
    }
}

fn fill<T>(list: &mut Vec<T>, more: Vec<T>) {
    if list.is_empty() {
        *list = more;
    }
}

fn complete_texts(texts: &mut Vec<Text>, more: Vec<Text>) {
    if texts.is_empty() {
        *texts = more;
        return;
    }
    let Some(known) = texts.iter().map(|text| primary(text.language.as_deref())).collect::<Option<Vec<_>>>()
    else {
        return;
    };
    let missing =
        |text: &Text| primary(text.language.as_deref()).is_some_and(|language| !known.contains(&language));
    let added: Vec<Text> = more.into_iter().filter(missing).collect();
    texts.extend(added);
}

fn complete_credits(credits: &mut Vec<Credit>, more: Vec<Credit>) {
    let known: Vec<_> = credits.iter().map(|credit| credit.role).collect();
    credits.extend(more.into_iter().filter(|credit| !known.contains(&credit.role)));
}

/// The language without its region, in one form for those that ISO 639 has several codes for: `de-AT`, `ger` and `deu` are `de`.
fn primary(language: Option<&str>) -> Option<String> {
    const FORMS: &[(&str, &str)] = &[
        ("ces", "cs"),
        ("cze", "cs"),
        ("dan", "da"),
        ("deu", "de"),
        ("dut", "nl"),
        ("eng", "en"),
        ("fra", "fr"),
        ("fre", "fr"),
        ("ger", "de"),
        ("hun", "hu"),
        ("ita", "it"),
        ("nld", "nl"),
        ("pol", "pl"),
        ("por", "pt"),
        ("spa", "es"),
        ("swe", "sv"),
        ("tur", "tr"),
    ];
    let language = language?.split(['-', '_']).next()?.to_ascii_lowercase();
    let form = FORMS.iter().find(|(form, _)| *form == language).map(|(_, short)| (*short).to_owned());
    Some(form.unwrap_or(language)).filter(|language| !language.is_empty())
}

/// Gives each airing of a channel, of one source, sorted by start, an end after its start: (start, end, it shares its time with others: XMLTV's clump).
///
/// - Without an end (or with one that is not after its start) it lasts until something starts later, six hours at most; the last one lasts an hour.
/// - It ends when the next one starts if it runs into it by no more than a quarter of its own length: that is a schedule which does not keep its
///   minutes. What overlaps more is meant so (a block and what is in it, two channels in one) and stays as the source said, as does a clump.
///
/// To do it again changes nothing.
pub fn tidy(times: &mut [(i64, Option<i64>, bool)]) {
    // The start of what comes next, later than the airing at hand; airings at one time share it.
    let mut next: Option<i64> = None;
    let mut later: Option<i64> = None;
    for (start, end, clumped) in times.iter_mut().rev() {
        if later.is_some_and(|later| later > *start) {
            next = later;
        }
        later = Some(*start);
        let next = next.filter(|next| *next > *start);
        match end {
            Some(until) if *until > *start => {
                let length = until.saturating_sub(*start);
                let over = next.map_or(0, |next| until.saturating_sub(next));
                if let Some(next) = next
                    && !*clumped
                    && (1..=length / 4).contains(&over)
                {
                    *until = next;
                }
            }
            _ => {
                let longest =
                    start.saturating_add(if next.is_some() { LONGEST_OPEN_MS } else { LAST_OPEN_MS });
                *end = Some(next.map_or(longest, |next| next.min(longest)));
            }
        }
    }
}
