//! Changing the configuration while the station runs: by its file, which is watched, by SIGHUP, and by the API.
//!
//! Load, validate, preflight, swap. Where anything is wrong everything stays as it was, and the reason is told in the log and to whoever
//! asked. What can only change with a restart is named each time until then.
//!
//! The file's folder is watched and not the file: editors write another one and rename it, Kubernetes changes a link beside it. A file
//! that is being written is left alone until it has been the same for a moment. The certificate's files are watched in the same way
//! (`renewal`): another one counts for those who come, a broken one changes nothing.

use super::renewal::{Renewal, contents};
use super::{log, preflight};
use crate::adapters::certificate::Certificate;
use crate::config::{Change, Config, Faults, Source};
use crate::web::Web;
use notify::{RecursiveMode, Watcher};
use std::path::Path;
use std::time::Duration;
use telecast_core::limits;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A file that has not changed for this long is finished.
pub(super) const SETTLED: Duration = Duration::from_millis(250);

/// What has come of it.
#[derive(Clone, Debug, Default)]
pub struct Reloaded {
    /// What is in force since.
    pub changed: Vec<Change>,
    /// What will be after a restart.
    pub later: Vec<Change>,
    /// What works and should be changed all the same.
    pub warnings: Vec<String>,
}

type Answer = Result<Reloaded, Faults>;

/// The way to whoever reads the configuration again. Cheap to clone.
#[derive(Clone)]
pub struct Reloader(mpsc::Sender<oneshot::Sender<Answer>>);

/// What is asked of it.
pub struct Requests(mpsc::Receiver<oneshot::Sender<Answer>>);

/// Both ends of the way.
pub fn channel() -> (Reloader, Requests) {
    let (requests, inbox) = mpsc::channel(4);
    (Reloader(requests), Requests(inbox))
}

impl Reloader {
    /// Reads the configuration again. `None`: the station is ending.
    pub async fn reload(&self) -> Option<Answer> {
        let (reply, answer) = oneshot::channel();
        self.0.send(reply).await.ok()?;
        answer.await.ok()
    }
}

/// Carries a configuration out.
pub trait Apply: Send {
    /// Puts all of `config` in force that can change now.
    fn apply(&mut self, config: &Config) -> impl Future<Output = Result<(), String>> + Send;

    /// Shows this certificate to whoever comes from now on, if HTTPS is spoken; says whether it is another.
    fn certificate(&mut self, certificate: Certificate) -> bool {
        drop(certificate);
        false
    }

    /// What of that in force works, and should be changed all the same.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Whoever reads the configuration again.
pub struct Keeper<A> {
    source: Source,
    /// With what the station was started: what needs a restart counts as it stands here.
    started: Config,
    in_force: Config,
    /// The file as it was read last, good or not.
    seen: Option<String>,
    renewal: Renewal,
    apply: A,
}

impl<A: Apply> Keeper<A> {
    /// `config` is in force; `text` is what the file said.
    pub fn new(source: Source, config: Config, text: Option<String>, apply: A) -> Self {
        let mut renewal = Renewal::none();
        let files = super::certificate_files(&config);
        let seen = contents(files.as_ref());
        renewal.follow(files, seen);
        Self { source, started: config.clone(), in_force: config, seen: text, renewal, apply }
    }

    /// Serves until `stop`.
    pub async fn run(mut self, Requests(mut requests): Requests, stop: CancellationToken) {
        let (poke, mut poked) = mpsc::channel(1);
        let _watcher = self.source.path().and_then(|path| watch(path, poke.clone()));
        let mut hangups = signal(SignalKind::hangup()).ok();
        let look = limits::CERTIFICATE_LOOK;
        let mut looks = tokio::time::interval_at(Instant::now() + look, look);
        loop {
            tokio::select! {
                Some(reply) = requests.recv() => {
                    let answer = self.reload("the API").await;
                    let _ = reply.send(answer);
                }
                Some(()) = hung_up(&mut hangups) => drop(self.reload("SIGHUP").await),
                Some(()) = poked.recv() => {
                    if self.settled(&mut poked).await {
                        drop(self.reload("its file").await);
                    }
                }
                () = self.renewal.poked() => {
                    if self.renewal.settled().await {
                        self.renew();
                    }
                }
                _ = looks.tick() => warn(&self.apply.warnings()),
                () = stop.cancelled() => return,
            }
        }
    }

    /// Reads the certificate again, which has changed.
    fn renew(&mut self) {
        let files = super::certificate_files(&self.in_force);
        let seen = contents(files.as_ref());
        self.renewal.follow(files, seen);
        let outcome = match preflight::certificate(&self.in_force) {
            Ok(None) => return,
            Ok(Some(certificate)) => {
                self.show(certificate);
                "done"
            }
            Err(faults) => {
                for fault in faults {
                    tracing::error!(
                        fault,
                        "the certificate has changed and cannot be taken; the one before stays"
                    );
                }
                "refused"
            }
        };
        metrics::counter!("telecast_reloads_total", "outcome" => outcome).increment(1);
    }

    fn show(&mut self, certificate: Certificate) {
        if self.apply.certificate(certificate) {
            tracing::info!("another certificate is shown from now on; open connections stay");
        }
        warn(&self.apply.warnings());
    }

    /// Waits until the file is not being written any more; says whether it is another one than before.
    async fn settled(&self, poked: &mut mpsc::Receiver<()>) -> bool {
        let mut before = self.source.text();
        loop {
            tokio::time::sleep(SETTLED).await;
            let _ = poked.try_recv();
            let now = self.source.text();
            if now == before {
                return now != Ok(self.seen.clone());
            }
            before = now;
        }
    }

    async fn reload(&mut self, by: &str) -> Answer {
        let answer = self.swap().await;
        match &answer {
            Ok(done) if done.changed.is_empty() && done.later.is_empty() => {
                tracing::info!(by, "the configuration was read again; nothing differs");
            }
            Ok(done) => {
                for Change { key, was, now, .. } in &done.changed {
                    tracing::info!(by, key, was, now, "the configuration has changed");
                }
                for Change { key, was, now, .. } in &done.later {
                    tracing::warn!(by, key, was, now, "this changes with the next start only");
                }
            }
            Err(faults) => {
                for fault in faults {
                    tracing::error!(
                        by,
                        fault,
                        "the configuration cannot be changed; everything stays as it was"
                    );
                }
            }
        }
        let outcome = if answer.is_ok() { "done" } else { "refused" };
        metrics::counter!("telecast_reloads_total", "outcome" => outcome).increment(1);
        answer
    }

    async fn swap(&mut self) -> Answer {
        let text = self.source.text().map_err(|fault| vec![fault])?;
        let is_empty = text.as_ref().is_none_or(|text| text.trim().is_empty());
        let was_empty = self.seen.as_ref().is_none_or(|text| text.trim().is_empty());
        if is_empty && !was_empty {
            // More likely an accident than the wish to forget everything.
            let path = self.source.path().unwrap_or(Path::new("")).display();
            return Err(vec![format!(
                "{path}: it is empty, or gone; write a comment into it if the defaults are meant"
            )]);
        }
        let config = self.source.load(text.as_deref());
        self.seen = text;
        let config = config?;
        let mut faults = preflight::faults(&config, |key| self.started.string(key) != config.string(key));
        let files = super::certificate_files(&config);
        let seen = contents(files.as_ref());
        let certificate = preflight::certificate(&config).unwrap_or_else(|of_it| {
            faults.extend(of_it);
            None
        });
        if !faults.is_empty() {
            return Err(faults);
        }
        let (now, before) = (self.in_force.changes(&config), self.started.changes(&config));
        let changed: Vec<Change> = now.into_iter().filter(|change| !change.restart).collect();
        if !changed.is_empty() {
            self.apply.apply(&config).await.map_err(|fault| vec![fault])?;
        }
        self.renewal.follow(files, seen);
        if let Some(certificate) = certificate {
            self.show(certificate);
        }
        let mut warnings = config.warnings.clone();
        warnings.extend(self.apply.warnings());
        self.in_force = config;
        Ok(Reloaded {
            changed,
            later: before.into_iter().filter(|change| change.restart).collect(),
            warnings,
        })
    }
}

fn warn(warnings: &[String]) {
    for warning in warnings {
        tracing::warn!("{warning}");
    }
}

async fn hung_up(hangups: &mut Option<tokio::signal::unix::Signal>) -> Option<()> {
    match hangups {
        Some(hangups) => hangups.recv().await,
        None => std::future::pending().await,
    }
}

/// Pokes whenever something happens in the folder of `path`, until what this gives is dropped.
pub(super) fn watch(path: &Path, poke: mpsc::Sender<()>) -> Option<notify::RecommendedWatcher> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let begun = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading it is no news.
        if event.is_ok_and(|event| !event.kind.is_access()) {
            let _ = poke.try_send(());
        }
    });
    let watching = begun.and_then(|mut watcher| {
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok(watcher)
    });
    watching
        .inspect_err(|error| {
            tracing::warn!(%error, folder = %folder.display(), "a folder cannot be watched; SIGHUP and the API still read again what lies in it");
        })
        .ok()
}

/// The station as it is running.
pub struct Running {
    web: Web,
    level: log::Level,
    data: std::path::PathBuf,
    stopping: CancellationToken,
}

impl Running {
    /// `data`: the folder of the store.
    pub fn new(web: Web, level: log::Level, data: std::path::PathBuf, stopping: CancellationToken) -> Self {
        Self { web, level, data, stopping }
    }
}

impl Apply for Running {
    async fn apply(&mut self, config: &Config) -> Result<(), String> {
        let receivers = config.receivers.clone();
        let web = self.web.config();
        let settings = super::settings(config, &self.data, receivers, self.web.base_path());
        self.web.app.change(settings).await.map_err(|error| error.message)?;
        let networks = config.metrics_networks();
        let figures = web.metrics.as_ref().map(|(figures, _)| figures.clone());
        let figures =
            figures.or_else(|| if networks.is_empty() { None } else { super::record(self.stopping.clone()) });
        self.web.set_config(super::web_config(
            config,
            figures.map(|figures| (figures, networks)),
            web.public_url.clone(),
            web.tls.clone(),
        ));
        let now = self.web.config();
        // Whoever watches without an account goes where that is not so any more.
        if !now.anonymous && (web.anonymous || web.iptv_networks != now.iptv_networks) {
            self.web.end_anonymous().await;
        }
        if let Some(level) = config.string("log.level").filter(|level| *level != self.level.now()) {
            self.level.set(level)?;
        }
        Ok(())
    }

    fn certificate(&mut self, certificate: Certificate) -> bool {
        let config = self.web.config();
        config.tls.as_ref().is_some_and(|tls| tls.swap(certificate))
    }

    fn warnings(&self) -> Vec<String> {
        let config = self.web.config();
        config.tls.as_ref().map(|tls| preflight::warnings(&tls.certificate())).unwrap_or_default()
    }
}
