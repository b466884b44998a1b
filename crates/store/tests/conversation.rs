//! What is kept of conversations: in order, once, sealed, all or nothing.

use telecast_core::access::Role;
use telecast_store::{Append, ConversationRow, Created, EventRow, Kind, NewAccount, Sealer, Store};

const NOW: i64 = 1_790_000_000_000;

async fn opened(folder: &tempfile::TempDir) -> Store {
    let sealer = Sealer::load_or_create(&folder.path().join("key")).expect("a key");
    Store::open_sqlite(&folder.path().join("telecast.db")).await.expect("opens").sealing_with(sealer)
}

async fn with_people() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("folder");
    let store = opened(&folder).await;
    for (id, name) in [("a", "Anna"), ("b", "Ben")] {
        let person = NewAccount {
            id: id.into(),
            name: name.into(),
            role: Role::Viewer,
            password: None,
            expires_ms: None,
        };
        store.create_account(&person, NOW).await.expect("an account");
    }
    (folder, store)
}

fn row(id: &str, account: &str) -> ConversationRow {
    ConversationRow {
        id: id.into(),
        account_id: account.into(),
        epoch: "e".into(),
        mode: "assistant".into(),
        title: None,
        last: 0,
        created_ms: NOW,
        changed_ms: NOW,
    }
}

fn event(offset: u64, client: Option<&str>, text: &str) -> EventRow {
    EventRow {
        offset,
        at_ms: NOW,
        author: "a".into(),
        client_id: client.map(str::to_owned),
        event: text.into(),
    }
}

fn write(id: &str, after: u64, events: Vec<EventRow>) -> Append {
    let mode = "assistant".into();
    Append {
        conversation: id.into(),
        epoch: "e".into(),
        after,
        events,
        mode,
        title: Some("Fernsehen".into()),
        rests: true,
        at_ms: NOW + 5,
    }
}

async fn append(store: &Store, writes: &[Append]) -> Vec<Option<Kind>> {
    let done = store.append(writes).await.expect("written");
    done.into_iter().map(|one| one.err().map(|error| error.kind())).collect()
}

async fn texts(store: &Store, id: &str) -> Vec<(u64, String)> {
    let events = store.conversation_events(id, 0, 100).await.expect("read");
    events.into_iter().map(|event| (event.offset, event.event)).collect()
}

#[tokio::test]
async fn events_stand_in_order_and_each_is_there_once() {
    let (folder, store) = with_people().await;
    assert_eq!(store.create_conversation(&row("c", "a"), None).await.expect("made"), Created::New);
    let (one, two) = (event(1, Some("x"), "eins"), event(2, None, "zwei"));
    assert_eq!(
        append(
            &store,
            &[write("c", 0, vec![one.clone(), two]), write("c", 2, vec![event(3, Some("y"), "drei")])]
        )
        .await,
        [None, None]
    );
    // Written by somebody else meanwhile; with a hole; said before; in another past.
    let foreign = Append { epoch: "f".into(), ..write("c", 3, vec![event(4, None, "x")]) };
    let writes = [
        write("c", 2, vec![event(3, None, "x")]),
        write("c", 3, vec![event(5, None, "x")]),
        write("c", 3, vec![event(4, Some("x"), "x")]),
        foreign,
        write("d", 0, vec![event(1, None, "x")]),
        write("c", 3, vec![event(4, Some("z"), "vier")]),
    ];
    let conflict = Some(Kind::Conflict);
    assert_eq!(append(&store, &writes).await, [conflict, conflict, conflict, conflict, conflict, None]);
    drop(store);
    let store = opened(&folder).await;
    let said =
        [(1, "eins"), (2, "zwei"), (3, "drei"), (4, "vier")].map(|(offset, text)| (offset, text.to_owned()));
    assert_eq!(texts(&store, "c").await, said);
    assert_eq!(store.conversation_events("c", 2, 1).await.expect("read"), [event(3, Some("y"), "drei")]);
    assert_eq!(store.conversation_said("c", "a", "y").await.expect("asked"), Some(3));
    assert_eq!(store.conversation_said("c", "b", "y").await.expect("asked"), None);
    let known = store.conversation("c").await.expect("read").expect("there");
    assert_eq!((known.last, known.title.as_deref(), known.changed_ms), (4, Some("Fernsehen"), NOW + 5));
}

#[tokio::test]
async fn nothing_that_was_said_lies_on_the_disk_in_the_clear() {
    let (folder, store) = with_people().await;
    store.create_conversation(&row("c", "a"), None).await.expect("made");
    let write =
        Append { title: Some("Geheimtitel".into()), ..write("c", 0, vec![event(1, None, "Geheimwort")]) };
    assert_eq!(append(&store, &[write]).await, [None]);
    store.keep_answers(&[("c".into(), 1, "Geheimantwort".into())]).await.expect("kept");
    store.keep_undo("c", 1, "Geheimzeit").await.expect("kept");
    assert_eq!(store.kept_answer("c").await.expect("read"), Some((1, "Geheimantwort".into())));
    assert_eq!(store.kept_undo("c", 1).await.expect("read").as_deref(), Some("Geheimzeit"));
    store.close().await;
    for file in std::fs::read_dir(folder.path()).expect("folder").flatten() {
        let bytes = std::fs::read(file.path()).expect("read");
        assert!(!bytes.windows(6).any(|window| window == b"Geheim"), "{}", file.path().display());
    }
    // Another key opens nothing.
    std::fs::remove_file(folder.path().join("key")).expect("removed");
    let store = opened(&folder).await;
    assert_eq!(store.conversation("c").await.expect_err("sealed").kind(), Kind::Conflict);
    assert_eq!(store.conversation_events("c", 0, 10).await.expect_err("sealed").kind(), Kind::Conflict);
}

#[tokio::test]
async fn an_answer_that_is_put_aside_goes_with_its_end_and_never_back() {
    let (_folder, store) = with_people().await;
    store.create_conversation(&row("c", "a"), None).await.expect("made");
    store.keep_answers(&[("c".into(), 2, "neu".into()), ("gone".into(), 1, "x".into())]).await.expect("kept");
    store.keep_answers(&[("c".into(), 1, "alt".into())]).await.expect("kept");
    assert_eq!(store.kept_answer("c").await.expect("read"), Some((2, "neu".into())));
    assert_eq!(append(&store, &[write("c", 0, vec![event(1, None, "Ende")])]).await, [None]);
    assert_eq!(store.kept_answer("c").await.expect("read"), None);
}

#[tokio::test]
async fn conversations_are_their_owners_and_go_with_them() {
    let (_folder, store) = with_people().await;
    for (id, account) in [("c", "a"), ("d", "a"), ("e", "b")] {
        store.create_conversation(&row(id, account), None).await.expect("made");
    }
    let queued = Append { mode: "queued".into(), at_ms: NOW + 9, ..write("e", 0, vec![event(1, None, "x")]) };
    assert_eq!(append(&store, &[write("c", 0, vec![event(1, None, "x")]), queued]).await, [None, None]);
    let ids = |rows: Vec<ConversationRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(store.conversations("a").await.expect("read")), ["c", "d"]);
    assert_eq!(ids(store.conversations_at_desk().await.expect("read")), ["e"]);
    assert!(
        store.delete_conversation("d").await.expect("gone")
            && !store.delete_conversation("d").await.expect("gone")
    );
    assert!(store.delete_account("a").await.expect("gone"));
    assert!(store.conversation("c").await.expect("read").is_none());
    assert!(texts(&store, "c").await.is_empty());
}

#[tokio::test]
async fn without_a_key_nothing_is_kept() {
    let folder = tempfile::tempdir().expect("folder");
    let store = Store::open_sqlite(&folder.path().join("telecast.db")).await.expect("opens");
    assert_eq!(store.append(&[]).await.expect_err("no key").kind(), Kind::Unavailable);
}
