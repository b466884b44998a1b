//! What a store remembers of channels of one's own.

use telecast_core::library::ItemId;
use telecast_core::secret::SecretHash;
use telecast_store::{Aired, Created, Kind, RequestKey, Station, Store};

const NOW: i64 = 1_790_000_000_000;

fn station(id: &str) -> Station {
    let (document, state) = ("{}".to_owned(), String::new());
    Station { id: id.into(), number: None, document, revision: 1, seed: 1, epoch_ms: NOW, state }
}

fn aired(start_ms: i64, item: Option<i64>, note: &str) -> Aired {
    let (title, kind, note) = ("It".into(), "programme".into(), note.into());
    Aired { start_ms, length_ms: 60_000, item, title, kind, note, pieces: String::new() }
}

#[tokio::test]
async fn when_an_item_was_on_last_is_known_over_all_channels_and_only_if_it_was() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("telecast.db");
    let store = Store::open_sqlite(&path).await.expect("opens");
    for id in ["one", "two"] {
        assert_eq!(store.create_station(&station(id), None, NOW).await.expect("made"), Created::New);
    }
    let first = [aired(NOW, Some(1), ""), aired(NOW + 1, Some(2), "late"), aired(NOW + 2, None, "nothing")];
    store.keep_station("one", "{}", &first).await.expect("kept");
    let second =
        [aired(NOW + 9, Some(1), ""), aired(NOW + 10, Some(3), "off"), aired(NOW + 11, Some(4), "nothing")];
    store.keep_station("two", "{}", &second).await.expect("kept");
    // What is noted later and was earlier changes nothing.
    store.keep_station("one", "{}", &[aired(NOW + 5, Some(1), "")]).await.expect("kept");
    store.delete_station("two").await.expect("removed");
    store.close().await;
    let store = Store::open_sqlite(&path).await.expect("opens");
    let mut last = store.last_aired().await.expect("read");
    last.sort_unstable();
    assert_eq!(last, [(ItemId(1), NOW + 9), (ItemId(2), NOW + 1)]);
}

#[tokio::test]
async fn a_period_of_the_log_is_read_from_its_oldest_on() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = Store::open_sqlite(&directory.path().join("telecast.db")).await.expect("opens");
    store.create_station(&station("one"), None, NOW).await.expect("made");
    let lines: Vec<Aired> = (0..10).map(|nth| aired(NOW + nth * 100, Some(nth + 1), "")).collect();
    store.keep_station("one", "{}", &lines).await.expect("kept");
    store.keep_station("two", "{}", &[aired(NOW + 250, Some(99), "")]).await.expect("kept");
    let within =
        async |from, until, most| store.aired_within("one", (from, until), most).await.expect("read");
    assert_eq!(within(NOW + 200, NOW + 500, 100).await, lines[2..5]);
    assert_eq!(within(NOW, NOW + 500, 2).await, lines[..2]);
    assert_eq!(within(NOW + 101, NOW + 102, 2).await, []);
}

#[tokio::test]
async fn the_same_request_makes_a_channel_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = Store::open_sqlite(&directory.path().join("telecast.db")).await.expect("opens");
    let request = |text: &str| RequestKey {
        account_id: "a".into(),
        key: "k".into(),
        request: SecretHash::of(&text.to_owned().into()),
    };
    let make =
        async |id: &str, text: &str| store.create_station(&station(id), Some(&request(text)), NOW).await;
    assert_eq!(make("one", "x").await.expect("made"), Created::New);
    assert_eq!(make("two", "x").await.expect("found"), Created::Before("one".into()));
    assert_eq!(make("three", "y").await.expect_err("another").kind(), Kind::Conflict);
    assert_eq!(store.stations().await.expect("read").len(), 1, "and nothing else is there");
}
