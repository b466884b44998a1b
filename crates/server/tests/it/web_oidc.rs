//! Signing in through an identity provider that can lie: whatever it says that is not to be believed lets nobody in, and nobody is let in by
//! what another browser has begun.

use axum::Router;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::KeyPair;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use telecast_core::access::{Role, Scope};
use telecast_server::adapters::oidc::{Provider, Settings};
use telecast_server::app::App;
use telecast_server::web::WebConfig;
use telecast_server::web::rate::RateLimits;
use url::Url;

use crate::live_box::store_beside;
use crate::web_door::{Station, station_with};

const CLIENT: &str = "telecast";
const SECRET: &str = "s3cret: & more";

/// A key of the provider's.
struct Key {
    name: &'static str,
    algorithm: Algorithm,
    signs: EncodingKey,
    public: Value,
}

impl Key {
    fn new(name: &'static str, algorithm: Algorithm) -> Self {
        let made = match algorithm {
            Algorithm::RS256 => KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048),
            Algorithm::EdDSA => KeyPair::generate_for(&rcgen::PKCS_ED25519),
            _ => KeyPair::generate(),
        };
        let made = made.unwrap();
        let der = made.serialize_der();
        let public = |signs: &EncodingKey| {
            let key = jsonwebtoken::jwk::Jwk::from_encoding_key(signs, algorithm).unwrap();
            serde_json::to_value(key).unwrap()
        };
        let (signs, mut public) = match algorithm {
            Algorithm::RS256 => {
                let signs = EncodingKey::from_rsa_der(&pkcs1(&der));
                (signs.clone(), public(&signs))
            }
            Algorithm::EdDSA => {
                let x = URL_SAFE_NO_PAD.encode(made.public_key_raw());
                (EncodingKey::from_ed_der(&der), json!({ "kty": "OKP", "crv": "Ed25519", "x": x }))
            }
            _ => {
                let signs = EncodingKey::from_ec_der(&der);
                (signs.clone(), public(&signs))
            }
        };
        public["kid"] = name.into();
        Self { name, algorithm, signs, public }
    }
}

/// The key inside PKCS #8 (RFC 5958): what `jsonwebtoken` signs with.
fn pkcs1(der: &[u8]) -> Vec<u8> {
    let at = der.windows(2).position(|two| two == [0x04, 0x82]).unwrap();
    der[at + 4..].to_vec()
}

/// Who signs.
#[derive(Clone, Copy, Default)]
enum Signer {
    /// The first of its keys.
    #[default]
    Itself,
    /// Nobody: `alg` is `none`.
    Nobody,
    /// HS256, with the public key as the secret.
    PublicKey,
    /// A key that is none of its own.
    Stranger,
    /// The same, under the name of its own.
    Forger,
}

/// How the code is exchanged.
#[derive(Clone, Copy, Default, PartialEq)]
enum Manner {
    #[default]
    Good,
    Large,
    Slow,
    Elsewhere,
    Rubbish,
}

/// What it says instead of the truth.
#[derive(Clone, Default)]
struct Lies {
    metadata: Value,
    claims: Value,
    signer: Signer,
    manner: Manner,
    beside: Value,
}

/// A code that was given out.
struct Given {
    nonce: String,
    challenge: String,
    redirect_uri: String,
}

struct Inner {
    lies: Lies,
    keys: Vec<Key>,
    stranger: Key,
    given: HashMap<String, Given>,
    /// How often its keys were read, and the place that it had sent somebody to.
    asked: (usize, usize),
}

/// A small provider, on loopback.
#[derive(Clone)]
struct Idp {
    base: String,
    inner: Arc<Mutex<Inner>>,
}

fn patch(mut whole: Value, with: &Value) -> Value {
    for (name, value) in with.as_object().into_iter().flatten() {
        if value.is_null() {
            whole.as_object_mut().unwrap().remove(name);
        } else {
            whole[name] = value.clone();
        }
    }
    whole
}

impl Idp {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let inner = Inner {
            lies: Lies::default(),
            keys: vec![Key::new("one", Algorithm::ES256)],
            stranger: Key::new("stranger", Algorithm::ES256),
            given: HashMap::new(),
            asked: (0, 0),
        };
        let idp = Self { base, inner: Arc::new(Mutex::new(inner)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/token", post(exchange))
            .route("/elsewhere", get(elsewhere).post(elsewhere))
            .route("/jwks", get(jwks))
            .route("/me", get(me))
            .with_state(idp.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        idp
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    fn lie(&self, lies: Lies) {
        self.inner().lies = lies;
    }

    fn settings(&self) -> Settings {
        Settings {
            issuer: self.base.clone(),
            client_id: CLIENT.into(),
            client_secret: Some(SECRET.to_owned().into()),
            name: Some("Home".into()),
            scopes: vec!["openid".into(), "profile".into()],
            role_claim: "groups".into(),
            roles: vec![("tv".into(), Role::Viewer), ("makers".into(), Role::Programmer)],
            default_role: None,
            hosts: Vec::new(),
            patience: Duration::from_millis(700),
        }
    }

    /// Somebody signs in there: the address that the browser is sent back to.
    fn approve(&self, place: &Url) -> String {
        let asked: HashMap<String, String> = place.query_pairs().into_owned().collect();
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", CLIENT));
        assert_eq!(
            (asked["scope"].as_str(), asked["code_challenge_method"].as_str()),
            ("openid profile", "S256")
        );
        let mut inner = self.inner();
        let code = format!("c0de-{}", inner.given.len());
        let of = |name: &str| asked[name].clone();
        let given =
            Given { nonce: of("nonce"), challenge: of("code_challenge"), redirect_uri: of("redirect_uri") };
        inner.given.insert(code.clone(), given);
        format!("{}?code={code}&state={}&session_state=x", of("redirect_uri"), of("state"))
    }

    fn token(&self, nonce: &str) -> String {
        let inner = self.inner();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let truth = json!({
            "iss": self.base, "aud": CLIENT, "sub": "anna-7", "nonce": nonce, "iat": now, "exp": now + 300,
            "preferred_username": "anna", "groups": ["tv"],
        });
        let claims = patch(truth, &inner.lies.claims);
        let own = &inner.keys[0];
        let sign = |name: &str, algorithm, key: &EncodingKey| {
            let head = Header { kid: Some(name.to_owned()), ..Header::new(algorithm) };
            encode(&head, &claims, key).unwrap()
        };
        match inner.lies.signer {
            Signer::Itself => sign(own.name, own.algorithm, &own.signs),
            Signer::Stranger => sign(inner.stranger.name, inner.stranger.algorithm, &inner.stranger.signs),
            Signer::Forger => sign(own.name, inner.stranger.algorithm, &inner.stranger.signs),
            Signer::PublicKey => {
                let public = own.public.to_string();
                sign(own.name, Algorithm::HS256, &EncodingKey::from_secret(public.as_bytes()))
            }
            Signer::Nobody => {
                let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
                format!("{}.{}.", part(&json!({ "alg": "none", "kid": own.name })), part(&claims))
            }
        }
    }
}

async fn metadata(State(idp): State<Idp>) -> Response {
    let at = |path: &str| format!("{}{path}", idp.base);
    let truth = json!({
        "issuer": idp.base, "authorization_endpoint": at("/authorize?tenant=x"), "token_endpoint": at("/token"),
        "jwks_uri": at("/jwks"), "userinfo_endpoint": at("/me"),
    });
    patch(truth, &idp.inner().lies.metadata).to_string().into_response()
}

async fn jwks(State(idp): State<Idp>) -> String {
    let mut inner = idp.inner();
    inner.asked.0 += 1;
    let keys: Vec<Value> = inner.keys.iter().map(|key| key.public.clone()).collect();
    json!({ "keys": keys }).to_string()
}

async fn me(State(idp): State<Idp>, headers: HeaderMap) -> Response {
    assert_eq!(headers[header::AUTHORIZATION], "Bearer acc3ss");
    idp.inner().lies.beside.to_string().into_response()
}

async fn elsewhere(State(idp): State<Idp>) -> StatusCode {
    idp.inner().asked.1 += 1;
    StatusCode::OK
}

async fn exchange(
    State(idp): State<Idp>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let client = format!("{CLIENT}:{}", "s3cret%3A+%26+more");
    assert_eq!(headers[header::AUTHORIZATION], format!("Basic {}", STANDARD.encode(client)));
    let refused =
        || (StatusCode::BAD_REQUEST, json!({ "error": "invalid_grant" }).to_string()).into_response();
    let manner = idp.inner().lies.manner;
    let Some(given) = idp.inner().given.remove(&form["code"]) else { return refused() };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    if challenge != given.challenge || form["redirect_uri"] != given.redirect_uri {
        return refused();
    }
    let answer =
        json!({ "id_token": idp.token(&given.nonce), "access_token": "acc3ss", "token_type": "Bearer" });
    match manner {
        Manner::Good => answer.to_string().into_response(),
        Manner::Large => format!("{answer}{}", " ".repeat(300 << 10)).into_response(),
        Manner::Slow => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            answer.to_string().into_response()
        }
        Manner::Elsewhere => {
            let place = [(header::LOCATION, format!("{}/elsewhere", idp.base))];
            (StatusCode::TEMPORARY_REDIRECT, place).into_response()
        }
        Manner::Rubbish => "<html>".into_response(),
    }
}

/// A browser: it goes where it is sent, and keeps cookies.
#[derive(Default)]
struct Browser {
    cookies: HashMap<String, String>,
}

impl Browser {
    /// Goes there; the status, and where it is sent.
    async fn go(&mut self, address: &str) -> (StatusCode, String) {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = client.build().unwrap().get(address).header("cookie", cookies.join("; "));
        let response = request.header("user-agent", "a browser").send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let place = response.headers().get("location").map(|place| place.to_str().unwrap().to_owned());
        (response.status(), place.unwrap_or_default())
    }

    fn cookie(&self) -> Option<String> {
        self.cookies.get("telecast").map(|value| format!("telecast={value}"))
    }
}

/// A station and its provider.
struct House {
    station: Station,
    idp: Idp,
}

impl House {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let tapes = directory.path().join("tapes");
        let store = store_beside(&tapes).await;
        let settings = telecast_server::app::settings::Settings::with_tapes_in(tapes);
        let app = App::start(settings, store.clone()).await.unwrap();
        let idp = Idp::start().await;
        let station = station_with(app, store, directory, config(idp.settings())).await;
        Self { station, idp }
    }

    /// The provider as if nothing were known of it.
    fn anew(&self, settings: Settings) {
        self.station.web.set_config(config(settings));
    }

    /// As far as the provider: where the browser is sent back to.
    async fn there(&self, browser: &mut Browser) -> String {
        let (status, place) = browser.go(&format!("{}/api/v1/auth/oidc", self.station.base)).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{place}");
        assert!(place.starts_with(&format!("{}/authorize?tenant=x&", self.idp.base)), "{place}");
        self.idp.approve(&Url::parse(&place).unwrap())
    }

    /// All the way; where it ends.
    async fn come_in(&self, browser: &mut Browser) -> String {
        let back = self.there(browser).await;
        self.end(browser, &back).await
    }

    async fn end(&self, browser: &mut Browser, back: &str) -> String {
        let (status, place) = browser.go(back).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(!browser.cookies.contains_key("telecast-oidc") || place.ends_with("elsewhere"), "it is over");
        place
    }

    async fn state(&self, browser: &Browser) -> Value {
        let request = crate::web_door::client().get(format!("{}/api/v1/auth/state", self.station.base));
        let request = request.header("cookie", browser.cookie().unwrap_or_default());
        request.send().await.unwrap().json().await.unwrap()
    }

    /// The newest line of the audit: action, result, reason, who.
    async fn noted(&self) -> (String, String, String, String) {
        let line = self.station.store.audit(None, 1).await.unwrap().remove(0);
        let details: Value = serde_json::from_str(line.details.as_deref().unwrap_or("{}")).unwrap();
        let reason = details["reason"].as_str().unwrap_or_default().to_owned();
        (line.action, line.result, reason, line.actor_name.unwrap_or_default())
    }
}

fn config(settings: Settings) -> WebConfig {
    let rates = RateLimits { enabled: false, ..RateLimits::default() };
    WebConfig { rates, oidc: Some(Arc::new(Provider::new(settings).unwrap())), ..WebConfig::default() }
}

#[tokio::test]
async fn somebody_comes_in_with_the_role_that_the_provider_gives_and_goes_with_it() {
    let house = House::new().await;
    house.station.web.accounts.create("Anna", Role::Viewer, None, 0).await.unwrap();
    let mut browser = Browser::default();
    let offer = &house.state(&browser).await["oidc"];
    assert_eq!(*offer, json!({ "name": "Home", "url": "/api/v1/auth/oidc" }));
    assert_eq!(house.come_in(&mut browser).await, "/");
    let account = &house.state(&browser).await["account"];
    assert_eq!(
        (&account["name"], &account["role"]),
        (&json!("anna 2"), &json!("viewer")),
        "nobody else's account"
    );
    let noted = house.noted().await;
    assert_eq!(noted, ("sign_in.oidc".into(), "done".into(), String::new(), "anna 2".into()));

    // No way in that would stay when the provider's is closed.
    let password = crate::web_door::client().post(format!("{}/api/v1/account/password", house.station.base));
    let password =
        password.header("cookie", browser.cookie().unwrap()).json(&json!({ "new": "long enough" }));
    assert_eq!(password.send().await.unwrap().status(), StatusCode::FORBIDDEN);

    // Another group, another role; what was signed in before is over.
    let old = Browser { cookies: browser.cookies.clone() };
    house.idp.lie(Lies {
        claims: json!({ "groups": ["makers"], "preferred_username": "anne" }),
        ..Lies::default()
    });
    assert_eq!(house.come_in(&mut browser).await, "/");
    let account = &house.state(&browser).await["account"];
    assert_eq!((&account["name"], &account["role"]), (&json!("anna 2"), &json!("programmer")));
    assert!(house.state(&old).await["account"].is_null());

    // No group any more: nothing lets him in, his token neither.
    let all = house.station.web.accounts.all().await.unwrap();
    let anna = all.iter().find(|one| one.name == "anna 2").unwrap();
    let token =
        house.station.web.accounts.new_token(anna, "Kodi", vec![Scope::Watch], None, 0).await.unwrap();
    let token = secrecy::ExposeSecret::expose_secret(&token).to_owned();
    assert_eq!(house.station.ask("GET", "/api/v1/channels", Some(&token)).await.0, StatusCode::OK);
    house.idp.lie(Lies { claims: json!({ "groups": [] }), ..Lies::default() });
    let mut elsewhere = Browser::default();
    assert_eq!(house.come_in(&mut elsewhere).await, "/welcome#oidc=not_allowed");
    assert!(elsewhere.cookie().is_none() && house.state(&browser).await["account"].is_null());
    assert_eq!(house.station.ask("GET", "/api/v1/channels", Some(&token)).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(house.noted().await.1, "not_allowed");

    // The same without a provider.
    house.station.web.set_config(WebConfig {
        rates: RateLimits { enabled: false, ..RateLimits::default() },
        ..WebConfig::default()
    });
    assert!(house.state(&browser).await["oidc"].is_null());
    assert_eq!(house.station.ask("GET", "/api/v1/auth/oidc", None).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_kind_of_key_that_is_trusted_lets_in_and_roles_may_stand_beside_the_token() {
    let house = House::new().await;
    for algorithm in [Algorithm::RS256, Algorithm::EdDSA] {
        house.anew(house.idp.settings());
        house.idp.inner().keys = vec![Key::new("other", algorithm)];
        assert_eq!(house.come_in(&mut Browser::default()).await, "/", "{algorithm:?}");
    }
    let lies = |sub: &str| Lies {
        claims: json!({ "groups": null }),
        beside: json!({ "sub": sub, "groups": ["makers"] }),
        ..Lies::default()
    };
    // A public client whose groups are told beside the token.
    let mut settings = house.idp.settings();
    settings.role_claim = "of.groups".into();
    house.anew(settings);
    house.idp.lie(Lies { beside: json!({ "sub": "anna-7", "of": { "groups": "makers" } }), ..lies("") });
    let mut browser = Browser::default();
    assert_eq!(house.come_in(&mut browser).await, "/");
    assert_eq!(house.state(&browser).await["account"]["role"], "programmer");
    house.idp.lie(Lies { beside: json!({ "sub": "eve", "of": { "groups": "makers" } }), ..lies("") });
    assert_eq!(house.come_in(&mut Browser::default()).await, "/welcome#oidc=untrusted");
}

/// What it says, the code of the page, and the reason that is noted.
fn lies(now: u64) -> Vec<(&'static str, Lies, &'static str, &'static str)> {
    let claims = |claims: Value| Lies { claims, ..Lies::default() };
    let signer = |signer| Lies { signer, ..Lies::default() };
    let manner = |manner| Lies { manner, ..Lies::default() };
    vec![
        ("another issuer", claims(json!({ "iss": "https://id.example" })), "untrusted", "wrong_issuer"),
        ("another nonce", claims(json!({ "nonce": "n-0" })), "untrusted", "wrong_nonce"),
        ("no nonce", claims(json!({ "nonce": null })), "untrusted", "wrong_nonce"),
        ("another audience", claims(json!({ "aud": "radio" })), "untrusted", "wrong_audience"),
        (
            "given to another",
            claims(json!({ "aud": [CLIENT, "radio"], "azp": "radio" })),
            "untrusted",
            "wrong_audience",
        ),
        ("an hour old", claims(json!({ "iat": now - 3600, "exp": now - 3000 })), "untrusted", "expired"),
        ("of an older sign-in", claims(json!({ "iat": now - 900 })), "untrusted", "expired"),
        ("not yet", claims(json!({ "nbf": now + 900 })), "untrusted", "too_early"),
        ("nobody's", claims(json!({ "sub": "" })), "untrusted", "not_understood"),
        ("not signed", signer(Signer::Nobody), "untrusted", "wrong_algorithm"),
        ("signed with what everybody knows", signer(Signer::PublicKey), "untrusted", "wrong_algorithm"),
        ("signed by another", signer(Signer::Forger), "untrusted", "wrong_signature"),
        ("signed by a stranger", signer(Signer::Stranger), "untrusted", "unknown_key"),
        ("large", manner(Manner::Large), "untrusted", "too_large"),
        ("slow", manner(Manner::Slow), "silent", "slow"),
        ("sends elsewhere", manner(Manner::Elsewhere), "untrusted", "redirected"),
        ("rubbish", manner(Manner::Rubbish), "untrusted", "not_understood"),
        ("nobody in particular", claims(json!({ "groups": ["others"] })), "not_allowed", "not_allowed"),
    ]
}

#[tokio::test]
async fn whatever_is_a_lie_signs_nobody_in_and_is_called_by_its_name() {
    let house = House::new().await;
    let now = house.station.web.clock.wall_ms() as u64 / 1000;
    for (what, lie, code, reason) in lies(now) {
        house.anew(house.idp.settings());
        house.idp.lie(lie);
        let mut browser = Browser::default();
        assert_eq!(house.come_in(&mut browser).await, format!("/welcome#oidc={code}"), "{what}");
        assert_eq!(browser.cookies, HashMap::new(), "{what}");
        let noted = house.noted().await;
        assert_eq!(noted, ("sign_in.oidc".into(), code.into(), reason.into(), String::new()), "{what}");
    }
    assert_eq!(house.idp.inner().asked.1, 0, "no redirect is followed");
    assert!(house.station.web.accounts.all().await.unwrap().is_empty(), "nobody was made");
    house.idp.lie(Lies::default());
    assert_eq!(house.come_in(&mut Browser::default()).await, "/", "the truth");
}

#[tokio::test]
async fn a_provider_that_is_not_who_it_should_be_is_not_gone_to() {
    let house = House::new().await;
    let begin = format!("{}/api/v1/auth/oidc", house.station.base);
    for (what, lie, code, reason) in [
        ("another issuer", json!({ "issuer": "https://id.example" }), "untrusted", "wrong_issuer"),
        ("a slash", json!({ "issuer": format!("{}/", house.idp.base) }), "untrusted", "wrong_issuer"),
        ("another's keys", json!({ "jwks_uri": "https://evil.example/jwks" }), "untrusted", "foreign_host"),
        (
            "a neighbour's port",
            json!({ "token_endpoint": "http://127.0.0.1:1/token" }),
            "untrusted",
            "foreign_host",
        ),
        (
            "another's door",
            json!({ "authorization_endpoint": "https://evil.example/" }),
            "untrusted",
            "foreign_host",
        ),
        (
            "another's people",
            json!({ "userinfo_endpoint": "http://169.254.169.254/" }),
            "untrusted",
            "foreign_host",
        ),
        ("nothing", json!({ "token_endpoint": null }), "untrusted", "not_understood"),
    ] {
        house.anew(house.idp.settings());
        house.idp.lie(Lies { metadata: lie, ..Lies::default() });
        let mut browser = Browser::default();
        assert_eq!(browser.go(&begin).await.1, format!("/welcome#oidc={code}"), "{what}");
        let noted = house.noted().await;
        assert_eq!(noted, ("sign_in.oidc.begin".into(), code.into(), reason.into(), String::new()), "{what}");
    }
    house.anew(Settings { issuer: "http://127.0.0.1:1".into(), ..house.idp.settings() });
    assert_eq!(Browser::default().go(&begin).await.1, "/welcome#oidc=silent", "nobody is there");
}

#[tokio::test]
async fn nobody_is_signed_in_by_what_another_browser_has_begun() {
    let house = House::new().await;
    let elsewhere = "/welcome#oidc=elsewhere";
    let (mut eve, mut anna) = (Browser::default(), Browser::default());
    // Eve signs in at the provider, keeps the last step, and gives its address to Anna.
    let trap = house.there(&mut eve).await;
    assert_eq!(house.end(&mut anna, &trap).await, elsewhere, "a browser that has begun nothing");
    let own = house.there(&mut anna).await;
    let cookie = anna.cookies.clone();
    assert_eq!(house.end(&mut anna, &trap).await, elsewhere, "one that has begun something else");
    assert!(anna.cookie().is_none());
    assert_eq!(house.noted().await.1, "elsewhere");
    // The sign-in of neither is lost by it, and each is good once.
    anna.cookies = cookie.clone();
    assert_eq!(house.end(&mut anna, &own).await, "/");
    anna.cookies = cookie;
    assert_eq!(house.end(&mut anna, &own).await, elsewhere, "a second time");
    assert_eq!(house.end(&mut eve, &trap).await, "/");

    // A code that was used already, in a sign-in of its own.
    let mut ben = Browser::default();
    let first = house.there(&mut ben).await;
    let used =
        Url::parse(&own).unwrap().query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let mut again = Url::parse(&first).unwrap();
    let state = again.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    again.query_pairs_mut().clear().append_pair("state", &state).append_pair("code", &used);
    assert_eq!(house.end(&mut ben, again.as_str()).await, "/welcome#oidc=failed");
    for rest in ["", "?state=", "?code=x", "?state=a&state=b", "?state=%ff"] {
        let callback = format!("{}/api/v1/auth/oidc/callback{rest}", house.station.base);
        assert_eq!(house.end(&mut ben, &callback).await, elsewhere, "{rest}");
    }
    // On HTTPS the other name does not count: a neighbour under the same domain may have planted it.
    let back = house.there(&mut ben).await;
    let public_url = Some(Url::parse("https://tv.example/").unwrap());
    house.station.web.set_config(WebConfig { public_url, ..(*house.station.web.config()).clone() });
    assert_eq!(ben.go(&back).await.1, elsewhere);
}

#[tokio::test]
async fn an_answer_names_who_gives_it_where_that_was_promised() {
    let house = House::new().await;
    let promised = json!({ "authorization_response_iss_parameter_supported": true });
    for (promise, iss, expected) in [
        (false, None, "/"),
        (false, Some("https://other.example"), "/welcome#oidc=untrusted"),
        (true, None, "/welcome#oidc=untrusted"),
        (true, Some("https://other.example"), "/welcome#oidc=untrusted"),
        (true, Some(house.idp.base.as_str()), "/"),
    ] {
        house.anew(house.idp.settings());
        house
            .idp
            .lie(Lies { metadata: if promise { promised.clone() } else { Value::Null }, ..Lies::default() });
        let mut browser = Browser::default();
        let back = house.there(&mut browser).await;
        let back = iss.map_or(back.clone(), |iss| format!("{back}&iss={iss}"));
        assert_eq!(house.end(&mut browser, &back).await, expected, "{promise} {iss:?}");
    }
    // It may say no, and that is not a lie.
    for (error, code) in [("access_denied", "declined"), ("server_error", "failed")] {
        let mut browser = Browser::default();
        let back = house.there(&mut browser).await;
        let mut back = Url::parse(&back).unwrap();
        let state = back.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let iss = house.idp.base.clone();
        back.query_pairs_mut().clear().extend_pairs([("error", error), ("state", &state), ("iss", &iss)]);
        assert_eq!(house.end(&mut browser, back.as_str()).await, format!("/welcome#oidc={code}"));
    }
}

#[tokio::test]
async fn a_key_that_was_withdrawn_signs_nobody_in_and_a_new_one_is_found() {
    let house = House::new().await;
    assert_eq!(house.come_in(&mut Browser::default()).await, "/");
    assert_eq!(house.come_in(&mut Browser::default()).await, "/");
    assert_eq!(house.idp.inner().asked.0, 1, "they are remembered");
    // A stranger's key makes nobody ask again at once.
    house.idp.lie(Lies { signer: Signer::Stranger, ..Lies::default() });
    for _ in 0..3 {
        assert_eq!(house.come_in(&mut Browser::default()).await, "/welcome#oidc=untrusted");
    }
    assert_eq!(house.idp.inner().asked.0, 1);
    // The new key replaces the old one; whoever still signs with the old one is nobody.
    house.idp.lie(Lies::default());
    house.idp.inner().keys.insert(0, Key::new("two", Algorithm::ES256));
    let old = house.idp.inner().keys.remove(1);
    house.anew(house.idp.settings());
    assert_eq!(house.come_in(&mut Browser::default()).await, "/");
    house.idp.inner().stranger = old;
    house.idp.lie(Lies { signer: Signer::Stranger, ..Lies::default() });
    assert_eq!(house.come_in(&mut Browser::default()).await, "/welcome#oidc=untrusted");
    assert_eq!(house.noted().await.2, "unknown_key");
}

/// What is logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

// One thread, so that all that happens is heard.
#[tokio::test]
async fn neither_codes_nor_tokens_are_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    // With only one subscriber, what is logged is decided by whichever thread comes first, also by that of another test.
    let _second = tracing::Dispatch::new(tracing_subscriber::fmt().with_writer(std::io::sink).finish());
    let house = House::new().await;
    let mut browser = Browser::default();
    let back = house.there(&mut browser).await;
    let bound = browser.cookies["telecast-oidc"].clone();
    assert_eq!(house.end(&mut browser, &back).await, "/");
    house.idp.lie(Lies { signer: Signer::Forger, ..Lies::default() });
    assert_eq!(house.come_in(&mut Browser::default()).await, "/welcome#oidc=untrusted");
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("wrong_signature") && text.contains("sign_in.oidc"), "it is heard: {text}");
    let of = |name: &str| {
        Url::parse(&back).unwrap().query_pairs().find(|(one, _)| one == name).unwrap().1.into_owned()
    };
    let signed_in = browser.cookie().unwrap().replace("telecast=", "");
    for secret in [of("code"), of("state"), bound, signed_in, "s3cret".into(), "acc3ss".into(), "eyJ".into()]
    {
        assert!(!text.contains(&secret), "{secret} is in the log: {text}");
    }
}
