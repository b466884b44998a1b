//! Running it: its log, its figures, signals, and changes of its configuration.

pub mod log;
pub mod preflight;
pub mod reload;
mod renewal;
mod settings;

pub use settings::{certificate_files, settings, web_config};

use crate::spawn::supervise;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The form of `/metrics`.
pub const METRICS: &str = "text/plain; version=0.0.4";
/// Histograms forget what is old this often.
const UPKEEP: Duration = Duration::from_secs(5);
/// Whoever asks for figures sends its request, and takes them, within this.
const PATIENCE: Duration = Duration::from_secs(2);

/// Steps of the histogram of first pictures (seconds): what is at once, what is noticed, and what is too long.
const FIRST_FRAME: &[f64] = &[0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 15.0, 30.0];

/// Returns when the program is asked to end (Ctrl-C, SIGTERM).
pub async fn asked_to_stop() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Begins to count; gives what renders the figures. `None`: they are recorded elsewhere already.
pub fn record(stopping: CancellationToken) -> Option<PrometheusHandle> {
    let first_frame = Matcher::Full("telecast_player_first_frame_seconds".into());
    let builder = PrometheusBuilder::new();
    let Ok(builder) = builder.set_buckets_for_metric(first_frame, FIRST_FRAME) else {
        tracing::warn!("metrics cannot be recorded");
        return None;
    };
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("metrics are recorded elsewhere already");
        return None;
    }
    let kept = handle.clone();
    supervise("upkeep of metrics", async move {
        let mut upkeep = tokio::time::interval(UPKEEP);
        while stopping.run_until_cancelled(upkeep.tick()).await.is_some() {
            kept.run_upkeep();
        }
    });
    Some(handle)
}

/// Serves `/metrics` on a listener of its own.
pub async fn serve_metrics(listener: TcpListener, handle: PrometheusHandle, stopping: CancellationToken) {
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            accepted = listener.accept() => {
                let Ok((mut socket, _)) = accepted else {
                    // Descriptors are lacking.
                    tokio::time::sleep(PATIENCE).await;
                    continue;
                };
                let body = handle.render();
                supervise("metrics", async move {
                    let mut request = [0; 2048];
                    let _ = tokio::time::timeout(PATIENCE, socket.read(&mut request)).await;
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {METRICS}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                    let said = async {
                        socket.write_all(head.as_bytes()).await?;
                        socket.write_all(body.as_bytes()).await
                    };
                    // Whoever does not read is not waited for.
                    let _ = tokio::time::timeout(PATIENCE, said).await;
                });
            }
        }
    }
}
