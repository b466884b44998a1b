//! The language of collections. Laws: a fault lies within the text; what is printed parses to the same, and means the same; `not` is the opposite.

use telecast_core::library::query::{Asked, Expression, Query};
use telecast_core::library::{HZ, Item, ItemId, Kind};

const NOW_MS: i64 = 1_750_000_000_000;

fn items() -> [Item; 3] {
    let episode = Item {
        id: ItemId(2),
        kind: Kind::Episode,
        title: "Lügen".into(),
        show: Some("Dark".into()),
        season: Some(1),
        episode: Some((2, 3)),
        released: Some("2017-12-01".into()),
        year: Some(2017),
        genres: vec!["Drama".into()],
        tags: vec!["new".into()],
        age: Some(16),
        added_ms: NOW_MS - 86_400_000,
        length: 50 * 60 * HZ,
        ..Item::default()
    };
    let film = Item { id: ItemId(1), kind: Kind::Film, title: "Heat".into(), ..Item::default() };
    [Item::default(), film, episode]
}

/// See the module.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let query = match Query::parse(text) {
        Ok(query) => query,
        Err(fault) => {
            assert!((1..=text.chars().count() + 1).contains(&fault.column), "{fault}");
            return;
        }
    };
    let printed = query.to_string();
    assert_eq!(Query::parse(&printed).as_ref(), Ok(&query), "{printed}");
    let opposite = query.any.clone().map(|any| Query { any: Some(Expression::Not(Box::new(any))) });
    let aired = |item: ItemId| (item.0 == 2).then_some(NOW_MS - 3_600_000);
    let asked = Asked { now_ms: NOW_MS, aired: &aired };
    let ready = query.ready();
    for item in items() {
        let means = ready.means(&item, &asked);
        if let Some(opposite) = &opposite {
            assert_eq!(opposite.means(&item, &asked), !means);
        }
    }
}
