//! Pieces that are there already: opened as soon as they are wanted.
//!
//! - What is gone or damaged is forgotten, and made anew.
//! - What cannot be opened for any other cause (too many open files, a disk that does not answer) may be as good as it was: it is left alone, tried again with growing
//!   pauses, and whoever waits for it is told why.

use std::sync::Arc;
use std::time::Duration;

use telecast_core::breaker::doubled;
use tokio::time::Instant;

use super::{Key, Owner};
use crate::adapters::pieces::{self, Piece};

/// Pauses before one that cannot be opened is tried again.
const AGAIN_FIRST: Duration = Duration::from_secs(2);
const AGAIN_MOST: Duration = Duration::from_mins(2);

/// A piece that cannot be opened just now.
pub(super) struct Unopened {
    /// Why, for people.
    pub(super) why: String,
    tries: u32,
    again: Instant,
}

impl Owner {
    /// Opens what is wanted and is there.
    pub(super) fn open_known(&mut self) {
        let (now, wall) = (Instant::now(), self.wall());
        for one in &self.wanted {
            let Some(known) = self.known.get_mut(&one.key).filter(|_| !self.open.contains_key(&one.key))
            else {
                continue;
            };
            let before = self.unopened.get(&one.key);
            if before.is_some_and(|before| before.again > now) {
                continue;
            }
            let tries = before.map_or(0, |before| before.tries);
            let folder = self.keeping.directory.join(one.key.name());
            match Piece::open(&folder) {
                Ok(piece) => {
                    known.used = wall;
                    pieces::used(&folder, wall);
                    self.unopened.remove(&one.key);
                    self.open.insert(one.key.clone(), Arc::new(piece));
                }
                Err(error) if pieces::is_lost(&error) => {
                    tracing::warn!(%error, piece = one.key.name(), "a prepared piece is of no use any more; it is made anew");
                    self.unopened.remove(&one.key);
                    self.known.remove(&one.key);
                }
                Err(error) => {
                    tracing::warn!(%error, piece = one.key.name(), "a prepared piece cannot be opened just now");
                    let why = format!("It is there and cannot be opened: {error}.");
                    let again = now + doubled(AGAIN_FIRST, tries, AGAIN_MOST);
                    self.unopened.insert(one.key.clone(), Unopened { why, tries: tries + 1, again });
                }
            }
        }
    }

    /// Forgets pieces of which something turned out to be damaged while they were on.
    pub(super) fn forget_spoilt(&mut self) {
        let spoilt = self.open.iter().filter(|(_, piece)| piece.is_spoilt()).map(|(key, _)| key.clone());
        for key in spoilt.collect::<Vec<Key>>() {
            tracing::warn!(piece = key.name(), "a prepared piece is damaged; it is made anew");
            self.open.remove(&key);
            self.known.remove(&key);
            self.looked.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use tokio_util::sync::CancellationToken;

    use super::super::{Board, Keeping, Preparation, Source, State, Stretch, Wanted};
    use super::*;
    use crate::adapters::clock::Clock;

    fn wanted() -> Wanted {
        let stretch = Stretch::default();
        let source = Source::File { path: "/dev/null/nothing".into(), content: "a".into() };
        Wanted { key: Key::of("a", stretch), source, stretch, planned: 0, due_ms: 0 }
    }

    /// A folder that holds a piece as far as one can see from outside.
    fn piece(folder: &Path) {
        std::fs::create_dir_all(folder).expect("made");
        std::fs::write(folder.join("piece.json"), b"{}").expect("written");
        std::fs::write(folder.join("piece.ts"), b"").expect("written");
    }

    /// What becomes of it: what its state is, and whether its folder is still there, as it was.
    async fn becomes(spoil: impl FnOnce(&Path)) -> (State, bool) {
        let place = tempfile::tempdir().expect("a folder");
        let wish = wanted();
        let folder = place.path().join(wish.key.name());
        piece(&folder);
        let keeping = Keeping { directory: place.path().to_owned(), budget: u64::MAX, free: 0, workers: 1 };
        let room = Preparation::start(keeping, Clock::start(), CancellationToken::new()).expect("begun");
        spoil(&folder);
        room.want(vec![wish.clone()]).await;
        let is_told = |board: &Arc<Board>| {
            let state = board.states.get(&wish.key);
            state.is_some_and(|state| !matches!(state, State::Running(..) | State::Waiting(None)))
        };
        let (limit, mut board) = (Duration::from_secs(30), room.board());
        let told = tokio::time::timeout(limit, board.wait_for(is_told)).await.expect("in time");
        let state = told.expect("alive").states[&wish.key].clone();
        (state, folder.join("piece.json").symlink_metadata().is_ok())
    }

    #[tokio::test]
    async fn what_is_damaged_is_made_anew_and_what_cannot_be_opened_just_now_is_left_alone() {
        let (state, _) = becomes(|_| ()).await;
        assert!(matches!(state, State::Failed { .. }), "made anew, of a file that is not there: {state:?}");
        // A link in its place is not followed, and says nothing of what lies there.
        let (state, stays) = becomes(|folder| {
            let file = folder.join("piece.json");
            std::fs::rename(&file, folder.join("kept.json")).expect("moved");
            std::os::unix::fs::symlink("kept.json", &file).expect("a link");
        })
        .await;
        assert!(matches!(&state, State::Waiting(Some(why)) if why.contains("cannot be opened")), "{state:?}");
        assert!(stays);
        if !rustix::process::geteuid().is_root() {
            let (state, stays) = becomes(|folder| {
                let closed = std::fs::Permissions::from_mode(0o000);
                std::fs::set_permissions(folder.join("piece.json"), closed).expect("closed");
            })
            .await;
            assert!(matches!(state, State::Waiting(Some(_))) && stays, "{state:?}");
        }
    }
}
