//! The door: who is let in, what strangers get, and that nothing is told to those who should not know.

use crate::live_box::store_beside;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;
use telecast_core::access::{Role, Scope};
use telecast_server::adapters::clock::Clock;
use telecast_server::app::App;
use telecast_server::app::settings::Settings;
use telecast_server::web::accounts::Accounts;
use telecast_server::web::rate::RateLimits;
use telecast_server::web::routes::{Class, ROUTES};
use telecast_server::web::simulated::{self, Simulated};
use telecast_server::web::{Controls, Web, WebConfig, secret, serve};
use telecast_store::{Sealer, Store};
use tokio_util::sync::CancellationToken;

/// A server on a free port; it ends when this is dropped.
pub(crate) struct Station {
    pub(crate) base: String,
    pub(crate) web: Web,
    pub(crate) store: Store,
    stopping: CancellationToken,
    directory: tempfile::TempDir,
}

impl Drop for Station {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

pub(crate) async fn station() -> Station {
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let store = store_beside(&tapes).await;
    let app = App::start(Settings::with_tapes_in(tapes), store.clone()).await.unwrap();
    station_of(app, store, directory).await
}

/// A server for that station, on the same store.
pub(crate) async fn station_of(app: App, store: Store, directory: tempfile::TempDir) -> Station {
    // Tests ask faster than people; those of the limits have stations of their own.
    let rates = RateLimits { enabled: false, ..RateLimits::default() };
    station_with(app, store, directory, WebConfig { rates, ..WebConfig::default() }).await
}

/// The same with that configuration.
pub(crate) async fn station_with(
    app: App,
    store: Store,
    directory: tempfile::TempDir,
    config: WebConfig,
) -> Station {
    let sealer = Sealer::load_or_create(&directory.path().join("key")).unwrap();
    let stopping = CancellationToken::new();
    // Asked for by few; it plays a file that `live_box` has made.
    let simulated = Simulated::new(telecast_sim::Config {
        cache: directory.path().join("sim"),
        media: vec![Path::new(env!("CARGO_TARGET_TMPDIR")).join("live-aac.ts")],
        ..telecast_sim::Config::default()
    });
    let web = Web::new(
        app,
        Clock::start(),
        Accounts::new(store.clone(), sealer),
        config,
        simulated,
        Controls::default(),
        stopping.clone(),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let scheme = if web.config().tls.is_some() { "https" } else { "http" };
    let base = format!("{scheme}://{}", listener.local_addr().unwrap());
    tokio::spawn(serve::serve(listener, web.clone()));
    Station { base, web, store, stopping, directory }
}

impl Station {
    /// Where its store and its tapes lie.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Ends it, and begins it anew on what it left.
    pub(crate) async fn again(mut self) -> Self {
        self.stopping.cancel();
        self.web.app.shutdown().await;
        self.web.simulated.stop().await;
        let directory = std::mem::replace(&mut self.directory, tempfile::tempdir().unwrap());
        let tapes = directory.path().join("tapes");
        let store = store_beside(&tapes).await;
        let app = App::start(Settings::with_tapes_in(tapes), store.clone()).await.unwrap();
        let station = station_of(app, store, directory).await;
        simulated::resume(station.web.clone()).await;
        station
    }

    /// Asks it to end.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
    }

    pub(crate) async fn token(&self, role: Role, scopes: &[Scope]) -> String {
        use secrecy::ExposeSecret;
        let now = self.web.clock.wall_ms();
        let name = format!("{}-{}", role.name(), secret::random_hex(3));
        let account = self.web.accounts.create(&name, role, None, now).await.unwrap();
        let token = self.web.accounts.new_token(&account, "test", scopes.to_vec(), None, now).await.unwrap();
        token.expose_secret().to_owned()
    }

    /// The cookie of a new viewer who is signed in.
    pub(crate) async fn cookie(&self, name: &str) -> String {
        use secrecy::ExposeSecret;
        let now = self.web.clock.wall_ms();
        let account = self.web.accounts.create(name, Role::Viewer, None, now).await.unwrap();
        let secret = self.web.accounts.sign_in(&account, "test", now).await.unwrap();
        format!("telecast={}", secret.expose_secret())
    }

    /// A child with that profile, made by whoever has the token; its cookie.
    pub(crate) async fn child(&self, owner: &str, profile: &Value) -> String {
        let post = |path: String, body: Value| {
            client().post(format!("{}/api/v1/{path}", self.base)).bearer_auth(owner).json(&body).send()
        };
        let mia = json!({ "name": "Mia", "password": "long enough" });
        let child = json!({ "name": "Mia", "role": "child", "password": "long enough" });
        let child: Value = post("people".into(), child).await.unwrap().json().await.unwrap();
        let path = format!("people/{}/profile", child["id"].as_str().unwrap());
        let set = post(path, json!({ "profile": profile })).await.unwrap();
        assert_eq!(set.status(), StatusCode::OK);
        let sign_in = client().post(format!("{}/api/v1/auth/sign-in", self.base)).json(&mia).send();
        let cookie = sign_in.await.unwrap().headers()["set-cookie"].to_str().unwrap().to_owned();
        cookie.split(';').next().unwrap().to_owned()
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, token: Option<&str>) -> (StatusCode, Value) {
        let mut request =
            client().request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        (status, response.json().await.unwrap_or(Value::Null))
    }
}

pub(crate) fn client() -> Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

#[tokio::test]
async fn strangers_get_a_problem_from_every_route_but_the_public_ones() {
    let station = station().await;
    for route in ROUTES {
        let path = route.path.replace("{id}", "x").replace("{key}", "x").replace("{*rest}", "main.m3u8");
        for method in route.methods.iter().filter(|method| !matches!(**method, "HEAD" | "OPTIONS")) {
            let (status, body) = station.ask(method, &path, None).await;
            match route.class {
                Class::Scoped(_) | Class::Personal => {
                    assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
                    assert_eq!(body["code"], "unauthenticated", "{method} {path}");
                    assert!(body["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{method} {path}");
                }
                Class::Capability => assert_eq!(status, StatusCode::GONE, "{method} {path}"),
                Class::Player => assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path}"),
                Class::Public => assert_ne!(status, StatusCode::UNAUTHORIZED, "{method} {path}"),
            }
        }
    }
}

#[tokio::test]
async fn a_right_that_is_missing_is_named() {
    let station = station().await;
    let viewer = station.token(Role::Viewer, &[Scope::Watch, Scope::Admin]).await;
    assert_eq!(station.ask("GET", "/api/v1/channels", Some(&viewer)).await.0, StatusCode::OK);
    // A token never has more than its account's role.
    let (status, body) = station.ask("GET", "/api/v1/system/status", Some(&viewer)).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::FORBIDDEN, Some("forbidden")));
    assert!(body["detail"].as_str().is_some_and(|detail| detail.contains("admin")));
    let (status, _) = station.ask("GET", "/api/v1/channels", Some("tct_wrong")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn only_the_holder_of_the_printed_code_becomes_the_owner() {
    use secrecy::ExposeSecret;
    let station = station().await;
    let code = station.web.accounts.new_setup_code(station.web.clock.wall_ms()).await.unwrap();
    let setup = |code: String, password: &str| {
        client()
            .post(format!("{}/api/v1/auth/setup", station.base))
            .json(&json!({"code": code, "name": "Anna", "password": password}))
    };
    assert_eq!(
        setup("WRON-GWRO-NGWR-ONGW".into(), "long enough").send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
    let short = setup(code.expose_secret().to_owned(), "short").send().await.unwrap();
    assert_eq!(short.status(), StatusCode::BAD_REQUEST);
    assert_eq!(short.json::<Value>().await.unwrap()["fields"][0]["name"], "password");
    let made = setup(code.expose_secret().to_owned(), "long enough").send().await.unwrap();
    assert_eq!(made.status(), StatusCode::OK);
    let cookie = made.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(made.json::<Value>().await.unwrap()["account"]["role"], "owner");
    let again = setup(code.expose_secret().to_owned(), "long enough").send().await.unwrap();
    assert_eq!(again.status(), StatusCode::CONFLICT);
    // The cookie signs in; another site's page may not use it to change things.
    let cookie = cookie.split(';').next().unwrap();
    let with = |method: Method, path: &str| {
        client().request(method, format!("{}{path}", station.base)).header("cookie", cookie)
    };
    assert_eq!(with(Method::GET, "/api/v1/channels").send().await.unwrap().status(), StatusCode::OK);
    let foreign = with(Method::POST, "/api/v1/sessions")
        .header("origin", "http://evil.example")
        .json(&json!({"channel_id": "x"}));
    assert_eq!(foreign.send().await.unwrap().json::<Value>().await.unwrap()["code"], "foreign_origin");
    let out = with(Method::POST, "/api/v1/auth/sign-out").send().await.unwrap();
    assert_eq!(out.status(), StatusCode::OK);
    assert_eq!(
        with(Method::GET, "/api/v1/channels").send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn bad_input_gets_a_problem_and_no_more() {
    let station = station().await;
    let token = station.token(Role::Owner, &Scope::ALL).await;
    let post = |body: Vec<u8>, kind: &str| {
        client()
            .post(format!("{}/api/v1/sessions", station.base))
            .bearer_auth(&token)
            .header("content-type", kind)
            .body(body)
    };
    for (body, kind, code) in [
        (b"{".to_vec(), "application/json", "invalid"),
        (b"\xff\xfe\x00".to_vec(), "application/json", "invalid"),
        (br#"{"channel_id":"x","nonsense":1}"#.to_vec(), "application/json", "invalid"),
        (br#"{"channel_id":"x","at":"yesterday"}"#.to_vec(), "application/json", "invalid"),
        (br#"{"channel_id":"x"}"#.to_vec(), "text/plain", "unsupported_media"),
        (br#"{"channel_id":"x"}"#.to_vec(), "application/json", "not_found"),
        (vec![b' '; 300 << 10], "application/json", "too_large"),
    ] {
        let length = body.len();
        let answer: Value = post(body, kind).send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["code"], code, "{length} bytes of {kind}: {answer}");
    }
    for (method, path, code) in [
        ("GET", "/api/v1/nothing", "not_found"),
        ("GET", "/api/v1/..%2f..%2fetc%2fpasswd", "bad_path"),
        ("DELETE", "/api/v1/channels", "method_not_allowed"),
        ("GET", "/api/v1/channels?token=abc", "token_in_query"),
        ("GET", "/api/v1/channels?cursor=abc", "invalid"),
        ("GET", "/api/v1/sessions/someone-elses", "not_found"),
        ("GET", "/play/00000000/main.m3u8", "gone"),
    ] {
        let (_, answer) = station.ask(method, path, Some(&token)).await;
        assert_eq!(answer["code"], code, "{method} {path}: {answer}");
    }
}

#[test]
fn what_is_generated_is_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let kept = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    assert!(
        kept("docs/reference/openapi.json") == telecast_server::web::openapi(),
        "run: telecast openapi > docs/reference/openapi.json"
    );
    let reference = telecast_server::config::reference();
    assert!(
        kept("docs/reference/configuration.md").trim_end() == reference.trim_end(),
        "run: telecast check --reference > docs/reference/configuration.md"
    );
    let environment = telecast_server::config::environment();
    assert!(
        kept("docs/reference/environment.md").trim_end() == environment.trim_end(),
        "run: telecast check --environment > docs/reference/environment.md"
    );
    let access = telecast_server::web::routes::reference();
    assert!(
        kept("docs/reference/access.md").trim_end() == access.trim_end(),
        "run: telecast openapi --access > docs/reference/access.md"
    );
    assert!(
        kept("docs/reference/telecast.schema.json").trim_end() == telecast_server::config::schema(),
        "run: telecast check --schema > docs/reference/telecast.schema.json"
    );
}
