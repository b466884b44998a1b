//! The library: films and series in the host's folders. One owner task knows which file is which item, has new ones probed, and publishes
//! what there is; everybody else reads that, or sends a request.
//!
//! - Folders are looked at when the station starts, when the host asks, every so often, and when the system tells of a change in them, where
//!   they are small enough to be watched. A look never removes an item.
//! - Files are probed one or two at a time, behind everything else. What has not been probed is shown and not planned.
//! - What the host says of an item ([`Correction`]) is kept apart from what is found, and stays.

mod aired;
mod artwork;
mod entry;
mod look;
mod owner;
mod requests;

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use serde::Serialize;
use telecast_core::error::{Error, Kind};
use telecast_core::library::collection::{Collection, CollectionId, Content};
use telecast_core::library::describe::Correction;
use telecast_core::library::{ItemId, Kind as ItemKind, Library as Items};
use telecast_store::{KeptCollection, LibraryFolder, LibraryRow, RequestKey, Store};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::news::News;
use super::settings::InForce;
use super::supervise;
use crate::adapters::clock::Clock;
use crate::adapters::folder;

pub use aired::LastAired;
pub use artwork::Artwork;
pub use entry::{Entry, Shown};
pub use look::FolderState;
use requests::Request;

/// The topic of the library on the bus.
pub const TOPIC: &str = "library";
/// Requests that wait for the owner.
const INBOX: usize = 64;
/// Items that one request changes.
pub const CHANGED_MOST: usize = 10_000;

/// A folder of the configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderSettings {
    /// Name.
    pub name: String,
    /// Path.
    pub path: PathBuf,
}

/// How far the library is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Scan {
    /// Folders are being looked at.
    pub is_looking: bool,
    /// Films that were found so far, or the last time.
    pub files: u64,
    /// Items that are to be probed.
    pub waiting: usize,
    /// When the last look ended (milliseconds since 1970); none: there was none yet.
    pub looked_ms: Option<i64>,
    /// How long that took.
    pub took_ms: u64,
    /// How folders fare.
    #[serde(skip)]
    pub folders: Vec<FolderState>,
}

/// A folder, where it comes from and how it fares.
#[derive(Clone, Debug)]
pub struct FolderView {
    /// Id; none: of the configuration file.
    pub id: Option<String>,
    /// Name.
    pub name: String,
    /// Path.
    pub path: String,
    /// How it fares; none: it has not been looked at yet.
    pub state: Option<FolderState>,
}

/// What is changed of items.
#[derive(Clone, Debug)]
pub enum Bulk {
    /// What the host says of one of them.
    Correct(Box<Correction>),
    /// A label more and a label less.
    Tag {
        /// Labels that they get.
        add: Vec<String>,
        /// Labels that they lose.
        remove: Vec<String>,
    },
    /// Their kind; none: as names and notes say.
    Kind(Option<ItemKind>),
    /// Channels do not use them, or do again.
    Hide(bool),
    /// They are probed again.
    Probe,
    /// They are forgotten, those of them that are absent.
    Forget,
}

/// What becomes of collections.
#[derive(Clone, Debug)]
pub enum CollectionChange {
    /// One more; made once for the same request.
    Add(String, Content, Option<RequestKey>),
    /// Another one in its place, as it was seen at a revision.
    Put(Collection, i64),
    /// It goes.
    Remove(CollectionId),
}

/// The way to the library; cheap to clone.
#[derive(Clone)]
pub struct Library {
    requests: mpsc::Sender<Request>,
    shown: Arc<ArcSwap<Shown>>,
    scan: watch::Receiver<Scan>,
    store: Store,
    settings: InForce,
    artwork: Artwork,
    folders: Arc<ArcSwap<Vec<LibraryFolder>>>,
}

impl Library {
    /// Starts the owner; what the store remembers is there when this returns, the first look comes after.
    pub(super) async fn start(
        settings: InForce,
        store: Store,
        clock: Clock,
        news: News,
        stop: CancellationToken,
    ) -> Self {
        let (requests, inbox) = mpsc::channel(INBOX);
        let (scan_of, scan) = watch::channel(Scan::default());
        let shown = Arc::new(ArcSwap::from_pointee(Shown::default()));
        let folders = Arc::new(ArcSwap::from_pointee(Vec::new()));
        let artwork = Artwork::open(settings.now().artwork.clone()).await;
        let parts = owner::Parts {
            settings: settings.clone(),
            store: store.clone(),
            clock,
            news,
            shown: Arc::clone(&shown),
            scan: scan_of,
            folders: Arc::clone(&folders),
            stop,
        };
        let owner = owner::Owner::load(parts).await;
        supervise("library", owner.run(inbox));
        Self { requests, shown, scan, store, settings, artwork, folders }
    }

    /// All of it, as it is now.
    pub fn shown(&self) -> Arc<Shown> {
        self.shown.load_full()
    }

    /// As channels see it.
    pub fn items(&self) -> Arc<Items> {
        Arc::clone(&self.shown.load().library)
    }

    /// When items were on air last.
    pub fn aired(&self) -> LastAired {
        self.shown.load().aired.clone()
    }

    /// How far it is.
    pub fn scan(&self) -> Scan {
        self.scan.borrow().clone()
    }

    /// Looks at all folders, now.
    ///
    /// # Errors
    /// `Unavailable`: the station is ending.
    pub async fn look(&self) -> Result<(), Error> {
        self.requests.send(Request::Look).await.map_err(|_| ended())
    }

    /// Settings have changed.
    pub(super) fn settings_changed(&self) {
        // One that waits already sees them as well.
        let _ = self.requests.try_send(Request::Settings);
    }

    /// All that is known of an item.
    ///
    /// # Errors
    /// `NotFound`; `Unavailable`: the store.
    pub async fn row(&self, id: ItemId) -> Result<LibraryRow, Error> {
        let gone = || Error::new(Kind::NotFound, "There is no such item. It may have been forgotten.");
        self.store.library_item(id).await?.ok_or_else(gone)
    }

    /// A picture of an item, as JPEG; none: it has none.
    pub async fn picture(&self, entry: &Entry) -> Option<artwork::Picture> {
        let root = self.root(&entry.item.folder)?;
        self.artwork.of(entry, &root).await
    }

    /// Where an item's file lies.
    pub(super) fn file(&self, entry: &Entry) -> Option<PathBuf> {
        Some(folder::on_disk(&self.root(&entry.item.folder)?, &entry.item.path))
    }

    /// Where its folders lie.
    pub(super) fn roots(&self) -> Vec<PathBuf> {
        self.all_folders().into_iter().map(|(_, _, path)| path).collect()
    }

    fn root(&self, folder: &str) -> Option<PathBuf> {
        self.all_folders().into_iter().find(|(_, name, _)| name == folder).map(|(_, _, path)| path)
    }

    fn all_folders(&self) -> Vec<(Option<String>, String, PathBuf)> {
        let settings = self.settings.now();
        let own = settings.folders.iter().map(|folder| (None, folder.name.clone(), folder.path.clone()));
        let added = self.folders.load();
        let added = added
            .iter()
            .map(|folder| (Some(folder.id.clone()), folder.name.clone(), PathBuf::from(&folder.path)));
        own.chain(added).collect()
    }

    /// All folders and how they fare.
    pub fn folders(&self) -> Vec<FolderView> {
        let states = self.scan.borrow().folders.clone();
        let view = |(id, name, path): (Option<String>, String, PathBuf)| FolderView {
            state: states.iter().find(|state| state.name == name).cloned(),
            path: path.display().to_string(),
            id,
            name,
        };
        self.all_folders().into_iter().map(view).collect()
    }

    /// Adds a folder and looks at it.
    ///
    /// # Errors
    /// `Conflict`: there is one of that name; `Invalid`: it is no directory that can be read; `Unavailable`: the store.
    pub async fn add_folder(&self, folder: LibraryFolder) -> Result<(), Error> {
        self.ask(|reply| Request::AddFolder(folder, reply)).await
    }

    /// Removes a folder that was added; its items become absent.
    ///
    /// # Errors
    /// `NotFound`; `Unavailable`: the store.
    pub async fn remove_folder(&self, id: String) -> Result<(), Error> {
        self.ask(|reply| Request::RemoveFolder(id, reply)).await
    }

    /// Changes items; gives how many.
    ///
    /// # Errors
    /// `Invalid`: it makes no sense, or there are too many; `Unavailable`: the store.
    pub async fn change(&self, ids: Vec<ItemId>, bulk: Bulk) -> Result<usize, Error> {
        if ids.len() > CHANGED_MOST {
            return Err(Error::new(
                Kind::Invalid,
                format!("At most {CHANGED_MOST} items are changed at once."),
            ));
        }
        self.ask(|reply| Request::Change(ids, bulk, reply)).await
    }

    /// Changes collections; gives the one that is there now, if one is.
    ///
    /// # Errors
    /// `Invalid`: why it cannot be; `Conflict`: somebody else was faster; `NotFound`; `Unavailable`: the store.
    pub async fn change_collections(
        &self,
        change: CollectionChange,
    ) -> Result<Option<KeptCollection>, Error> {
        self.ask(|reply| Request::Collections(change, reply)).await
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, Error>>) -> Request,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(request(reply)).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

fn ended() -> Error {
    Error::new(Kind::Unavailable, "The station is ending.")
}
