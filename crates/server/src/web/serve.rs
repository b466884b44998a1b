//! Listening: HTTP/1.1 with limits on connections, on heads, and on how long a client may take to send one, or to take nothing of
//! what it is sent. No limit on how long a reply takes: streams last for hours. HTTP/2 comes with TLS; browsers speak it nowhere else.

use super::caller::Caller;
use super::patience::Patient;
use super::seats::{NO_SEAT, Seats};
use super::trace::Trace;
use super::{Web, contained, form, play};
use crate::adapters::files;
use crate::app::supervise;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::{BoxError, Router};
use futures_util::FutureExt;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use telecast_core::limits;
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
    let front = Arc::new(Front { web: web.clone(), router: web.router() });
    // The rest is for tapes, children and the store.
    let most = limits::CONNECTIONS.min(files::most() / 4 * 3);
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
}

impl Front {
    async fn answer<B>(&self, request: axum::http::Request<B>, from: SocketAddr) -> Response
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let trace = Trace::of(&self.web.ids, &request);
        if let Err(problem) = form::check(&request) {
            return trace.follow(async { problem.into_response() }).await;
        }
        if let Some(asked) = play::Asked::of(&request) {
            return trace.follow(contained(play::play(&self.web, &asked))).await;
        }
        let mut request: Request = request.map(Body::new);
        let config = self.web.config();
        let caller = Caller::of(from.ip(), false, request.headers(), &config.proxies);
        request.extensions_mut().insert(caller);
        // In a box, so that what media needs stays small.
        let answer = Box::pin(self.router.clone().oneshot(request));
        trace.follow(answer.map(|answered| answered.unwrap_or_else(|never| match never {}))).await
    }
}

async fn connection(stream: TcpStream, from: SocketAddr, front: Arc<Front>, stopping: CancellationToken) {
    let service = tower::service_fn(move |request| {
        let front = Arc::clone(&front);
        async move { Ok::<_, Infallible>(front.answer(request, from).await) }
    });
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits::HEAD_TIME)
        .max_buf_size(limits::HEAD);
    let stream = Patient::new(stream, limits::TAKES_NOTHING);
    let heard = stream.heard();
    let serving =
        builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service));
    tokio::pin!(serving);
    let done = tokio::select! {
        done = serving.as_mut() => done,
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
