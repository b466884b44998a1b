//! Listening: HTTP/1.1 and HTTP/2 on one port, with limits on heads and on how long a client may take to send one.

use super::Web;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::serve::ListenerExt;
use std::net::SocketAddr;
use std::time::Duration;
use telecast_core::limits;
use tokio::net::TcpListener;

/// Serves until the web's token is cancelled, then for as long as replies take, at most the shutdown limit.
pub async fn serve(listener: TcpListener, web: Web) -> std::io::Result<()> {
    let stopping = web.stopping.clone();
    let app = web.app.clone();
    let sweeping = web.clone();
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_secs(60));
        loop {
            tokio::select! {
                _ = tick.tick() => sweeping.owners.keep(|session| sweeping.app.session(session).is_some()),
                () = sweeping.stopping.cancelled() => return,
            }
        }
    });
    let listener = listener.tap_io(|stream| {
        // Small replies must not wait for more to send.
        let _ = stream.set_nodelay(true);
    });
    let service: IntoMakeServiceWithConnectInfo<_, SocketAddr> =
        web.router().into_make_service_with_connect_info();
    let token = stopping.clone();
    let served =
        axum::serve(listener, service).with_graceful_shutdown(async move { token.cancelled().await });
    tokio::select! {
        done = served.into_future() => done?,
        () = async {
            stopping.cancelled().await;
            // Streams of viewers end with their sessions; what then still hangs is dropped.
            app.shutdown().await;
            tokio::time::sleep(limits::SHUTDOWN / 4).await;
        } => tracing::debug!("connections that did not end were dropped"),
    }
    app_down(&stopping).await;
    Ok(())
}

async fn app_down(stopping: &tokio_util::sync::CancellationToken) {
    stopping.cancelled().await;
}
