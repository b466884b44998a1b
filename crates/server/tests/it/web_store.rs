//! What the store's state and its keys look like from outside.

use crate::live_box::store_beside;
use crate::web_door::{Station, client, station};
use futures_util::{SinkExt, StreamExt};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;
use telecast_core::access::{Role, Scope};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

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

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// A socket with that header, and an event stream.
async fn listen(station: &Station, header: (&'static str, &str)) -> (Socket, reqwest::Response) {
    let address = format!("{}/api/v1/socket", station.base.replace("http", "ws"));
    let mut request = address.into_client_request().unwrap();
    request.headers_mut().insert(header.0, header.1.parse().unwrap());
    request.headers_mut().insert("origin", station.base.parse().unwrap());
    let (socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let events = client().get(format!("{}/api/v1/events?topics=channels", station.base));
    let events = events.header(header.0, header.1).send().await.unwrap();
    assert_eq!(events.status(), StatusCode::OK);
    (socket, events)
}

/// Whether both end within `patience`.
async fn end(patience: Duration, (socket, events): &mut (Socket, reqwest::Response)) -> bool {
    let both = async {
        while let Some(Ok(message)) = socket.next().await {
            if matches!(message, Message::Close(_)) {
                break;
            }
        }
        while let Ok(Some(_)) = events.chunk().await {}
    };
    tokio::time::timeout(patience, both).await.is_ok()
}

/// Whether the socket still answers.
async fn lives((socket, _): &mut (Socket, reqwest::Response)) -> bool {
    socket.send(Message::Text("?".into())).await.unwrap();
    let heard = tokio::time::timeout(Duration::from_secs(10), async {
        while let Some(Ok(message)) = socket.next().await {
            if matches!(&message, Message::Text(text) if text.contains("not_understood")) {
                return true;
            }
        }
        false
    });
    heard.await.unwrap_or(false)
}

#[tokio::test]
async fn a_sign_out_ends_its_own_sockets_and_streams_and_no_others() {
    let station = station().await;
    let (anna, ben) = (station.cookie("Anna").await, station.cookie("Ben").await);
    let mut hers = listen(&station, ("cookie", &anna)).await;
    let mut his = listen(&station, ("cookie", &ben)).await;
    let token = station.token(Role::Viewer, &[Scope::Watch]).await;
    let mut program = listen(&station, ("authorization", &format!("Bearer {token}"))).await;
    let out = client().post(format!("{}/api/v1/auth/sign-out", station.base)).header("cookie", &anna);
    assert_eq!(out.send().await.unwrap().status(), StatusCode::OK);
    assert!(end(Duration::from_secs(20), &mut hers).await, "hers go on");
    // A token that is revoked on the command line: straight in the store.
    let owner = station.store.accounts().await.unwrap();
    let mut revoked = 0;
    for account in &owner {
        for token in station.store.api_tokens(&account.id).await.unwrap() {
            station.store.revoke_api_token(&account.id, &token.id).await.unwrap();
            revoked += 1;
        }
    }
    assert_eq!(revoked, 1);
    assert!(end(Duration::from_secs(30), &mut program).await, "a revoked token goes on");
    assert!(lives(&mut his).await, "his have ended");
    assert!(!end(Duration::from_millis(200), &mut his).await);
}

#[tokio::test]
async fn the_simulated_receiver_is_there_until_it_is_removed_and_may_be_had_again() {
    drop(crate::live_box::with_aac());
    let station = station().await;
    let owner = station.token(Role::Owner, &Scope::ALL).await;
    let add = "/api/v1/receivers/simulated";
    let ids = async |station: &Station| -> Vec<String> {
        let (_, all) = station.ask("GET", "/api/v1/receivers", Some(&owner)).await;
        let all = all["items"].as_array().unwrap();
        all.iter().map(|receiver| receiver["id"].as_str().unwrap().to_owned()).collect()
    };
    let (status, view) = station.ask("POST", add, Some(&owner)).await;
    assert_eq!(status, StatusCode::CREATED, "{view}");
    assert_eq!(station.ask("POST", add, Some(&owner)).await.0, StatusCode::CONFLICT, "there is one already");
    let station = station.again().await;
    assert_eq!(ids(&station).await, [view["id"].as_str().unwrap()], "after a restart");
    let remove = format!("/api/v1/receivers/{}", view["id"].as_str().unwrap());
    let remove = remove.as_str();
    assert_eq!(station.ask("DELETE", remove, Some(&owner)).await.0, StatusCode::NO_CONTENT);
    let station = station.again().await;
    assert!(ids(&station).await.is_empty(), "what was removed does not come back");
    for _ in 0..2 {
        let (status, view) = station.ask("POST", add, Some(&owner)).await;
        assert_eq!(status, StatusCode::CREATED, "{view}");
        let url = view["url"].as_str().unwrap().to_owned();
        assert!(client().get(&url).send().await.is_ok());
        assert_eq!(station.ask("DELETE", remove, Some(&owner)).await.0, StatusCode::NO_CONTENT);
        assert!(client().get(&url).send().await.is_err(), "it goes on");
    }
}
