//! The order in which items belong: a show's episodes by season and number, films and clips by title, as people count and not as letters stand.

use super::Item;
use crate::guide::fold;
use std::cmp::Ordering;

/// Season that comes last: specials belong nowhere between the others.
const SPECIALS: u32 = u32::MAX;

/// What an item is sorted by. Items of equal keys differ in nothing that counts; their ids decide then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    show: Natural,
    season: u32,
    episode: u32,
    absolute: u32,
    released: String,
    part: u32,
    title: Natural,
    id: u64,
}

impl Key {
    /// The key of `item`.
    pub fn of(item: &Item) -> Self {
        let season = item.season.map_or(0, |season| if season == 0 { SPECIALS } else { season });
        Self {
            show: Natural::of(item.show.as_deref().unwrap_or(&item.title)),
            season,
            episode: item.episode.map_or(0, |(first, _)| first),
            absolute: item.absolute.unwrap_or(0),
            released: item.released.as_deref().unwrap_or_default().to_owned(),
            part: item.part.unwrap_or(0),
            title: Natural::of(&item.title),
            id: item.id.0,
        }
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let counted = |key: &Self| (key.season, key.episode, key.absolute);
        self.show
            .cmp(&other.show)
            .then_with(|| counted(self).cmp(&counted(other)))
            .then_with(|| self.released.cmp(&other.released))
            .then_with(|| self.part.cmp(&other.part))
            .then_with(|| self.title.cmp(&other.title))
            .then_with(|| self.id.cmp(&other.id))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A text in which `2` comes before `10`: folded, in runs of letters and numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Natural(Vec<Run>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Run {
    /// Its digits without leading zeros, shorter ones first.
    Number(usize, String),
    Text(String),
}

impl Natural {
    fn of(text: &str) -> Self {
        let folded = fold(text);
        let mut runs = Vec::new();
        let mut rest = folded.as_str();
        while let Some(first) = rest.chars().next() {
            let digits = first.is_ascii_digit();
            let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(end);
            runs.push(if digits {
                let number = run.trim_start_matches('0');
                Run::Number(number.len(), number.to_owned())
            } else {
                Run::Text(run.trim().to_owned())
            });
            rest = behind;
        }
        Self(runs)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Item, ItemId};
    use super::*;
    use proptest::prelude::*;

    fn episode(show: &str, season: u32, number: u32) -> Item {
        Item {
            show: Some(show.into()),
            season: Some(season),
            episode: Some((number, number)),
            title: format!("{show} {season} {number}").into(),
            ..Item::default()
        }
    }

    #[test]
    fn episodes_come_as_they_are_counted_and_specials_last() {
        let film = |title: &str| Item { title: title.into(), ..Item::default() };
        let ordered = [
            film("Alien 2"),
            film("Alien 10"),
            episode("Dark", 1, 2),
            episode("Dark", 1, 10),
            episode("Dark", 2, 1),
            episode("Dark", 0, 1),
            film("Élite"),
            film("Zorn"),
        ];
        let keys: Vec<Key> = ordered.iter().map(Key::of).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }

    proptest! {
        /// It is an order: whatever comes in, sorting twice changes nothing, and numbers go by their value.
        #[test]
        fn numbers_go_by_their_value(one in 0u64..100_000, other in 0u64..100_000, zeros in 0usize..4) {
            let item = |number: u64, zeros: usize| Item { title: format!("Teil {}{number}", "0".repeat(zeros)).into(), ..Item::default() };
            let (a, b) = (Key::of(&item(one, zeros)), Key::of(&item(other, 0)));
            prop_assert_eq!(a.cmp(&b), one.cmp(&other));
        }

        #[test]
        fn items_of_the_same_words_differ_by_their_id(id in 1u64..9) {
            let item = |id| Item { id: ItemId(id), ..episode("A", 1, 1) };
            prop_assert!(Key::of(&item(id)) < Key::of(&item(id + 1)));
        }
    }
}
