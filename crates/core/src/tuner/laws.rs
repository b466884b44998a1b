//! Stories and laws of the pool, of the memory for faults, and of guesses.

use super::*;
use crate::limits;
use crate::lineup::{Lineup, ReadBouquet, ServiceRef};
use proptest::prelude::*;

fn service(sid: u32, transponder: u32) -> ServiceRef {
    ServiceRef::parse(&format!("1:0:19:{sid:X}:{transponder:X}:1:C00000:0:0:0:")).expect("reference")
}

fn source(receiver: &str, sid: u32, transponder: u32) -> (ChannelId, Vec<Source>) {
    let service = service(sid, transponder);
    (service.channel_id(), vec![Source { receiver: receiver.into(), service }])
}

/// The same channel at several receivers.
fn sources(receivers: &[&str], sid: u32, transponder: u32) -> (ChannelId, Vec<Source>) {
    let all = receivers.iter().flat_map(|receiver| source(receiver, sid, transponder).1);
    (service(sid, transponder).channel_id(), all.collect())
}

fn at(seconds: u64) -> Now {
    Duration::from_secs(seconds)
}

fn pool(receivers: &[(&str, Option<u32>)], warm_tuners: usize) -> Pool {
    let mut pool = Pool::new(Rules { warm_tuners, ..Rules::default() });
    for (id, tuners) in receivers {
        pool.set_receiver(id, *tuners);
    }
    pool
}

/// `who` wants service `sid` of a transponder at receiver "r".
fn want(
    pool: &mut Pool,
    who: (&str, Priority),
    (sid, transponder): (u32, u32),
    seconds: u64,
) -> Result<Grant, Refusal> {
    let (channel, sources) = source("r", sid, transponder);
    pool.acquire(&channel, &sources, who.0, who.1, at(seconds))
}

/// The box refuses to tune `stream`.
fn refuse(pool: &mut Pool, stream: &StreamKey, now: Now) {
    pool.learn(stream, now);
    pool.close(stream);
}

fn watch(pool: &mut Pool, sid: u32, transponder: u32, seconds: u64) -> Result<Grant, Refusal> {
    want(pool, ("x", Priority::Viewer), (sid, transponder), seconds)
}

const GUESS: (&str, Priority) = ("guess", Priority::Background);
const RECORDING: (&str, Priority) = ("recording", Priority::Recording);

#[test]
fn ten_simultaneous_starts_give_one_stream_and_ten_viewers() {
    let mut pool = pool(&[("r", Some(1))], 0);
    let grants: Vec<Grant> = (0..10).map(|_| watch(&mut pool, 1, 1, 0).expect("grant")).collect();
    assert_eq!(grants.iter().filter(|grant| grant.open.is_some()).count(), 1);
    assert_eq!((pool.streams(), pool.leases().count(), pool.viewers("r")), (1, 10, 10));
}

#[test]
fn ten_transponders_and_eight_tuners_give_eight_streams_and_two_refusals_that_name_all_eight() {
    let mut pool = pool(&[("a", Some(4)), ("b", Some(4))], 0);
    let mut refused = Vec::new();
    for n in 1..=10 {
        let (channel, sources) = sources(&["a", "b"], n, n);
        if let Err(refusal) =
            pool.acquire(&channel, &sources, &format!("viewer {n}"), Priority::Viewer, at(n.into()))
        {
            refused.push(refusal);
        }
    }
    assert_eq!((pool.streams(), pool.usage("a"), pool.usage("b")), (8, (Some(4), 4), (Some(4), 4)));
    assert_eq!(refused.len(), 2);
    for refusal in refused {
        assert_eq!((refusal.cause, refusal.retry_after), (Cause::InUse, limits::IDLE));
        let names: Vec<&str> = refusal.holders.iter().map(|holder| holder.what.as_str()).collect();
        assert_eq!(names, (1..=8).map(|n| format!("viewer {n}")).collect::<Vec<_>>());
        assert_eq!(refusal.holders[2].channel, service(3, 3).channel_id());
        assert_eq!(refusal.holders[2].until, at(3) + limits::LEASE_EXPIRY);
    }
}

#[test]
fn an_idle_stream_gives_way_at_once_and_ends_by_itself() {
    let mut pool = pool(&[("r", None)], 0);
    let grant = watch(&mut pool, 1, 1, 0).expect("grant");
    pool.release(grant.fence, at(1));
    assert!(pool.sweep(at(5)).is_empty() && pool.is_open(&grant.stream) && !pool.is_held(&grant.stream));
    let other = watch(&mut pool, 2, 2, 6).expect("idle gives way");
    assert!(!pool.is_open(&grant.stream) && other.lost.is_empty());
    pool.release(other.fence, at(7));
    assert!(pool.sweep(at(16)).is_empty());
    assert_eq!(pool.sweep(at(17)), [other.stream]);
}

#[test]
fn a_viewer_who_comes_back_in_time_keeps_the_stream() {
    let mut pool = pool(&[("r", Some(1))], 0);
    let first = watch(&mut pool, 1, 1, 0).expect("granted");
    pool.release(first.fence, at(1));
    let back = watch(&mut pool, 1, 1, 5).expect("joined");
    assert_eq!((back.open, back.stream.clone()), (None, first.stream));
    assert!(pool.sweep(at(60)).is_empty() && pool.is_open(&back.stream));
    assert!(pool.renew(back.fence, at(100)));
    assert!(pool.sweep(at(219)).is_empty(), "renewed");
    assert!(pool.sweep(at(220)).is_empty() && !pool.is_held(&back.stream), "expired, and idle since then");
    assert_eq!(pool.sweep(at(230)), [back.stream]);
}

#[test]
fn a_refused_transponder_is_left_alone_for_a_while_and_the_others_are_not() {
    let mut pool = pool(&[("r", Some(3))], 0);
    watch(&mut pool, 9, 9, 0).expect("granted");
    let dead = watch(&mut pool, 1, 1, 0).expect("granted");
    refuse(&mut pool, &dead.stream, at(0));
    assert_eq!((pool.streams(), pool.leases().count()), (1, 1));
    let again = watch(&mut pool, 1, 1, 1).expect_err("believed");
    let memory = limits::REFUSAL_MEMORY;
    assert_eq!((again.cause, again.retry_after), (Cause::Refused, memory.saturating_sub(at(1))));
    assert_eq!(again.holders.len(), 1, "and who may have the tuner that lacks");
    let shown = pool.left_alone("r", at(1));
    assert_eq!(shown, [(service(1, 1).channel_id(), memory)], "and it can be seen until when");
    watch(&mut pool, 2, 2, 1).expect("one dead channel is not a dead receiver");
    assert!(pool.left_alone("r", memory).is_empty());
    watch(&mut pool, 1, 1, memory.as_secs()).expect("and is tried again");
    pool.works(&dead.stream);
}

#[test]
fn a_refusal_is_forgotten_when_the_stream_that_may_have_caused_it_has_gone() {
    let mut pool = pool(&[("r", Some(3))], 0);
    let cause = watch(&mut pool, 1, 1, 0).expect("granted");
    let refused = watch(&mut pool, 2, 2, 0).expect("granted");
    refuse(&mut pool, &refused.stream, at(0));
    assert!(watch(&mut pool, 2, 2, 1).is_err());
    pool.release(cause.fence, at(2));
    let now = watch(&mut pool, 2, 2, 2).expect("what is idle gives way, since it may have the tuner");
    assert!(!pool.is_open(&cause.stream) && pool.is_open(&now.stream));
    watch(&mut pool, 1, 1, 3).expect("room for another, for all that is known");
}

#[test]
fn a_refusal_beside_nothing_of_ours_teaches_nothing_about_tuners() {
    let mut pool = pool(&[("r", Some(2))], 0);
    for n in 0..3 {
        let refused = watch(&mut pool, 1, 1, n).expect("tried again");
        refuse(&mut pool, &refused.stream, at(n));
    }
    watch(&mut pool, 2, 2, 3).expect("one");
    watch(&mut pool, 3, 3, 3).expect("two");
}

#[test]
fn two_transponders_refused_beside_the_same_stream_teach_how_many_tuners_there_are() {
    let mut pool = pool(&[("r", Some(8))], 0);
    let kept = watch(&mut pool, 1, 1, 0).expect("granted");
    for n in [2, 3] {
        let refused = watch(&mut pool, n, n, 0).expect("not known yet");
        refuse(&mut pool, &refused.stream, at(0));
    }
    let learnt = watch(&mut pool, 4, 4, 1).expect_err("learnt");
    assert_eq!((learnt.cause, learnt.holders.len()), (Cause::Refused, 1), "and who holds the one there is");
    assert_eq!(learnt.retry_after, limits::REFUSAL_MEMORY.saturating_sub(at(1)));
    pool.release(kept.fence, at(2));
    watch(&mut pool, 5, 5, 3).expect("the one that is there is given");
    assert!(!pool.is_open(&kept.stream));
    watch(&mut pool, 6, 6, 3).expect_err("and no other");
    watch(&mut pool, 6, 6, limits::REFUSAL_MEMORY.as_secs()).expect("until it is forgotten");
}

#[test]
fn what_was_learnt_is_no_reason_where_the_box_says_the_same() {
    let mut pool = pool(&[("r", Some(3))], 0);
    for n in [1, 2] {
        watch(&mut pool, n, n, 0).expect("granted");
    }
    for n in [3, 4] {
        let refused = watch(&mut pool, n, n, 0).expect("not known yet");
        refuse(&mut pool, &refused.stream, at(0));
    }
    assert_eq!(watch(&mut pool, 5, 5, 1).expect_err("learnt").cause, Cause::Refused);
    pool.set_receiver("r", Some(2));
    assert_eq!(watch(&mut pool, 5, 5, 1).expect_err("as it says").cause, Cause::InUse);
}

#[test]
fn what_the_box_gives_after_all_is_not_refused_any_more() {
    let mut pool = pool(&[("r", Some(8))], 0);
    watch(&mut pool, 1, 1, 0).expect("granted");
    let refused = watch(&mut pool, 2, 2, 0).expect("not known yet");
    pool.learn(&refused.stream, at(0));
    assert!(pool.is_open(&refused.stream), "it is retried by its holder");
    pool.works(&refused.stream);
    pool.close(&refused.stream);
    watch(&mut pool, 2, 2, 1).expect("forgotten");
}

#[test]
fn beside_the_same_transponder_it_was_not_the_tuner_that_lacked() {
    let mut pool = pool(&[("r", Some(2))], 0);
    watch(&mut pool, 1, 1, 0).expect("granted");
    let scrambled = watch(&mut pool, 2, 1, 0).expect("same transponder");
    refuse(&mut pool, &scrambled.stream, at(0));
    watch(&mut pool, 2, 1, 1).expect("nothing was learnt");
}

#[test]
fn an_idle_stream_ends_only_if_that_helps() {
    let mut pool = pool(&[("r", Some(2))], 0);
    let idle = watch(&mut pool, 1, 1, 0).expect("granted");
    let held = watch(&mut pool, 2, 1, 0).expect("same transponder");
    watch(&mut pool, 3, 2, 0).expect("granted");
    pool.release(idle.fence, at(1));
    watch(&mut pool, 4, 3, 2).expect_err("its tuner is held by another stream");
    assert!(pool.is_open(&idle.stream), "so it goes on for whoever zaps back");
    pool.release(held.fence, at(3));
    watch(&mut pool, 4, 3, 4).expect("now both are idle");
    assert!(!pool.is_open(&idle.stream) && !pool.is_open(&held.stream));
}

#[test]
fn of_two_idle_tuners_the_one_that_was_left_first_goes() {
    let mut pool = pool(&[("r", Some(2))], 0);
    let [one, two] = [1, 2].map(|n| watch(&mut pool, n, n, 0).expect("granted"));
    pool.release(two.fence, at(1));
    pool.release(one.fence, at(2));
    watch(&mut pool, 3, 3, 3).expect("granted");
    assert!(pool.is_open(&one.stream) && !pool.is_open(&two.stream));
}

#[test]
fn a_free_receiver_is_taken_before_an_idle_stream_of_a_better_one_ends() {
    let mut pool = pool(&[("a", Some(1)), ("b", Some(1))], 0);
    let (channel, one) = source("a", 1, 1);
    let idle = pool.acquire(&channel, &one, "x", Priority::Viewer, at(0)).expect("granted");
    pool.release(idle.fence, at(1));
    let (channel, both) = sources(&["a", "b"], 2, 2);
    let grant = pool.acquire(&channel, &both, "y", Priority::Viewer, at(2)).expect("granted");
    assert_eq!((grant.stream.receiver.as_str(), pool.is_open(&idle.stream)), ("b", true));
}

#[test]
fn a_recording_takes_the_tuner_of_the_fewest_and_latest_viewers_and_names_them() {
    let mut pool = pool(&[("r", Some(3))], 0);
    let [first, second, third] = [1, 2, 3].map(|n| watch(&mut pool, n, n, n.into()).expect("granted"));
    watch(&mut pool, 3, 3, 4).expect("a second viewer");
    let grant = want(&mut pool, RECORDING, (4, 4), 5).expect("recordings win");
    assert_eq!(grant.lost.iter().map(|lease| lease.fence).collect::<Vec<_>>(), [second.fence]);
    assert_eq!(grant.lost[0].holder, "x");
    assert!(pool.is_open(&first.stream) && pool.is_open(&third.stream) && !pool.is_open(&second.stream));
    assert!(!pool.renew(second.fence, at(6)), "its fence is not obeyed any more");
    want(&mut pool, RECORDING, (5, 5), 6).expect("and again");
    let last = want(&mut pool, RECORDING, (6, 6), 7).expect("two viewers of one channel at last");
    assert_eq!(last.lost.len(), 2);
    let refusal = want(&mut pool, RECORDING, (7, 7), 8).expect_err("recordings do not take from recordings");
    assert_eq!((refusal.cause, refusal.holders.len()), (Cause::InUse, 3));
    assert_eq!(watch(&mut pool, 8, 8, 8).expect_err("nor do viewers").holders.len(), 3);
    watch(&mut pool, 4, 4, 9).expect("but they may watch what is recorded");
}

#[test]
fn an_idle_tuner_goes_before_a_guess_and_a_guess_before_a_viewer() {
    let mut pool = pool(&[("r", Some(4))], 1);
    let idle = watch(&mut pool, 1, 1, 0).expect("granted");
    let guess = want(&mut pool, GUESS, (2, 2), 0).expect("kept ready");
    let viewer = watch(&mut pool, 3, 3, 0).expect("granted");
    watch(&mut pool, 4, 4, 0).expect("granted");
    pool.release(idle.fence, at(1));
    assert!(want(&mut pool, RECORDING, (5, 5), 2).expect("granted").lost.is_empty());
    assert!(!pool.is_open(&idle.stream) && pool.is_open(&guess.stream));
    assert_eq!(watch(&mut pool, 6, 6, 2).expect("a guess gives way at once").lost[0].fence, guess.fence);
    let lost = want(&mut pool, RECORDING, (7, 7), 3).expect("granted").lost;
    assert_ne!(lost[0].fence, viewer.fence, "the latest goes first");
}

#[test]
fn guesses_stay_within_their_budget_and_leave_the_last_tuner_alone() {
    let mut off = pool(&[("r", Some(8))], 0);
    watch(&mut off, 1, 1, 0).expect("granted");
    want(&mut off, GUESS, (2, 1), 0).expect_err("off is off, also beside what is watched");

    let mut small = pool(&[("r", Some(2))], 4);
    watch(&mut small, 1, 1, 0).expect("granted");
    want(&mut small, GUESS, (2, 2), 0).expect_err("the last tuner is the box's own");
    want(&mut small, GUESS, (3, 1), 0).expect("what comes with the same tuner costs none");

    let mut unknown = pool(&[("r", None)], 4);
    want(&mut unknown, GUESS, (1, 1), 0).expect_err("nothing is known to be free");
    watch(&mut unknown, 2, 2, 0).expect("granted");
    want(&mut unknown, GUESS, (3, 2), 0).expect("the same tuner");

    let mut crowded = pool(&[("r", Some(3))], 1);
    want(&mut crowded, GUESS, (1, 1), 0).expect("one tuner");
    watch(&mut crowded, 2, 2, 0).expect("granted");
    watch(&mut crowded, 3, 3, 0).expect("granted");
    want(&mut crowded, GUESS, (4, 1), 0).expect_err("what is about to give way takes on nothing more");

    let mut shared = pool(&[("r", Some(8))], 1);
    watch(&mut shared, 1, 1, 0).expect("granted");
    watch(&mut shared, 2, 1, 0).expect("granted");
    for sid in 3..=6 {
        want(&mut shared, GUESS, (sid, 1), 0).expect("viewers do not count");
    }
    want(&mut shared, GUESS, (7, 1), 0).expect_err("five are too many");

    let mut large = pool(&[("r", Some(8))], 2);
    want(&mut large, GUESS, (1, 1), 0).expect("one tuner");
    want(&mut large, GUESS, (2, 2), 0).expect("two tuners");
    want(&mut large, GUESS, (3, 3), 0).expect_err("three are too many");
    want(&mut large, GUESS, (4, 2), 0).expect("no further tuner");
    want(&mut large, GUESS, (4, 2), 0).expect_err("it is ready already");
    want(&mut large, GUESS, (5, 2), 0).expect("four streams in all");
    want(&mut large, GUESS, (6, 2), 0).expect_err("five are too many");
    watch(&mut large, 5, 2, 1).expect("who watches one of them joins");
    want(&mut large, GUESS, (6, 2), 1).expect("and it counts no more");
}

#[test]
fn a_channel_that_was_left_is_kept_ready_if_a_tuner_is_to_spare() {
    for (tuners, kept) in [(2, false), (3, true)] {
        let mut pool = pool(&[("r", Some(tuners))], 1);
        let left = watch(&mut pool, 1, 1, 0).expect("granted");
        pool.release(left.fence, at(1));
        watch(&mut pool, 2, 2, 1).expect("granted");
        assert_eq!(want(&mut pool, GUESS, (1, 1), 1).is_ok(), kept, "{tuners} tuners");
        pool.sweep(at(30));
        assert_eq!(pool.is_open(&left.stream), kept, "{tuners} tuners");
    }
}

#[test]
fn a_receiver_serves_as_many_viewers_as_it_may() {
    let mut pool = Pool::new(Rules { viewers: 2, ..Rules::default() });
    pool.set_receiver("a", Some(1));
    pool.set_receiver("b", Some(1));
    let (channel, both) = sources(&["a", "b"], 1, 1);
    let only = &both[..1];
    let mut begin = |sources: &[Source], priority| pool.acquire(&channel, sources, "x", priority, at(0));
    begin(only, Priority::Viewer).expect("one");
    begin(only, Priority::Viewer).expect("two");
    let full = begin(only, Priority::Viewer).expect_err("three");
    assert_eq!((full.cause, full.retry_after), (Cause::Full, limits::ADMISSION_RETRY));
    begin(only, Priority::Recording).expect("recordings do not count");
    let other = begin(&both, Priority::Viewer).expect("there is room on the other one");
    assert_eq!(other.stream.receiver, "b", "it runs on a, where nobody more may watch");
}

#[test]
fn streams_from_elsewhere_need_no_tuner_and_a_receiver_that_is_gone_has_none() {
    let mut pool = pool(&[("r", Some(0))], 1);
    assert_eq!(watch(&mut pool, 1, 1, 0).expect_err("no tuner at all").cause, Cause::NoSource);
    let service = ServiceRef::parse("4097:0:1:0:0:0:0:0:0:0:http%3a//a/x").expect("reference");
    let (channel, sources) = (service.channel_id(), [Source { receiver: "r".into(), service }]);
    pool.acquire(&channel, &sources, "x", Priority::Background, at(0))
        .expect_err("nobody's line is used for guesses");
    pool.acquire(&channel, &sources, "x", Priority::Viewer, at(0)).expect("no tuner needed");
    let gone = pool.remove_receiver("r");
    assert_eq!((gone.len(), pool.streams(), pool.leases().count()), (1, 0, 0));
    let nothing = pool.acquire(&channel, &[], "x", Priority::Viewer, at(0)).expect_err("no source");
    assert_eq!((nothing.cause, nothing.retry_after), (Cause::NoSource, at(0)));
}

#[test]
fn a_stream_moves_with_its_leases_to_another_receiver_if_there_is_room() {
    let mut pool = pool(&[("a", Some(1)), ("b", Some(1))], 0);
    let (channel, both) = sources(&["a", "b"], 1, 1);
    let grant = pool.acquire(&channel, &both, "x", Priority::Viewer, at(0)).expect("granted");
    assert_eq!(
        pool.rehome(&grant.stream, &both[0], at(0)),
        Some((grant.stream.clone(), vec![])),
        "it is there"
    );
    let (moved, lost) = pool.rehome(&grant.stream, &both[1], at(1)).expect("there is room");
    assert_eq!((moved.receiver.as_str(), lost.len(), pool.usage("a").1, pool.usage("b").1), ("b", 0, 0, 1));
    assert!(pool.renew(grant.fence, at(2)) && pool.is_held(&moved) && !pool.is_open(&grant.stream));
    let (other, its) = source("a", 2, 2);
    let blocker = pool.acquire(&other, &its, "y", Priority::Viewer, at(3)).expect("granted");
    assert_eq!(pool.rehome(&moved, &both[0], at(4)), None, "equals do not take from each other");
    assert!(pool.is_open(&moved), "and nothing has changed");
    pool.release(blocker.fence, at(5));
    assert!(pool.rehome(&moved, &both[0], at(6)).is_some(), "an idle one gives way");
    assert_eq!(pool.rehome(&moved, &both[1], at(6)), None, "what is not there does not move");
}

#[test]
fn a_source_that_failed_is_asked_last_for_a_while_and_longer_when_it_fails_again() {
    let (channel, all) = sources(&["a", "b", "c"], 1, 1);
    let key = |n: usize| StreamKey::of(&all[n], &channel);
    let names = |health: &Health, seconds| {
        let (well, ill) = health.sort(&channel, &all, at(seconds));
        let name = |sources: Vec<Source>| sources.into_iter().map(|s| s.receiver).collect::<String>();
        (name(well), name(ill))
    };
    let mut health = Health::default();
    assert_eq!(names(&health, 0), ("abc".into(), String::new()));
    health.failed(&key(0), Ill::Scrambled, at(0));
    health.failed(&key(1), Ill::Refused, at(0));
    assert_eq!(names(&health, 1), ("c".into(), "ba".into()), "whichever is well first");
    assert_eq!(health.ill(&key(1), at(29)), Some((Ill::Refused, at(30))));
    assert_eq!((health.ill(&key(1), at(30)), names(&health, 30)), (None, ("bc".into(), "a".into())));
    health.failed(&key(1), Ill::Refused, at(31));
    assert_eq!(health.ill(&key(1), at(31)), Some((Ill::Refused, at(91))), "twice as long");
    health.failed(&key(1), Ill::Broken, at(32));
    assert_eq!(health.ill(&key(1), at(32)), Some((Ill::Broken, at(37))), "another fault counts anew");
    health.works(&key(1));
    assert_eq!(health.ill(&key(1), at(32)), None);
    health.forget_receiver("a");
    assert_eq!(names(&health, 1), ("abc".into(), String::new()));
    for (ill, most) in [
        (Ill::Broken, 60),
        (Ill::Receiver, 60),
        (Ill::Refused, 600),
        (Ill::OffAir, 1800),
        (Ill::Scrambled, 1800),
    ] {
        (0..20).for_each(|_| health.failed(&key(2), ill, at(0)));
        assert_eq!(health.ill(&key(2), at(0)), Some((ill, at(most))));
    }
}

#[test]
fn knowledge_of_sources_is_bounded() {
    let mut health = Health::default();
    for sid in 0..=limits::ILL_SOURCES as u32 {
        let (channel, all) = source("a", sid, 1);
        health.failed(&StreamKey::of(&all[0], &channel), Ill::Broken, at(sid.into()));
    }
    let known = |sid| {
        let (channel, all) = source("a", sid, 1);
        health.ill(&StreamKey::of(&all[0], &channel), at(0)).is_some()
    };
    assert_eq!((known(0), known(1), known(limits::ILL_SOURCES as u32)), (false, true, true));
}

#[test]
fn likely_next_are_next_before_previous_and_those_of_the_same_tuner() {
    let entry = |sid: u32, transponder: u32| (service(sid, transponder), format!("{sid}"));
    let radio = (ServiceRef::parse("1:0:2:63:9:1:C00000:0:0:0:").expect("radio"), "radio".to_owned());
    let read = |services: Vec<(ServiceRef, String)>| {
        let services = services.into_iter().map(Into::into).collect();
        ReadBouquet { reference: "b".into(), name: "B".into(), radio: false, services }
    };
    // 1 to 5 on transponders of their own, 6 and 12 with 3, 99 radio, 20 far away with 3.
    let mut services =
        vec![entry(1, 1), entry(2, 2), entry(3, 3), entry(4, 4), radio, entry(5, 5), entry(6, 3)];
    services.extend((7..=18).map(|sid| entry(sid, if sid == 12 { 3 } else { sid })));
    services.push(entry(20, 3));
    services.extend((21..=30).map(|sid| entry(sid, sid)));
    let lineup = Lineup::pool(&[("r".into(), vec![read(services)])]);
    let id = |sid, transponder| service(sid, transponder).channel_id();
    let names = |on: ChannelId, before: Option<ChannelId>| {
        let likely = likely_next(&lineup, &on, before.as_ref());
        likely.iter().map(|channel| channel.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(id(3, 3), Some(id(15, 15))), ["4", "15", "2", "6"]);
    assert_eq!(names(id(3, 3), Some(id(4, 4))), ["4", "2", "6"], "each once");
    assert_eq!(names(id(3, 3), Some(id(3, 3))), ["4", "2", "6"], "never itself");
    assert_eq!(names(id(1, 1), None), ["2", "30"], "zapping goes round");
    assert_eq!(names(id(5, 5), None), ["6"], "radio is no zap");
    assert_eq!(names(id(6, 3), None), ["7", "5", "3", "12"], "near on both sides");
    assert_eq!(names(id(77, 1), None), Vec::<String>::new(), "not in the lineup");
}

#[test]
fn the_channel_before_is_remembered_for_each_viewer() {
    let (one, two) = (ChannelId("one".into()), ChannelId("two".into()));
    let mut zaps = Zaps::default();
    assert_eq!(zaps.zap("Anna", &one), None);
    assert_eq!(zaps.zap("Ben", &two), None);
    assert_eq!(zaps.zap("Anna", &two), Some(one.clone()));
    assert_eq!(zaps.zap("Anna", &two), Some(one.clone()), "a second start of the same channel is no zap");
    assert_eq!(zaps.zap("Anna", &one), Some(two.clone()));
    for n in 0..limits::ZAPPERS - 1 {
        zaps.zap(&n.to_string(), &one);
    }
    assert_eq!(zaps.zap("Anna", &two), Some(one.clone()), "as many as are remembered");
    zaps.zap("one more", &two);
    assert_eq!(zaps.zap("Ben", &one), None, "the one who zapped longest ago is forgotten");
}

#[derive(Clone, Debug)]
enum Act {
    Acquire(u32, Priority),
    Release(usize),
    Renew(usize),
    Refuse(usize),
    Works(usize),
    Move(usize),
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let priority = prop::sample::select(vec![
        Priority::Background,
        Priority::Slot,
        Priority::Viewer,
        Priority::Viewer,
        Priority::Viewer,
        Priority::Recording,
    ]);
    prop_oneof![
        5 => (0u32..12, priority).prop_map(|(n, priority)| Act::Acquire(n, priority)),
        3 => (0usize..64).prop_map(Act::Release),
        1 => (0usize..64).prop_map(Act::Renew),
        1 => (0usize..64).prop_map(Act::Refuse),
        1 => (0usize..64).prop_map(Act::Works),
        1 => (0usize..64).prop_map(Act::Move),
        2 => (1u64..60).prop_map(Act::Wait),
    ]
}

/// A third of the channels is known to both receivers.
fn known(n: u32) -> (ChannelId, Vec<Source>) {
    if n.is_multiple_of(3) { sources(&["r", "s"], n, n / 3) } else { source("r", n, n / 3) }
}

/// One wish, and what must hold of the answer.
fn wish(
    pool: &mut Pool,
    n: u32,
    priority: Priority,
    now: Now,
    fences: &mut Vec<Fence>,
) -> Result<(), TestCaseError> {
    let (channel, sources) = known(n);
    let was_on = sources.iter().any(|source| pool.is_open(&StreamKey::of(source, &channel)));
    let before: Vec<Lease> = pool.leases().cloned().collect();
    match pool.acquire(&channel, &sources, "x", priority, now) {
        Ok(grant) => {
            prop_assert!(fences.last().is_none_or(|last| *last < grant.fence), "a fence that did not grow");
            prop_assert_eq!(grant.open.is_some(), !was_on, "one stream for all viewers of a channel");
            prop_assert!(grant.lost.iter().all(|lease| lease.priority < priority), "taken from an equal");
            let left: Vec<Lease> =
                pool.leases().filter(|lease| lease.fence != grant.fence).cloned().collect();
            let missing = before.iter().filter(|lease| !left.contains(lease));
            prop_assert!(missing.eq(grant.lost.iter()), "whoever loses is named");
            fences.push(grant.fence);
        }
        Err(refusal) => {
            prop_assert!(priority == Priority::Background || !was_on, "refused what is on");
            prop_assert!(pool.leases().eq(before.iter()), "a refusal took something");
            let stronger = before.iter().filter(|lease| lease.priority >= priority);
            let ours = stronger
                .filter(|lease| sources.iter().any(|source| source.receiver == lease.stream.receiver));
            prop_assert!(refusal.holders.iter().cloned().eq(ours.map(Holder::from)), "a holder is not named");
            if priority > Priority::Background {
                prop_assert!(!refusal.holders.is_empty(), "a refusal without a reason");
                prop_assert!(refusal.retry_after > Duration::ZERO);
                prop_assert!(refusal.holders.iter().all(|holder| holder.until + at(60) > now));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
    #[test]
    fn no_history_breaks_the_laws(
        tuners in (proptest::option::of(1u32..4), 1u32..3), warm in 0usize..3,
        acts in proptest::collection::vec(act(), 1..60)
    ) {
        let mut pool = pool(&[("r", tuners.0), ("s", Some(tuners.1))], warm);
        let limits_of = [("r", tuners.0.unwrap_or(1)), ("s", tuners.1)];
        let mut fences: Vec<Fence> = Vec::new();
        let mut now = at(0);
        for act in acts {
            let nth = |pool: &Pool, n: usize| pool.leases().nth(n % 4).map(|lease| lease.stream.clone());
            match act {
                Act::Acquire(n, priority) => wish(&mut pool, n, priority, now, &mut fences)?,
                Act::Release(n) if !fences.is_empty() => pool.release(fences[n % fences.len()], now),
                Act::Renew(n) if !fences.is_empty() => {
                    let fence = fences[n % fences.len()];
                    let held = pool.leases().any(|lease| lease.fence == fence);
                    prop_assert_eq!(pool.renew(fence, now), held, "an old fence is not obeyed");
                }
                Act::Refuse(n) => if let Some(stream) = nth(&pool, n) { refuse(&mut pool, &stream, now); },
                Act::Works(n) => if let Some(stream) = nth(&pool, n) { pool.works(&stream); },
                Act::Move(n) => if let Some(stream) = nth(&pool, n) {
                    let leases = pool.leases().count();
                    let service = (0..12).map(known).find(|(id, _)| *id == stream.channel).expect("known").1.remove(0).service;
                    let to = Source { receiver: if n % 2 == 0 { "r" } else { "s" }.into(), service };
                    match pool.rehome(&stream, &to, now) {
                        Some((key, lost)) => {
                            prop_assert!(pool.is_held(&key) && lost.iter().all(|lease| lease.priority < Priority::Recording));
                            prop_assert_eq!(pool.leases().count() + lost.len(), leases);
                        }
                        None => prop_assert_eq!(pool.leases().count(), leases),
                    }
                },
                Act::Wait(seconds) => {
                    now += at(seconds);
                    let living: Vec<Fence> = pool.leases().filter(|lease| lease.expires > now).map(|lease| lease.fence).collect();
                    pool.sweep(now);
                    prop_assert!(pool.leases().map(|lease| lease.fence).eq(living), "time ends what is over, and only that");
                }
                _ => {}
            }
            for (receiver, tuners) in limits_of {
                prop_assert!(pool.usage(receiver).1 <= tuners as usize, "more transponders than tuners");
            }
            prop_assert!(pool.leases().all(|lease| pool.is_open(&lease.stream)), "a lease without stream");
        }
        for fence in &fences { pool.release(*fence, now); }
        pool.sweep(now + limits::IDLE);
        prop_assert_eq!((pool.streams(), pool.leases().count()), (0, 0), "a leak");
    }

    #[test]
    fn holders_that_fall_silent_leave_nothing_behind(acts in proptest::collection::vec(act(), 1..60)) {
        let mut pool = pool(&[("r", Some(3)), ("s", Some(1))], 1);
        let (mut now, mut fences) = (at(0), Vec::new());
        for act in acts {
            match act {
                Act::Acquire(n, priority) => wish(&mut pool, n, priority, now, &mut fences)?,
                Act::Wait(seconds) => { now += at(seconds); pool.sweep(now); }
                _ => {}
            }
        }
        pool.sweep(now + limits::LEASE_EXPIRY + limits::IDLE);
        prop_assert_eq!((pool.streams(), pool.leases().count()), (0, 0), "a leak");
    }
}
