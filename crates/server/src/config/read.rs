//! Reading the layers, checking them, and remembering where each value came from.

use super::keys::{KEYS, Key, RECEIVER_KEYS, Shape};
use super::network::Network;
use crate::app::settings::ReceiverSettings;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use url::Url;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The file.
    File,
    /// This variable.
    Environment(String),
    /// The command line.
    Flag,
}

/// A value with its history.
#[derive(Clone, Debug)]
pub struct Value {
    text: SecretString,
    /// Where it came from.
    pub origin: Origin,
    /// What it overrode: origin and value, the last overridden last.
    pub overrode: Vec<(Origin, String)>,
}

/// All that is wrong, a line each.
pub type Faults = Vec<String>;

/// What is in force.
#[derive(Clone, Debug)]
pub struct Config {
    values: BTreeMap<&'static str, Value>,
    /// Receivers from the file.
    pub receivers: Vec<ReceiverSettings>,
}

/// Reads all layers. `flags` are (key, value) from the command line.
pub fn load(
    file: Option<(&Path, &str)>,
    environment: impl Iterator<Item = (String, String)>,
    flags: &[(&'static str, String)],
) -> Result<Config, Faults> {
    let mut faults = Faults::new();
    let mut values: BTreeMap<&'static str, Value> = KEYS
        .iter()
        .map(|key| {
            (
                key.name,
                Value { text: key.default.to_owned().into(), origin: Origin::Default, overrode: Vec::new() },
            )
        })
        .collect();
    let mut receivers = Vec::new();
    if let Some((path, text)) = file {
        match text.parse::<toml::Table>() {
            Ok(table) => {
                for (section, content) in table {
                    if section == "receiver" {
                        receivers = read_receivers(path, &content, &mut faults);
                    } else {
                        read_section(path, text, &section, &content, &mut values, &mut faults);
                    }
                }
            }
            Err(error) => {
                faults.push(format!("{}: {}", path.display(), error.to_string().trim().replace('\n', " ")));
            }
        }
    }
    read_environment(environment, &mut values, &mut faults);
    for (name, text) in flags {
        put(&mut values, name, text.clone(), Origin::Flag);
    }
    for key in KEYS {
        let value = &values[key.name];
        if let Some(fault) = shape_fault(key, value.text.expose_secret()) {
            faults.push(format!("{}: {fault} ({})", key.name, told(&value.origin)));
        }
    }
    let ids: Vec<&str> = receivers.iter().map(|receiver| receiver.id.as_str()).collect();
    if let Some(twice) = ids.iter().enumerate().find(|(at, id)| ids[..*at].contains(id)) {
        faults.push(format!("receiver: two are called '{}'; give each a name of its own", twice.1));
    }
    if faults.is_empty() { Ok(Config { values, receivers }) } else { Err(faults) }
}

fn put(values: &mut BTreeMap<&'static str, Value>, name: &str, text: String, origin: Origin) -> bool {
    let Some(value) = values.get_mut(name) else { return false };
    let before = std::mem::replace(&mut value.origin, origin);
    let shown = value.text.expose_secret().to_owned();
    value.overrode.push((before, shown));
    value.text = text.into();
    true
}

fn read_section(
    path: &Path,
    text: &str,
    section: &str,
    content: &toml::Value,
    values: &mut BTreeMap<&'static str, Value>,
    faults: &mut Faults,
) {
    let Some(table) = content.as_table() else {
        faults.push(format!(
            "{}:{}: '{section}' must be a section: [{section}]",
            path.display(),
            line_of(text, section)
        ));
        return;
    };
    if !KEYS.iter().any(|key| key.name.split('.').next() == Some(section)) && table.is_empty() {
        let near = nearest(section, KEYS).split('.').next().unwrap_or_default();
        let line = line_of(text, section);
        faults.push(format!(
            "{}:{line}: there is no section [{section}]; did you mean [{near}]?",
            path.display()
        ));
    }
    for (name, value) in table {
        let full = format!("{section}.{name}");
        if !put(values, &full, flat(value), Origin::File) {
            faults.push(format!(
                "{}:{}: there is no key '{full}'; did you mean '{}'?",
                path.display(),
                line_of(text, name),
                nearest(&full, KEYS)
            ));
        }
    }
}

fn read_receivers(path: &Path, content: &toml::Value, faults: &mut Faults) -> Vec<ReceiverSettings> {
    let mut receivers = Vec::new();
    if !content.as_array().is_some_and(|all| all.iter().all(toml::Value::is_table)) {
        faults.push(format!("{}: receivers are written with two brackets: [[receiver]]", path.display()));
    }
    for table in content.as_array().into_iter().flatten().filter_map(toml::Value::as_table) {
        for (name, value) in table {
            match RECEIVER_KEYS.iter().find(|key| key.name == name) {
                Some(key) => faults.extend(
                    shape_fault(key, &flat(value))
                        .map(|fault| format!("{}: receiver.{name}: {fault}", path.display())),
                ),
                None => faults.push(format!(
                    "{}: a receiver has no key '{name}'; did you mean '{}'?",
                    path.display(),
                    nearest(name, RECEIVER_KEYS)
                )),
            }
        }
        let text = |name: &str| table.get(name).map(flat).filter(|text| !text.is_empty());
        let Some(url) = text("url").and_then(|url| Url::parse(&url).ok()) else {
            faults.push(format!(
                "{}: a receiver needs its address: url = \"http://192.168.1.20\"",
                path.display()
            ));
            continue;
        };
        let name = text("name").or_else(|| url.host_str().map(str::to_owned)).unwrap_or_default();
        receivers.push(ReceiverSettings {
            id: name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
            name,
            url,
            username: text("username").unwrap_or_default(),
            password: text("password").map(SecretString::from),
            stream_port: text("stream_port").and_then(|port| port.parse().ok()).unwrap_or(8001),
            tuners: text("tuners").and_then(|tuners| tuners.parse().ok()),
            bouquets: list(&text("bouquets").unwrap_or_default()),
            from_file: true,
        });
    }
    receivers
}

fn read_environment(
    environment: impl Iterator<Item = (String, String)>,
    values: &mut BTreeMap<&'static str, Value>,
    faults: &mut Faults,
) {
    for (variable, text) in environment {
        let Some(rest) = variable.strip_prefix("TELECAST_") else { continue };
        // What the tests and the build use is not configuration.
        if matches!(rest, "BIN" | "CORPUS" | "SIM_CACHE") {
            continue;
        }
        let (rest, from_file) = rest.strip_suffix("_FILE").map_or((rest, false), |rest| (rest, true));
        let name = rest.replace("__", ".").to_lowercase();
        let text = if from_file {
            match std::fs::read_to_string(&text) {
                Ok(content) => content.trim_end_matches(['\r', '\n']).to_owned(),
                Err(error) => {
                    faults.push(format!("{variable}: the file cannot be read: {error}"));
                    continue;
                }
            }
        } else {
            text
        };
        if !put(values, &name, text, Origin::Environment(variable.clone())) {
            let near = nearest(&name, KEYS).replace('.', "__").to_uppercase();
            faults.push(format!("{variable}: there is no such setting; did you mean 'TELECAST_{near}'?"));
        }
    }
}

impl Config {
    fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |value| value.text.expose_secret())
    }

    /// Address to listen on.
    pub fn listen(&self) -> SocketAddr {
        self.text("server.listen").parse().unwrap_or(([127, 0, 0, 1], 8080).into())
    }

    /// Address of `/metrics`.
    pub fn metrics_listen(&self) -> Option<SocketAddr> {
        self.text("metrics.listen").parse().ok()
    }

    /// Networks that get `/metrics` from the station itself.
    pub fn metrics_networks(&self) -> Vec<Network> {
        self.list("metrics.networks").iter().filter_map(|text| Network::parse(text)).collect()
    }

    /// Text of a key; `None` if empty.
    pub fn string(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// A list.
    pub fn list(&self, name: &str) -> Vec<String> {
        list(self.text(name))
    }

    /// A switch.
    pub fn switch(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    /// A number.
    pub fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or(0)
    }

    /// A duration.
    pub fn duration(&self, name: &str) -> Duration {
        duration(self.text(name)).unwrap_or_default()
    }

    /// A size in bytes.
    pub fn size(&self, name: &str) -> u64 {
        size(self.text(name)).unwrap_or_default()
    }

    /// Each key with value, origin and what it overrode; secrets masked.
    pub fn table(&self) -> Vec<(&'static str, String, String, Vec<String>)> {
        let mask = |key: &Key, text: &str| {
            if key.shape == Shape::Secret && !text.is_empty() { "***".to_owned() } else { text.to_owned() }
        };
        KEYS.iter()
            .map(|key| {
                let value = &self.values[key.name];
                let overrode = value
                    .overrode
                    .iter()
                    .map(|(origin, text)| format!("{} ({})", mask(key, text), told(origin)))
                    .collect();
                (key.name, mask(key, value.text.expose_secret()), told(&value.origin), overrode)
            })
            .collect()
    }
}

fn told(origin: &Origin) -> String {
    match origin {
        Origin::Default => "default".into(),
        Origin::File => "file".into(),
        Origin::Environment(variable) => format!("environment {variable}"),
        Origin::Flag => "flag".into(),
    }
}

fn flat(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items.iter().map(flat).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn duration(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().ok()?;
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    number.checked_mul(unit).map(Duration::from_secs)
}

fn size(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.trim().parse().ok()?;
    let unit = match &text[digits.len()..] {
        "" | "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        _ => return None,
    };
    number.checked_mul(unit)
}

fn shape_fault(key: &Key, text: &str) -> Option<String> {
    if text.is_empty() {
        return key.default.is_empty().then_some(()).map_or(Some("must not be empty".into()), |()| None);
    }
    let good = match key.shape {
        Shape::Text | Shape::Secret | Shape::List => true,
        Shape::Switch => matches!(text, "true" | "false"),
        Shape::Number => text.parse::<u32>().is_ok(),
        Shape::Port => text.parse::<u16>().is_ok_and(|port| port > 0),
        Shape::Duration => duration(text).is_some(),
        Shape::Size => size(text).is_some(),
        Shape::Listen => text.parse::<SocketAddr>().is_ok(),
        Shape::Networks => list(text).iter().all(|text| Network::parse(text).is_some()),
        Shape::Url => {
            Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        }
    };
    let wanted = match key.shape {
        Shape::Switch => "true or false",
        Shape::Number => "a whole number",
        Shape::Port => "a port from 1 to 65535",
        Shape::Duration => "a duration such as 90s, 15m, 6h, 14d",
        Shape::Size => "a size such as 500MB, 20GB",
        Shape::Listen => "an address with a port such as 127.0.0.1:8080",
        Shape::Networks => "networks such as 192.168.1.0/24",
        Shape::Url => "an address such as http://192.168.1.20",
        Shape::Text | Shape::Secret | Shape::List => "a text",
    };
    let shown = if key.shape == Shape::Secret { "***" } else { text };
    (!good).then(|| format!("'{shown}' is not {wanted}"))
}

fn line_of(text: &str, name: &str) -> usize {
    text.lines()
        .position(|line| line.trim_start().trim_start_matches('[').starts_with(name))
        .map_or(1, |at| at + 1)
}

fn nearest(name: &str, keys: &[Key]) -> &'static str {
    keys.iter().min_by_key(|key| distance(name, key.name)).map_or("", |key| key.name)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (before + usize::from(x != y)).min(above + 1).min(row[j] + 1);
            before = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        text: &str,
        environment: &[(&str, &str)],
        flags: &[(&'static str, String)],
    ) -> Result<Config, Faults> {
        let environment: Vec<(String, String)> =
            environment.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
        load(Some((Path::new("telecast.toml"), text)), environment.into_iter(), flags)
    }

    #[test]
    fn later_layers_win_and_remember_whom_they_overrode() {
        let config = read(
            "[server]\nlisten = \"1.1.1.1:1\"\n[tape]\nwindow = \"2h\"",
            &[("TELECAST_SERVER__LISTEN", "2.2.2.2:2"), ("PATH", "x")],
            &[("server.listen", "3.3.3.3:3".into())],
        )
        .expect("good");
        assert_eq!(config.listen().to_string(), "3.3.3.3:3");
        assert_eq!(config.duration("tape.window"), Duration::from_secs(7200));
        let row = config.table().into_iter().find(|row| row.0 == "server.listen").expect("row");
        assert_eq!(row.3.len(), 3);
    }

    #[test]
    fn all_faults_are_told_at_once_with_the_nearest_key() {
        let faults = read(
            "[server]\nlisten = \"nowhere\"\nlissten = 1\n[tape]\nbudget = \"much\"\n[metrics]\nnetworks = [\"::1\", \"10.0.0.0/99\"]",
            &[("TELECAST_TAPE__WINDO", "1h")],
            &[],
        )
        .expect_err("bad");
        for part in [
            "telecast.toml:3: there is no key 'server.lissten'; did you mean 'server.listen'?",
            "'nowhere' is not",
            "'much' is not",
            "'::1,10.0.0.0/99' is not networks",
            "TELECAST_TAPE__WINDOW",
        ] {
            assert!(faults.iter().any(|fault| fault.contains(part)), "{part}: {faults:?}");
        }
    }

    #[test]
    fn receivers_are_read_with_secrets_kept() {
        let config = read("[[receiver]]\nurl = \"http://box\"\npassword = \"pw\"\ntuners = 2", &[], &[])
            .expect("good");
        assert_eq!((config.receivers[0].name.as_str(), config.receivers[0].tuners), ("box", Some(2)));
        assert!(!format!("{config:?}").contains("pw\""));
        for wrong in [
            "[receiver]\nurl = \"http://box\"",
            "receiver = 1",
            "[[receiver]]\nurl = \"http://box\"\nstream_port = 70000",
            "[servr]",
        ] {
            assert!(read(wrong, &[], &[]).is_err(), "{wrong}");
        }
        assert!(read("[[receiver]]\nurll = \"http://box\"", &[], &[]).is_err());
    }
}
