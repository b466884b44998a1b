//! Requests of somebody who is let in are answered from memory, and what takes a right away counts nevertheless at once.

use crate::live_box::store_beside;
use crate::web_door::{Station, client, station};
use reqwest::StatusCode;
use std::time::Duration;
use telecast_core::access::{Role, Scope};

/// What another process does is seen within this: a look is each second, machines are slow.
const PATIENCE: Duration = Duration::from_secs(30);

async fn with_token(station: &Station, token: &str) -> StatusCode {
    station.ask("GET", "/api/v1/channels", Some(token)).await.0
}

async fn with_cookie(station: &Station, cookie: &str) -> StatusCode {
    let request = client().get(format!("{}/api/v1/channels", station.base)).header("cookie", cookie);
    request.send().await.unwrap().status()
}

/// Until `done` says so.
async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !done().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(waited.await.is_ok(), "{what}");
}

#[tokio::test]
async fn who_was_let_in_is_let_in_again_without_the_store() {
    let station = station().await;
    let known = station.token(Role::Viewer, &[Scope::Watch]).await;
    let unknown = station.token(Role::Viewer, &[Scope::Watch]).await;
    let cookie = station.cookie("Anna").await;
    assert_eq!(with_token(&station, &known).await, StatusCode::OK);
    assert_eq!(with_cookie(&station, &cookie).await, StatusCode::OK);
    station.store.close().await;
    for _ in 0..3 {
        assert_eq!(with_token(&station, &known).await, StatusCode::OK);
        assert_eq!(with_cookie(&station, &cookie).await, StatusCode::OK);
    }
    assert_eq!(with_token(&station, &unknown).await, StatusCode::SERVICE_UNAVAILABLE, "nobody can say");
}

#[tokio::test]
async fn what_takes_a_right_away_here_counts_for_the_next_request() {
    let station = station().await;
    let store = &station.store;
    let token = station.token(Role::Viewer, &[Scope::Watch]).await;
    assert_eq!(with_token(&station, &token).await, StatusCode::OK);
    for account in store.accounts().await.unwrap() {
        for token in store.api_tokens(&account.id).await.unwrap() {
            store.revoke_api_token(&account.id, &token.id).await.unwrap();
        }
    }
    assert_eq!(with_token(&station, &token).await, StatusCode::UNAUTHORIZED, "revoked");

    let (anna, ben, cleo) =
        (station.cookie("Anna").await, station.cookie("Ben").await, station.cookie("Cleo").await);
    for cookie in [&anna, &ben, &cleo] {
        assert_eq!(with_cookie(&station, cookie).await, StatusCode::OK);
    }
    let out = client().post(format!("{}/api/v1/auth/sign-out", station.base)).header("cookie", &anna);
    assert_eq!(out.send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(with_cookie(&station, &anna).await, StatusCode::UNAUTHORIZED, "signed out");
    assert_eq!(with_cookie(&station, &ben).await, StatusCode::OK, "his goes on");
    let account = async |name: &str| store.credentials(name).await.unwrap().unwrap().account.id;
    store.set_password(&account("Ben").await, &"$argon2id$x".into()).await.unwrap();
    assert_eq!(with_cookie(&station, &ben).await, StatusCode::UNAUTHORIZED, "another password");
    store.delete_account(&account("Cleo").await).await.unwrap();
    assert_eq!(with_cookie(&station, &cleo).await, StatusCode::UNAUTHORIZED, "removed");
}

#[tokio::test]
async fn what_another_process_takes_away_is_seen_soon() {
    let station = station().await;
    let (token, cookie) = (station.token(Role::Viewer, &[Scope::Watch]).await, station.cookie("Anna").await);
    assert_eq!(with_token(&station, &token).await, StatusCode::OK);
    assert_eq!(with_cookie(&station, &cookie).await, StatusCode::OK);
    let beside = store_beside(&station.directory().join("tapes")).await;
    for account in beside.accounts().await.unwrap() {
        for token in beside.api_tokens(&account.id).await.unwrap() {
            beside.revoke_api_token(&account.id, &token.id).await.unwrap();
        }
    }
    until("a token that was revoked elsewhere goes on", async || {
        with_token(&station, &token).await == StatusCode::UNAUTHORIZED
    })
    .await;
    assert_eq!(with_cookie(&station, &cookie).await, StatusCode::OK);
}

#[tokio::test]
async fn use_is_noted_although_nobody_waits_for_it() {
    let station = station().await;
    let token = station.token(Role::Viewer, &[Scope::Watch]).await;
    let used = async || {
        let mut used = Vec::new();
        for account in station.store.accounts().await.unwrap() {
            let tokens = station.store.api_tokens(&account.id).await.unwrap();
            used.extend(tokens.into_iter().map(|token| token.last_used_ms.is_some()));
        }
        used
    };
    assert_eq!(used().await, [false]);
    assert_eq!(with_token(&station, &token).await, StatusCode::OK);
    until("its use is not noted", async || used().await == [true]).await;
}
