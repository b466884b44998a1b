//! All sessions: how one is made, found again, and forgotten.
//!
//! A session begins when the store has it: its task writes it, lists it, answers, and only then asks for a tuner. All this
//! is in the session's own task ([`Owner`]), so that whoever asked may go away at any moment.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use telecast_core::error::{Error, Kind};
use telecast_core::limits;
use telecast_core::lineup::ChannelId;
use telecast_core::secret::SecretHash;
use telecast_core::session::{Reason, ReasonCode};
use telecast_store::{NewSession, SessionRow};
use tokio::sync::{Notify, mpsc, oneshot};

use super::admission::{Admission, refused};
use super::ledger::Opened;
use super::playback::PlaybackHandle;
use super::programmes::Asked;
use super::say;
use super::session::{Command, Entry, Owner, Surroundings, made};
use super::settings::InForce;
use super::supervise;
use super::view::{self, At, SessionView, StartPlayback};

/// A request that was repeated while the first one is being answered waits this long for its session to be listed.
const LISTED: Duration = Duration::from_secs(2);
/// Sessions to forget are looked for this often.
const SWEEP: Duration = Duration::from_secs(5);

/// All sessions, by id and by key of their playback address.
#[derive(Default)]
pub(super) struct All {
    pub(super) by_id: HashMap<Arc<str>, Arc<Entry>>,
    pub(super) by_key: HashMap<Arc<str>, Arc<Entry>>,
}

/// The way to all sessions; cheap to clone.
#[derive(Clone)]
pub(super) struct Sessions {
    around: Surroundings,
    all: Arc<ArcSwap<All>>,
    /// One slot for each session that is not over.
    admission: Arc<Admission>,
    /// Something was listed.
    listed: Arc<Notify>,
}

impl Sessions {
    /// None yet.
    pub(super) fn start(around: Surroundings, settings: InForce) -> Self {
        let sessions = Self {
            around,
            all: Arc::default(),
            admission: Arc::new(Admission::new(settings)),
            listed: Arc::default(),
        };
        supervise("sessions", sessions.clone().sweep());
        sessions
    }

    /// Makes a session, or finds the one that was made for the same key.
    /// `earliest`: how far back it may reach (milliseconds since 1970). `programme`: what it plays for itself.
    pub(super) async fn begin(
        &self,
        request: StartPlayback,
        earliest: Option<i64>,
        programme: Option<Asked>,
    ) -> Result<SessionView, Error> {
        let (reply, answer) = oneshot::channel();
        let sessions = self.clone();
        supervise("session", async move {
            match sessions.open(&request, earliest, programme).await {
                Ok(Begun::New(owner, inbox)) => {
                    let view = owner.view();
                    let span = tracing::info_span!("session", id = view.id);
                    // Whoever asked may have gone; then nobody watches, and it ends by that.
                    let _ = reply.send(Ok(view));
                    tracing::Instrument::instrument(owner.run(inbox), span).await;
                }
                Ok(Begun::Before(view)) => drop(reply.send(Ok(*view))),
                Err(error) => drop(reply.send(Err(error))),
            }
        });
        answer.await.map_err(|_| Error::new(Kind::Internal, "The session's owner has ended."))?
    }

    /// All of them.
    pub(super) fn all(&self) -> Arc<All> {
        self.all.load_full()
    }

    /// What lies behind the playback address of that key. Takes no lock: it is asked with every fetch.
    pub(super) fn by_key(&self, key: &str) -> Option<Arc<PlaybackHandle>> {
        self.all.load().by_key.get(key).map(|entry| Arc::clone(&entry.handle))
    }

    /// A session that is not listed any more, as the store has it; none if it is not `account`'s (if that is asked).
    pub(super) async fn past(&self, id: &str, account: Option<&str>) -> Result<Option<SessionView>, Error> {
        let row = self.around.ledger.store().session(id).await?;
        let row = row.filter(|row| account.is_none_or(|account| row.account_id == account));
        Ok(row.map(|row| self.as_it_ended(&row)))
    }

    async fn open(
        &self,
        request: &StartPlayback,
        earliest: Option<i64>,
        programme: Option<Asked>,
    ) -> Result<Begun, Error> {
        let ledger = &self.around.ledger;
        let id = programme.as_ref().map(|programme| programme.channel.id.clone());
        let new = NewSession {
            id: secret(16)?,
            account_id: request.account.clone(),
            channel: id.unwrap_or_else(|| ChannelId(request.channel_id.clone())),
            key: request.idempotency_key.clone(),
            request: fingerprint(request),
        };
        // First of all, so that a repetition gets its answer also when a new session would be refused.
        if let Some(id) = ledger.store().repeated_session(&new).await? {
            return Ok(Begun::Before(Box::new(self.before(&id).await?)));
        }
        if self.around.stop.is_cancelled() {
            return Err(Error::new(Kind::Unavailable, "The station is shutting down."));
        }
        let prepared = programme.as_ref().map(|programme| programme.channel.clone());
        let channel = prepared.or_else(|| self.around.lineup.load().channel(&new.channel).cloned());
        let channel = channel.ok_or_else(|| {
            Error::new(Kind::NotFound, "There is no such channel. It may have been removed.")
        })?;
        if self.around.tuners.is_full(&channel.sources) {
            return Err(refused(&Reason::full(ReasonCode::TooManyOnReceiver), "receiver"));
        }
        if self.around.lacks_transcoder(&channel, &request.client) {
            return Err(refused(&Reason::transcoders_busy(), "video_transcodes"));
        }
        let slot = self.admission.admit(&request.account)?;
        let key = secret(20)?;
        let id = new.id.clone();
        let lost = match ledger.open(new).await? {
            Opened::New { lost } => lost,
            Opened::Before(id) => return Ok(Begun::Before(Box::new(self.before(&id).await?))),
        };
        let (entry, owner, inbox) =
            made(&self.around, (channel, programme), (request, earliest), (id, key.into()), (slot, lost));
        self.list(&Arc::new(entry));
        Ok(Begun::New(Box::new(owner), inbox))
    }

    /// The session that an earlier request has made.
    async fn before(&self, id: &str) -> Result<SessionView, Error> {
        let listed = async {
            loop {
                let news = self.listed.notified();
                if let Some(entry) = self.all.load().by_id.get(id) {
                    return entry.view.borrow().clone();
                }
                news.await;
            }
        };
        let row = self.around.ledger.store().session(id).await?;
        match row {
            Some(row) if row.ended_ms.is_some() && !self.all.load().by_id.contains_key(id) => {
                Ok(self.as_it_ended(&row))
            }
            // It is listed, or in a moment: its owner has just written it.
            Some(row) => match tokio::time::timeout(LISTED, listed).await {
                Ok(view) => Ok(view),
                Err(_) => Ok(self.as_it_ended(&row)),
            },
            None => Err(Error::new(Kind::Gone, "The session of this Idempotency-Key is forgotten.")),
        }
    }

    /// A session of an earlier run, or of hours ago. Nothing answers at its addresses any more.
    fn as_it_ended(&self, row: &SessionRow) -> SessionView {
        let named = |name: &String| ReasonCode::ALL.iter().copied().find(|code| code.name() == name);
        let living = row.ended_ms.is_none();
        let code = if living { Some(ReasonCode::Internal) } else { row.reason.as_ref().and_then(named) };
        let state = view::SessionState::parse(&row.state).filter(|_| !living);
        SessionView {
            id: row.id.clone(),
            channel_id: row.channel.0.clone(),
            programme: None,
            preparing: None,
            state: state.unwrap_or(view::SessionState::Failed),
            waiting_for: None,
            reason: code
                .map(|code| say::reason(&Reason::new(code), &self.around.lineup.load(), &self.around.clock)),
            trouble: None,
            plan: None,
            playlist_url: self.around.address(&row.id, "main.m3u8"),
            stream_url: self.around.address(&row.id, "stream.ts"),
            heartbeat_s: limits::HEARTBEAT.as_secs(),
            created_at: say::moment(row.created_ms),
            receiver_id: None,
        }
    }

    fn list(&self, entry: &Arc<Entry>) {
        // A copy each time, so that looking one up takes no lock: sessions begin rarely beside how often they are looked up.
        self.all.rcu(|all| {
            let mut next = All { by_id: all.by_id.clone(), by_key: all.by_key.clone() };
            next.by_key.insert(Arc::clone(&entry.key), Arc::clone(entry));
            next.by_id.insert(Arc::clone(&entry.handle.session), Arc::clone(entry));
            next
        });
        self.listed.notify_waiters();
    }

    /// Forgets those that have been over for a while.
    async fn sweep(self) {
        let mut tick = tokio::time::interval(SWEEP);
        let mut over: HashMap<Arc<str>, Duration> = HashMap::new();
        while self.around.stop.run_until_cancelled(tick.tick()).await.is_some() {
            let now = self.around.clock.uptime();
            metrics::gauge!("telecast_sessions").set(self.admission.count() as f64);
            for (id, entry) in &self.all.load().by_id {
                if entry.is_over() {
                    over.entry(id.clone()).or_insert(now);
                }
            }
            let old: Vec<Arc<str>> = over
                .extract_if(|_, since| *since + limits::SESSION_MEMORY <= now)
                .map(|(id, _)| id)
                .collect();
            if !old.is_empty() {
                self.all.rcu(|all| {
                    let mut next = All { by_id: all.by_id.clone(), by_key: all.by_key.clone() };
                    for entry in old.iter().filter_map(|id| next.by_id.remove(id)) {
                        next.by_key.remove(&entry.key);
                    }
                    next
                });
            }
        }
    }
}

/// What became of a request.
enum Begun {
    /// A new session, whose owner is to run.
    New(Box<Owner>, mpsc::Receiver<Command>),
    /// The same request came before.
    Before(Box<SessionView>),
}

/// What tells a repeated request from another one with the same key.
fn fingerprint(request: &StartPlayback) -> SecretHash {
    let at = match &request.at {
        At::Live => "live".to_owned(),
        At::Start => "start".to_owned(),
        At::Time(time) => time.to_string(),
    };
    let item = request.item.as_ref().map(|item| (item.id, item.from_s));
    let text = match item {
        Some(item) => serde_json::json!(["session", item, at, request.client]),
        None => serde_json::json!(["session", request.channel_id, at, request.client]),
    };
    let text = text.to_string();
    SecretHash::of(&text.into())
}

/// Random text of `bytes` × 8 bits, in hexadecimal.
fn secret(bytes: usize) -> Result<String, Error> {
    let mut random = vec![0u8; bytes];
    getrandom::fill(&mut random)
        .map_err(|error| Error::new(Kind::Internal, format!("no random numbers: {error}")))?;
    Ok(random.iter().fold(String::with_capacity(bytes * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
