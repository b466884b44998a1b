//! The `[[chat.provider]]` sections: who is asked in conversations, in the order in which they stand.

use super::keys::{Key, PROVIDER_KEYS};
use super::read::{Change, Faults, Layers, Lines, Origin, flat, micros, nearest, shape_fault};
use crate::adapters::llm::Place;
use crate::app::settings::ProviderSettings;
use secrecy::{ExposeSecret, SecretString};
use std::path::Path;
use telecast_core::assistant::price::Price;
use telecast_core::assistant::{Kind, Quirks};
use toml::Spanned;
use toml::de::DeValue;
use url::Url;

/// One provider of the file, and its keys.
pub(super) type Read = (ProviderSettings, Layers);

/// Providers of the file.
pub(super) fn read(
    file: &Path,
    lines: &Lines<'_>,
    content: &Spanned<DeValue<'_>>,
    faults: &mut Faults,
) -> Vec<Read> {
    let path = file.display();
    let items: Vec<_> = content.get_ref().as_array().into_iter().flat_map(|all| all.iter()).collect();
    if content.get_ref().as_array().is_none() || !items.iter().all(|item| item.get_ref().is_table()) {
        let line = lines.at(content.span().start);
        faults.push(format!("{path}:{line}: providers are written with two brackets: [[chat.provider]]"));
    }
    let mut providers: Vec<Read> = Vec::new();
    for (at, table) in items.iter().filter_map(|item| Some((item.span().start, item.get_ref().as_table()?))) {
        let mut keys = Layers::of(PROVIDER_KEYS);
        for (name, value) in table {
            let (line, name) = (lines.at(name.span().start), name.get_ref());
            let text = flat(value.get_ref());
            match PROVIDER_KEYS.iter().find(|key| key.name == name) {
                Some(key) => faults.extend(
                    shape_fault(key, &text)
                        .map(|fault| format!("{path}:{line}: chat.provider.{name}: {fault}")),
                ),
                None => faults.push(format!(
                    "{path}:{line}: a provider has no key '{name}'; did you mean '{}'?",
                    nearest(name, PROVIDER_KEYS)
                )),
            }
            keys.put(name, text, Origin::File(line));
        }
        let line = lines.at(at);
        match settings(&keys) {
            Some(settings) if providers.iter().any(|(other, _)| other.name == settings.name) => faults
                .push(format!("{path}:{line}: two providers are called '{}'; give each a name of its own", settings.name)),
            Some(settings) => providers.push((settings, keys)),
            None if keys.text("url").is_empty() || keys.text("model").is_empty() => faults.push(format!(
                "{path}:{line}: a provider needs its address and a model: url = \"https://api.openai.com/v1\", model = \"…\""
            )),
            // Told above.
            None => {}
        }
    }
    providers
}

/// None if it has no address, or no model where one must be named.
fn settings(keys: &Layers) -> Option<ProviderSettings> {
    let kind = Kind::parse(keys.text("kind"))?;
    let url = Url::parse(keys.text("url")).ok()?;
    let model = keys.text("model").to_owned();
    if model.is_empty() && kind != Kind::Dify {
        return None;
    }
    let name = match keys.text("name") {
        "" => url.host_str()?.to_owned(),
        name => name.to_owned(),
    };
    let key = Some(keys.text("api_key")).filter(|key| !key.is_empty()).map(SecretString::from);
    let price = Price {
        input_per_million: micros(keys.text("price_input")).unwrap_or_default(),
        cached_per_million: None,
        output_per_million: micros(keys.text("price_output")).unwrap_or_default(),
    };
    Some(ProviderSettings {
        name,
        place: Place { kind, url, key },
        model,
        window: keys.number("window") as usize,
        max_tokens: keys.number("max_tokens") as u32,
        price,
        quirks: Quirks::default(),
    })
}

fn is_same(one: &ProviderSettings, other: &ProviderSettings) -> bool {
    let key = |of: &ProviderSettings| of.place.key.as_ref().map(|key| key.expose_secret().to_owned());
    let rest = |of: &ProviderSettings| {
        (of.place.kind, of.place.url.clone(), of.model.clone(), of.window, of.max_tokens, of.price)
    };
    rest(one) == rest(other) && key(one) == key(other)
}

/// Providers that came, went, or are not what they were; also if only a key is another.
pub(super) fn changes<'a>(
    was: &'a [ProviderSettings],
    now: &'a [ProviderSettings],
) -> impl Iterator<Item = Change> + 'a {
    let word = |of: Option<&ProviderSettings>| {
        of.map_or_else(|| "—".to_owned(), |of| format!("{} {}", of.place.url, of.model))
    };
    let of = |all: &'a [ProviderSettings], name: &str| all.iter().find(|one| one.name == name);
    let gone =
        was.iter().filter(move |old| of(now, &old.name).is_none()).map(|old| (&old.name, Some(old), None));
    let others = now.iter().map(move |new| (&new.name, of(was, &new.name), Some(new)));
    let moved = was.iter().map(|old| &old.name).ne(now.iter().map(|new| &new.name));
    gone.chain(others)
        .filter(move |(_, old, new)| match (old, new) {
            (Some(old), Some(new)) => moved || !is_same(old, new),
            _ => true,
        })
        .map(move |(name, old, new)| Change {
            key: format!("chat.provider '{name}'"),
            was: word(old),
            now: word(new),
            restart: false,
        })
}

/// Their keys, for `telecast check`.
pub(super) fn rows(providers: &[Read]) -> impl Iterator<Item = (String, &Key, &Layers)> {
    providers.iter().flat_map(|(settings, keys)| {
        PROVIDER_KEYS
            .iter()
            .map(move |key| (format!("chat.provider '{}'.{}", settings.name, key.name), key, keys))
    })
}
