//! `telecast health`: for images without a shell.

use super::{Common, Failure, say};
use std::net::SocketAddr;
use std::time::Duration;

/// A server that runs answers at once, a busy one a little later.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks a running server whether it is ready.
#[derive(clap::Args)]
pub(super) struct Health {
    #[command(flatten)]
    common: Common,
    /// Only whether it is alive.
    #[arg(long)]
    live: bool,
}

/// What a server at that address says of `path`; none if nobody speaks HTTP there.
pub(super) async fn ask(mut address: SocketAddr, path: &str) -> Option<reqwest::Response> {
    if address.ip().is_unspecified() {
        address.set_ip([127, 0, 0, 1].into());
    }
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().ok()?;
    client.get(format!("http://{address}/{path}")).send().await.ok()
}

impl Health {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let address = self.common.load()?.listen();
        let path = if self.live { "healthz" } else { "readyz" };
        let nobody = || Failure::cannot(format!("nobody answers at {address}; is the server running?"));
        let answer = ask(address, path).await.ok_or_else(nobody)?;
        let good = answer.status().is_success();
        let text = answer.text().await.unwrap_or_default();
        if good { say(text.trim()) } else { Err(Failure::cannot(text)) }
    }
}
