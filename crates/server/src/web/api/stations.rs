//! Channels of one's own: for those who may programme.

use super::{Begun, Body, request_key};
use crate::app::station::ahead::SimulationView;
use crate::app::station::view::{AiredView, PreviewView, StationDetail, StationView, TimelineView, read};
use crate::app::station::{LOG, LogForm, refused};
use crate::web::guard::Principal;
use crate::web::problem::{Problem, ProblemDocument};
use crate::web::{Web, secret};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use telecast_core::error::Kind;
use telecast_core::schedule::Document;
use utoipa::{IntoParams, ToSchema};

/// Days that a preview looks ahead, at most.
const PREVIEW_DAYS: i64 = 14;
/// Days that a run ahead takes, at most: two years.
const RUN_DAYS: i64 = 731;
const DAY_MS: i64 = 86_400_000;

/// All own channels.
#[derive(Serialize, ToSchema)]
pub struct Stations {
    /// Oldest first.
    pub items: Vec<StationView>,
}

/// A channel to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStation {
    /// Its name.
    pub name: String,
    /// Its number, if it is to have a certain one.
    #[serde(default)]
    pub number: Option<u32>,
    /// What it is meant to play; absent: nothing yet.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub document: Option<serde_json::Value>,
}

/// Another number and document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StationChange {
    /// The revision that whoever changes it has seen.
    pub revision: i64,
    /// Its number, if it is to have a certain one.
    #[serde(default)]
    pub number: Option<u32>,
    /// What it is meant to play.
    #[schema(value_type = Object)]
    pub document: serde_json::Value,
}

/// What is to be looked at before it counts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// What it would be meant to play; absent: what it is.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub document: Option<serde_json::Value>,
    /// Days ahead.
    #[serde(default)]
    pub days: Option<i64>,
}

/// A stretch of time.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// From; an hour ago if absent.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Until; a day later if absent.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
}

/// A page of the log.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// What began before this; now if absent.
    #[param(value_type = Option<String>, format = DateTime)]
    pub before: Option<Timestamp>,
    /// So much of it.
    pub limit: Option<u32>,
}

/// How the log is written.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// A table (RFC 4180), with a heading.
    #[default]
    Csv,
    /// A list of what the log holds.
    Json,
}

/// A period of the log.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// What began from then on; thirty days ago if absent.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// What began before; now if absent.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// How it is written.
    #[serde(default)]
    #[param(inline)]
    pub format: LogFormat,
}

/// What was on.
#[derive(Serialize, ToSchema)]
pub struct Log {
    /// The newest first.
    pub items: Vec<AiredView>,
    /// For `before`, if there may be more.
    pub next_cursor: Option<String>,
}

fn document(value: &serde_json::Value) -> Result<Document, Problem> {
    Document::parse(&value.to_string()).map_err(|faults| {
        let problem = Problem::from(refused(&faults));
        faults.iter().fold(problem, |problem, fault| problem.field(&fault.place, &fault.message))
    })
}

fn days(wanted: Option<i64>, usual: i64, most: i64) -> i64 {
    wanted.unwrap_or(usual).clamp(1, most)
}

/// All own channels, and how each fares.
#[utoipa::path(get, path = "/api/v1/stations", tag = "stations", responses((status = 200, body = Stations)))]
pub async fn all(State(web): State<Web>) -> Result<Json<Stations>, Problem> {
    Ok(Json(Stations { items: web.app.stations().all().await? }))
}

/// Makes an own channel. It begins when its first programme is prepared.
#[utoipa::path(post, path = "/api/v1/stations", tag = "stations", request_body = NewStation,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body make one channel; with another body: 409")),
    responses((status = 201, body = StationView), (status = 400, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn create(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
    Body(new): Body<NewStation>,
) -> Result<Begun<StationView>, Problem> {
    let empty = || serde_json::json!({ "version": 1, "name": new.name, "sources": {}, "blocks": {}, "templates": {} });
    let document = document(&new.document.unwrap_or_else(empty))?;
    let request = request_key(&principal, &headers, "station", &(new.number, &document))?;
    let id = telecast_core::secret::id(secret::entropy());
    let seed = u64::from_le_bytes(secret::entropy());
    let made = web.app.stations().create(id, seed, (new.number, &document), request).await?;
    Ok(Begun(StatusCode::CREATED, made))
}

/// An own channel and its document.
#[utoipa::path(get, path = "/api/v1/stations/{id}", tag = "stations", params(("id" = String, Path)),
    responses((status = 200, body = StationDetail), (status = 404, body = ProblemDocument)))]
pub async fn one(State(web): State<Web>, Path(id): Path<String>) -> Result<Json<StationDetail>, Problem> {
    Ok(Json(web.app.stations().one(id).await?))
}

/// Changes number and document of an own channel. What is on, and what is fixed, stays.
#[utoipa::path(post, path = "/api/v1/stations/{id}", tag = "stations", params(("id" = String, Path)), request_body = StationChange,
    responses((status = 200, body = StationView), (status = 400, body = ProblemDocument), (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument)))]
pub async fn change(
    State(web): State<Web>,
    Path(id): Path<String>,
    Body(new): Body<StationChange>,
) -> Result<Json<StationView>, Problem> {
    let document = document(&new.document)?;
    Ok(Json(web.app.stations().change(id, new.revision, (new.number, &document)).await?))
}

/// Removes an own channel; whoever watches it is told that it has ended.
#[utoipa::path(delete, path = "/api/v1/stations/{id}", tag = "stations", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn delete(State(web): State<Web>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    web.app.stations().delete(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is on, was lately, and will be, and why; fourteen days at most.
#[utoipa::path(get, path = "/api/v1/stations/{id}/timeline", tag = "stations", params(("id" = String, Path), Window),
    responses((status = 200, body = TimelineView), (status = 404, body = ProblemDocument)))]
pub async fn timeline(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(window): Query<Window>,
) -> Result<Json<TimelineView>, Problem> {
    let from = window.from.map_or(web.app.now_ms() - 3_600_000, Timestamp::as_millisecond);
    let to = window.to.map_or(from + 86_400_000, Timestamp::as_millisecond);
    Ok(Json(web.app.stations().timeline(id, (from, to.max(from))).await?))
}

/// What would be on by another document from the next free boundary on, and how that differs. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/stations/{id}/preview", tag = "stations", params(("id" = String, Path)), request_body = Draft,
    responses((status = 200, body = PreviewView), (status = 404, body = ProblemDocument)))]
pub async fn preview(
    State(web): State<Web>,
    Path(id): Path<String>,
    Body(draft): Body<Draft>,
) -> Result<Json<PreviewView>, Problem> {
    let value = match draft.document {
        Some(value) => value,
        None => web.app.stations().one(id.clone()).await?.document,
    };
    let document = match read(&value) {
        Ok(document) => document,
        Err(faults) => return Ok(Json(PreviewView::faulty(faults, web.app.now_ms()))),
    };
    let days = days(draft.days, 3, PREVIEW_DAYS);
    Ok(Json(web.app.stations().preview(Some(id), document, days).await?))
}

/// What would be on a channel that is not made yet, from now on. Nothing is made.
#[utoipa::path(post, path = "/api/v1/stations/preview", tag = "stations", request_body = Draft,
    responses((status = 200, body = PreviewView), (status = 400, body = ProblemDocument)))]
pub async fn preview_new(
    State(web): State<Web>,
    Body(draft): Body<Draft>,
) -> Result<Json<PreviewView>, Problem> {
    let document = match read(&draft.document.unwrap_or_default()) {
        Ok(document) => document,
        Err(faults) => return Ok(Json(PreviewView::faulty(faults, web.app.now_ms()))),
    };
    let days = days(draft.days, 2, PREVIEW_DAYS);
    Ok(Json(web.app.stations().preview(None, document, days).await?))
}

/// What it comes to in a year, or as many days as are asked for, and what is odd about it. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/stations/{id}/simulate", tag = "stations", params(("id" = String, Path)), request_body = Draft,
    responses((status = 200, body = SimulationView), (status = 400, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn simulate(
    State(web): State<Web>,
    Path(id): Path<String>,
    Body(draft): Body<Draft>,
) -> Result<Json<SimulationView>, Problem> {
    let document = draft.document.as_ref().map(document).transpose()?;
    let days = days(draft.days, 365, RUN_DAYS);
    Ok(Json(web.app.stations().simulate(id, document, days).await?))
}

/// What was on, the newest first.
#[utoipa::path(get, path = "/api/v1/stations/{id}/log", tag = "stations", params(("id" = String, Path), Before),
    responses((status = 200, body = Log)))]
pub async fn log(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(page): Query<Before>,
) -> Result<Json<Log>, Problem> {
    let before = page.before.map_or(i64::MAX, Timestamp::as_millisecond);
    let limit = page.limit.unwrap_or(100).clamp(1, LOG);
    let aired = web.app.stations().log(&id, before, limit).await?;
    let items: Vec<AiredView> = aired.iter().map(AiredView::of).collect();
    let next_cursor = items.last().filter(|_| items.len() == limit as usize).map(|last| last.start.clone());
    Ok(Json(Log { items, next_cursor }))
}

/// What was on in a period, the oldest first, as a file; two years at most.
#[utoipa::path(get, path = "/api/v1/stations/{id}/log/export", tag = "stations", params(("id" = String, Path), Period),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 400, body = ProblemDocument)))]
pub async fn export_log(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(period): Query<Period>,
) -> Result<Response, Problem> {
    let to = period.to.map_or(web.app.now_ms(), Timestamp::as_millisecond);
    let from = period.from.map_or(to - 30 * DAY_MS, Timestamp::as_millisecond);
    if from > to || to - from > RUN_DAYS * DAY_MS {
        let words = "A period ends after it begins, and is two years long at most.";
        return Err(Problem::new(Kind::Invalid, words).field("to", "after 'from', within 731 days"));
    }
    let (form, kind, ending) = match period.format {
        LogFormat::Csv => (LogForm::Csv, "text/csv; charset=utf-8", "csv"),
        LogFormat::Json => (LogForm::Json, "application/json", "json"),
    };
    // What somebody has entered as an id does not become the name of a file.
    let name: String = id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let body = axum::body::Body::from_stream(web.app.stations().export_log(id, (from, to), form));
    Ok((headers, body).into_response())
}
