//! What the store's state and its keys look like from outside.

use crate::live_box::store_beside;
use crate::web_door::{Station, client, station};
use reqwest::StatusCode;
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};

async fn post(station: &Station, token: &str, path: &str, key: &str, body: &Value) -> (StatusCode, Value) {
    let request = client().post(format!("{}{path}", station.base)).bearer_auth(token);
    let response = request.header("idempotency-key", key).json(body).send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_receiver_is_added_once_for_each_key() {
    let station = station().await;
    let token = station.token(Role::Owner, &Scope::ALL).await;
    let add = async |key: &str, body: &Value| post(&station, &token, "/api/v1/receivers", key, body).await;
    // A port of this machine where nobody listens: it is refused at once.
    let body = json!({"name": "Box", "url": "http://127.0.0.1:9", "username": "root", "password": "one"});
    let (status, made) = add("k", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let (status, again) = add("k", &body).await;
    assert_eq!((status, &again["id"]), (StatusCode::CREATED, &made["id"]));
    for (name, value) in [("name", "Other"), ("password", "two")] {
        let mut other = body.clone();
        other[name] = value.into();
        let (status, problem) = add("k", &other).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("conflict")), "{name}");
    }
    let (status, problem) = add(&"k".repeat(129), &body).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::BAD_REQUEST, Some("invalid")));
    let listed = || async {
        let (_, listed) = station.ask("GET", "/api/v1/receivers", Some(&token)).await;
        listed["items"].as_array().unwrap().len()
    };
    assert_eq!((listed().await, station.store.receivers().await.unwrap().len()), (1, 1));

    let lock = store_beside(&station.directory().join("tapes")).await.hold_lock().await.unwrap();
    let (status, problem) = add("locked", &body).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("unavailable")));
    assert_eq!(listed().await, 1, "nothing was added");
    let (status, _) = station.ask("GET", "/readyz", None).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    drop(lock);
    assert_eq!(add("locked", &body).await.0, StatusCode::CREATED);
    assert_eq!(listed().await, 2);
}

#[tokio::test]
async fn a_store_that_is_closed_is_a_problem_document() {
    let station = station().await;
    let token = station.token(Role::Viewer, &[Scope::Watch]).await;
    let body = json!({"channel_id": "x"});
    let (status, _) = post(&station, &token, "/api/v1/sessions", "k", &body).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "no such channel, and the key is not used up");
    station.store.close().await;
    let (status, problem) = post(&station, &token, "/api/v1/sessions", "k", &body).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("unavailable")));
    assert!(problem["request_id"].as_str().is_some_and(|id| !id.is_empty()));
    assert_eq!(station.ask("GET", "/healthz", None).await.0, StatusCode::OK);
}
