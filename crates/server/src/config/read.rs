//! Reading the layers, checking them, and remembering where each value came from.

use super::cross;
use super::folders;
use super::keys::{KEYS, Key, RENAMED, Shape};
use super::network::Network;
use super::providers;
use super::receivers;
use crate::app::settings::{FolderSettings, GuideFile, ProviderSettings, ReceiverSettings};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};
use url::Url;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// This line of the file.
    File(usize),
    /// This variable.
    Environment(String),
    /// The command line.
    Flag,
    /// The user part of an address in the file.
    Address,
}

/// A value with its history.
#[derive(Clone, Debug)]
pub struct Value {
    text: SecretString,
    /// Where it came from.
    pub origin: Origin,
    /// What it overrode: origin and value, the last overridden last.
    pub overrode: Vec<(Origin, SecretString)>,
}

/// All that is wrong, a line each.
pub type Faults = Vec<String>;

/// What is in force.
#[derive(Clone, Debug)]
pub struct Config {
    keys: Layers,
    /// Receivers from the file.
    pub receivers: Vec<ReceiverSettings>,
    read: Vec<receivers::Read>,
    /// Folders of the library from the file.
    pub folders: Vec<FolderSettings>,
    providers: Vec<providers::Read>,
    /// What works and should be changed all the same, a line each.
    pub warnings: Vec<String>,
}

/// A key that differs between two configurations, as others may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key, or `receiver 'NAME'`.
    pub key: String,
    /// Value before.
    pub was: String,
    /// Value now.
    pub now: String,
    /// It counts after a restart only.
    pub restart: bool,
}

/// A key as it stands: name, value, where that came from, and what it overrode. Secrets are masked.
pub type Row = (String, String, String, Vec<String>);

/// Values by key, as the layers are laid upon each other.
#[derive(Clone, Debug)]
pub(super) struct Layers(BTreeMap<&'static str, Value>);

impl Layers {
    /// The defaults.
    pub(super) fn of(keys: &[Key]) -> Self {
        let value = |text: &str| Value {
            text: text.to_owned().into(),
            origin: Origin::Default,
            overrode: Vec::new(),
        };
        Self(keys.iter().map(|key| (key.name, value(key.default))).collect())
    }

    /// Lays a value over what there is; `false`: there is no such key.
    pub(super) fn put(&mut self, name: &str, text: String, origin: Origin) -> bool {
        self.put_secret(name, text.into(), origin)
    }

    pub(super) fn put_secret(&mut self, name: &str, text: SecretString, origin: Origin) -> bool {
        let Some(value) = self.0.get_mut(name) else { return false };
        let before = std::mem::replace(&mut value.origin, origin);
        let text = std::mem::replace(&mut value.text, text);
        value.overrode.push((before, text));
        true
    }

    /// The same value, written otherwise.
    pub(super) fn rewrite(&mut self, name: &str, text: &str) {
        if let Some(value) = self.0.get_mut(name) {
            value.text = text.to_owned().into();
        }
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.text.expose_secret())
    }

    /// A whole number; 0 if it is none.
    pub(super) fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or(0)
    }

    /// Where a value came from, as it stands before a fault: `telecast.toml:3: `, `TELECAST_TAPE__WINDOW: `.
    pub(super) fn place(&self, name: &str, path: &Path) -> String {
        match self.0.get(name).map(|value| &value.origin) {
            Some(Origin::File(line)) => format!("{}:{line}: ", path.display()),
            Some(Origin::Environment(variable)) => format!("{variable}: "),
            Some(Origin::Flag) => "command line: ".to_owned(),
            Some(Origin::Address) => format!("{}: ", path.display()),
            Some(Origin::Default) | None => String::new(),
        }
    }

    fn row(&self, key: &Key, name: String) -> Option<Row> {
        let value = self.0.get(key.name)?;
        let shown = |text: &SecretString| shown(key.shape, text.expose_secret());
        let overrode = value.overrode.iter();
        let overrode = overrode.map(|(origin, text)| format!("{} ({})", shown(text), told(origin))).collect();
        Some((name, shown(&value.text), told(&value.origin), overrode))
    }
}

/// What is being read.
struct Reading {
    keys: Layers,
    faults: Faults,
    warnings: Vec<String>,
    folders: Vec<FolderSettings>,
    providers: Vec<providers::Read>,
}

impl Reading {
    /// Lays a value over what there is, by the key's name or by the one that it had; `false`: there is no such key.
    fn put(&mut self, name: &str, text: String, origin: Origin) -> bool {
        let Some((old, new)) = RENAMED.iter().find(|(old, _)| *old == name) else {
            return self.keys.put(name, text, origin);
        };
        self.warnings.push(format!("{old} is called {new} now ({}); the old name will go", told(&origin)));
        let layer = |origin: &Origin| std::mem::discriminant(origin);
        // Who says both in one place means the new one.
        let said = self.keys.0.get(new).is_some_and(|value| layer(&value.origin) == layer(&origin));
        said || self.keys.put(new, text, origin)
    }
}

/// Reads all layers. `flags` are (key, value) from the command line.
pub fn load(
    file: Option<(&Path, &str)>,
    environment: impl Iterator<Item = (String, String)>,
    flags: &[(&'static str, String)],
) -> Result<Config, Faults> {
    let mut reading = Reading {
        keys: Layers::of(KEYS),
        faults: Faults::new(),
        warnings: Vec::new(),
        folders: Vec::new(),
        providers: Vec::new(),
    };
    let mut read = Vec::new();
    let path = file.map_or_else(PathBuf::new, |(path, _)| path.to_owned());
    if let Some((_, text)) = file {
        let lines = Lines(text);
        match DeTable::parse(text) {
            Ok(table) => {
                for (section, content) in table.get_ref() {
                    if section.get_ref() == "receiver" {
                        read = receivers::read(&path, &lines, content, &mut reading.faults);
                    } else {
                        read_section(&path, &lines, section, content.get_ref(), &mut reading);
                    }
                }
            }
            Err(error) => {
                // Not the line itself: a password may stand in it.
                let line = lines.at(error.span().map_or(0, |span| span.start));
                let what = error.message().trim().replace('\n', " ");
                reading.faults.push(format!("{}:{line}: {what}", path.display()));
            }
        }
    }
    read_environment(environment, &mut reading);
    for (name, text) in flags {
        reading.put(name, text.clone(), Origin::Flag);
    }
    let Reading { keys, mut faults, mut warnings, folders, providers } = reading;
    for key in KEYS {
        if let Some(fault) = shape_fault(key, keys.text(key.name)) {
            faults.push(format!("{}{}: {fault}", keys.place(key.name, &path), key.name));
        }
    }
    if faults.is_empty() {
        faults.extend(cross::faults(&keys, &path));
    }
    let receivers: Vec<ReceiverSettings> = read.iter().map(|(settings, _)| settings.clone()).collect();
    let ids: Vec<&str> = receivers.iter().map(|receiver| receiver.id.as_str()).collect();
    if let Some(twice) = ids.iter().enumerate().find(|(at, id)| ids[..*at].contains(id)) {
        faults.push(format!("receiver: two are called '{}'; give each a name of its own", twice.1));
    }
    if faults.is_empty() {
        warnings.extend(cross::warnings(&keys));
        return Ok(Config { keys, receivers, read, folders, providers, warnings });
    }
    // A key or a value may hold the end of a line: what follows must not look like a fault of its own.
    Err(faults.into_iter().map(|fault| fault.replace(char::is_control, " ")).collect())
}

fn read_section(
    path: &Path,
    lines: &Lines<'_>,
    section: &Spanned<DeString<'_>>,
    content: &DeValue<'_>,
    reading: &mut Reading,
) {
    let (at, section) = (lines.at(section.span().start), section.get_ref());
    let shown = path.display();
    let Some(table) = content.as_table() else {
        reading.faults.push(format!("{shown}:{at}: '{section}' must be a section: [{section}]"));
        return;
    };
    if !KEYS.iter().any(|key| key.name.split('.').next() == Some(section)) && table.is_empty() {
        let near = nearest(section, KEYS).split('.').next().unwrap_or_default();
        reading.faults.push(format!("{shown}:{at}: there is no section [{section}]; did you mean [{near}]?"));
    }
    for (name, value) in table {
        if (section.as_ref(), name.get_ref().as_ref()) == ("library", "folder") {
            reading.folders = folders::read(path, lines, value, &mut reading.faults);
        }
        if (section.as_ref(), name.get_ref().as_ref()) == ("chat", "provider") {
            reading.providers = providers::read(path, lines, value, &mut reading.faults);
        }
    }
    read_table(&shown.to_string(), lines, section, table, reading);
}

/// The keys of a section, and of the sections within it (`[server.tls]`).
fn read_table(path: &str, lines: &Lines<'_>, section: &str, table: &DeTable<'_>, reading: &mut Reading) {
    for (name, value) in table {
        let (at, full) = (lines.at(name.span().start), format!("{section}.{}", name.get_ref()));
        // Read beside this.
        if matches!(full.as_str(), "library.folder" | "chat.provider") {
            continue;
        }
        let within = format!("{full}.");
        if let Some(table) = value.get_ref().as_table()
            && KEYS.iter().any(|key| key.name.starts_with(&within))
        {
            read_table(path, lines, &full, table, reading);
        } else if !reading.put(&full, flat(value.get_ref()), Origin::File(at)) {
            let near = nearest(&full, KEYS);
            reading.faults.push(format!("{path}:{at}: there is no key '{full}'; did you mean '{near}'?"));
        }
    }
}

/// Lines of a text, from 1.
pub(super) struct Lines<'a>(&'a str);

impl Lines<'_> {
    /// The line of the byte at `offset`.
    pub(super) fn at(&self, offset: usize) -> usize {
        self.0.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
    }
}

fn read_environment(environment: impl Iterator<Item = (String, String)>, reading: &mut Reading) {
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
                    reading.faults.push(format!("{variable}: the file cannot be read: {error}"));
                    continue;
                }
            }
        } else {
            text
        };
        if !reading.put(&name, text, Origin::Environment(variable.clone())) {
            let near = nearest(&name, KEYS).replace('.', "__").to_uppercase();
            let fault = format!("{variable}: there is no such setting; did you mean 'TELECAST_{near}'?");
            reading.faults.push(fault);
        }
    }
}

impl Config {
    fn text(&self, name: &str) -> &str {
        self.keys.text(name)
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
        self.networks("metrics.networks")
    }

    /// Networks whose players need no account.
    pub fn iptv_networks(&self) -> Vec<Network> {
        self.networks("auth.iptv_networks")
    }

    /// Proxies that are believed.
    pub fn proxies(&self) -> Vec<Network> {
        self.networks("server.trusted_proxies")
    }

    /// Networks that are not limited.
    pub fn exempt(&self) -> Vec<Network> {
        self.networks("rate_limit.exempt")
    }

    fn networks(&self, name: &str) -> Vec<Network> {
        self.list(name).iter().filter_map(|text| Network::parse(text)).collect()
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
        self.keys.number(name)
    }

    /// A duration.
    pub fn duration(&self, name: &str) -> Duration {
        duration(self.text(name)).unwrap_or_default()
    }

    /// A size in bytes.
    pub fn size(&self, name: &str) -> u64 {
        size(self.text(name)).unwrap_or_default()
    }

    /// What is another in `new`.
    pub fn changes(&self, new: &Self) -> Vec<Change> {
        let own = KEYS.iter().filter(|key| self.text(key.name) != new.text(key.name)).map(|key| Change {
            key: key.name.to_owned(),
            was: shown(key.shape, self.text(key.name)),
            now: shown(key.shape, new.text(key.name)),
            restart: key.waits(self.text(key.name), new.text(key.name)),
        });
        own.chain(receivers::LISTED.changes(&self.receivers, &new.receivers))
            .chain(folders::LISTED.changes(&self.folders, &new.folders))
            .chain(providers::LISTED.changes(&self.providers(), &new.providers()))
            .collect()
    }

    /// Each key, and each of each receiver, as it stands.
    pub fn table(&self) -> Vec<Row> {
        let own = KEYS.iter().filter_map(|key| self.keys.row(key, key.name.to_owned()));
        let receivers = receivers::rows(&self.read).filter_map(|(name, key, keys)| keys.row(key, name));
        let folders =
            folders::rows(&self.folders).map(|(name, path)| (name, path, "file".to_owned(), Vec::new()));
        let providers = providers::rows(&self.providers).filter_map(|(name, key, keys)| keys.row(key, name));
        own.chain(receivers).chain(folders).chain(providers).collect()
    }

    /// Who is asked in conversations, in order.
    pub fn providers(&self) -> Vec<ProviderSettings> {
        self.providers.iter().map(|(settings, _)| settings.clone()).collect()
    }

    /// An amount of money in millionths; none: nothing is said.
    pub fn money(&self, name: &str) -> Option<u64> {
        micros(self.text(name))
    }
}

/// A value as others may see it.
fn shown(shape: Shape, text: &str) -> String {
    match shape {
        _ if text.is_empty() => "—".to_owned(),
        Shape::Secret => "***".to_owned(),
        // Also of what is no address: it may have been meant as one.
        Shape::Address if text.contains('?') => {
            let (before, _) = text.split_once('?').unwrap_or((text, ""));
            format!("{}?***", shown(Shape::Url, before))
        }
        Shape::Url | Shape::Address => match text.rsplit_once('@') {
            Some((before, rest)) => {
                let scheme = before.split_once("//").map_or("", |(scheme, _)| scheme);
                format!("{scheme}//***@{rest}")
            }
            None => text.to_owned(),
        },
        Shape::Places => {
            let name = |text: String| match GuideFile::read(&text) {
                Ok(GuideFile { place, shift_min: 0 }) => place.name(),
                Ok(GuideFile { place, shift_min }) => format!("{} {shift_min:+}", place.name()),
                Err(_) => "***".to_owned(),
            };
            list(text).into_iter().map(name).collect::<Vec<_>>().join(",")
        }
        _ => text.to_owned(),
    }
}

fn told(origin: &Origin) -> String {
    match origin {
        Origin::Default => "default".into(),
        Origin::File(_) => "file".into(),
        Origin::Environment(variable) => format!("environment {variable}"),
        Origin::Flag => "flag".into(),
        Origin::Address => "file, in its url".into(),
    }
}

/// A value as it would stand in the environment.
pub(super) fn flat(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.clone().into_owned(),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| number.to_string(), |number| number.to_string()),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(switch) => switch.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Array(items) => items.iter().map(|item| flat(item.get_ref())).collect::<Vec<_>>().join(","),
        DeValue::Table(_) => "{…}".to_owned(),
    }
}

pub(super) fn list(text: &str) -> Vec<String> {
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

pub(super) fn shape_fault(key: &Key, text: &str) -> Option<String> {
    if text.is_empty() {
        return key.default.is_empty().then_some(()).map_or(Some("must not be empty".into()), |()| None);
    }
    let good = match key.shape {
        Shape::Text | Shape::Secret | Shape::List | Shape::Places => true,
        Shape::Switch => matches!(text, "true" | "false"),
        Shape::Number => text.parse::<u32>().is_ok(),
        Shape::Port => text.parse::<u16>().is_ok_and(|port| port > 0),
        Shape::Duration => duration(text).is_some(),
        Shape::Size => size(text).is_some(),
        Shape::Listen => text.parse::<SocketAddr>().is_ok(),
        Shape::Networks => list(text).iter().all(|text| Network::parse(text).is_some()),
        Shape::Url | Shape::Address => Url::parse(text).is_ok_and(|url| match url.scheme() {
            "http" | "https" => url.has_host(),
            "file" => key.shape == Shape::Address && url.to_file_path().is_ok(),
            _ => false,
        }),
        Shape::Money => micros(text).is_some(),
        Shape::Choice(words) => words.contains(&text),
    };
    let wanted = match key.shape {
        Shape::Switch => "true or false",
        Shape::Number => "a whole number",
        Shape::Port => "a port from 1 to 65535",
        Shape::Duration => "a duration such as 90s, 15m, 6h, 14d",
        Shape::Size => "a size such as 500MB, 20GB",
        Shape::Money => "an amount such as 0.15",
        Shape::Listen => "an address with a port such as 127.0.0.1:8080",
        Shape::Networks => "networks such as 192.168.1.0/24",
        Shape::Url | Shape::Address => "an address such as http://192.168.1.20",
        Shape::Choice(words) => {
            let words = words.join(", ");
            return (!good).then(|| format!("'{text}' is none of these: {words}"));
        }
        Shape::Text | Shape::Secret | Shape::List | Shape::Places => "a text",
    };
    (!good).then(|| format!("'{}' is not {wanted}", shown(key.shape, text)))
}

/// An amount as `0.15`, in millionths.
pub(super) fn micros(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 6 || !is_number(whole) || !is_number(part) {
        return None;
    }
    let part: u64 = format!("{part:0<6}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(part)
}

pub(super) fn nearest(name: &str, keys: &[Key]) -> &'static str {
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
            "telecast.toml:2: server.listen: 'nowhere' is not",
            "telecast.toml:5: tape.budget: 'much' is not",
            "telecast.toml:7: metrics.networks: '::1,10.0.0.0/99' is not networks",
            "TELECAST_TAPE__WINDOW",
        ] {
            assert!(faults.iter().any(|fault| fault.contains(part)), "{part}: {faults:?}");
        }
    }

    #[test]
    fn a_fault_is_a_line_whatever_stands_in_the_file() {
        let faults = read("[tape]\n\"a\\nb\" = 1\nwindow = \"1\\ntelecast.toml:9: x\"", &[], &[]);
        assert!(faults.expect_err("bad").iter().all(|fault| !fault.contains('\n')));
    }

    #[test]
    fn lines_are_those_of_the_key_and_not_of_one_that_is_called_alike() {
        let file = "# listen\n[server]\n\nlisten = \"127.0.0.1:0\"\n\n[metrics]\nlisten = 7\n[log]\nlevel = { a = 1 }\n\n[[receiver]]\nurl = \"x\"";
        let faults = read(file, &[("TELECAST_TAPE__BUDGET", "1PB")], &[]).expect_err("bad");
        for fault in [
            "telecast.toml:7: metrics.listen: '7' is not",
            "TELECAST_TAPE__BUDGET: tape.budget: '1PB' is not",
            "telecast.toml:12: receiver.url: 'x' is not",
        ] {
            assert!(faults.iter().any(|found| found.starts_with(fault)), "{fault}: {faults:?}");
        }
    }

    #[test]
    fn keys_that_contradict_each_other_are_faults_with_the_place_of_one() {
        let file = "[playback]\nmax_sessions = 3\nmax_account_sessions = 4\nmax_receiver_sessions = 3\n[metrics]\nlisten = \"127.0.0.1:8080\"\n";
        let faults = read(file, &[], &[]).expect_err("bad");
        let [account, listen] = faults.as_slice() else { panic!("{faults:?}") };
        assert!(account.starts_with("telecast.toml:3: playback.max_account_sessions: 4"), "{account}");
        assert!(listen.starts_with("telecast.toml:6: metrics.listen: "), "{listen}");
    }

    #[test]
    fn a_section_within_a_section_is_read_and_half_of_a_pair_is_a_fault() {
        let both = "[server.tls]\ncertificate = \"c\"\nkey = \"k\"\n";
        for good in [both, "[server]\ntls = { certificate = \"c\", key = \"k\" }\n"] {
            let config = read(good, &[], &[]).expect("good");
            assert_eq!(
                (config.string("server.tls.certificate"), config.string("server.tls.key")),
                (Some("c"), Some("k"))
            );
        }
        let environment = [("TELECAST_SERVER__TLS__KEY", "other")];
        assert_eq!(read(both, &environment, &[]).expect("good").string("server.tls.key"), Some("other"));
        for (bad, fault) in [
            ("[server.tls]\ncertificate = \"c\"\n", "telecast.toml:2: server.tls.certificate: "),
            ("[server.tls]\nkey = \"k\"\n", "telecast.toml:2: server.tls.key: "),
            ("[server.tls]\ncert = \"c\"\n", "telecast.toml:2: there is no key 'server.tls.cert'"),
        ] {
            let faults = read(bad, &[], &[]).expect_err("bad");
            assert!(faults.len() == 1 && faults[0].starts_with(fault), "{faults:?}");
        }
        // Another file counts at once; whether there is one, after a restart.
        let (none, one) = (read("", &[], &[]).expect("good"), read(both, &[], &[]).expect("good"));
        let other = read(both, &environment, &[]).expect("good");
        let waits = |from: &Config, to: &Config| {
            from.changes(to).iter().map(|change| change.restart).collect::<Vec<_>>()
        };
        assert_eq!(
            (waits(&none, &one), waits(&one, &none), waits(&one, &other)),
            (vec![true; 2], vec![true; 2], vec![false])
        );
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
        for address in ["169.254.1.1", "0xA9FEA9FE", "[fe80::1]:80", "[::ffff:169.254.169.254]"] {
            let file = format!("[[receiver]]\nname = \"b\"\nurl = \"http://{address}\"");
            let faults = read(&file, &[], &[]).expect_err(address);
            let [fault] = faults.as_slice() else { panic!("{faults:?}") };
            assert!(fault.starts_with("telecast.toml:3: receiver.url: this address is not asked"), "{fault}");
        }
        assert!(read("[[receiver]]\nurll = \"http://box\"", &[], &[]).is_err());
    }

    #[test]
    fn the_query_of_a_lists_address_is_never_lost_and_never_shown() {
        let list = |rest: &str| format!("[[receiver]]\nkind = \"m3u\"\n{rest}");
        let of = |text: &str| {
            let config = read(text, &[], &[]).expect("good");
            let told = format!("{:?}{config:?}", config.table());
            assert!(!told.contains("s3cret"), "{told}");
            let of = &config.receivers[0];
            let password = of.password.as_ref().map(|password| password.expose_secret().to_owned());
            (of.name.clone(), of.url.to_string(), password.unwrap_or_default())
        };
        // It lets one in, or it is a part of the address where a name and a password do.
        assert_eq!(
            of(&list("url = \"http://tv.example/get?key=s3cret\"")),
            ("tv.example".into(), "http://tv.example/get".into(), "?key=s3cret".into())
        );
        let both =
            list("url = \"http://tv.example/get?type=m3u\"\nusername = \"anna\"\npassword = \"s3cret\"");
        assert_eq!(of(&both).1, "http://tv.example/get?type=m3u");
        assert_eq!(of(&both).2, "s3cret");
        assert_eq!(of(&list("url = \"file:///srv/my%20list.m3u\"")).0, "my list");
        let faults = read("[[receiver]]\nurl = \"file:///srv/list.m3u\"", &[], &[]).expect_err("no box");
        assert!(faults.iter().any(|fault| fault.contains("kind = \"m3u\"")), "{faults:?}");
        let faults = read("[[receiver]]\nkind = \"m4u\"\nurl = \"http://x\"", &[], &[]).expect_err("no kind");
        assert!(faults[0].contains("none of these: enigma2, m3u, hdhomerun"), "{faults:?}");
    }

    #[test]
    fn a_user_in_an_address_is_taken_apart_and_never_shown() {
        let file = "[[receiver]]\nurl = \"http://anna:s3cret@box/\"\n\n[[receiver]]\nurl = \"http://anna:s3cret@other\"\nusername = \"ben\"\npassword = \"0ther\"";
        let config = read(file, &[], &[]).expect("good");
        let of = |at: usize| {
            let receiver: &ReceiverSettings = &config.receivers[at];
            let password = receiver.password.as_ref().map(|password| password.expose_secret().to_owned());
            (receiver.url.as_str(), receiver.username.as_str(), password.unwrap_or_default())
        };
        assert_eq!(of(0), ("http://box/", "anna", "s3cret".to_owned()));
        assert_eq!(of(1), ("http://other/", "ben", "0ther".to_owned()));
        let row = |name: &str| config.table().into_iter().find(|row| row.0 == name).expect("row");
        let (_, value, origin, overrode) = row("receiver 'box'.password");
        assert_eq!(
            (value.as_str(), origin.as_str(), overrode.join(",")),
            ("***", "file, in its url", "— (default)".into())
        );
        let (_, value, origin, overrode) = row("receiver 'other'.stream_port");
        assert_eq!((value.as_str(), origin.as_str(), overrode.len()), ("8001", "default", 0));
        for bad in ["[[receiver]]\nurl = \"ftp://anna:s3cret@box\"", "[[receiver]]\npassword = \"s3cret"] {
            let faults = read(bad, &[], &[]).expect_err("bad").join("\n");
            assert!(faults.contains("telecast.toml"), "{faults}");
            assert!(!faults.contains("s3cret"), "{faults}");
        }
        let table = format!("{:?}{config:?}", config.table());
        assert!(!table.contains("s3cret") && !table.contains("0ther"), "{table}");
    }

    #[test]
    fn an_old_name_is_read_and_its_successor_named() {
        let old = "[playback]\nvideo_transcodes = 2";
        for (text, environment, most) in [
            (old, None, 2),
            ("[playback]\nvideo_transcodes = 2\nmax_video_transcodes = 3", None, 3),
            (old, Some(("TELECAST_PLAYBACK__MAX_VIDEO_TRANSCODES", "5")), 5),
        ] {
            let config = read(text, environment.as_slice(), &[]).expect("good");
            assert_eq!(config.number("playback.max_video_transcodes"), most, "{text}");
            let [warning] = config.warnings.as_slice() else { panic!("{:?}", config.warnings) };
            assert!(
                warning.starts_with("playback.video_transcodes is called playback.max_video_transcodes now")
            );
        }
        assert!(read("[playback]\nmax_video_lines = 720", &[], &[]).expect("good").warnings.is_empty());
    }
}
