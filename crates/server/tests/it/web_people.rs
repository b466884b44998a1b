//! People, what lets them in, and the lines that say who has done what.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};
use telecast_server::web::routes::ROUTES;

use crate::web_door::{Station, client, station};

impl Station {
    fn request(&self, method: &str, path: &str, token: &str, body: &Value) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = client().request(method, format!("{}{path}", self.base)).bearer_auth(token);
        if body.is_null() { request } else { request.json(body) }
    }

    async fn tell(&self, method: &str, path: &str, token: &str, body: Value) -> (StatusCode, Value) {
        let response = self.request(method, path, token, &body).send().await.unwrap();
        (response.status(), response.json().await.unwrap_or(Value::Null))
    }

    /// Signs in with name and password; the cookie.
    async fn sign_in(&self, name: &str, password: &str) -> Option<String> {
        let body = json!({ "name": name, "password": password });
        let response =
            client().post(format!("{}/api/v1/auth/sign-in", self.base)).json(&body).send().await.unwrap();
        let cookie = response.headers().get("set-cookie")?.to_str().unwrap().to_owned();
        Some(cookie.split(';').next().unwrap().to_owned())
    }

    async fn is_in(&self, cookie: &str) -> bool {
        let request = client().get(format!("{}/api/v1/channels", self.base)).header("cookie", cookie);
        request.send().await.unwrap().status() == StatusCode::OK
    }
}

#[tokio::test]
async fn people_are_added_changed_and_removed_by_those_above_them_alone() {
    let station = station().await;
    let owner = station.token(Role::Owner, &Scope::ALL).await;
    let admin = station.token(Role::Admin, &Scope::ALL).await;
    let viewer = station.token(Role::Viewer, &Scope::ALL).await;
    let person = |name: &str, role: &str| json!({ "name": name, "role": role, "password": "long enough" });
    let (status, ben) = station.tell("POST", "/api/v1/people", &admin, person("Ben", "viewer")).await;
    assert_eq!((status, ben["may_change"].as_bool()), (StatusCode::CREATED, Some(true)), "{ben}");
    for (token, role, expected) in [
        (&admin, "admin", StatusCode::FORBIDDEN),
        (&owner, "owner", StatusCode::FORBIDDEN),
        (&owner, "admin", StatusCode::CREATED),
        (&owner, "king", StatusCode::BAD_REQUEST),
        (&viewer, "viewer", StatusCode::FORBIDDEN),
    ] {
        let (status, body) =
            station.tell("POST", "/api/v1/people", token, person(&format!("x{role}"), role)).await;
        assert_eq!(status, expected, "{role}: {body}");
    }
    assert_eq!(
        station.tell("POST", "/api/v1/people", &owner, person("ben", "viewer")).await.0,
        StatusCode::CONFLICT
    );

    let cookie = station.sign_in("Ben", "long enough").await.expect("signed in");
    assert!(station.is_in(&cookie).await);
    let path = |what: &str| format!("/api/v1/people/{}{what}", ben["id"].as_str().unwrap());
    let (status, changed) =
        station.tell("POST", &path("/role"), &admin, json!({ "role": "programmer" })).await;
    assert_eq!((status, changed["role"].as_str()), (StatusCode::OK, Some("programmer")));
    assert!(!station.is_in(&cookie).await, "other rights, another sign-in");
    let (status, _) = station.tell("POST", &path("/role"), &admin, json!({ "role": "admin" })).await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let (status, link) = station.tell("POST", &path("/link"), &admin, Value::Null).await;
    assert_eq!(status, StatusCode::CREATED, "{link}");
    let code = link["path"].as_str().unwrap().split("#link=").nth(1).unwrap().to_owned();
    let mut statuses = Vec::new();
    for _ in 0..2 {
        let request =
            client().post(format!("{}/api/v1/auth/link", station.base)).json(&json!({ "code": code }));
        statuses.push(request.send().await.unwrap().status());
    }
    assert_eq!(statuses, [StatusCode::OK, StatusCode::FORBIDDEN], "once");

    let (_, all) = station.tell("GET", "/api/v1/people", &admin, Value::Null).await;
    for one in all["items"].as_array().unwrap() {
        let above = matches!(one["role"].as_str(), Some("owner" | "admin"));
        assert_eq!(one["may_change"].as_bool(), Some(!above), "{one}");
        if above {
            let path = format!("/api/v1/people/{}", one["id"].as_str().unwrap());
            assert_eq!(station.tell("DELETE", &path, &admin, Value::Null).await.0, StatusCode::FORBIDDEN);
        }
    }
    assert_eq!(station.tell("DELETE", &path(""), &admin, Value::Null).await.0, StatusCode::NO_CONTENT);
    assert_eq!(station.tell("DELETE", &path(""), &admin, Value::Null).await.0, StatusCode::NOT_FOUND);
    assert!(station.sign_in("Ben", "long enough").await.is_none());
}

#[tokio::test]
async fn another_password_ends_all_other_sign_ins_and_rotates_ones_own() {
    let station = station().await;
    let owner = station.token(Role::Owner, &Scope::ALL).await;
    let person = json!({ "name": "Ben", "role": "viewer", "password": "long enough" });
    station.tell("POST", "/api/v1/people", &owner, person).await;
    let here = station.sign_in("Ben", "long enough").await.unwrap();
    let there = station.sign_in("Ben", "long enough").await.unwrap();
    let change = |cookie: &str, body: Value| {
        client()
            .post(format!("{}/api/v1/account/password", station.base))
            .header("cookie", cookie)
            .json(&body)
            .send()
    };
    let wrong = change(&here, json!({ "current": "a guess", "new": "longer still" })).await.unwrap();
    assert_eq!(wrong.status(), StatusCode::FORBIDDEN);
    let short = change(&here, json!({ "current": "long enough", "new": "short" })).await.unwrap();
    assert_eq!(short.status(), StatusCode::BAD_REQUEST);
    let done = change(&here, json!({ "current": "long enough", "new": "longer still" })).await.unwrap();
    assert_eq!(done.status(), StatusCode::OK);
    let cookie = done.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(!station.is_in(&here).await && !station.is_in(&there).await, "both are over");
    assert!(station.is_in(&cookie).await && cookie != here, "a new one was given");
    assert!(station.sign_in("Ben", "long enough").await.is_none());
    let other = station.sign_in("Ben", "longer still").await.unwrap();

    // One's sign-ins are listed, and ended one by one; nobody else's.
    let list = client().get(format!("{}/api/v1/account/sign-ins", station.base)).header("cookie", &cookie);
    let list: Value = list.send().await.unwrap().json().await.unwrap();
    let items = list["items"].as_array().unwrap();
    assert_eq!((items.len(), items.iter().filter(|one| one["is_this"] == true).count()), (2, 1), "{list}");
    let end = |cookie: &str, id: &str| {
        let path = format!("{}/api/v1/account/sign-ins/{id}", station.base);
        client().delete(path).header("cookie", cookie).send()
    };
    let id = items.iter().find(|one| one["is_this"] == false).unwrap()["id"].as_str().unwrap();
    let stranger = station.cookie("cleo").await;
    assert_eq!(end(&stranger, id).await.unwrap().status(), StatusCode::NOT_FOUND);
    assert!(station.is_in(&other).await);
    assert_eq!(end(&cookie, id).await.unwrap().status(), StatusCode::NO_CONTENT);
    assert!(!station.is_in(&other).await && station.is_in(&cookie).await);
}

#[tokio::test]
async fn a_token_does_no_more_than_whoever_made_it_and_ends_when_it_is_revoked() {
    let station = station().await;
    let viewer = station.token(Role::Viewer, &[Scope::Watch, Scope::Record]).await;
    let make = |scopes: Value| json!({ "name": "Kodi", "scopes": scopes, "expires_days": 30 });
    for (scopes, expected) in [
        (json!(["admin"]), StatusCode::FORBIDDEN),
        (json!(["chat"]), StatusCode::FORBIDDEN),
        (json!([]), StatusCode::BAD_REQUEST),
        (json!(["everything"]), StatusCode::BAD_REQUEST),
    ] {
        let (status, body) = station.tell("POST", "/api/v1/account/tokens", &viewer, make(scopes)).await;
        assert_eq!(status, expected, "{body}");
    }
    let (status, made) =
        station.tell("POST", "/api/v1/account/tokens", &viewer, make(json!(["watch"]))).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let token = made["token"].as_str().unwrap();
    assert_eq!(station.ask("GET", "/api/v1/channels", Some(token)).await.0, StatusCode::OK);
    let (_, list) = station.tell("GET", "/api/v1/account/tokens", token, Value::Null).await;
    assert!(!list.to_string().contains(token), "shown once");
    let path = format!("/api/v1/account/tokens/{}", made["view"]["id"].as_str().unwrap());
    let other = station.token(Role::Viewer, &[Scope::Watch]).await;
    assert_eq!(station.tell("DELETE", &path, &other, Value::Null).await.0, StatusCode::NOT_FOUND);
    assert_eq!(station.tell("DELETE", &path, &viewer, Value::Null).await.0, StatusCode::NO_CONTENT);
    assert_eq!(station.ask("GET", "/api/v1/channels", Some(token)).await.0, StatusCode::UNAUTHORIZED);
    let password = json!({ "new": "long enough" });
    let (status, _) = station.tell("POST", "/api/v1/account/password", &viewer, password).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a token changes no password");
}

#[tokio::test]
async fn every_route_that_says_so_leaves_a_line_with_who_and_what_and_no_secret() {
    let station = station().await;
    let owner = station.token(Role::Owner, &Scope::ALL).await;
    let viewer = station.token(Role::Viewer, &Scope::ALL).await;
    let mut called = Vec::new();
    for route in ROUTES.iter().filter(|route| route.audit.is_some()) {
        let method = route.methods[0];
        let path = route.path.replace("{id}", "nobody");
        let body = if method == "POST" {
            json!({ "password": "s3cret", "code": "s3cret", "name": "n" })
        } else {
            Value::Null
        };
        for token in [&owner, &viewer] {
            let id = format!("{}-{}", called.len(), route.audit.unwrap());
            let request = station.request(method, &path, token, &body).header("x-request-id", &id);
            let status = request.header("user-agent", "a test").send().await.unwrap().status();
            called.push((id, route.audit.unwrap(), path.clone(), status.is_success()));
        }
    }
    let (_, audit) = station.tell("GET", "/api/v1/system/audit?limit=500", &owner, Value::Null).await;
    let lines = audit["items"].as_array().unwrap();
    for (id, action, path, good) in &called {
        let line = lines
            .iter()
            .find(|line| line["request_id"] == **id)
            .unwrap_or_else(|| panic!("{id} is not noted"));
        assert_eq!((&line["action"], &line["resource"]), (&json!(action), &json!(path)));
        assert_eq!(line["result"] == "done", *good, "{line}");
        assert!(line["actor"].as_str().is_some_and(|name| name.contains('-')), "{line}");
        assert_eq!((line["address"].as_str(), line["agent"].as_str()), (Some("127.0.0.1"), Some("a test")));
        assert!(line["at_ms"].as_i64().is_some_and(|at| at > 1_700_000_000_000));
    }
    assert!(!audit.to_string().contains("s3cret"));
    assert_eq!(
        station.tell("GET", "/api/v1/system/audit", &viewer, Value::Null).await.0,
        StatusCode::FORBIDDEN
    );

    // In pieces, newest first, each line once.
    let (mut before, mut seen) = (String::new(), Vec::new());
    loop {
        let (_, piece) =
            station.tell("GET", &format!("/api/v1/system/audit?limit=7{before}"), &owner, Value::Null).await;
        seen.extend(piece["items"].as_array().unwrap().iter().map(|line| line["id"].as_i64().unwrap()));
        let Some(next) = piece["next"].as_i64() else { break };
        before = format!("&before={next}");
    }
    assert_eq!(seen.len(), lines.len());
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]));

    // A name that is tried is noted if it is somebody's; what is nobody's may be a password.
    station
        .tell(
            "POST",
            "/api/v1/people",
            &owner,
            json!({ "name": "Ben", "role": "viewer", "password": "long enough" }),
        )
        .await;
    for name in ["Ben", "hunter2"] {
        assert!(station.sign_in(name, "wrong").await.is_none());
    }
    station.sign_in("Ben", "long enough").await.unwrap();
    let (_, audit) = station.tell("GET", "/api/v1/system/audit?limit=3", &owner, Value::Null).await;
    let told: Vec<(Option<&str>, Option<&str>)> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["actor"].as_str(), line["details"]["name"].as_str()))
        .collect();
    assert_eq!(told, [(Some("Ben"), None), (None, None), (None, Some("Ben"))], "{audit}");
}
