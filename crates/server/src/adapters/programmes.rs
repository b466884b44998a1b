//! Programmes of one's own that are played for themselves, and not as a channel shows them just now: an item of the library from its beginning, or what was on a
//! channel. Whoever has their pieces prepared says here what there is of each; the tape of each reads it.
//!
//! What has once been said of a programme stays: pieces are only added.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::pieces::Piece;

/// A piece of a programme.
#[derive(Clone, Debug)]
pub struct Shown {
    /// When it begins, in ticks since 1970: when it was on; of an item, how far into it. It is not shown before that time has come.
    pub at: i64,
    /// What.
    pub piece: Arc<Piece>,
}

/// What there is of a programme.
#[derive(Clone, Debug, Default)]
pub struct Rundown {
    /// Its pieces in their order.
    pub pieces: Vec<Shown>,
    /// Nothing that ends before is shown (ticks, as the pieces have them).
    pub from: i64,
    /// No piece will be added.
    pub complete: bool,
    /// What comes next is being prepared: so much of so much (ticks).
    pub progress: Option<(i64, i64)>,
    /// Why there is nothing, and never will be.
    pub failed: Option<Failed>,
}

/// Why there is nothing of a programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// Its file is not there.
    Gone,
    /// What was on then is not kept.
    NotKept,
    /// It cannot be prepared, and why.
    Broken(String),
}

impl Failed {
    /// What happened, for people who look closer.
    pub fn words(&self) -> &str {
        match self {
            Self::Gone => "the file is not there",
            Self::NotKept => "nothing that was on then is kept",
            Self::Broken(why) => why,
        }
    }
}

/// Where a viewer is: what lies before has been fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Number of the piece; that behind the last: all that there is has been fetched.
    pub piece: usize,
    /// How far into it (ticks).
    pub into: i64,
}

/// A programme.
#[derive(Debug)]
pub struct Programme {
    rundown: watch::Sender<Arc<Rundown>>,
    heads: Mutex<Vec<Head>>,
}

impl Programme {
    /// This is what there is from now on.
    pub fn tell(&self, rundown: Rundown) {
        self.rundown.send_replace(Arc::new(rundown));
    }

    /// What there is.
    pub fn rundown(&self) -> Arc<Rundown> {
        Arc::clone(&self.rundown.borrow())
    }

    /// What there is, and news of it.
    pub fn watch(&self) -> watch::Receiver<Arc<Rundown>> {
        self.rundown.subscribe()
    }

    /// Whether any tape shows it.
    pub fn is_shown(&self) -> bool {
        self.rundown.receiver_count() > 0
    }

    /// Here its viewers are, each of whom may be elsewhere.
    pub fn reach(&self, heads: Vec<Head>) {
        *self.heads.lock().unwrap_or_else(PoisonError::into_inner) = heads;
    }

    /// Where its viewers are; at the beginning, as long as nothing was fetched.
    pub fn heads(&self) -> Vec<Head> {
        let heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        if heads.is_empty() { vec![Head::default()] } else { heads.clone() }
    }
}

/// All programmes that are played.
#[derive(Debug, Default)]
pub struct Programmes(Mutex<HashMap<String, Arc<Programme>>>);

impl Programmes {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Programme>>> {
        // It is whole at every step, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more, of which nothing is there yet.
    pub fn begin(&self, id: &str, from: i64) -> Arc<Programme> {
        let rundown = watch::channel(Arc::new(Rundown { from, ..Rundown::default() })).0;
        let programme = Arc::new(Programme { rundown, heads: Mutex::default() });
        self.all().insert(id.to_owned(), Arc::clone(&programme));
        programme
    }

    /// The one of that id.
    pub fn find(&self, id: &str) -> Option<Arc<Programme>> {
        self.all().get(id).cloned()
    }

    /// It is over; a tape that shows it keeps what it has.
    pub fn end(&self, id: &str) {
        self.all().remove(id);
    }
}
