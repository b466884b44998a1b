//! Everything that changes, and what is said: one WebSocket per tab, and server-sent events with single frames posted where sockets are blocked.
//!
//! One task reads and writes a socket, and all that it holds (its place, its ears, its seats in conversations) ends with it, after a panic too. Nothing is queued for whoever
//! is slow: news is lost and told as lost, conversations wait behind their cursors, and who takes nothing for [`WRITE`] is told to come back.

use super::Parameters;
use crate::app::conversation::Refused;
use crate::app::news::{ACCOUNT, of_account};
use crate::app::view::Event;
use crate::web::Web;
use crate::web::guard::Principal;
use crate::web::listeners::{self, CHECK, Listening};
use crate::web::problem::{Problem, ProblemDocument};
use crate::web::talk::{self, Answer, Spoken, TOPIC, Talks};
use crate::web::trace::current_id;
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::header::CONTENT_TYPE;
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response, sse};
use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, Stream, StreamExt};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use telecast_core::access::Scope;
use telecast_core::error::{Error, Kind};
use telecast_core::limits;
use telecast_store::{Notice, Subscription};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, timeout};
use tokio_tungstenite::tungstenite;
use utoipa::IntoParams;

/// What is read at once: few frames are longer, and each socket that is open holds as much.
const READ: usize = 4096;
/// A socket that says nothing is asked whether it is still there, and told where conversations stand.
const PING: Duration = Duration::from_secs(25);
/// Whoever answers none of these is gone.
const IDLE: Duration = Duration::from_secs(80);
/// Whoever takes nothing for so long comes back with his cursors.
const WRITE: Duration = Duration::from_secs(20);
/// Frames of one socket in a second that are listened to; a person types none of them.
const FRAMES: u32 = 50;
/// With so many it is no page.
const FLOOD: u32 = 1000;
/// The protocol, as clients name it (RFC 6455 §1.9).
pub const PROTOCOL: &str = "telecast.v1";

/// Why a socket is closed: whether, and when, it is worth coming back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The other side has gone.
    Left,
    /// The station stops.
    Stops,
    /// What came is against the protocol.
    Against,
    /// It is no text.
    Binary,
    /// A frame is too large.
    TooLarge,
    /// It took nothing for too long.
    Slow,
    /// It said nothing for too long.
    Idle,
    /// What has let it in has ended.
    SignedOut,
    /// Far too much came.
    Flood,
}

impl End {
    /// Code (RFC 6455 §7.4; from 4000 on: our own) and reason.
    fn code(self) -> (u16, &'static str) {
        match self {
            Self::Left => (1000, ""),
            Self::Stops => (1001, "the station stops"),
            Self::Against => (1002, "this is no frame of WebSocket"),
            Self::Binary => (1003, "frames are text"),
            Self::TooLarge => (1009, "frames have at most 64 KiB"),
            Self::Flood => (1008, "too much at once"),
            Self::Slow => (4000, "too slow: come back with the cursor"),
            Self::Idle => (4001, "nobody answers"),
            Self::SignedOut => (4002, "signed out"),
        }
    }
}

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Listed {
    topics: Vec<String>,
}

#[derive(Deserialize)]
struct Writes {
    conversation: String,
    writes: bool,
}

/// Which topics.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Topics {
    /// With commas between them: `session:ID`, `channels`, `guide`, `library`, `receivers`, `account` (favourites, languages, saved searches), for those who may record
    /// `timers`, and for those who run the station `status` and `guide_sources`; and `conversation:ID`, which may be followed by where it was heard up to
    /// (`@EPOCH.OFFSET`, and within an answer `.JOB.BYTES`).
    pub topics: String,
}

/// What one subscriber hears.
struct Ears {
    /// As the bus calls them.
    topics: BTreeSet<String>,
    principal: Principal,
    news: Subscription,
    /// The station at a glance, while that is listened to.
    status: Feed,
    /// Conversations.
    talks: Talks,
}

/// Topics that are open to all; one of a session is open to its own account and to administrators.
const OPEN: [&str; 4] = ["channels", "guide", "library", "receivers"];
/// The topic of the station at a glance: it does not come with the other events, but is made once a second for all who listen to it.
const STATUS: &str = "status";
/// Topics of those who run the station: where the guide comes from.
const ADMIN: [&str; 2] = [STATUS, "guide_sources"];
/// Topics of those who programme: own channels.
const PROGRAM: [&str; 1] = ["stations"];
/// Topics of those who record: timers of receivers.
const RECORD: [&str; 1] = ["timers"];

/// What comes of the topic `status`.
#[derive(Default)]
struct Feed(Option<watch::Receiver<Arc<str>>>);

impl Feed {
    /// The next one.
    async fn next(&mut self) -> String {
        if let Some(feed) = &mut self.0
            && feed.changed().await.is_ok()
        {
            return feed.borrow_and_update().to_string();
        }
        std::future::pending().await
    }
}

impl Ears {
    /// None once the station has ended.
    fn new(web: &Web, principal: Principal) -> Option<Self> {
        let news = web.app.listen()?;
        Some(Self {
            topics: BTreeSet::new(),
            principal,
            news,
            status: Feed::default(),
            talks: Talks::default(),
        })
    }

    fn may(&self, web: &Web, topic: &str) -> bool {
        let is_admin = self.principal.scopes.contains(&Scope::Admin);
        match topic.strip_prefix("session:") {
            Some(id) => is_admin || web.app.is_session_of(id, &self.principal.account),
            None if topic == ACCOUNT => !self.principal.is_anonymous(),
            None if RECORD.contains(&topic) => self.principal.scopes.contains(&Scope::Record),
            None if PROGRAM.contains(&topic) => self.principal.scopes.contains(&Scope::Program),
            None => OPEN.contains(&topic) || ADMIN.contains(&topic) && is_admin,
        }
    }

    /// What a topic is called on the bus.
    fn on_bus(&self, topic: &str) -> String {
        if topic == ACCOUNT { of_account(&self.principal.account) } else { topic.to_owned() }
    }

    /// Hears those of `topics` that it may, and says what it should know of them at once: the state as it is now, so that nothing
    /// that happened before is missed.
    async fn open(&mut self, web: &Web, topics: &[String]) -> Vec<Bytes> {
        let mut first = Vec::new();
        for topic in topics {
            if topic.starts_with(TOPIC) {
                first.extend(self.talks.open(web, &self.principal, topic).await);
                continue;
            }
            if self.topics.len() >= limits::TOPICS || !self.may(web, topic) {
                continue;
            }
            if topic == STATUS {
                self.status = Feed(Some(web.app.status_feed()));
            } else if self.news.add(&self.on_bus(topic)).is_err() {
                continue;
            }
            self.topics.insert(self.on_bus(topic));
        }
        let heard = topics.iter().filter(|topic| self.topics.contains(*topic));
        first.extend(heard.filter_map(|topic| current(web, topic)).map(Bytes::from));
        first
    }

    fn shut(&mut self, topics: &[String]) {
        for topic in topics {
            if topic.starts_with(TOPIC) {
                self.talks.shut(topic);
                continue;
            }
            let topic = self.on_bus(topic);
            self.topics.remove(&topic);
            self.news.remove(&topic);
        }
        if !self.topics.contains(STATUS) {
            self.status = Feed::default();
        }
    }

    fn heard(&self, web: &Web, notice: Notice) -> Vec<String> {
        said(notice, &self.topics, |topic| current(web, topic))
    }
}

/// What is said of a notice to whoever hears `topics`. After a loss each session is told as it is now: its page waits for changes and
/// asks for nothing.
fn said(notice: Notice, topics: &BTreeSet<String>, current: impl Fn(&str) -> Option<String>) -> Vec<String> {
    match notice {
        Notice::Message { topic, body } if topics.contains(&*topic) => vec![body.to_string()],
        // It was on its way when its topic was given up.
        Notice::Message { .. } => Vec::new(),
        Notice::Lagged(count) => {
            metrics::counter!("telecast_events_lost_total").increment(count);
            let now = topics.iter().filter_map(|topic| current(topic));
            std::iter::once(lagged(count)).chain(now).collect()
        }
    }
}

/// The tab's socket.
#[utoipa::path(get, path = "/api/v1/socket", tag = "events", responses((status = 101, description = "Switching to WebSocket")))]
pub async fn socket(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let listening = join(&web, &principal)?;
    let upgrade =
        upgrade.read_buffer_size(READ).max_frame_size(limits::FRAME).max_message_size(limits::FRAME);
    let upgrade = upgrade.protocols([PROTOCOL]);
    Ok(upgrade.on_upgrade(move |socket| serve(web, principal, listening, socket)).into_response())
}

/// One frame, as a socket would have taken it, answered as that would: for those to whom sockets are blocked.
#[utoipa::path(post, path = "/api/v1/socket", tag = "events", request_body(content = Object, description = "A frame of the socket."),
    responses((status = 200, description = "The answer's frame.", body = Object), (status = 400, body = ProblemDocument)))]
pub async fn frame(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    text: String,
) -> Result<Response, Problem> {
    let spoken = serde_json::from_str(&text)
        .map_err(|_| Problem::new(Kind::Invalid, "A frame names a conversation and a command."))?;
    let answer = talk::speak(&web, &principal, &spoken, current_id()).await;
    Ok(([(CONTENT_TYPE, "application/json")], answer.frame()).into_response())
}

/// Room for one more who listens.
fn join(web: &Web, principal: &Principal) -> Result<Listening, Problem> {
    let rates = &web.config().rates;
    let most = if rates.enabled { rates.sockets } else { usize::MAX };
    web.listeners.join(&principal.account, principal.credential, most).ok_or_else(|| {
        metrics::counter!("telecast_requests_limited_total", "bucket" => "sockets").increment(1);
        Problem::new(
            Kind::TooMany,
            format!("This account listens {most} times already; close a tab or an app."),
        )
        .retry_after(CHECK.as_secs())
    })
}

async fn serve(web: Web, principal: Principal, listening: Listening, socket: WebSocket) {
    let Some(ears) = Ears::new(&web, principal) else { return };
    let (mut out, heard) = socket.split();
    let open = metrics::gauge!("telecast_sockets_open");
    open.increment(1.0);
    let _closed = Closed(open);
    let mut talker = Talker { web, ears, listening, heard, saying: None, second: (Instant::now(), 0) };
    let end = talker.run(&mut out).await;
    if end != End::Left {
        let (code, reason) = end.code();
        let last = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
        // It may be the one who takes nothing.
        let _ = timeout(Duration::from_secs(1), out.send(last)).await;
    }
    metrics::counter!("telecast_sockets_closed_total", "code" => end.code().0.to_string()).increment(1);
}

/// One socket less, however it ended.
struct Closed(metrics::Gauge);

impl Drop for Closed {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// A socket that is open.
struct Talker {
    web: Web,
    ears: Ears,
    listening: Listening,
    heard: SplitStream<WebSocket>,
    /// What is being said. Until it is answered nothing else is read: what one says keeps its order.
    saying: Option<Pin<Box<dyn Future<Output = Answer> + Send>>>,
    /// When this second began, and frames that came in it.
    second: (Instant, u32),
}

impl Talker {
    async fn run(&mut self, out: &mut SplitSink<WebSocket, Message>) -> End {
        let (mut check, mut ping) = (later(CHECK), later(PING));
        let mut last = Instant::now();
        loop {
            let send = tokio::select! {
                said = self.heard.next(), if self.saying.is_none() => {
                    last = Instant::now();
                    match self.take(said).await {
                        Ok(send) => send,
                        Err(end) => return end,
                    }
                }
                answer = answered(&mut self.saying) => {
                    self.saying = None;
                    vec![answer.frame()]
                }
                () = self.ears.talks.heard() => self.ears.talks.frames().await,
                notice = self.ears.news.next() => match notice {
                    Some(notice) => self.ears.heard(&self.web, notice).into_iter().map(Bytes::from).collect(),
                    None => return End::Stops,
                },
                status = self.ears.status.next() => vec![status.into()],
                _ = ping.tick() => {
                    if last.elapsed() > IDLE {
                        return End::Idle;
                    }
                    if !sent(out, Message::Ping(Bytes::new())).await {
                        return End::Slow;
                    }
                    self.ears.talks.positions()
                }
                _ = check.tick() => {
                    if !listeners::check(&self.web, &self.ears.principal).await {
                        return End::SignedOut;
                    }
                    Vec::new()
                }
                () = self.listening.ended() => return End::SignedOut,
                () = self.web.stopping.cancelled() => return End::Stops,
            };
            metrics::counter!("telecast_socket_messages_total", "way" => "out").increment(send.len() as u64);
            for frame in send {
                let Ok(text) = Utf8Bytes::try_from(frame) else { continue };
                if !sent(out, Message::Text(text)).await {
                    return End::Slow;
                }
            }
        }
    }

    /// Takes what came: what is to be sent at once.
    async fn take(&mut self, said: Option<Result<Message, axum::Error>>) -> Result<Vec<Bytes>, End> {
        let text = match said {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Binary(_))) => return Err(End::Binary),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(Vec::new()),
            Some(Ok(Message::Close(_))) | None => return Err(End::Left),
            Some(Err(error)) => return Err(fault(&error)),
        };
        metrics::counter!("telecast_socket_messages_total", "way" => "in").increment(1);
        if self.second.0.elapsed() >= Duration::from_secs(1) {
            self.second = (Instant::now(), 0);
        }
        self.second.1 += 1;
        if self.second.1 > FLOOD {
            return Err(End::Flood);
        }
        let kind = serde_json::from_str::<Frame<'_>>(&text).map(|frame| frame.kind.into_owned());
        match kind.as_deref() {
            Ok("command") => Ok(self.speak(&text)),
            Ok("subscribe") => match serde_json::from_str::<Listed>(&text) {
                Ok(Listed { topics }) => Ok(self.ears.open(&self.web, &topics).await),
                Err(_) => Ok(vec![not_understood()]),
            },
            Ok("unsubscribe") => match serde_json::from_str::<Listed>(&text) {
                Ok(Listed { topics }) => {
                    self.ears.shut(&topics);
                    Ok(Vec::new())
                }
                Err(_) => Ok(vec![not_understood()]),
            },
            Ok("writes") => match serde_json::from_str::<Writes>(&text) {
                Ok(Writes { conversation, writes }) => {
                    self.ears.talks.writes(&conversation, writes);
                    Ok(Vec::new())
                }
                Err(_) => Ok(vec![not_understood()]),
            },
            _ => Ok(vec![not_understood()]),
        }
    }

    /// Begins to say something; a refusal at once if it is no frame, or one too many.
    fn speak(&mut self, text: &str) -> Vec<Bytes> {
        let request_id = self.web.ids.text();
        let id = serde_json::from_str::<Numbered>(text).map(|frame| frame.id).unwrap_or_default();
        if self.second.1 > FRAMES {
            let refused =
                Refused::from(Error::new(Kind::TooMany, "That is too much at once; wait a second."));
            return vec![Answer::of(id, request_id, Err(refused)).frame()];
        }
        if serde_json::from_str::<Spoken<'_>>(text).is_err() {
            let refused =
                Refused::from(Error::new(Kind::Invalid, "A frame names a conversation and a command."));
            return vec![Answer::of(id, request_id, Err(refused)).frame()];
        }
        let (web, principal, text) = (self.web.clone(), self.ears.principal.clone(), text.to_owned());
        self.saying = Some(Box::pin(async move {
            match serde_json::from_str::<Spoken<'_>>(&text) {
                Ok(spoken) => talk::speak(&web, &principal, &spoken, request_id).await,
                Err(_) => Answer::of(
                    id,
                    request_id,
                    Err(Refused::from(Error::new(Kind::Invalid, "This is no frame."))),
                ),
            }
        }));
        Vec::new()
    }
}

#[derive(Deserialize)]
struct Numbered {
    #[serde(default)]
    id: u64,
}

/// What is being said, once it is answered.
async fn answered(saying: &mut Option<Pin<Box<dyn Future<Output = Answer> + Send>>>) -> Answer {
    match saying {
        Some(saying) => saying.await,
        None => std::future::pending().await,
    }
}

async fn sent(out: &mut SplitSink<WebSocket, Message>, message: Message) -> bool {
    timeout(WRITE, out.send(message)).await.is_ok_and(|sent| sent.is_ok())
}

/// What is wrong with what came.
fn fault(error: &axum::Error) -> End {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<tungstenite::Error>() {
            return match error {
                tungstenite::Error::Capacity(_) => End::TooLarge,
                tungstenite::Error::Protocol(_) | tungstenite::Error::Utf8(_) => End::Against,
                _ => End::Left,
            };
        }
        next = error.source();
    }
    End::Left
}

fn not_understood() -> Bytes {
    Bytes::from_static(br#"{"topic":"socket","type":"not_understood","data":null}"#)
}

/// Ticks from one period on.
fn later(period: Duration) -> Interval {
    tokio::time::interval_at(Instant::now() + period, period)
}

fn lagged(count: u64) -> String {
    format!(r#"{{"topic":"socket","type":"lagged","data":{{"lost":{count}}}}}"#)
}

/// What a subscriber to a session should know at once.
fn current(web: &Web, topic: &str) -> Option<String> {
    let session = web.app.session(topic.strip_prefix("session:")?)?;
    let data = serde_json::to_value(session).ok()?;
    serde_json::to_string(&Event { topic: topic.to_owned(), kind: "changed".into(), data }).ok()
}

/// The same as the socket, as server-sent events.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(Topics), responses((status = 200, content_type = "text/event-stream")))]
pub async fn events(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Parameters(topics): Parameters<Topics>,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>, Problem> {
    let listening = join(&web, &principal)?;
    let ended = || Problem::new(Kind::Unavailable, "The station is shutting down.");
    let mut ears = Ears::new(&web, principal).ok_or_else(ended)?;
    let wanted: Vec<String> = topics.topics.split(',').map(str::to_owned).collect();
    let first = ears.open(&web, &wanted).await;
    let flow = Flow { web, ears, due: first.into(), listening, check: later(CHECK) };
    let all = futures_util::stream::unfold(flow, |mut flow| async move {
        let said = flow.next().await?;
        Some((Ok(sse::Event::default().data(String::from_utf8_lossy(&said))), flow))
    });
    Ok(Sse::new(all).keep_alive(KeepAlive::default()))
}

/// An event stream that is open.
struct Flow {
    web: Web,
    ears: Ears,
    /// What is still to be sent of what was heard last.
    due: VecDeque<Bytes>,
    listening: Listening,
    check: Interval,
}

impl Flow {
    /// What is to be sent next; none: it has ended.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(said) = self.due.pop_front() {
                return Some(said);
            }
            tokio::select! {
                notice = self.ears.news.next() => {
                    self.due = self.ears.heard(&self.web, notice?).into_iter().map(Bytes::from).collect();
                }
                () = self.ears.talks.heard() => self.due = self.ears.talks.frames().await.into(),
                status = self.ears.status.next() => return Some(status.into()),
                _ = self.check.tick() => {
                    if !listeners::check(&self.web, &self.ears.principal).await {
                        return None;
                    }
                }
                () = self.listening.ended() => return None,
                () = self.web.stopping.cancelled() => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_lost_something_is_told_and_learns_how_things_stand() {
        let topics: BTreeSet<String> = ["guide", "session:a"].map(str::to_owned).into();
        let current = |topic: &str| topic.strip_prefix("session:").map(|id| format!("{id} as it is"));
        let message = |topic: &str| Notice::Message { topic: topic.into(), body: "news".into() };
        assert_eq!(said(message("guide"), &topics, current), ["news"]);
        assert!(said(message("session:b"), &topics, current).is_empty());
        let lost = r#"{"topic":"socket","type":"lagged","data":{"lost":300}}"#;
        assert_eq!(said(Notice::Lagged(300), &topics, current), [lost, "a as it is"]);
    }
}
