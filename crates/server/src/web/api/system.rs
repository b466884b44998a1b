//! The station itself.

use crate::app::view::StatusView;
use crate::web::Web;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use telecast_core::error::PROBLEMS;
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
}

/// All kinds of problems.
#[derive(Serialize, ToSchema)]
pub struct ProblemKinds {
    /// By status.
    pub items: Vec<ProblemKind>,
}

/// All problems that this API answers with, and what to do about each.
#[utoipa::path(get, path = "/api/v1/problems", tag = "system", responses((status = 200, body = ProblemKinds)))]
pub async fn problems() -> Json<ProblemKinds> {
    let items = PROBLEMS
        .iter()
        .map(|row| ProblemKind {
            code: row.code.into(),
            status: row.status,
            title: row.title.into(),
            advice: row.advice.into(),
        })
        .collect();
    Json(ProblemKinds { items })
}

/// The station at a glance.
#[utoipa::path(get, path = "/api/v1/system/status", tag = "system", responses((status = 200, body = StatusView)))]
pub async fn status(State(web): State<Web>) -> Json<StatusView> {
    Json(web.app.status())
}
