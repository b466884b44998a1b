//! The station itself.

use crate::app::StatusView;
use crate::web::Web;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use telecast_core::error::PROBLEMS;
use telecast_core::session::ReasonCode;
use utoipa::ToSchema;

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
