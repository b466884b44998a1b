//! Documents of channels: read, checked, and a day planned by a small library. Laws: what is read is written and read again as it was; a fault says something;
//! slots follow each other without gap; planning ends; planned anew from a free boundary, what is kept stays.

use std::sync::Arc;

use jiff::tz::TimeZone;
use telecast_core::library::{HZ, Item, ItemId, Kind, Library};
use telecast_core::schedule::{
    Catalogue, Document, History, Plan, Standing, TICKS_PER_MS, build, lint, replan, simulate,
};

/// The night of 25 hours is ahead (milliseconds since 1970).
const BEGIN_MS: i64 = 1_792_800_000_000;
const DAY: i64 = 24 * 3_600 * HZ;

fn library() -> Arc<Library> {
    let item = |id: u64| {
        let (kind, show, seconds) = match id % 4 {
            0 => (Kind::Clip, None, 20 + id as i64),
            1 => (Kind::Film, None, 5_000 + 60 * id as i64),
            _ => (Kind::Episode, Some(if id.is_multiple_of(2) { "A" } else { "B" }), 1_300 + id as i64),
        };
        Arc::new(Item {
            id: ItemId(id),
            kind,
            show: show.map(Into::into),
            title: format!("item {id}").into(),
            season: Some(1),
            episode: Some((id as u32, id as u32)),
            tags: vec!["t".into()],
            length: seconds * HZ,
            chapters: vec![seconds * HZ / 2],
            ..Item::default()
        })
    };
    Arc::new(Library::new((1..=16).map(item).collect()))
}

/// See the module.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(faults) => {
            assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.message.is_empty()));
            return;
        }
    };
    let written = serde_json::to_string(&document).expect("a document is written");
    assert_eq!(Document::parse(&written).as_ref(), Ok(&document), "{written}");
    let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
    let plan = Plan::new(&document, Arc::new(Catalogue::new(library())), 7, zone);
    let begin = BEGIN_MS * TICKS_PER_MS;
    let timeline = build(&plan, &Standing::new(begin), &History::default(), begin + DAY);
    let mut at = begin;
    for slot in &timeline.slots {
        assert!(slot.start == at && slot.length > 0, "{slot:?} at {at}");
        at = slot.end();
    }
    assert!(at >= begin + DAY && timeline.end.at == at);
    let kept = timeline.slots.len() / 2;
    let anew = replan(&plan, &timeline, &History::default(), kept, begin + DAY);
    assert_eq!(timeline.slots[..kept], anew.slots[..kept]);
    let found = simulate(&plan, &Standing::new(begin), &History::default(), begin + DAY);
    let day = jiff::civil::date(2026, 10, 24);
    lint(&plan, day, Some(&found));
}
