//! What becomes of sources that agree, disagree and lack something, as tables.

use super::super::{Episode, EpisodeNumber, Role};
use super::*;

const MINUTE: i64 = 60_000;

fn claim(rank: u16, start: i64, end: i64, id: i64, title: &str) -> Claim {
    let event_id = (id != 0).then_some(id);
    Claim { rank, start_ms: start * MINUTE, end_ms: end * MINUTE, event_id, title: title.into() }
}

#[test]
fn a_better_source_wins_and_a_worse_one_fills_gaps() {
    use Verdict::{Hidden, Same, Shown};
    for (what, claims, expected) in [
        ("nothing", vec![], vec![]),
        ("one source", vec![claim(3, 0, 10, 0, "a"), claim(3, 5, 20, 0, "b")], vec![Shown, Shown]),
        ("the same", vec![claim(0, 0, 60, 0, "a"), claim(1, 0, 60, 0, "a")], vec![Shown, Same(0)]),
        (
            "the better one comes later",
            vec![claim(1, 0, 60, 0, "a"), claim(0, 5, 60, 0, "a")],
            vec![Same(1), Shown],
        ),
        ("another title", vec![claim(0, 0, 60, 0, "a"), claim(1, 0, 60, 0, "b")], vec![Shown, Hidden]),
        ("the same id", vec![claim(0, 0, 60, 7, "a"), claim(1, 30, 90, 7, "b")], vec![Shown, Same(0)]),
        (
            "the same id another day",
            vec![claim(0, 0, 60, 7, "a"), claim(1, 60, 90, 7, "b")],
            vec![Shown, Shown],
        ),
        ("15 minutes later", vec![claim(0, 0, 10, 0, "a"), claim(1, 15, 30, 0, "a")], vec![Shown, Same(0)]),
        ("16 minutes later", vec![claim(0, 0, 10, 0, "a"), claim(1, 16, 30, 0, "a")], vec![Shown, Shown]),
        (
            "half of the shorter",
            vec![claim(0, 0, 60, 0, "a"), claim(1, 40, 80, 0, "a")],
            vec![Shown, Same(0)],
        ),
        ("less than half", vec![claim(0, 0, 60, 0, "a"), claim(1, 41, 90, 0, "a")], vec![Shown, Hidden]),
        ("without titles", vec![claim(0, 0, 60, 0, ""), claim(1, 0, 60, 0, "")], vec![Shown, Hidden]),
        ("doubles", vec![claim(0, 0, 60, 0, "a"), claim(0, 0, 50, 0, "a")], vec![Same(1), Shown]),
        (
            "doubles, one with an id",
            vec![claim(0, 0, 50, 0, "a"), claim(0, 0, 60, 7, "a")],
            vec![Same(1), Shown],
        ),
        (
            "a gap",
            vec![
                claim(0, 0, 60, 0, "a"),
                claim(0, 120, 180, 0, "b"),
                claim(1, 60, 120, 0, "c"),
                claim(1, 50, 70, 0, "d"),
                claim(2, 60, 120, 0, "c"),
                claim(2, 180, 200, 0, "e"),
            ],
            vec![Shown, Shown, Shown, Hidden, Same(2), Shown],
        ),
        (
            "short ones, one title: each is its own",
            vec![
                claim(0, 0, 10, 0, "pingu"),
                claim(0, 10, 20, 0, "pingu"),
                claim(1, 1, 11, 0, "pingu"),
                claim(1, 11, 21, 0, "pingu"),
            ],
            vec![Shown, Shown, Same(0), Same(1)],
        ),
        (
            "what has no length is still a claim",
            vec![claim(0, 0, 60, 0, "a"), claim(1, 30, 30, 0, "b"), claim(1, 60, 0, 0, "c")],
            vec![Shown, Hidden, Shown],
        ),
    ] {
        assert_eq!(merge(&claims), expected, "{what}");
    }
}

#[test]
fn thousands_of_claims_at_one_time_are_judged_at_once() {
    // Were it quadratic, this would take minutes.
    let all = (0..100_000u32).map(|n| claim((n % 60_000) as u16, 0, 1_000_000, 7, "a")).collect::<Vec<_>>();
    assert_eq!(merge(&all).iter().filter(|verdict| **verdict == Verdict::Shown).count(), 1);
    let rows =
        (0..100_000).map(|n| claim((n % 2) as u16, i64::from(n), 1_000_000, 0, "a")).collect::<Vec<_>>();
    assert_eq!(merge(&rows).iter().filter(|verdict| **verdict == Verdict::Shown).count(), 50_000);
}

#[test]
fn airings_get_ends_and_do_not_run_into_each_other() {
    let at = |minutes: i64| minutes * MINUTE;
    for (what, times, expected) in [
        ("nothing", vec![], vec![]),
        ("until the next", vec![(0, None, false), (30, None, false)], vec![30, 90]),
        ("six hours at most", vec![(0, None, false), (600, Some(610), false)], vec![360, 610]),
        ("an end before the start is none", vec![(10, Some(5), false), (30, Some(30), false)], vec![30, 90]),
        ("a gap stays", vec![(0, Some(20), false), (30, Some(40), false)], vec![20, 40]),
        ("a quarter goes", vec![(0, Some(40), false), (30, Some(60), false)], vec![30, 60]),
        ("more than a quarter stays", vec![(0, Some(41), false), (30, Some(60), false)], vec![41, 60]),
        (
            "a block stays",
            vec![(0, Some(120), false), (0, Some(30), false), (30, Some(120), false)],
            vec![120, 30, 120],
        ),
        (
            "a clump stays",
            vec![(0, Some(40), true), (0, Some(40), true), (30, Some(60), false)],
            vec![40, 40, 60],
        ),
        ("a clump without ends", vec![(0, None, true), (0, None, true), (30, None, false)], vec![30, 30, 90]),
        ("one time, the last ones", vec![(0, None, false), (0, None, false)], vec![60, 60]),
    ] {
        let mut tidied: Vec<_> = times
            .into_iter()
            .map(|(start, end, clumped): (i64, Option<i64>, bool)| (at(start), end.map(at), clumped))
            .collect();
        tidy(&mut tidied);
        let ends: Vec<_> = tidied.iter().map(|(_, end, _)| end.map(|end| end / MINUTE)).collect();
        assert_eq!(ends, expected.into_iter().map(Some).collect::<Vec<_>>(), "{what}");
    }
}

fn text(language: &str, text: &str) -> Text {
    Text { language: (!language.is_empty()).then(|| language.into()), text: text.into() }
}

#[test]
fn texts_are_added_in_languages_that_are_missing() {
    let de = || text("de", "Krieg");
    for (what, own, other, expected) in [
        ("nothing yet", vec![], vec![de(), text("", "x")], vec![de(), text("", "x")]),
        (
            "another language",
            vec![de()],
            vec![text("en", "War"), text("de", "x")],
            vec![de(), text("en", "War")],
        ),
        ("the same by another code", vec![de()], vec![text("ger", "x"), text("DE-at", "y")], vec![de()]),
        (
            "several of one",
            vec![de()],
            vec![text("fr", "a"), text("fr", "b")],
            vec![de(), text("fr", "a"), text("fr", "b")],
        ),
        ("it may be any", vec![text("", "Krieg")], vec![de()], vec![text("", "Krieg")]),
        ("nobody knows which", vec![de()], vec![text("", "x")], vec![de()]),
    ] {
        let mut programme = Programme { titles: own.clone(), keywords: own, ..Programme::default() };
        complete(
            &mut programme,
            Programme { titles: other.clone(), keywords: other, ..Programme::default() },
        );
        assert_eq!((&programme.titles, &programme.keywords), (&expected, &expected), "{what}");
    }
}

#[test]
fn what_is_there_stays_and_what_is_not_comes() {
    let credit = |role, name: &str| Credit {
        role,
        name: name.into(),
        part: None,
        guest: None,
        images: vec![],
        urls: vec![],
    };
    let number = |value: &str| EpisodeNumber { system: None, value: value.into() };
    let mut own = Programme {
        credits: vec![credit(Role::Director, "A")],
        episode: Episode { number: Some(5), ..Episode::default() },
        video: Some(Video { quality: Some("HDTV".into()), ..Video::default() }),
        age: Some(12),
        ..Programme::default()
    };
    let other = Programme {
        credits: vec![credit(Role::Director, "B"), credit(Role::Actor, "C"), credit(Role::Actor, "D")],
        episode: Episode { season: Some(2), number: Some(5), of: Some(9), ..Episode::default() },
        episode_numbers: vec![number("S02E05")],
        video: Some(Video { quality: Some("SD".into()), aspect: Some("16:9".into()), ..Video::default() }),
        audio: Some(Audio { stereo: Some("stereo".into()), ..Audio::default() }),
        date: Some("2019".into()),
        genres: vec![0x11],
        age: Some(6),
        ..Programme::default()
    };
    complete(&mut own, other);
    assert_eq!(own.credits.iter().map(|credit| &*credit.name).collect::<String>(), "ACD");
    assert_eq!(own.episode, Episode { season: Some(2), number: Some(5), of: Some(9), ..Episode::default() });
    assert_eq!(own.episode_numbers, [number("S02E05")]);
    let video = own.video.clone().unwrap();
    assert_eq!((video.quality.as_deref(), video.aspect.as_deref()), (Some("HDTV"), Some("16:9")));
    assert_eq!((own.age, own.date.as_deref(), &own.genres[..]), (Some(12), Some("2019"), &[0x11][..]));
    assert_eq!(own.audio.unwrap().stereo.as_deref(), Some("stereo"));

    let mut third =
        Programme { episode: Episode { number: Some(6), ..Episode::default() }, ..Programme::default() };
    let fifth = Episode { season: Some(2), number: Some(5), ..Episode::default() };
    complete(
        &mut third,
        Programme { episode: fifth, episode_numbers: vec![number("S02E05")], ..Programme::default() },
    );
    assert_eq!(third.episode, Episode { number: Some(6), ..Episode::default() });
    assert!(third.episode_numbers.is_empty(), "they are another episode's");
}
