//! The list of channels and the guide as files (`iptv.files`), for programs that read files: written whole or not at all, some time after lineup or
//! guide have changed. Nobody else writes there.
//!
//! What cannot be written is said once, and again only when it could be meanwhile; what was there stays, and nothing else minds.

use std::io::{Error, Result, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt;
use telecast_core::lineup::{ChannelId, Lineup};
use tokio::sync::{Notify, mpsc};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{Export, Guide, Listed, list};
use crate::adapters::files::{Whole, own_folder};

/// Written when nothing has changed for so long.
const QUIET: Duration = Duration::from_secs(5);
/// After so many pauses that were too short it is written all the same.
const PAUSES: usize = 60;
/// Looked at again at least this often: what was on leaves the guide by and by.
const AGAIN: Duration = Duration::from_secs(6 * 3600);
/// Pieces of the guide that may wait for the disk.
const WAITING: usize = 4;

/// Where they are written, and what stands in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFiles {
    /// Folder.
    pub folder: PathBuf,
    /// Where the addresses in them begin: with the station's, without a slash at the end.
    pub base: String,
}

/// The way to have them written anew. Cheap to clone.
#[derive(Clone, Default)]
pub(in crate::app) struct Written(Arc<Notify>);

impl Written {
    /// Lineup, guide or settings have changed.
    pub(in crate::app) fn changed(&self) {
        self.0.notify_one();
    }

    /// Writes them whenever something has changed, until `stop`.
    pub(in crate::app) async fn keep(self, guide: Guide, stop: CancellationToken) {
        let mut failed = false;
        while !stop.is_cancelled() {
            let files = guide.settings.now().files.clone();
            let lineup = guide.lineup.load_full();
            // An empty list would take all channels away from whoever reads it.
            if let Some(files) = files.filter(|_| !lineup.channels.is_empty()) {
                let done = tokio::select! {
                    done = write(&guide, &lineup, &files) => done,
                    () = stop.cancelled() => return,
                };
                said(done, &files, &mut failed);
            }
            tokio::select! {
                () = tokio::time::sleep(AGAIN) => {}
                () = self.settled() => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Waits for a change, and until no other has come for a while.
    async fn settled(&self) {
        self.0.notified().await;
        for _ in 0..PAUSES {
            if timeout(QUIET, self.0.notified()).await.is_err() {
                return;
            }
        }
    }
}

/// Says that they cannot be written, once, or that they can be again.
fn said(done: Result<()>, files: &WrittenFiles, failed: &mut bool) {
    match done {
        Err(error) if !std::mem::replace(failed, true) => {
            let folder = files.folder.display();
            tracing::error!(%error, %folder, "list and guide cannot be written as files; those that are there stay");
        }
        Ok(()) if std::mem::take(failed) => tracing::info!("list and guide are written as files again"),
        Ok(()) | Err(_) => {}
    }
}

async fn write(guide: &Guide, lineup: &Lineup, files: &WrittenFiles) -> Result<()> {
    let (folder, base) = (files.folder.clone(), format!("{}/iptv", files.base));
    let text = list(lineup, lineup.channels.iter(), &[], &base, None).map_err(Error::other)?;
    let place = folder.join("channels.m3u");
    let writing = spawn_blocking(move || {
        own_folder(&folder)?;
        whole(&place, |file| file.write_all(text.as_bytes()))
    });
    writing.await.map_err(Error::other)??;
    let logo = |id: &ChannelId| format!("{base}/logo/{id}.png");
    let channels = lineup.channels.iter().map(|channel| Listed::of(channel, logo(&channel.id))).collect();
    let mut pieces =
        Box::pin(guide.export(Export { channels, age: None, player: None, languages: Arc::default() }));
    let (give, taken) = mpsc::channel(WAITING);
    let place = files.folder.join("guide.xml.gz");
    let writing = spawn_blocking(move || packed(&place, taken));
    while let Some(piece) = pieces.next().await {
        if give.send(Some(piece)).await.is_err() {
            break;
        }
    }
    // Only what has been said to its end is a guide.
    let _ = give.send(None).await;
    writing.await.map_err(Error::other)?
}

/// Writes what comes until the end is said.
fn packed(place: &Path, mut taken: mpsc::Receiver<Option<Result<Bytes>>>) -> Result<()> {
    whole(place, |file| {
        let mut gzip = GzEncoder::new(file, Compression::default());
        while let Some(piece) = taken.blocking_recv() {
            match piece {
                Some(piece) => gzip.write_all(&piece?)?,
                None => return gzip.finish().map(drop),
            }
        }
        Err(Error::other("the guide has not come to its end"))
    })
}

fn whole(place: &Path, fill: impl FnOnce(&mut Whole) -> Result<()>) -> Result<()> {
    let mut file = Whole::begin(place)?;
    fill(&mut file)?;
    file.finish().map(drop)
}
