//! The station itself.

use super::{Body, Parameters};
use crate::app::StatusView;
use crate::config::Change;
use crate::web::Web;
use crate::web::audit::Details;
use crate::web::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use telecast_core::error::{Kind, PROBLEMS};
use telecast_core::session::ReasonCode;
use telecast_store::AuditLine;
use utoipa::{IntoParams, ToSchema};

/// A kind of problem.
#[derive(Serialize, ToSchema)]
pub struct ProblemKind {
    /// Stable code.
    pub code: String,
    /// HTTP status.
    pub status: u16,
    /// Title.
    pub title: String,
    /// What one can do.
    pub advice: String,
    /// Title in German.
    pub title_de: String,
    /// What one can do, in German.
    pub advice_de: String,
}

/// Why a session ended or was refused.
#[derive(Serialize, ToSchema)]
pub struct ReasonKind {
    /// Stable code.
    pub code: String,
    /// Title.
    pub title: String,
    /// What one can do.
    pub advice: String,
    /// Title in German.
    pub title_de: String,
    /// What one can do, in German.
    pub advice_de: String,
}

/// All kinds of problems and reasons.
#[derive(Serialize, ToSchema)]
pub struct ProblemKinds {
    /// Codes of problem documents, by status.
    pub items: Vec<ProblemKind>,
    /// Codes of sessions' reasons.
    pub reasons: Vec<ReasonKind>,
}

/// All problems that this API answers with, all reasons that sessions give, and what to do about each.
#[utoipa::path(get, path = "/api/v1/problems", tag = "system", responses((status = 200, body = ProblemKinds)))]
pub async fn problems() -> Json<ProblemKinds> {
    let items = PROBLEMS.iter().map(|row| ProblemKind {
        code: row.code.into(),
        status: row.status,
        title: row.title.into(),
        advice: row.advice.into(),
        title_de: row.title_de.into(),
        advice_de: row.advice_de.into(),
    });
    let reasons = ReasonCode::ALL.iter().map(|code| {
        let (english, german) = (code.english(), code.german());
        ReasonKind {
            code: code.name().into(),
            title: english.title.into(),
            advice: english.advice.into(),
            title_de: german.title.into(),
            advice_de: german.advice.into(),
        }
    });
    Json(ProblemKinds { items: items.collect(), reasons: reasons.collect() })
}

/// The station at a glance: receivers and who holds their tuners, tapes, sessions, transcoders, disk. The topic `status` of the
/// socket gives the same each second.
#[utoipa::path(get, path = "/api/v1/system/status", tag = "system", responses((status = 200, body = StatusView)))]
pub async fn status(State(web): State<Web>) -> Json<StatusView> {
    Json(web.app.status())
}

/// A key whose value is another one now. Secrets are masked.
#[derive(Serialize, ToSchema)]
pub struct ChangeView {
    /// The key, or `receiver 'NAME'`.
    pub key: String,
    /// Value before.
    pub was: String,
    /// Value now.
    pub now: String,
}

/// What has come of reading the configuration again.
#[derive(Serialize, ToSchema)]
pub struct ReloadView {
    /// What counts from now on.
    pub changed: Vec<ChangeView>,
    /// What will count after a restart.
    pub after_restart: Vec<ChangeView>,
    /// What works and should be changed all the same.
    pub warnings: Vec<String>,
}

/// The log's level.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogLevel {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,telecast_server::app=debug`.
    pub level: String,
}

fn ending() -> Problem {
    Problem::new(Kind::Unavailable, "The station is ending.")
}

/// Reads the configuration again, as its file, the environment and the command line say it now. If anything is wrong, everything stays as
/// it was, and each fault is named.
#[utoipa::path(post, path = "/api/v1/system/reload", tag = "system", responses((status = 200, body = ReloadView), (status = 400, description = "The configuration is wrong.")))]
pub async fn reload(State(web): State<Web>) -> Result<Response, Problem> {
    let reloader = web.controls.reloader.as_ref().ok_or_else(ending)?;
    let done = reloader.reload().await.ok_or_else(ending)?.map_err(|faults| {
        let problem = Problem::new(Kind::Invalid, "The configuration is wrong; everything stays as it was.");
        faults.iter().fold(problem, |problem, fault| problem.field("configuration", fault))
    })?;
    let view = |Change { key, was, now, .. }: Change| ChangeView { key, was, now };
    let keys: Vec<&String> = done.changed.iter().map(|change| &change.key).collect();
    let details = serde_json::json!({ "changed": keys });
    let view = ReloadView {
        changed: done.changed.into_iter().map(view).collect(),
        after_restart: done.later.into_iter().map(view).collect(),
        warnings: done.warnings,
    };
    let mut response = Json(view).into_response();
    response.extensions_mut().insert(Details(details));
    Ok(response)
}

/// The log's level.
#[utoipa::path(get, path = "/api/v1/system/log-level", tag = "system", responses((status = 200, body = LogLevel)))]
pub async fn log_level(State(web): State<Web>) -> Result<Json<LogLevel>, Problem> {
    let level = web.controls.level.as_ref().ok_or_else(ending)?;
    Ok(Json(LogLevel { level: level.now() }))
}

/// Sets the log's level, until the configuration says another or the station is started again.
#[utoipa::path(post, path = "/api/v1/system/log-level", tag = "system", request_body = LogLevel, responses((status = 200, body = LogLevel), (status = 400, description = "It is none.")))]
pub async fn set_log_level(
    State(web): State<Web>,
    Body(new): Body<LogLevel>,
) -> Result<Json<LogLevel>, Problem> {
    let level = web.controls.level.as_ref().ok_or_else(ending)?;
    level
        .set(&new.level)
        .map_err(|fault| Problem::new(Kind::Invalid, fault.clone()).field("level", &fault))?;
    Ok(Json(new))
}

/// Who has done what.
#[derive(Serialize, ToSchema)]
pub struct AuditView {
    /// Grows with each line.
    pub id: i64,
    /// When (milliseconds since 1970).
    pub at_ms: i64,
    /// Name of the account, as it was then; null: nobody was signed in.
    pub actor: Option<String>,
    /// What was to be done: `sign_in`, `receiver.add`, …
    pub action: String,
    /// To what: the address of the request.
    pub resource: String,
    /// `done`, or the code of the problem.
    pub result: String,
    /// From where.
    pub address: String,
    /// By what program.
    pub agent: String,
    /// In which request.
    pub request_id: String,
    /// What exactly; JSON.
    #[schema(value_type = Option<Object>)]
    pub details: Option<serde_json::Value>,
}

/// A piece of it.
#[derive(Serialize, ToSchema)]
pub struct Audit {
    /// Newest first.
    pub items: Vec<AuditView>,
    /// To be given as `before` for what came earlier; null: there is no more.
    pub next: Option<i64>,
}

/// Which piece.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Piece {
    /// Lines before this one.
    #[serde(default)]
    pub before: Option<i64>,
    /// So many at most; 100 if absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Who has done what, newest first. Kept for 400 days.
#[utoipa::path(get, path = "/api/v1/system/audit", tag = "system", params(Piece), responses((status = 200, body = Audit)))]
pub async fn audit(
    State(web): State<Web>,
    Parameters(piece): Parameters<Piece>,
) -> Result<Json<Audit>, Problem> {
    let limit = piece.limit.unwrap_or(100).clamp(1, 500);
    let lines = web.accounts.audit(piece.before, limit).await?;
    let next = (lines.len() == limit as usize).then(|| lines.last().map(|line| line.id)).flatten();
    let view = |line: AuditLine| AuditView {
        id: line.id,
        at_ms: line.at_ms,
        actor: line.actor_name,
        action: line.action,
        resource: line.resource,
        result: line.result,
        address: line.address,
        agent: line.agent,
        request_id: line.request_id,
        details: line.details.and_then(|text| serde_json::from_str(&text).ok()),
    };
    Ok(Json(Audit { items: lines.into_iter().map(view).collect(), next }))
}
