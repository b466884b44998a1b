//! Timers on receivers: what they will record, record and have recorded by themselves.
//!
//! What the receiver can do besides (folders, days, what happens afterwards) is shown and not taken from here: whoever may record is not whoever runs the box.

use super::{Begun, Body, request_key};
use crate::app::timers::{TimerPreview, TimerSet, TimerSubject, TimerView, TimerWish, Timers};
use crate::web::Web;
use crate::web::audit::Details;
use crate::web::guard::Principal;
use crate::web::problem::{Problem, ProblemDocument};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use telecast_core::error::Kind;
use utoipa::ToSchema;

/// What is to be recorded.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTimer {
    /// A programme of the guide; either this or `channel_id` with `start` and `end`.
    pub programme_id: Option<String>,
    /// Channel.
    pub channel_id: Option<String>,
    /// From, exactly.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub start: Option<Timestamp>,
    /// Until, exactly.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub end: Option<Timestamp>,
    /// What a stretch of a channel is called; as the channel if absent.
    pub title: Option<String>,
    /// Which receiver is to record; if absent, the first that has the channel and can.
    pub receiver_id: Option<String>,
}

impl NewTimer {
    fn wish(&self) -> Result<TimerWish, Problem> {
        let wrong = |field: &str, words: &str| {
            Problem::new(Kind::Invalid, "Name a programme, or a channel and when to record it.")
                .field(field, words)
        };
        let NewTimer { programme_id, channel_id, start, end, title, receiver_id } = self;
        let what = match (programme_id, channel_id) {
            (Some(id), None) => {
                if start.is_some() || end.is_some() || title.is_some() {
                    return Err(wrong("programme_id", "has times and a title of its own"));
                }
                TimerSubject::Programme(id.clone())
            }
            (None, Some(channel_id)) => TimerSubject::Stretch {
                channel_id: channel_id.clone(),
                start: start.ok_or_else(|| wrong("start", "is missing"))?,
                end: end.ok_or_else(|| wrong("end", "is missing"))?,
                title: title.clone(),
            },
            _ => return Err(wrong("programme_id", "either this or 'channel_id'")),
        };
        Ok(TimerWish { what, receiver_id: receiver_id.clone(), again: None })
    }
}

/// For the audit: which timer it was.
fn noted(timer: &TimerView) -> Details {
    Details(serde_json::json!({
        "id": timer.id, "receiver": timer.receiver_id, "channel": timer.channel_id, "title": timer.title,
        "start": timer.start, "end": timer.end,
    }))
}

/// Timers of all receivers, those that are over too as long as the receiver lists them.
#[utoipa::path(get, path = "/api/v1/timers", tag = "timers", responses((status = 200, body = Timers)))]
pub async fn list(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
) -> Result<Json<Timers>, Problem> {
    Ok(Json(web.app.timers(principal.profile.as_deref()).await?))
}

/// Sets a timer on a receiver, which then records by itself. One that is there already is answered with 200. What stands in its way is told in 409
/// (`timer_conflict`), as is that the receiver does not want to (`timer_refused`) and that the channel comes from lists alone (`no_timers`).
#[utoipa::path(post, path = "/api/v1/timers", tag = "timers", request_body = NewTimer,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body set one timer; with another body: 409")),
    responses((status = 201, body = TimerSet), (status = 200, body = TimerSet), (status = 400, body = ProblemDocument), (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 410, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn set(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
    Body(new): Body<NewTimer>,
) -> Result<Response, Problem> {
    let wish = new.wish()?;
    let request = request_key(&principal, &headers, "timer", &new)?;
    let set = web.app.set_timer(&wish, principal.profile.as_deref(), request.as_ref()).await?;
    let (status, details) =
        (if set.was_there { StatusCode::OK } else { StatusCode::CREATED }, noted(&set.timer));
    let mut response = Begun(status, set).into_response();
    response.extensions_mut().insert(details);
    Ok(response)
}

/// What setting a timer would mean, in sentences and as values: who would record, and what is known to be in its way. Nothing is set.
#[utoipa::path(post, path = "/api/v1/timers/preview", tag = "timers", request_body = NewTimer,
    responses((status = 200, body = TimerPreview), (status = 400, body = ProblemDocument), (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn preview(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Body(new): Body<NewTimer>,
) -> Result<Json<TimerPreview>, Problem> {
    Ok(Json(web.app.preview_timer(&new.wish()?, principal.profile.as_deref()).await?))
}

/// Cancels a timer, and gives what it was. What it records just now ends there; what is recorded stays on the receiver.
#[utoipa::path(delete, path = "/api/v1/timers/{id}", tag = "timers", params(("id" = String, Path)),
    responses((status = 200, body = TimerView), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn cancel(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let timer = web.app.cancel_timer(&id, principal.profile.as_deref()).await?;
    let details = noted(&timer);
    let mut response = Json(timer).into_response();
    response.extensions_mut().insert(details);
    Ok(response)
}
