//! What is on.

use super::Parameters;
use crate::web::Web;
use crate::web::guard::Principal;
use crate::web::problem::{Problem, ProblemDocument};
use axum::extract::State;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use telecast_core::guide;
use telecast_core::lineup::ChannelId;
use utoipa::{IntoParams, ToSchema};

/// A programme.
#[derive(Serialize, ToSchema)]
pub struct Event {
    /// Within the channel.
    pub id: String,
    /// Title.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// Text.
    pub description: String,
    /// Start.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// End.
    #[schema(value_type = String, format = DateTime)]
    pub end: Timestamp,
    /// Genre.
    pub genre: String,
    /// For whom it is, from this age on (years); null: nobody has said.
    pub rating: Option<u8>,
}

/// Now and next on one channel.
#[derive(Serialize, ToSchema)]
pub struct NowNext {
    /// Channel.
    pub channel_id: String,
    /// On now.
    pub now: Option<Event>,
    /// Next.
    pub next: Option<Event>,
    /// Age of what is known, in seconds.
    pub stale_s: u64,
}

/// Now and next on many channels.
#[derive(Serialize, ToSchema)]
pub struct NowNexts {
    /// In the order asked for, or of all channels.
    pub items: Vec<NowNext>,
}

/// Which channels.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Ids with commas between them; all if absent.
    pub channels: Option<String>,
}

fn show(event: guide::Event) -> Event {
    let time = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    Event {
        id: event.id.to_string(),
        title: event.title,
        subtitle: event.subtitle,
        description: event.description,
        start: time(event.start_ms),
        end: time(event.end_ms),
        genre: event.genre,
        rating: event.rating,
    }
}

/// What is on now, and next. Never waits for a receiver.
#[utoipa::path(get, path = "/api/v1/guide/now", tag = "guide", params(Which),
    responses((status = 200, body = NowNexts), (status = 400, body = ProblemDocument)))]
pub async fn now(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Parameters(which): Parameters<Which>,
) -> Result<Json<NowNexts>, Problem> {
    let mut ids: Vec<String> = match which.channels {
        Some(list) => list.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect(),
        None => web.app.lineup().channels.iter().map(|channel| channel.id.to_string()).collect(),
    };
    ids.retain(|id| who.profile.is_none() || who.lists(&ChannelId(id.clone())));
    let items = web
        .app
        .now_next(&ids)
        .into_iter()
        .map(|row| NowNext {
            channel_id: row.channel_id,
            now: row.now.map(show),
            next: row.next.map(show),
            stale_s: row.stale_s,
        })
        .collect();
    Ok(Json(NowNexts { items }))
}
