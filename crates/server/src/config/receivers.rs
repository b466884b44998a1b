//! The `[[receiver]]` sections: one value for each key, with where it came from, like all other keys.

use super::keys::{Key, RECEIVER_KEYS};
use super::listed::Listed;
use super::read::{Faults, Layers, Lines, Origin, flat, list, nearest, shape_fault};
use crate::adapters::outgoing::written;
use crate::adapters::stream::BOX_PORT;
use crate::app::settings::{ReceiverKind, ReceiverSettings, is_same, without_user};
use secrecy::SecretString;
use std::path::Path;
use telecast_core::outgoing::{Reach, Refusal};
use toml::Spanned;
use toml::de::DeValue;
use url::Url;

/// One receiver of the file, and its keys.
pub(super) type Read = (ReceiverSettings, Layers);

pub(super) fn read(
    file: &Path,
    lines: &Lines<'_>,
    content: &Spanned<DeValue<'_>>,
    faults: &mut Faults,
) -> Vec<Read> {
    let mut receivers = Vec::new();
    let path = file.display();
    let items: Vec<_> = content.get_ref().as_array().into_iter().flat_map(|all| all.iter()).collect();
    if content.get_ref().as_array().is_none() || !items.iter().all(|item| item.get_ref().is_table()) {
        let line = lines.at(content.span().start);
        faults.push(format!("{path}:{line}: receivers are written with two brackets: [[receiver]]"));
    }
    for (at, table) in items.iter().filter_map(|item| Some((item.span().start, item.get_ref().as_table()?))) {
        let mut keys = Layers::of(RECEIVER_KEYS);
        for (name, value) in table {
            let (line, name) = (lines.at(name.span().start), name.get_ref());
            let text = flat(value.get_ref());
            match RECEIVER_KEYS.iter().find(|key| key.name == name) {
                Some(key) => faults.extend(
                    shape_fault(key, &text).map(|fault| format!("{path}:{line}: receiver.{name}: {fault}")),
                ),
                None => faults.push(format!(
                    "{path}:{line}: a receiver has no key '{name}'; did you mean '{}'?",
                    nearest(name, RECEIVER_KEYS)
                )),
            }
            keys.put(name, text, Origin::File(line));
        }
        match settings(&mut keys) {
            Some(settings) => {
                let place = keys.place("url", file);
                if settings.url.scheme() == "file" && settings.kind != ReceiverKind::M3u {
                    faults.push(format!(
                        "{place}receiver.url: a file can be a list of channels only: kind = \"m3u\""
                    ));
                }
                faults.extend(not_asked(&settings.url, &place));
                receivers.push((settings, keys));
            }
            None if keys.text("url").is_empty() => faults.push(format!(
                "{path}:{}: a receiver needs its address: url = \"http://192.168.1.20\"",
                lines.at(at)
            )),
            // Told above.
            None => {}
        }
    }
    receivers
}

/// An address that is none of HTTP's has been told about by its shape.
fn not_asked(url: &Url, place: &str) -> Option<String> {
    match written(url, Reach::Home) {
        Ok(_) | Err(Refusal::Scheme | Refusal::NoHost) => None,
        Err(refusal) => Some(format!("{place}receiver.url: this address is not asked: {refusal}")),
    }
}

/// None if it has no address.
fn settings(keys: &mut Layers) -> Option<ReceiverSettings> {
    let kind = ReceiverKind::parse(keys.text("kind"))?;
    let (mut url, user) = without_user(Url::parse(keys.text("url")).ok()?);
    let is_open = user.is_none() && keys.text("username").is_empty() && keys.text("password").is_empty();
    if let Some(query) = url.query().filter(|_| kind == ReceiverKind::M3u && is_open) {
        // It mostly holds what lets one in. Beside a name and a password it is no more than a part of the address.
        let query = SecretString::from(format!("?{query}"));
        url.set_query(None);
        keys.rewrite("url", url.as_str());
        keys.put_secret("password", query, Origin::Address);
    }
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
    let file = || url.to_file_path().ok()?.file_stem().map(|name| name.to_string_lossy().into_owned());
    let name = text("name").or_else(|| url.host_str().map(str::to_owned)).or_else(file).unwrap_or_default();
    Some(ReceiverSettings {
        kind,
        id: name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
        name,
        url,
        username: text("username").unwrap_or_default(),
        password: text("password").map(SecretString::from),
        stream_port: text("stream_port").and_then(|port| port.parse().ok()).unwrap_or(BOX_PORT),
        tuners: text("tuners").and_then(|tuners| tuners.parse().ok()),
        bouquets: list(&text("bouquets").unwrap_or_default()),
        from_file: true,
    })
}

/// Receivers that came, went, or are not what they were; also if only a password is another.
pub(super) const LISTED: Listed<ReceiverSettings> = Listed {
    what: "receiver",
    id: |receiver| &receiver.id,
    name: |receiver| &receiver.name,
    word: |receiver| receiver.url.to_string(),
    is_same,
    ordered: true,
};

/// Their keys, for `telecast check`.
pub(super) fn rows(receivers: &[Read]) -> impl Iterator<Item = (String, &Key, &Layers)> {
    receivers.iter().flat_map(|(settings, keys)| {
        RECEIVER_KEYS.iter().map(move |key| (format!("receiver '{}'.{}", settings.name, key.name), key, keys))
    })
}
