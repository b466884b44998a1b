//! The binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    // One provider of cryptography for all of TLS.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(telecast_server::cli::run()),
        Err(_) => ExitCode::FAILURE,
    }
}
