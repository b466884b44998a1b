//! Conversations: who may hear them, which of them live, and how something is said into one.
//!
//! A conversation that somebody opens gets an owner ([`owner`]) and lives until nobody has been there for a minute; all else rests in the store. What is heard
//! of it goes by [`live`], what is written by [`journal`]. How it all goes together: docs/design/conversation.md.

mod journal;
pub mod live;
pub(in crate::app) mod owner;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;
use serde::Serialize;
use telecast_core::access::{Profile, Scope};
use telecast_core::conversation::{
    AccountId, Body, Command, Conversation, ConversationId, Epoch, Event, Mode, Offset, Refusal, RequestId,
};
use telecast_core::error::{Error, Kind};
use telecast_core::secret;
use telecast_store::{ConversationRow, Created, RequestKey, Store};
use tokio::sync::{OnceCell, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::App;
use super::assistant::providers::{AssistantSettings, Providers};
use super::assistant::{Asker, Assistant};
use super::news::News;
use crate::adapters::clock::Clock;
use crate::adapters::llm::Llm;
use journal::Journal;
use live::Live;
use owner::{Asked, Owner};

/// Words of a search.
const WORDS: usize = 12;
/// Events of each conversation that are looked through.
const SEARCHED: u64 = 2_000;
/// Places that are found at most.
const FOUND: usize = 50;
/// The news of an account whose conversations are others.
const LISTED: &str = "conversation";

/// Something was said: where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Offset of it.
    pub offset: u64,
}

/// Why something is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// For machines; see `core::conversation::Code` and `core::error::Kind`.
    pub code: &'static str,
    /// The kind that fits, for who speaks HTTP.
    pub kind: Kind,
    /// For people.
    pub detail: String,
    /// When to try again (seconds).
    pub retry_after_s: Option<u64>,
}

impl Refused {
    fn stopping() -> Self {
        Error::new(Kind::Unavailable, "The station is shutting down.").into()
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        use telecast_core::conversation::Code;
        let kind = match refusal.code {
            Code::NotFound => Kind::NotFound,
            Code::NotYours => Kind::Forbidden,
            Code::Invalid | Code::Empty => Kind::Invalid,
            Code::TooLarge => Kind::TooLarge,
            Code::Full => Kind::TooMany,
            _ => Kind::Conflict,
        };
        Self { code: refusal.code.name(), kind, detail: refusal.detail, retry_after_s: None }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        let retry_after_s = matches!(error.kind, Kind::Unavailable | Kind::TooMany).then_some(5);
        Self { code: error.kind.problem().code, kind: error.kind, detail: error.message, retry_after_s }
    }
}

/// Who asks: what the connection knows, never what a frame says.
#[derive(Clone, Debug)]
pub struct Who {
    /// Whose account.
    pub account: String,
    /// As others read it.
    pub name: String,
    /// What he may do.
    pub scopes: Vec<Scope>,
    /// What he may see; none: everything.
    pub profile: Option<Arc<Profile>>,
    /// By which request.
    pub request_id: String,
}

impl Who {
    fn known(&self) -> Result<telecast_core::conversation::Who, Refused> {
        let account = AccountId::new(self.account.clone()).map_err(|_| Refusal::unknown())?;
        let request_id = RequestId::new(self.request_id.clone()).ok();
        Ok(telecast_core::conversation::Who {
            account,
            name: self.name.clone(),
            desk: self.is_agent(),
            request_id,
        })
    }

    /// Whether he has conversations at all.
    fn may_talk(&self) -> bool {
        self.scopes.contains(&Scope::Chat)
    }

    /// Whether he sits at the help desk.
    fn is_agent(&self) -> bool {
        self.scopes.contains(&Scope::Desk)
    }

    fn asker(&self) -> Asker {
        let (account, name) = (self.account.clone(), self.name.clone());
        Asker { account, name, scopes: self.scopes.clone(), profile: self.profile.clone() }
    }
}

/// A conversation as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Id.
    pub id: String,
    /// What it is called; none: nothing yet.
    pub title: Option<String>,
    /// Name of its mode.
    pub mode: String,
    /// Within it offsets count.
    pub epoch: String,
    /// Offset of its last event.
    pub last: u64,
    /// When something was last said (milliseconds since 1970).
    pub changed_ms: i64,
}

impl From<ConversationRow> for Listed {
    fn from(row: ConversationRow) -> Self {
        let ConversationRow { id, title, mode, epoch, last, changed_ms, .. } = row;
        Self { id, title, mode, epoch, last, changed_ms }
    }
}

/// All of them. Cheap to clone.
#[derive(Clone)]
pub struct Conversations(Arc<Inner>);

pub(in crate::app) struct Inner {
    store: Store,
    journal: Journal,
    clock: Clock,
    news: News,
    assistant: Assistant,
    living: Mutex<HashMap<String, Arc<OnceCell<Living>>>>,
    stop: CancellationToken,
}

/// The way to one that lives.
#[derive(Clone)]
struct Living {
    id: ConversationId,
    epoch: Epoch,
    live: Arc<Live>,
    sender: mpsc::Sender<Asked>,
}

impl Inner {
    fn living(&self) -> MutexGuard<'_, HashMap<String, Arc<OnceCell<Living>>>> {
        self.living.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whose it is that his list is another.
    fn tell_listed(&self, state: &Conversation) {
        let listed = Listed {
            id: state.id().as_str().to_owned(),
            title: state.title().map(str::to_owned),
            mode: owner::name_of(state.mode()).to_owned(),
            epoch: state.epoch().as_str().to_owned(),
            last: state.last().0,
            changed_ms: self.clock.wall_ms(),
        };
        self.news.tell_account(state.owner().as_str(), LISTED, &listed);
    }
}

/// What conversations and their assistant stand on, before there is a station.
pub(super) struct Ground {
    store: Store,
    providers: Providers,
    clock: Clock,
}

impl Ground {
    /// # Errors
    /// There is no TLS on this machine.
    pub(super) fn lay(store: Store, settings: &AssistantSettings, clock: Clock) -> Result<Self, Error> {
        let llm = Llm::new().map_err(|error| Error::new(Kind::Internal, error.to_string()))?;
        Ok(Self { store, providers: Providers::new(settings, llm, clock), clock })
    }

    /// The assistant of that station, and its conversations: none lives yet.
    pub(super) fn build(
        self,
        station: Weak<super::Inner>,
        news: &News,
        stop: &CancellationToken,
    ) -> (Assistant, Conversations) {
        let Self { store, providers, clock } = self;
        let assistant = Assistant::new(store.clone(), providers, station);
        let (journal, news, stop) = (Journal::start(store.clone()), news.clone(), stop.child_token());
        let inner = Inner {
            store,
            journal,
            clock,
            news,
            assistant: assistant.clone(),
            living: Mutex::default(),
            stop,
        };
        (assistant, Conversations(Arc::new(inner)))
    }
}

impl Conversations {
    /// All of whoever asks, the one that was last spoken in first.
    ///
    /// # Errors
    /// `Unavailable`: the store.
    pub async fn listed(&self, who: &Who) -> Result<Vec<Listed>, Error> {
        Ok(self.0.store.conversations(&who.account).await?.into_iter().map(Listed::from).collect())
    }

    /// A new one of whoever asks, or the one that the same request has made.
    ///
    /// # Errors
    /// `TooMany`: he has as many as one may have; `Conflict`: the request's key was used for something else.
    pub async fn create(&self, who: &Who, request: Option<&RequestKey>) -> Result<Listed, Error> {
        let row = ConversationRow {
            id: fresh()?,
            account_id: who.account.clone(),
            epoch: fresh()?,
            mode: owner::name_of(Mode::default()).to_owned(),
            title: None,
            last: 0,
            created_ms: self.0.clock.wall_ms(),
            changed_ms: self.0.clock.wall_ms(),
        };
        match self.0.store.create_conversation(&row, request).await? {
            Created::New => {
                self.0.news.tell_account(&row.account_id, LISTED, &Listed::from(row.clone()));
                Ok(row.into())
            }
            Created::Before(id) => {
                let before = self.0.store.conversation(&id).await?;
                before
                    .map(Listed::from)
                    .ok_or_else(|| Error::new(Kind::Gone, "What this request made is deleted."))
            }
        }
    }

    /// Places in the conversations of whoever asks in which these words stand: in titles, and in what was said lately.
    ///
    /// # Errors
    /// `Unavailable`: the store.
    pub async fn search(&self, who: &Who, words: &str) -> Result<Vec<(Listed, u64, String)>, Error> {
        let words: Vec<String> =
            words.to_lowercase().split_whitespace().take(WORDS).map(str::to_owned).collect();
        let fits = |text: &str| {
            let text = text.to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let mut found = Vec::new();
        if words.is_empty() {
            return Ok(found);
        }
        for row in self.0.store.conversations(&who.account).await? {
            let (id, last) = (row.id.clone(), row.last);
            let listed = Listed::from(row);
            if listed.title.as_deref().is_some_and(fits) {
                found.push((listed.clone(), 0, listed.title.clone().unwrap_or_default()));
            }
            let events = self
                .0
                .store
                .conversation_events(&id, last.saturating_sub(SEARCHED), SEARCHED as usize)
                .await?;
            for event in events.iter().rev() {
                if let Some((offset, text)) = said(&event.event).filter(|(_, text)| fits(text)) {
                    found.push((listed.clone(), offset, text));
                }
            }
            if found.len() >= FOUND {
                found.truncate(FOUND);
                break;
            }
        }
        Ok(found)
    }

    /// The way to a conversation.
    ///
    /// # Errors
    /// `NotFound`, in the same words whether there is none or it is not for whoever asks.
    pub async fn open(&self, id: &str, who: &Who) -> Result<Handle, Refused> {
        let known = who.known()?;
        if !who.may_talk() {
            return Err(Refusal::unknown().into());
        }
        // One that goes to rest just now is opened once more.
        for _ in 0..3 {
            let living = self.living(id, who).await?;
            if living.live.may_hear(&known.account, known.desk) {
                if living.sender.is_closed() {
                    continue;
                }
                return Ok(Handle { living, inner: Arc::clone(&self.0) });
            }
            return Err(Refusal::unknown().into());
        }
        Err(Refused::stopping())
    }

    async fn living(&self, id: &str, who: &Who) -> Result<Living, Refused> {
        if let Some(living) = self.0.living().get(id).and_then(|cell| cell.get().cloned()) {
            return Ok(living);
        }
        let row = self.0.store.conversation(id).await.map_err(Error::from)?.ok_or_else(Refusal::unknown)?;
        // Others' are not woken for whoever may not hear them.
        if row.account_id != who.account && !who.is_agent() {
            return Err(Refusal::unknown().into());
        }
        let cell = Arc::clone(self.0.living().entry(id.to_owned()).or_default());
        let begun = cell.get_or_try_init(|| begin(Arc::clone(&self.0), row)).await;
        match begun {
            Ok(living) => Ok(living.clone()),
            Err(error) => {
                self.0.living().remove(id);
                Err(error.into())
            }
        }
    }

    /// Deletes one, with all that was said in it.
    ///
    /// # Errors
    /// `NotFound`; whose it is not may not.
    pub async fn delete(&self, id: &str, who: &Who) -> Result<(), Refused> {
        let handle = self.open(id, who).await?;
        if !handle.living.live.is_owner(&who.account) {
            return Err(Refusal::unknown().into());
        }
        let (reply, told) = oneshot::channel();
        handle.living.sender.send(Asked::Delete { reply }).await.map_err(|_| Refused::stopping())?;
        Ok(told.await.map_err(|_| Refused::stopping())??)
    }
}

/// What an event says, and where.
fn said(json: &str) -> Option<(u64, String)> {
    let event: Event = serde_json::from_str(json).ok()?;
    match event.body {
        Body::Said { text, .. } | Body::Ended { text, .. } => Some((event.offset.0, text)),
        Body::Edited { message, text, .. } => Some((message.0, text)),
        _ => None,
    }
}

async fn begin(inner: Arc<Inner>, row: ConversationRow) -> Result<Living, Error> {
    let named = |_| Error::new(Kind::Internal, "A conversation in the store has no proper name.");
    let id = ConversationId::new(row.id).map_err(named)?;
    let (epoch, owner) =
        (Epoch::new(row.epoch).map_err(named)?, AccountId::new(row.account_id).map_err(named)?);
    Owner::begin(inner, Conversation::new(id, epoch, owner)).await
}

fn fresh() -> Result<String, Error> {
    let mut entropy = [0; 16];
    getrandom::fill(&mut entropy)
        .map_err(|_| Error::new(Kind::Unavailable, "The system gives no randomness."))?;
    Ok(secret::id(entropy))
}

impl App {
    /// What is said.
    pub fn conversations(&self) -> &Conversations {
        &self.0.conversations
    }

    /// Who answers.
    pub fn assistant(&self) -> &Assistant {
        &self.0.assistant
    }
}

/// Where a conversation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// Within it offsets count.
    pub epoch: Epoch,
    /// The last.
    pub offset: Offset,
}

/// The way to a living conversation; it lives while somebody has one.
#[derive(Clone)]
pub struct Handle {
    living: Living,
    inner: Arc<Inner>,
}

impl Handle {
    /// Whether it is over: whoever hears it is told no more.
    pub fn is_gone(&self) -> bool {
        self.living.sender.is_closed()
    }

    /// Whether it is still for whoever hears it.
    pub fn may_hear(&self, who: &Who) -> bool {
        who.known().is_ok_and(|known| self.live().may_hear(&known.account, known.desk))
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.living.id.as_str()
    }

    /// Within it offsets count.
    pub fn epoch(&self) -> &str {
        self.living.epoch.as_str()
    }

    /// What is heard of it.
    pub fn live(&self) -> &Arc<Live> {
        &self.living.live
    }

    /// As it is listed.
    ///
    /// # Errors
    /// `NotFound`: it was deleted just now.
    pub async fn listed(&self) -> Result<Listed, Error> {
        let row = self.inner.store.conversation(self.id()).await?;
        row.map(Listed::from).ok_or_else(|| Error::new(Kind::NotFound, "There is no such conversation."))
    }

    /// Where it stands.
    pub fn position(&self) -> Position {
        Position { epoch: self.living.epoch.clone(), offset: Offset(self.living.live.last()) }
    }

    /// Says something; on the disk when it returns.
    ///
    /// # Errors
    /// Refused, and nothing has changed.
    pub async fn say(&self, who: &Who, command: Command) -> Result<Said, Refused> {
        let (reply, told) = oneshot::channel();
        let asked = Asked::Command { who: who.known()?, asker: who.asker(), command, reply };
        self.living.sender.send(asked).await.map_err(|_| Refused::stopping())?;
        told.await.map_err(|_| Refused::stopping())?
    }

    /// Frames of the events from an offset to before another, from the store.
    ///
    /// # Errors
    /// `Unavailable`: the store.
    pub async fn stored(&self, from: u64, before: u64) -> Result<Vec<Bytes>, Error> {
        let most = before.saturating_sub(from) as usize;
        let rows = self.inner.store.conversation_events(self.id(), from.saturating_sub(1), most).await?;
        let frame = |row: telecast_store::EventRow| {
            let event = serde_json::value::RawValue::from_string(row.event);
            let event = event.map_err(|error| Error::new(Kind::Internal, error.to_string()))?;
            Ok(self.live().frame("event", &event))
        };
        rows.into_iter().map(frame).collect()
    }

    /// Events behind an offset, from the store, as JSON.
    ///
    /// # Errors
    /// `Unavailable`: the store.
    pub async fn events(&self, after: u64, most: usize) -> Result<Vec<String>, Error> {
        let rows = self.inner.store.conversation_events(self.id(), after, most).await?;
        Ok(rows.into_iter().map(|row| row.event).collect())
    }
}
