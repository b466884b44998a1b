//! What machines ask: is it alive, is it ready, how much of everything.
//!
//! None of it needs a sign-in, so none of it names people, channels or addresses.

use super::Web;
use super::caller::Caller;
use super::problem::Problem;
use crate::ops::METRICS;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

fn is_verbose(query: Option<&str>) -> bool {
    query.is_some_and(|query| query.split('&').any(|pair| matches!(pair, "verbose" | "verbose=true")))
}

/// Alive: it answers.
pub(super) async fn healthz(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    if !is_verbose(query.as_deref()) {
        return "alive\n".into_response();
    }
    let said = serde_json::json!({
        "alive": true,
        "uptime_s": web.clock.uptime().as_secs(),
        "panics": crate::app::panics(),
        "listeners": web.listeners.count(),
    });
    axum::Json(said).into_response()
}

/// Figures for Prometheus, for the networks that the configuration names; for others there is nothing here.
pub(super) async fn metrics(State(web): State<Web>, Extension(caller): Extension<Caller>) -> Response {
    let config = web.config();
    let Some((figures, networks)) = &config.metrics else { return Problem::not_found().into_response() };
    if !caller.is_direct || !networks.iter().any(|network| network.contains(caller.address)) {
        return Problem::not_found().into_response();
    }
    metrics::gauge!("telecast_tasks")
        .set(tokio::runtime::Handle::current().metrics().num_alive_tasks() as f64);
    ([(header::CONTENT_TYPE, METRICS), (header::CACHE_CONTROL, "no-store")], figures.render()).into_response()
}

/// Ready: the store answers, and some receiver works (or none is configured yet).
pub(super) async fn readyz(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let store = web.accounts.ping().await.is_ok();
    let receivers = web.app.receivers();
    let working = receivers.is_empty()
        || receivers.iter().any(|receiver| receiver.state == crate::app::view::ReceiverState::Ok);
    let status = if store && working && !web.stopping.is_cancelled() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let ready = status == StatusCode::OK;
    let mut said = serde_json::json!({ "ready": ready });
    // Addresses stand in messages: those are for people who are signed in.
    if is_verbose(query.as_deref()) {
        let list = receivers.iter().map(|r| serde_json::json!({ "name": r.name, "state": r.state }));
        said["store"] = store.into();
        said["receivers"] = list.collect();
    }
    (status, axum::Json(said)).into_response()
}
