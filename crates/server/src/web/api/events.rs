//! Everything that changes: one WebSocket per tab, and server-sent events where sockets are blocked.

use super::Parameters;
use crate::app::news::{ACCOUNT, of_account};
use crate::app::view::Event;
use crate::web::Web;
use crate::web::guard::Principal;
use crate::web::listeners::{self, CHECK, Listening};
use crate::web::problem::Problem;
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response, sse};
use futures_util::{SinkExt, Stream, StreamExt};
use serde::Deserialize;
use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use telecast_core::access::Scope;
use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_store::{Notice, Subscription};
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
    /// With commas between them: `session:ID`, `channels`, `guide`, `library`, `receivers`, `account` (favourites, languages, saved searches), for those who may record
    /// `timers`, and for those who run the station `status` and `guide_sources`.
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
        Some(Self { topics: BTreeSet::new(), principal, news, status: Feed::default() })
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
    fn open(&mut self, web: &Web, topics: &[String]) -> Vec<String> {
        for topic in topics {
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
        topics
            .iter()
            .filter(|topic| self.topics.contains(*topic))
            .filter_map(|topic| current(web, topic))
            .collect()
    }

    fn shut(&mut self, topics: &[String]) {
        for topic in topics {
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
    let upgrade = upgrade.read_buffer_size(FRAME).max_message_size(FRAME);
    Ok(upgrade.on_upgrade(move |socket| talk(web, principal, listening, socket)).into_response())
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

async fn talk(web: Web, principal: Principal, listening: Listening, socket: WebSocket) {
    let Some(mut ears) = Ears::new(&web, principal) else { return };
    let mut check = later(CHECK);
    let (mut out, mut heard) = socket.split();
    let mut ping = tokio::time::interval(PING);
    loop {
        let send = tokio::select! {
            said = heard.next() => match said {
                Some(Ok(Message::Text(text))) => {
                    match serde_json::from_str(&text) {
                        Ok(Said::Subscribe { topics }) => ears.open(&web, &topics),
                        Ok(Said::Unsubscribe { topics }) => { ears.shut(&topics); Vec::new() }
                        Err(_) => vec![r#"{"topic":"socket","type":"not_understood","data":null}"#.to_owned()],
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => Vec::new(),
            },
            notice = ears.news.next() => match notice {
                Some(notice) => ears.heard(&web, notice),
                None => return,
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
    let first = ears.open(&web, &wanted);
    let flow = Flow { web, ears, due: first.into(), listening, check: later(CHECK) };
    let all = futures_util::stream::unfold(flow, |mut flow| async move {
        let said = flow.next().await?;
        Some((Ok(sse::Event::default().data(said)), flow))
    });
    Ok(Sse::new(all).keep_alive(KeepAlive::default()))
}

/// An event stream that is open.
struct Flow {
    web: Web,
    ears: Ears,
    /// What is still to be sent of what was heard last.
    due: VecDeque<String>,
    listening: Listening,
    check: Interval,
}

impl Flow {
    /// What is to be sent next; none: it has ended.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(said) = self.due.pop_front() {
                return Some(said);
            }
            tokio::select! {
                notice = self.ears.news.next() => self.due = self.ears.heard(&self.web, notice?).into(),
                status = self.ears.status.next() => return Some(status),
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
