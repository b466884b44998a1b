//! The world outside: simulated Enigma2 receivers with the manners and faults of real ones.
//!
//! [`Sim::start`] opens a web interface (OpenWebif) and a stream port; several may run in one process. It is judged
//! by clients that others wrote, so it shares no code with the product: its transport-stream code is its own.
//!
//! The air is honest by default: 0.3 s to tune, sound 0.7 s behind the picture, a random place in the group of
//! pictures. What goes out is a function of seed and time alone; all viewers of a channel see the same.

pub mod blocks;
mod capture;
mod clip;
mod config;
mod damage;
mod dice;
mod eit;
mod error;
mod faults;
mod films;
mod guide;
mod lineup;
mod media;
mod mux;
mod on_air;
mod stream;
mod timers;
mod ts;
mod tuners;
mod web;
mod world;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

pub use config::{Air, Config, OnProgress, Progress, SimArgs, default_cache};
pub use error::SimError;
pub use faults::{Fault, FaultSpec};
pub use films::films;

use clip::Clip;
use lineup::Lineup;
use media::{RECIPES, Recipe};
use world::{World, lock};

/// How long requests that run when the receiver is stopped may take.
const WEB_PATIENCE: Duration = Duration::from_millis(500);

/// How late a timer may begin: a box's own timers are exact to a second.
const TIMER_TICK: Duration = Duration::from_millis(200);

/// Clips of channels by code.
type Clips = BTreeMap<u8, Arc<Clip>>;

/// A running simulated receiver; it ends when dropped.
pub struct Sim {
    web: SocketAddr,
    stream: SocketAddr,
    world: Arc<World>,
    tasks: TaskTracker,
}

impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sim").field("web", &self.web).field("stream", &self.stream).finish_non_exhaustive()
    }
}

impl Sim {
    /// Makes what media are missing, opens both ports and goes on the air.
    pub async fn start(config: Config) -> Result<Self, SimError> {
        let (web_listener, web) = listen(config.listen).await?;
        let (stream_listener, stream) = listen(config.stream_listen).await?;
        let (lineup, clips) = programmes(&config, stream).await?;
        let world = Arc::new(World::new(lineup, clips, &config));
        *lock(&world.ports) = (web.port(), stream.port());
        let tasks = TaskTracker::new();
        tasks.spawn(stream::serve(Arc::clone(&world), stream_listener, tasks.clone()));
        let router = web::router(Arc::clone(&world));
        let door = web::Door { listener: web_listener, world: Arc::clone(&world) };
        let stop = world.stop.clone();
        tasks.spawn(async move {
            let graceful = stop.clone().cancelled_owned();
            let serve = axum::serve(door, router).with_graceful_shutdown(graceful);
            let patience = async {
                stop.cancelled().await;
                tokio::time::sleep(WEB_PATIENCE).await;
            };
            tokio::select! {
                () = patience => {}
                ended = serve => if let Err(error) = ended {
                    tracing::error!(%error, "simulated web interface ended");
                }
            }
        });
        let clock = Arc::clone(&world);
        tasks.spawn(async move {
            let ticking = async {
                loop {
                    clock.tick();
                    tokio::time::sleep(TIMER_TICK).await;
                }
            };
            tokio::select! { () = clock.stop.cancelled() => {}, () = ticking => {} }
        });
        tasks.close();
        tracing::info!(%web, %stream, "simulated receiver is on the air");
        Ok(Self { web, stream, world, tasks })
    }

    /// Where the web interface (and `/sim/…`) listens.
    pub fn web_addr(&self) -> SocketAddr {
        self.web
    }

    /// Where streams are served.
    pub fn stream_addr(&self) -> SocketAddr {
        self.stream
    }

    /// `http://ADDR` of the web interface.
    pub fn web_url(&self) -> String {
        format!("http://{}", self.web)
    }

    /// `http://ADDR/REFERENCE` of a stream.
    pub fn stream_url(&self, reference: &str) -> String {
        format!("http://{}/{reference}", self.stream)
    }

    /// Service reference of the first channel with this code.
    pub fn reference(&self, code: u8) -> Option<String> {
        self.world.lineup.services().find(|entry| entry.code == code).map(|entry| entry.reference.clone())
    }

    /// Adds faults; the same fault for the same channel is replaced.
    pub fn add_faults(&self, faults: &[FaultSpec]) {
        self.world.faults.add(faults);
    }

    /// Ends one fault, or all.
    pub fn clear_faults(&self, fault: Option<Fault>) {
        self.world.faults.clear(fault);
    }

    /// Ends all streams as a vanishing box would; says how many there were.
    pub fn kill_streams(&self) -> usize {
        self.world.kill_streams()
    }

    /// Changes the number of tuners (at least 1); streams on tuners that vanish end.
    pub fn set_tuners(&self, tuners: usize) {
        lock(&self.world.tuners).resize(tuners.max(1));
    }

    /// The box itself shows a service, or none; false when it has no tuner for it.
    pub fn watch(&self, reference: Option<&str>) -> bool {
        self.world.watch(reference)
    }

    /// Takes out all timers, those too that a box has from the start; recordings end.
    pub fn clear_timers(&self) {
        self.world.clear_timers();
    }

    /// The box's clock in Unix seconds: timers follow it, and `clock_jump` moves it.
    pub fn box_now(&self) -> i64 {
        self.world.box_now()
    }

    /// Streams, tuners, timers, counters and arrival logs, as `GET /sim/state` gives them.
    pub fn state(&self) -> serde_json::Value {
        self.world.state()
    }

    /// Closes both ports and ends all streams; returns when nothing runs any more.
    pub async fn shutdown(self) {
        self.world.stop.cancel();
        self.tasks.wait().await;
    }

    /// Returns when the receiver has been stopped.
    pub async fn wait(&self) {
        self.tasks.wait().await;
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.world.stop.cancel();
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), SimError> {
    let error = |source| SimError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(error)?;
    let bound = listener.local_addr().map_err(error)?;
    Ok((listener, bound))
}

async fn programmes(config: &Config, stream: SocketAddr) -> Result<(Lineup, Clips), SimError> {
    if !config.media.is_empty() {
        return captures(config).await;
    }
    let lineup = match &config.settings {
        Some(dir) => Lineup::from_settings(dir)?,
        None => Lineup::built_in(&format!("http://{stream}/iptv/3.ts"), config.bench),
    };
    Ok((lineup, generated(config).await?))
}

async fn generated(config: &Config) -> Result<Clips, SimError> {
    let wanted: Vec<&Recipe> = RECIPES
        .iter()
        .filter(|recipe| config.only.is_empty() || config.only.contains(&recipe.code))
        .collect();
    let paths = media::prepare(&config.cache, &wanted, config.progress.as_ref()).await?;
    let delay_90k = (config.air.audio_delay.as_secs_f64() * 90_000.0) as i64;
    let mut clips = Clips::new();
    for (recipe, path) in wanted.into_iter().zip(paths) {
        let data = read(&path).await?;
        let sounds: Vec<_> = recipe.tones.iter().map(|tone| (tone.kind, tone.language)).collect();
        let (length_90k, title) = (recipe.length_90k, recipe.title);
        let least_bps = if recipe.code == media::BENCH_CODE { media::BENCH_BPS } else { 0 };
        let assemble = move || {
            let input = mux::Input {
                data: &data,
                length_90k,
                sounds: &sounds,
                audio_delay_90k: delay_90k,
                least_bps,
            };
            mux::assemble(&input)
        };
        let clip = tokio::task::spawn_blocking(assemble).await.map_err(|error| error.to_string());
        let clip = clip.and_then(|clip| clip);
        let clip = clip.map_err(|reason| SimError::Media { clip: title.to_owned(), reason })?;
        clips.insert(recipe.code, Arc::new(clip));
    }
    Ok(clips)
}

async fn captures(config: &Config) -> Result<(Lineup, Clips), SimError> {
    let mut files = Vec::new();
    let mut clips = Clips::new();
    for (path, code) in media_files(&config.media)?.into_iter().zip(1u8..) {
        let data = read(&path).await?;
        let clip = capture::load(&data).map_err(|reason| SimError::Capture { path: path.clone(), reason })?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let radio = !clip.programme.streams.iter().any(ts::Elementary::is_video);
        files.push((name, clip.programme.number, radio));
        clips.insert(code, Arc::new(clip));
    }
    Ok((Lineup::of_files(&files), clips))
}

async fn read(path: &Path) -> Result<Vec<u8>, SimError> {
    tokio::fs::read(path).await.map_err(|source| SimError::File { path: path.to_owned(), source })
}

/// Files as given; folders give their `.ts` files in order of name.
fn media_files(given: &[PathBuf]) -> Result<Vec<PathBuf>, SimError> {
    let mut files = Vec::new();
    for path in given {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let error = |source| SimError::File { path: path.clone(), source };
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(path).map_err(error)? {
            let file = entry.map_err(error)?.path();
            if file.extension().is_some_and(|extension| extension == "ts") {
                inside.push(file);
            }
        }
        inside.sort();
        files.append(&mut inside);
    }
    Ok(files)
}
