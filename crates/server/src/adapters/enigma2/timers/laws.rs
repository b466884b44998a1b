//! What a box's timers are read as, and what becomes of setting and cancelling them: pure, against the simulated receiver, and against pages that break.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use telecast_sim::{Config, Fault, FaultSpec, Sim};
use url::Url;

use super::super::laws::{Pages, client};
use super::*;

fn listed(change: impl Fn(&mut Value)) -> Value {
    let mut timer = json!({"serviceref": "1:0:19:1:2:3:C00000:0:0:0:", "servicename": "Eins &amp; Zwei", "eit": "7", "name": "Tatort &amp; mehr",
        "description": "N/A", "disabled": 0, "begin": "1000", "end": 2000, "justplay": 0, "afterevent": 3, "dirname": "None", "tags": "",
        "state": 0, "repeated": 0, "always_zap": -1});
    change(&mut timer);
    timer
}

#[test]
fn timers_are_read_as_boxes_list_them() {
    let read = timer(&listed(|_| {})).unwrap();
    assert_eq!((read.name.as_str(), read.service_name.as_str()), ("Tatort & mehr", "Eins & Zwei"));
    assert_eq!((read.begin_s, read.end_s, read.state), (1000, 2000, TimerState::Waiting));
    assert_eq!(read.details, TimerDetails { event_id: Some(7), ..TimerDetails::default() }, "-1 is no flag");
    for (key, value, state) in [
        ("state", json!("1"), TimerState::Prepared),
        ("state", json!(2), TimerState::Recording),
        ("state", json!(3), TimerState::Ended),
        ("disabled", json!(1), TimerState::Disabled),
        ("disabled", json!("True"), TimerState::Disabled),
        ("disabled", json!(false), TimerState::Waiting),
    ] {
        assert_eq!(timer(&listed(|timer| timer[key] = value.clone())).unwrap().state, state, "{key} {value}");
    }
    let full = timer(&listed(|timer| {
        timer["dirname"] = json!("/media/hdd/movie/");
        timer["repeated"] = json!(31);
        timer["justplay"] = json!("1");
    }));
    let details = full.unwrap().details;
    assert_eq!(
        (details.folder.as_deref(), details.repeated, details.only_shows),
        (Some("/media/hdd/movie/"), 31, true)
    );
    for (key, value) in
        [("serviceref", json!("x")), ("begin", json!("soon")), ("begin", json!(0)), ("end", json!(i64::MAX))]
    {
        assert_eq!(timer(&listed(|timer| timer[key] = value.clone())), None, "{key} {value}");
    }
}

#[test]
fn a_reply_is_judged_by_what_is_in_the_way_and_never_by_its_words() {
    assert_eq!(outcome(&json!({"result": true, "message": "Timerkonflikt"})), Ok(()));
    assert_eq!(outcome(&json!({"result": "True"})), Ok(()));
    let refused = |reply: Value| match outcome(&reply) {
        Err(TimerTrouble::Refused(why)) => why,
        other => panic!("{reply}: {other:?}"),
    };
    assert_eq!(
        refused(json!({"result": false, "message": "EventId &quot;9&quot; nicht gefunden"})),
        "EventId \"9\" nicht gefunden"
    );
    assert_eq!(refused(json!({"result": false, "conflicts": []})), "it does not say why.");
    assert_eq!(refused(json!([])), "it does not say why.");
    assert_eq!(refused(json!({"result": false, "message": "x".repeat(5000)})).len(), MESSAGE);
    let conflict = json!({"result": false, "message": "x", "conflicts": [{"serviceref": "1:0:19:1:2:3:C00000:0:0:0:", "name": "A", "begin": 5, "end": "9"}, 3]});
    let Err(TimerTrouble::Conflict(rivals)) = outcome(&conflict) else { panic!("no conflict") };
    assert_eq!((rivals.len(), rivals[0].name.as_str(), rivals[0].begin_s, rivals[0].end_s), (2, "A", 5, 9));
}

fn wanted(start_s: i64, end_s: i64) -> NewTimer {
    NewTimer {
        service: ServiceRef::parse("1:0:19:1:2:3:C00000:0:0:0:").unwrap(),
        name: "Tatort & mehr".into(),
        description: String::new(),
        start_s,
        end_s,
        margins_s: (0, 0),
        event_id: Some(7),
        again: None,
    }
}

#[test]
fn a_timer_is_found_again_although_margins_have_made_it_longer() {
    let at = |begin: i64, end: i64| {
        timer(&listed(|timer| (timer["begin"], timer["end"]) = (json!(begin), json!(end)))).unwrap()
    };
    let (old, wide, far) = (at(100, 200), at(820, 2300), at(9000, 9900));
    let it = |timer: &Timer| Found::It(Box::new(timer.clone()));
    let new = wanted(1000, 2000);
    let find = |before: &[&Timer], after: &[&Timer]| {
        let all = |some: &[&Timer]| some.iter().copied().cloned().collect::<Vec<Timer>>();
        super::find(&all(before), &all(after), &new)
    };
    assert_eq!(find(&[&old], &[&old, &wide]), it(&wide));
    assert_eq!(find(&[&wide], &[&wide]), it(&wide), "somebody else was faster");
    let stranger = |timer: &Timer| Found::Other(Box::new(timer.clone()));
    assert_eq!(find(&[], &[&far]), stranger(&far), "the number is another's");
    assert_eq!(find(&[&far], &[&far, &old]), stranger(&old));
    let unnumbered = Timer { details: TimerDetails::default(), ..old.clone() };
    assert_eq!(find(&[], &[&unnumbered]), Found::Nothing);
    let alternative =
        Timer { service: ServiceRef::parse("1:0:19:9:9:9:C00000:0:0:0:").unwrap(), ..wide.clone() };
    assert_eq!(find(&[], &[&alternative]), it(&alternative), "the box has picked another service");
    // What is over, switched off or only shown does not record.
    let not = |change: &dyn Fn(&mut Timer)| {
        let mut timer = wide.clone();
        change(&mut timer);
        new.is_done_by(&timer)
    };
    assert!(not(&|_| {}) && !not(&|timer| timer.state = TimerState::Ended));
    assert!(
        !not(&|timer| timer.details.only_shows = true) && !not(&|timer| timer.state = TimerState::Disabled)
    );
    assert!(!not(&|timer| timer.end_s = 1999));
}

const ONE: &str = "1:0:19:283D:3FB:1:C00000:0:0:0:";
const OTHER: &str = "1:0:19:2B66:3F3:1:C00000:0:0:0:";

/// A box without plans, and a client for it.
async fn a_box(tuners: usize) -> (Sim, Client) {
    let sim = Sim::start(Config { only: vec![10], tuners, ..Config::default() }).await.unwrap();
    sim.clear_timers();
    let client = client(&Url::parse(&sim.web_url()).unwrap());
    (sim, client)
}

fn on(reference: &str, start_s: i64) -> NewTimer {
    let service = ServiceRef::parse(reference).unwrap();
    NewTimer { service, event_id: None, name: "Ärger & Co".into(), ..wanted(start_s, start_s + 3600) }
}

fn calls(sim: &Sim, call: &str) -> u64 {
    sim.state()["calls"][call].as_u64().unwrap_or(0)
}

#[tokio::test]
async fn a_timer_is_set_found_and_cancelled_and_twice_is_once() {
    let (sim, client) = a_box(2).await;
    let new = on(ONE, sim.box_now() + 3600);
    let added = client.add_timer(&new).await.unwrap();
    assert!(!added.was_there);
    assert_eq!(
        (added.timer.begin_s, added.timer.end_s, added.timer.name.as_str()),
        (new.start_s, new.end_s, "Ärger & Co")
    );
    let again = client.add_timer(&new).await.unwrap();
    assert!(again.was_there && again.timer == added.timer);
    assert_eq!((client.timers().await.unwrap().len(), calls(&sim, "api/timeradd")), (1, 1));
    client.delete_timer(&added.timer).await.unwrap();
    assert_eq!(client.timers().await.unwrap(), []);
    assert_eq!(client.delete_timer(&added.timer).await, Err(TimerTrouble::Gone));
    sim.shutdown().await;
}

#[tokio::test]
async fn by_its_number_the_box_adds_its_margins_and_a_wrong_number_is_no_harm() {
    let (sim, client) = a_box(2).await;
    let service = ServiceRef::parse(ONE).unwrap();
    let events = client.guide_of(&service, 2).await.unwrap();
    let (event, later) = (&events[3], &events[9]);
    let of = |number: Option<i64>| NewTimer {
        event_id: number,
        name: event.programme.titles[0].text.clone(),
        margins_s: (60, 120),
        ..on(ONE, event.start_ms / 1000)
    };
    let new = NewTimer { end_s: event.end_ms / 1000, ..of(event.event_id) };
    let timer = client.add_timer(&new).await.unwrap().timer;
    assert_eq!((timer.begin_s, timer.end_s), (new.start_s - 180, new.end_s + 300));
    assert_eq!(timer.details.event_id, event.event_id);
    client.delete_timer(&timer).await.unwrap();
    // A number that is another programme's by now, and one that is nobody's.
    for number in [later.event_id, Some(60_001)] {
        let new = NewTimer { end_s: event.end_ms / 1000, ..of(number) };
        let timer = client.add_timer(&new).await.unwrap().timer;
        assert_eq!((timer.begin_s, timer.end_s), (new.start_s - 60, new.end_s + 120), "{number:?}");
        assert_eq!(timer.details.event_id, None, "it follows nobody");
        let listed = client.timers().await.unwrap();
        assert_eq!(listed, std::slice::from_ref(&timer), "the stranger is gone");
        client.delete_timer(&timer).await.unwrap();
    }
    sim.shutdown().await;
}

#[tokio::test]
async fn what_is_cancelled_can_be_set_again_as_it_was() {
    let (sim, client) = a_box(2).await;
    let details = TimerDetails {
        description: "Text".into(),
        repeated: 0b001_0101,
        folder: Some("/media/hdd/movie/".into()),
        tags: "a b".into(),
        afterwards: 1,
        shows: true,
        ..TimerDetails::default()
    };
    let new = NewTimer {
        description: "Text".into(),
        again: Some(details.clone()),
        ..on(ONE, sim.box_now() + 3600)
    };
    let first = client.add_timer(&new).await.unwrap().timer;
    assert_eq!(first.details, details);
    client.delete_timer(&first).await.unwrap();
    let again =
        NewTimer { start_s: first.begin_s, end_s: first.end_s, again: Some(first.details.clone()), ..new };
    assert_eq!(client.add_timer(&again).await.unwrap().timer, first);
    sim.shutdown().await;
}

#[tokio::test]
async fn a_conflict_names_the_others_in_any_language() {
    let (sim, client) = a_box(1).await;
    let start = sim.box_now() + 3600;
    client.add_timer(&on(ONE, start)).await.unwrap();
    for fault in [None, Some(Fault::TranslatedMessages), Some(Fault::JsonLatin1)] {
        sim.add_faults(&fault.map(Into::into).into_iter().collect::<Vec<FaultSpec>>());
        let refused = client.add_timer(&on(OTHER, start + 600)).await;
        let Err(TimerTrouble::Conflict(rivals)) = refused else { panic!("{fault:?}: {refused:?}") };
        let names: Vec<(&str, i64)> =
            rivals.iter().map(|rival| (rival.name.as_str(), rival.begin_s)).collect();
        assert_eq!(names, [("Ärger & Co", start)], "{fault:?}");
    }
    sim.clear_faults(None);
    sim.add_faults(&[Fault::TimerConflict.into()]);
    let refused = client.add_timer(&on(ONE, start + 7200)).await;
    let Err(TimerTrouble::Conflict(rivals)) = refused else { panic!("{refused:?}") };
    assert_eq!((rivals.len(), rivals[0].name.as_str()), (1, "Vorrang"));
    assert_eq!(client.timers().await.unwrap().len(), 1);
    sim.shutdown().await;
}

#[tokio::test]
async fn a_box_that_refuses_or_crashes_says_so() {
    let (sim, client) = a_box(2).await;
    let new = on(ONE, sim.box_now() + 3600);
    for (fault, trouble) in [
        (Fault::Http401, TimerTrouble::Receiver(Trouble::Unauthorized)),
        (Fault::Http404Html, TimerTrouble::Receiver(Trouble::NotAReceiver("it answers 404".into()))),
    ] {
        sim.add_faults(&[fault.into()]);
        assert_eq!(client.add_timer(&new).await, Err(trouble));
        sim.clear_faults(None);
    }
    // Something slow before it in the box's only loop.
    sim.add_faults(&[FaultSpec::new(Fault::SlowDisk).amount(1.5)]);
    let (about, added) = tokio::join!(client.about(), client.add_timer(&new));
    about.unwrap();
    assert!(!added.unwrap().was_there);
    sim.shutdown().await;
}

/// Pages of a box on which one call breaks, and whether it has been made before it did.
async fn breaking(call: &'static str, does: bool) -> Pages {
    let set = AtomicUsize::new(0);
    let here = listed(|timer| (timer["begin"], timer["end"]) = (json!(1000), json!(4600)));
    Pages::open(move |path| {
        if path.starts_with("/api/timerlist") {
            let list = if set.load(Ordering::SeqCst) == 1 { vec![here.clone()] } else { Vec::new() };
            return ("200 OK".into(), json!({"timers": list}).to_string());
        }
        if path.starts_with(call) {
            set.store(usize::from(does), Ordering::SeqCst);
            return ("500 No".into(), String::new());
        }
        ("404 No".into(), "<html>".into())
    })
    .await
}

#[tokio::test]
async fn a_call_that_breaks_is_made_once_and_the_list_tells_what_came_of_it() {
    let new = NewTimer { event_id: None, ..wanted(1000, 4600) };
    for does in [true, false] {
        let pages = breaking("/api/timeradd?", does).await;
        let added = pages.client().add_timer(&new).await;
        match added {
            Ok(added) => assert!(does && !added.was_there),
            Err(trouble) => {
                assert!(
                    !does && matches!(trouble, TimerTrouble::Receiver(Trouble::Failing(_))),
                    "{trouble:?}"
                );
            }
        }
        assert_eq!(pages.count("/api/timeradd?"), 1, "never blindly again");
    }
    // A box too old for numbers of programmes is asked by times.
    let pages = breaking("/api/timeradd?", true).await;
    let added = pages.client().add_timer(&wanted(1000, 4600)).await.unwrap();
    assert_eq!((added.timer.begin_s, pages.count("/api/timeraddbyeventid?")), (1000, 1));
}
