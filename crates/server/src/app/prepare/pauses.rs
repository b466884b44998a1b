//! Films that are looked through for points at which they may be interrupted: one at a time, behind everything else, in the order in which they will be on.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::make::Measures;

/// Films that wait to be looked through.
const MOST: usize = 5_000;

/// Points by what the content of a film is called (ticks from its beginning).
pub type Pauses = HashMap<String, Arc<[i64]>>;

/// A film that is to be looked through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// Where it lies.
    pub path: PathBuf,
    /// What its content is called.
    pub content: String,
}

type Seen = (String, Result<Vec<i64>, String>);

/// Looks through films.
pub(super) struct Seeker {
    measures: Arc<Measures>,
    wanted: Vec<Unseen>,
    /// What was found of what is wanted.
    pub(super) found: Arc<Pauses>,
    /// What is being looked through.
    at: Option<String>,
    jobs: JoinSet<Seen>,
}

impl Seeker {
    pub(super) fn new(measures: Arc<Measures>) -> Self {
        Self { measures, wanted: Vec::new(), found: Arc::default(), at: None, jobs: JoinSet::new() }
    }

    /// These are wanted from now on, and no others.
    pub(super) fn want(&mut self, mut wanted: Vec<Unseen>) {
        wanted.truncate(MOST);
        let names: HashSet<&str> = wanted.iter().map(|one| one.content.as_str()).collect();
        if self.at.as_ref().is_some_and(|at| !names.contains(at.as_str())) {
            self.jobs.abort_all();
        }
        let mut found: Pauses =
            self.found.iter().filter(|(name, _)| names.contains(name.as_str())).map(clone).collect();
        for name in names {
            if !found.contains_key(name)
                && let Some(points) = self.measures.known_pauses(name)
            {
                found.insert(name.to_owned(), points.into());
            }
        }
        if found.len() != self.found.len() || found.keys().any(|name| !self.found.contains_key(name)) {
            self.found = Arc::new(found);
        }
        self.wanted = wanted;
        self.begin();
    }

    fn begin(&mut self) {
        if !self.jobs.is_empty() {
            return;
        }
        let next = self.wanted.iter().find(|one| !self.found.contains_key(&one.content)).cloned();
        self.at = next.as_ref().map(|next| next.content.clone());
        if let Some(Unseen { path, content }) = next {
            let measures = Arc::clone(&self.measures);
            self.jobs.spawn(async move {
                let found = measures.pauses(&path, &content).await;
                (content, found)
            });
        }
    }

    /// Waits until a film has been looked through; for ever where there is none.
    pub(super) async fn seen(&mut self) {
        match self.jobs.join_next().await {
            Some(Ok((content, found))) => {
                // What cannot be looked through has no points, until the program is started again.
                let points = found.unwrap_or_else(|why| {
                    tracing::warn!(why, "a film cannot be looked through for black and silence");
                    Vec::new()
                });
                let mut all: Pauses = self.found.iter().map(clone).collect();
                all.insert(content, points.into());
                self.found = Arc::new(all);
            }
            // Not wanted any more.
            Some(Err(_)) => {}
            None => std::future::pending().await,
        }
        self.begin();
    }
}

fn clone((name, points): (&String, &Arc<[i64]>)) -> (String, Arc<[i64]>) {
    (name.clone(), Arc::clone(points))
}
