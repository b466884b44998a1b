//! Where guides are read from: the configuration, the page, and lists of channels that name some; in the order that the host wants.

use std::time::Duration;

use telecast_core::guide::wishes::GuideWishes;
use telecast_core::limits;

use crate::adapters::guide_file::Place;

/// Who has named a guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The configuration file.
    Configuration,
    /// Somebody on the page.
    Page,
    /// A list of channels.
    List,
}

/// A guide of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideFile {
    /// Where it lies.
    pub place: Place,
    /// Its times are moved by so many minutes.
    pub shift_min: i32,
}

impl GuideFile {
    /// As it stands in the configuration: a path or an address; behind it, after a blank, minutes with a sign (`+60`, `-30`).
    ///
    /// # Errors
    /// It is an address that nobody can ask, or would be moved by more than a day.
    pub fn read(text: &str) -> Result<Self, String> {
        let (place, shift) = match text.rsplit_once(' ') {
            Some((place, last)) if last.starts_with(['+', '-']) => {
                (place.trim_end(), last.parse::<i32>().ok())
            }
            _ => (text, None),
        };
        // What only looks like minutes is a part of a path.
        let Some(shift_min) = shift else { return Place::read(text).map(Into::into) };
        if shift_min.abs() > limits::GUIDE_SHIFT {
            return Err(format!("`{text}` would be moved by more than a day"));
        }
        Ok(Self { place: Place::read(place)?, shift_min })
    }
}

impl From<Place> for GuideFile {
    fn from(place: Place) -> Self {
        Self { place, shift_min: 0 }
    }
}

/// A guide that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideSource {
    /// What it is called in the store.
    pub id: String,
    /// What it is called where people see it.
    pub name: String,
    /// Where it lies.
    pub place: Place,
    /// Who has named it.
    pub origin: Origin,
    /// Its times are moved by so many minutes.
    pub shift_min: i32,
    /// How often it is read; none: as often as all.
    pub refresh: Option<Duration>,
}

/// What stands before the ids of guides that are files or addresses.
const PREFIX: &str = "xmltv:";

impl GuideSource {
    /// One that somebody has entered on the page, by its id there.
    pub fn entered(id: &str, name: String, place: Place, shift_min: i32, refresh: Option<Duration>) -> Self {
        Self { id: format!("{PREFIX}{id}"), name, place, origin: Origin::Page, shift_min, refresh }
    }

    /// Its id on the page, if it was entered there.
    pub fn entered_id(id: &str) -> Option<&str> {
        id.strip_prefix(PREFIX)
    }
}

/// All guides, best first: those that the host has put in order; then those of the configuration, of the page and of lists. Each place once.
pub(super) fn all(
    files: &[GuideFile],
    entered: &[GuideSource],
    named: &[Place],
    wishes: &GuideWishes,
) -> Vec<GuideSource> {
    let of_place = |place: &Place, shift_min, origin| GuideSource {
        id: format!("{PREFIX}{}", place.name()),
        name: place.name(),
        place: place.clone(),
        origin,
        shift_min,
        refresh: None,
    };
    let files = files.iter().map(|file| of_place(&file.place, file.shift_min, Origin::Configuration));
    let named = named.iter().map(|place| of_place(place, 0, Origin::List));
    let mut all: Vec<GuideSource> = Vec::new();
    for mut source in files.chain(entered.iter().cloned()).chain(named) {
        if all.iter().any(|other| other.place == source.place) {
            continue;
        }
        // Two addresses may differ in what is not shown of them.
        let same =
            all.iter().filter(|other| other.name == source.name && other.origin != Origin::Page).count();
        if same > 0 && source.origin != Origin::Page {
            source.id = format!("{}#{}", source.id, same + 1);
        }
        all.push(source);
    }
    all.sort_by_key(|source| wishes.place(&source.id));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_stand_behind_a_blank_with_a_sign() {
        let read = |text: &str| GuideFile::read(text).map(|file| (file.place.name(), file.shift_min));
        assert_eq!(read("/a.xml +60"), Ok(("/a.xml".to_owned(), 60)));
        assert_eq!(read("https://x.example/g?k=1 -30"), Ok(("https://x.example/g".to_owned(), -30)));
        for path in ["/my guide.xml", "/a -b.xml", "/a.xml 60"] {
            assert_eq!(read(path), Ok((path.to_owned(), 0)));
        }
        assert!(read("/a.xml +1441").is_err() && read("ftp://x.example/g +60").is_err());
    }

    #[test]
    fn each_place_is_read_once_in_the_order_that_the_host_wants() {
        let place = |text: &str| Place::read(text).expect("a place");
        let files = [
            GuideFile { place: place("/a.xml"), shift_min: 60 },
            place("https://x.example/g?key=1").into(),
            place("https://x.example/g?key=2").into(),
        ];
        let entered = [
            GuideSource::entered("g1", "Mine".into(), place("https://m.example/g"), -60, None),
            GuideSource::entered("g2", "Again".into(), place("/a.xml"), 0, None),
        ];
        let named = [place("https://m.example/g"), place("https://l.example/g")];
        let ids = |wishes: &GuideWishes| -> Vec<String> {
            all(&files, &entered, &named, wishes).into_iter().map(|source| source.id).collect()
        };
        let own = [
            "xmltv:/a.xml",
            "xmltv:https://x.example/g",
            "xmltv:https://x.example/g#2",
            "xmltv:g1",
            "xmltv:https://l.example/g",
        ];
        assert_eq!(ids(&GuideWishes::default()), own);
        let order = vec!["xmltv:gone".to_owned(), "xmltv:g1".into(), own[4].into()];
        assert_eq!(
            ids(&GuideWishes { order, ..GuideWishes::default() }),
            [own[3], own[4], own[0], own[1], own[2]]
        );
        assert_eq!(GuideSource::entered_id("xmltv:g1"), Some("g1"));
    }
}
