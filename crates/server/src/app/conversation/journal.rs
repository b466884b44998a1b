//! The one who writes conversations down: what several owners want written goes into one transaction, and each is told when it is on the disk.

use telecast_core::error::{Error, Kind};
use telecast_store::{Append, Store};
use tokio::sync::{mpsc, oneshot};

use crate::app::supervise;

/// Writes that may wait for the transaction before theirs.
const WAITING: usize = 1024;
/// Writes of one transaction: it stays within some milliseconds, so that nothing else waits long for the disk.
const MOST: usize = 256;

/// The way to it. Cheap to clone.
#[derive(Clone)]
pub(super) struct Journal {
    asked: mpsc::Sender<Asked>,
    aside: mpsc::Sender<Answer>,
}

struct Asked {
    write: Append,
    reply: oneshot::Sender<Result<(), Error>>,
}

/// How far an answer has come: conversation, fence, text.
type Answer = (String, u64, String);

impl Journal {
    /// Starts the writer; it ends with the last way to it.
    pub(super) fn start(store: Store) -> Self {
        let (asked, waiting) = mpsc::channel(WAITING);
        let (aside, answers) = mpsc::channel(WAITING);
        supervise("conversations.journal", keep(store.clone(), waiting));
        supervise("conversations.answers", put_aside(store, answers));
        Self { asked, aside }
    }

    /// Puts an answer in the making aside, as soon as may be. Where the store does not keep up, the next second's is put aside instead.
    pub(super) fn put_aside(&self, conversation: &str, fence: u64, text: String) {
        drop(self.aside.try_send((conversation.to_owned(), fence, text)));
    }

    /// Writes this down; on disk when it returns.
    ///
    /// # Errors
    /// `Conflict`: somebody else has written to the conversation; `Unavailable`: the store. Then nothing of it is there.
    pub(super) async fn write(&self, write: Append) -> Result<(), Error> {
        let gone = || Error::new(Kind::Unavailable, "The station is shutting down.");
        let (reply, told) = oneshot::channel();
        self.asked.send(Asked { write, reply }).await.map_err(|_| gone())?;
        told.await.map_err(|_| gone())?
    }
}

async fn keep(store: Store, mut waiting: mpsc::Receiver<Asked>) {
    let mut due = Vec::with_capacity(MOST);
    while waiting.recv_many(&mut due, MOST).await > 0 {
        let (writes, replies): (Vec<_>, Vec<_>) =
            due.drain(..).map(|Asked { write, reply }| (write, reply)).unzip();
        match store.append(&writes).await {
            Ok(done) => replies
                .into_iter()
                .zip(done)
                .for_each(|(reply, one)| drop(reply.send(one.map_err(Error::from)))),
            Err(error) => {
                tracing::error!(%error, writes = writes.len(), "conversations cannot be written down");
                for reply in replies {
                    drop(reply.send(Err(Error::new(error.kind(), error.to_string()))));
                }
            }
        }
    }
}

async fn put_aside(store: Store, mut answers: mpsc::Receiver<Answer>) {
    let mut due = Vec::with_capacity(MOST);
    while answers.recv_many(&mut due, MOST).await > 0 {
        if let Err(error) = store.keep_answers(&due).await {
            tracing::warn!(%error, answers = due.len(), "answers in the making cannot be put aside");
        }
        due.clear();
    }
}
