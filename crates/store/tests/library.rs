//! What a store remembers of the library.

use telecast_core::library::ItemId;
use telecast_core::library::collection::{Collection, Content};
use telecast_core::library::describe::{Correction, Notes};
use telecast_core::library::facts::Facts;
use telecast_core::library::reconcile::{Found, Place, Print, Stamp};
use telecast_store::{Kind, LibraryFolder, LibraryWrite, Store};

const NOW: i64 = 1_790_000_000_000;

async fn store(directory: &tempfile::TempDir) -> Store {
    Store::open_sqlite(&directory.path().join("telecast.db")).await.expect("opens")
}

fn found(path: &str) -> Found {
    Found {
        place: Place { folder: "Serien".into(), path: path.into() },
        stamp: Stamp { size: 5_000_000_000, changed_ms: NOW, beside: u64::MAX },
        print: Some(Print([7; 16])),
    }
}

#[tokio::test]
async fn items_are_kept_with_all_that_is_known_of_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let store_of = || store(&directory);
    let store = store_of().await;
    let files = [
        (found("a.mkv"), Notes::default()),
        (found("b\u{f7e9}\n.mkv"), Notes { damaged: true, ..Notes::default() }),
    ];
    let ids = store.add_library(&files, NOW).await.expect("added");
    assert_eq!(ids, [ItemId(1), ItemId(2)]);
    let facts = Facts { length_ms: Some(1_000), ..Facts::default() };
    let correction = Correction { title: Some("Meins".into()), hidden: true, ..Correction::default() };
    let moved = Found { print: None, ..found("c.mkv") };
    let writes = [
        LibraryWrite::Probed(ids[0], facts.clone()),
        LibraryWrite::Probed(ids[1], facts.clone()),
        LibraryWrite::Corrected(ids[0], correction.clone()),
        LibraryWrite::Placed { id: ids[0], found: moved.clone(), anew: false },
        LibraryWrite::Absent(ids[1]),
        LibraryWrite::Absent(ItemId(99)),
    ];
    store.write_library(&writes).await.expect("written");
    store.close().await;
    let store = store_of().await;
    let rows = store.library().await.expect("read");
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (&rows[0].known.place, rows[0].known.print, rows[0].known.stamp),
        (&moved.place, None, moved.stamp)
    );
    assert_eq!((&rows[0].facts, &rows[0].correction, rows[0].added_ms), (&Some(facts), &correction, NOW));
    assert!(rows[1].known.is_absent && rows[1].notes.damaged);
    assert_eq!(rows[1].known.place, files[1].0.place);
    assert_eq!(store.library_item(ids[1]).await.expect("read").as_ref(), Some(&rows[1]));
    assert_eq!(store.library_item(ItemId(99)).await.expect("read"), None);
    // Another file in its place: what was found in the old one is not true any more; what the host said is.
    store
        .write_library(&[LibraryWrite::Placed { id: ids[0], found: moved, anew: true }])
        .await
        .expect("written");
    let row = store.library_item(ids[0]).await.expect("read").expect("there");
    assert_eq!((row.facts, row.correction), (None, correction));
}

#[tokio::test]
async fn an_id_is_never_given_again_and_a_batch_is_all_or_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = store(&directory).await;
    let ids = store.add_library(&[(found("a.mkv"), Notes::default())], NOW).await.expect("added");
    store.write_library(&[LibraryWrite::Forgotten(ids[0])]).await.expect("forgotten");
    let again = store.add_library(&[(found("a.mkv"), Notes::default())], NOW).await.expect("added");
    assert_eq!(again, [ItemId(2)]);
    let twice = [(found("b.mkv"), Notes::default()), (found("a.mkv"), Notes::default())];
    assert_eq!(store.add_library(&twice, NOW).await.expect_err("one place").kind(), Kind::Conflict);
    assert_eq!(store.library().await.expect("read").len(), 1);
}

#[tokio::test]
async fn collections_are_changed_by_whoever_saw_them_last() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = store(&directory).await;
    let content = Content::Smart { query: "kind:film".into() };
    let id = store.add_collection("Filme", &content, None, NOW).await.expect("added");
    let all = store.collections().await.expect("read");
    assert_eq!((all[0].collection.id, all[0].revision), (id, 1));
    let changed = Collection { id, name: "Alte".into(), content: Content::Manual { items: vec![ItemId(3)] } };
    assert_eq!(store.change_collection(&changed, 1, NOW).await.expect("changed"), 2);
    assert_eq!(store.change_collection(&changed, 1, NOW).await.expect_err("late").kind(), Kind::Conflict);
    assert_eq!(store.collections().await.expect("read")[0].collection, changed);
    assert!(store.remove_collection(id).await.expect("removed"));
    assert!(!store.remove_collection(id).await.expect("gone"));
    assert_ne!(store.add_collection("Neu", &content, None, NOW).await.expect("added"), id);
}

#[tokio::test]
async fn of_one_name_there_is_one_folder() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = store(&directory).await;
    let folder = LibraryFolder { id: "f1".into(), name: "Filme".into(), path: "/srv/filme".into() };
    store.add_library_folder(&folder, NOW).await.expect("added");
    let twin = LibraryFolder { id: "f2".into(), ..folder.clone() };
    assert_eq!(store.add_library_folder(&twin, NOW).await.expect_err("its name").kind(), Kind::Conflict);
    assert_eq!(store.library_folders().await.expect("read"), [folder]);
    assert!(store.remove_library_folder("f1").await.expect("removed"));
    assert!(!store.remove_library_folder("f1").await.expect("gone"));
}
