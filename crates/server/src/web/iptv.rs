//! What players and media servers read: a list of channels (M3U), the guide (XMLTV), raw streams and logos; for whoever is signed in or has a token, and at addresses of
//! their own for players that cannot send a header (`/iptv/d/{secret}/…`).
//!
//! Addresses in lists go on the same way as the list was asked for: a player's list holds the player's own secret.

use super::caller::Caller;
use super::guard::Principal;
use super::problem::Problem;
use super::{Web, address, listeners, tuner};
use crate::app::guide::Export;
use crate::app::view::{At, ClientView, Rights, SessionView, StartPlayback};
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Extension, Router};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{Stream, StreamExt};
use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::io::{self, Write};
use std::time::Duration;
use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_core::lineup::{Channel, ChannelId, Lineup};
use telecast_core::m3u::{Entry, Writer};
use telecast_core::session::ReasonCode;

/// A player waits so long for its first byte.
const PATIENCE: Duration = Duration::from_secs(20);

/// All routes, with and without a secret before them.
pub fn router() -> Router<Web> {
    let routes: [(&str, MethodRouter<Web>); 5] = [
        ("channels.m3u", get(channels)),
        ("guide.xml", get(guide)),
        ("guide.xml.gz", get(packed_guide)),
        ("stream/{channel}", get(stream)),
        ("logo/{channel}", get(logo)),
    ];
    let at_root = tuner::routes()
        .into_iter()
        .fold(Router::new(), |router, (path, method)| router.route(&format!("/{path}"), method));
    routes.into_iter().chain(tuner::routes()).fold(at_root, |router, (path, method)| {
        router
            .route(&format!("/iptv/{path}"), method.clone())
            .route(&format!("/iptv/d/{{secret}}/{path}"), method)
    })
}

/// Where addresses for whoever asks begin, without a slash at the end: `last` is what he asked for.
pub(super) fn base(web: &Web, request: &Request, last: &str) -> Result<String, Problem> {
    let caller = request.extensions().get::<Caller>().copied();
    let own = address::own(web, caller, request.headers())?;
    let before = request.uri().path().strip_suffix(last).filter(|before| before.starts_with("/iptv/"));
    let before = before.unwrap_or("/iptv/").trim_end_matches('/');
    Ok(format!("{own}{before}"))
}

pub(super) fn listed<'a>(lineup: &'a Lineup, who: &'a Principal) -> impl Iterator<Item = &'a Channel> {
    lineup.channels.iter().filter(|channel| who.lists(&channel.id))
}

/// All channels as an extended M3U list.
async fn channels(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    request: Request,
) -> Result<Response, Problem> {
    let base = base(&web, &request, "channels.m3u")?;
    let lineup = web.app.lineup();
    let groups = |id: &ChannelId| {
        let mut names: Vec<String> = lineup.bouquets_of(id).map(|bouquet| bouquet.name.clone()).collect();
        let mut known = HashSet::new();
        names.retain(|name| known.insert(name.clone()));
        names
    };
    let broken = |_| Problem::new(Kind::Internal, "The list cannot be written.");
    let mut writer = Writer::new(String::new(), &[format!("{base}/guide.xml.gz")], &[]).map_err(broken)?;
    for channel in listed(&lineup, &who) {
        let id = &channel.id;
        let entry = Entry {
            name: channel.name.clone(),
            url: format!("{base}/stream/{id}.ts"),
            groups: groups(id),
            number: Some(channel.number),
            id: Some(id.in_guides()),
            logo: Some(format!("{base}/logo/{id}.png")),
            radio: channel.radio,
            ..Entry::default()
        };
        writer.entry(&entry).map_err(broken)?;
    }
    let headers =
        [(header::CONTENT_TYPE, "audio/x-mpegurl; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, writer.finish()).into_response())
}

fn export(web: &Web, who: &Principal, base: &str) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    let lineup = web.app.lineup();
    let age = who.profile.as_ref().filter(|profile| profile.minds_time());
    web.app.export_guide(Export {
        channels: listed(&lineup, who)
            .map(|channel| {
                (channel.id.clone(), channel.name.clone(), format!("{base}/logo/{}.png", channel.id))
            })
            .collect(),
        age: age.map(|profile| (profile.age, profile.admits(None))),
    })
}

/// The guide as XMLTV.
async fn guide(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    request: Request,
) -> Result<Response, Problem> {
    let base = base(&web, &request, "guide.xml")?;
    let headers =
        [(header::CONTENT_TYPE, "application/xml; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    if request.method() == Method::HEAD {
        return Ok(headers.into_response());
    }
    Ok((headers, Body::from_stream(export(&web, &who, &base))).into_response())
}

/// The same, packed.
async fn packed_guide(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    request: Request,
) -> Result<Response, Problem> {
    let base = base(&web, &request, "guide.xml.gz")?;
    let headers = [(header::CONTENT_TYPE, "application/gzip"), (header::CACHE_CONTROL, "no-cache")];
    if request.method() == Method::HEAD {
        return Ok(headers.into_response());
    }
    let plain = export(&web, &who, &base);
    let packed = plain
        .chain(futures_util::stream::once(async { Ok(Bytes::new()) }))
        .scan(Some(GzEncoder::new(Vec::new(), Compression::fast())), |gzip, piece| {
            std::future::ready(pack(gzip, piece))
        });
    Ok((headers, Body::from_stream(packed)).into_response())
}

/// What of the packed stream is to be sent after this piece; an empty one is the last.
fn pack(gzip: &mut Option<GzEncoder<Vec<u8>>>, piece: io::Result<Bytes>) -> Option<io::Result<Bytes>> {
    let piece = match piece {
        Ok(piece) => piece,
        Err(error) => {
            *gzip = None;
            return Some(Err(error));
        }
    };
    if piece.is_empty() {
        return gzip.take().map(|gzip| gzip.finish().map(Bytes::from));
    }
    let packing = gzip.as_mut()?;
    let written = packing.write_all(&piece);
    Some(written.map(|()| Bytes::from(std::mem::take(packing.get_mut()))))
}

/// A channel's raw transport stream.
async fn stream(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(path): Path<HashMap<String, String>>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let channel = named(&path, ".ts");
    if !who.lists(&channel) || web.app.lineup().channel(&channel).is_none() {
        return tuner::refused(Problem::new(
            Kind::NotFound,
            "There is no such channel. Load the list again.",
        ));
    }
    deliver(&web, who, channel, (&method, &headers), None).await.unwrap_or_else(tuner::refused)
}

/// A reply that is the stream of that channel, for `duration` at most.
pub(super) async fn deliver(
    web: &Web,
    who: Principal,
    channel: ChannelId,
    (method, headers): (&Method, &HeaderMap),
    duration: Option<Duration>,
) -> Result<Response, Problem> {
    let kind = [(header::CONTENT_TYPE, "video/mp2t"), (header::CACHE_CONTROL, "no-store")];
    if *method == Method::HEAD {
        return Ok(kind.into_response());
    }
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let program = agent.split(['/', ' ']).next().filter(|program| !program.is_empty()).unwrap_or("player");
    let pieces = reading(web, who, channel, program).await?;
    let end = async move {
        match duration {
            Some(duration) => tokio::time::sleep(duration).await,
            None => std::future::pending().await,
        }
    };
    let body = pieces.take_until(Box::pin(end)).map(Ok::<Bytes, Infallible>);
    Ok((StatusCode::OK, kind, Body::from_stream(body)).into_response())
}

/// The raw stream of a channel, in whole packets: a session of its own, which ends with whoever reads it, and when he may not any more.
pub(crate) async fn reading(
    web: &Web,
    who: Principal,
    channel: ChannelId,
    program: &str,
) -> Result<impl Stream<Item = Bytes> + Send + use<>, Problem> {
    let request = StartPlayback {
        channel_id: channel.0,
        at: At::Live,
        client: ClientView::raw(),
        holder: format!("{} ({program})", who.name),
        account: who.account.clone(),
        idempotency_key: None,
        rights: Rights {
            profile: who.profile.clone(),
            unlocked: false,
            until_ms: who.until_ms,
            anonymous: who.is_anonymous(),
        },
    };
    let session = web.app.start_session(request).await?;
    let held = Held { web: web.clone(), id: session.id.clone() };
    let view = web.app.wait_session(&session.id, PATIENCE).await;
    if let Some(problem) = view.and_then(|view| failed(&view)) {
        return Err(problem);
    }
    let handle = web
        .app
        .playback_of(&session.id)
        .ok_or_else(|| Problem::new(Kind::Unavailable, "The channel has just ended. Try again."))?;
    let pieces = handle.raw().await?.take_until(Box::pin(gone(web.clone(), who)));
    Ok(pieces.map(move |piece| {
        let _held = &held;
        piece
    }))
}

/// Why there is nothing to read, if there is not.
fn failed(view: &SessionView) -> Option<Problem> {
    let reason = view.reason.as_ref().filter(|_| view.state.is_over())?;
    let code = ReasonCode::ALL.iter().find(|code| code.name() == reason.code)?;
    let problem = Problem::new(Kind::Unavailable, reason.message.clone()).because(code.name());
    Some(match reason.retry_after_s {
        Some(seconds) => problem.retry_after(seconds),
        None => problem,
    })
}

/// Returns when whoever reads may not any more: his address was revoked, or his rights are others.
async fn gone(web: Web, who: Principal) {
    while listeners::check(&web, &who).await {
        tokio::time::sleep(limits::GUARDIAN).await;
    }
}

/// A session that ends when whoever reads it goes.
struct Held {
    web: Web,
    id: String,
}

impl Drop for Held {
    fn drop(&mut self) {
        let (web, id) = (self.web.clone(), std::mem::take(&mut self.id));
        crate::app::supervise("raw reader", async move {
            web.app.end(&id, ReasonCode::StoppedByClient).await;
        });
    }
}

/// The channel in the path, whose last part ends so.
fn named(path: &HashMap<String, String>, end: &str) -> ChannelId {
    let named = path.get("channel").map(String::as_str).unwrap_or_default();
    ChannelId(named.strip_suffix(end).unwrap_or(named).to_owned())
}

/// A channel's logo.
async fn logo(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(path): Path<HashMap<String, String>>,
) -> Result<Response, Problem> {
    let id = named(&path, ".png");
    let found = if who.lists(&id) { web.app.logo(&id.0).await } else { None };
    let (kind, picture) = found.ok_or_else(|| Problem::new(Kind::NotFound, "This channel has no logo."))?;
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "private, max-age=86400")];
    Ok((headers, picture).into_response())
}
