//! Timers on receivers, over HTTP and for those with a profile: on a simulated receiver with its margins, conflicts and silences.

use std::path::Path;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use telecast_core::access::{Profile, Role, Scope};
use telecast_core::error::Kind;
use telecast_core::lineup::ChannelId;
use telecast_server::adapters::receiver;
use telecast_server::app::timers::{TimerState, TimerWish};
use telecast_server::app::{App, ReceiverState, Settings};
use telecast_sim::{Config, Fault, FaultSpec, Sim};

use crate::live_box;
use crate::web_door::{Station, client, station_of};

/// A station on a simulated receiver without plans.
struct Stage {
    sim: Sim,
    station: Station,
    /// May record, and no more.
    viewer: String,
}

async fn stage(tuners: usize) -> Stage {
    drop(live_box::with_aac());
    let film = Path::new(env!("CARGO_TARGET_TMPDIR")).join("live-aac.ts");
    let sim = Sim::start(Config { media: vec![film; 3], tuners, ..Config::default() }).await.unwrap();
    sim.clear_timers();
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let mut settings = Settings::with_tapes_in(tapes.clone());
    settings.tape.minimum_free = 0;
    settings.receivers.push(the_box(&sim));
    settings.receivers.push(a_list(directory.path()));
    let store = live_box::store_beside(&tapes).await;
    let app = App::start(settings, store.clone()).await.unwrap();
    for _ in 0..1500 {
        if app.receivers().iter().all(|receiver| receiver.state == ReceiverState::Ok) {
            let station = station_of(app, store, directory).await;
            let viewer = station.token(Role::Viewer, &[Scope::Watch, Scope::Record]).await;
            return Stage { sim, station, viewer };
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not read: {:?}", app.receivers());
}

fn the_box(sim: &Sim) -> receiver::Settings {
    receiver::Settings {
        kind: receiver::Kind::Enigma2,
        id: "box".into(),
        name: "The box".into(),
        url: sim.web_url().parse().unwrap(),
        username: String::new(),
        password: None,
        stream_port: sim.stream_addr().port(),
        tuners: None,
        bouquets: Vec::new(),
        from_file: true,
    }
}

/// A list with one channel.
fn a_list(folder: &Path) -> receiver::Settings {
    let file = folder.join("list.m3u");
    std::fs::write(&file, "#EXTM3U\n#EXTINF:-1 tvg-id=\"x\",From a list\nhttp://127.0.0.1:9/x.ts\n").unwrap();
    receiver::Settings {
        kind: receiver::Kind::M3u,
        id: "list".into(),
        name: "The list".into(),
        url: url::Url::from_file_path(&file).unwrap(),
        username: String::new(),
        password: None,
        stream_port: 8001,
        tuners: None,
        bouquets: Vec::new(),
        from_file: true,
    }
}

fn at(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).unwrap().to_string()
}

fn seconds(time: &Value) -> i64 {
    time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

impl Stage {
    async fn send(
        &self,
        method: &str,
        path: &str,
        (token, key): (&str, Option<&str>),
        body: &Value,
    ) -> (StatusCode, Value) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("{}/api/v1/{path}", self.station.base);
        let mut request = client().request(method, url).bearer_auth(token);
        if !body.is_null() {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let response = request.send().await.unwrap();
        (response.status(), response.json().await.unwrap_or(Value::Null))
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(method, path, (&self.viewer, None), &body).await
    }

    /// The channel at that place of the lineup.
    fn channel(&self, place: usize) -> String {
        self.station.web.app.lineup().channels[place].id.to_string()
    }

    /// An hour of a channel that begins in so many hours.
    fn hour(&self, place: usize, hours: i64) -> Value {
        let start = self.sim.box_now() + hours * 3600;
        json!({ "channel_id": self.channel(place), "start": at(start), "end": at(start + 3600), "title": "An hour" })
    }

    /// Programmes of a channel, once the box has told them: some hours from now on.
    async fn programmes(&self, place: usize) -> Vec<Value> {
        let from = at(self.sim.box_now() + 2 * 3600);
        let path = format!("guide?channels={}&from={from}", self.channel(place));
        for _ in 0..400 {
            let (_, window) = self.ask("GET", &path, Value::Null).await;
            let items = window["items"][0]["items"].as_array().cloned().unwrap_or_default();
            if items.len() > 3 && items.iter().all(|airing| airing["generated"] == false) {
                return items;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the box tells no guide");
    }

    async fn listed(&self) -> Vec<Value> {
        let (status, all) = self.ask("GET", "timers", Value::Null).await;
        assert_eq!((status, all["missing"].as_array().unwrap().len()), (StatusCode::OK, 0), "{all}");
        all["items"].as_array().unwrap().clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_programme_is_previewed_set_listed_and_cancelled() {
    let stage = stage(2).await;
    let programme = stage.programmes(0).await[1].clone();
    let wish = json!({ "programme_id": programme["id"] });
    let (status, preview) = stage.ask("POST", "timers/preview", wish.clone()).await;
    assert_eq!(status, StatusCode::OK, "{preview}");
    assert_eq!(
        (&preview["title"], &preview["receiver"], &preview["tuners"]),
        (&programme["title"], &json!("The box"), &json!(2))
    );
    assert_eq!((&preview["conflicts"], &preview["there"]), (&json!([]), &Value::Null));
    let lines = texts(&preview["lines"]);
    assert!(
        lines[0].contains(programme["title"].as_str().unwrap())
            && lines.last().unwrap().contains("No other timer"),
        "{lines:?}"
    );
    assert!(stage.listed().await.is_empty(), "nothing was set");

    let (status, set) = stage.ask("POST", "timers", wish.clone()).await;
    assert_eq!((status, &set["was_there"]), (StatusCode::CREATED, &json!(false)), "{set}");
    assert_eq!(seconds(&set["start"]), seconds(&programme["start"]) - 180, "with the box's margins");
    assert_eq!(seconds(&set["end"]), seconds(&programme["end"]) + 300);
    assert_eq!(
        (&set["channel_id"], &set["state"], &set["title"]),
        (&json!(stage.channel(0)), &json!("waiting"), &programme["title"])
    );
    let listed = stage.listed().await;
    assert_eq!((listed.len(), &listed[0]["id"]), (1, &set["id"]));

    let (status, again) = stage.ask("POST", "timers", wish.clone()).await;
    assert_eq!((status, &again["was_there"], &again["id"]), (StatusCode::OK, &json!(true), &set["id"]));
    let (_, preview) = stage.ask("POST", "timers/preview", wish).await;
    assert_eq!(preview["there"]["id"], set["id"]);
    assert!(texts(&preview["lines"]).last().unwrap().starts_with("This is set already"), "{preview}");

    let path = format!("timers/{}", set["id"].as_str().unwrap());
    let (status, gone) = stage.ask("DELETE", &path, Value::Null).await;
    assert_eq!((status, &gone["id"], &gone["title"]), (StatusCode::OK, &set["id"], &set["title"]), "{gone}");
    assert_eq!(stage.ask("DELETE", &path, Value::Null).await.0, StatusCode::NOT_FOUND);
    assert!(stage.listed().await.is_empty());

    let owner = stage.station.token(Role::Owner, &Scope::ALL).await;
    let (_, audit) = stage.send("GET", "system/audit?limit=20", (&owner, None), &Value::Null).await;
    let done: Vec<&Value> =
        audit["items"].as_array().unwrap().iter().filter(|line| line["result"] == "done").collect();
    for action in ["timer.set", "timer.cancel"] {
        assert!(done.iter().any(|line| line["action"] == action), "{action}: {audit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_way_is_named_before_and_after() {
    let stage = stage(1).await;
    let (first, second) = (stage.hour(0, 5), stage.hour(1, 5));
    assert_eq!(stage.ask("POST", "timers", first).await.0, StatusCode::CREATED);
    let (_, preview) = stage.ask("POST", "timers/preview", second.clone()).await;
    assert_eq!(preview["conflicts"][0]["title"], "An hour", "{preview}");
    let line = texts(&preview["lines"]).pop().unwrap();
    assert!(line.contains("one tuner") && line.contains("An hour"), "{line}");
    for fault in [None, Some(Fault::TranslatedMessages)] {
        stage.sim.add_faults(&fault.map(Into::into).into_iter().collect::<Vec<FaultSpec>>());
        let (status, refused) = stage.ask("POST", "timers", second.clone()).await;
        assert_eq!(
            (status, &refused["reason"]),
            (StatusCode::CONFLICT, &json!("timer_conflict")),
            "{refused}"
        );
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.starts_with("The box has no tuner") && detail.contains("“An hour”"), "{detail}");
    }
    assert_eq!(stage.listed().await.len(), 1);
    // Afterwards there is room.
    assert_eq!(stage.ask("POST", "timers", stage.hour(1, 7)).await.0, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_repeated_with_its_key_sets_one_timer() {
    let stage = stage(2).await;
    let wish = stage.hour(0, 5);
    let send = async |body: &Value| stage.send("POST", "timers", (&stage.viewer, Some("k")), body).await;
    let (status, first) = send(&wish).await;
    assert_eq!(status, StatusCode::CREATED, "{first}");
    let (status, again) = send(&wish).await;
    assert_eq!(
        (status, &again["id"], &again["was_there"]),
        (StatusCode::CREATED, &first["id"], &json!(false))
    );
    assert_eq!(send(&stage.hour(1, 9)).await.0, StatusCode::CONFLICT);
    let path = format!("timers/{}", first["id"].as_str().unwrap());
    assert_eq!(stage.ask("DELETE", &path, Value::Null).await.0, StatusCode::OK);
    assert_eq!(send(&wish).await.0, StatusCode::GONE, "it was cancelled");
    // Two at once, each with a key of its own, are one timer all the same.
    let one = stage.send("POST", "timers", (&stage.viewer, Some("a")), &wish);
    let other = stage.send("POST", "timers", (&stage.viewer, Some("b")), &wish);
    let (one, other) = tokio::join!(one, other);
    assert_eq!(one.1["id"], other.1["id"]);
    assert_ne!(one.1["was_there"], other.1["was_there"]);
    assert_eq!(stage.listed().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_record_and_what_cannot_be_recorded_is_refused() {
    let stage = stage(2).await;
    let watcher = stage.station.token(Role::Viewer, &[Scope::Watch]).await;
    let owner = stage.station.token(Role::Owner, &Scope::ALL).await;
    let cookie = stage.station.child(&owner, &json!({ "age": 18 })).await;
    for path in ["timers", "timers/preview"] {
        let body = stage.hour(0, 5);
        assert_eq!(
            stage.send("POST", path, (&watcher, None), &body).await.0,
            StatusCode::FORBIDDEN,
            "{path}"
        );
        let url = format!("{}/api/v1/{path}", stage.station.base);
        let child = client().post(url).header("cookie", &cookie).json(&body).send().await.unwrap();
        assert_eq!(child.status(), StatusCode::FORBIDDEN, "a child, {path}");
    }
    assert_eq!(stage.send("GET", "timers", (&watcher, None), &Value::Null).await.0, StatusCode::FORBIDDEN);
    let listed = stage.station.web.app.lineup();
    let listed = listed.channels.iter().find(|channel| channel.name == "From a list").unwrap().id.to_string();
    let hour = stage.hour(0, 5);
    let with = |key: &str, value: Value| {
        let mut body = hour.clone();
        body[key] = value;
        body
    };
    for (body, status, reason) in [
        (with("channel_id", json!(listed)), StatusCode::CONFLICT, json!("no_timers")),
        (with("receiver_id", json!("list")), StatusCode::NOT_FOUND, Value::Null),
        (with("channel_id", json!("nothing")), StatusCode::NOT_FOUND, Value::Null),
        (with("end", json!(at(0))), StatusCode::BAD_REQUEST, Value::Null),
        (with("end", json!(at(stage.sim.box_now() + 40 * 3600))), StatusCode::BAD_REQUEST, Value::Null),
        (with("end", Value::Null), StatusCode::BAD_REQUEST, Value::Null),
        (with("title", json!("x".repeat(500))), StatusCode::BAD_REQUEST, Value::Null),
        (with("programme_id", json!("x.1")), StatusCode::BAD_REQUEST, Value::Null),
        (stage.hour(0, -3), StatusCode::BAD_REQUEST, Value::Null),
        (json!({}), StatusCode::BAD_REQUEST, Value::Null),
        (json!({ "programme_id": "nothing" }), StatusCode::NOT_FOUND, Value::Null),
    ] {
        let (is, problem) = stage.ask("POST", "timers", body.clone()).await;
        assert_eq!((is, &problem["reason"]), (status, &reason), "{body}: {problem}");
    }
    assert!(stage.listed().await.is_empty());
    // A box that is gone.
    stage.sim.add_faults(&[Fault::Http403.into()]);
    let (status, problem) = stage.ask("POST", "timers", hour).await;
    assert_eq!(
        (status, &problem["reason"]),
        (StatusCode::SERVICE_UNAVAILABLE, &json!("receiver_unreachable")),
        "{problem}"
    );
    let (_, all) = stage.ask("GET", "timers", Value::Null).await;
    assert_eq!(
        all["missing"].as_array().map_or(0, Vec::len),
        usize::from(all["items"] == json!([])),
        "{all}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_profile_meets_only_what_it_admits() {
    let stage = stage(3).await;
    let app = &stage.station.web.app;
    let programme = stage.programmes(0).await[1]["id"].as_str().unwrap().to_owned();
    let span = |hours: i64| {
        let time = |seconds: i64| jiff::Timestamp::from_second(seconds).unwrap();
        let start = stage.sim.box_now() + hours * 3600;
        (time(start), time(start + 3600))
    };
    let hour = |place: usize, hours: i64| TimerWish::stretch(stage.channel(place), span(hours), None);
    let only = |age: u8, unrated: bool| Profile {
        age,
        unrated,
        channels: Some([ChannelId(stage.channel(0))].into()),
    };
    let grown = only(18, false);
    let small = only(6, false);
    let kind = async |wish: &TimerWish, profile: &Profile| {
        app.set_timer(wish, Some(profile), None).await.map_err(|error| error.kind).map(|set| set.was_there)
    };
    assert_eq!(kind(&hour(1, 5), &grown).await, Err(Kind::NotFound), "another channel");
    assert_eq!(kind(&TimerWish::programme(&*programme), &small).await, Err(Kind::NotFound), "unrated");
    assert_eq!(kind(&hour(0, 5), &small).await, Err(Kind::Forbidden), "unrated");
    assert!(app.preview_timer(&hour(0, 5), Some(&small)).await.is_err());
    assert_eq!(kind(&hour(0, 5), &grown).await, Ok(false));
    assert_eq!(kind(&TimerWish::programme(&*programme), &only(6, true)).await.map(|_| ()), Ok(()));
    let elsewhere = app.set_timer(&hour(1, 5), None, None).await.unwrap().timer;
    let seen = async |profile: Option<&Profile>| app.timers(profile).await.unwrap().items.len();
    let all = seen(None).await;
    assert_eq!((seen(Some(&grown)).await, seen(Some(&small)).await), (all - 1, 0));
    let refused = app.cancel_timer(&elsewhere.id, Some(&grown)).await.map_err(|error| error.kind);
    assert_eq!(refused, Err(Kind::NotFound));
    // What was cancelled is set again as it was.
    let cancelled = app.cancel_timer(&elsewhere.id, None).await.unwrap();
    let again = app.set_timer(&cancelled.again().unwrap(), None, None).await.unwrap();
    assert_eq!((again.timer, again.was_there), (elsewhere.clone(), false));
    assert_eq!(elsewhere.state, TimerState::Waiting);
}
