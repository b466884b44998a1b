//! Where the guide comes from: its sources and how they fare, and addresses that the host enters. Which of their ids are which channels, is in [`super::matches`].

use std::time::Duration;

use super::matches::MatchFigures;
use super::{Begun, Body, MayBody};
use crate::app::guide::{GuideSource, Origin, SourceView, Teller};
use crate::app::settings::Place;
use crate::web::problem::{Problem, ProblemDocument};
use crate::web::{Web, secret};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use telecast_core::error::Kind;
use telecast_core::limits;
use utoipa::ToSchema;

/// Longest name of a guide, in characters.
const NAME: usize = 64;
/// Seconds between two readings of one guide: no more often, no less often.
const REFRESH_S: (u32, u32) = (900, 7 * 86_400);

/// Who tells.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A receiver, of its own channels.
    Receiver,
    /// A guide of the configuration file.
    Configuration,
    /// An address that was entered here.
    Page,
    /// A guide that a list of channels names.
    List,
}

/// A source of the guide.
#[derive(Serialize, ToSchema)]
pub struct Source {
    /// Names it.
    pub id: String,
    /// Who tells.
    pub kind: SourceKind,
    /// Name.
    pub name: String,
    /// Where it lies, without user, password and query; empty: of a receiver.
    pub address: String,
    /// Its times are moved by so many minutes.
    pub shift_min: i32,
    /// How often it is read; null: as often as all.
    pub refresh_s: Option<u64>,
    /// It is being read: airings so far.
    pub reading: Option<u64>,
    /// When it was last tried.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub tried: Option<Timestamp>,
    /// It could not be read then.
    pub failed: bool,
    /// What went wrong and what to do; empty: nothing.
    pub message: String,
    /// When it was last read to its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub read: Option<Timestamp>,
    /// Airings that came then.
    pub airings: u64,
    /// Channels that they were on.
    pub channels: u64,
    /// Programmes that were left out because they are faulty.
    pub skipped: u64,
    /// Channels of which something is kept.
    pub kept_channels: u64,
    /// When the oldest of that was told.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub kept_since: Option<Timestamp>,
    /// Until when it goes.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub kept_until: Option<Timestamp>,
    /// Ids of it that are no channel's.
    pub unused: u64,
    /// Programmes of ids beyond those that are looked at.
    pub left_out: u64,
    /// How many channels of the lineup are what; null: its channels are its own.
    pub figures: Option<MatchFigures>,
}

/// All sources.
#[derive(Serialize, ToSchema)]
pub struct Sources {
    /// Receivers; then guides, best first.
    pub items: Vec<Source>,
    /// The state that a change of their order names.
    pub revision: i64,
}

/// A guide as a person describes it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSource {
    /// Address of an XMLTV file, plain or packed; its user, password and query are kept sealed and shown nowhere.
    pub url: String,
    /// Name for people; empty: its host.
    #[serde(default)]
    pub name: String,
    /// Its times are moved by so many minutes.
    #[serde(default)]
    pub shift_min: i32,
    /// How often it is read (900 to 604800); as often as all if absent.
    #[serde(default)]
    pub refresh_s: Option<u32>,
}

/// A guide as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceChange {
    /// Another address; the same if absent.
    #[serde(default)]
    pub url: Option<String>,
    /// Name for people; empty: its host.
    pub name: String,
    /// Its times are moved by so many minutes.
    pub shift_min: i32,
    /// How often it is read (900 to 604800); as often as all if absent.
    #[serde(default)]
    pub refresh_s: Option<u32>,
}

/// What came of a trial.
#[derive(Serialize, ToSchema)]
pub struct SourceTrial {
    /// Why it is of no use; empty: it is.
    pub fault: String,
    /// Channels that it declares.
    pub offered: usize,
    /// Channels of the lineup that are certainly some of them.
    pub sure: usize,
    /// Channels of the lineup that may be some of them.
    pub doubtful: usize,
    /// Programmes among what was looked at.
    pub airings: usize,
    /// Only its beginning was looked at.
    pub more: bool,
}

/// Which one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshWhich {
    /// Id of a guide; all, and receivers, if absent.
    #[serde(default)]
    pub source: Option<String>,
}

impl From<SourceView> for Source {
    fn from(view: SourceView) -> Self {
        let SourceView { teller, state, kept, .. } = view;
        let kind = match teller {
            Teller::Receiver => SourceKind::Receiver,
            Teller::Guide(Origin::Configuration) => SourceKind::Configuration,
            Teller::Guide(Origin::Page) => SourceKind::Page,
            Teller::Guide(Origin::List) => SourceKind::List,
        };
        let figures = matches!(teller, Teller::Guide(_)).then(|| (&view.figures).into());
        let of_kept = |ms: fn(&telecast_store::Kept) -> Option<i64>| kept.as_ref().and_then(ms).map(stamp);
        Self {
            kind,
            address: view.address,
            shift_min: view.shift_min,
            refresh_s: view.refresh_s,
            reading: state.reading,
            tried: state.read_ms.map(stamp),
            failed: state.failed,
            message: state.message,
            read: of_kept(|kept| kept.read_ms),
            airings: state.airings,
            channels: state.channels,
            skipped: state.skipped,
            kept_channels: kept.as_ref().map_or(0, |kept| kept.channels as u64),
            kept_since: of_kept(|kept| kept.oldest_ms),
            kept_until: of_kept(|kept| kept.until_ms),
            unused: state.matched.unmatched,
            left_out: state.matched.left_out,
            id: state.id,
            name: state.name,
            figures,
        }
    }
}

pub(super) fn stamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// An address of which the station asks a guide; told before anything is kept or asked.
async fn place(web: &Web, text: &str) -> Result<Place, Problem> {
    let wrong =
        |why: &str| Problem::new(Kind::Invalid, format!("The guide's address {why}.")).field("url", why);
    let place = Place::read(text.trim()).map_err(|_| wrong("cannot be read"))?;
    let Place::Url(url) = &place else {
        return Err(wrong(
            "must begin with http:// or https://; files of this machine stand in the configuration",
        ));
    };
    web.app.may_ask(url).await.map_err(|error| {
        let message = error.message.clone();
        Problem::from(error).field("url", &message)
    })?;
    Ok(place)
}

fn described(
    id: &str,
    place: Place,
    (name, shift_min, refresh_s): (&str, i32, Option<u32>),
) -> Result<GuideSource, Problem> {
    if shift_min.abs() > limits::GUIDE_SHIFT {
        let words = "A guide is moved by a day at most.";
        return Err(Problem::new(Kind::Invalid, words).field("shift_min", "-1440 to 1440"));
    }
    if refresh_s.is_some_and(|often| !(REFRESH_S.0..=REFRESH_S.1).contains(&often)) {
        let words = "A guide is read every quarter of an hour at most, and every week at least.";
        return Err(Problem::new(Kind::Invalid, words).field("refresh_s", "900 to 604800"));
    }
    let host = match &place {
        Place::Url(url) => url.host_str().unwrap_or_default().to_owned(),
        Place::Path(_) => String::new(),
    };
    let plain: String = name.trim().chars().filter(|letter| !letter.is_control()).take(NAME).collect();
    let name = if plain.is_empty() { host } else { plain };
    let refresh = refresh_s.map(|seconds| Duration::from_secs(seconds.into()));
    Ok(GuideSource::entered(id, name, place, shift_min, refresh))
}

/// A guide that was entered here, with its id here.
async fn entered(web: &Web, id: &str) -> Result<(String, GuideSource), Problem> {
    let all = web.accounts.guides().await?;
    let found = all.into_iter().find(|guide| guide.id == id);
    let gone = || {
        Problem::new(
            Kind::NotFound,
            "No guide of this id was entered here. Those of the configuration file are changed there.",
        )
    };
    let guide = found.ok_or_else(gone)?;
    let own = GuideSource::entered_id(id).ok_or_else(gone)?.to_owned();
    Ok((own, guide))
}

async fn shown(web: &Web, id: &str) -> Result<Source, Problem> {
    web.app.enter_guides(web.accounts.guides().await?);
    let all = web.app.guide_sources().await?;
    let source = all.into_iter().find(|view| view.state.id == id);
    let gone = || Problem::new(Kind::NotFound, "Somebody else has removed it.");
    source.map(Into::into).ok_or_else(gone)
}

/// Where the guide comes from, and how that fares.
#[utoipa::path(get, path = "/api/v1/guide/sources", tag = "guide", responses((status = 200, body = Sources)))]
pub async fn list(State(web): State<Web>) -> Result<Json<Sources>, Problem> {
    let revision = web.app.guide_wishes().revision;
    let items = web.app.guide_sources().await?.into_iter().map(Into::into).collect();
    Ok(Json(Sources { items, revision }))
}

/// Adds the address of a guide, and reads it.
#[utoipa::path(post, path = "/api/v1/guide/sources", tag = "guide", request_body = NewSource,
    responses((status = 201, body = Source), (status = 400, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn add(State(web): State<Web>, Body(new): Body<NewSource>) -> Result<Begun<Source>, Problem> {
    let place = place(&web, &new.url).await?;
    if web.app.reads_guide(&place) {
        return Err(Problem::new(Kind::Conflict, "This address is read already.").field("url", "taken"));
    }
    let id = format!("g{}", secret::random_hex(4));
    let guide = described(&id, place, (&new.name, new.shift_min, new.refresh_s))?;
    web.accounts.keep_guide(&id, &guide, web.clock.wall_ms()).await?;
    Ok(Begun(StatusCode::CREATED, shown(&web, &guide.id).await?))
}

/// Changes a guide that was entered here.
#[utoipa::path(post, path = "/api/v1/guide/sources/{id}", tag = "guide", request_body = SourceChange, params(("id" = String, Path)),
    responses((status = 200, body = Source), (status = 400, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn change(
    State(web): State<Web>,
    Path(id): Path<String>,
    Body(change): Body<SourceChange>,
) -> Result<Json<Source>, Problem> {
    let (own, before) = entered(&web, &id).await?;
    let place = match &change.url {
        Some(url) => place(&web, url).await?,
        None => before.place,
    };
    let guide = described(&own, place, (&change.name, change.shift_min, change.refresh_s))?;
    web.accounts.keep_guide(&own, &guide, web.clock.wall_ms()).await?;
    let source = shown(&web, &id).await?;
    if change.url.is_some() {
        web.app.refresh_guide(Some(&id))?;
    }
    Ok(Json(source))
}

/// Removes a guide that was entered here, and forgets what it has told.
#[utoipa::path(delete, path = "/api/v1/guide/sources/{id}", tag = "guide", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn remove(State(web): State<Web>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let (own, guide) = entered(&web, &id).await?;
    web.accounts.forget_guide(&own).await?;
    web.app.enter_guides(web.accounts.guides().await?);
    web.app.give_up_guide(guide.id);
    Ok(StatusCode::NO_CONTENT)
}

/// Reads the beginning of a guide, without adding it.
#[utoipa::path(post, path = "/api/v1/guide/sources/test", tag = "guide", request_body = NewSource,
    responses((status = 200, body = SourceTrial), (status = 400, body = ProblemDocument)))]
pub async fn test(State(web): State<Web>, Body(new): Body<NewSource>) -> Result<Json<SourceTrial>, Problem> {
    let place = place(&web, &new.url).await?;
    let trial = web.app.try_guide(place).await;
    Ok(Json(SourceTrial {
        fault: trial.fault,
        offered: trial.offered,
        sure: trial.sure,
        doubtful: trial.doubtful,
        airings: trial.airings,
        more: trial.more,
    }))
}

/// Reads the guide again, now: from receivers and all guides, or one of these.
#[utoipa::path(post, path = "/api/v1/guide/refresh", tag = "guide", request_body = Option<RefreshWhich>,
    responses((status = 204, description = "It has begun."), (status = 404, body = ProblemDocument)))]
pub async fn refresh(
    State(web): State<Web>,
    MayBody(which): MayBody<RefreshWhich>,
) -> Result<StatusCode, Problem> {
    let source = which.and_then(|which| which.source);
    web.app.refresh_guide(source.as_deref())?;
    Ok(StatusCode::NO_CONTENT)
}
