//! Who is there: first owner, sign-in, sign-out, one-time links.

use super::{Body, oidc};
use crate::web::audit::Actor;
use crate::web::caller::Caller;
use crate::web::guard::{self, Credential, Principal};
use crate::web::problem::{Problem, ProblemDocument};
use crate::web::{Web, address};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use telecast_core::access;
use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_core::secret::SecretHash;
use telecast_store::Account;
use utoipa::ToSchema;

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    /// Name.
    pub name: String,
    /// Role.
    pub role: String,
    /// What this sign-in may do.
    pub scopes: Vec<String>,
    /// Years, for a child; null: everything may be seen.
    pub age: Option<u8>,
    /// There is a PIN that opens programmes for older people.
    pub has_pin: bool,
    /// When a guest's stay ends (milliseconds since 1970); null: he is none.
    pub until_ms: Option<i64>,
}

/// Something that everybody at this station should know.
#[derive(Serialize, ToSchema)]
pub struct Notice {
    /// Stable code.
    pub code: String,
    /// For people.
    pub message: String,
}

/// How things stand.
#[derive(Serialize, ToSchema)]
pub struct AuthState {
    /// The station belongs to somebody.
    pub owner_exists: bool,
    /// Who is signed in; null: nobody.
    pub account: Option<SignedIn>,
    /// Everybody may watch, without an account.
    pub anonymous: bool,
    /// To be shown.
    pub notices: Vec<Notice>,
    /// Where one signs in through an identity provider; null: nowhere.
    pub oidc: Option<oidc::Offer>,
    /// Version of this program.
    pub version: String,
}

/// The first owner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The code that was printed at start.
    pub code: String,
    /// Name.
    pub name: String,
    /// Password.
    pub password: String,
}

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Name.
    pub name: String,
    /// Password.
    pub password: String,
}

/// A one-time link's code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Code.
    pub code: String,
}

pub(super) async fn now_is(
    web: &Web,
    principal: Option<&Principal>,
    (caller, headers): (Caller, &HeaderMap),
) -> Result<AuthState, Problem> {
    let mut notices = Vec::new();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let local = host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
    if !address::is_https(web, Some(caller)) && !local {
        notices.push(Notice {
            code: "plain_http".into(),
            message: "This connection is not encrypted. Use it only in your own network.".into(),
        });
    }
    let anonymous = web.config().anonymous;
    if anonymous {
        notices.push(Notice {
            code: "anonymous".into(),
            message: "Everybody who reaches this station may watch.".into(),
        });
    }
    Ok(AuthState {
        owner_exists: web.accounts.owner_exists().await?,
        account: principal.map(|principal| SignedIn {
            name: principal.name.clone(),
            role: principal.role.name().into(),
            scopes: principal.scopes.iter().map(|scope| scope.name().into()).collect(),
            age: principal.profile.as_ref().map(|profile| profile.age),
            has_pin: principal.has_pin,
            until_ms: principal.until_ms,
        }),
        anonymous,
        notices,
        oidc: oidc::offer(web),
        version: env!("CARGO_PKG_VERSION").into(),
    })
}

/// How things stand for whoever asks.
#[utoipa::path(get, path = "/api/v1/auth/state", tag = "auth", responses((status = 200, body = AuthState)))]
pub async fn state(
    State(web): State<Web>,
    principal: Option<Extension<Principal>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<Json<AuthState>, Problem> {
    Ok(Json(now_is(&web, principal.as_deref(), (caller, &headers)).await?))
}

/// Makes the first owner; only the holder of the printed code may.
#[utoipa::path(post, path = "/api/v1/auth/setup", tag = "auth", request_body = Setup,
    responses((status = 200, body = AuthState), (status = 400, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn setup(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(setup): Body<Setup>,
) -> Result<Response, Problem> {
    web.doorman.admit("setup", caller.address, web.clock.uptime())?;
    let name = setup.name.trim();
    if let Some(fault) = access::name_fault(name) {
        return Err(Problem::new(Kind::Invalid, fault).field("name", fault));
    }
    if let Some(fault) = access::password_fault(&setup.password, name) {
        return Err(Problem::new(Kind::Invalid, fault).field("password", fault));
    }
    if web.accounts.owner_exists().await? {
        return Err(Problem::new(Kind::Conflict, "This station has an owner already. Sign in instead."));
    }
    let hash = web.hash(setup.password).await?;
    match web.accounts.create_owner(name, hash, &setup.code.into(), web.clock.wall_ms()).await {
        Ok(account) => signed_in(&web, &account, (caller, &headers)).await,
        Err(problem) => {
            web.doorman.failed("setup", caller.address, web.clock.uptime());
            Err(problem)
        }
    }
}

/// Signs in.
#[utoipa::path(post, path = "/api/v1/auth/sign-in", tag = "auth", request_body = SignIn,
    responses((status = 200, body = AuthState), (status = 401, body = ProblemDocument), (status = 429, body = ProblemDocument)))]
pub async fn sign_in(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(who): Body<SignIn>,
) -> Result<Response, Problem> {
    let name = who.name.trim().to_owned();
    web.doorman.admit(&name, caller.address, web.clock.uptime())?;
    let found = web.accounts.password_of(&name).await?;
    // A name that does not exist costs as much time as one that does.
    let (account, hash) =
        found.map_or((None, web.decoy_hash.clone()), |(account, hash)| (Some(account), hash));
    // Counted before it is judged, so that tries at the same moment do not slip through together.
    web.doorman.failed(&name, caller.address, web.clock.uptime());
    let matches = web.check(who.password, hash).await?;
    match account {
        Some(account) if matches => {
            web.doorman.succeeded(&name, caller.address);
            signed_in(&web, &account, (caller, &headers)).await
        }
        // A name that is none of ours may be a password that was typed in the wrong place: it is not noted.
        account => {
            let tried = account.map(|account| account.name);
            let wrong = Problem::new(Kind::Unauthenticated, "Name or password is wrong.");
            Err(wrong.details(serde_json::json!({ "name": tried })))
        }
    }
}

/// Signs in by a one-time link.
#[utoipa::path(post, path = "/api/v1/auth/link", tag = "auth", request_body = Link,
    responses((status = 200, body = AuthState), (status = 403, body = ProblemDocument)))]
pub async fn link(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(link): Body<Link>,
) -> Result<Response, Problem> {
    web.doorman.admit("link", caller.address, web.clock.uptime())?;
    match web.accounts.use_link(link.code, web.clock.wall_ms()).await? {
        Some(account) => signed_in(&web, &account, (caller, &headers)).await,
        None => {
            web.doorman.failed("link", caller.address, web.clock.uptime());
            Err(Problem::new(Kind::Forbidden, "This link has been used or has expired."))
        }
    }
}

/// Signs out: this sign-in ends, with its sockets and event streams. Other browsers of the account stay signed in.
#[utoipa::path(post, path = "/api/v1/auth/sign-out", tag = "auth", responses((status = 200, body = AuthState)))]
pub async fn sign_out(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(credential) = guard::sign_in(&headers) {
        web.accounts.sign_out(&credential).await?;
        web.listeners.end(&credential);
    }
    let mut response = Json(now_is(&web, None, (caller, &headers)).await?).into_response();
    set_cookie(&web, caller, response.headers_mut(), "", 0);
    Ok(response)
}

pub(super) async fn signed_in(
    web: &Web,
    account: &Account,
    (caller, headers): (Caller, &HeaderMap),
) -> Result<Response, Problem> {
    let now = web.clock.wall_ms();
    let label = headers
        .get(header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok())
        .unwrap_or("")
        .chars()
        .take(200)
        .collect::<String>();
    let token = web.accounts.sign_in(account, &label, now).await?;
    let principal = web.accounts.holder(&Credential::Cookie(SecretHash::of(&token)), now).await?;
    let mut response = Json(now_is(web, principal.as_ref(), (caller, headers)).await?).into_response();
    response.extensions_mut().insert(Actor(account.id.clone(), account.name.clone()));
    set_cookie(
        web,
        caller,
        response.headers_mut(),
        token.expose_secret(),
        limits::SIGN_IN_ABSOLUTE.as_secs(),
    );
    Ok(response)
}

fn set_cookie(web: &Web, caller: Caller, response: &mut HeaderMap, value: &str, seconds: u64) {
    let [secure, plain] = guard::COOKIES;
    let text = if address::is_https(web, Some(caller)) {
        format!("{secure}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax")
    } else {
        format!("{plain}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax")
    };
    if let Ok(text) = HeaderValue::from_str(&text) {
        response.append(header::SET_COOKIE, text);
    }
    response.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}
