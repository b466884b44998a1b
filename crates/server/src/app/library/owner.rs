//! The owner of the library: it alone changes what is known of items, in the store first.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use arc_swap::ArcSwap;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use notify::{RecursiveMode, Watcher};
use telecast_core::error::{Error, Kind};
use telecast_core::library::collection::{Collection, CollectionId, Collections};
use telecast_core::library::describe::Notes;
use telecast_core::library::facts::Facts;
use telecast_core::library::reconcile::{Change, Found, Known, Stamp};
use telecast_core::library::{Item, ItemId, State};
use telecast_store::{KeptCollection, LIBRARY_BATCH, LibraryFolder, LibraryWrite, Store};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::aired::LastAired;
use super::entry::{Entry, Shown};
use super::look::{Looked, look};
use super::requests::{self, Request};
use super::{Bulk, CollectionChange, Scan, TOPIC};
use crate::adapters::clock::Clock;
use crate::adapters::ffprobe;
use crate::adapters::folder::{Folder, Progress, on_disk};
use crate::app::news::News;
use crate::app::settings::InForce;

/// Files that are probed at once.
const PROBES: usize = 2;
/// While something goes on, it is shown this often.
const SHOWN: Duration = Duration::from_secs(1);
/// The same of a large library, whose order takes longer to make.
const SHOWN_LARGE: Duration = Duration::from_secs(5);
const LARGE: usize = 20_000;
/// After a change in a folder, so long for more of them.
const QUIET: Duration = Duration::from_secs(2);
/// A file that was being written is looked at again after this.
const UNSETTLED: Duration = Duration::from_secs(5);
/// Directories that are watched at most: a system has some 8,000 to 500,000 watches for all programs.
const WATCHED: usize = 4_000;

/// What the owner is made of.
pub(super) struct Parts {
    pub(super) settings: InForce,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) news: News,
    pub(super) shown: Arc<ArcSwap<Shown>>,
    pub(super) scan: watch::Sender<Scan>,
    pub(super) folders: Arc<ArcSwap<Vec<LibraryFolder>>>,
    pub(super) stop: CancellationToken,
}

/// What a probe of an item, as it looked then, has found.
type Probed = (ItemId, Stamp, Facts);

pub(super) struct Owner {
    parts: Parts,
    entries: HashMap<ItemId, Arc<Entry>>,
    kept: Vec<KeptCollection>,
    aired: LastAired,
    version: u64,
    /// What is shown is not what is known any more.
    is_stale: bool,
    /// Items that are to be probed, in order of their ids.
    waiting: BTreeSet<ItemId>,
    probing: BTreeSet<ItemId>,
    probes: FuturesUnordered<BoxFuture<'static, Probed>>,
    /// What probes have found and is not written yet.
    found: Vec<LibraryWrite>,
    looking: Option<JoinHandle<Looked>>,
    looking_since: Option<Instant>,
    progress: Arc<Progress>,
    /// The next look.
    next: Instant,
    /// Somebody has asked for a look while there was one.
    is_wanted: bool,
    watched: Vec<PathBuf>,
    watcher: Option<notify::RecommendedWatcher>,
}

impl Owner {
    /// With what the store remembers. A store that cannot be read costs memory, not the start.
    pub(super) async fn load(parts: Parts) -> Self {
        let told = |error: &telecast_store::Error| tracing::error!(%error, "the library cannot be read from the store");
        let rows = parts.store.library().await.inspect_err(told).unwrap_or_default();
        let kept = parts.store.collections().await.inspect_err(told).unwrap_or_default();
        let folders = parts.store.library_folders().await.inspect_err(told).unwrap_or_default();
        let aired = LastAired::default();
        aired.note(parts.store.last_aired().await.inspect_err(told).unwrap_or_default());
        parts.folders.store(Arc::new(folders));
        let made = tokio::task::spawn_blocking(move || {
            let entries = rows.into_iter().map(|row| (row.known.id, Arc::new(Entry::of(row))));
            entries.collect::<HashMap<_, _>>()
        });
        let entries = made.await.unwrap_or_default();
        let waiting =
            entries.values().filter(|entry| entry.is_waiting()).map(|entry| entry.item.id).collect();
        let mut owner = Self {
            parts,
            entries,
            kept,
            aired,
            version: 0,
            is_stale: true,
            waiting,
            probing: BTreeSet::new(),
            probes: FuturesUnordered::new(),
            found: Vec::new(),
            looking: None,
            looking_since: None,
            progress: Arc::default(),
            next: Instant::now(),
            is_wanted: false,
            watched: Vec::new(),
            watcher: None,
        };
        owner.show().await;
        owner
    }

    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Request>) {
        let (poke, mut poked) = mpsc::channel(1);
        let mut shown = tokio::time::interval(SHOWN);
        shown.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut last_shown = Instant::now();
        let stop = self.parts.stop.clone();
        loop {
            self.begin_probes();
            tokio::select! {
                () = stop.cancelled() => break,
                request = inbox.recv() => match request {
                    Some(request) => self.serve(request).await,
                    None => break,
                },
                looked = ended(&mut self.looking) => {
                    self.looking = None;
                    self.looked(looked, &poke).await;
                }
                Some(probed) = self.probes.next(), if !self.probes.is_empty() => self.probed(probed).await,
                Some(()) = poked.recv() => self.next = self.next.min(Instant::now() + QUIET),
                () = tokio::time::sleep_until(self.next), if self.looking.is_none() => self.begin_look(),
                _ = shown.tick() => {
                    let often = if self.entries.len() > LARGE { SHOWN_LARGE } else { SHOWN };
                    // Whoever is told that nothing is left to do finds all of it.
                    if last_shown.elapsed() >= often || self.waiting.is_empty() {
                        self.keep_found().await;
                        self.show().await;
                        last_shown = Instant::now();
                    }
                    self.tell_scan();
                }
            }
        }
        self.progress.stop.store(true, Ordering::Relaxed);
        self.keep_found().await;
    }

    fn folders(&self) -> Vec<Folder> {
        let settings = self.parts.settings.now();
        let own = settings
            .folders
            .iter()
            .map(|folder| Folder { name: folder.name.clone(), path: folder.path.clone() });
        let added = self.parts.folders.load();
        let added = added
            .iter()
            .map(|folder| Folder { name: folder.name.clone(), path: PathBuf::from(&folder.path) });
        own.chain(added).collect()
    }

    fn begin_look(&mut self) {
        self.is_wanted = false;
        self.next = Instant::now() + self.parts.settings.now().rescan;
        let folders = self.folders();
        let known: Vec<Known> = self.entries.values().map(|entry| entry.known.clone()).collect();
        let is_gone = |known: &&Known| !folders.iter().any(|folder| folder.name == known.place.folder);
        let gone: BTreeSet<String> =
            known.iter().filter(is_gone).map(|known| known.place.folder.clone()).collect();
        self.progress = Arc::default();
        let (progress, now_ms) = (Arc::clone(&self.progress), self.parts.clock.wall_ms());
        let looking = move || look(&folders, gone.into_iter().collect(), &known, now_ms, &progress);
        self.looking = Some(tokio::task::spawn_blocking(looking));
        self.looking_since = Some(Instant::now());
        self.tell_scan();
    }

    async fn looked(&mut self, looked: Looked, poke: &mpsc::Sender<()>) {
        if looked.is_ended {
            return;
        }
        let changes = looked.changes.len();
        if let Err(error) = self.take(looked.changes).await {
            // What was not written is found again by the next look.
            tracing::error!(%error, "what was found in the folders cannot be written down");
            self.next = self.next.min(Instant::now() + Duration::from_secs(60));
        }
        let took = self.looking_since.take().map_or(Duration::ZERO, |since| since.elapsed());
        let files: usize = looked.folders.iter().map(|folder| folder.files).sum();
        for folder in looked.folders.iter().filter(|folder| folder.is_missing) {
            tracing::warn!(
                folder = folder.name,
                "a folder of the library is not there; its items are absent until it is"
            );
        }
        tracing::info!(
            files,
            changes,
            took_ms = took.as_millis() as u64,
            "the library's folders were looked at"
        );
        metrics::histogram!("telecast_library_look_seconds").record(took.as_secs_f64());
        let directories: usize = looked.folders.iter().map(|folder| folder.directories).sum();
        let missing: Vec<String> = looked
            .folders
            .iter()
            .filter(|folder| folder.is_missing)
            .map(|folder| folder.name.clone())
            .collect();
        self.parts.scan.send_modify(|scan| {
            scan.files = files as u64;
            scan.looked_ms = Some(self.parts.clock.wall_ms());
            scan.took_ms = took.as_millis() as u64;
            scan.folders = looked.folders;
        });
        if looked.is_unsettled {
            self.next = self.next.min(Instant::now() + UNSETTLED);
        }
        if self.is_wanted {
            self.next = Instant::now();
        }
        self.show().await;
        self.tell_scan();
        self.watch(directories, &missing, poke).await;
    }

    /// Writes what a look has changed.
    async fn take(&mut self, changes: Vec<(Change, Notes)>) -> Result<(), Error> {
        let (mut added, mut rest) = (Vec::new(), Vec::new());
        for (change, notes) in changes {
            match change {
                Change::Added(found) => added.push((found, notes)),
                change => rest.push((change, notes)),
            }
        }
        for batch in rest.chunks(LIBRARY_BATCH) {
            let writes: Vec<LibraryWrite> =
                batch.iter().flat_map(|(change, notes)| written(change, notes)).collect();
            self.parts.store.write_library(&writes).await?;
            for (change, _) in batch {
                match change {
                    Change::Absent(id) => self.is_away(*id),
                    Change::Moved(id, _)
                    | Change::Replaced(id, _)
                    | Change::Touched(id, _)
                    | Change::Told(id, _)
                    | Change::Returned(id, _) => self.refresh(*id).await?,
                    Change::Added(_) => {}
                }
            }
        }
        for batch in added.chunks(LIBRARY_BATCH) {
            let now_ms = self.parts.clock.wall_ms();
            let ids = self.parts.store.add_library(batch, now_ms).await?;
            for (id, (found, notes)) in ids.into_iter().zip(batch) {
                self.put(new_entry(id, found, notes, now_ms));
            }
        }
        Ok(())
    }

    fn put(&mut self, entry: Entry) {
        let id = entry.item.id;
        if entry.is_waiting() {
            self.waiting.insert(id);
        } else {
            self.waiting.remove(&id);
        }
        self.entries.insert(id, Arc::new(entry));
        self.is_stale = true;
    }

    fn is_away(&mut self, id: ItemId) {
        let Some(entry) = self.entries.get(&id) else { return };
        let mut entry = Entry::clone(entry);
        entry.known.is_absent = true;
        entry.item = Arc::new(Item { state: State::Absent, ..Item::clone(&entry.item) });
        self.put(entry);
    }

    /// Reads an item anew from the store.
    async fn refresh(&mut self, id: ItemId) -> Result<(), Error> {
        match self.parts.store.library_item(id).await? {
            Some(row) => self.put(Entry::of(row)),
            None => {
                self.entries.remove(&id);
                self.waiting.remove(&id);
                self.is_stale = true;
            }
        }
        Ok(())
    }

    fn begin_probes(&mut self) {
        while self.probes.len() < PROBES {
            let next = self.waiting.iter().find(|id| !self.probing.contains(id)).copied();
            let Some(id) = next else { return };
            let folders = self.folders();
            let entry = self.entries.get(&id).filter(|entry| entry.is_waiting());
            let root =
                entry.and_then(|entry| folders.iter().find(|folder| *folder.name == *entry.item.folder));
            let (Some(entry), Some(root)) = (entry, root) else {
                self.waiting.remove(&id);
                continue;
            };
            let (path, stamp) = (on_disk(&root.path, &entry.known.place.path), entry.known.stamp);
            self.probing.insert(id);
            self.probes.push(Box::pin(async move { (id, stamp, ffprobe::probe(&path, stamp.size).await) }));
        }
    }

    async fn probed(&mut self, (id, stamp, facts): Probed) {
        self.probing.remove(&id);
        // It is another file by now, or gone: it is probed again if it waits.
        let Some(entry) =
            self.entries.get(&id).filter(|entry| entry.known.stamp == stamp && entry.is_waiting())
        else {
            return;
        };
        metrics::counter!("telecast_library_probes_total", "outcome" => if facts.failure.is_some() { "failed" } else { "done" })
            .increment(1);
        let row = telecast_store::LibraryRow {
            known: entry.known.clone(),
            added_ms: entry.item.added_ms,
            notes: entry.notes.clone(),
            facts: Some(facts.clone()),
            correction: entry.correction.clone(),
        };
        self.put(Entry::of(row));
        self.found.push(LibraryWrite::Probed(id, facts));
        if self.found.len() >= LIBRARY_BATCH || self.waiting.is_empty() {
            self.keep_found().await;
        }
    }

    async fn keep_found(&mut self) {
        if self.found.is_empty() {
            return;
        }
        let found = std::mem::take(&mut self.found);
        if let Err(error) = self.parts.store.write_library(&found).await {
            // They are probed again after the next start.
            tracing::error!(%error, "what probes have found cannot be written down");
        }
    }

    /// Publishes what there is, if that is another than before.
    async fn show(&mut self) {
        if !std::mem::take(&mut self.is_stale) {
            return;
        }
        self.version += 1;
        let (entries, kept, version) = (self.entries.clone(), self.kept.clone(), self.version);
        let aired = self.aired.clone();
        let made = tokio::task::spawn_blocking(move || Shown::of(entries, kept, aired, version)).await;
        let Ok(shown) = made else { return };
        metrics::gauge!("telecast_library_items").set(shown.entries.len() as f64);
        self.parts.shown.store(Arc::new(shown));
        self.parts.news.tell(TOPIC, "changed", &serde_json::json!({ "version": version }));
    }

    fn tell_scan(&self) {
        let looking = self.looking.is_some();
        let changed = self.parts.scan.send_if_modified(|scan| {
            let mut now = scan.clone();
            now.is_looking = looking;
            now.waiting = self.waiting.len();
            if looking {
                now.files = self.progress.files.load(Ordering::Relaxed);
            }
            let differs = now != *scan;
            *scan = now;
            differs
        });
        if changed {
            self.parts.news.tell(TOPIC, "scan", &*self.parts.scan.borrow());
        }
    }

    async fn serve(&mut self, request: Request) {
        match request {
            Request::Look | Request::Settings => self.look_again(),
            Request::AddFolder(folder, reply) => {
                let answer = self.add_folder(folder).await;
                let _ = reply.send(answer);
            }
            Request::RemoveFolder(id, reply) => {
                let answer = self.remove_folder(&id).await;
                let _ = reply.send(answer);
            }
            Request::Change(ids, bulk, reply) => {
                let answer = self.change(&ids, &bulk).await;
                self.show().await;
                let _ = reply.send(answer);
            }
            Request::Collections(change, reply) => {
                let answer = self.change_collections(change).await;
                self.show().await;
                let _ = reply.send(answer);
            }
        }
    }

    fn look_again(&mut self) {
        self.is_wanted = true;
        self.next = Instant::now();
    }

    async fn add_folder(&mut self, mut folder: LibraryFolder) -> Result<(), Error> {
        folder.name = folder.name.trim().to_owned();
        let names: Vec<String> = self.folders().into_iter().map(|folder| folder.name).collect();
        requests::check_folder(&folder, &names)?;
        self.parts.store.add_library_folder(&folder, self.parts.clock.wall_ms()).await?;
        self.reload_folders().await
    }

    async fn remove_folder(&mut self, id: &str) -> Result<(), Error> {
        if !self.parts.store.remove_library_folder(id).await? {
            let words = "There is no such folder here. Those of the configuration file are removed there.";
            return Err(Error::new(Kind::NotFound, words));
        }
        self.reload_folders().await
    }

    async fn reload_folders(&mut self) -> Result<(), Error> {
        self.parts.folders.store(Arc::new(self.parts.store.library_folders().await?));
        self.look_again();
        Ok(())
    }

    async fn change(&mut self, ids: &[ItemId], bulk: &Bulk) -> Result<usize, Error> {
        if let Some(fault) = requests::fault(bulk) {
            return Err(fault);
        }
        // What is found and not yet written would be lost where an item is read anew.
        self.keep_found().await;
        let of = |id: &ItemId| self.entries.get(id).and_then(|entry| requests::write(entry, bulk));
        let writes: Vec<(ItemId, LibraryWrite)> = ids.iter().filter_map(|id| Some((*id, of(id)?))).collect();
        for batch in writes.chunks(LIBRARY_BATCH) {
            let only: Vec<LibraryWrite> = batch.iter().map(|(_, write)| write.clone()).collect();
            self.parts.store.write_library(&only).await?;
            for (id, _) in batch {
                self.refresh(*id).await?;
            }
        }
        Ok(writes.len())
    }

    async fn change_collections(
        &mut self,
        change: CollectionChange,
    ) -> Result<Option<KeptCollection>, Error> {
        let all = Collections::new(self.kept.iter().map(|kept| kept.collection.clone()));
        let now_ms = self.parts.clock.wall_ms();
        let id = match change {
            CollectionChange::Add(name, content, request) => {
                if self.kept.len() >= telecast_core::library::collection::COLLECTIONS_MOST {
                    return Err(Error::new(
                        Kind::Conflict,
                        "There are too many collections; remove one first.",
                    ));
                }
                let new = Collection { id: CollectionId(0), name: name.trim().to_owned(), content };
                requests::check_collection(&all, &new)?;
                let request = request.as_ref();
                Some(self.parts.store.add_collection(&new.name, &new.content, request, now_ms).await?)
            }
            CollectionChange::Put(mut new, revision) => {
                all.get(new.id).ok_or_else(|| requests::no_collection(new.id))?;
                new.name = new.name.trim().to_owned();
                requests::check_collection(&all, &new)?;
                self.parts.store.change_collection(&new, revision, now_ms).await?;
                Some(new.id)
            }
            CollectionChange::Remove(id) => {
                if !self.parts.store.remove_collection(id).await? {
                    return Err(requests::no_collection(id));
                }
                None
            }
        };
        self.kept = self.parts.store.collections().await?;
        self.is_stale = true;
        Ok(id.and_then(|id| self.kept.iter().find(|kept| kept.collection.id == id).cloned()))
    }

    /// Has the system tell of changes in the folders, where they are small enough.
    async fn watch(&mut self, directories: usize, missing: &[String], poke: &mpsc::Sender<()>) {
        let there = self.folders().into_iter().filter(|folder| !missing.contains(&folder.name));
        let paths: Vec<PathBuf> = there.map(|folder| folder.path).collect();
        if directories > WATCHED {
            self.watcher = None;
            self.watched.clear();
            return;
        }
        if paths == self.watched {
            return;
        }
        self.watched.clone_from(&paths);
        let poke = poke.clone();
        let begun = tokio::task::spawn_blocking(move || {
            let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                // Reading it is no news.
                if event.is_ok_and(|event| !event.kind.is_access()) {
                    let _ = poke.try_send(());
                }
            })?;
            for path in &paths {
                watcher.watch(path, RecursiveMode::Recursive)?;
            }
            Ok::<_, notify::Error>(watcher)
        });
        self.watcher = match begun.await {
            Ok(Ok(watcher)) => Some(watcher),
            Ok(Err(error)) => {
                tracing::info!(%error, "the library's folders cannot be watched; they are looked at every so often");
                None
            }
            Err(_) => None,
        };
    }
}

/// What a change writes.
fn written(change: &Change, notes: &Notes) -> Vec<LibraryWrite> {
    let placed = |id: &ItemId, found: &Found, anew: bool| {
        vec![
            LibraryWrite::Placed { id: *id, found: found.clone(), anew },
            LibraryWrite::Noted(*id, notes.clone()),
        ]
    };
    match change {
        Change::Added(_) => Vec::new(),
        Change::Absent(id) => vec![LibraryWrite::Absent(*id)],
        Change::Replaced(id, found) => placed(id, found, true),
        Change::Moved(id, found)
        | Change::Touched(id, found)
        | Change::Told(id, found)
        | Change::Returned(id, found) => placed(id, found, false),
    }
}

fn new_entry(id: ItemId, found: &Found, notes: &Notes, now_ms: i64) -> Entry {
    let Found { place, stamp, print } = found.clone();
    Entry::of(telecast_store::LibraryRow {
        known: Known { id, place, stamp, print, is_absent: false },
        added_ms: now_ms,
        notes: notes.clone(),
        facts: None,
        correction: telecast_core::library::describe::Correction::default(),
    })
}

/// What a look has found, once it has; one that panicked has found nothing.
async fn ended(looking: &mut Option<JoinHandle<Looked>>) -> Looked {
    match looking {
        Some(looking) => looking.await.unwrap_or(Looked { is_ended: true, ..Looked::default() }),
        None => std::future::pending().await,
    }
}
