//! What the guide's part of the store promises: a source's refresh replaces what it told before within its span and nothing else.

use std::path::PathBuf;

use proptest::prelude::*;
use telecast_core::guide::{Airing, Moment, Programme, Text};
use telecast_core::limits;
use telecast_core::lineup::ChannelId;
use telecast_store::{GuideAddress, Imported, Kind, Place, Sealer, Store};

const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;
/// Midnight, UTC.
const T0: i64 = 20_000 * DAY;

struct Guide {
    store: Store,
    _folder: tempfile::TempDir,
}

impl Guide {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path: PathBuf = folder.path().join("telecast.db");
        Self { store: Store::open_sqlite(&path).await.expect("opens"), _folder: folder }
    }

    /// A refresh of a source, given in pieces of so many.
    async fn tell(&self, source: &str, now_ms: i64, airings: &[Airing], piece: usize) -> Imported {
        let mut import = self.store.import_guide(source, now_ms).await.expect("begins");
        for some in airings.chunks(piece) {
            import.add(some.to_vec()).await.expect("takes");
        }
        import.finish().await.expect("ends")
    }

    /// What a source has told of a channel, all of it: start, title, when it was told.
    async fn told(&self, source: &str, channel: &str) -> Vec<(i64, String, i64)> {
        let all = self.store.guide(&[id(channel)], T0 - 100 * DAY, T0 + 100 * DAY).await.expect("reads");
        let of = all.into_iter().flat_map(|(_, told)| told).filter(|told| told.source == source);
        of.flat_map(|told| told.airings).map(|(airing, at)| (airing.start_ms, title(&airing), at)).collect()
    }
}

fn id(channel: &str) -> ChannelId {
    ChannelId(channel.to_owned())
}

fn title(airing: &Airing) -> String {
    airing.programme.titles[0].text.clone()
}

fn text(text: &str) -> Vec<Text> {
    vec![Text { language: Some("de".into()), text: text.into() }]
}

fn airing(channel: &str, start_ms: i64, hours: i64, title: &str) -> Airing {
    let programme =
        Programme { titles: text(title), descriptions: text("Ein Wort über alles"), ..Programme::default() };
    Airing {
        channel: id(channel),
        start_ms,
        end_ms: start_ms + hours * HOUR,
        event_id: None,
        moment: Moment { new: true, ..Moment::default() },
        programme: Box::new(programme),
    }
}

#[tokio::test]
async fn what_is_told_is_read_as_it_was_told_by_window_and_channel() {
    let guide = Guide::new().await;
    let all = [
        airing("a", T0 - HOUR, 2, "over midnight"),
        airing("a", T0 + HOUR, 1, "morning"),
        airing("a", T0 + 3 * DAY, 1, "later"),
        airing("b", T0 - 5 * DAY, 24 * 6, "a week of silence"),
    ];
    let done = guide.tell("x", 5, &all, 2).await;
    assert_eq!((done.airings, done.channels, done.days_changed, done.duplicates), (4, 2, 4, 0));
    let window = guide.store.guide(&[id("b"), id("nobody"), id("a")], T0, T0 + HOUR).await.expect("reads");
    let titles: Vec<(String, Vec<String>)> = window
        .iter()
        .map(|(channel, told)| {
            let of = told.iter().flat_map(|told| &told.airings);
            (channel.0.clone(), of.map(|(airing, _)| title(airing)).collect())
        })
        .collect();
    let expected = [
        ("b".to_owned(), vec!["a week of silence".to_owned()]),
        ("nobody".to_owned(), vec![]),
        ("a".to_owned(), vec!["over midnight".to_owned()]),
    ];
    assert_eq!(titles, expected, "what began days before is still on, and what begins at the end is not");
    assert_eq!(window[2].1[0].airings[0], (all[0].clone(), 5), "all of it, as it was");
    assert_eq!(guide.store.guide_channels().await.expect("reads"), [id("a"), id("b")]);
    assert_eq!(guide.store.guide_read_ms("x").await.expect("reads"), Some(5));
}

#[tokio::test]
async fn a_refresh_replaces_its_span_and_leaves_the_rest_with_its_age() {
    let guide = Guide::new().await;
    let hour = |at: i64, title: &str| airing("a", T0 + at * HOUR, 1, title);
    let first: Vec<Airing> = (0..60).map(|at| hour(at, "old")).collect();
    guide.tell("x", 1, &first, 7).await;
    guide.tell("y", 1, &[hour(30, "another's")], 1).await;
    // From the tenth hour until the fortieth, with a gap of a whole day's rest in between.
    let second = [hour(10, "new"), hour(11, "new"), hour(39, "new")];
    let done = guide.tell("x", 2, &second, 1).await;
    assert_eq!(done.days_changed, 2);
    let told = guide.told("x", "a").await;
    let expected: Vec<(i64, String, i64)> = (0..60)
        .filter_map(|at| match at {
            10 | 11 | 39 => Some((T0 + at * HOUR, "new".to_owned(), 2)),
            0..10 | 40.. => Some((T0 + at * HOUR, "old".to_owned(), if at < 48 { 1 } else { 2 })),
            _ => None,
        })
        .collect();
    let starts = |list: &[(i64, String, i64)]| {
        list.iter().map(|(at, title, _)| (*at, title.clone())).collect::<Vec<_>>()
    };
    assert_eq!(starts(&told), starts(&expected));
    assert!(
        told.iter().filter(|(at, ..)| *at < T0 + 10 * HOUR).all(|(.., at)| *at == 1),
        "kept ones have their age"
    );
    assert_eq!(guide.told("y", "a").await.len(), 1, "nobody else's");
    // Days that lie wholly within the span and of which nothing is told go.
    let done = guide.tell("x", 3, &[hour(0, "newest"), hour(71, "newest")], 1).await;
    assert_eq!(
        starts(&guide.told("x", "a").await),
        [(T0, "newest".to_owned()), (T0 + 71 * HOUR, "newest".to_owned())]
    );
    assert!(done.days_changed >= 3);
}

#[tokio::test]
async fn the_same_again_changes_nothing_and_twice_the_same_is_once() {
    let guide = Guide::new().await;
    let all: Vec<Airing> = (0..100).map(|at| airing("a", T0 + at * HOUR, 1, "x")).collect();
    guide.tell("x", 1, &all, 100).await;
    let again = guide.tell("x", 2, &all, 3).await;
    assert_eq!((again.days_changed, again.days_unchanged), (0, 5));
    let mut shuffled: Vec<Airing> = all.iter().rev().chain(&all).cloned().collect();
    shuffled.rotate_left(31);
    let again = guide.tell("x", 3, &shuffled, 200).await;
    assert_eq!((again.days_changed, again.duplicates), (0, 100), "order and repetition are nothing");
    assert!(guide.told("x", "a").await.iter().all(|(.., at)| *at == 3), "it was told now");
}

#[tokio::test]
async fn a_refresh_that_breaks_off_keeps_what_it_did_not_come_to() {
    let guide = Guide::new().await;
    let all: Vec<Airing> =
        ["a", "b"].iter().flat_map(|of| (0..48).map(|at| airing(of, T0 + at * HOUR, 1, "old"))).collect();
    guide.tell("x", 1, &all, 100).await;
    let mut import = guide.store.import_guide("x", 2).await.expect("begins");
    import.add(vec![airing("a", T0, 1, "new")]).await.expect("takes");
    drop(import);
    assert_eq!(guide.told("x", "b").await.len(), 48);
    assert_eq!(guide.told("x", "a").await.len(), 48, "what was not written is not lost either");
    assert_eq!(guide.store.guide_read_ms("x").await.expect("reads"), Some(1), "it was not read to its end");
}

#[tokio::test]
async fn words_are_found_by_their_beginnings_day_by_day() {
    let guide = Guide::new().await;
    let mut all: Vec<Airing> = (0..200).map(|at| airing("a", T0 + at * 6 * HOUR, 1, "Wetter")).collect();
    all[100].programme.titles = text("Die Königin von Sába");
    all[120].programme.titles = text("Königswetter \"AND\" (NEAR) *");
    guide.tell("x", 1, &all, 50).await;
    let find = async |words: &[&str], after: Option<Place>| {
        let words: Vec<String> = words.iter().map(|word| telecast_core::guide::fold(word)).collect();
        guide.store.search_guide(&words, (T0, T0 + 100 * DAY), after, 20).await.expect("searches")
    };
    assert_eq!(find(&["köni"], None).await.len(), 2);
    assert_eq!(find(&["königin", "saba"], None).await.len(), 1, "diacritics do not count");
    assert_eq!(find(&["königin", "and"], None).await.len(), 0, "all of them in one day");
    assert_eq!(find(&["and", "near"], None).await.len(), 1, "words of the index's own language are words");
    assert_eq!(find(&["nothing"], None).await.len(), 0);
    let first = find(&["wetter"], None).await;
    let second = find(&["wetter"], first.last().map(|found| found.place)).await;
    let third = find(&["wetter"], second.last().map(|found| found.place)).await;
    let days: Vec<i64> = first.iter().chain(&second).chain(&third).map(|found| found.place.day).collect();
    assert_eq!(days, (20_000..20_050).collect::<Vec<_>>(), "each day once, in order");
    // What is gone is not found.
    while guide.store.purge_guide(T0 + 25 * DAY).await.expect("forgets") > 0 {}
    assert_eq!(find(&["wetter"], None).await.first().map(|found| found.place.day), Some(20_025));
    while guide.store.forget_guide("x").await.expect("forgets") > 0 {}
    assert!(find(&["wetter"], None).await.is_empty());
    assert!(guide.store.guide(&[id("a")], T0, T0 + 99 * DAY).await.expect("reads")[0].1.is_empty());
}

#[tokio::test]
async fn more_than_is_held_is_written_in_any_order() {
    let guide = Guide::new().await;
    // Hour by hour over many channels, as some files come; twice what is held at once.
    let channels: Vec<String> = (0..700).map(|at| format!("c{at}")).collect();
    let all: Vec<Airing> = (0..100)
        .flat_map(|hour| channels.iter().map(move |of| airing(of, T0 + hour * HOUR, 1, "x")))
        .collect();
    let done = guide.tell("x", 1, &all, 5_000).await;
    assert_eq!((done.airings, done.channels, done.duplicates), (70_000, 700, 0));
    for channel in ["c0", "c699"] {
        assert_eq!(guide.told("x", channel).await.len(), 100, "{channel}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    /// After any refreshes: within the span of the last one exactly what it told, outside of it what was there before.
    #[test]
    fn the_last_refresh_counts_within_its_span(
        refreshes in prop::collection::vec(prop::collection::btree_map(0_i64..120, 0_u8..4, 1..30), 1..4),
        piece in 1_usize..40,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let guide = Guide::new().await;
            let mut expected = std::collections::BTreeMap::new();
            for (turn, refresh) in refreshes.iter().enumerate() {
                let airings: Vec<Airing> = refresh.iter().map(|(at, title)| airing("a", T0 + at * HOUR, 1, &title.to_string())).collect();
                guide.tell("x", turn as i64, &airings, piece).await;
                let (first, last) = (*refresh.keys().min().expect("some"), *refresh.keys().max().expect("some"));
                expected.retain(|at, _| *at < first || *at > last);
                expected.extend(refresh.iter().map(|(at, title)| (*at, title.to_string())));
            }
            let told = guide.told("x", "a").await.into_iter().map(|(at, title, _)| ((at - T0) / HOUR, title));
            assert_eq!(told.collect::<std::collections::BTreeMap<_, _>>(), expected);
        });
    }
}

#[tokio::test]
async fn what_is_kept_of_a_source_is_told_and_what_it_told_of_one_channel_can_be_forgotten() {
    let guide = Guide::new().await;
    let all = [airing("a", T0, 1, "A"), airing("b", T0 + HOUR, 1, "B")];
    guide.tell("xmltv:x", T0, &all, 10).await;
    guide.tell("xmltv:x", T0 + HOUR, &all[..1], 10).await;
    guide.tell("xmltv:y", T0, &all, 10).await;
    guide.store.put_guide_report("xmltv:x", "{}").await.expect("noted");
    guide.store.put_guide_report("xmltv:new", "never read").await.expect("noted");
    let kept = guide.store.guide_kept().await.expect("listed");
    let short: Vec<_> = kept
        .iter()
        .map(|kept| (kept.source.as_str(), kept.read_ms, kept.channels, kept.oldest_ms, kept.until_ms))
        .collect();
    assert_eq!(
        short,
        [
            ("xmltv:new", None, 0, None, None),
            ("xmltv:x", Some(T0 + HOUR), 2, Some(T0), Some(T0 + 2 * HOUR)),
            ("xmltv:y", Some(T0), 2, Some(T0), Some(T0 + 2 * HOUR)),
        ]
    );
    guide.store.forget_guide_of("xmltv:x", &id("a")).await.expect("forgotten");
    guide.store.forget_guide_of("xmltv:x", &id("nobody")).await.expect("nothing to forget");
    assert!(guide.told("xmltv:x", "a").await.is_empty());
    assert_eq!(guide.told("xmltv:x", "b").await.len(), 1);
    assert_eq!(guide.told("xmltv:y", "a").await.len(), 1);
    let found = guide.store.search_guide(&["a".into()], (T0, T0 + DAY), None, 10).await.expect("found");
    assert!(found.iter().all(|day| day.source != "xmltv:x" || day.airings[0].channel != id("a")));
    for (source, report) in [("xmltv:x", "{}"), ("xmltv:new", "never read"), ("xmltv:y", ""), ("none", "")] {
        assert_eq!(guide.store.guide_report(source).await.expect("read"), report, "{source}");
    }
}

#[tokio::test]
async fn an_entered_address_is_sealed_changed_in_its_place_and_there_are_so_many_at_most() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("telecast.db");
    let store = Store::open_sqlite(&path).await.expect("opens");
    let sealer = Sealer::load_or_create(&folder.path().join("key")).expect("a key");
    let address = |id: &str, name: &str| GuideAddress {
        id: id.to_owned(),
        name: name.to_owned(),
        address: sealer
            .seal(&"https://x.example/g?key=geheim".into(), &GuideAddress::aad(id))
            .expect("sealed"),
        shift_min: -60,
        refresh_s: Some(3_600),
    };
    for (at, id) in ["b", "a"].into_iter().enumerate() {
        store.put_guide_address(&address(id, id), at as i64).await.expect("kept");
    }
    let changed = address("b", "another name");
    store.put_guide_address(&changed, 9).await.expect("changed");
    let listed = Store::open_sqlite(&path).await.expect("opens").guide_addresses().await.expect("listed");
    assert_eq!((&listed[0], listed[1].id.as_str(), listed.len()), (&changed, "a", 2));
    assert!(
        sealer.open(&listed[0].address, &GuideAddress::aad("a")).is_err(),
        "it opens in its own row alone"
    );
    for at in 2..limits::GUIDE_ADDRESSES {
        store.put_guide_address(&address(&format!("n{at}"), "n"), 10).await.expect("kept");
    }
    let more = store.put_guide_address(&address("more", "n"), 10).await.expect_err("too many");
    assert_eq!(more.kind(), Kind::Conflict);
    store.put_guide_address(&changed, 9).await.expect("a change is none more");
    assert!(store.delete_guide_address("a").await.expect("gone"));
    assert!(!store.delete_guide_address("a").await.expect("none"));
}
