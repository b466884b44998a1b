//! The assistant: answers what is said in conversations, by models that providers have or, without any, by a few sentences that it understands itself.
//!
//! A job streams an answer ([`job`]) from a provider ([`providers`]) into its conversation, by the same door as people. What it can look up or
//! propose are the [`hands`], which have the rights of the person who asked and no others. What changes something is only proposed; it is
//! carried out when that person has said so. Without a provider, [`plain`] understands commands.

mod hands;
mod job;
mod plain;
pub mod providers;
mod words;

use std::sync::{Arc, Weak};

use telecast_core::access::{Profile, Scope};
use telecast_core::assistant::tools::Call;
use telecast_core::conversation::{CallId, Came, Conversation, Fence, Job, Kind as Why, Offset, Post};
use telecast_store::Store;
use tokio_util::sync::CancellationToken;

use super::conversation::owner::Pen;
use super::supervise;
use hands::Hands;
use providers::Providers;

pub use providers::{ProviderSettings, ProviderView};

/// With whose rights something is looked up or done: as they were when he asked.
#[derive(Clone, Debug)]
pub struct Asker {
    /// Whose account.
    pub account: String,
    /// As others read it.
    pub name: String,
    /// What he may do.
    pub scopes: Vec<Scope>,
    /// What he may see; none: everything.
    pub profile: Option<Arc<Profile>>,
}

/// What a job is to answer.
pub(in crate::app) struct Order {
    conversation: String,
    fence: Fence,
    answers: Offset,
    why: Why,
    model: Option<String>,
    asker: Asker,
}

/// A call that is to be carried out, or undone.
pub(in crate::app) struct Errand {
    conversation: String,
    id: CallId,
    tool: String,
    arguments: serde_json::Value,
    asker: Asker,
}

impl Order {
    /// For the running job.
    pub(in crate::app) fn of(state: &Conversation, job: &Job, asker: Asker) -> Self {
        Self {
            conversation: state.id().as_str().to_owned(),
            fence: job.fence,
            answers: job.answers,
            why: job.why,
            model: state.model().map(str::to_owned),
            asker,
        }
    }
}

impl Errand {
    /// For a call that was confirmed or is to be undone.
    pub(in crate::app) fn of(state: &Conversation, id: CallId, asker: Asker) -> Option<Self> {
        let call = state.call(id)?;
        let (tool, arguments) = (call.tool.clone(), call.arguments.clone());
        Some(Self { conversation: state.id().as_str().to_owned(), id, tool, arguments, asker })
    }
}

/// The assistant. Cheap to clone.
#[derive(Clone)]
pub struct Assistant(Arc<Inner>);

struct Inner {
    store: Store,
    providers: Providers,
    hands: Hands,
}

impl Assistant {
    /// Knows the station by a handle that does not keep it.
    pub(super) fn new(store: Store, providers: Providers, station: Weak<super::Inner>) -> Self {
        Self(Arc::new(Inner { hands: Hands::new(station, store.clone()), store, providers }))
    }

    /// Who can be asked.
    pub fn providers(&self) -> &Providers {
        &self.0.providers
    }

    /// Begins an answer.
    pub(super) fn answer(&self, order: Order, pen: Pen, stop: CancellationToken) {
        let inner = Arc::clone(&self.0);
        supervise("assistant.job", async move {
            tokio::select! {
                () = job::answer(&inner, &order, &pen) => {}
                // What it would still say is void, whether it hears of it or not.
                () = stop.cancelled() => {}
            }
        });
    }

    /// Carries a call out, or undoes it, and says what came of it.
    pub(super) fn carry_out(&self, errand: Errand, pen: Pen, undo: bool) {
        let inner = Arc::clone(&self.0);
        supervise("assistant.errand", async move {
            let call = Call::parse(&errand.tool, &errand.arguments);
            let place = (errand.conversation.as_str(), errand.id);
            let came = match call {
                Ok(call) if undo => inner.hands.undo(&call, place, &errand.asker).await,
                Ok(call) => inner.hands.carry_out(&call, place, &errand.asker).await,
                Err(refusal) => Err(refusal.message),
            };
            let (outcome, text, can_undo) = match came {
                Ok(done) => (Came::Done, done.text, done.undo),
                Err(text) => (Came::Failed, text, false),
            };
            let call = errand.id;
            let post = if undo {
                Post::Undid { call, outcome, text }
            } else {
                Post::Ran { call, outcome, text, undo: can_undo }
            };
            if let Err(refused) = pen.post(post).await {
                tracing::warn!(code = refused.code, "what came of a call cannot be told");
            }
        });
    }
}
