//! A certificate authority for one household, and certificates made by it (RFC 5280), so that phones and browsers at home take the station for what it is.
//!
//! The authority vouches for private addresses, for names that exist at home only, and for those that were asked for when it was made:
//! these are its name constraints (§4.2.1.10), so whoever steals its key cannot pose as a bank. It makes servers' certificates and nothing
//! else. Keys are written for their owner alone, and are never printed. Files appear whole or not at all.

use super::certificate::day;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use telecast_core::limits;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// Names that exist at home only: RFC 6761, RFC 6762, RFC 8375, and what routers call their networks.
const HOME: [&str; 7] = ["localhost", "local", "home.arpa", "internal", "lan", "home", "fritz.box"];
/// Private networks: RFC 1918, RFC 6598, loopback, link-local, RFC 4193.
const PRIVATE: [(IpAddr, u8); 9] = [
    (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(100, 64, 0, 0)), 10),
    (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16),
    (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
    (IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)), 10),
    (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
];
/// Clocks of devices are behind by this much at times.
const BACKDATED: i64 = 3_600;

/// What has been made, and where.
#[derive(Debug)]
pub struct Made {
    /// The certificate and its chain.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// The authority's certificate, for devices.
    pub authority: PathBuf,
    /// The authority's SHA-256, in hexadecimal, to be compared.
    pub fingerprint: String,
    /// The authority was made just now: no device knows it.
    pub is_new: bool,
    /// The certificate ends then (seconds since 1970).
    pub expires: i64,
}

/// Makes a certificate for `names` (hosts and addresses), good for `days` from `now` (seconds since 1970), in the folder `directory`, by the
/// authority that lies there or is made now.
///
/// # Errors
/// What cannot be done, and what to do instead.
pub fn make(directory: &Path, names: &[String], days: u32, now: i64) -> Result<Made, String> {
    let folder = |error| format!("'{}' cannot be made: {error}", directory.display());
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(folder)?;
    let path = |name: &str| directory.join(name);
    let (authority, authority_key) = (path("authority.crt"), path("authority.key"));
    let is_new = match (authority.exists(), authority_key.exists()) {
        (true, true) => false,
        (false, false) => {
            let (certificate, key) = new_authority(names, now).map_err(told)?;
            write(&authority_key, &key, 0o600)?;
            write(&authority, &certificate, 0o644)?;
            true
        }
        (has_certificate, _) => {
            let (there, gone) = if has_certificate { ("crt", "key") } else { ("key", "crt") };
            return Err(format!(
                "'{}' holds authority.{there} without authority.{gone}; bring that back, or take the other away to begin with a new authority",
                directory.display()
            ));
        }
    };
    let (pem, key_pem) = (text(&authority)?, text(&authority_key)?);
    let odd = |what: &str| format!("'{}' {what}", authority.display());
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| odd("holds no certificate"))?;
    let until = fits(&der, names, now).map_err(|what| odd(&what))?;
    let issuer_key = KeyPair::from_pem(&key_pem)
        .map_err(|_| format!("'{}' holds no key that can be used", authority_key.display()))?;
    let issuer = Issuer::from_ca_cert_der(&der, issuer_key).map_err(told)?;
    let key = KeyPair::generate().map_err(told)?;
    let expires = (now - BACKDATED + i64::from(days) * 86_400).min(until);
    let leaf = server(names, now - BACKDATED, expires).map_err(told)?;
    let leaf = leaf.signed_by(&key, &issuer).map_err(told)?;
    let made = Made {
        certificate: path("server.crt"),
        key: path("server.key"),
        fingerprint: fingerprint(&der),
        authority,
        is_new,
        expires,
    };
    // One after the other in no time: whoever watches waits until both have been the same for a moment.
    write(&made.key, &key.serialize_pem(), 0o600)?;
    write(&made.certificate, &format!("{}{pem}", leaf.pem()), 0o644)?;
    Ok(made)
}

fn told(error: rcgen::Error) -> String {
    format!("the certificate cannot be made: {error}")
}

fn new_authority(names: &[String], now: i64) -> Result<(String, String), rcgen::Error> {
    let mut params = CertificateParams::default();
    let key = KeyPair::generate()?;
    // Told apart where several have been installed.
    let mark = fingerprint(key.public_key_raw()).replace(':', "");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("Telecast at home {}", &mark[..8]));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let own = names.iter().map(|name| match name.parse::<IpAddr>() {
        Ok(address) => GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(
            address,
            if address.is_ipv4() { 32 } else { 128 },
        )),
        Err(_) => GeneralSubtree::DnsName(name.clone()),
    });
    let home = HOME.iter().map(|name| GeneralSubtree::DnsName((*name).to_owned()));
    let private = PRIVATE
        .iter()
        .map(|(net, prefix)| GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*net, *prefix)));
    let mut permitted: Vec<GeneralSubtree> = home.chain(private).collect();
    for one in own {
        if !permitted.contains(&one) {
            permitted.push(one);
        }
    }
    params.name_constraints =
        Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() });
    let from = now - BACKDATED;
    params.not_before = date_time_ymd(1970, 1, 1) + since(from);
    params.not_after = date_time_ymd(1970, 1, 1) + since(from + i64::from(limits::AUTHORITY_DAYS) * 86_400);
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}

fn server(names: &[String], from: i64, until: i64) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names.to_vec())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    let first = params.subject_alt_names.first().map(|name| match name {
        SanType::DnsName(name) => name.as_str().to_owned(),
        SanType::IpAddress(address) => address.to_string(),
        _ => String::new(),
    });
    params.distinguished_name.push(DnType::CommonName, first.unwrap_or_default());
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = date_time_ymd(1970, 1, 1) + since(from);
    params.not_after = date_time_ymd(1970, 1, 1) + since(until);
    Ok(params)
}

/// The authority can vouch for all these names at `now`: until when?
fn fits(authority: &CertificateDer<'_>, names: &[String], now: i64) -> Result<i64, String> {
    const ANEW: &str = "take authority.crt and authority.key away, run this again, and install the new authority on each device";
    let (_, parsed) = X509Certificate::from_der(authority).map_err(|_| "cannot be understood".to_owned())?;
    let until = parsed.validity().not_after.timestamp();
    if !parsed.is_ca() {
        return Err("is no authority: it may vouch for nobody".to_owned());
    }
    if until <= now {
        return Err(format!("has expired on {}; {ANEW}", day(until)));
    }
    let constraints = parsed.name_constraints().ok().flatten();
    let permitted = constraints.and_then(|constraints| constraints.value.permitted_subtrees.as_ref());
    let Some(permitted) = permitted else { return Ok(until) };
    for name in names {
        if !permitted.iter().any(|subtree| covers(&subtree.base, name)) {
            return Err(format!("may not vouch for '{name}'; {ANEW}"));
        }
    }
    Ok(until)
}

/// A subtree of name constraints has a name in it.
fn covers(subtree: &GeneralName<'_>, name: &str) -> bool {
    match (subtree, name.parse::<IpAddr>()) {
        (GeneralName::DNSName(suffix), Err(_)) => {
            name == *suffix || name.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'))
        }
        (GeneralName::IPAddress(bytes), Ok(address)) => {
            let octets = match address {
                IpAddr::V4(address) => address.octets().to_vec(),
                IpAddr::V6(address) => address.octets().to_vec(),
            };
            let (net, mask) = bytes.split_at(bytes.len() / 2);
            net.len() == octets.len()
                && octets
                    .iter()
                    .zip(net.iter().zip(mask))
                    .all(|(octet, (net, mask))| octet & mask == net & mask)
        }
        _ => false,
    }
}

/// From 1970 to `seconds`.
fn since(seconds: i64) -> Duration {
    Duration::from_secs(seconds.max(0) as u64)
}

fn fingerprint(bytes: &[u8]) -> String {
    let mut out = String::new();
    for (at, byte) in Sha256::digest(bytes).iter().enumerate() {
        let _ = write!(out, "{}{byte:02X}", if at == 0 { "" } else { ":" });
    }
    out
}

fn text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("'{}' cannot be read: {error}", path.display()))
}

/// Writes beside it and renames: nobody reads half of it, and its mode is right from the first byte.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), String> {
    let beside = path.with_extension("new");
    let written = (|| {
        let _ = std::fs::remove_file(&beside);
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    })();
    written.map_err(|error: std::io::Error| format!("'{}' cannot be written: {error}", path.display()))
}

/// What this machine is called and how it is reached at home: `localhost`, its name, that with `.local`, its private addresses.
pub fn own_names() -> Vec<String> {
    let mut names = vec!["localhost".to_owned()];
    let files = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let host = files.iter().find_map(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    let host = host.trim().to_lowercase();
    if is_host(&host) && host != "localhost" {
        names.push(host.clone());
        if !host.contains('.') {
            names.push(format!("{host}.local"));
        }
    }
    names.extend(["127.0.0.1".to_owned(), "::1".to_owned()]);
    // Nothing is sent: the system only says from which address it would be.
    for (from, to) in [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")] {
        let own = UdpSocket::bind(from).and_then(|socket| {
            socket.connect(to)?;
            socket.local_addr()
        });
        let Ok(own) = own.map(|own| own.ip()) else { continue };
        // Others change, and the authority could not vouch for the next one.
        if PRIVATE.iter().any(|(net, prefix)| is_within(*net, *prefix, own))
            && !names.contains(&own.to_string())
        {
            names.push(own.to_string());
        }
    }
    names
}

fn is_within(net: IpAddr, prefix: u8, address: IpAddr) -> bool {
    match (net, address) {
        (IpAddr::V4(net), IpAddr::V4(address)) => {
            (net.to_bits() ^ address.to_bits()).leading_zeros() >= u32::from(prefix)
        }
        (IpAddr::V6(net), IpAddr::V6(address)) => {
            (net.to_bits() ^ address.to_bits()).leading_zeros() >= u32::from(prefix)
        }
        _ => false,
    }
}

/// A name as hosts have it (RFC 1123 §2.1).
pub fn is_host(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(label)
}
