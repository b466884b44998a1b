//! The guide: what is on, windows, words, one programme, and where all that comes from.

use super::Parameters;
use crate::app::guide::{AiringView, DetailView, Query, RowView};
use crate::web::Web;
use crate::web::guard::Principal;
use crate::web::problem::{Problem, ProblemDocument};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use telecast_core::error::Kind;
use telecast_core::guide;
use telecast_core::limits;
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
    /// Languages with commas between them, best first, after those that the account reads; those of `Accept-Language` if absent.
    pub languages: Option<String>,
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
    headers: HeaderMap,
) -> Result<Json<NowNexts>, Problem> {
    let languages = languages(&web, &who, which.languages.as_deref(), &headers).await?;
    let mut ids: Vec<String> = match which.channels {
        Some(list) => list.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect(),
        None => web.app.lineup().channels.iter().map(|channel| channel.id.to_string()).collect(),
    };
    ids.retain(|id| who.profile.is_none() || who.lists(&ChannelId(id.clone())));
    let items = web
        .app
        .now_next(&ids, &languages)
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

/// An airing in a list.
#[derive(Serialize, ToSchema)]
pub struct Airing {
    /// Names it for `programmes/{id}`.
    pub id: String,
    /// Channel.
    pub channel_id: String,
    /// Title; empty if it is `locked`.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// The text's beginning.
    pub brief: String,
    /// Start.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// End.
    #[schema(value_type = String, format = DateTime)]
    pub end: Timestamp,
    /// DVB's `content_nibble_level_1` and `_2` (EN 300 468 table 28); null: nobody has said.
    pub genre: Option<u8>,
    /// Season.
    pub season: Option<u16>,
    /// Episode.
    pub episode: Option<u32>,
    /// Shown for the first time.
    pub new: bool,
    /// For whom it is, from this age on (years); null: nobody has said.
    pub rating: Option<u8>,
    /// It is not for whoever asks.
    pub locked: bool,
}

/// What is on a channel.
#[derive(Serialize, ToSchema)]
pub struct GuideRow {
    /// Channel.
    pub channel_id: String,
    /// By start.
    pub items: Vec<Airing>,
    /// Age of the oldest of it, in seconds.
    pub stale_s: u64,
}

/// A window of the guide.
#[derive(Serialize, ToSchema)]
pub struct GuideWindow {
    /// Channel by channel, in the lineup's order or in that of the question.
    pub items: Vec<GuideRow>,
    /// Where to go on; null at the end.
    pub next_cursor: Option<String>,
}

/// Which window.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Stretch {
    /// From; now if absent.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Until; six hours later if absent. At most fifteen days after `from`.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// Ids with commas between them; all if absent.
    pub channels: Option<String>,
    /// Channels at most.
    pub limit: Option<usize>,
    /// From a previous answer.
    pub cursor: Option<String>,
    /// Languages with commas between them, best first, after those that the account reads; those of `Accept-Language` if absent.
    pub languages: Option<String>,
}

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Words {
    /// Words, or their beginnings.
    pub q: String,
    /// From; now if absent.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Until.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// Ids with commas between them; all if absent.
    pub channels: Option<String>,
    /// DVB's genre; of the whole group, if its lower four bits are 0.
    pub genre: Option<u8>,
    /// Only what is shown for the first time.
    pub new: Option<bool>,
    /// How many at most.
    pub limit: Option<usize>,
    /// From a previous answer.
    pub cursor: Option<String>,
    /// Languages with commas between them, best first, after those that the account reads; those of `Accept-Language` if absent.
    pub languages: Option<String>,
}

/// What was found.
#[derive(Serialize, ToSchema)]
pub struct Finds {
    /// By day, and within a day by channel and start.
    pub items: Vec<Airing>,
    /// Where to go on; null: that was all. A page may be short, and even empty, while there is more.
    pub next_cursor: Option<String>,
}

/// Languages.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Languages {
    /// With commas between them, best first, after those that the account reads; those of `Accept-Language` if absent.
    pub languages: Option<String>,
}

/// Somebody who made it or is in it.
#[derive(Serialize, ToSchema)]
pub struct Credit {
    /// `director`, `actor`, `writer`, …
    pub role: String,
    /// Name.
    pub name: String,
    /// Whom they play.
    pub part: Option<String>,
}

/// All that is known of an airing.
#[derive(Serialize, ToSchema)]
pub struct Programme {
    /// As in lists.
    #[serde(flatten)]
    pub airing: Airing,
    /// The whole text.
    pub description: String,
    /// Genres as the source names them.
    pub categories: Vec<String>,
    /// Who made it and who is in it.
    pub credits: Vec<Credit>,
    /// Where it was made.
    pub countries: Vec<String>,
    /// When it was made: a year or a day.
    pub date: Option<String>,
    /// Picture and sound as the source names them.
    pub facts: Vec<String>,
    /// Other times of the same on its channel.
    pub others: Vec<Airing>,
    /// Age of what is known, in seconds.
    pub stale_s: u64,
}

/// A guide file.
#[derive(Serialize, ToSchema)]
pub struct GuideFile {
    /// Path or address.
    pub name: String,
    /// It is being read: airings so far.
    pub reading: Option<u64>,
    /// When it was last tried.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub read: Option<Timestamp>,
    /// What came of that, or what went wrong and what to do.
    pub message: String,
    /// It could not be read.
    pub failed: bool,
    /// Airings.
    pub airings: u64,
    /// Channels of the lineup that it tells of.
    pub channels: u64,
    /// Channels of it that are none of the lineup's.
    pub unmatched: u64,
    /// Channels of it that may be some of the lineup's, and are left out.
    pub doubtful: Vec<Doubt>,
    /// Programmes that were left out because they are faulty.
    pub skipped: u64,
}

/// A channel of a file that may be one of the lineup's.
#[derive(Serialize, ToSchema)]
pub struct Doubt {
    /// Its id in the file.
    pub id: String,
    /// The channel that it is like.
    pub channel_id: String,
    /// How alike (0 to 100).
    pub score: u8,
}

/// All guide files.
#[derive(Serialize, ToSchema)]
pub struct GuideFiles {
    /// In the order of the configuration.
    pub items: Vec<GuideFile>,
}

fn stamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn airing(who: &Principal, view: AiringView) -> Airing {
    let locked = !who.admits(view.age);
    let open = |text: String| if locked { String::new() } else { text };
    Airing {
        id: view.id,
        channel_id: view.channel.0,
        title: open(view.title),
        subtitle: open(view.subtitle),
        brief: open(view.brief),
        start: stamp(view.start_ms),
        end: stamp(view.end_ms),
        genre: view.genre,
        season: view.season,
        episode: view.episode,
        new: view.new,
        rating: view.age,
        locked,
    }
}

fn row(who: &Principal, view: RowView) -> GuideRow {
    GuideRow {
        channel_id: view.channel.0,
        items: view.airings.into_iter().map(|view| airing(who, view)).collect(),
        stale_s: view.stale_s,
    }
}

/// Languages that somebody reads, best first: as his account says, then as the question does, or else as the browser (RFC 9110 §12.5.4, whose order is taken
/// as it stands).
async fn languages(
    web: &Web,
    who: &Principal,
    asked: Option<&str>,
    headers: &HeaderMap,
) -> Result<Vec<String>, Problem> {
    let own = if who.is_anonymous() { Arc::default() } else { web.app.languages(&who.account).await? };
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let list = asked.or(accepted).unwrap_or_default();
    let names = list.split(',').map(|one| one.split(';').next().unwrap_or_default().trim());
    let names = names.filter(|name| !name.is_empty() && *name != "*").map(str::to_owned);
    Ok(own.iter().cloned().chain(names).take(limits::GUIDE_LANGUAGES).collect())
}

/// Channels that somebody asked for, or all; only those that are there for whoever asks.
fn channels(web: &Web, who: &Principal, asked: Option<&str>) -> Vec<ChannelId> {
    let lineup = web.app.lineup();
    let all = match asked {
        Some(list) => {
            let ids = list.split(',').filter(|id| !id.is_empty()).map(|id| ChannelId(id.to_owned()));
            ids.filter(|id| lineup.channel(id).is_some()).collect::<Vec<_>>()
        }
        None => lineup.channels.iter().map(|channel| channel.id.clone()).collect(),
    };
    all.into_iter().filter(|id| who.lists(id)).collect()
}

/// What is on some of the time between two moments, channel by channel.
#[utoipa::path(get, path = "/api/v1/guide", tag = "guide", params(Stretch),
    responses((status = 200, body = GuideWindow), (status = 400, body = ProblemDocument)))]
pub async fn window(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Parameters(asked): Parameters<Stretch>,
    headers: HeaderMap,
) -> Result<Json<GuideWindow>, Problem> {
    let from = asked.from.map_or_else(|| web.app.now_ms(), Timestamp::as_millisecond);
    let to = asked.to.map_or(from + 6 * 3_600_000, Timestamp::as_millisecond);
    if to <= from || to - from > limits::GUIDE_WINDOW.as_millis() as i64 {
        return Err(Problem::new(Kind::Invalid, "`to` must be after `from`, and no more than fifteen days.")
            .field("to", "out of range"));
    }
    let all = channels(&web, &who, asked.channels.as_deref());
    let begin = match &asked.cursor {
        None => 0,
        Some(cursor) => {
            let lost = || {
                Problem::new(Kind::Invalid, "The lineup has changed; begin again without a cursor.")
                    .field("cursor", "unknown")
            };
            all.iter().position(|id| id.0 == *cursor).ok_or_else(lost)?
        }
    };
    // Long stretches of few channels, or short ones of many.
    let hours = ((to - from) / 3_600_000).max(1) as usize;
    let most = (limits::GUIDE_CHANNEL_HOURS / hours).clamp(1, limits::GUIDE_CHANNELS);
    let count = asked.limit.unwrap_or(limits::GUIDE_CHANNELS).clamp(1, most);
    let some = &all[begin..all.len().min(begin + count)];
    let languages = languages(&web, &who, asked.languages.as_deref(), &headers).await?;
    let rows = web.app.guide(some, (from, to), &languages).await?;
    let next_cursor = all.get(begin + count).map(ToString::to_string);
    Ok(Json(GuideWindow { items: rows.into_iter().map(|view| row(&who, view)).collect(), next_cursor }))
}

/// Airings in which words occur: in title, second line, text, and names.
#[utoipa::path(get, path = "/api/v1/guide/search", tag = "guide", params(Words),
    responses((status = 200, body = Finds), (status = 400, body = ProblemDocument)))]
pub async fn search(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Parameters(asked): Parameters<Words>,
    headers: HeaderMap,
) -> Result<Json<Finds>, Problem> {
    let from = asked.from.map_or_else(|| web.app.now_ms(), Timestamp::as_millisecond);
    let is_bounded =
        asked.channels.is_some() || who.profile.as_ref().is_some_and(|profile| profile.channels.is_some());
    let age = who.profile.as_ref().filter(|profile| profile.minds_time());
    let query = Query {
        words: asked.q,
        channels: is_bounded.then(|| channels(&web, &who, asked.channels.as_deref())),
        from_ms: from,
        to_ms: asked.to.map_or(i64::MAX / 2, Timestamp::as_millisecond),
        genre: asked.genre,
        new: asked.new.unwrap_or_default(),
        age: age.map(|profile| (profile.age, profile.admits(None))),
        limit: asked.limit.unwrap_or(50).clamp(1, limits::GUIDE_FOUND),
        cursor: asked.cursor,
    };
    let languages = languages(&web, &who, asked.languages.as_deref(), &headers).await?;
    let page = web.app.search_guide(query, &languages).await?;
    let items = page.airings.into_iter().map(|view| airing(&who, view)).collect();
    Ok(Json(Finds { items, next_cursor: page.cursor }))
}

/// All that is known of an airing.
#[utoipa::path(get, path = "/api/v1/programmes/{id}", tag = "guide",
    params(("id" = String, Path, description = "As lists have it."), Languages),
    responses((status = 200, body = Programme), (status = 404, body = ProblemDocument)))]
pub async fn programme(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
    Parameters(asked): Parameters<Languages>,
    headers: HeaderMap,
) -> Result<Json<Programme>, Problem> {
    let languages = languages(&web, &who, asked.languages.as_deref(), &headers).await?;
    let detail = web.app.programme(&id, &languages).await?;
    if !who.lists(&detail.airing.channel) || !who.admits(detail.airing.age) {
        return Err(Problem::new(Kind::NotFound, "There is no such programme."));
    }
    let DetailView {
        airing: brief,
        description,
        categories,
        credits,
        countries,
        date,
        facts,
        stale_s,
        others,
    } = detail;
    let person = |(role, name, part)| Credit { role: role_name(role).into(), name, part };
    Ok(Json(Programme {
        airing: airing(&who, brief),
        description,
        categories,
        credits: credits.into_iter().map(person).collect(),
        countries,
        date,
        facts,
        others: others.into_iter().map(|view| airing(&who, view)).collect(),
        stale_s,
    }))
}

fn role_name(role: guide::Role) -> &'static str {
    use guide::Role;
    match role {
        Role::Director => "director",
        Role::Actor => "actor",
        Role::Writer => "writer",
        Role::Adapter => "adapter",
        Role::Producer => "producer",
        Role::Composer => "composer",
        Role::Editor => "editor",
        Role::Presenter => "presenter",
        Role::Commentator => "commentator",
        Role::Guest => "guest",
    }
}

/// Guide files, and how they fare.
#[utoipa::path(get, path = "/api/v1/guide/files", tag = "guide", responses((status = 200, body = GuideFiles)))]
pub async fn files(State(web): State<Web>) -> Json<GuideFiles> {
    let items = web.app.guide_files().into_iter().map(|view| GuideFile {
        name: view.name,
        reading: view.reading,
        read: view.read_ms.map(stamp),
        message: view.message,
        failed: view.failed,
        airings: view.airings,
        channels: view.channels,
        unmatched: view.unmatched,
        doubtful: view
            .doubtful
            .into_iter()
            .map(|(id, channel, score)| Doubt { id, channel_id: channel.0, score })
            .collect(),
        skipped: view.skipped,
    });
    Json(GuideFiles { items: items.collect() })
}

/// Reads the guide again, from receivers and files, now.
#[utoipa::path(post, path = "/api/v1/guide/refresh", tag = "guide", responses((status = 204, description = "It has begun.")))]
pub async fn refresh(State(web): State<Web>) -> StatusCode {
    web.app.refresh_guide();
    StatusCode::NO_CONTENT
}
