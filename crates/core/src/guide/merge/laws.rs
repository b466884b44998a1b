//! Laws of merging, completing and tidying, over small worlds in which everything meets everything.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Episode, Role};
use super::*;

fn claims() -> impl Strategy<Value = Vec<Claim>> {
    let claim = (0..4u16, 0..40i64, -1..12i64, prop::option::of(0..5i64), "[abc]?").prop_map(
        |(rank, start, length, event_id, title)| {
            let start_ms = start * 5 * 60_000;
            Claim { rank, start_ms, end_ms: start_ms + length * 5 * 60_000, event_id, title }
        },
    );
    vec(claim, 0..40)
}

fn shuffled() -> impl Strategy<Value = (Vec<Claim>, Vec<Claim>)> {
    claims().prop_flat_map(|claims| (Just(claims.clone()), Just(claims).prop_shuffle()))
}

/// What becomes of each claim, in an order that does not depend on where it stood.
fn told(claims: &[Claim]) -> Vec<String> {
    let tell = |(claim, verdict): (&Claim, Verdict)| match verdict {
        Verdict::Same(index) => format!("{claim:?} is {:?}", claims[index]),
        verdict => format!("{claim:?} {verdict:?}"),
    };
    let mut told: Vec<_> = claims.iter().zip(merge(claims)).map(tell).collect();
    told.sort();
    told
}

fn texts() -> impl Strategy<Value = Vec<Text>> {
    let language = prop::option::of(prop::sample::select(vec!["de", "ger", "en", "fr-CA", "FR", ""]));
    vec(
        (language, "[a-c]").prop_map(|(language, text)| Text { language: language.map(Into::into), text }),
        0..4,
    )
}

fn programmes() -> impl Strategy<Value = Programme> {
    let few = || prop::option::of(1..4u16);
    let credits = vec((prop::sample::select(vec![Role::Actor, Role::Director, Role::Guest]), "[a-c]"), 0..4);
    let rest = (
        prop::option::of("20[0-9]{2}"),
        vec(0..4u8, 0..3),
        prop::option::of(0..19u8),
        prop::option::of("[ab]"),
    );
    (texts(), texts(), credits, (few(), few(), few(), few()), rest).prop_map(
        |(titles, categories, credits, (season, number, of, part), (date, genres, age, quality))| Programme {
            titles,
            categories,
            credits: credits
                .into_iter()
                .map(|(role, name)| Credit {
                    role,
                    name: name.into(),
                    part: None,
                    guest: None,
                    images: vec![],
                    urls: vec![],
                })
                .collect(),
            episode: Episode {
                season,
                number: number.map(u32::from),
                of: number.and(of).map(u32::from),
                part,
                ..Episode::default()
            },
            date: date.map(Into::into),
            genres,
            age,
            video: quality.map(|quality| Video { quality: Some(quality.into()), ..Video::default() }),
            ..Programme::default()
        },
    )
}

proptest! {
    #[test]
    fn what_is_shown_of_a_worse_source_never_overlaps_a_better_one(claims in claims()) {
        let verdicts = merge(&claims);
        let shown: Vec<_> = (0..claims.len()).filter(|index| verdicts[*index] == Verdict::Shown).collect();
        for a in &shown {
            for b in &shown {
                let (a, b) = (&claims[*a], &claims[*b]);
                prop_assert!(a.rank == b.rank || overlap_ms(a, b) == 0, "{a:?} {b:?}");
            }
        }
        for (claim, verdict) in claims.iter().zip(&verdicts) {
            match verdict {
                Verdict::Same(index) => {
                    prop_assert_eq!(verdicts[*index], Verdict::Shown);
                    prop_assert!(claims[*index].rank <= claim.rank);
                }
                Verdict::Hidden => {
                    let mut better = shown.iter().map(|index| &claims[*index]).filter(|other| other.rank < claim.rank);
                    prop_assert!(better.any(|other| overlap_ms(other, claim) > 0), "{claim:?} is hidden by nothing");
                }
                Verdict::Shown => {}
            }
        }
        if let Some(best) = claims.iter().map(|claim| claim.rank).min() {
            let mut of_best = claims.iter().zip(&verdicts).filter(|(claim, _)| claim.rank == best);
            prop_assert!(of_best.all(|(_, verdict)| *verdict != Verdict::Hidden), "the best source is in the guide");
        }
    }

    #[test]
    fn the_order_of_claims_does_not_matter((claims, shuffled) in shuffled()) {
        prop_assert_eq!(told(&claims), told(&shuffled));
    }

    #[test]
    fn any_claims_are_judged(times in vec((any::<u16>(), any::<i64>(), any::<i64>(), any::<Option<i64>>()), 0..20)) {
        let claim = |(rank, start_ms, end_ms, event_id)| Claim { rank, start_ms, end_ms, event_id, title: "a".into() };
        let claims: Vec<_> = times.into_iter().map(claim).collect();
        prop_assert_eq!(merge(&claims).len(), claims.len());
    }

    #[test]
    fn completing_changes_nothing_that_is_there_and_ends(own in programmes(), other in programmes()) {
        let mut once = own.clone();
        complete(&mut once, other.clone());
        prop_assert!(once.titles.starts_with(&own.titles) && once.categories.starts_with(&own.categories));
        prop_assert!(once.credits.starts_with(&own.credits) && once.genres.starts_with(&own.genres));
        prop_assert!(own.age.is_none() || once.age == own.age);
        prop_assert!(own.date.is_none() || once.date == own.date);
        prop_assert!(own.video.is_none() || once.video == own.video);
        prop_assert!(!episode::disagree(own.episode, once.episode));
        prop_assert_eq!(episode::join(once.episode, own.episode), once.episode, "nothing of it went");
        let mut twice = once.clone();
        complete(&mut twice, other);
        prop_assert_eq!(&twice, &once);
        complete(&mut twice, own.clone());
        prop_assert_eq!(&twice, &once, "it has nothing more to give");
        let mut empty = Programme::default();
        complete(&mut empty, own.clone());
        prop_assert_eq!(empty, own);
    }

    #[test]
    fn tidy_airings_have_ends_and_stay(times in vec((0..60i64, prop::option::of(-2..90i64), any::<bool>()), 0..30)) {
        let mut times = times;
        times.sort_by_key(|(start, ..)| *start);
        for (start, end, _) in &mut times {
            (*start, *end) = (*start * 60_000, end.map(|end| end * 60_000));
        }
        let before = times.clone();
        tidy(&mut times);
        for ((start, end, clumped), (_, told, _)) in times.iter().zip(&before) {
            let end = end.unwrap();
            prop_assert!(end > *start);
            if let Some(told) = told.filter(|told| told > start) {
                prop_assert!(end <= told && (told - end) * 4 <= told - start, "no more than a quarter goes");
                prop_assert!(!clumped || end == told);
            } else {
                prop_assert!(end - start <= LONGEST_OPEN_MS);
                prop_assert!(!times.iter().any(|(other, ..)| start < other && *other < end));
            }
        }
        let once = times.clone();
        tidy(&mut times);
        prop_assert_eq!(times, once);
    }

    #[test]
    fn any_times_are_tidied(mut times in vec((any::<i64>(), any::<Option<i64>>(), any::<bool>()), 0..20)) {
        tidy(&mut times);
        prop_assert!(times.iter().all(|(_, end, _)| end.is_some()));
    }
}
