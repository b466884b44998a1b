//! Which ids of a guide are which channels: what was found, and what the host says of it.

use std::collections::BTreeMap;

use super::sources::stamp;
use super::{Body, Parameters};
use crate::app::guide::{Figures, FitView, GuideChange, MatchQuery, MatchView, Standing};
use crate::web::Web;
use crate::web::problem::{Problem, ProblemDocument};
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use telecast_core::error::Kind;
use telecast_core::guide::matching::How;
use telecast_core::guide::wishes::Choice;
use telecast_core::lineup::ChannelId;
use utoipa::{IntoParams, ToSchema};

/// Channels, and ids, that are given at once.
const PAGE: usize = 200;

/// How many channels of the lineup are what in a guide.
#[derive(Serialize, ToSchema)]
pub struct MatchFigures {
    /// Certain.
    pub sure: u64,
    /// For a person to say.
    pub doubtful: u64,
    /// The host has chosen an id that the guide does not have.
    pub missing: u64,
    /// They count from the next reading on.
    pub waiting: u64,
    /// Nothing like them was found.
    pub unmatched: u64,
    /// The host says that the guide does not have them.
    pub none: u64,
}

/// Which channels of which guide.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichMatches {
    /// Id of the guide.
    pub source: String,
    /// Only those that stand so.
    pub standing: Option<MatchStanding>,
    /// Only those of which the host has said something.
    pub decided: Option<bool>,
    /// Only those in whose name or ids this occurs.
    pub q: Option<String>,
    /// How many at most.
    pub limit: Option<usize>,
    /// From a previous answer.
    pub cursor: Option<String>,
}

/// Which ids of which guide.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichIds {
    /// Id of the guide.
    pub source: String,
    /// What occurs in the id or its name.
    pub q: String,
    /// How many at most.
    pub limit: Option<usize>,
}

/// How a channel stands in a guide.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchStanding {
    /// It is certain which id it is.
    Sure,
    /// Some ids may be it; a person has to say. Nothing of them is read.
    Doubtful,
    /// The host has chosen an id that the guide did not have when it was last read.
    Missing,
    /// What the host has said counts from the next reading on.
    Waiting,
    /// Nothing like it was found.
    Unmatched,
    /// The host says that the guide does not have it.
    None,
}

/// Why a channel is an id, or may be.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchReason {
    /// They are only alike.
    Alike,
    /// Names are equal but for spelling.
    Normalised,
    /// Names are equal.
    ExactName,
    /// The channel carries the id.
    ExactId,
    /// The host has said so.
    Confirmed,
}

/// What an id shows.
#[derive(Serialize, ToSchema)]
pub struct ShownThere {
    /// From.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// Title.
    pub title: String,
}

/// An id that is, or may be, a channel's.
#[derive(Serialize, ToSchema)]
pub struct MatchFit {
    /// The guide's id.
    pub id: String,
    /// The guide's name of it; empty: it has none.
    pub name: String,
    /// Why.
    pub reason: MatchReason,
    /// How well (0 to 100).
    pub score: u8,
    /// What it shows now, and what comes next; of what is not read, as it was when the guide was last read.
    pub shows: Vec<ShownThere>,
}

/// A channel in a guide.
#[derive(Serialize, ToSchema)]
pub struct ChannelMatch {
    /// Channel.
    pub channel_id: String,
    /// Its name.
    pub name: String,
    /// Its number.
    pub number: u32,
    /// How it stands.
    pub standing: MatchStanding,
    /// Which id it is.
    pub taken: Option<MatchFit>,
    /// Which it may be, best first.
    pub proposed: Vec<MatchFit>,
    /// What the host has said of it.
    pub choice: Option<GuideChoice>,
}

/// Channels in a guide.
#[derive(Serialize, ToSchema)]
pub struct Matches {
    /// In the lineup's order.
    pub items: Vec<ChannelMatch>,
    /// How many of them there are in all.
    pub total: usize,
    /// How many channels of the lineup are what.
    pub figures: MatchFigures,
    /// The state that the next change names.
    pub revision: i64,
    /// Where to go on; null: that was all.
    pub next_cursor: Option<String>,
}

/// What the host says of a channel in a guide; an empty one: as it is found.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuideChoice {
    /// It is this id.
    #[serde(default)]
    pub is: Option<String>,
    /// It is none of these; they are never taken again.
    #[serde(default)]
    pub not: Vec<String>,
    /// The guide does not have it.
    #[serde(default)]
    pub none: bool,
}

/// A change of what the host wants of the guides; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuideWish {
    /// The state that whoever changes it has seen.
    pub revision: i64,
    /// Ids of guides, best first.
    #[serde(default)]
    pub order: Option<Vec<String>>,
    /// By guide, by channel.
    #[serde(default)]
    pub choices: BTreeMap<String, BTreeMap<String, GuideChoice>>,
}

/// After a change.
#[derive(Serialize, ToSchema)]
pub struct GuideWished {
    /// The state that the next change names.
    pub revision: i64,
}

/// An id of a guide.
#[derive(Serialize, ToSchema)]
pub struct OfferedId {
    /// It.
    pub id: String,
    /// Its name there.
    pub name: String,
}

/// Ids of a guide.
#[derive(Serialize, ToSchema)]
pub struct OfferedIds {
    /// In the guide's order.
    pub items: Vec<OfferedId>,
}

impl From<Standing> for MatchStanding {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Sure => Self::Sure,
            Standing::Doubtful => Self::Doubtful,
            Standing::Missing => Self::Missing,
            Standing::Waiting => Self::Waiting,
            Standing::Unmatched => Self::Unmatched,
            Standing::None => Self::None,
        }
    }
}

impl From<MatchStanding> for Standing {
    fn from(standing: MatchStanding) -> Self {
        match standing {
            MatchStanding::Sure => Self::Sure,
            MatchStanding::Doubtful => Self::Doubtful,
            MatchStanding::Missing => Self::Missing,
            MatchStanding::Waiting => Self::Waiting,
            MatchStanding::Unmatched => Self::Unmatched,
            MatchStanding::None => Self::None,
        }
    }
}

impl From<&Figures> for MatchFigures {
    fn from(figures: &Figures) -> Self {
        let of = |standing| figures.get(&standing).copied().unwrap_or_default();
        Self {
            sure: of(Standing::Sure),
            doubtful: of(Standing::Doubtful),
            missing: of(Standing::Missing),
            waiting: of(Standing::Waiting),
            unmatched: of(Standing::Unmatched),
            none: of(Standing::None),
        }
    }
}

impl From<FitView> for MatchFit {
    fn from(fit: FitView) -> Self {
        let reason = match fit.how {
            How::Alike => MatchReason::Alike,
            How::Normalised => MatchReason::Normalised,
            How::ExactName => MatchReason::ExactName,
            How::ExactId => MatchReason::ExactId,
            How::Confirmed => MatchReason::Confirmed,
        };
        let shows = fit.shows.into_iter();
        let shows =
            shows.map(|shown| ShownThere { start: stamp(shown.start_ms), title: shown.title }).collect();
        Self { id: fit.id, name: fit.name, reason, score: fit.score, shows }
    }
}

impl From<MatchView> for ChannelMatch {
    fn from(view: MatchView) -> Self {
        let choice = view.choice.map(|Choice { is, not, none }| GuideChoice {
            is,
            not: not.into_iter().collect(),
            none,
        });
        Self {
            channel_id: view.channel.0,
            name: view.name,
            number: view.number,
            standing: view.standing.into(),
            taken: view.taken.map(Into::into),
            proposed: view.proposed.into_iter().map(Into::into).collect(),
            choice,
        }
    }
}

/// How channels stand in a guide: what is certain, what is for a person to say, what was not found.
#[utoipa::path(get, path = "/api/v1/guide/matches", tag = "guide", params(WhichMatches),
    responses((status = 200, body = Matches), (status = 404, body = ProblemDocument)))]
pub async fn matches(
    State(web): State<Web>,
    Parameters(asked): Parameters<WhichMatches>,
) -> Result<Json<Matches>, Problem> {
    let unreadable =
        || Problem::new(Kind::Invalid, "Begin again without a cursor.").field("cursor", "unknown");
    let skip = match &asked.cursor {
        Some(cursor) => cursor.parse().map_err(|_| unreadable())?,
        None => 0,
    };
    let query = MatchQuery {
        standing: asked.standing.map(Into::into),
        decided: asked.decided.unwrap_or_default(),
        words: asked.q.unwrap_or_default(),
        skip,
        limit: asked.limit.unwrap_or(PAGE).clamp(1, PAGE),
    };
    let page = web.app.guide_matches(&asked.source, &query)?;
    let next = skip + page.rows.len();
    Ok(Json(Matches {
        items: page.rows.into_iter().map(Into::into).collect(),
        total: page.total,
        figures: (&page.figures).into(),
        revision: page.revision,
        next_cursor: (next < page.total).then(|| next.to_string()),
    }))
}

/// Ids of a guide, by what occurs in them or in their names.
#[utoipa::path(get, path = "/api/v1/guide/ids", tag = "guide", params(WhichIds),
    responses((status = 200, body = OfferedIds), (status = 404, body = ProblemDocument)))]
pub async fn ids(
    State(web): State<Web>,
    Parameters(asked): Parameters<WhichIds>,
) -> Result<Json<OfferedIds>, Problem> {
    let limit = asked.limit.unwrap_or(50).clamp(1, PAGE);
    let found = web.app.guide_ids(&asked.source, &asked.q, limit)?;
    Ok(Json(OfferedIds { items: found.into_iter().map(|(id, name)| OfferedId { id, name }).collect() }))
}

/// Says which guide goes first, and which of its ids are which channels. What was told of channels that are others is forgotten at once, and the guide is read again.
#[utoipa::path(post, path = "/api/v1/guide/wishes", tag = "guide", request_body = GuideWish,
    responses((status = 200, body = GuideWished), (status = 400, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn wish(State(web): State<Web>, Body(wish): Body<GuideWish>) -> Result<Json<GuideWished>, Problem> {
    let mut change = GuideChange { order: wish.order, choices: Vec::new() };
    for (guide, channels) in wish.choices {
        for (channel, choice) in channels {
            let GuideChoice { is, not, none } = choice;
            let choice = Choice { is, not: not.into_iter().collect(), none };
            change.choices.push((guide.clone(), ChannelId(channel), choice));
        }
    }
    let kept = web.app.wish_guides(wish.revision, change).await?;
    Ok(Json(GuideWished { revision: kept.revision }))
}
