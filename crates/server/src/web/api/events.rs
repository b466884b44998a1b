//! Everything that changes: one WebSocket per tab, and server-sent events where sockets are blocked.

use super::Parameters;
use super::sessions::shown;
use crate::app::view::Event;
use crate::web::Web;
use crate::web::guard::Principal;
use crate::web::listeners::{self, CHECK, Listening};
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response, sse};
use futures_util::{SinkExt, Stream, StreamExt};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use telecast_core::access::Scope;
use telecast_core::limits;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;
use tokio::time::{Instant, Interval};
use utoipa::IntoParams;

/// A frame from a page is a list of topics: small.
const FRAME: usize = 4096;
/// A socket that says nothing is asked whether it is still there.
const PING: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    Subscribe { topics: Vec<String> },
    Unsubscribe { topics: Vec<String> },
}

/// Which topics.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Topics {
    /// With commas between them: `session:ID`, `channels`, `guide`, `receivers`, `status`.
    pub topics: String,
}

/// What one subscriber hears.
struct Ears {
    topics: BTreeSet<String>,
    principal: Principal,
    /// The station at a glance, while that is listened to.
    status: Feed,
}

/// The topic of the station at a glance: it does not come with the other events, but is made once a second for all who listen to it.
const STATUS: &str = "status";

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
    fn open(&mut self, web: &Web, topics: impl IntoIterator<Item = String>) {
        for topic in topics {
            let allowed = match topic.split_once(':') {
                Some(("session", id)) => {
                    self.principal.scopes.contains(&Scope::Admin)
                        || web.app.is_session_of(id, &self.principal.account)
                }
                _ => topic != STATUS || self.principal.scopes.contains(&Scope::Admin),
            };
            if allowed && self.topics.len() < limits::TOPICS {
                if topic == STATUS {
                    self.status = Feed(Some(web.app.status_feed()));
                }
                self.topics.insert(topic);
            }
        }
    }

    fn shut(&mut self, topics: &[String]) {
        self.topics.retain(|topic| !topics.contains(topic));
        if !self.topics.contains(STATUS) {
            self.status = Feed::default();
        }
    }
}

/// The tab's socket.
#[utoipa::path(get, path = "/api/v1/socket", tag = "events", responses((status = 101, description = "Switching to WebSocket")))]
pub async fn socket(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .read_buffer_size(FRAME)
        .max_message_size(FRAME)
        .on_upgrade(move |socket| talk(web, principal, socket))
        .into_response()
}

async fn talk(web: Web, principal: Principal, socket: WebSocket) {
    let mut news = web.app.events();
    let listening = web.listeners.join(principal.credential);
    let mut ears = Ears { topics: BTreeSet::new(), principal, status: Feed::default() };
    let mut check = later(CHECK);
    let (mut out, mut heard) = socket.split();
    let mut ping = tokio::time::interval(PING);
    loop {
        let send = tokio::select! {
            said = heard.next() => match said {
                Some(Ok(Message::Text(text))) => {
                    match serde_json::from_str(&text) {
                        Ok(Said::Subscribe { topics }) => {
                            ears.open(&web, topics.clone());
                            // The state as it is now, so that nothing that happened before is missed.
                            topics.iter().filter(|topic| ears.topics.contains(*topic)).filter_map(|topic| current(&web, topic)).collect()
                        }
                        Ok(Said::Unsubscribe { topics }) => { ears.shut(&topics); Vec::new() }
                        Err(_) => vec![r#"{"topic":"socket","type":"not_understood","data":null}"#.to_owned()],
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => Vec::new(),
            },
            event = news.recv() => match event {
                Ok(event) if ears.topics.contains(&event.topic) => text(&event).into_iter().collect(),
                Ok(_) => Vec::new(),
                Err(RecvError::Lagged(count)) => vec![lagged(count)],
                Err(RecvError::Closed) => return,
            },
            status = ears.status.next() => vec![status],
            _ = ping.tick() => {
                if out.send(Message::Ping(bytes::Bytes::new())).await.is_err() { return; }
                Vec::new()
            }
            _ = check.tick() => {
                if !listeners::check(&web, &ears.principal).await { return; }
                Vec::new()
            }
            () = listening.ended() => return,
            () = web.stopping.cancelled() => return,
        };
        for text in send {
            if out.send(Message::Text(text.into())).await.is_err() {
                return;
            }
        }
    }
}

/// Ticks from one period on.
fn later(period: Duration) -> Interval {
    tokio::time::interval_at(Instant::now() + period, period)
}

fn text(event: &Event) -> Option<String> {
    serde_json::to_string(event).ok()
}

fn lagged(count: u64) -> String {
    format!(r#"{{"topic":"socket","type":"lagged","data":{{"lost":{count}}}}}"#)
}

/// What a subscriber to a session should know at once.
fn current(web: &Web, topic: &str) -> Option<String> {
    let session = web.app.session(topic.strip_prefix("session:")?)?;
    let data = serde_json::to_value(shown(web, session)).ok()?;
    text(&Event { topic: topic.to_owned(), kind: "changed".into(), data })
}

/// The same as the socket, as server-sent events.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(Topics), responses((status = 200, content_type = "text/event-stream")))]
pub async fn events(
    State(web): State<Web>,
    Extension(principal): Extension<Principal>,
    Parameters(topics): Parameters<Topics>,
) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>>> {
    let listening = web.listeners.join(principal.credential);
    let mut ears = Ears { topics: BTreeSet::new(), principal, status: Feed::default() };
    let wanted: Vec<String> = topics.topics.split(',').map(str::to_owned).collect();
    ears.open(&web, wanted.clone());
    let first: Vec<String> = wanted
        .iter()
        .filter(|topic| ears.topics.contains(*topic))
        .filter_map(|topic| current(&web, topic))
        .collect();
    let news = web.app.events();
    let flow = Flow { web, ears, news, listening, check: later(CHECK) };
    let later = futures_util::stream::unfold(flow, |mut flow| async move {
        let said = flow.next().await?;
        Some((said, flow))
    });
    let all = futures_util::stream::iter(first).chain(later).map(|text| Ok(sse::Event::default().data(text)));
    Sse::new(all).keep_alive(KeepAlive::default())
}

/// An event stream that is open.
struct Flow {
    web: Web,
    ears: Ears,
    news: broadcast::Receiver<Event>,
    listening: Listening,
    check: Interval,
}

impl Flow {
    /// What is to be sent next; none: it has ended.
    async fn next(&mut self) -> Option<String> {
        loop {
            let event = tokio::select! {
                event = self.news.recv() => event,
                status = self.ears.status.next() => return Some(status),
                _ = self.check.tick() => {
                    if !listeners::check(&self.web, &self.ears.principal).await {
                        return None;
                    }
                    continue;
                }
                () = self.listening.ended() => return None,
                () = self.web.stopping.cancelled() => return None,
            };
            match event {
                Ok(event) if self.ears.topics.contains(&event.topic) => {
                    if let Some(said) = text(&event) {
                        return Some(said);
                    }
                }
                Ok(_) => {}
                Err(RecvError::Lagged(count)) => return Some(lagged(count)),
                Err(RecvError::Closed) => return None,
            }
        }
    }
}
