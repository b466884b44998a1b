//! Conversations: what there is, what was said in them, and saying something without a socket. What is heard at once comes by [`super::events`].

use super::{Begun, Body, Parameters, request_key};
use crate::app::assistant::ProviderView;
use crate::app::conversation::{Handle, Listed, Refused};
use crate::web::Web;
use crate::web::guard::Principal;
use crate::web::problem::{Problem, ProblemDocument};
use crate::web::talk::who;
use crate::web::trace::current_id;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use telecast_core::conversation::Command;
use telecast_core::error::Kind;
use utoipa::{IntoParams, ToSchema};

/// Events of one answer at most.
const EVENTS: usize = 500;

/// A conversation.
#[derive(Serialize, ToSchema)]
#[schema(as = Conversation)]
pub struct ConversationView {
    /// Id.
    pub id: String,
    /// What it is called; null: nothing yet.
    pub title: Option<String>,
    /// Who answers: `assistant`, `queued` (nobody yet: a person was asked for), `human`, `closed`.
    pub mode: String,
    /// Within it offsets count; another one means that what is known of it is not its past.
    pub epoch: String,
    /// Offset of its last event; 0: there is none.
    pub last: u64,
    /// When something was last said.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

/// Conversations of whoever asks.
#[derive(Serialize, ToSchema)]
pub struct ConversationList {
    /// The one that was last spoken in first.
    pub items: Vec<ConversationView>,
}

/// Events of a conversation.
#[derive(Serialize, ToSchema)]
pub struct Events {
    /// Within it offsets count.
    pub epoch: String,
    /// In order, without a hole; fewer than asked for: these are all.
    #[schema(value_type = Vec<Object>)]
    pub items: Vec<Box<RawValue>>,
    /// Offset of its last event.
    pub last: u64,
}

/// Which events.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Stretch {
    /// Those behind this offset.
    #[serde(default)]
    pub after: u64,
    /// How many at most.
    pub limit: Option<usize>,
}

/// Words that are looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Sought {
    /// Words.
    pub q: String,
}

/// A place in a conversation.
#[derive(Serialize, ToSchema)]
pub struct Find {
    /// Conversation.
    pub id: String,
    /// What it is called; null: nothing yet.
    pub title: Option<String>,
    /// The message's offset; 0: the title fits.
    pub offset: u64,
    /// What stands there.
    pub text: String,
}

/// What was found.
#[derive(Serialize, ToSchema)]
pub struct Found {
    /// The conversation that was last spoken in first.
    pub items: Vec<Find>,
}

/// It was said.
#[derive(Serialize, ToSchema)]
pub struct Done {
    /// Offset of it.
    pub offset: u64,
}

/// Who answers.
#[derive(Serialize, ToSchema)]
pub struct AssistantView {
    /// Providers of models, in the order in which they are asked.
    pub providers: Vec<ProviderView>,
    /// There is none: a few sentences are understood.
    pub plain: bool,
}

impl From<Listed> for ConversationView {
    fn from(listed: Listed) -> Self {
        let Listed { id, title, mode, epoch, last, changed_ms } = listed;
        let changed_at = Timestamp::from_millisecond(changed_ms).unwrap_or_default();
        Self { id, title, mode, epoch, last, changed_at }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let problem = Self::new(refused.kind, refused.detail).because(refused.code);
        match refused.retry_after_s {
            Some(seconds) => problem.retry_after(seconds),
            None => problem,
        }
    }
}

async fn opened(web: &Web, principal: &Principal, id: &str) -> Result<Handle, Problem> {
    Ok(web.app.conversations().open(id, &who(principal, current_id())).await?)
}

/// Conversations of whoever asks.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "conversations", responses((status = 200, body = ConversationList)))]
pub async fn list(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
) -> Result<Json<ConversationList>, Problem> {
    let items = web.app.conversations().listed(&who(&principal, current_id())).await?;
    Ok(Json(ConversationList { items: items.into_iter().map(ConversationView::from).collect() }))
}

/// Begins a conversation.
#[utoipa::path(post, path = "/api/v1/conversations", tag = "conversations",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request make one.")),
    responses((status = 201, body = ConversationView), (status = 429, body = ProblemDocument)))]
pub async fn create(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
) -> Result<Begun<ConversationView>, Problem> {
    let key = request_key(&principal, &headers, "conversation", &())?;
    let made = web.app.conversations().create(&who(&principal, current_id()), key.as_ref()).await?;
    Ok(Begun(StatusCode::CREATED, made.into()))
}

/// A conversation.
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "conversations", params(("id" = String, Path, description = "As lists have it.")),
    responses((status = 200, body = ConversationView), (status = 404, body = ProblemDocument)))]
pub async fn one(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<Json<ConversationView>, Problem> {
    let handle = opened(&web, &principal, &id).await?;
    Ok(Json(handle.listed().await?.into()))
}

/// Deletes a conversation and all that was said in it.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}", tag = "conversations", params(("id" = String, Path, description = "As lists have it.")),
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn delete(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    web.app.conversations().delete(&id, &who(&principal, current_id())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What has happened in a conversation.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/events", tag = "conversations",
    params(("id" = String, Path, description = "As lists have it."), Stretch),
    responses((status = 200, body = Events), (status = 404, body = ProblemDocument)))]
pub async fn events(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    Parameters(asked): Parameters<Stretch>,
) -> Result<Json<Events>, Problem> {
    let handle = opened(&web, &principal, &id).await?;
    let most = asked.limit.unwrap_or(EVENTS).clamp(1, EVENTS);
    let items = handle.events(asked.after, most).await?.into_iter().map(RawValue::from_string);
    let items = items
        .collect::<Result<_, _>>()
        .map_err(|_| Problem::new(Kind::Internal, "An event cannot be read."))?;
    Ok(Json(Events { epoch: handle.epoch().to_owned(), items, last: handle.live().last() }))
}

/// Says something into a conversation, or asks something of it: a command as the socket takes it.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/commands", tag = "conversations",
    params(("id" = String, Path, description = "As lists have it.")), request_body(content = Object),
    responses((status = 200, body = Done), (status = 400, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn command(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    Body(command): Body<Box<RawValue>>,
) -> Result<Json<Done>, Problem> {
    let command = Command::parse(command.get().as_bytes()).map_err(Refused::from)?;
    let handle = opened(&web, &principal, &id).await?;
    let said = handle.say(&who(&principal, current_id()), command).await?;
    Ok(Json(Done { offset: said.offset }))
}

/// Looks for words in one's own conversations.
#[utoipa::path(get, path = "/api/v1/conversations/search", tag = "conversations", params(Sought), responses((status = 200, body = Found)))]
pub async fn search(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Parameters(asked): Parameters<Sought>,
) -> Result<Json<Found>, Problem> {
    let found = web.app.conversations().search(&who(&principal, current_id()), &asked.q).await?;
    let items = found.into_iter().map(|(listed, offset, text)| Find {
        id: listed.id,
        title: listed.title,
        offset,
        text,
    });
    Ok(Json(Found { items: items.collect() }))
}

/// Who answers.
#[utoipa::path(get, path = "/api/v1/assistant", tag = "conversations", responses((status = 200, body = AssistantView)))]
pub async fn assistant(State(web): State<Web>) -> Json<AssistantView> {
    let providers = web.app.assistant().providers();
    Json(AssistantView { providers: providers.views(), plain: providers.is_empty() })
}
