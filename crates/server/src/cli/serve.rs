//! `telecast serve` and `telecast demo`.

use super::demo_channels;
use super::temporary::Temporary;
use super::{Common, Failure, say};
use crate::adapters::clock::Clock;
use crate::app::App;
use crate::config::{Config, Source};
use crate::device::{self, Ports};
use crate::ops;
use crate::ops::log::Level;
use crate::ops::preflight;
use crate::ops::reload::{self, Keeper, Running};
use crate::spawn::supervise;
use crate::web::accounts::Accounts;
use crate::web::simulated::{self, Simulated};
use crate::web::tls::Tls;
use crate::web::{Controls, Web, serve};
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::ExposeSecret;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use telecast_core::access::Role;
use telecast_core::limits;
use telecast_sim::Sim;
use telecast_store::{Sealer, Store};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// What ends after the station (the simulated receiver) gets this long beyond the shutdown limit.
const LAST: Duration = Duration::from_millis(600);

/// Runs the station.
#[derive(clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    common: Common,
}

/// Runs the station with a simulated receiver.
#[derive(clap::Args)]
pub(super) struct Demo {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where generated programmes are kept between demos.
    #[arg(long)]
    cache: Option<PathBuf>,
    /// Tuners of the simulated receiver.
    #[arg(long, default_value_t = 4)]
    tuners: usize,
    /// Transport streams to play as further channels, or folders of them.
    #[arg(long, num_args = 1..)]
    media: Vec<PathBuf>,
    /// Draw no films: no library, and no channels of one's own.
    #[arg(long)]
    without_films: bool,
    /// Fault of the simulated receiver, `NAME[=AMOUNT][@CHANNEL]`; may be repeated.
    #[arg(long = "fault", value_name = "NAME=…")]
    faults: Vec<telecast_sim::FaultSpec>,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (config, source, text) = self.common.read()?;
        let level = ops::log::begin(&config)?;
        for (key, value, origin, _) in
            config.table().into_iter().filter(|(_, _, origin, _)| origin != "default")
        {
            tracing::info!(key, value, origin, "configured");
        }
        for warning in &config.warnings {
            tracing::warn!("{warning}");
        }
        let data = PathBuf::from(config.string("server.data_dir").unwrap_or("data"));
        let station = Station::open(&config, &data, level, (source, text)).await?;
        let owned = station.web.accounts.owner_exists().await.map_err(fault)?;
        let code = if owned {
            None
        } else {
            Some(station.web.accounts.new_setup_code(station.web.clock.wall_ms()).await.map_err(fault)?)
        };
        let address = station.listener.local_addr().map_err(|error| Failure::cannot(error.to_string()))?;
        let scheme = station.scheme();
        say(&format!("Telecast is at {scheme}://{address}/"))?;
        if station.web.config().anonymous {
            tracing::warn!("auth.anonymous is on: everybody who reaches this station may watch");
            say("Everybody who reaches this address may watch, without an account (auth.anonymous).")?;
        }
        if let Some(code) = code {
            say(&format!(
                "Nobody owns this station yet. Within an hour, open\n  {scheme}://{address}/welcome#setup={0}\nor type the code {0}",
                code.expose_secret()
            ))?;
        }
        supervise("simulated receiver", simulated::resume(station.web.clone()));
        station.run().await
    }
}

impl Demo {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let flags = [
            ("server.listen", self.listen.clone()),
            ("tape.minimum_free", "1GB".to_owned()),
            ("tape.budget", "4GB".to_owned()),
            // One account shows all that there is.
            ("playback.max_account_sessions", "0".to_owned()),
        ];
        let source = Source::without_file(flags.to_vec());
        let config = source.load(None).map_err(|faults| Failure::usage(faults.join("\n")))?;
        let level = ops::log::begin(&config)?;
        let data = Temporary::create()?;
        let station = tokio::select! {
            station = self.prepare(&config, &data.path, level, source) => station?,
            // Whatever was under way is dropped, with its children.
            () = ops::asked_to_stop() => return Ok(()),
        };
        station.run().await
    }

    /// Programmes, simulated receiver, station, owner; says where it is.
    async fn prepare(
        self,
        config: &Config,
        data: &Path,
        level: Level,
        source: Source,
    ) -> Result<Station, Failure> {
        // A taken port is told before programmes are made for minutes.
        drop(Station::bind(config).await?);
        let progress = Arc::new(|progress: telecast_sim::Progress| {
            let _ = say(&format!(
                "Making a programme for the demo, once: {} ({} of {})",
                progress.name,
                progress.done + 1,
                progress.total
            ));
        });
        let sim = Sim::start(telecast_sim::Config {
            cache: self.cache.clone().unwrap_or_else(telecast_sim::default_cache),
            tuners: self.tuners,
            media: self.media.clone(),
            faults: self.faults.clone(),
            progress: Some(progress),
            ..telecast_sim::Config::default()
        })
        .await
        .map_err(|error| Failure::cannot(format!("the simulated receiver cannot be started: {error}")))?;
        let control = sim.web_url();
        let station = Station::open(config, data, level, (source, None)).await?;
        let receiver = station.web.simulated.adopt(sim).await.map_err(fault)?;
        station.web.app.add_receiver(receiver).await.map_err(|error| Failure::cannot(error.message))?;
        if !self.without_films {
            let films = self.cache.clone().unwrap_or_else(telecast_sim::default_cache);
            supervise("demo's channels", demo_channels::make(station.web.app.clone(), films));
        }
        let now = station.web.clock.wall_ms();
        let owner = station.web.accounts.create("demo", Role::Owner, None, now).await.map_err(fault)?;
        let (link, _) = station.web.accounts.new_link(&owner, now).await.map_err(fault)?;
        let address = station.listener.local_addr().map_err(|error| Failure::cannot(error.to_string()))?;
        let scheme = station.scheme();
        say(&format!("Telecast is at {scheme}://{address}/"))?;
        say(&format!("Sign in once with {scheme}://{address}/welcome#link={}", link.expose_secret()))?;
        say(&format!("The simulated receiver is at {control}/ — Ctrl-C ends everything."))?;
        Ok(station)
    }
}

/// Everything, ready to run.
struct Station {
    web: Web,
    listener: TcpListener,
    metrics: Option<(TcpListener, PrometheusHandle)>,
    stopping: CancellationToken,
}

fn fault(problem: crate::web::problem::Problem) -> Failure {
    Failure::cannot(problem.detail())
}

/// How HTTPS is to be spoken; `None`: it is not.
fn tls(config: &Config) -> Result<Option<Tls>, Failure> {
    let certificate = preflight::certificate(config);
    let certificate = certificate.map_err(|faults| Failure::cannot(faults.join("\n          ")))?;
    let Some(certificate) = certificate else { return Ok(None) };
    for warning in preflight::warnings(&certificate) {
        tracing::warn!("{warning}");
    }
    let tls =
        Tls::new(certificate).ok_or_else(|| Failure::cannot("HTTPS cannot be spoken; the log says why"))?;
    Ok(Some(tls))
}

impl Station {
    /// What stands before its address.
    fn scheme(&self) -> &'static str {
        if self.web.config().tls.is_some() { "https" } else { "http" }
    }

    async fn bind(config: &Config) -> Result<TcpListener, Failure> {
        let address = config.listen();
        TcpListener::bind(address).await.map_err(|error| {
            Failure::cannot(format!("{address} cannot be listened on; take another with --listen: {error}"))
        })
    }

    /// `said`: where the configuration came from, and what its file said.
    async fn open(
        config: &Config,
        data: &Path,
        level: Level,
        said: (Source, Option<String>),
    ) -> Result<Self, Failure> {
        let cannot = |what: &str, error: &dyn std::fmt::Display| Failure::cannot(format!("{what}: {error}"));
        std::fs::create_dir_all(data).map_err(|error| cannot(&data.display().to_string(), &error))?;
        let tls = tls(config)?;
        let listener = Self::bind(config).await?;
        let metrics = match config.metrics_listen() {
            Some(address) => {
                Some(TcpListener::bind(address).await.map_err(|error| cannot(&address.to_string(), &error))?)
            }
            None => None,
        };
        let store = Store::open_sqlite(&data.join("telecast.db"))
            .await
            .map_err(|error| cannot("the store", &error))?;
        let sealer = Sealer::load_or_create(&data.join("instance.key"))
            .map_err(|error| cannot("the instance key", &error))?;
        let store = store.sealing_with(sealer.clone());
        let accounts = Accounts::new(store.clone(), sealer);
        let mut receivers = config.receivers.clone();
        receivers.extend(accounts.receivers().await.map_err(fault)?);
        let stopping = CancellationToken::new();
        let networks = config.metrics_networks();
        let wanted = metrics.is_some() || !networks.is_empty();
        let figures = if wanted { ops::record(stopping.clone()) } else { None };
        let public_url = config.string("server.public_url").and_then(|url| url.parse().ok());
        let web_config =
            ops::web_config(config, figures.clone().map(|figures| (figures, networks)), public_url, tls);
        let settings = ops::settings(config, data, receivers, web_config.base_path());
        let app = App::start(settings, store).await.map_err(|error| Failure::cannot(error.message))?;
        app.enter_guides(accounts.guides().await.map_err(fault)?);
        let simulated = Simulated::new(telecast_sim::Config::default());
        let (reloader, requests) = reload::channel();
        let controls = Controls { reloader: Some(reloader), level: Some(level.clone()) };
        let web = Web::new(app, Clock::start(), accounts, web_config, simulated, controls, stopping.clone());
        let running = Running::new(web.clone(), level, data.to_owned(), stopping.clone());
        let (source, text) = said;
        let keeper = Keeper::new(source, config.clone(), text, running);
        supervise("configuration", keeper.run(requests, stopping.clone()));
        Ok(Self { web, listener, metrics: metrics.zip(figures), stopping })
    }

    async fn run(self) -> Result<(), Failure> {
        let stopping = self.stopping.clone();
        supervise("signals", async move {
            ops::asked_to_stop().await;
            stopping.cancel();
        });
        if let Some((listener, figures)) = self.metrics {
            supervise("metrics", ops::serve_metrics(listener, figures, self.stopping.clone()));
        }
        let web = self.web.clone();
        let stopping = self.stopping.clone();
        let http = self.listener.local_addr().map_or(0, |address| address.port());
        let device = supervise("network tuner", device::keep(web.clone(), http, Ports::default()));
        let served = async {
            let served = serve::serve(self.listener, self.web).await;
            web.simulated.stop().await;
            let _ = device.await;
            served
        };
        let deadline = async {
            stopping.cancelled().await;
            tokio::time::sleep(limits::SHUTDOWN + LAST).await;
        };
        let served = tokio::select! {
            served = served => served,
            () = deadline => {
                tracing::warn!("not everything ended in time; it is dropped");
                Ok(())
            }
        };
        served.map_err(|error| Failure::cannot(error.to_string()))
    }
}
