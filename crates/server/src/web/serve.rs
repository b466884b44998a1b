//! Listening: HTTP/1.1 with limits on connections, on heads, and on how long a client may take to send one, or to take nothing of
//! what it is sent. No limit on how long a reply takes: streams last for hours. HTTP/2 comes with TLS, and with limits of its own (`pulse`);
//! browsers speak it nowhere else.

use super::caller::Caller;
use super::patience::Patient;
use super::pulse::{Held, Pulse};
use super::seats::{NO_SEAT, Seats};
use super::tls::{self, Met, Tls};
use super::trace::Trace;
use super::{Web, contained, form, play};
use crate::adapters::machine;
use crate::app::supervise;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{BoxError, Router};
use futures_util::FutureExt;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use telecast_core::limits;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// After the system refused a connection (too many open files), it is asked again after this.
const REFUSED: Duration = Duration::from_millis(50);

/// Serves until the web's token is cancelled, then for as long as replies take, at most a little more than the shutdown limit.
pub async fn serve(listener: TcpListener, web: Web) -> std::io::Result<()> {
    let stopping = web.stopping.clone();
    let app = web.app.clone();
    supervise("accounts", web.accounts.clone().keep(web.clock, stopping.clone()));
    let front = Arc::new(Front { tls: web.config().tls.clone(), web: web.clone(), router: web.router() });
    // The rest is for tapes, children and the store.
    let most = limits::CONNECTIONS.min(machine::files() / 4 * 3);
    let slots = Arc::new(Semaphore::new(most));
    let (connections, seats) = (TaskTracker::new(), Seats::default());
    let mut failing = false;
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            next = next => next,
            () = stopping.cancelled() => break,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Told once: it may go on for as long as descriptors are lacking.
                if !std::mem::replace(&mut failing, true) {
                    tracing::warn!(%error, "connections cannot be accepted");
                }
                tokio::time::sleep(REFUSED).await;
                continue;
            }
        };
        failing = false;
        let config = front.web.config();
        // A proxy speaks for others, who are counted by what they ask.
        let is_bound = !Caller::is_proxy(from.ip(), &config.proxies) && config.rates.bind(from.ip());
        let Some(seat) = seats.take(from.ip(), is_bound.then_some(config.rates.connections)) else {
            metrics::counter!("telecast_connections_refused_total").increment(1);
            let _ = stream.try_write(NO_SEAT);
            continue;
        };
        // Small replies must not wait for more to send.
        let _ = stream.set_nodelay(true);
        let (front, stopping) = (Arc::clone(&front), stopping.clone());
        connections.spawn(async move {
            connection(stream, from, front, stopping).await;
            drop((slot, seat));
        });
    }
    drop(listener);
    connections.close();
    // Streams of viewers end with their sessions; what then still hangs is dropped.
    let ended = async { tokio::join!(app.shutdown(), connections.wait()) };
    if tokio::time::timeout(limits::SHUTDOWN + REFUSED, ended).await.is_err() {
        tracing::debug!(left = connections.len(), "connections that did not end were dropped");
    }
    Ok(())
}

/// What answers requests.
struct Front {
    web: Web,
    router: Router,
    /// It speaks HTTPS, from the start to the end.
    tls: Option<Tls>,
}

/// How requests come.
#[derive(Clone)]
enum Way {
    /// By plain HTTP, as it was meant.
    Open,
    /// By HTTPS; with the connection's pulse if it is HTTP/2.
    Safe(Option<Pulse>),
    /// By plain HTTP, although HTTPS is spoken here.
    Astray,
}

impl Front {
    async fn reply<B>(&self, request: axum::http::Request<B>, from: SocketAddr, way: Way) -> Response<Held>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let (answer, stream) = match way {
            Way::Open => (self.answer(request, from, false).await, None),
            Way::Safe(pulse) => {
                let stream = pulse.as_ref().map(Pulse::request);
                (self.answer(request, from, true).await, stream)
            }
            Way::Astray => (tls::elsewhere(&request), None),
        };
        answer.map(|body| Held::new(body, stream))
    }

    async fn answer<B>(&self, mut request: axum::http::Request<B>, from: SocketAddr, is_tls: bool) -> Response
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        // As it was sent: afterwards it names one host whatever it said.
        let form = form::check(&request);
        name_host(&mut request);
        let trace = Trace::of(&self.web.ids, &request);
        let mut response = if let Err(problem) = form {
            trace.follow(async { problem.into_response() }).await
        } else if let Some(asked) = play::Asked::of(&request) {
            trace.follow(contained(play::play(&self.web, &asked))).await
        } else {
            let mut request: Request = request.map(Body::new);
            let config = self.web.config();
            let caller = Caller::of(from.ip(), is_tls, request.headers(), &config.proxies);
            request.extensions_mut().insert(caller);
            // In a box, so that what media needs stays small.
            let answer = Box::pin(self.router.clone().oneshot(request));
            trace.follow(answer.map(|answered| answered.unwrap_or_else(|never| match never {}))).await
        };
        if is_tls
            && let Ok(only) = HeaderValue::from_str(&format!("max-age={}", limits::HTTPS_ONLY.as_secs()))
        {
            response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, only);
        }
        response
    }
}

/// An address that names its host stands above the header (RFC 9112 §3.2.2), and HTTP/2 sends no such header (RFC 9113 §8.3.1): from here on the host
/// is found in one place.
fn name_host<B>(request: &mut axum::http::Request<B>) {
    let host = request.uri().authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    if let Some(host) = host {
        request.headers_mut().insert(header::HOST, host);
    }
}

async fn connection(stream: TcpStream, from: SocketAddr, front: Arc<Front>, stopping: CancellationToken) {
    let heard = Arc::new(AtomicBool::new(false));
    let Some(tls) = front.tls.clone() else {
        let stream = Patient::new(stream, limits::TAKES_NOTHING).hearing(Arc::clone(&heard));
        return talk(stream, (Way::Open, heard), from, front, stopping).await;
    };
    let taken = Arc::new(AtomicU64::new(0));
    let watched = (Arc::clone(&taken), Arc::clone(&heard));
    let met = stopping.run_until_cancelled(tls.meet(stream, from, watched)).await;
    match met.flatten() {
        None => {}
        Some(Met::Plain(stream)) => talk(stream, (Way::Astray, heard), from, front, stopping).await,
        Some(Met::Safe(stream, is_h2)) => {
            let pulse = is_h2.then(|| Pulse::new(taken));
            talk(*stream, (Way::Safe(pulse), heard), from, front, stopping).await;
        }
    }
}

/// Serves a connection to its end; `heard`: whether its other end has said something that was not answered.
async fn talk<S>(
    stream: S,
    (way, heard): (Way, Arc<AtomicBool>),
    from: SocketAddr,
    front: Arc<Front>,
    stopping: CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let builder = builder(&way);
    let pulse = if let Way::Safe(pulse) = &way { pulse.clone() } else { None };
    let service = tower::service_fn(move |request| {
        let (front, way) = (Arc::clone(&front), way.clone());
        async move { Ok::<_, Infallible>(front.reply(request, from, way).await) }
    });
    let serving =
        builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service));
    tokio::pin!(serving);
    let lost = async {
        match pulse {
            Some(pulse) => pulse.lost().await,
            None => std::future::pending().await,
        }
    };
    let done = tokio::select! {
        done = serving.as_mut() => done,
        why = lost => {
            serving.as_mut().graceful_shutdown();
            let done = tokio::time::timeout(limits::H2_GOODBYE, serving).await;
            tracing::debug!(%from, why, in_time = done.is_ok(), "a connection was given up");
            return;
        }
        () = stopping.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = done {
        // An unused connection ends in the same way, which is nothing to count.
        let late = error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_timeout);
        if late && heard.load(Ordering::Relaxed) {
            metrics::counter!("telecast_slow_requests_total", "part" => "head").increment(1);
        }
        tracing::trace!(error = %error, "a connection ended");
    }
}

/// What both protocols are held to.
fn builder(way: &Way) -> Builder<TokioExecutor> {
    let builder = Builder::new(TokioExecutor::new());
    if let Way::Safe(Some(_)) = way {
        let mut builder = builder.http2_only();
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits::H2_STREAMS)
            .max_header_list_size(limits::HEAD as u32)
            .max_pending_accept_reset_streams(limits::H2_RESETS)
            .max_local_error_reset_streams(limits::H2_FAULTS)
            .initial_stream_window_size(limits::H2_WINDOW)
            .initial_connection_window_size(limits::H2_CONNECTION_WINDOW)
            .max_send_buf_size(limits::H2_SEND)
            .keep_alive_interval(limits::H2_PING)
            .keep_alive_timeout(limits::H2_PONG);
        return builder;
    }
    let mut builder = builder.http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .keep_alive(!matches!(way, Way::Astray))
        .header_read_timeout(limits::HEAD_TIME)
        .max_buf_size(limits::HEAD);
    builder
}
