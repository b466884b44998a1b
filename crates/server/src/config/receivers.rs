//! The `[[receiver]]` sections: one value for each key, with where it came from, like all other keys.

use super::keys::{Key, RECEIVER_KEYS};
use super::read::{Faults, Layers, Origin, flat, list, nearest, shape_fault};
use crate::app::settings::{ReceiverSettings, without_user};
use secrecy::SecretString;
use std::path::Path;
use url::Url;

/// One receiver of the file, and its keys.
pub(super) type Read = (ReceiverSettings, Layers);

pub(super) fn read(path: &Path, content: &toml::Value, faults: &mut Faults) -> Vec<Read> {
    let mut receivers = Vec::new();
    if !content.as_array().is_some_and(|all| all.iter().all(toml::Value::is_table)) {
        faults.push(format!("{}: receivers are written with two brackets: [[receiver]]", path.display()));
    }
    for table in content.as_array().into_iter().flatten().filter_map(toml::Value::as_table) {
        let mut keys = Layers::of(RECEIVER_KEYS);
        for (name, value) in table {
            let text = flat(value);
            match RECEIVER_KEYS.iter().find(|key| key.name == name) {
                Some(key) => faults.extend(
                    shape_fault(key, &text)
                        .map(|fault| format!("{}: receiver.{name}: {fault}", path.display())),
                ),
                None => faults.push(format!(
                    "{}: a receiver has no key '{name}'; did you mean '{}'?",
                    path.display(),
                    nearest(name, RECEIVER_KEYS)
                )),
            }
            keys.put(name, text, Origin::File);
        }
        match settings(&mut keys) {
            Some(settings) => receivers.push((settings, keys)),
            None => faults.push(format!(
                "{}: a receiver needs its address: url = \"http://192.168.1.20\"",
                path.display()
            )),
        }
    }
    receivers
}

/// None if it has no address.
fn settings(keys: &mut Layers) -> Option<ReceiverSettings> {
    let (url, user) = without_user(Url::parse(keys.text("url")).ok()?);
    if let Some((name, password)) = user {
        keys.rewrite("url", url.as_str());
        // A name of its own stands above the one in the address, and that one's password is none of its.
        if keys.text("username").is_empty() {
            keys.put("username", name, Origin::Address);
            if let Some(password) = password {
                keys.put_secret("password", password, Origin::Address);
            }
        }
    }
    let text = |name: &str| Some(keys.text(name)).filter(|text| !text.is_empty()).map(str::to_owned);
    let name = text("name").or_else(|| url.host_str().map(str::to_owned)).unwrap_or_default();
    Some(ReceiverSettings {
        id: name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
        name,
        url,
        username: text("username").unwrap_or_default(),
        password: text("password").map(SecretString::from),
        stream_port: text("stream_port").and_then(|port| port.parse().ok()).unwrap_or(8001),
        tuners: text("tuners").and_then(|tuners| tuners.parse().ok()),
        bouquets: list(&text("bouquets").unwrap_or_default()),
        from_file: true,
    })
}

/// Their keys, for `telecast check`.
pub(super) fn rows(receivers: &[Read]) -> impl Iterator<Item = (String, &Key, &Layers)> {
    receivers.iter().flat_map(|(settings, keys)| {
        RECEIVER_KEYS.iter().map(move |key| (format!("receiver '{}'.{}", settings.name, key.name), key, keys))
    })
}
