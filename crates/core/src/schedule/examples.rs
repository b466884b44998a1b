//! The examples of docs/guide/channels.md: each is a document that works, and what the page says of it is so.

use super::world::*;
use super::*;
use crate::library::{Item, ItemId, Kind};
use std::sync::Arc;

const PAGE: &str = include_str!("../../../../docs/guide/channels.md");

/// JSON of the page, fenced.
fn examples() -> Vec<&'static str> {
    PAGE.split("```json\n").skip(1).filter_map(|rest| rest.split_once("```")).map(|(json, _)| json).collect()
}

fn library() -> Vec<Item> {
    let shows = ["Friends", "Seinfeld", "Frasier", "Bluey", "Paw Patrol", "Crime"];
    let mut items: Vec<Item> =
        shows.iter().zip(1..).flat_map(|(name, n)| show(name, n * 100, 30, 24)).collect();
    items.extend((0..80).map(|n| item(2_000 + n, Kind::Film, None, 90 + n as i64)));
    items.extend(
        (0..20).map(|n| clip(3_000 + n, 10 + n as i64, ["ident", "spot", "late spot"][n as usize % 3])),
    );
    items
}

fn resolved() -> Arc<Catalogue> {
    let items = library();
    let ids = |of: fn(&Item) -> bool| {
        items.iter().filter(|item| of(item)).map(|item| item.id).collect::<Vec<ItemId>>()
    };
    let catalogue =
        Catalogue::new(Arc::new(crate::library::Library::new(items.iter().cloned().map(Arc::new).collect())));
    let catalogue = catalogue
        .with_list(Wanted::Collection("crime".to_owned()), &ids(|item| item.show.as_deref() == Some("Crime")))
        .with_list(Wanted::Query("kind:film year>1980".to_owned()), &ids(|item| item.kind == Kind::Film))
        .with_list(
            Wanted::Query("genre:comedy added<30d".to_owned()),
            &ids(|item| item.show.as_deref() == Some("Crime")),
        );
    Arc::new(catalogue)
}

#[test]
fn each_example_of_the_page_works() {
    let (examples, catalogue) = (examples(), resolved());
    assert_eq!(examples.len(), 6);
    for json in examples {
        let document = Document::parse(json).unwrap_or_else(|faults| panic!("{json}\n{faults:?}"));
        for wanted in Catalogue::wanted(&document) {
            assert!(PAGE.contains(match &wanted {
                Wanted::Collection(id) | Wanted::Query(id) | Wanted::Playlist(id) => id.as_str(),
            }));
        }
        let plan = Plan::new(&document, catalogue.clone(), 1, berlin());
        let begin = tick("2026-06-10T00:00:00");
        let found = simulate(&plan, &Standing::new(begin), &History::default(), begin + 30 * 24 * HOUR);
        assert_eq!(
            found.slate_ticks,
            if json.contains("fallback") || !json.contains("pad") { 0 } else { found.slate_ticks }
        );
        assert!(found.programmes.ticks > 10 * 24 * HOUR, "{json}\n{found:?}");
        let lints: Vec<_> = lint(&plan, jiff::civil::date(2026, 6, 10), Some(&found))
            .into_iter()
            .map(|lint| lint.code)
            .collect();
        let bad = [
            LintCode::SourceEmpty,
            LintCode::SourceUnresolved,
            LintCode::SourceNeverOn,
            LintCode::TemplateNever,
            LintCode::BreakNeverOn,
        ];
        assert!(!lints.iter().any(|code| bad.contains(code)), "{json}\n{lints:?}");
    }
}

#[test]
fn the_page_names_all_that_a_document_has() {
    let names = [
        "round_robin",
        "weighted",
        "in_order",
        "shuffle",
        "random",
        "rotation",
        "first_run",
        "marathon",
        "wait",
        "next",
        "cut",
    ];
    for name in names.into_iter().chain([
        "pre",
        "mid",
        "post",
        "tail",
        "fallback",
        "chapters",
        "intervals",
        "detected",
    ]) {
        assert!(PAGE.contains(&format!("`{name}`")), "{name}");
    }
    for name in guide::NAMES {
        assert!(PAGE.contains(&format!("`{{{name}}}`")), "{name}");
    }
    // And what it says of days is so.
    for rule in PAGE
        .split("`{\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('`'))
        .map(|(rule, _)| format!("{{\"{rule}"))
    {
        let rule: holiday::DayRule = serde_json::from_str(&rule).expect(&rule);
        assert_eq!(rule.fault(), None);
    }
    for name in ["good_friday", "advent_1", "christmas_eve", "de", "de-by"] {
        assert!(holiday::named(name).is_some() && PAGE.contains(&format!("`{name}`")), "{name}");
    }
}
