//! `telecast health`: for images without a shell.

use super::{Common, Failure, say};

/// Asks a running server whether it is ready.
#[derive(clap::Args)]
pub(super) struct Health {
    #[command(flatten)]
    common: Common,
    /// Only whether it is alive.
    #[arg(long)]
    live: bool,
}

impl Health {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut address = self.common.load()?.listen();
        if address.ip().is_unspecified() {
            address.set_ip([127, 0, 0, 1].into());
        }
        let path = if self.live { "healthz" } else { "readyz" };
        let answer = reqwest::Client::builder()
            .no_proxy()
            .timeout(std::time::Duration::from_secs(5))
            .build()
            .map_err(|error| Failure::cannot(error.to_string()))?
            .get(format!("http://{address}/{path}"))
            .send()
            .await
            .map_err(|_| Failure::cannot(format!("nobody answers at {address}; is the server running?")))?;
        let good = answer.status().is_success();
        let text = answer.text().await.unwrap_or_default();
        if good { say(text.trim()) } else { Err(Failure::cannot(text)) }
    }
}
