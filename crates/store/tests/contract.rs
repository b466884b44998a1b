//! The contract of store and bus: what every backend must do. A further backend adds a constructor and one line per
//! suite; the laws stay as they are.

use secrecy::SecretString;
use std::path::{Path, PathBuf};
use telecast_core::access::{Role, Scope};
use telecast_core::guide::Event;
use telecast_core::limits;
use telecast_core::lineup::{BouquetEntry, ChannelId, ReadBouquet, ServiceRef};
use telecast_core::playback::{self, AudioCodec, AudioTrack, SourceTracks};
use telecast_core::secret::SecretHash;
use telecast_core::session::{ReasonCode, State};
use telecast_store::{
    AuditLine, Bus, Created, Identity, Kind, NewAccount, NewApiToken, NewSession, Notice, Purpose, Receiver,
    RequestKey, SavedSearch, Sealer, SessionWrite, Store, Used,
};

const NOW: i64 = 1_790_000_000_000;
const DAY: i64 = 86_400_000;

/// A backend under test: opens the same store again and again.
trait Backend {
    async fn open(&self) -> Store;
    fn directory(&self) -> &Path;
}

struct Sqlite(tempfile::TempDir);

impl Sqlite {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("directory"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("telecast.db")
    }
}

impl Backend for Sqlite {
    async fn open(&self) -> Store {
        Store::open_sqlite(&self.path()).await.expect("opens")
    }

    fn directory(&self) -> &Path {
        self.0.path()
    }
}

fn hash(text: &str) -> SecretHash {
    SecretHash::of(&SecretString::from(text.to_owned()))
}

fn person(id: &str, name: &str) -> NewAccount {
    NewAccount {
        id: id.into(),
        name: name.into(),
        role: Role::Viewer,
        password: Some("$argon2id$x".into()),
        expires_ms: None,
    }
}

fn request(id: &str, key: Option<&str>, body: &str) -> NewSession {
    NewSession {
        id: id.into(),
        account_id: "anna".into(),
        channel: ChannelId("283d-3fb-1-c00000".into()),
        key: key.map(Into::into),
        request: hash(body),
    }
}

/// Each law of the store for each backend: a test of that name per row.
macro_rules! store_laws {
    ($($law:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $law() {
                super::$law(super::Sqlite::new()).await;
            })*
        }
    };
}

store_laws!(
    an_instance_keeps_its_id,
    a_setup_code_makes_one_owner_once,
    of_two_setups_at_once_one_makes_the_owner,
    a_name_is_one_whatever_its_case,
    a_sign_in_ends_by_neglect_by_age_and_by_hand,
    sign_ins_of_an_account_are_bounded,
    a_sign_in_code_works_once_and_in_time,
    an_api_token_says_what_it_may_and_ends,
    whatever_takes_a_right_away_moves_the_turn,
    use_is_noted_together_and_never_backwards,
    another_role_ends_all_sign_ins_and_the_owner_keeps_his,
    what_is_audited_is_kept_as_it_was,
    an_account_goes_with_all_that_lets_it_in_and_the_owner_stays,
    an_identity_is_one_account_whatever_it_is_called,
    receivers_keep_their_order_and_their_sealed_password,
    what_was_seen_on_channels_comes_back,
    what_an_older_version_wrote_counts_as_absent,
    a_request_repeated_with_its_key_makes_one_session,
    ten_requests_at_once_with_one_key_make_one_session,
    sessions_are_made_together_and_each_by_its_key,
    of_two_writers_of_a_session_one_has_a_conflict,
    an_ended_session_is_not_written_again,
    sessions_are_written_together_and_each_by_its_fence,
    a_request_repeated_with_its_key_adds_one_receiver,
    what_a_request_has_made_elsewhere_is_found_by_its_key,
    sessions_that_a_crash_cut_off_are_ended_at_the_next_start,
    a_setting_is_changed_by_whoever_saw_it_last,
    what_is_somebodys_own_is_nobody_elses_and_ends_with_him,
    searches_are_kept_changed_and_removed_by_their_owner_alone,
    a_closed_store_says_unavailable,
    what_was_acknowledged_is_there_after_a_crash,
);

async fn an_instance_keeps_its_id(backend: impl Backend) {
    let store = backend.open().await;
    let made = store.instance("one", NOW).await.expect("made");
    assert_eq!((made.id.as_str(), made.created_ms), ("one", NOW));
    assert_eq!(store.instance("two", NOW + 1).await.expect("kept"), made);
    store.close().await;
    assert_eq!(backend.open().await.instance("three", NOW + 2).await.expect("kept"), made);
}

async fn a_setup_code_makes_one_owner_once(backend: impl Backend) {
    let store = backend.open().await;
    assert!(!store.has_owner().await.expect("asked"));
    store.put_code(Purpose::Setup, &hash("old"), None, NOW + 10).await.expect("kept");
    store.put_code(Purpose::Setup, &hash("code"), None, NOW + 10).await.expect("kept");
    let anna = person("anna", "Anna");
    for (code, now) in [("wrong", NOW), ("old", NOW), ("code", NOW + 10)] {
        let error = store.create_owner(&anna, &hash(code), now).await.expect_err(code);
        assert_eq!(error.kind(), Kind::Unauthenticated, "{code}");
    }
    let owner = store.create_owner(&anna, &hash("code"), NOW + 9).await.expect("owner");
    assert_eq!((owner.role, store.has_owner().await.expect("asked")), (Role::Owner, true));
    let again = store.create_owner(&person("ben", "Ben"), &hash("code"), NOW + 9).await.expect_err("used");
    assert_eq!(again.kind(), Kind::Conflict);
}

async fn of_two_setups_at_once_one_makes_the_owner(backend: impl Backend) {
    let store = backend.open().await;
    store.put_code(Purpose::Setup, &hash("code"), None, NOW + 10).await.expect("kept");
    let (anna, ben) = (person("anna", "Anna"), person("ben", "Ben"));
    let code = hash("code");
    let both = tokio::join!(store.create_owner(&anna, &code, NOW), store.create_owner(&ben, &code, NOW));
    assert_eq!(usize::from(both.0.is_ok()) + usize::from(both.1.is_ok()), 1);
    assert_eq!(store.accounts().await.expect("listed").len(), 1);
}

async fn a_name_is_one_whatever_its_case(backend: impl Backend) {
    let store = backend.open().await;
    store.create_account(&person("a", " Jürgen "), NOW).await.expect("made");
    let taken = store.create_account(&person("b", "JÜRGEN"), NOW).await.expect_err("taken");
    assert_eq!(taken.kind(), Kind::Conflict);
    assert!(taken.to_string().contains("name"), "{taken}");
    let found = store.credentials("jÜrgen").await.expect("asked").expect("found");
    assert_eq!((found.account.name.as_str(), found.password.is_some()), ("Jürgen", true));
    assert!(store.credentials("nobody").await.expect("asked").is_none());
}

async fn a_sign_in_ends_by_neglect_by_age_and_by_hand(backend: impl Backend) {
    let store = backend.open().await;
    store.create_account(&person("anna", "Anna"), NOW).await.expect("made");
    let secret = hash("cookie");
    store.create_sign_in(&secret, "anna", "Firefox", NOW).await.expect("kept");
    assert!(store.sign_in(&hash("other"), NOW).await.expect("asked").is_none());
    let mut now = NOW;
    while now < NOW + 89 * DAY {
        now += 13 * DAY;
        let alive = store.sign_in(&secret, now).await.expect("asked").is_some();
        store.note_use(&[(Used::SignIn(secret), now)]).await.expect("noted");
        assert_eq!(alive, now < NOW + 90 * DAY, "used each 13 days, day {}", (now - NOW) / DAY);
    }
    assert!(store.sign_in(&secret, NOW + 90 * DAY).await.expect("asked").is_none(), "age");

    store.create_sign_in(&hash("b"), "anna", "", NOW).await.expect("kept");
    assert!(store.sign_in(&hash("b"), NOW + 14 * DAY).await.expect("asked").is_none(), "neglect");
    store.create_sign_in(&hash("c"), "anna", "", NOW).await.expect("kept");
    assert!(store.end_sign_in(&hash("c")).await.expect("ended"));
    assert!(store.sign_in(&hash("c"), NOW).await.expect("asked").is_none(), "by hand");
    store.create_sign_in(&hash("d"), "anna", "", NOW).await.expect("kept");
    store.set_password("anna", &"$argon2id$y".into()).await.expect("changed");
    assert!(store.sign_in(&hash("d"), NOW).await.expect("asked").is_none(), "another password");
    assert!(!store.end_sign_in(&hash("d")).await.expect("asked"));
}

async fn sign_ins_of_an_account_are_bounded(backend: impl Backend) {
    let store = backend.open().await;
    store.create_account(&person("anna", "Anna"), NOW).await.expect("made");
    for n in 0..i64::from(limits::SIGN_INS) + 2 {
        store.create_sign_in(&hash(&n.to_string()), "anna", "", NOW + n).await.expect("kept");
    }
    for (n, there) in [(0, false), (1, false), (2, true)] {
        assert_eq!(
            store.sign_in(&hash(&n.to_string()), NOW + 1).await.expect("asked").is_some(),
            there,
            "{n}"
        );
    }
    assert_eq!(store.end_sign_ins("anna").await.expect("ended"), u64::from(limits::SIGN_INS));
}

async fn a_sign_in_code_works_once_and_in_time(backend: impl Backend) {
    let store = backend.open().await;
    store.create_account(&person("anna", "Anna"), NOW).await.expect("made");
    store.put_code(Purpose::SignIn, &hash("a"), Some("anna"), NOW + 10).await.expect("kept");
    store.put_code(Purpose::SignIn, &hash("b"), Some("anna"), NOW + 10).await.expect("kept");
    assert!(store.use_sign_in_code(&hash("b"), NOW + 10).await.expect("asked").is_none(), "late");
    let code = hash("a");
    let both = tokio::join!(store.use_sign_in_code(&code, NOW), store.use_sign_in_code(&code, NOW));
    let won = [both.0, both.1].into_iter().filter(|used| used.as_ref().is_ok_and(Option::is_some)).count();
    assert_eq!(won, 1, "of two at once one gets in");
    let owner = store.create_owner(&person("ben", "Ben"), &hash("b"), NOW).await.expect_err("not for this");
    assert_eq!(owner.kind(), Kind::Unauthenticated);
    assert_eq!(store.purge_access(NOW + 10).await.expect("purged"), 2);
}

async fn an_api_token_says_what_it_may_and_ends(backend: impl Backend) {
    let store = backend.open().await;
    store.create_account(&person("anna", "Anna"), NOW).await.expect("made");
    let new = NewApiToken {
        id: "t1".into(),
        hash: hash("token"),
        account_id: "anna".into(),
        name: "Kodi".into(),
        scopes: vec![Scope::Watch, Scope::Record],
        expires_ms: Some(NOW + DAY),
    };
    store.create_api_token(&new, NOW).await.expect("kept");
    let token = store.api_token(&hash("token"), NOW + 5).await.expect("asked").expect("there");
    assert_eq!((token.scopes, token.last_used_ms), (vec![Scope::Watch, Scope::Record], None));
    store.note_use(&[(Used::Token(hash("token")), NOW + 5)]).await.expect("noted");
    let listed = store.api_tokens("anna").await.expect("listed");
    assert_eq!(listed[0].last_used_ms, Some(NOW + 5), "use is noted");
    assert!(store.api_token(&hash("token"), NOW + DAY).await.expect("asked").is_none(), "expired");
    assert_eq!(store.revoke_api_token("ben", "t1").await.expect_err("not his").kind(), Kind::NotFound);
    store.revoke_api_token("anna", "t1").await.expect("revoked");
    assert!(store.api_token(&hash("token"), NOW).await.expect("asked").is_none(), "revoked");
    let orphan = NewApiToken { account_id: "nobody".into(), ..new };
    assert_eq!(store.create_api_token(&orphan, NOW).await.expect_err("nobody").kind(), Kind::Conflict);
}

async fn use_is_noted_together_and_never_backwards(backend: impl Backend) {
    let store = backend.open().await;
    store.create_account(&person("anna", "Anna"), NOW).await.expect("made");
    store.create_sign_in(&hash("cookie"), "anna", "", NOW).await.expect("kept");
    let used = Used::SignIn(hash("cookie"));
    let gone = Used::Token(hash("revoked meanwhile"));
    store.note_use(&[(used, NOW + 7), (gone, NOW + 7), (used, NOW + 3)]).await.expect("noted");
    let found = store.sign_in(&hash("cookie"), NOW + 8).await.expect("asked").expect("there");
    assert_eq!(found.lifetime.last_seen_ms, NOW + 7);
}

async fn whatever_takes_a_right_away_moves_the_turn(backend: impl Backend) {
    let (store, beside) = (backend.open().await, backend.open().await);
    let moved = async |store: &Store, turn: &mut u64| {
        store.look_at_access().await.expect("looked");
        std::mem::replace(turn, store.access_turn()) != *turn
    };
    let (mut here, mut there) = (store.access_turn(), beside.access_turn());
    let token = |id: &str| NewApiToken {
        id: id.into(),
        hash: hash(id),
        account_id: "anna".into(),
        name: "Kodi".into(),
        scopes: vec![Scope::Watch],
        expires_ms: None,
    };
    store.create_account(&person("anna", "Anna"), NOW).await.expect("made");
    store.create_account(&person("ben", "Ben"), NOW).await.expect("made");
    for name in ["a", "b", "c"] {
        store.create_sign_in(&hash(name), "anna", "", NOW).await.expect("kept");
    }
    store.create_api_token(&token("t"), NOW).await.expect("kept");
    store
        .note_use(&[(Used::SignIn(hash("a")), NOW + 1), (Used::Token(hash("t")), NOW + 1)])
        .await
        .expect("noted");
    assert!(!moved(&store, &mut here).await && !moved(&beside, &mut there).await, "nobody has lost anything");

    for step in 0..5 {
        match step {
            0 => drop(store.end_sign_in(&hash("a")).await.expect("ended")),
            1 => store.revoke_api_token("anna", "t").await.expect("revoked"),
            2 => store.set_password("anna", &"$argon2id$y".into()).await.expect("changed"),
            3 => drop(store.delete_account("ben").await.expect("gone")),
            _ => {
                for n in 0..=i64::from(limits::SIGN_INS) {
                    store.create_sign_in(&hash(&n.to_string()), "anna", "", NOW + n).await.expect("kept");
                }
            }
        }
        assert_ne!(store.access_turn(), here, "step {step}: at once where it was done");
        assert_eq!(beside.access_turn(), there, "step {step}: elsewhere nobody has looked");
        assert!(moved(&beside, &mut there).await, "step {step}: elsewhere at the next look");
        assert!(!moved(&beside, &mut there).await, "step {step}: once");
        moved(&store, &mut here).await;
    }
}

async fn another_role_ends_all_sign_ins_and_the_owner_keeps_his(backend: impl Backend) {
    let store = backend.open().await;
    store.create_account(&person("anna", "Anna"), NOW).await.expect("made");
    for (name, at) in [("a", NOW), ("b", NOW + 5)] {
        store.create_sign_in(&hash(name), "anna", "browser", at).await.expect("kept");
    }
    let listed = store.sign_ins("anna", NOW + 6).await.expect("asked");
    let hashes: Vec<SecretHash> = listed.iter().map(|(hash, _, _)| *hash).collect();
    assert_eq!(hashes, [hash("b"), hash("a")], "the one used last first");
    assert!(store.sign_ins("anna", NOW + 30 * DAY).await.expect("asked").is_empty(), "they have run out");
    let turn = store.access_turn();
    store.set_role("anna", Role::Programmer).await.expect("changed");
    assert_ne!(store.access_turn(), turn, "rights were taken away");
    assert_eq!(store.account("anna").await.expect("asked").expect("there").role, Role::Programmer);
    assert!(store.sign_ins("anna", NOW + 6).await.expect("asked").is_empty());
    assert_eq!(store.set_role("nobody", Role::Viewer).await.expect_err("none").kind(), Kind::NotFound);
    assert_eq!(store.set_role("anna", Role::Owner).await.expect_err("two").kind(), Kind::Conflict);
    let owner = NewAccount { role: Role::Owner, ..person("cleo", "Cleo") };
    store.put_code(Purpose::Setup, &hash("code"), None, NOW + 10).await.expect("kept");
    store.create_owner(&owner, &hash("code"), NOW).await.expect("made");
    assert_eq!(store.set_role("cleo", Role::Viewer).await.expect_err("the owner").kind(), Kind::Conflict);
}

async fn what_is_audited_is_kept_as_it_was(backend: impl Backend) {
    let store = backend.open().await;
    // The database goes by its own clock for what is old.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let now = now.as_millis() as i64;
    let line = |at_ms, action: &str| AuditLine {
        at_ms,
        action: action.into(),
        result: "done".into(),
        actor_name: Some("Anna".into()),
        details: Some("{}".into()),
        ..AuditLine::default()
    };
    for (at, action) in [(now - 500 * DAY, "long ago"), (now - 399 * DAY, "a year ago"), (now, "just now")] {
        store.put_audit(&line(at, action)).await.expect("kept");
    }
    let actions = |lines: Vec<AuditLine>| lines.into_iter().map(|line| line.action).collect::<Vec<_>>();
    let newest = store.audit(None, 2).await.expect("asked");
    let before = newest.last().expect("two").id;
    assert_eq!(actions(newest), ["just now", "a year ago"]);
    assert_eq!(actions(store.audit(Some(before), 2).await.expect("asked")), ["long ago"]);
    assert_eq!(store.purge_audit(now).await.expect("old ones go"), 1);
    // A clock that was set wrong takes nothing with it.
    assert!(store.purge_audit(now + 1000 * DAY).await.is_err());
    assert_eq!(actions(store.audit(None, 9).await.expect("asked")), ["just now", "a year ago"]);
}

async fn an_account_goes_with_all_that_lets_it_in_and_the_owner_stays(backend: impl Backend) {
    let store = backend.open().await;
    store.put_code(Purpose::Setup, &hash("code"), None, NOW + 10).await.expect("kept");
    store.create_owner(&person("anna", "Anna"), &hash("code"), NOW).await.expect("owner");
    store.create_account(&person("ben", "Ben"), NOW).await.expect("made");
    store.create_sign_in(&hash("cookie"), "ben", "", NOW).await.expect("kept");
    assert!(store.delete_account("ben").await.expect("gone"));
    assert!(!store.delete_account("ben").await.expect("gone before"));
    assert!(store.sign_in(&hash("cookie"), NOW).await.expect("asked").is_none());
    assert_eq!(store.delete_account("anna").await.expect_err("owner").kind(), Kind::Conflict);
    let second = NewAccount { role: Role::Owner, ..person("cleo", "Cleo") };
    assert_eq!(store.create_account(&second, NOW).await.expect_err("second").kind(), Kind::Conflict);
}

async fn an_identity_is_one_account_whatever_it_is_called(backend: impl Backend) {
    let store = backend.open().await;
    store.create_account(&person("anna", "Anna"), NOW).await.expect("made");
    let who = |subject| Identity { issuer: "https://id.example", subject };
    assert!(store.account_of(who("7")).await.expect("asked").is_none(), "a name is no identity");
    let made = store.create_account_of(who("7"), &person("a7", "anna"), NOW).await.expect("made");
    assert_eq!((made.id.as_str(), made.name.as_str()), ("a7", "anna 2"));
    let third = store.create_account_of(who("8"), &person("a8", "ANNA"), NOW).await.expect("made");
    assert_eq!(third.name, "ANNA 3");
    let again = store.create_account_of(who("7"), &person("a9", "Eve"), NOW).await.expect("there");
    assert_eq!((&again, store.account_of(who("7")).await.expect("asked").as_ref()), (&made, Some(&made)));
    let elsewhere = Identity { issuer: "https://id.example/", subject: "7" };
    assert!(store.account_of(elsewhere).await.expect("asked").is_none(), "another issuer, another person");
    let owner = NewAccount { role: Role::Owner, ..person("o", "O") };
    store.create_account(&owner, NOW).await.expect("made");
    assert!(store.create_account_of(who("9"), &NewAccount { id: "p".into(), ..owner }, NOW).await.is_err());
    assert!(store.account_of(who("9")).await.expect("asked").is_none());

    // Shut out: nothing lets it in any more, and it is still there.
    store.create_sign_in(&hash("cookie"), "a7", "", NOW).await.expect("kept");
    let token = NewApiToken {
        id: "t".into(),
        hash: hash("token"),
        account_id: "a7".into(),
        name: "Kodi".into(),
        scopes: vec![Scope::Watch],
        expires_ms: None,
    };
    store.create_api_token(&token, NOW).await.expect("kept");
    store.put_code(Purpose::SignIn, &hash("link"), Some("a7"), NOW + 10).await.expect("kept");
    assert!(
        store.is_external("a7").await.expect("asked") && !store.is_external("anna").await.expect("asked")
    );
    let turn = store.access_turn();
    store.shut_out("a7").await.expect("done");
    assert!(store.use_sign_in_code(&hash("link"), NOW).await.expect("asked").is_none());
    assert!(store.credentials("anna 2").await.expect("asked").expect("there").password.is_none());
    assert_ne!(store.access_turn(), turn);
    assert!(store.sign_in(&hash("cookie"), NOW).await.expect("asked").is_none());
    assert!(store.api_token(&hash("token"), NOW).await.expect("asked").is_none());
    assert!(store.account_of(who("7")).await.expect("asked").is_some());
    assert!(store.delete_account("a7").await.expect("gone"));
    assert!(store.account_of(who("7")).await.expect("asked").is_none());
}

async fn receivers_keep_their_order_and_their_sealed_password(backend: impl Backend) {
    let store = backend.open().await;
    let sealer = Sealer::load_or_create(&backend.directory().join("key")).expect("key");
    let sealed = sealer.seal(&"geheim".into(), &Receiver::aad("b")).expect("sealed");
    let mut receiver = Receiver {
        kind: "enigma2".into(),
        id: "b".into(),
        name: "Living room".into(),
        url: "http://box".into(),
        username: Some("root".into()),
        password: Some(sealed),
        stream_port: 8001,
        tuners: None,
    };
    store.create_receiver(&receiver, None, NOW).await.expect("added");
    store.create_receiver(&Receiver { id: "a".into(), ..receiver.clone() }, None, NOW).await.expect("added");
    assert_eq!(store.create_receiver(&receiver, None, NOW).await.expect_err("twice").kind(), Kind::Conflict);
    receiver.tuners = Some(2);
    store.update_receiver(&receiver).await.expect("changed");
    let listed = store.receivers().await.expect("listed");
    assert_eq!(listed.iter().map(|receiver| receiver.id.as_str()).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(listed[0], receiver);
    let opened = |at: usize, id| {
        listed[at].password.as_ref().map(|sealed| sealer.open(sealed, &Receiver::aad(id)).is_ok())
    };
    assert_eq!((opened(0, "b"), opened(1, "a")), (Some(true), Some(false)), "bound to its row");
    assert!(
        store.delete_receiver("b").await.expect("gone") && !store.delete_receiver("b").await.expect("gone")
    );
    assert_eq!(store.update_receiver(&receiver).await.expect_err("gone").kind(), Kind::NotFound);
}

async fn what_was_seen_on_channels_comes_back(backend: impl Backend) {
    let store = backend.open().await;
    let channel = ChannelId("1-2-3-4".into());
    assert_eq!(store.tracks(&channel).await.expect("asked"), None);
    let mut tracks = SourceTracks::default();
    store.remember_tracks(&channel, &tracks, NOW).await.expect("kept");
    tracks.audio.push(AudioTrack {
        id: 1,
        codec: AudioCodec::Ac3,
        rfc6381: None,
        language: Some("deu".into()),
        role: playback::Role::Main,
        channels: Some(6),
    });
    store.remember_tracks(&channel, &tracks, NOW + 1).await.expect("kept");
    assert_eq!(store.tracks(&channel).await.expect("asked"), Some(tracks.clone()));
    assert_eq!(store.all_tracks().await.expect("asked")[&channel], tracks);

    let service =
        |text: &str| BouquetEntry::from((ServiceRef::parse(text).expect(text), "Name: ä".to_owned()));
    let listed = BouquetEntry {
        guide_id: Some("a.example".into()),
        logo: Some("http://a.example/logo.png".into()),
        number: Some(101),
        ..service("4097:0:1:1:2:0:4C495354:0:0:0:http%3a//a.example/y.ts")
    };
    let bouquets = vec![ReadBouquet {
        reference: "1:7:1:0:0:0:0:0:0:0:FROM BOUQUET \"x\"".into(),
        name: "Favourites".into(),
        radio: false,
        services: vec![
            service("1:0:19:283D:3FB:1:C00000:0:0:0:"),
            service("4097:0:1:0:0:0:0:0:0:0:http%3a//a.example%3a80/x%2520y.ts"),
            service("1:64:0:0:0:0:0:0:0:0:"),
            listed,
        ],
    }];
    store.put_lineup("box", &bouquets, NOW).await.expect("kept");
    assert_eq!(store.lineup("box").await.expect("asked"), Some((bouquets, NOW)));
    assert_eq!(store.lineup("other").await.expect("asked"), None);

    let event = Event {
        id: 7,
        title: "News".into(),
        subtitle: String::new(),
        description: String::new(),
        start_ms: NOW,
        end_ms: NOW + 900_000,
        genre: String::new(),
        rating: None,
    };
    store.put_now_next(&[(channel.clone(), vec![event.clone()])], NOW).await.expect("kept");
    assert_eq!(store.now_next().await.expect("asked")[&channel], (vec![event], NOW));
}

async fn what_an_older_version_wrote_counts_as_absent(backend: impl Backend) {
    let store = backend.open().await;
    // A setting of another shape stands for any JSON that this version cannot read.
    store.put_setting("x", &"text", 0, NOW).await.expect("kept");
    assert_eq!(store.setting::<Vec<u8>>("x").await.expect_err("shape").kind(), Kind::Internal);
    assert_eq!(store.setting::<String>("x").await.expect("asked").expect("there").value, "text");
}

async fn a_request_repeated_with_its_key_makes_one_session(backend: impl Backend) {
    let store = backend.open().await;
    assert_eq!(
        store.create_session(&request("s1", Some("k"), "body"), NOW).await.expect("made"),
        Created::New
    );
    let again = store.create_session(&request("s2", Some("k"), "body"), NOW).await.expect("found");
    let asked = |key, body| {
        let (store, new) = (store.clone(), request("s2", key, body));
        async move { store.repeated_session(&new).await }
    };
    assert_eq!(asked(Some("k"), "body").await.expect("found"), Some("s1".into()));
    assert_eq!(asked(Some("k"), "other").await.expect_err("another").kind(), Kind::Conflict);
    assert_eq!(asked(Some("fresh"), "body").await.expect("asked"), None);
    assert_eq!(asked(None, "body").await.expect("asked"), None);
    assert_eq!(again, Created::Before("s1".into()));
    assert!(store.session("s2").await.expect("asked").is_none());
    let other =
        store.create_session(&request("s3", Some("k"), "other"), NOW).await.expect_err("another request");
    assert_eq!(other.kind(), Kind::Conflict);
    let ben = NewSession { account_id: "ben".into(), ..request("s4", Some("k"), "other") };
    assert_eq!(store.create_session(&ben, NOW).await.expect("his own key"), Created::New);
    for id in ["s5", "s6"] {
        assert_eq!(
            store.create_session(&request(id, None, "body"), NOW).await.expect("no key"),
            Created::New
        );
    }
}

async fn sessions_are_made_together_and_each_by_its_key(backend: impl Backend) {
    let store = backend.open().await;
    let new = [
        request("s1", Some("k"), "body"),
        request("s2", Some("k"), "body"),
        request("s3", Some("k"), "other"),
        request("s4", None, "body"),
    ];
    let made = store.create_sessions(&new, NOW).await.expect("made");
    let made: Vec<_> = made.into_iter().map(|one| one.map_err(|error| error.kind())).collect();
    let before = Created::Before("s1".into());
    assert_eq!(made, [Ok(Created::New), Ok(before), Err(Kind::Conflict), Ok(Created::New)]);
    for (id, there) in [("s1", true), ("s2", false), ("s3", false), ("s4", true)] {
        assert_eq!(store.session(id).await.expect("asked").is_some(), there, "{id}");
    }
    assert_eq!(store.create_sessions(&[], NOW).await.expect("none").len(), 0);
}

async fn ten_requests_at_once_with_one_key_make_one_session(backend: impl Backend) {
    let store = backend.open().await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..10 {
        let store = store.clone();
        tasks.spawn(
            async move { store.create_session(&request(&format!("s{n}"), Some("k"), "body"), NOW).await },
        );
    }
    let made = tasks.join_all().await;
    assert_eq!(made.iter().filter(|made| matches!(made, Ok(Created::New))).count(), 1);
    assert!(made.iter().all(Result::is_ok));
}

async fn of_two_writers_of_a_session_one_has_a_conflict(backend: impl Backend) {
    let (one, other) = (backend.open().await, backend.open().await);
    one.create_session(&request("s", None, "body"), NOW).await.expect("made");
    let both = tokio::join!(
        one.write_session("s", 1, State::Starting, None, NOW),
        other.write_session("s", 1, State::Draining, None, NOW)
    );
    let (won, lost) = if both.0.is_ok() { (both.0, both.1) } else { (both.1, both.0) };
    assert_eq!(won.expect("one"), 2);
    assert_eq!(lost.expect_err("one conflict").kind(), Kind::Conflict);
    assert_eq!(one.session("s").await.expect("asked").expect("there").fence, 2);
}

async fn an_ended_session_is_not_written_again(backend: impl Backend) {
    let store = backend.open().await;
    store.create_session(&request("s", None, "body"), NOW).await.expect("made");
    let ended =
        store.write_session("s", 1, State::Failed, Some(ReasonCode::TunersBusy), NOW).await.expect("ended");
    let late = store.write_session("s", ended, State::Ready, None, NOW + 1).await.expect_err("late");
    assert_eq!(late.kind(), Kind::Conflict);
    let row = store.session("s").await.expect("asked").expect("there");
    assert_eq!(
        (row.state.as_str(), row.reason.as_deref(), row.ended_ms),
        ("failed", Some("tuners_busy"), Some(NOW))
    );
}

async fn sessions_are_written_together_and_each_by_its_fence(backend: impl Backend) {
    let store = backend.open().await;
    for id in ["a", "b", "c"] {
        store.create_session(&request(id, None, "body"), NOW).await.expect("made");
    }
    store.write_session("b", 1, State::Starting, None, NOW).await.expect("another was faster");
    let write = |id: &str, state| SessionWrite { id: id.into(), fence: 1, state, reason: None, at_ms: NOW };
    let writes = [write("a", State::Ready), write("b", State::Ready), write("c", State::Cancelled)];
    assert_eq!(store.write_sessions(&writes).await.expect("written"), [Some(2), None, Some(2)]);
    let mut states = Vec::new();
    for id in ["a", "b", "c"] {
        let row = store.session(id).await.expect("asked").expect("there");
        states.push((row.state, row.ended_ms.is_some()));
    }
    let expected = [("ready", false), ("starting", false), ("cancelled", true)];
    assert_eq!(states, expected.map(|(state, ended)| (state.to_owned(), ended)));
}

async fn what_a_request_has_made_elsewhere_is_found_by_its_key(backend: impl Backend) {
    let store = backend.open().await;
    let key = |body: &str| RequestKey { account_id: "anna".into(), key: "k".into(), request: hash(body) };
    assert_eq!(store.made_by_request(&key("body")).await.expect("none"), None);
    assert_eq!(store.keep_request(&key("body"), "t1", NOW).await.expect("kept"), Created::New);
    assert_eq!(store.made_by_request(&key("body")).await.expect("found").as_deref(), Some("t1"));
    let again = store.keep_request(&key("body"), "t2", NOW).await;
    assert_eq!(again.expect("found"), Created::Before("t1".into()));
    for refused in [
        store.made_by_request(&key("other")).await.expect_err("another request"),
        store.keep_request(&key("other"), "t3", NOW).await.expect_err("another request"),
    ] {
        assert_eq!(refused.kind(), Kind::Conflict);
    }
    let ben = RequestKey { account_id: "ben".into(), ..key("other") };
    assert_eq!(store.made_by_request(&ben).await.expect("none"), None);
}

async fn a_request_repeated_with_its_key_adds_one_receiver(backend: impl Backend) {
    let store = backend.open().await;
    let receiver = |id: &str| Receiver {
        kind: "m3u".into(),
        id: id.into(),
        name: "Living room".into(),
        url: "http://box".into(),
        username: None,
        password: None,
        stream_port: 8001,
        tuners: None,
    };
    let key = |body: &str| RequestKey { account_id: "anna".into(), key: "k".into(), request: hash(body) };
    let one = store.create_receiver(&receiver("r1"), Some(&key("body")), NOW).await;
    assert_eq!(one.expect("added"), Created::New);
    let again = store.create_receiver(&receiver("r2"), Some(&key("body")), NOW).await;
    assert_eq!(again.expect("found"), Created::Before("r1".into()));
    let other = store.create_receiver(&receiver("r3"), Some(&key("other")), NOW).await;
    assert_eq!(other.expect_err("another request").kind(), Kind::Conflict);
    assert_eq!(store.receivers().await.expect("listed").len(), 1);
    // Of an id that is taken neither receiver nor key stays.
    let fresh = RequestKey { key: "fresh".into(), ..key("body") };
    let taken = store.create_receiver(&receiver("r1"), Some(&fresh), NOW).await;
    assert_eq!(taken.expect_err("taken").kind(), Kind::Conflict);
    let free = store.create_receiver(&receiver("r4"), Some(&fresh), NOW).await;
    assert_eq!(free.expect("added"), Created::New);
    assert_eq!(store.purge_requests(NOW).await.expect("young"), 0);
    assert_eq!(store.purge_requests(NOW + 1).await.expect("old"), 2);
    // What its key made is gone: the key is free.
    store.create_receiver(&receiver("r5"), Some(&key("body")), NOW).await.expect("added");
    store.delete_receiver("r5").await.expect("removed");
    let free = store.create_receiver(&receiver("r6"), Some(&key("other")), NOW).await;
    assert_eq!(free.expect("added"), Created::New);
}

async fn sessions_that_a_crash_cut_off_are_ended_at_the_next_start(backend: impl Backend) {
    let store = backend.open().await;
    for id in ["a", "b"] {
        store.create_session(&request(id, Some(id), "body"), NOW).await.expect("made");
    }
    store.write_session("a", 1, State::Stopped, Some(ReasonCode::StoppedByClient), NOW).await.expect("ended");
    assert_eq!(store.end_orphans(NOW + 5).await.expect("ended"), 1);
    let row = store.session("b").await.expect("asked").expect("there");
    assert_eq!((row.state.as_str(), row.reason.as_deref()), ("failed", Some("restarted")));
    assert_eq!(store.purge_sessions(NOW + 5).await.expect("purged"), 1);
    assert!(store.session("a").await.expect("asked").is_none());
    let free = store.create_session(&request("c", Some("a"), "other"), NOW + 6).await;
    assert_eq!(free.expect("a key ends with its session"), Created::New);
}

async fn a_setting_is_changed_by_whoever_saw_it_last(backend: impl Backend) {
    let store = backend.open().await;
    assert!(store.setting::<u32>("n").await.expect("asked").is_none());
    assert_eq!(store.put_setting("n", &1u32, 0, NOW).await.expect("made"), 1);
    assert_eq!(store.put_setting("n", &2u32, 1, NOW).await.expect("changed"), 2);
    for stale in [0, 1, 3] {
        assert_eq!(
            store.put_setting("n", &9u32, stale, NOW).await.expect_err("stale").kind(),
            Kind::Conflict,
            "{stale}"
        );
    }
    assert_eq!(store.setting::<u32>("n").await.expect("asked").map(|setting| setting.value), Some(2));
    let huge = "x".repeat(limits::STORE_VALUE);
    assert_eq!(store.put_setting("n", &huge, 2, NOW).await.expect_err("huge").kind(), Kind::TooLarge);
}

async fn what_is_somebodys_own_is_nobody_elses_and_ends_with_him(backend: impl Backend) {
    let store = backend.open().await;
    for (id, name) in [("anna", "Anna"), ("ben", "Ben")] {
        store.create_account(&person(id, name), NOW).await.expect("made");
    }
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let put = async |account: &str, names: &[&str], revision| {
        store.put_own_setting((account, "favourites"), &list(names), revision, NOW).await
    };
    assert_eq!(put("anna", &["a"], Some(0)).await.expect("made"), 1);
    assert_eq!(put("anna", &["a", "b"], Some(1)).await.expect("changed"), 2);
    for stale in [0, 1, 3] {
        let refused = put("anna", &["x"], Some(stale)).await.expect_err("stale");
        assert_eq!(refused.kind(), Kind::Conflict, "{stale}");
    }
    assert_eq!(put("ben", &["x"], Some(3)).await.expect_err("was never there").kind(), Kind::Conflict);
    assert_eq!(put("anna", &["b"], None).await.expect("whatever was there"), 3);
    assert_eq!(put("ben", &["c"], None).await.expect("the first"), 1);
    assert_eq!(put("nobody", &[], None).await.expect_err("no account").kind(), Kind::Conflict);
    let read = async |account: &str, name: &str| {
        let found = store.own_setting::<Vec<String>>(account, name).await.expect("asked");
        found.map(|setting| (setting.value, setting.revision))
    };
    assert_eq!(read("anna", "favourites").await, Some((list(&["b"]), 3)));
    assert_eq!(read("ben", "favourites").await, Some((list(&["c"]), 1)));
    assert_eq!(read("anna", "languages").await, None);
    assert!(store.delete_account("anna").await.expect("removed"));
    assert_eq!(read("anna", "favourites").await, None);
}

async fn searches_are_kept_changed_and_removed_by_their_owner_alone(backend: impl Backend) {
    let store = backend.open().await;
    for (id, name) in [("anna", "Anna"), ("ben", "Ben")] {
        store.create_account(&person(id, name), NOW).await.expect("made");
    }
    let search = |id: &str, words: &str| SavedSearch {
        id: id.into(),
        name: words.to_uppercase(),
        wanted: vec![words.to_owned()],
        created_ms: NOW,
    };
    for one in [search("1", "news"), search("2", "sport")] {
        store.save_search("anna", &one).await.expect("kept");
    }
    let all = async |account: &str| {
        let all = store.saved_searches::<Vec<String>>(account).await.expect("asked");
        all.into_iter().map(|one| (one.name, one.wanted.concat())).collect::<Vec<_>>()
    };
    let pair = |name: &str, words: &str| (name.to_owned(), words.to_owned());
    assert_eq!(all("anna").await, [pair("NEWS", "news"), pair("SPORT", "sport")]);
    assert!(all("ben").await.is_empty());
    store.change_search::<Vec<String>>(("anna", "1"), "In the evening", None).await.expect("renamed");
    store.change_search(("anna", "2"), "Ball", Some(&vec!["football".to_owned()])).await.expect("changed");
    assert_eq!(all("anna").await, [pair("In the evening", "news"), pair("Ball", "football")]);
    let foreign = store.change_search::<Vec<String>>(("ben", "1"), "Mine", None).await.expect_err("not his");
    assert_eq!(foreign.kind(), Kind::NotFound);
    assert_eq!(store.remove_search("ben", "1").await.expect_err("not his").kind(), Kind::NotFound);
    store.remove_search("anna", "1").await.expect("removed");
    for number in 1..limits::SAVED_SEARCHES {
        store.save_search("anna", &search(&format!("more {number}"), "x")).await.expect("kept");
    }
    let full = store.save_search("anna", &search("one too many", "x")).await.expect_err("full");
    assert_eq!(full.kind(), Kind::Conflict);
    assert_eq!(
        store.save_search("nobody", &search("n", "x")).await.expect_err("nobody").kind(),
        Kind::Conflict
    );
    assert!(store.delete_account("anna").await.expect("removed"));
    assert!(all("anna").await.is_empty());
}

async fn a_closed_store_says_unavailable(backend: impl Backend) {
    let store = backend.open().await;
    store.ping().await.expect("open");
    store.close().await;
    let kinds = [
        store.ping().await.expect_err("closed").kind(),
        store.accounts().await.expect_err("closed").kind(),
        store.create_session(&request("s", None, "body"), NOW).await.expect_err("closed").kind(),
        store.put_setting("n", &1, 0, NOW).await.expect_err("closed").kind(),
    ];
    assert_eq!(kinds, [Kind::Unavailable; 4]);
    let reopened = backend.open().await;
    assert!(reopened.session("s").await.expect("asked").is_none(), "an error left no session");
}

async fn what_was_acknowledged_is_there_after_a_crash(backend: impl Backend) {
    // The first is never closed: its journal is left as a killed process leaves it, and lies beside the file.
    let crashed = backend.open().await;
    for n in 0..50 {
        crashed.create_session(&request(&format!("s{n}"), None, "body"), NOW).await.expect("made");
    }
    let copy = Sqlite::new();
    for file in std::fs::read_dir(backend.directory()).expect("directory").flatten() {
        std::fs::copy(file.path(), copy.directory().join(file.file_name())).expect("copied");
    }
    let store = copy.open().await;
    assert!(store.session("s49").await.expect("asked").is_some());
    assert_eq!(store.end_orphans(NOW).await.expect("ended"), 50);
}

/// Laws of the file that only SQLite has.
mod file {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[tokio::test]
    async fn only_the_stations_own_user_may_read_it() {
        let backend = Sqlite::new();
        std::fs::write(backend.path(), "").expect("a file that was there before");
        std::fs::set_permissions(backend.path(), std::fs::Permissions::from_mode(0o644)).expect("mode");
        let store = backend.open().await;
        store.instance("x", NOW).await.expect("written");
        for file in std::fs::read_dir(backend.directory()).expect("directory").flatten() {
            let mode = file.metadata().expect("file").permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", file.path().display());
        }
    }

    #[tokio::test]
    async fn a_newer_schema_is_refused_with_advice_and_left_alone() {
        let backend = Sqlite::new();
        backend.open().await.close().await;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(backend.path());
        let pool = sqlx::SqlitePool::connect_with(options).await.expect("opens");
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9000, 'from the future', 1, x'00', 0)",
        )
        .execute(&pool)
        .await
        .expect("written");
        pool.close().await;
        let before = std::fs::read(backend.path()).expect("file");
        let error = Store::open_sqlite(&backend.path()).await.expect_err("newer");
        assert_eq!(error.kind(), Kind::Conflict);
        assert!(error.to_string().contains("newer version") && error.to_string().contains("9000"), "{error}");
        assert_eq!(std::fs::read(backend.path()).expect("file"), before);
    }

    #[tokio::test]
    async fn trouble_with_the_disk_is_unavailable_and_names_the_file() {
        let directory = tempfile::tempdir().expect("directory");
        for path in [directory.path().join("missing/telecast.db"), directory.path().to_path_buf()] {
            let error = Store::open_sqlite(&path).await.expect_err("no file");
            assert_eq!(error.kind(), Kind::Unavailable);
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        }
        let path = directory.path().join("rubbish.db");
        std::fs::write(&path, "this is not a database, whatever its name says".repeat(100)).expect("written");
        assert_eq!(Store::open_sqlite(&path).await.expect_err("rubbish").kind(), Kind::Unavailable);
    }

    #[tokio::test]
    async fn a_full_disk_gives_unavailable_and_no_session_and_heals() {
        let backend = Sqlite::new();
        let store = backend.open().await;
        // The page limit of SQLite answers as a full disk does (SQLITE_FULL). It holds per connection, so by the hook.
        store.limit_pages(40).await.expect("limited");
        let mut failed = None;
        for n in 0..2_000 {
            if let Err(error) = store.create_session(&request(&format!("s{n}"), None, "body"), NOW).await {
                failed = Some((n, error));
                break;
            }
        }
        let (n, error) = failed.expect("full");
        assert_eq!(error.kind(), Kind::Unavailable, "{error}");
        assert!(store.session(&format!("s{n}")).await.expect("reading goes on").is_none());
        store.limit_pages(1_000_000).await.expect("freed");
        store.create_session(&request("after", None, "body"), NOW).await.expect("heals");
    }

    #[tokio::test]
    async fn lists_that_can_be_long_are_read_by_index() {
        let store = Sqlite::new();
        let store = store.open().await;
        for sql in [
            "SELECT id FROM account WHERE name_key = ?",
            "SELECT 1 FROM account WHERE role = 'owner'",
            "SELECT a.id FROM sign_in s JOIN account a ON a.id = s.account_id WHERE s.hash = ?",
            "DELETE FROM sign_in WHERE account_id = ?",
            "DELETE FROM sign_in WHERE last_seen_ms <= ?",
            "DELETE FROM one_time_code WHERE expires_ms <= ?",
            "SELECT t.id FROM api_token t JOIN account a ON a.id = t.account_id WHERE t.hash = ?",
            "SELECT id FROM api_token WHERE account_id = ? ORDER BY created_ms",
            "SELECT tracks FROM channel_tracks WHERE channel_id = ?",
            "SELECT id FROM playback_session WHERE account_id = ? AND request_key = ?",
            "UPDATE playback_session SET state = ? WHERE id = ? AND fence = ? AND ended_ms IS NULL",
            "UPDATE playback_session SET state = ? WHERE ended_ms IS NULL",
            "DELETE FROM playback_session WHERE ended_ms IS NOT NULL AND ended_ms < ?",
            "SELECT made_id FROM request_key WHERE account_id = ? AND request_key = ?",
            "DELETE FROM request_key WHERE made_ms < ?",
            "SELECT value FROM setting WHERE name = ?",
        ] {
            let plan = store.query_plan(sql).await.expect(sql);
            let scans = plan.iter().filter(|step| step.starts_with("SCAN") && !step.contains("USING"));
            assert_eq!(scans.count(), 0, "{sql}: {plan:?}");
            assert!(plan.iter().all(|step| !step.contains("TEMP B-TREE")), "{sql}: {plan:?}");
        }
    }
}

/// Laws of the bus, for each backend of it.
mod bus {
    use super::*;

    fn backends() -> [(&'static str, Bus); 1] {
        [("local", Bus::local())]
    }

    fn message(topic: &str, body: &str) -> Notice {
        Notice::Message { topic: topic.into(), body: body.into() }
    }

    #[tokio::test]
    async fn publishing_without_subscribers_does_nothing() {
        for (name, bus) in backends() {
            assert_eq!(bus.publish("a", "1").expect(name), 0);
            let mut late = bus.subscribe(["a"]).expect(name);
            assert_eq!(bus.publish("a", "2").expect(name), 1);
            assert_eq!(late.next().await, Some(message("a", "2")), "{name}: nothing from before");
        }
    }

    #[tokio::test]
    async fn each_subscriber_hears_its_topics_in_order() {
        for (name, bus) in backends() {
            let mut one = bus.subscribe(["a", "b", "a"]).expect(name);
            let mut other = bus.subscribe(["b"]).expect(name);
            for n in 0..20 {
                bus.publish(if n % 2 == 0 { "a" } else { "b" }, n.to_string()).expect(name);
            }
            for n in 0..20 {
                let topic = if n % 2 == 0 { "a" } else { "b" };
                assert_eq!(one.next().await, Some(message(topic, &n.to_string())), "{name}");
                if n % 2 == 1 {
                    assert_eq!(other.next().await, Some(message("b", &n.to_string())), "{name}");
                }
            }
        }
    }

    #[tokio::test]
    async fn a_slow_subscriber_is_told_how_much_it_lost_and_slows_nobody() {
        for (name, bus) in backends() {
            let mut slow = bus.subscribe(["a"]).expect(name);
            let mut quick = bus.subscribe(["a"]).expect(name);
            let sent = limits::EVENTS + 7;
            for n in 0..sent {
                bus.publish("a", n.to_string()).expect(name);
                assert_eq!(quick.next().await, Some(message("a", &n.to_string())), "{name}");
            }
            assert_eq!(slow.next().await, Some(Notice::Lagged(sent as u64)), "{name}: and what was queued");
            bus.publish("a", "again").expect(name);
            assert_eq!(slow.next().await, Some(message("a", "again")), "{name}: told once");
        }
    }

    #[tokio::test]
    async fn after_close_there_is_what_was_queued_then_the_end() {
        for (name, bus) in backends() {
            let mut early = bus.subscribe(["a"]).expect(name);
            bus.publish("a", "last").expect(name);
            bus.close();
            assert_eq!(early.next().await, Some(message("a", "last")), "{name}");
            assert_eq!(early.next().await, None, "{name}");
            assert_eq!(bus.publish("a", "x").expect_err(name).kind(), Kind::Unavailable);
            assert_eq!(bus.subscribe(["a"]).expect_err(name).kind(), Kind::Unavailable);
            assert_eq!(early.add("b").expect_err(name).kind(), Kind::Unavailable);
        }
    }

    #[tokio::test]
    async fn a_dropped_subscription_leaves_nothing_behind() {
        for (name, bus) in backends() {
            let mut kept = bus.subscribe(["a"]).expect(name);
            for n in 0..1_000 {
                drop(bus.subscribe(["a", n.to_string().as_str()]).expect(name));
            }
            assert_eq!(bus.topics(), 1, "{name}");
            assert_eq!(bus.publish("a", "1").expect(name), 1);
            kept.remove("a");
            assert_eq!((bus.topics(), bus.publish("a", "2").expect(name)), (0, 0));
            assert_eq!(kept.next().await, Some(message("a", "1")), "{name}: what was queued still comes");
        }
    }

    #[tokio::test]
    async fn topics_of_a_subscriber_are_bounded() {
        for (name, bus) in backends() {
            let topics: Vec<String> = (0..=limits::TOPICS).map(|n| n.to_string()).collect();
            let error = bus.subscribe(topics.iter().map(String::as_str)).expect_err(name);
            assert_eq!((error.kind(), bus.topics()), (Kind::TooMany, 0), "{name}");
        }
    }
}
