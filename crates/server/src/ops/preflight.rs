//! What would keep the station from running with a configuration that is valid in itself: folders, addresses, a filter of the log, a certificate.

use super::log;
use crate::adapters::certificate::Certificate;
use crate::adapters::clock;
use crate::config::{Config, Faults};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

/// All of them. Folders and addresses of keys that are not new are not looked at: what a running station has, it has.
pub fn faults(config: &Config, is_new: impl Fn(&str) -> bool) -> Faults {
    let mut faults = Faults::new();
    for key in ["server.data_dir", "tape.directory"] {
        if let Some(directory) = config.string(key).filter(|_| is_new(key))
            && let Err(error) = writable(Path::new(directory))
        {
            faults.push(format!("{key}: '{directory}' cannot be written: {error}"));
        }
    }
    let addresses = [("server.listen", Some(config.listen())), ("metrics.listen", config.metrics_listen())];
    for (key, address) in addresses {
        if let Some(address) = address.filter(|_| is_new(key)) {
            faults.extend(listen_fault(key, address));
        }
    }
    faults.extend(log::filter(config).err());
    faults.extend(log::format(config).err());
    faults
}

/// The certificate that HTTPS is to be spoken with, as its files are now; `None`: it is not spoken.
///
/// # Errors
/// All that is wrong with it.
pub fn certificate(config: &Config) -> Result<Option<Certificate>, Faults> {
    super::certificate_files(config).map(|files| files.load(clock::system_ms() / 1_000)).transpose()
}

/// What works with that certificate, and should be changed all the same.
pub fn warnings(certificate: &Certificate) -> Vec<String> {
    certificate.warnings(clock::system_ms() / 1_000)
}

fn listen_fault(key: &str, address: SocketAddr) -> Option<String> {
    let error = TcpListener::bind(address).err()?;
    Some(if error.kind() == ErrorKind::AddrInUse {
        format!("{key}: {address} is in use by another program; stop that, or choose another port")
    } else {
        format!("{key}: {address} cannot be listened on: {error}")
    })
}

fn writable(directory: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)?;
    let path = directory.join(format!(".check-{}", crate::web::secret::random_hex(4)));
    std::fs::write(&path, b"x")?;
    std::fs::remove_file(path)
}
