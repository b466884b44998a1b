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
use std::collections::BTreeSet;
use telecast_core::access::{self, Profile, Role};
use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_core::lineup::ChannelId;
use telecast_core::session::ReasonCode;
use telecast_store::{Account, NewPin};
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
    /// When a guest's stay ends (milliseconds since 1970); null: he is none.
    pub expires_ms: Option<i64>,
    /// What a child may see; null: everything.
    pub profile: Option<ChildProfile>,
    /// There is a PIN that opens programmes for older people.
    pub has_pin: bool,
}

/// What a child may see.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChildProfile {
    /// Programmes for this age, or below (years; 0 to 18).
    pub age: u8,
    /// Also programmes of which nobody has said for whom they are. From 16 years on they are seen in any case.
    #[serde(default)]
    pub unrated: bool,
    /// Ids of channels, and no others; null: all.
    #[serde(default)]
    pub channels: Option<Vec<String>>,
}

/// What a child is to see.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProfile {
    /// What it may see.
    pub profile: ChildProfile,
    /// Four to eight digits that open a programme for older people; empty: none any more; absent: as before.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only)]
    pub pin: Option<SecretString>,
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
    /// A guest: after so many hours the account ends. He watches, whatever his role, and comes in by a link that is good until then.
    #[serde(default)]
    pub expires_hours: Option<u32>,
}

/// Another role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    /// Role.
    pub role: String,
}

/// A link by which somebody signs in.
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
        expires_ms: account.expires_ms,
        profile: account.profile.map(|profile| ChildProfile {
            age: profile.age,
            unrated: profile.unrated,
            channels: profile.channels.map(|ids| ids.into_iter().map(|id| id.0).collect()),
        }),
        has_pin: account.has_pin,
    }
}

/// When a guest's stay ends that is to last so many hours.
fn ends(hours: u32, now_ms: i64) -> Result<i64, Problem> {
    let most = limits::GUEST.as_secs() / 3600;
    if hours == 0 || u64::from(hours) > most {
        let words = format!("1 to {most} hours");
        return Err(Problem::new(Kind::Invalid, "A guest stays for a while.").field("expires_hours", &words));
    }
    Ok(now_ms + i64::from(hours) * 3_600_000)
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
    let now = web.clock.wall_ms();
    if let Some(hours) = new.expires_hours {
        if new.password.is_some() {
            return Err(Problem::new(Kind::Invalid, "A guest comes in by a link and has no password.")
                .field("password", "not for a guest"));
        }
        let account = web.accounts.create_guest(name, role, ends(hours, now)?, now).await?;
        return Ok(Begun(StatusCode::CREATED, person(account, by.role)));
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
    let account = web.accounts.create(name, role, hash, now).await?;
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
    end_sessions(&web, &account.id, ReasonCode::EndedByHost).await;
    Ok(Json(person(web.accounts.account(&account.id).await?, by.role)))
}

/// Says what a child may see. What it watches ends: it begins again with what it may see now.
#[utoipa::path(post, path = "/api/v1/people/{id}/profile", tag = "people", params(("id" = String, Path)), request_body = NewProfile,
    responses((status = 200, body = Person), (status = 400, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn set_profile(
    State(web): State<Web>,
    Extension(by): Extension<Principal>,
    Path(id): Path<String>,
    Body(new): Body<NewProfile>,
) -> Result<Json<Person>, Problem> {
    let account = changeable(&web, &by, &id).await?;
    let profile = profile(new.profile)?;
    let pin = match &new.pin {
        None => NewPin::Stays,
        Some(pin) if pin.expose_secret().is_empty() => NewPin::Is(None),
        Some(pin) => {
            if let Some(fault) = access::pin_fault(pin.expose_secret()) {
                return Err(Problem::new(Kind::Invalid, fault).field("pin", fault));
            }
            NewPin::Is(Some(web.hash(pin.expose_secret().to_owned()).await?.into()))
        }
    };
    web.accounts.set_profile(&account.id, &profile, &pin).await?;
    end_sessions(&web, &account.id, ReasonCode::EndedByHost).await;
    Ok(Json(person(web.accounts.account(&account.id).await?, by.role)))
}

fn profile(of: ChildProfile) -> Result<Profile, Problem> {
    if of.age > access::GROWN {
        return Err(Problem::new(Kind::Invalid, "The age is for children.").field("age", "0 to 18"));
    }
    let channels = of.channels.map(|ids| ids.into_iter().map(ChannelId).collect::<BTreeSet<_>>());
    if channels.as_ref().is_some_and(|channels| channels.len() > access::CHANNELS) {
        return Err(
            Problem::new(Kind::Invalid, "These are too many channels.").field("channels", "10,000 at most")
        );
    }
    Ok(Profile { age: of.age, unrated: of.unrated, channels })
}

/// Ends whatever an account watches.
pub(super) async fn end_sessions(web: &Web, account: &str, reason: ReasonCode) {
    for session in web.app.sessions().into_iter().filter(|session| !session.state.is_over()) {
        if web.app.is_session_of(&session.id, account) {
            web.app.end(&session.id, reason).await;
        }
    }
}

/// Makes a link by which somebody signs in without a password: once, or, for a guest, as often as he likes.
#[utoipa::path(post, path = "/api/v1/people/{id}/link", tag = "people", params(("id" = String, Path)),
    responses((status = 201, body = SignInLink), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn link(
    State(web): State<Web>,
    Extension(by): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<Begun<SignInLink>, Problem> {
    let account = changeable(&web, &by, &id).await?;
    let now = web.clock.wall_ms();
    let (code, ends_ms) = web.accounts.new_link(&account, now).await?;
    // Behind the hash, so that it is in no log of any server.
    let path = format!("{}/welcome#link={}", web.base_path(), code.expose_secret());
    let expires_s = (ends_ms - now).max(0) as u64 / 1000;
    Ok(Begun(StatusCode::CREATED, SignInLink { path, expires_s }))
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
    end_sessions(&web, &account.id, ReasonCode::AccessEnded).await;
    Ok(StatusCode::NO_CONTENT)
}
