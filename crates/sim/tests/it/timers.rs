//! Timers with the manners of a box. The box's clock is moved by `clock_jump`, so that nothing waits for hours.

use std::time::Duration;

use serde_json::Value;
use telecast_sim::{Fault, FaultSpec, Sim};

use crate::{client, get, json, sim, until, watch};

/// Three services; the first two share no transponder, the third has that of the first.
const ONE: &str = "1:0:19:283D:3FB:1:C00000:0:0:0:";
const OTHER: &str = "1:0:19:2B66:3F3:1:C00000:0:0:0:";
const SHARING: &str = "1:0:19:283E:3FB:1:C00000:0:0:0:";

async fn call(sim: &Sim, call: &str) -> Value {
    json(&format!("{}/api/{call}", sim.web_url())).await
}

async fn add(sim: &Sim, reference: &str, begin: i64, end: i64, more: &str) -> Value {
    call(sim, &format!("timeradd?sRef={reference}&begin={begin}&end={end}&name=N%26N{more}")).await
}

async fn timers(sim: &Sim) -> Vec<Value> {
    call(sim, "timerlist").await["timers"].as_array().unwrap().clone()
}

/// A box without plans.
async fn idle(tuners: usize) -> (Sim, i64) {
    let sim = sim(&[1, 3], |config| config.tuners = tuners).await;
    sim.clear_timers();
    let now = sim.box_now();
    (sim, now)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_is_added_listed_and_deleted_exactly() {
    let (sim, now) = idle(2).await;
    let (begin, end) = (now + 3600, now + 7200);
    let more = "&description=d&afterevent=1&tags=a%20b&repeated=0&dirname=/media/hdd/x/&eit=7";
    let added = add(&sim, ONE, begin, end, more).await;
    assert_eq!((&added["result"], &added["message"]), (&true.into(), &"Timer 'N&N' added".into()));
    assert_eq!(add(&sim, ONE, begin, end, "").await["result"], true, "a double is accepted");
    let list = timers(&sim).await;
    assert_eq!(list.len(), 1, "and not added");
    let timer = &list[0];
    for (key, value) in [
        ("serviceref", ONE.into()),
        ("servicename", "Erstes Probe HD".into()),
        ("begin", begin.into()),
        ("duration", 3600.into()),
        ("startprepare", (begin - 20).into()),
        ("state", 0.into()),
        ("afterevent", 1.into()),
        ("eit", 7.into()),
        ("dirname", "/media/hdd/x/".into()),
        ("tags", "a b".into()),
    ] as [(&str, Value); 10]
    {
        assert_eq!(timer[key], value, "{key}");
    }
    let short = ONE.trim_end_matches(':');
    for (reference, begin) in [(ONE, begin + 1), (OTHER, begin), (short, begin)] {
        let missed = call(&sim, &format!("timerdelete?sRef={reference}&begin={begin}&end={end}")).await;
        assert_eq!(missed["message"], "No matching Timer found", "{reference} {begin}");
    }
    let gone = call(&sim, &format!("timerdelete?sRef={ONE}&begin={begin}&end={end}")).await;
    assert_eq!((gone["result"].clone(), timers(&sim).await.len()), (true.into(), 0));
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_told_with_200() {
    let (sim, _) = idle(2).await;
    for (given, message) in [
        ("timeradd", "Missing mandatory parameter 'sRef'"),
        ("timeradd?sRef=1:0:1&end=5&name=x", "Missing mandatory parameter 'begin'"),
        ("timeradd?sRef=1:0:1&begin=soon&end=5&name=x", "The parameter 'begin' must be a number"),
        ("timerchange?sRef=1:0:1&begin=1&end=5&name=x", "Missing mandatory parameter 'channelOld'"),
        ("timeraddbyeventid?sRef=1:0:1&eventid=1", "EventId not found"),
    ] {
        let told = call(&sim, given).await;
        assert_eq!((&told["result"], told["message"].as_str()), (&false.into(), Some(message)), "{given}");
    }
    sim.add_faults(&[Fault::TranslatedMessages.into()]);
    assert_eq!(call(&sim, "timeradd").await["message"], "Erforderlicher Parameter 'sRef' fehlt");
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_names_all_that_cannot_be_recorded() {
    let (sim, now) = idle(1).await;
    let (begin, end) = (now + 3600, now + 7200);
    assert_eq!(add(&sim, ONE, begin, end, "").await["result"], true);
    assert_eq!(add(&sim, SHARING, begin, end, "").await["result"], true, "one transponder");
    let refused = add(&sim, OTHER, begin + 60, end, "").await;
    assert_eq!(refused["result"], false);
    let in_the_way: Vec<_> =
        refused["conflicts"].as_array().unwrap().iter().map(|c| &c["serviceref"]).collect();
    assert_eq!(in_the_way, [OTHER, ONE, SHARING]);
    assert!(refused["message"].as_str().unwrap().starts_with("Conflicting Timer(s) detected!"));
    sim.add_faults(&[Fault::TranslatedMessages.into()]);
    let refused = add(&sim, OTHER, begin + 60, end, "").await;
    assert!(refused["message"].as_str().unwrap().starts_with("Timerkonflikt"), "{refused}");
    assert_eq!(add(&sim, OTHER, end, end + 60, "").await["result"], true, "afterwards");
    assert_eq!(add(&sim, OTHER, begin, end, "&justplay=1").await["result"], true, "needs no tuner");
    assert_eq!(timers(&sim).await.len(), 4);
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_needs_the_old_and_is_all_or_nothing() {
    let (sim, now) = idle(1).await;
    let (begin, end) = (now + 3600, now + 7200);
    add(&sim, ONE, begin, end, "&eit=9").await;
    add(&sim, OTHER, end, end + 600, "").await;
    let old = format!("channelOld={ONE}&beginOld={begin}&endOld={end}");
    let change = async |end: i64, old: &str| {
        call(&sim, &format!("timerchange?sRef={ONE}&begin={begin}&end={end}&name=New&{old}")).await
    };
    let lost = change(end, &old.replace("beginOld=1", "beginOld=2")).await;
    assert!(lost["message"].as_str().unwrap().starts_with("Could not find timer"), "{lost}");
    let refused = change(end + 60, &old).await;
    assert_eq!((&refused["result"], refused["conflicts"].as_array().unwrap().len()), (&false.into(), 2));
    assert_eq!(timers(&sim).await[0]["name"], "N&N", "the old one is still there");
    assert_eq!(change(end - 60, &old).await["result"], true);
    let list = timers(&sim).await;
    assert_eq!(
        (&list[0]["name"], &list[0]["end"], &list[0]["eit"]),
        (&"New".into(), &(end - 60).into(), &9.into())
    );
    assert_eq!(list.len(), 2);
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn states_follow_the_boxs_clock_and_what_is_over_stays_listed() {
    let (sim, now) = idle(2).await;
    add(&sim, ONE, now + 3600, now + 7200, "").await;
    add(&sim, OTHER, now + 3600, now + 7200, "&repeated=127").await;
    let jump = |seconds: f64| sim.add_faults(&[FaultSpec::new(Fault::ClockJump).amount(seconds)]);
    let states =
        async || -> Vec<i64> { timers(&sim).await.iter().map(|t| t["state"].as_i64().unwrap()).collect() };
    assert_eq!(states().await, [0, 0]);
    jump(3590.0);
    let prepared = states().await;
    assert!(prepared == [1, 1] || prepared == [2, 2], "{prepared:?}: the tuner is taken before it begins");
    jump(3700.0);
    assert_eq!(states().await, [2, 2]);
    let toggled =
        call(&sim, &format!("timertogglestatus?sRef={ONE}&begin={}&end={}", now + 3600, now + 7200)).await;
    assert_eq!(toggled["result"], false, "what runs cannot be disabled");
    assert_eq!(call(&sim, "statusinfo").await["isRecording"], "true");
    jump(7300.0);
    let list = timers(&sim).await;
    assert_eq!(list.len(), 2);
    let repeated = (list[0]["state"].as_i64(), list[0]["begin"].as_i64());
    assert_eq!(repeated, (Some(0), Some(now + 3600 + 86_400)), "waits for tomorrow");
    assert_eq!((&list[1]["serviceref"], &list[1]["state"]), (&ONE.into(), &3.into()));
    assert_eq!(call(&sim, "statusinfo").await["isRecording"], "false");
    assert_eq!(call(&sim, "timercleanup").await["result"], true);
    assert_eq!(timers(&sim).await.len(), 1);
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_is_switched_off_and_on() {
    let (sim, now) = idle(1).await;
    let (begin, end) = (now + 3600, now + 7200);
    add(&sim, ONE, begin, end, "").await;
    let toggle = async || call(&sim, &format!("timertogglestatus?sRef={ONE}&begin={begin}&end={end}")).await;
    assert_eq!(toggle().await["disabled"], true);
    assert_eq!(timers(&sim).await[0]["disabled"], 1);
    assert_eq!(add(&sim, OTHER, begin, end, "").await["result"], true, "nothing in the way");
    assert_eq!(toggle().await["message"], "Timer 'N&N' not enabled while Conflict");
    call(&sim, &format!("timerdelete?sRef={OTHER}&begin={begin}&end={end}")).await;
    assert_eq!(toggle().await["disabled"], false);
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_enough_for_a_timer() {
    let (sim, _) = idle(1).await;
    let event = call(&sim, &format!("epgservice?sRef={ONE}")).await["events"][3].clone();
    let by_event = format!("timeraddbyeventid?sRef={ONE}&eventid={}", event["id"]);
    assert_eq!(call(&sim, &by_event).await["result"], true);
    let timer = timers(&sim).await[0].clone();
    assert_eq!(timer["begin"], event["begin_timestamp"].as_i64().unwrap() - 180);
    let end = event["begin_timestamp"].as_i64().unwrap() + event["duration_sec"].as_i64().unwrap();
    assert_eq!((&timer["end"], &timer["eit"]), (&(end + 300).into(), &event["id"]));
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_timer_takes_the_tuner_and_the_box_says_so() {
    let (sim, now) = idle(1).await;
    let watching = watch(&sim, OTHER, Duration::from_secs(60));
    let recording = async {
        until(&sim, "a stream", |state| state["streams"][0]["bytes"].as_u64() > Some(0)).await;
        assert_eq!(call(&sim, "about").await["info"]["streams"][0]["name"], "Prisma");
        assert_eq!(add(&sim, ONE, now - 10, now + 3600, "").await["result"], true);
    };
    let (data, ()) = tokio::join!(watching, recording);
    assert!(!data.is_empty());
    let state = until(&sim, "the end of the stream", |state| state["ended"][0]["end"].is_string()).await;
    assert_eq!(state["ended"][0]["end"], "tuner taken", "ended by the box, not by the reader");
    let info = call(&sim, "about").await["info"].clone();
    assert_eq!(info["tuners"][0]["rec"], "19.2° E / Erstes Probe HD");
    assert_eq!((&info["tuners"][0]["stream"], info["streams"].as_array().unwrap().len()), (&"".into(), 0));
    assert_eq!(call(&sim, "statusinfo").await["Recording_list"], "Erstes Probe HD: N&N\n");
    assert_eq!(timers(&sim).await[0]["state"], 2);
    let second = Duration::from_secs(2);
    assert!(watch(&sim, OTHER, second).await.is_empty(), "200 and the end");
    assert!(!watch(&sim, ONE, second).await.is_empty(), "what is recorded can be watched");
    let end = now + 3600;
    call(&sim, &format!("timerdelete?sRef={ONE}&begin={}&end={end}", now - 10)).await;
    assert!(!watch(&sim, OTHER, second).await.is_empty(), "free again");
    sim.shutdown().await;
}

/// With a tuner to spare nobody is disturbed; the live picture gives way last, and then shows what is recorded.
#[tokio::test(flavor = "multi_thread")]
async fn recordings_take_idle_tuners_first() {
    let (sim, now) = idle(2).await;
    assert!(sim.watch(Some(OTHER)));
    add(&sim, ONE, now, now + 600, "").await;
    until(&sim, "a recording", |state| state["timers"][0]["state"] == 2).await;
    assert_eq!(sim.state()["live"], OTHER);
    sim.set_tuners(1);
    until(&sim, "another live picture", |state| state["live"] == ONE).await;
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_interrupts_a_recording() {
    let (sim, now) = idle(1).await;
    add(&sim, ONE, now, now + 6000, "").await;
    until(&sim, "a recording", |state| state["timers"][0]["state"] == 2).await;
    sim.add_faults(&[FaultSpec::new(Fault::Reboot).amount(5.0)]);
    until(&sim, "an interruption", |state| state["timers"][0]["state"] == 0).await;
    until(&sim, "the recording's return", |state| state["timers"][0]["state"] == 2).await;
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fault_forces_a_conflict_on_one_channel_or_all() {
    let (sim, now) = idle(4).await;
    sim.add_faults(&[FaultSpec::new(Fault::TimerConflict).on("1")]);
    let refused = add(&sim, ONE, now + 3600, now + 7200, "").await;
    assert_eq!((&refused["result"], refused["conflicts"].as_array().unwrap().len()), (&false.into(), 2));
    assert_eq!(refused["conflicts"][0]["serviceref"], ONE);
    assert_eq!(add(&sim, OTHER, now + 3600, now + 7200, "").await["result"], true);
    sim.clear_faults(Some(Fault::TimerConflict));
    assert_eq!(add(&sim, ONE, now + 3600, now + 7200, "").await["result"], true);
    sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_in_xml_and_by_post() {
    let (sim, now) = idle(1).await;
    let url = format!("{}/web/timeradd", sim.web_url());
    let form = format!("sRef={ONE}&begin={}&end={}&name=%C3%84rger%20%26%20Co", now + 3600, now + 7200);
    let post = || client().post(&url).header("content-type", "application/x-www-form-urlencoded");
    let reply = post().body(form).send().await.unwrap().text().await.unwrap();
    assert!(reply.contains("<e2state>True</e2state>"), "{reply}");
    assert!(reply.contains("<e2statetext>Timer 'Ärger &amp; Co' added</e2statetext>"), "{reply}");
    let (_, list) = get(&format!("{}/web/timerlist", sim.web_url())).await;
    assert!(list.contains(&format!("<e2timebegin>{}</e2timebegin>", now + 3600)), "{list}");
    assert!(
        list.contains("<e2state>0</e2state>") && list.contains("<e2location>None</e2location>"),
        "{list}"
    );
    let (status, refused) =
        get(&format!("{url}?sRef={OTHER}&begin={}&end={}&name=x", now + 3600, now + 7200)).await;
    assert!(status == 200 && refused.contains("<e2state>False</e2state>"), "{refused}");
    sim.shutdown().await;
}

/// Tests of others start from these.
#[tokio::test(flavor = "multi_thread")]
async fn a_box_has_plans_from_the_start_and_after_a_reset() {
    let sim = sim(&[3], |_| {}).await;
    let states =
        async || -> Vec<i64> { timers(&sim).await.iter().map(|t| t["state"].as_i64().unwrap()).collect() };
    assert_eq!(states().await, [0, 0, 3]);
    json(&format!("{}/sim/timers?clear=1", sim.web_url())).await;
    assert_eq!(states().await, [] as [i64; 0]);
    json(&format!("{}/sim/reset", sim.web_url())).await;
    assert_eq!(states().await, [0, 0, 3]);
    sim.shutdown().await;
}
