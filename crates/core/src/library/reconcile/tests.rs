//! Stories of files, and the laws over any worlds of them.

use super::*;
use proptest::prelude::*;

fn place(path: &str) -> Place {
    Place { folder: "f".into(), path: path.into() }
}

fn stamp(content: u8, changed_ms: i64) -> Stamp {
    Stamp { size: u64::from(content), changed_ms, beside: 0 }
}

fn known(id: u64, path: &str, content: u8) -> Known {
    Known {
        id: ItemId(id),
        place: place(path),
        stamp: stamp(content, 1),
        print: Some(Print([content; 16])),
        is_absent: false,
    }
}

fn found(path: &str, content: u8) -> Found {
    Found { place: place(path), stamp: stamp(content, 1), print: Some(Print([content; 16])) }
}

fn look(found: Vec<Found>) -> Look {
    Look { found, folders: BTreeSet::from(["f".into()]), unread: BTreeSet::new() }
}

#[test]
fn a_file_is_known_again_by_place_and_by_content() {
    let before = [known(1, "a.mkv", 1), known(2, "b.mkv", 2)];
    assert_eq!(reconcile(&before, &look(vec![found("a.mkv", 1), found("b.mkv", 2)])), []);
    let moved = found("c/b.mkv", 2);
    assert_eq!(
        reconcile(&before, &look(vec![found("a.mkv", 1), moved.clone()])),
        [Change::Moved(ItemId(2), moved)]
    );
    let replaced = found("b.mkv", 3);
    assert_eq!(
        reconcile(&before, &look(vec![found("a.mkv", 1), replaced.clone()])),
        [Change::Replaced(ItemId(2), replaced)]
    );
    let touched = Found { stamp: stamp(2, 9), ..found("b.mkv", 2) };
    assert_eq!(
        reconcile(&before, &look(vec![found("a.mkv", 1), touched.clone()])),
        [Change::Touched(ItemId(2), touched)]
    );
    let told = Found { stamp: Stamp { beside: 5, ..stamp(2, 1) }, ..found("b.mkv", 2) };
    assert_eq!(
        reconcile(&before, &look(vec![found("a.mkv", 1), told.clone()])),
        [Change::Told(ItemId(2), told)]
    );
}

#[test]
fn two_that_change_places_keep_their_places() {
    // Who edits in place means the place: both are replaced, and nobody guesses.
    let before = [known(1, "a.mkv", 1), known(2, "b.mkv", 2)];
    let after = look(vec![found("a.mkv", 2), found("b.mkv", 1)]);
    assert_eq!(
        reconcile(&before, &after),
        [Change::Replaced(ItemId(1), found("a.mkv", 2)), Change::Replaced(ItemId(2), found("b.mkv", 1))]
    );
}

#[test]
fn a_copy_is_an_item_of_its_own_and_takes_over_when_the_first_is_gone() {
    let before = [known(1, "a.mkv", 1)];
    let copy = found("copy/a.mkv", 1);
    assert_eq!(
        reconcile(&before, &look(vec![found("a.mkv", 1), copy.clone()])),
        [Change::Added(copy.clone())]
    );
    assert_eq!(reconcile(&before, &look(vec![copy.clone()])), [Change::Moved(ItemId(1), copy)]);
}

#[test]
fn a_missing_mount_makes_absent_and_an_unread_directory_changes_nothing() {
    let before =
        [known(1, "a.mkv", 1), known(2, "d/b.mkv", 2), known(3, "d/e/c.mkv", 3), known(4, "de.mkv", 4)];
    let absent: Vec<Change> = (1..=4).map(|id| Change::Absent(ItemId(id))).collect();
    assert_eq!(reconcile(&before, &look(vec![])), absent);
    let part = Look { unread: BTreeSet::from([place("d")]), ..look(vec![]) };
    assert_eq!(reconcile(&before, &part), [Change::Absent(ItemId(1)), Change::Absent(ItemId(4))]);
    let root = Look { unread: BTreeSet::from([place("")]), ..look(vec![]) };
    assert_eq!(reconcile(&before, &root), []);
    let elsewhere = Look { folders: BTreeSet::new(), ..look(vec![]) };
    assert_eq!(reconcile(&before, &elsewhere), []);
}

#[test]
fn what_comes_back_is_the_same_item_also_elsewhere() {
    let away = Known { is_absent: true, ..known(1, "a.mkv", 1) };
    let back = found("a.mkv", 1);
    assert_eq!(
        reconcile(std::slice::from_ref(&away), &look(vec![back.clone()])),
        [Change::Returned(ItemId(1), back)]
    );
    let elsewhere = found("x/a.mkv", 1);
    assert_eq!(
        reconcile(std::slice::from_ref(&away), &look(vec![elsewhere.clone()])),
        [Change::Moved(ItemId(1), elsewhere)]
    );
    assert_eq!(reconcile(&[away], &look(vec![])), []);
}

#[test]
fn of_equal_files_each_goes_to_the_one_of_its_name() {
    let before = [known(1, "x/one.mkv", 7), known(2, "x/two.mkv", 7)];
    let after = look(vec![found("y/two.mkv", 7), found("y/one.mkv", 7)]);
    assert_eq!(
        reconcile(&before, &after),
        [Change::Moved(ItemId(1), found("y/one.mkv", 7)), Change::Moved(ItemId(2), found("y/two.mkv", 7))]
    );
}

#[test]
fn prints_are_of_the_first_the_middle_and_the_last_block() {
    assert_eq!(Print::blocks(0), []);
    assert_eq!(Print::blocks(5), [(0, 5)]);
    assert_eq!(Print::blocks(3 * BLOCK), [(0, 3 * BLOCK)]);
    assert_eq!(Print::blocks(10 * BLOCK), [(0, BLOCK), (9 * BLOCK / 2, BLOCK), (9 * BLOCK, BLOCK)]);
    assert_ne!(Print::of(1, b"a"), Print::of(2, b"a"));
    assert_ne!(Print::of(1, b"a"), Print::of(1, b"b"));
}

/// Few paths and few contents, so that all meets all.
fn paths() -> impl Strategy<Value = String> {
    "(d/|e/|)[ab]".prop_map(|path| path + ".mkv")
}

fn worlds() -> impl Strategy<Value = Vec<Known>> {
    prop::collection::btree_map(paths(), (0u8..4, any::<bool>(), prop::bool::weighted(0.9)), 0..6).prop_map(
        |files| {
            let item =
                |(at, (path, (content, is_absent, readable))): (usize, (String, (u8, bool, bool)))| Known {
                    is_absent,
                    print: readable.then_some(Print([content; 16])),
                    ..known(at as u64 + 1, &path, content)
                };
            files.into_iter().enumerate().map(item).collect()
        },
    )
}

fn looks() -> impl Strategy<Value = Look> {
    let files =
        prop::collection::btree_map(paths(), (0u8..4, 1i64..3, 0u64..2, prop::bool::weighted(0.9)), 0..6);
    let unread = prop::collection::btree_set(prop::sample::select(vec!["", "d", "e"]), 0..2);
    (files, any::<bool>(), unread).prop_map(|(files, looked, unread)| {
        let file = |(path, (content, changed_ms, beside, readable)): (String, (u8, i64, u64, bool))| Found {
            place: place(&path),
            stamp: Stamp { beside, ..stamp(content, changed_ms) },
            print: readable.then_some(Print([content; 16])),
        };
        Look {
            found: if looked { files.into_iter().map(file).collect() } else { Vec::new() },
            folders: if looked { BTreeSet::from(["f".to_owned()]) } else { BTreeSet::new() },
            unread: unread.into_iter().map(place).collect(),
        }
    })
}

/// What is known after the changes.
fn applied(known: &[Known], changes: &[Change]) -> Vec<Known> {
    let mut out: BTreeMap<ItemId, Known> = known.iter().map(|known| (known.id, known.clone())).collect();
    let mut next = 1_000;
    for change in changes {
        let (id, found) = match change {
            Change::Absent(id) => {
                out.get_mut(id).expect("a known item").is_absent = true;
                continue;
            }
            Change::Added(found) => {
                next += 1;
                (ItemId(next), found)
            }
            Change::Moved(id, found)
            | Change::Replaced(id, found)
            | Change::Touched(id, found)
            | Change::Told(id, found)
            | Change::Returned(id, found) => (*id, found),
        };
        let Found { place, stamp, print } = found.clone();
        out.insert(id, Known { id, place, stamp, print, is_absent: false });
    }
    out.into_values().collect()
}

fn is_below(path: &str, directory: &str) -> bool {
    directory.is_empty() || path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}

proptest! {
    /// No item is ever lost, each is changed once at most, and no two have one place.
    #[test]
    fn items_are_kept_and_places_are_one(world in worlds(), look in looks()) {
        let changes = reconcile(&world, &look);
        let after = applied(&world, &changes);
        prop_assert!(world.iter().all(|known| after.iter().any(|now| now.id == known.id)));
        let mut ids: Vec<ItemId> = changes.iter().filter_map(|change| match change {
            Change::Added(_) => None,
            Change::Moved(id, _) | Change::Replaced(id, _) | Change::Touched(id, _) | Change::Told(id, _)
            | Change::Returned(id, _) | Change::Absent(id) => Some(*id),
        }).collect();
        let all = ids.len();
        ids.dedup();
        prop_assert_eq!(ids.len(), all);
        let present: Vec<&Place> = after.iter().filter(|known| !known.is_absent).map(|known| &known.place).collect();
        prop_assert_eq!(present.iter().collect::<BTreeSet<_>>().len(), present.len());
    }

    /// What was found is present in its place, and a place that was known keeps its item.
    #[test]
    fn what_was_found_is_there(world in worlds(), look in looks()) {
        let after = applied(&world, &reconcile(&world, &look));
        for found in &look.found {
            let now = after.iter().find(|now| now.place == found.place && !now.is_absent).expect("it is known");
            if let Some(before) = world.iter().find(|known| known.place == found.place) {
                prop_assert_eq!(before.id, now.id);
            }
        }
    }

    /// What was not looked at stays as it was, unless its own content turned up elsewhere while it was absent.
    #[test]
    fn what_was_not_seen_is_not_changed(world in worlds(), look in looks()) {
        let after = applied(&world, &reconcile(&world, &look));
        for known in world.iter().filter(|known| !known.is_absent) {
            let looked = look.folders.contains("f") && !look.unread.iter().any(|unread| is_below(&known.place.path, &unread.path));
            let found = look.found.iter().any(|found| found.place == known.place);
            if !looked && !found {
                prop_assert!(after.contains(known), "{known:?}");
            }
        }
    }

    /// To look again changes nothing.
    #[test]
    fn to_look_again_changes_nothing(world in worlds(), look in looks()) {
        let after = applied(&world, &reconcile(&world, &look));
        prop_assert_eq!(reconcile(&after, &look), []);
    }

    /// Equal input gives equal changes, in whatever order files were found.
    #[test]
    fn order_does_not_matter(world in worlds(), look in looks()) {
        let turned = Look { found: look.found.iter().rev().cloned().collect(), ..look.clone() };
        let mut other = world.clone();
        other.reverse();
        prop_assert_eq!(reconcile(&world, &look), reconcile(&other, &turned));
    }
}
