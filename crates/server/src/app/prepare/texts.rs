//! What may be read with prepared pieces. It comes with a piece if it can be had in time; else, and where other files lie beside the film by now, it is made
//! anew without the piece.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::{Owner, Source};
use crate::adapters::ffmpeg::texts::{Film, Films};
use crate::adapters::piece_texts;
use crate::adapters::pieces::Piece;

/// A piece that is due waits no longer for what may be read with it.
pub(super) const SOON: Duration = Duration::from_secs(10);
/// What lies beside films is looked at this often.
const AGAIN: Duration = Duration::from_hours(1);

/// The texts of `file`, while its piece is made in `folder`; none: they take too long for one that is due.
pub(super) async fn ahead(films: &Films, file: &Path, urgent: bool, folder: &Path) -> Option<Arc<Film>> {
    let reading = async { films.of(file, Films::print(file).await, urgent, folder).await };
    if urgent { timeout(SOON, reading).await.ok() } else { Some(reading.await) }
}

/// Keeps what is seen of them in a piece that begins at `from`.
pub(super) async fn keep(piece: &Piece, film: Arc<Film>, from: i64, folder: &Path) {
    let (length, folder) = (piece.outline().length, folder.to_owned());
    let written = tokio::task::spawn_blocking(move || {
        for left in &film.left_out {
            tracing::info!(what = left.what, why = left.why, piece = %folder.display(), "subtitles are left out");
        }
        piece_texts::write(&folder, film.print.clone(), &film.stretch(from, length), &film.left_out)
    });
    match written.await {
        Ok(Ok(())) => piece.look_at_texts(),
        Ok(Err(error)) => tracing::warn!(%error, "subtitles of a piece cannot be kept"),
        Err(error) => tracing::error!(%error, "keeping subtitles has broken off"),
    }
}

impl Owner {
    /// Looks at the next piece that was not looked at for long, one at a time: what may be read with it is made anew if it is not of what is there now.
    pub(super) fn look_at_texts(&mut self, looks: &mut JoinSet<()>) {
        if !looks.is_empty() {
            return;
        }
        let now = Instant::now();
        let is_old = |at: &Instant| now.duration_since(*at) > AGAIN;
        let next = self.wanted.iter().find_map(|one| {
            let piece = self.open.get(&one.key)?;
            self.looked.get(&one.key).is_none_or(is_old).then_some((one, Arc::clone(piece)))
        });
        let Some((one, piece)) = next else { return };
        self.looked.insert(one.key.clone(), now);
        let Source::File { path: file, .. } = one.source.clone() else { return };
        let (films, from) = (self.films.clone(), one.stretch.from);
        let folder = self.keeping.directory.join(one.key.name());
        looks.spawn(async move {
            let print = Films::print(&file).await;
            let made_of = piece_texts::made_of(&folder);
            // A film that is away just now has what it had.
            if print.is_there() && made_of.as_ref() != Some(&print) {
                let film = films.of(&file, print, false, &folder).await;
                keep(&piece, film, from, &folder).await;
            }
        });
    }
}
