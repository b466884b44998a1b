//! The `[[chat.provider]]` sections: who is asked in conversations, in the order in which they stand.

use super::keys::{Key, PROVIDER_KEYS};
use super::listed::Listed;
use super::read::{Faults, Layers, Lines, Origin, flat, micros, nearest, shape_fault};
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
pub(super) const LISTED: Listed<ProviderSettings> = Listed {
    what: "chat.provider",
    id: |provider| &provider.name,
    name: |provider| &provider.name,
    word: |provider| format!("{} {}", provider.place.url, provider.model),
    is_same,
    ordered: true,
};

/// Their keys, for `telecast check`.
pub(super) fn rows(providers: &[Read]) -> impl Iterator<Item = (String, &Key, &Layers)> {
    providers.iter().flat_map(|(settings, keys)| {
        PROVIDER_KEYS
            .iter()
            .map(move |key| (format!("chat.provider '{}'.{}", settings.name, key.name), key, keys))
    })
}
