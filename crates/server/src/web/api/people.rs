//! The people of the station: who there is, who may do what, and the links by which they come in. Nobody gives more than he has
//! ([`Role::may_manage`]).

use super::{Begun, Body};
use crate::web::Web;
use crate::web::guard::Principal;
use crate::web::problem::{Problem, ProblemDocument};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use telecast_core::access::{self, Role};
use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_store::Account;
use utoipa::ToSchema;

/// Somebody.
#[derive(Serialize, ToSchema)]
pub struct Person {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `owner`, `admin`, `programmer`, `agent`, `viewer` or `child`.
    pub role: String,
    /// When the account was made (milliseconds since 1970).
    pub created_ms: i64,
    /// Whoever asks may change and remove it.
    pub may_change: bool,
}

/// All of them.
#[derive(Serialize, ToSchema)]
pub struct People {
    /// Oldest first.
    pub items: Vec<Person>,
}

/// Somebody to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// Name, by which he signs in.
    pub name: String,
    /// Role.
    pub role: String,
    /// Password; absent: he comes in by a link, and chooses one himself.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only)]
    pub password: Option<SecretString>,
}

/// Another role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    /// Role.
    pub role: String,
}

/// A link by which somebody signs in, once.
#[derive(Serialize, ToSchema)]
pub struct SignInLink {
    /// What comes behind the station's address.
    pub path: String,
    /// Seconds until it ends.
    pub expires_s: u64,
}

fn person(account: Account, by: Role) -> Person {
    Person {
        may_change: by.may_manage(account.role),
        id: account.id,
        name: account.name,
        role: account.role.name().into(),
        created_ms: account.created_ms,
    }
}

fn role(name: &str) -> Result<Role, Problem> {
    Role::parse(name).ok_or_else(|| {
        let all = Role::ALL.map(Role::name).join(", ");
        Problem::new(Kind::Invalid, format!("There is no role '{name}'."))
            .field("role", &format!("one of {all}"))
    })
}

fn may(by: &Principal, role: Role) -> Result<(), Problem> {
    if by.role.may_manage(role) {
        return Ok(());
    }
    let words = format!("A person of the role '{}' is not yours to make, change or remove.", role.name());
    Err(Problem::new(Kind::Forbidden, words))
}

/// The account of that id, which `by` may change.
async fn changeable(web: &Web, by: &Principal, id: &str) -> Result<Account, Problem> {
    let account = web.accounts.account(id).await?;
    may(by, account.role)?;
    Ok(account)
}

/// The people of the station.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", responses((status = 200, body = People)))]
pub async fn list(
    State(web): State<Web>,
    Extension(by): Extension<Principal>,
) -> Result<Json<People>, Problem> {
    let all = web.accounts.all().await?;
    Ok(Json(People { items: all.into_iter().map(|account| person(account, by.role)).collect() }))
}

/// Adds somebody.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = NewPerson,
    responses((status = 201, body = Person), (status = 400, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn add(
    State(web): State<Web>,
    Extension(by): Extension<Principal>,
    Body(new): Body<NewPerson>,
) -> Result<Begun<Person>, Problem> {
    let (role, name) = (role(&new.role)?, new.name.trim());
    may(&by, role)?;
    if let Some(fault) = access::name_fault(name) {
        return Err(Problem::new(Kind::Invalid, fault).field("name", fault));
    }
    let hash = match &new.password {
        None => None,
        Some(password) => {
            if let Some(fault) = access::password_fault(password.expose_secret(), name) {
                return Err(Problem::new(Kind::Invalid, fault).field("password", fault));
            }
            Some(web.hash(password.expose_secret().to_owned()).await?)
        }
    };
    let account = web.accounts.create(name, role, hash, web.clock.wall_ms()).await?;
    Ok(Begun(StatusCode::CREATED, person(account, by.role)))
}

/// Gives somebody another role. He is signed out everywhere, and comes in again with other rights.
#[utoipa::path(post, path = "/api/v1/people/{id}/role", tag = "people", params(("id" = String, Path)), request_body = NewRole,
    responses((status = 200, body = Person), (status = 400, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn set_role(
    State(web): State<Web>,
    Extension(by): Extension<Principal>,
    Path(id): Path<String>,
    Body(new): Body<NewRole>,
) -> Result<Json<Person>, Problem> {
    let account = changeable(&web, &by, &id).await?;
    let role = role(&new.role)?;
    may(&by, role)?;
    web.accounts.set_role(&account.id, role).await?;
    Ok(Json(person(Account { role, ..account }, by.role)))
}

/// Makes a link by which somebody signs in once, without a password.
#[utoipa::path(post, path = "/api/v1/people/{id}/link", tag = "people", params(("id" = String, Path)),
    responses((status = 201, body = SignInLink), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn link(
    State(web): State<Web>,
    Extension(by): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<Begun<SignInLink>, Problem> {
    let account = changeable(&web, &by, &id).await?;
    let code = web.accounts.new_link(&account, web.clock.wall_ms()).await?;
    // Behind the hash, so that it is in no log of any server.
    let path = format!("{}/welcome#link={}", web.base_path(), code.expose_secret());
    Ok(Begun(StatusCode::CREATED, SignInLink { path, expires_s: limits::SIGN_IN_LINK.as_secs() }))
}

/// Removes somebody, with all that lets him in. What he watches ends.
#[utoipa::path(delete, path = "/api/v1/people/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn remove(
    State(web): State<Web>,
    Extension(by): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let account = changeable(&web, &by, &id).await?;
    web.accounts.remove(&account.id).await?;
    stop_watching(&web, &account).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends whatever somebody watches.
pub(super) async fn stop_watching(web: &Web, account: &Account) {
    for session in web.app.sessions().into_iter().filter(|session| !session.state.is_over()) {
        if web.app.is_session_of(&session.id, &account.id) {
            web.app.stop(&session.id).await;
        }
    }
}
