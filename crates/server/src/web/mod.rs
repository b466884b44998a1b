//! The web: the only place that knows axum. Requests in, answers out; every decision is made elsewhere.
//!
//! Order of the layers, outermost first: request id and standing headers (`serve`), form (`form`), panics contained, body limit, guard, handler.
//! Streams pass no layer that buffers, times out or compresses. Media (`/play/…`) passes the same rules by a shorter way
//! ([`play`]): it is most of what is asked, and each layer of the router costs several allocations.

pub mod accounts;
pub mod address;
pub mod api;
pub mod audit;
pub mod caller;
pub mod doorman;
pub mod form;
pub mod guard;
pub mod iptv;
pub mod known;
pub mod listeners;
mod logo;
mod pages;
mod patience;
pub mod pending;
pub mod play;
mod probes;
pub mod problem;
mod pulse;
pub mod rate;
pub mod routes;
pub mod seats;
pub mod secret;
pub mod serve;
pub mod simulated;
pub mod stream;
pub mod talk;
pub mod tls;
pub mod trace;
pub mod tuner;

use crate::adapters::clock::Clock;
use crate::adapters::oidc::Provider;
use crate::app::App;
use crate::config::Network;
use crate::ops::log::Level;
use crate::ops::reload::Reloader;
use accounts::Accounts;
use arc_swap::ArcSwap;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use doorman::Doorman;
use futures_util::FutureExt;
use metrics_exporter_prometheus::PrometheusHandle;
use problem::Problem;
use simulated::Simulated;
use std::ops::Deref;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_core::session::ReasonCode;
use telecast_media::hdhomerun::DeviceId;
use tokio::sync::{OnceCell, Semaphore};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use url::Url;

/// What the web needs to know of the configuration.
#[derive(Clone, Default)]
pub struct WebConfig {
    /// Address that people use, if it is not the listener's.
    pub public_url: Option<Url>,
    /// Other origins whose pages may change things here.
    pub allowed_origins: Vec<String>,
    /// What renders `/metrics`, and who gets it here; `None`: nobody.
    pub metrics: Option<(PrometheusHandle, Vec<Network>)>,
    /// Proxies that are believed when they say who asks.
    pub proxies: Vec<Network>,
    /// How often whom.
    pub rates: rate::RateLimits,
    /// Everybody may watch.
    pub anonymous: bool,
    /// Networks whose players need no account.
    pub iptv_networks: Vec<Network>,
    /// The station as a network tuner, which those networks find and use.
    pub tuner: Tuner,
    /// How HTTPS is spoken; `None`: it is not.
    pub tls: Option<tls::Tls>,
    /// The identity provider by which people may sign in.
    pub oidc: Option<Arc<Provider>>,
}

/// The station as a network tuner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tuner {
    /// Names or addresses of the interfaces where it is found; none: nowhere.
    pub interfaces: Vec<String>,
    /// Names of the bouquets whose channels it has; none: all channels.
    pub bouquets: Vec<String>,
}

impl WebConfig {
    /// Path that the public address carries, without a trailing slash.
    pub fn base_path(&self) -> &str {
        self.public_url.as_ref().map_or("", |url| url.path().trim_end_matches('/'))
    }
}

/// What can be changed while the station runs; nothing of it in tests that need none.
#[derive(Clone, Default)]
pub struct Controls {
    /// Reads the configuration again.
    pub reloader: Option<Reloader>,
    /// The log's level.
    pub level: Option<Level>,
}

/// Everything a handler may use; cheap to clone.
#[derive(Clone)]
pub struct Web(Arc<Inner>);

/// See [`Web`].
pub struct Inner {
    /// The station.
    pub app: App,
    /// Time.
    pub clock: Clock,
    /// Accounts, sign-ins, tokens, receivers that pages have added.
    pub accounts: Accounts,
    /// What can be changed while it runs.
    pub controls: Controls,
    config: ArcSwap<WebConfig>,
    base_path: String,
    /// Slows guessing.
    pub doorman: Doorman,
    /// Sign-ins through the identity provider that are under way.
    pub pending: pending::Pending,
    /// How often somebody does what.
    pub rates: rate::Rates,
    /// Playlists packed for those who take gzip.
    pub packed: play::Packed,
    /// Ids of requests.
    pub ids: trace::Ids,
    /// Sockets and event streams that are open.
    pub listeners: listeners::Listeners,
    /// The program is ending: sockets and event streams close.
    pub stopping: CancellationToken,
    /// The simulated receiver inside this program.
    pub simulated: Simulated,
    /// A hash that no password has, so that unknown names cost the same time.
    pub decoy_hash: String,
    /// Bodies that are being read.
    pub uploads: seats::Uploads,
    hashers: Semaphore,
    device: OnceCell<DeviceId>,
}

impl Deref for Web {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Web {
    /// Puts the web together; nothing listens yet.
    pub fn new(
        app: App,
        clock: Clock,
        accounts: Accounts,
        config: WebConfig,
        simulated: Simulated,
        controls: Controls,
        stopping: CancellationToken,
    ) -> Self {
        Self(Arc::new(Inner {
            app,
            clock,
            accounts,
            base_path: config.base_path().to_owned(),
            config: ArcSwap::from_pointee(config),
            controls,
            doorman: Doorman::default(),
            pending: pending::Pending::default(),
            rates: rate::Rates::default(),
            packed: play::Packed::default(),
            ids: trace::Ids::default(),
            listeners: listeners::Listeners::default(),
            stopping,
            simulated,
            decoy_hash: secret::hash_password(&secret::random_hex(16)).unwrap_or_default(),
            uploads: seats::Uploads::default(),
            hashers: Semaphore::new(limits::HASHERS),
            device: OnceCell::new(),
        }))
    }

    /// Path that the public address carries, without a trailing slash.
    pub fn base_path(&self) -> &str {
        &self.base_path
    }

    /// Which network tuner the station is, for ever.
    pub async fn device_id(&self) -> Result<DeviceId, Problem> {
        let kept = self.device.get_or_try_init(|| self.accounts.device_id(self.clock.wall_ms())).await?;
        Ok(*kept)
    }

    /// Configuration as it is now.
    pub fn config(&self) -> Arc<WebConfig> {
        self.config.load_full()
    }

    /// Ends what those watch who have no account: everybody might, and may not any more.
    pub async fn end_anonymous(&self) {
        for session in self.app.sessions().into_iter().filter(|session| !session.state.is_over()) {
            if self.app.is_anonymous(&session.id) {
                self.app.end(&session.id, ReasonCode::AccessEnded).await;
            }
        }
    }

    /// From now on this one.
    pub fn set_config(&self, config: WebConfig) {
        self.config.store(Arc::new(config));
    }

    /// Hashes a password beside the other work, a few at a time.
    pub async fn hash(&self, password: String) -> Result<String, Problem> {
        let broken = || Problem::new(Kind::Internal, "The password cannot be hashed.");
        let _slot = self.hashers.acquire().await.map_err(|_| broken())?;
        let hash = tokio::task::spawn_blocking(move || secret::hash_password(&password)).await;
        hash.ok().flatten().ok_or_else(broken)
    }

    /// Checks a password beside the other work, a few at a time.
    pub async fn check(&self, password: String, hash: String) -> Result<bool, Problem> {
        let broken = || Problem::new(Kind::Internal, "The password cannot be checked.");
        let _slot = self.hashers.acquire().await.map_err(|_| broken())?;
        tokio::task::spawn_blocking(move || secret::password_matches(&password, &hash))
            .await
            .map_err(|_| broken())
    }

    /// The whole web but media.
    pub fn router(self) -> Router {
        let (api, document) = api::split();
        let document = Arc::new(serde_json::to_string(&document).unwrap_or_default());
        let described = move || {
            let document = Arc::clone(&document);
            async move { ([("content-type", "application/json")], document.as_str().to_owned()) }
        };
        Router::new()
            .merge(api)
            .merge(iptv::router())
            .route("/api/v1/openapi.json", axum::routing::get(described))
            .route("/healthz", axum::routing::get(probes::healthz))
            .route("/readyz", axum::routing::get(probes::readyz))
            .route("/metrics", axum::routing::get(probes::metrics))
            .route("/authority.crt", axum::routing::get(tls::authority))
            .method_not_allowed_fallback(|| async {
                Problem::new(Kind::MethodNotAllowed, "This method is not offered at this address.")
            })
            .layer(middleware::from_fn_with_state(self.clone(), guard::guard))
            .fallback(pages::fallback)
            .layer(DefaultBodyLimit::max(limits::BODY))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(middleware::map_response(problem::plain))
            .with_state(self)
    }
}

/// The answer, or that of a panic.
async fn contained(answer: impl Future<Output = Response>) -> Response {
    AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(panicked)
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let what = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    tracing::error!(panic = what.unwrap_or_default(), "a handler panicked");
    metrics::counter!("telecast_panics_total", "task" => "request").increment(1);
    Problem::new(Kind::Internal, "Something went wrong inside; the log says more under this request id.")
        .into_response()
}

/// The API's description (OpenAPI 3.1), formatted.
pub fn openapi() -> String {
    let (_, document) = api::split();
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_route_of_the_api_is_in_the_table() {
        let document: serde_json::Value = serde_json::from_str(&super::openapi()).expect("json");
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for method in methods.as_object().expect("methods").keys() {
                let method = method.to_uppercase();
                assert!(
                    super::routes::find(&method, path).is_some(),
                    "{method} {path} is not in web/routes.rs"
                );
            }
        }
    }
}
