//! The station at a glance: what it shows, to whom, how players report, and that a session can be ended from there.

use crate::live_box::{self, Manner, channel_id};
use crate::web_door::{Station, client, station_of};
use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;
use telecast_core::access::{Role, Scope};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// Whatever is waited for comes within this, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(40);
const STATUS: &str = "/api/v1/system/status";

struct Stage {
    station: Station,
    viewer: String,
    owner: String,
}

/// A station with a box of two tuners whose sound must be transcoded, a viewer and an owner.
async fn stage() -> Stage {
    let (bytes, rate) = live_box::with_ac3();
    let fake = live_box::start(HashMap::from([(1, Manner::Play(bytes, rate))]), 2).await;
    let (app, directory) = live_box::station(&fake).await;
    let store = live_box::store_beside(&directory.path().join("tapes")).await;
    let station = station_of(app, store, directory).await;
    let viewer = station.token(Role::Viewer, &[Scope::Watch]).await;
    let owner = station.token(Role::Owner, &Scope::ALL).await;
    Stage { station, viewer, owner }
}

impl Stage {
    async fn send(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let url = format!("{}/api/v1/{path}", self.station.base);
        let mut request = client().request(method, url).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (response.status(), response.json().await.unwrap_or(Value::Null))
    }

    /// A session of the viewer's that plays.
    async fn watch(&self) -> String {
        let wish =
            json!({"channel_id": channel_id(1), "client": {"audio": ["mp4a.40.2"], "compatible": true}});
        let (status, session) = self.send(Method::POST, "sessions", &self.viewer, Some(wish)).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{session}");
        let id = session["id"].as_str().unwrap().to_owned();
        let (_, ready) =
            self.send(Method::GET, &format!("sessions/{id}?wait_s=30"), &self.viewer, None).await;
        assert_eq!(ready["state"], "ready", "{ready}");
        assert_eq!(ready["receiver_id"], "box");
        id
    }

    /// The status once `until` holds.
    async fn status(&self, until: impl Fn(&Value) -> bool) -> Value {
        let seen = async {
            loop {
                let (code, status) = self.station.ask("GET", STATUS, Some(&self.owner)).await;
                assert_eq!(code, StatusCode::OK, "{status}");
                if until(&status) {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        tokio::time::timeout(PATIENCE, seen).await.expect("what is waited for comes in time")
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

#[tokio::test]
async fn status_shows_receivers_tuners_tapes_sessions_transcoders_and_disk() {
    let stage = stage().await;
    let quiet = stage.status(|_| true).await;
    assert_eq!((&quiet["tapes"], &quiet["viewers"], &quiet["sessions"]), (&json!([]), &json!([]), &json!(0)));
    let id = stage.watch().await;
    let status = stage
        .status(|status| {
            let tape = &status["tapes"][0];
            number(&tape["bit_rate_bps"]) > 0
                && status["receivers"][0]["in_use"] != json!([])
                && status["transcoders"][0]["speed"].is_f64()
        })
        .await;
    let receiver = &status["receivers"][0];
    assert_eq!((receiver["id"].as_str(), receiver["tuners"].as_u64()), (Some("box"), Some(2)));
    assert_eq!(receiver["breaker"], "closed");
    assert!(number(&receiver["calls"]) >= 3 && receiver["latency_ms"].is_u64(), "{receiver}");
    let tuners = receiver["in_use"].as_array().unwrap();
    assert_eq!(tuners.len(), 1);
    let stream = &tuners[0]["streams"][0];
    assert_eq!((stream["channel"].as_str(), &stream["idle_until"]), (Some("Channel 1"), &Value::Null));
    let holder = &stream["holders"][0];
    assert!(holder["what"].as_str().unwrap().starts_with("viewer-"), "{holder}");
    assert!(holder["until"].as_str() > status["at"].as_str(), "{holder}");
    let tape = &status["tapes"][0];
    assert_eq!((tape["sessions"].as_u64(), tape["lost_packets"].as_u64()), (Some(1), Some(0)));
    assert!(number(&tape["disk_bytes"]) > 0, "{tape}");
    assert!(tape["history_kbps"].as_array().is_some_and(|points| !points.is_empty()), "{tape}");
    let pids = tape["pids"].as_array().unwrap();
    let codecs: Vec<_> = pids.iter().map(|pid| pid["codec"].as_str().unwrap()).collect();
    assert!(codecs.contains(&"h264") && codecs.contains(&"ac3"), "{codecs:?}");
    assert!(pids.iter().all(|pid| number(&pid["packets"]) > 0 && number(&pid["breaks"]) == 0), "{pids:?}");
    let transcoder = &status["transcoders"][0];
    assert_eq!(
        (transcoder["name"].as_str(), transcoder["kind"].as_str()),
        (Some("ac3 → aac"), Some("audio"))
    );
    let viewer = &status["viewers"][0];
    assert_eq!((viewer["id"].as_str(), viewer["state"].as_str()), (Some(&*id), Some("ready")));
    assert_eq!(
        (viewer["plan"]["action"].as_str(), &viewer["player"]),
        (Some("audio_transcode"), &Value::Null)
    );
    assert!(viewer.get("playlist_url").is_none(), "an address that lets anybody watch is nobody else's");
    assert!(number(&status["disk"]["used_bytes"]) <= number(&status["disk"]["budget_bytes"]));
    assert!(number(&status["disk"]["free_bytes"]) > 0);
}

#[tokio::test]
async fn a_player_reports_with_its_heartbeat_and_a_host_ends_it() {
    let stage = stage().await;
    let id = stage.watch().await;
    let beat = format!("sessions/{id}/heartbeat");
    let facts = json!({"first_frame_ms": 840, "stalls": 1, "stalled_ms": 400, "shown_frames": 50, "dropped_frames": 2});
    assert_eq!(
        stage.send(Method::POST, &beat, &stage.viewer, None).await.0,
        StatusCode::OK,
        "without a body"
    );
    assert_eq!(stage.send(Method::POST, &beat, &stage.viewer, Some(facts)).await.0, StatusCode::OK);
    for wrong in [json!({"who": "Anna"}), json!({"stalls": -1}), json!("none")] {
        let (status, problem) = stage.send(Method::POST, &beat, &stage.viewer, Some(wrong)).await;
        assert_eq!(
            (status, problem["code"].as_str()),
            (StatusCode::BAD_REQUEST, Some("invalid")),
            "{problem}"
        );
    }
    let status = stage.status(|status| status["viewers"][0]["player"].is_object()).await;
    let player = &status["viewers"][0]["player"];
    assert_eq!((player["first_frame_ms"].as_u64(), player["stalls"].as_u64()), (Some(840), Some(1)));
    let path = format!("sessions/{id}?host=true");
    let (denied, _) = stage.send(Method::DELETE, &path, &stage.viewer, None).await;
    assert_eq!(denied, StatusCode::FORBIDDEN, "a viewer is no host");
    let (ended, session) = stage.send(Method::DELETE, &path, &stage.owner, None).await;
    assert_eq!((ended, session["reason"]["code"].as_str()), (StatusCode::OK, Some("ended_by_host")));
    let status = stage.status(|status| status["sessions"] == json!(0)).await;
    assert_eq!(status["viewers"][0]["state"], "stopped");
}

#[tokio::test]
async fn the_socket_brings_the_status_each_second_to_those_who_run_the_station() {
    let stage = stage().await;
    let connect = async |token: &str| {
        let address = format!("{}/api/v1/socket", stage.station.base.replace("http", "ws"));
        let mut request = address.into_client_request().unwrap();
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let said = json!({"type": "subscribe", "topics": ["status"]}).to_string();
        socket.send(Message::text(said)).await.unwrap();
        socket
    };
    let mut host = connect(&stage.owner).await;
    let mut viewer = connect(&stage.viewer).await;
    let mut last = String::new();
    for _ in 0..3 {
        let heard = async {
            while let Some(Ok(message)) = host.next().await {
                if let Message::Text(text) = message {
                    return serde_json::from_str::<Value>(&text).unwrap();
                }
            }
            Value::Null
        };
        let event = tokio::time::timeout(PATIENCE, heard).await.expect("an event in time");
        assert_eq!((event["topic"].as_str(), event["type"].as_str()), (Some("status"), Some("changed")));
        let at = event["data"]["at"].as_str().unwrap().to_owned();
        assert!(at > last, "{at} after {last}");
        last = at;
    }
    viewer.send(Message::text("?")).await.unwrap();
    let heard = async {
        while let Some(Ok(message)) = viewer.next().await {
            if let Message::Text(text) = message {
                return text.to_string();
            }
        }
        String::new()
    };
    let first = tokio::time::timeout(PATIENCE, heard).await.expect("an answer in time");
    assert!(first.contains("not_understood"), "the first thing that a viewer hears: {first}");
}
