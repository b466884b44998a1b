//! `telecast tls`: a household authority, and a certificate by it for this station.

use super::{Common, Failure, say};
use crate::adapters::certificate::day;
use crate::adapters::clock;
use crate::adapters::household::{self, Made};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use telecast_core::limits;

/// Makes an authority for this household, once, and a certificate by it; run it again to renew that.
#[derive(clap::Args)]
pub(super) struct Tls {
    /// Name or address that the station is reached by; may be repeated. If absent: localhost, this machine's name, that with `.local`, its
    /// private addresses.
    #[arg(long = "name", value_name = "HOST")]
    names: Vec<String>,
    /// Folder of the authority and the certificate; `tls` in the data folder if absent.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Days until the certificate ends.
    #[arg(long, default_value_t = limits::CERTIFICATE_DAYS, value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::CERTIFICATE_DAYS)))]
    days: u32,
    #[command(flatten)]
    common: Common,
}

impl Tls {
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = self.common.load()?;
        let data = PathBuf::from(config.string("server.data_dir").unwrap_or("data"));
        let directory = self.out.clone().unwrap_or_else(|| data.join("tls"));
        let names = self.names(config.listen().ip())?;
        let made = household::make(&directory, &names, self.days, clock::system_ms() / 1_000);
        let made = made.map_err(Failure::cannot)?;
        let given = [config.string("server.tls.certificate"), config.string("server.tls.key")];
        let lies = |path: &PathBuf, given: Option<&str>| {
            given.and_then(|given| std::fs::canonicalize(given).ok()) == std::fs::canonicalize(path).ok()
        };
        let is_set = lies(&made.certificate, given[0]) && lies(&made.key, given[1]);
        say(&told(&made, &names, config.listen(), is_set))
    }

    fn names(&self, listen: IpAddr) -> Result<Vec<String>, Failure> {
        if self.names.is_empty() {
            let mut names = household::own_names();
            let listen = listen.to_string();
            let is_one = !listen.parse().is_ok_and(|address: IpAddr| address.is_unspecified());
            if is_one && !names.contains(&listen) {
                names.push(listen);
            }
            return Ok(names);
        }
        let mut names: Vec<String> = Vec::new();
        for name in &self.names {
            let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
            let name = address.map_or_else(|_| name.to_lowercase(), |address| address.to_string());
            if name.parse::<IpAddr>().is_err() && !household::is_host(&name) {
                return Err(Failure::usage(format!("'{name}' is neither a host's name nor an address")));
            }
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }
}

/// What has been made, what to write into the configuration, and what to do on each device.
fn told(made: &Made, names: &[String], listen: SocketAddr, is_set: bool) -> String {
    let path =
        |path: &PathBuf| std::fs::canonicalize(path).unwrap_or_else(|_| path.clone()).display().to_string();
    let (certificate, key, authority) = (path(&made.certificate), path(&made.key), path(&made.authority));
    let mut out = format!("A certificate for {} is good until {}.\n", names.join(", "), day(made.expires));
    if is_set {
        out.push_str("telecast.toml names it already; a running station takes it within a second.\n");
    } else {
        out.push_str(&format!(
            "\nWrite into telecast.toml, and start the station again:\n\n[server.tls]\ncertificate = {certificate:?}\nkey = {key:?}\n"
        ));
        if listen.ip().is_loopback() {
            out.push_str(&format!(
                "\nServer.listen is {listen}, for this machine alone; for the whole house: listen = \"0.0.0.0:{}\".\n",
                listen.port()
            ));
        }
    }
    if !made.is_new {
        out.push_str("\nThe authority is the one that was there: devices that have it need nothing.\n");
        return out.trim_end().to_owned();
    }
    let host = names.iter().find(|name| !name.starts_with("localhost")).map_or("localhost", String::as_str);
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let port = listen.port();
    out.push_str(&format!(
        "
The authority of this household was made just now. Each device must be given it once:
  {authority}
or, from the running station, after a warning:  https://{host}:{port}/authority.crt
  Android        open it; Settings, Security, Encryption and credentials, Install a certificate, CA certificate
  iPhone, iPad   open it in Safari; Settings, Profile downloaded, Install; then General, About, Certificate Trust Settings, switch it on
  Windows        open it; Install certificate, Local machine, Trusted Root Certification Authorities
  macOS          open it; in Keychain Access set it to Always trust
  Firefox        Settings, Privacy and Security, Certificates, Authorities, Import
  Debian         copy it to /usr/local/share/ca-certificates/, run update-ca-certificates
Compare its SHA-256 there:
  {}
It may vouch for addresses and names at home and those above, and for nothing else. Keep authority.key to yourself.",
        made.fingerprint
    ));
    out
}
