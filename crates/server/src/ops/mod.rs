//! Running it: logs, metrics, signals.

use crate::cli::Failure;
use crate::config::Config;
use metrics_exporter_prometheus::PrometheusBuilder;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// Begins to log to stderr.
pub fn log(config: &Config) -> Result<(), Failure> {
    let level = config.string("log.level").unwrap_or("info");
    let filter = EnvFilter::try_new(level).map_err(|error| Failure::usage(format!("log.level: {error}")))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let done = match config.string("log.format") {
        Some("json") => builder.json().try_init(),
        Some("text") | None => builder.with_ansi(false).try_init(),
        Some(other) => return Err(Failure::usage(format!("log.format: '{other}' is neither text nor json"))),
    };
    done.map_err(|error| Failure::cannot(format!("logging: {error}")))
}

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

/// Serves `/metrics` on a listener of its own.
pub async fn serve_metrics(listener: TcpListener, stopping: CancellationToken) {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("metrics are recorded elsewhere already");
        return;
    }
    let mut upkeep = tokio::time::interval(Duration::from_secs(5));
    loop {
        tokio::select! {
            _ = upkeep.tick() => handle.run_upkeep(),
            () = stopping.cancelled() => return,
            accepted = listener.accept() => {
                let Ok((mut socket, _)) = accepted else { continue };
                let body = handle.render();
                tokio::spawn(async move {
                    let mut request = [0; 2048];
                    let _ = tokio::time::timeout(Duration::from_secs(2), socket.read(&mut request)).await;
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                    let _ = socket.write_all(head.as_bytes()).await;
                    let _ = socket.write_all(body.as_bytes()).await;
                });
            }
        }
    }
}
