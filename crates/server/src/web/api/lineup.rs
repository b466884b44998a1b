//! The lineup as its host makes it: what receivers have, and what is to be seen of it under which names and numbers.

use super::Body;
use super::channels::kind;
use crate::app::WishChange;
use crate::web::Web;
use crate::web::problem::{Problem, ProblemDocument};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use telecast_core::lineup::{self, ChannelId};
use utoipa::ToSchema;

/// What receivers have, and what the host wants of it.
#[derive(Serialize, ToSchema)]
pub struct OwnLineup {
    /// Grows with each change; a change names it.
    pub revision: i64,
    /// All channels, hidden ones too, in the receivers' order.
    pub channels: Vec<OwnChannel>,
    /// Receivers' bouquets.
    pub bouquets: Vec<OwnBouquet>,
    /// The host's own bouquets.
    pub groups: Vec<ChannelGroup>,
    /// Ids of bouquets that nobody is to see.
    pub hidden_bouquets: Vec<String>,
    /// Ids of bouquets, first to last; those that are not named come after them.
    pub order: Vec<String>,
}

/// A channel as receivers have it.
#[derive(Serialize, ToSchema)]
pub struct OwnChannel {
    /// Who it is.
    pub id: String,
    /// The receiver's name for it.
    pub name: String,
    /// The receiver's number for it.
    pub number: u32,
    /// `tv` or `radio`.
    pub kind: String,
    /// Ids of the receivers that have it, best first.
    pub receivers: Vec<String>,
    /// What the host wants of it; null: nothing else.
    pub wish: Option<ChannelWish>,
}

/// A bouquet as a receiver has it.
#[derive(Serialize, ToSchema)]
pub struct OwnBouquet {
    /// Who it is.
    pub id: String,
    /// Name.
    pub name: String,
    /// `tv` or `radio`.
    pub kind: String,
    /// How many channels it has.
    pub channels: usize,
}

/// What the host wants of a channel; what is absent stays as the receiver has it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelWish {
    /// It is in no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<bool>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its number, from 1 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// Id of a bouquet in which it stands too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Ids of receivers, or of channels that are the same as this one, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// Id of the channel that it is: it stands in no list itself, and what gives it gives that one too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
}

/// A bouquet of the host's own.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelGroup {
    /// Who it is: any text of its own.
    pub id: String,
    /// Name.
    pub name: String,
    /// Radio.
    #[serde(default)]
    pub radio: bool,
    /// Ids of channels, in order.
    pub channels: Vec<String>,
}

/// A change of what the host wants; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineupChange {
    /// The state that whoever changes it has seen.
    pub revision: i64,
    /// Of these channels, by id; an empty one: as the receiver has it.
    #[serde(default)]
    pub channels: BTreeMap<String, ChannelWish>,
    /// The host's own bouquets, all of them.
    #[serde(default)]
    pub groups: Option<Vec<ChannelGroup>>,
    /// Ids of bouquets that nobody is to see, all of them.
    #[serde(default)]
    pub hidden_bouquets: Option<Vec<String>>,
    /// Ids of bouquets, first to last.
    #[serde(default)]
    pub order: Option<Vec<String>>,
}

/// After a change.
#[derive(Serialize, ToSchema)]
pub struct LineupChanged {
    /// The state that the next change names.
    pub revision: i64,
}

impl From<&lineup::ChannelWish> for ChannelWish {
    fn from(wish: &lineup::ChannelWish) -> Self {
        let lineup::ChannelWish { hidden, name, number, group, sources, same_as, .. } = wish.clone();
        Self { hidden, name, number, group, sources, same_as: same_as.map(|id| id.0) }
    }
}

impl From<ChannelWish> for lineup::ChannelWish {
    fn from(wish: ChannelWish) -> Self {
        let ChannelWish { hidden, name, number, group, sources, same_as } = wish;
        let same_as = same_as.map(ChannelId);
        Self { hidden, name, number, group, sources, same_as, ..Self::default() }
    }
}

impl From<ChannelGroup> for lineup::GroupWish {
    fn from(group: ChannelGroup) -> Self {
        let channels = group.channels.into_iter().map(ChannelId).collect();
        Self { id: group.id, name: group.name, radio: group.radio, channels }
    }
}

/// The lineup as receivers have it, and what the host wants of it.
#[utoipa::path(get, path = "/api/v1/lineup", tag = "channels", responses((status = 200, body = OwnLineup)))]
pub async fn own(State(web): State<Web>) -> Json<OwnLineup> {
    let (own, kept) = web.app.own_lineup();
    let wishes = &kept.wishes;
    let channel = |channel: &lineup::Channel| OwnChannel {
        id: channel.id.to_string(),
        name: channel.name.clone(),
        number: channel.number,
        kind: kind(channel.radio),
        receivers: channel.sources.iter().map(|source| source.receiver.clone()).collect(),
        wish: wishes.channels.get(&channel.id).map(ChannelWish::from),
    };
    let bouquet = |bouquet: &lineup::Bouquet| OwnBouquet {
        id: bouquet.id.clone(),
        name: bouquet.name.clone(),
        kind: kind(bouquet.radio),
        channels: bouquet.channels.len(),
    };
    let group = |group: &lineup::GroupWish| ChannelGroup {
        id: group.id.clone(),
        name: group.name.clone(),
        radio: group.radio,
        channels: group.channels.iter().map(ToString::to_string).collect(),
    };
    Json(OwnLineup {
        revision: kept.revision,
        channels: own.channels.iter().map(channel).collect(),
        bouquets: own.bouquets.iter().map(bouquet).collect(),
        groups: wishes.groups.iter().map(group).collect(),
        hidden_bouquets: wishes.hidden_bouquets.iter().cloned().collect(),
        order: wishes.order.clone(),
    })
}

/// Changes what the host wants of the lineup. It counts at once, in every list and for every player, and survives what receivers change.
#[utoipa::path(post, path = "/api/v1/lineup", tag = "channels", request_body = LineupChange,
    responses((status = 200, body = LineupChanged), (status = 400, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn change(
    State(web): State<Web>,
    Body(change): Body<LineupChange>,
) -> Result<Json<LineupChanged>, Problem> {
    let LineupChange { revision, channels, groups, hidden_bouquets, order } = change;
    let change = WishChange {
        channels: channels.into_iter().map(|(id, wish)| (ChannelId(id), wish.into())).collect(),
        groups: groups.map(|groups| groups.into_iter().map(Into::into).collect()),
        hidden_bouquets: hidden_bouquets.map(|hidden| hidden.into_iter().collect()),
        order,
    };
    let kept = web.app.wish(revision, change).await?;
    Ok(Json(LineupChanged { revision: kept.revision }))
}
