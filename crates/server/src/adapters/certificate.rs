//! The certificate and key that HTTPS is spoken with, as they lie in their files (PEM, RFC 7468): both are read and judged together, and taken or
//! refused together. A refusal names the file and says what to do. Nothing here prints a key.

use jiff::Timestamp;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use telecast_core::limits;
use x509_parser::prelude::{FromDer, X509Certificate};

/// Where they lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The server's own certificate and its chain.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// A certificate that may be shown, with its key.
#[derive(Debug)]
pub struct Certificate {
    pair: Arc<CertifiedKey>,
    /// The first of the chain to end does it then (seconds since 1970).
    pub expires: i64,
    is_open: bool,
    files: Files,
}

/// Read and write for its owner alone, or for a group: nobody else.
const OTHERS: u32 = 0o007;

impl Files {
    /// What lies in them now, to be compared.
    pub fn contents(&self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        (read(&self.certificate).ok().map(|(bytes, _)| bytes), read(&self.key).ok().map(|(bytes, _)| bytes))
    }

    /// The certificate in these files, good at `now` (seconds since 1970).
    ///
    /// # Errors
    /// All that is wrong, each with its file and what to do.
    pub fn load(self, now: i64) -> Result<Certificate, Vec<String>> {
        let chain = chain(&self.certificate)
            .and_then(|chain| valid(&chain, now).map(|expires| (chain, expires)))
            .map_err(|fault| format!("server.tls.certificate: '{}' {fault}", self.certificate.display()));
        let key = key(&self.key).map_err(|fault| format!("server.tls.key: '{}' {fault}", self.key.display()));
        let ((chain, expires), (key, mode)) = match (chain, key) {
            (Ok(chain), Ok(key)) => (chain, key),
            (chain, key) => return Err(chain.err().into_iter().chain(key.err()).collect()),
        };
        let pair = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider()).map_err(|error| {
            let (key, certificate) = (self.key.display(), self.certificate.display());
            let what = match error {
                rustls::Error::InconsistentKeys(_) => format!("is not the key of the first certificate in '{certificate}'; name two files that were made together, the server's own certificate first"),
                error => format!("cannot be used with '{certificate}' ({error}); use a key of ECDSA (P-256, P-384), Ed25519 or RSA"),
            };
            vec![format!("server.tls.key: '{key}' {what}")]
        })?;
        Ok(Certificate { pair: Arc::new(pair), expires, is_open: mode & OTHERS != 0, files: self })
    }
}

impl Certificate {
    /// What a handshake needs.
    pub fn pair(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.pair)
    }

    /// The server's own certificate (DER).
    pub fn own(&self) -> &[u8] {
        self.pair.cert.first().map_or(&[], |certificate| certificate)
    }

    /// The same certificate and chain.
    pub fn is_as(&self, other: &Self) -> bool {
        self.pair.cert == other.pair.cert
    }

    /// The authority behind it, if the chain ends in one that vouches for itself (DER): devices must be given it.
    pub fn authority(&self) -> Option<&[u8]> {
        let last = self.pair.cert.get(1..)?.last()?;
        let (_, parsed) = X509Certificate::from_der(last).ok()?;
        (parsed.is_ca() && parsed.subject().as_raw() == parsed.issuer().as_raw()).then_some(last)
    }

    /// What works at `now` (seconds since 1970) and should be changed all the same.
    pub fn warnings(&self, now: i64) -> Vec<String> {
        let mut warnings = Vec::new();
        let left = self.expires - now;
        if left < limits::CERTIFICATE_ENDS.as_secs() as i64 {
            let (path, day, days) = (self.files.certificate.display(), day(self.expires), left / 86_400);
            let when = if left > 0 {
                format!("expires on {day}, in {days} days")
            } else {
                format!("has expired on {day}")
            };
            warnings.push(format!(
                "server.tls.certificate: '{path}' {when}; renew it (with 'telecast tls' if that has made it)"
            ));
        }
        if self.is_open {
            let path = self.files.key.display();
            warnings.push(format!(
                "server.tls.key: '{path}' is open to every user of this machine; close it with 'chmod 600 {path}'"
            ));
        }
        warnings
    }
}

/// What lies in a file, as far as it may be long, and its mode.
fn read(path: &Path) -> std::io::Result<(Vec<u8>, u32)> {
    let file = File::open(path)?;
    let mode = file.metadata()?.mode();
    let mut bytes = Vec::new();
    file.take(limits::CERTIFICATE_FILE).read_to_end(&mut bytes)?;
    Ok((bytes, mode))
}

fn unreadable(error: std::io::Error) -> String {
    format!(
        "cannot be read: {error}; name a PEM file that this user may read, or make one with 'telecast tls'"
    )
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let (bytes, _) = read(path).map_err(unreadable)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        _ => {
            Err("holds no certificate; it must be PEM, with a line '-----BEGIN CERTIFICATE-----'".to_owned())
        }
    }
}

fn key(path: &Path) -> Result<(PrivateKeyDer<'static>, u32), String> {
    let (bytes, mode) = read(path).map_err(unreadable)?;
    let key = PrivateKeyDer::from_pem_slice(&bytes);
    let bytes = zeroize::Zeroizing::new(bytes);
    match key {
        Ok(key) => Ok((key, mode)),
        Err(pem::Error::NoItemsFound) if memchr::memmem::find(&bytes, b"ENCRYPTED PRIVATE KEY").is_some() => {
            Err("is locked by a passphrase; unlock it with 'openssl pkey -in LOCKED -out OPEN'".to_owned())
        }
        Err(_) => Err("holds no key; it must be PEM, with a line '-----BEGIN PRIVATE KEY-----'".to_owned()),
    }
}

/// When the first of a chain ends, if all are good at `now`.
fn valid(chain: &[CertificateDer<'_>], now: i64) -> Result<i64, String> {
    let mut expires = i64::MAX;
    for (at, certificate) in chain.iter().enumerate() {
        let broken =
            |_| format!("holds a certificate that cannot be understood (number {}); renew it", at + 1);
        let (_, parsed) = X509Certificate::from_der(certificate).map_err(broken)?;
        let (from, until) =
            (parsed.validity().not_before.timestamp(), parsed.validity().not_after.timestamp());
        let which = if at == 0 { String::new() } else { format!(" (number {} of its chain)", at + 1) };
        if until <= now {
            return Err(format!(
                "has expired on {}{which}; renew it (with 'telecast tls' if that has made it)",
                day(until)
            ));
        }
        if from > now {
            return Err(format!(
                "is not valid before {}{which}; is the clock of this machine right?",
                day(from)
            ));
        }
        expires = expires.min(until);
    }
    Ok(expires)
}

/// The day of a time (seconds since 1970), in UTC.
pub fn day(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| "never".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
}
