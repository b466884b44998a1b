//! From the configuration to what the station and the web are run with: the one place that knows which key means what.

use super::PrometheusHandle;
use crate::adapters::certificate::Files;
use crate::adapters::machine;
use crate::adapters::oidc;
use crate::app::settings::{
    Allowance, AssistantSettings, GuideFile, Keeping, Limits, LogoPlaces, Prepared, ReceiverSettings,
    Settings, WrittenFiles,
};
use crate::config::{Config, Network};
use crate::web::rate::{Bucket, RateLimits};
use crate::web::tls::Tls;
use crate::web::{Tuner, WebConfig};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use telecast_core::assistant::price::Budget;
use url::Url;

/// What the station is run with; `data` is the folder of the store, `base_path` stands before all addresses.
pub fn settings(config: &Config, data: &Path, receivers: Vec<ReceiverSettings>, base_path: &str) -> Settings {
    Settings {
        receivers,
        tape: Keeping {
            directory: config.string("tape.directory").map_or_else(|| data.join("tapes"), PathBuf::from),
            window: config.duration("tape.window"),
            budget: config.size("tape.budget"),
            minimum_free: config.size("tape.minimum_free"),
        },
        limits: Limits {
            sessions: match config.number("playback.max_sessions") {
                0 => machine::carries(),
                sessions => sessions as usize,
            },
            account: or_none(config.number("playback.max_account_sessions")),
            receiver: or_none(config.number("playback.max_receiver_sessions")),
        },
        warm_tuners: config.number("playback.warm_tuners") as usize,
        pictures: Allowance {
            most: config.number("playback.max_video_transcodes") as usize,
            lines: u32::try_from(config.number("playback.max_video_lines")).ok(),
        },
        low_latency: config.switch("playback.low_latency"),
        refresh: config.duration("guide.refresh"),
        guide_days: config.number("guide.days") as u32,
        guide_past: config.duration("guide.past"),
        // Those that cannot be read as places are faults of the configuration.
        guide_files: config
            .list("guide.xmltv")
            .iter()
            .filter_map(|text| GuideFile::read(text).ok())
            .collect(),
        files: config.switch("iptv.files").then(|| files(config, data, base_path)),
        logos: LogoPlaces {
            own: config.string("logos.directory").map(PathBuf::from),
            kept: Some(data.join("logos")),
        },
        prepared: Prepared {
            directory: config
                .string("station.prepare.directory")
                .map_or_else(|| data.join("prepared"), PathBuf::from),
            budget: config.size("station.prepare.budget"),
            free: config.size("tape.minimum_free"),
            workers: config.number("station.prepare.workers") as usize,
        },
        folders: config.folders.clone(),
        rescan: config.duration("library.rescan"),
        artwork: Some(data.join("artwork")),
        assistant: AssistantSettings {
            providers: config.providers(),
            prompt: config.string("chat.prompt").map(str::to_owned).unwrap_or_default(),
            budget: Budget {
                micros: config.money("chat.daily_cost"),
                tokens: Some(config.number("chat.daily_tokens")).filter(|tokens| *tokens > 0),
            },
        },
        base_path: base_path.to_owned(),
    }
}

/// List and guide as files. Nobody has asked for them by any name, so what stands in them begins as the configuration says, or as this machine itself
/// reaches the station.
fn files(config: &Config, data: &Path, base_path: &str) -> WrittenFiles {
    let mut listen = config.listen();
    let scheme = if certificate_files(config).is_some() { "https" } else { "http" };
    if listen.ip().is_unspecified() {
        listen.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let own = || format!("{scheme}://{listen}{base_path}");
    let base =
        config.string("server.public_url").map_or_else(own, |url| url.trim_end_matches('/').to_owned());
    WrittenFiles { folder: data.join("iptv"), base }
}

/// What the web is run with.
pub fn web_config(
    config: &Config,
    metrics: Option<(PrometheusHandle, Vec<Network>)>,
    public_url: Option<Url>,
    tls: Option<Tls>,
) -> WebConfig {
    WebConfig {
        public_url,
        allowed_origins: config.list("auth.allowed_origins"),
        metrics,
        proxies: config.proxies(),
        rates: rates(config),
        anonymous: config.string("auth.anonymous").is_some(),
        iptv_networks: config.iptv_networks(),
        tuner: Tuner { interfaces: config.list("tuner.interfaces"), bouquets: config.list("tuner.bouquets") },
        tls,
        oidc: config.oidc().and_then(provider),
    }
}

/// The identity provider; it begins anew with each reading of the configuration, and remembers nothing that it was told before.
fn provider(settings: oidc::Settings) -> Option<Arc<oidc::Provider>> {
    match oidc::Provider::new(settings) {
        Ok(provider) => Some(Arc::new(provider)),
        Err(error) => {
            tracing::error!(error, "the identity provider cannot be asked; nobody signs in through it");
            None
        }
    }
}

/// The files that HTTPS is spoken with; `None`: it is not.
pub fn certificate_files(config: &Config) -> Option<Files> {
    let path = |key: &str| config.string(key).map(PathBuf::from);
    Some(Files { certificate: path("server.tls.certificate")?, key: path("server.tls.key")? })
}

fn rates(config: &Config) -> RateLimits {
    let number = |name: &str| config.number(name) as u32;
    let even = |name: &str| Bucket { burst: number(name), per_minute: number(name) };
    RateLimits {
        enabled: config.switch("rate_limit.enabled"),
        unknown: Bucket {
            burst: number("rate_limit.unknown_burst"),
            per_minute: number("rate_limit.unknown_per_minute"),
        },
        account: Bucket {
            burst: number("rate_limit.account_burst"),
            per_minute: number("rate_limit.account_per_minute"),
        },
        door: even("rate_limit.sign_in_per_minute"),
        refresh: even("rate_limit.refresh_per_minute"),
        sockets: config.number("rate_limit.sockets") as usize,
        connections: config.number("rate_limit.connections") as usize,
        exempt: config.exempt(),
    }
}

/// 0 is no limit.
fn or_none(limit: u64) -> usize {
    if limit == 0 { usize::MAX } else { limit as usize }
}
