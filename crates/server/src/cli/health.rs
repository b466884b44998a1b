//! `telecast health`: for images without a shell.

use super::{Common, Failure, say};
use crate::config::Config;
use crate::ops::{self, preflight};
use reqwest::redirect::Policy;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A server that runs answers at once, a busy one a little later.
const PATIENCE: Duration = Duration::from_secs(5);

/// Stands on every reply of ours, and of nobody else.
const API_VERSION: &str = "x-api-version";

/// Asks a running server whether it is ready.
#[derive(clap::Args)]
pub(super) struct Health {
    #[command(flatten)]
    common: Common,
    /// Only whether it is alive.
    #[arg(long)]
    live: bool,
}

/// What a server at the address of `config` says of `path`.
///
/// # Errors
/// Nobody speaks HTTP there, or it is another than the one that is meant; as it may be told.
pub(super) async fn ask(config: &Config, path: &str) -> Result<reqwest::Response, String> {
    let mut address = config.listen();
    if address.ip().is_unspecified() {
        address.set_ip([127, 0, 0, 1].into());
    }
    let client = || reqwest::Client::builder().no_proxy().redirect(Policy::none()).timeout(PATIENCE);
    let nobody = |error: &dyn std::fmt::Display| {
        tracing::debug!(%error, "nobody answers");
        format!("nobody answers at {address}; is the server running?")
    };
    if ops::certificate_files(config).is_some() {
        let (tls, told) = pinned(config)?;
        let client = client().tls_backend_preconfigured(tls).build().map_err(|error| nobody(&error))?;
        if let Ok(answer) = client.get(format!("https://{address}/{path}")).send().await {
            return Ok(answer);
        }
        if told.is_foreign.load(Ordering::Relaxed) {
            return Err(format!(
                "whoever answers at {address} shows another certificate than the configured one"
            ));
        }
        // It may have been started before HTTPS was configured.
    }
    let client = client().build().map_err(|error| nobody(&error))?;
    client.get(format!("http://{address}/{path}")).send().await.map_err(|error| nobody(&error))
}

/// Whether a Telecast runs at the address of `config`.
pub(super) async fn runs(config: &Config) -> bool {
    ask(config, "healthz").await.is_ok_and(|answer| answer.headers().contains_key(API_VERSION))
}

/// Takes the configured certificate and no other, whatever it is called and whoever vouches for it: it is known by itself. If its files are broken,
/// the server may go on with what they held before, so that it is asked all the same: nothing secret is sent.
fn pinned(config: &Config) -> Result<(ClientConfig, Arc<Pin>), String> {
    let own = preflight::certificate(config).ok().flatten().map(|certificate| certificate.own().to_vec());
    let provider = Arc::new(aws_lc_rs::default_provider());
    let pin = Arc::new(Pin { own, provider: Arc::clone(&provider), is_foreign: AtomicBool::new(false) });
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| error.to_string())?;
    let verifier = Arc::clone(&pin) as Arc<dyn ServerCertVerifier>;
    Ok((config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth(), pin))
}

/// The certificate that is expected.
#[derive(Debug)]
struct Pin {
    /// None: any.
    own: Option<Vec<u8>>,
    provider: Arc<CryptoProvider>,
    is_foreign: AtomicBool,
}

impl ServerCertVerifier for Pin {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.own.as_ref().is_none_or(|own| own.as_slice() == shown.as_ref()) {
            return Ok(ServerCertVerified::assertion());
        }
        self.is_foreign.store(true, Ordering::Relaxed);
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, shown, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, shown, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl Health {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.load()?;
        let path = if self.live { "healthz" } else { "readyz" };
        let answer = ask(&config, path).await.map_err(Failure::cannot)?;
        let good = answer.status().is_success();
        let text = answer.text().await.unwrap_or_default();
        if good { say(text.trim()) } else { Err(Failure::cannot(text)) }
    }
}
