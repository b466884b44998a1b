//! One's own account: its password, the browsers in which it is signed in, its API tokens.

use super::auth::{AuthState, signed_in};
use super::{Begun, Body};
use crate::web::Web;
use crate::web::caller::Caller;
use crate::web::guard::{Credential, Principal};
use crate::web::problem::{Problem, ProblemDocument};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Extension, Json};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use telecast_core::access::{self, Scope};
use telecast_core::error::Kind;
use telecast_core::secret::Lifetime;
use telecast_store::ApiToken;
use utoipa::ToSchema;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// Tokens of one account.
const TOKENS: usize = 50;

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The one that counts now; absent for an account that has none yet.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only)]
    pub current: Option<SecretString>,
    /// The one that is to count.
    #[schema(value_type = String, write_only)]
    pub new: SecretString,
}

/// A browser in which one is signed in.
#[derive(Serialize, ToSchema)]
pub struct SignInView {
    /// Id, by which it is ended.
    pub id: String,
    /// What the browser calls itself.
    pub label: String,
    /// When it began (milliseconds since 1970).
    pub created_ms: i64,
    /// When it was last used, to about a minute.
    pub last_seen_ms: i64,
    /// When it ends unless it is used again.
    pub expires_ms: i64,
    /// It is the one that asks.
    pub is_this: bool,
}

/// All of them.
#[derive(Serialize, ToSchema)]
pub struct SignIns {
    /// The one used last first.
    pub items: Vec<SignInView>,
}

/// An API token to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// What it may do; not more than its account.
    pub scopes: Vec<String>,
    /// Days until it ends; absent: never.
    #[serde(default)]
    pub expires_days: Option<u32>,
}

/// An API token, without the token.
#[derive(Serialize, ToSchema)]
pub struct TokenView {
    /// Id, by which it is revoked.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made (milliseconds since 1970).
    pub created_ms: i64,
    /// When it ends; null: never.
    pub expires_ms: Option<i64>,
    /// When it was last used, to about a minute; null: never.
    pub last_used_ms: Option<i64>,
}

/// All of them.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// Oldest first.
    pub items: Vec<TokenView>,
}

/// A new API token.
#[derive(Serialize, ToSchema)]
pub struct MadeToken {
    /// The token itself: shown once, kept by nobody.
    pub token: String,
    /// The same without it.
    pub view: TokenView,
}

/// Gives one's account another password. All other browsers are signed out; this one is signed in anew.
#[utoipa::path(post, path = "/api/v1/account/password", tag = "account", request_body = NewPassword,
    responses((status = 200, body = AuthState), (status = 400, body = ProblemDocument), (status = 403, body = ProblemDocument)))]
pub async fn password(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(new): Body<NewPassword>,
) -> Result<Response, Problem> {
    if matches!(principal.credential, Credential::Token(_)) {
        return Err(Problem::new(
            Kind::Forbidden,
            "A password is changed by whoever is signed in, not by a token.",
        ));
    }
    if web.accounts.is_of_provider(&principal.account).await? {
        let words =
            "You come in through the identity provider; a password would go on when it lets you in no more.";
        return Err(Problem::new(Kind::Forbidden, words));
    }
    if let Some(fault) = access::password_fault(new.new.expose_secret(), &principal.name) {
        return Err(Problem::new(Kind::Invalid, fault).field("new", fault));
    }
    let now = web.clock.uptime();
    web.doorman.admit(&principal.name, caller.address, now)?;
    if let Some((_, hash)) = web.accounts.password_of(&principal.name).await? {
        let current = new.current.as_ref().map(|word| word.expose_secret().to_owned()).unwrap_or_default();
        web.doorman.failed(&principal.name, caller.address, now);
        if !web.check(current, hash).await? {
            return Err(Problem::new(Kind::Forbidden, "The current password is wrong.")
                .field("current", "It is wrong."));
        }
        web.doorman.succeeded(&principal.name, caller.address);
    }
    let hash = web.hash(new.new.expose_secret().to_owned()).await?;
    web.accounts.set_password(&principal.account, hash).await?;
    let account = web.accounts.account(&principal.account).await?;
    signed_in(&web, &account, (caller, &headers)).await
}

/// The browsers in which one is signed in.
#[utoipa::path(get, path = "/api/v1/account/sign-ins", tag = "account", responses((status = 200, body = SignIns)))]
pub async fn sign_ins(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
) -> Result<Json<SignIns>, Problem> {
    let all = web.accounts.sign_ins(&principal.account, web.clock.wall_ms()).await?;
    let items = all.into_iter().map(|(hash, label, lifetime)| {
        let Lifetime { created_ms, last_seen_ms } = lifetime;
        SignInView {
            id: hash.name(),
            label,
            created_ms,
            last_seen_ms,
            expires_ms: lifetime.expires_ms(),
            is_this: principal.credential == Credential::Cookie(hash),
        }
    });
    Ok(Json(SignIns { items: items.collect() }))
}

/// Signs one's account out of a browser, with its sockets.
#[utoipa::path(delete, path = "/api/v1/account/sign-ins/{id}", tag = "account", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn end_sign_in(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let all = web.accounts.sign_ins(&principal.account, web.clock.wall_ms()).await?;
    let found = all.into_iter().find(|(hash, _, _)| hash.name() == id);
    let (hash, _, _) = found.ok_or_else(|| Problem::new(Kind::NotFound, "There is no such sign-in."))?;
    let credential = Credential::Cookie(hash);
    web.accounts.sign_out(&credential).await?;
    web.listeners.end(&credential);
    Ok(StatusCode::NO_CONTENT)
}

fn view(token: ApiToken) -> TokenView {
    TokenView {
        id: token.id,
        name: token.name,
        scopes: token.scopes.iter().map(|scope| scope.name().to_owned()).collect(),
        created_ms: token.created_ms,
        expires_ms: token.expires_ms,
        last_used_ms: token.last_used_ms,
    }
}

/// One's API tokens, without the tokens.
#[utoipa::path(get, path = "/api/v1/account/tokens", tag = "account", responses((status = 200, body = Tokens)))]
pub async fn tokens(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
) -> Result<Json<Tokens>, Problem> {
    let account = web.accounts.account(&principal.account).await?;
    let items = web.accounts.tokens(&account).await?;
    Ok(Json(Tokens { items: items.into_iter().map(view).collect() }))
}

/// Makes an API token. It is shown once.
#[utoipa::path(post, path = "/api/v1/account/tokens", tag = "account", request_body = NewToken,
    responses((status = 201, body = MadeToken), (status = 400, body = ProblemDocument), (status = 403, body = ProblemDocument)))]
pub async fn make_token(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Body(new): Body<NewToken>,
) -> Result<Begun<MadeToken>, Problem> {
    let name = new.name.trim().to_owned();
    if let Some(fault) = access::name_fault(&name) {
        return Err(Problem::new(Kind::Invalid, fault).field("name", fault));
    }
    let scopes: Option<Vec<Scope>> = new.scopes.iter().map(|name| Scope::parse(name)).collect();
    let scopes = scopes.filter(|scopes| !scopes.is_empty()).ok_or_else(|| {
        let all = Scope::ALL.map(Scope::name).join(", ");
        Problem::new(Kind::Invalid, "Say what the token may do.")
            .field("scopes", &format!("one or more of {all}"))
    })?;
    // A token may not make one that may do more than itself.
    if let Some(more) = scopes.iter().find(|scope| !principal.scopes.contains(scope)) {
        return Err(Problem::new(
            Kind::Forbidden,
            format!("You do not have the right '{}' yourself.", more.name()),
        ));
    }
    let (account, now) = (web.accounts.account(&principal.account).await?, web.clock.wall_ms());
    let before = web.accounts.tokens(&account).await?;
    if before.len() >= TOKENS {
        return Err(Problem::new(
            Kind::Conflict,
            format!("There are {TOKENS} tokens already; revoke one first."),
        ));
    }
    let expires = new.expires_days.map(|days| now.saturating_add(i64::from(days).saturating_mul(DAY_MS)));
    let token = web.accounts.new_token(&account, &name, scopes, expires, now).await?;
    let known: Vec<&str> = before.iter().map(|token| token.id.as_str()).collect();
    let made =
        web.accounts.tokens(&account).await?.into_iter().find(|token| !known.contains(&token.id.as_str()));
    let made = made.ok_or_else(|| Problem::new(Kind::Conflict, "The token was revoked at this moment."))?;
    Ok(Begun(StatusCode::CREATED, MadeToken { token: token.expose_secret().to_owned(), view: view(made) }))
}

/// Revokes one of one's API tokens; what it has open ends within seconds.
#[utoipa::path(delete, path = "/api/v1/account/tokens/{id}", tag = "account", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn revoke_token(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let account = web.accounts.account(&principal.account).await?;
    web.accounts.revoke_token(&account, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
