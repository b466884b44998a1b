//! What the host wants of the lineup: in every list, for every player, across restarts.

use std::collections::HashMap;

use reqwest::StatusCode;
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};
use telecast_core::lineup::{ChannelId, ChannelWish};
use telecast_core::m3u;
use telecast_server::app::{App, WishChange};

use crate::live_box::{self, FakeBox, Manner, channel_id};
use crate::web_door::{Station, client, station_of};

async fn a_box() -> FakeBox {
    let (bytes, rate) = live_box::with_aac();
    let play = |sid| (sid, Manner::Play(bytes.clone(), rate));
    live_box::start(HashMap::from([play(1), play(2), play(3)]), 1).await
}

async fn station(fake: &FakeBox, directory: tempfile::TempDir) -> Station {
    let tapes = directory.path().join("tapes");
    let store = live_box::store_beside(&tapes).await;
    let app = App::start(live_box::settings(fake, &tapes), store.clone()).await.unwrap();
    live_box::listed(&app).await;
    station_of(app, store, directory).await
}

async fn get(station: &Station, token: &str, path: &str) -> Value {
    let request = client().get(format!("{}{path}", station.base)).bearer_auth(token);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.json().await.unwrap()
}

async fn change(station: &Station, token: &str, change: Value) -> (StatusCode, Value) {
    let request = client().post(format!("{}/api/v1/lineup", station.base)).bearer_auth(token).json(&change);
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

fn listed(channels: &Value) -> Vec<(String, u64)> {
    let items = channels["items"].as_array().unwrap().iter();
    items.map(|item| (item["name"].as_str().unwrap().to_owned(), item["number"].as_u64().unwrap())).collect()
}

fn pairs(wanted: &[(&str, u64)]) -> Vec<(String, u64)> {
    wanted.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_host_hides_renames_and_numbers_is_so_in_every_list_and_after_a_rescan() {
    let fake = a_box().await;
    let station = station(&fake, tempfile::tempdir().unwrap()).await;
    let anna = station.token(Role::Owner, &[Scope::Watch, Scope::Admin]).await;
    let own = get(&station, &anna, "/api/v1/lineup").await;
    assert_eq!((own["revision"].as_i64(), own["channels"].as_array().map(Vec::len)), (Some(0), Some(3)));
    let wishes = json!({ "revision": 0, "channels": {
        channel_id(1): { "hidden": true }, channel_id(3): { "name": "Das Dritte", "number": 1 } },
        "groups": [{ "id": "best", "name": "Best of", "channels": [channel_id(3), channel_id(1)] }] });
    let (status, body) = change(&station, &anna, wishes.clone()).await;
    assert_eq!((status, &body), (StatusCode::OK, &json!({ "revision": 1 })));
    let wanted = pairs(&[("Das Dritte", 1), ("Channel 2", 2)]);
    assert_eq!(listed(&get(&station, &anna, "/api/v1/channels").await), wanted);
    // Whoever has seen what is no more changes nothing.
    let (status, body) = change(&station, &anna, wishes).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::CONFLICT, Some("conflict")), "{body}");
    // The receiver is read again, and a player asks for its list.
    let again = client().post(format!("{}/api/v1/guide/refresh", station.base)).bearer_auth(&anna);
    assert!(again.send().await.unwrap().status().is_success());
    let made: Value = client()
        .post(format!("{}/api/v1/account/players", station.base))
        .bearer_auth(&anna)
        .json(&json!({ "name": "Kodi", "kind": "kodi" }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let text =
        client().get(made["channels_url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    let list = m3u::read(&text, &m3u::Limits::default()).unwrap();
    let told: Vec<_> = list.entries.iter().map(|e| (e.name.clone(), u64::from(e.number.unwrap()))).collect();
    assert_eq!(told, wanted);
    assert!(list.entries[0].groups.contains(&"Best of".to_owned()), "{:?}", list.entries[0].groups);
    let own = get(&station, &anna, "/api/v1/lineup").await;
    assert_eq!(own["channels"].as_array().map(Vec::len), Some(3), "what is hidden can be shown again");
    assert_eq!(own["channels"][2]["wish"], json!({ "name": "Das Dritte", "number": 1 }));
    let show = json!({ "revision": 1, "channels": { channel_id(1): {}, channel_id(3): {} } });
    assert_eq!(change(&station, &anna, show).await.0, StatusCode::OK);
    let wanted = pairs(&[("Channel 1", 1), ("Channel 2", 2), ("Channel 3", 3)]);
    assert_eq!(listed(&get(&station, &anna, "/api/v1/channels").await), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn wishes_outlive_the_program_and_only_hosts_have_them() {
    let fake = a_box().await;
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    {
        let store = live_box::store_beside(&tapes).await;
        let app = App::start(live_box::settings(&fake, &tapes), store).await.unwrap();
        live_box::listed(&app).await;
        let hide = ChannelWish { hidden: Some(true), ..Default::default() };
        let id = ChannelId(channel_id(2));
        let change = WishChange { channels: [(id, hide)].into(), ..Default::default() };
        app.wish(0, change).await.unwrap();
        app.shutdown().await;
    }
    let station = station(&fake, directory).await;
    let anna = station.token(Role::Owner, &[Scope::Watch, Scope::Admin]).await;
    let wanted = pairs(&[("Channel 1", 1), ("Channel 3", 3)]);
    assert_eq!(listed(&get(&station, &anna, "/api/v1/channels").await), wanted);
    let bert = station.token(Role::Viewer, &[Scope::Watch]).await;
    for request in [
        client().get(format!("{}/api/v1/lineup", station.base)),
        client().post(format!("{}/api/v1/lineup", station.base)).json(&json!({ "revision": 1 })),
    ] {
        let response = request.bearer_auth(&bert).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
    }
}
