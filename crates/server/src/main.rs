//! The binary.

use std::process::ExitCode;
use std::time::Duration;

/// glibc's heaps keep what lay between allocations that have stayed: after four hours of zapping in a hurry 140 MiB instead of 46. Tuned in
/// `.cargo/config.toml`.
#[global_allocator]
static HEAP: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Blocking calls under way at the end get this long.
const LEFTOVERS: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    // One provider of cryptography for all of TLS.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(telecast_server::cli::run());
            // What still sits in a blocking call (a sleeping disk) does not hold the end up.
            runtime.shutdown_timeout(LEFTOVERS);
            code
        }
        Err(_) => ExitCode::FAILURE,
    }
}
