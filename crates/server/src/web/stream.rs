//! A channel as one stream without end, for players and media servers: the transport stream as it was broadcast, of its sounds and subtitles those that are
//! asked for; coded anew for players that cannot show it; or as fragmented MP4. Each is a session of its own, which ends with whoever reads it.
//!
//! Nothing is coded for one reader alone: whoever wants the same gets the same.

use super::api::Parameters;
use super::guard::Principal;
use super::problem::{Problem, ProblemDocument};
use super::{Web, listeners, tuner};
use crate::app::view::{At, ClientView, Rights, SessionView, StartPlayback};
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;
use telecast_core::error::Kind;
use telecast_core::guide::is_same_language;
use telecast_core::limits;
use telecast_core::lineup::ChannelId;
use telecast_core::players::Coding;
use telecast_core::session::ReasonCode;
use telecast_media::mpegts::{Choice, Which};
use utoipa::IntoParams;

/// A player waits so long for its first byte.
const PATIENCE: Duration = Duration::from_secs(20);
/// Languages that one may ask for.
const LANGUAGES: usize = 8;

/// What is wanted of a channel.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Languages of the sounds that are wanted, best first, with commas between them (`deu,eng`; ISO 639, two or three letters). All sounds if absent, or if
    /// there is none in these languages. What is coded anew, and MP4, has one sound: of the first of these languages that there is.
    audio: Option<String>,
    /// `no`: neither subtitles nor teletext. Only as broadcast; what is coded anew, and MP4, has none.
    subtitles: Option<String>,
    /// `pass`: as broadcast. `h264`, `h264-1080`, `h264-720`, `h264-576`, `h264-480`, `h264-360`: H.264 and AAC, made anew where something else is broadcast,
    /// with so many lines at most. `pass` if absent.
    profile: Option<String>,
}

/// Of which channel, and as what.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct Named {
    /// The channel's id with `.ts` (transport stream) or `.mp4` (fragmented MP4) behind it.
    channel: String,
}

/// What is wanted, understood. By default the transport stream as it was broadcast.
#[derive(Default)]
pub(crate) struct Form {
    mp4: bool,
    coding: Coding,
    languages: Vec<String>,
    /// Without subtitles and teletext.
    bare: bool,
}

impl Form {
    fn of(wanted: Wanted, mp4: bool) -> Result<Self, Problem> {
        let wrong = |field: &str, words: &str| Err(Problem::new(Kind::Invalid, words).field(field, words));
        let is_language = |name: &String| {
            matches!(name.len(), 2 | 3) && name.bytes().all(|byte| byte.is_ascii_alphabetic())
        };
        let languages = wanted.audio.unwrap_or_default();
        let languages: Vec<String> = languages
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_lowercase)
            .collect();
        if languages.len() > LANGUAGES || !languages.iter().all(is_language) {
            return wrong(
                "audio",
                "At most eight languages of two or three letters, with commas between them: 'deu,eng'.",
            );
        }
        let bare = match wanted.subtitles.as_deref() {
            None | Some("" | "yes") => false,
            Some("no") => true,
            Some(_) => return wrong("subtitles", "'yes' or 'no'."),
        };
        let coding = match wanted.profile.as_deref() {
            None | Some("") => Some(Coding::default()),
            Some(name) => Coding::parse(name),
        };
        let Some(coding) = coding else {
            let known = Coding::ALL.map(Coding::name).join(", ");
            return wrong("profile", &format!("There is no profile of that name. There are {known}."));
        };
        Ok(Self { mp4, coding, languages, bare })
    }

    /// As it was broadcast.
    fn is_raw(&self) -> bool {
        !self.mp4 && self.coding == Coding::Pass
    }

    fn client(&self) -> ClientView {
        if self.is_raw() {
            ClientView::raw()
        } else {
            ClientView::file(self.mp4, self.coding, self.languages.clone())
        }
    }

    /// What stays of a raw stream; none: all.
    fn choice(&self) -> Option<Choice> {
        if self.languages.is_empty() && !self.bare {
            return None;
        }
        let languages = self.languages.clone();
        let sounds = if languages.is_empty() {
            Which::All
        } else {
            Which::Spoken(Box::new(move |of| languages.iter().any(|wanted| is_same_language(wanted, of))))
        };
        Some(Choice::new(sounds, if self.bare { Which::None } else { Which::All }))
    }
}

/// A channel as a stream without end: `{id}.ts`, the transport stream, or `{id}.mp4`, fragmented MP4.
#[utoipa::path(get, path = "/iptv/stream/{channel}", tag = "players", params(Named, Wanted),
    responses((status = 200, body = Vec<u8>, content_type = "video/mp2t"), (status = 400, body = ProblemDocument),
        (status = 404, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn stream(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(Named { channel }): Path<Named>,
    Parameters(wanted): Parameters<Wanted>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let mp4 = channel.strip_suffix(".mp4");
    let id = mp4.or_else(|| channel.strip_suffix(".ts")).unwrap_or(&channel);
    let (is_mp4, channel) = (mp4.is_some(), ChannelId(id.to_owned()));
    let told = async {
        if !who.lists(&channel) || web.app.lineup().channel(&channel).is_none() {
            return Err(Problem::new(Kind::NotFound, "There is no such channel. Load the list again."));
        }
        deliver(&web, who, &channel, Form::of(wanted, is_mp4)?, (&method, &headers), None).await
    };
    told.await.unwrap_or_else(tuner::refused)
}

/// A reply that is the stream of that channel, for `duration` at most.
pub(super) async fn deliver(
    web: &Web,
    who: Principal,
    channel: &ChannelId,
    form: Form,
    (method, headers): (&Method, &HeaderMap),
    duration: Option<Duration>,
) -> Result<Response, Problem> {
    let content = if form.mp4 { "video/mp4" } else { "video/mp2t" };
    let kind = [(header::CONTENT_TYPE, content), (header::CACHE_CONTROL, "no-store")];
    if *method == Method::HEAD {
        return Ok(kind.into_response());
    }
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let program = agent.split(['/', ' ']).next().filter(|program| !program.is_empty()).unwrap_or("player");
    let pieces = reading(web, who, channel, form, program).await?;
    let end = async move {
        match duration {
            Some(duration) => tokio::time::sleep(duration).await,
            None => std::future::pending().await,
        }
    };
    let body = pieces.take_until(Box::pin(end)).map(Ok::<Bytes, Infallible>);
    Ok((StatusCode::OK, kind, Body::from_stream(body)).into_response())
}

/// The stream of a channel: a session of its own, which ends with whoever reads it, and when he may not any more.
pub(crate) async fn reading(
    web: &Web,
    who: Principal,
    channel: &ChannelId,
    form: Form,
    program: &str,
) -> Result<impl Stream<Item = Bytes> + Send + use<>, Problem> {
    let session = web.app.start_session(request(&who, channel, &form, program)).await?;
    let held = Held { web: web.clone(), id: session.id.clone() };
    let view = web.app.wait_session(&session.id, PATIENCE).await;
    if let Some(problem) = view.and_then(|view| failed(&view)) {
        return Err(problem);
    }
    let handle = web
        .app
        .playback_of(&session.id)
        .ok_or_else(|| Problem::new(Kind::Unavailable, "The channel has just ended. Try again."))?;
    let pieces = if form.is_raw() { handle.chosen(form.choice()).await? } else { handle.follow().await? };
    Ok(pieces.take_until(Box::pin(gone(web.clone(), who))).map(move |piece| {
        let _held = &held;
        piece
    }))
}

/// The session of whoever reads.
fn request(who: &Principal, channel: &ChannelId, form: &Form, program: &str) -> StartPlayback {
    StartPlayback {
        item: None,
        channel_id: channel.0.clone(),
        at: At::Live,
        client: form.client(),
        holder: format!("{} ({program})", who.name),
        account: who.account.clone(),
        idempotency_key: None,
        rights: Rights {
            profile: who.profile.clone(),
            unlocked: false,
            until_ms: who.until_ms,
            anonymous: who.is_anonymous(),
        },
    }
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
