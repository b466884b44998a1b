//! Whether the certificate's files are others than before. Their folders are watched and not the files: whoever renews one writes others
//! and changes links, the certificate before the key or after it; so both are left alone until both have been the same for a moment.

use super::reload::{SETTLED, watch};
use crate::adapters::certificate::Files;
use tokio::sync::mpsc;

/// What lies in both files.
pub(super) type Contents = (Option<Vec<u8>>, Option<Vec<u8>>);

/// What lies in them now.
pub(super) fn contents(files: Option<&Files>) -> Contents {
    files.map(Files::contents).unwrap_or_default()
}

/// Whoever looks after them.
pub(super) struct Renewal {
    files: Option<Files>,
    /// What was read last, good or not.
    seen: Contents,
    watchers: Vec<notify::RecommendedWatcher>,
    poke: mpsc::Sender<()>,
    poked: mpsc::Receiver<()>,
}

impl Renewal {
    /// Of no files.
    pub(super) fn none() -> Self {
        let (poke, poked) = mpsc::channel(1);
        Self { files: None, seen: Contents::default(), watchers: Vec::new(), poke, poked }
    }

    /// From now on these; `seen`: what lay in them before they were read.
    pub(super) fn follow(&mut self, files: Option<Files>, seen: Contents) {
        self.seen = seen;
        if files == self.files {
            return;
        }
        self.watchers.clear();
        if let Some(Files { certificate, key }) = &files {
            self.watchers.extend(watch(certificate, self.poke.clone()));
            if key.parent() != certificate.parent() {
                self.watchers.extend(watch(key, self.poke.clone()));
            }
        }
        self.files = files;
    }

    /// Something has happened in one of their folders.
    pub(super) async fn poked(&mut self) {
        if self.poked.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until they are not being written any more; says whether they are others than those that were read last.
    pub(super) async fn settled(&mut self) -> bool {
        let Some(files) = &self.files else { return false };
        let mut before = files.contents();
        loop {
            tokio::time::sleep(SETTLED).await;
            let _ = self.poked.try_recv();
            let now = files.contents();
            if now == before {
                return now != self.seen;
            }
            before = now;
        }
    }
}
