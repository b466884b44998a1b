//! The demo's own channels: films are drawn while it runs already, looked at as a library is, and become two channels.

use std::path::PathBuf;

use serde_json::{Map, Value, json};
use telecast_core::schedule::Document;
use telecast_store::LibraryFolder;

use crate::app::App;
use crate::web::secret;

/// A channel whose blocks take turns every half hour, each one entry in the guide: the demo's films are as short as a programme's break.
fn document(name: &str, sources: &Value, titles: &[(&str, &str, &str)]) -> Value {
    let blocks: Map<String, Value> = titles
        .iter()
        .map(|(source, title, order)| {
            let block = json!({
                "play": [{ "source": source, "order": order }],
                "guide": { "title": title, "merge": "block" },
            });
            ((*source).to_owned(), block)
        })
        .collect();
    let starts: Vec<Value> = (0..48)
        .map(|half| {
            let at = format!("{:02}:{:02}", half / 2, half % 2 * 30);
            json!({ "at": at, "block": titles[half % titles.len()].0 })
        })
        .collect();
    json!({
        "version": 1, "name": name, "sources": sources, "blocks": blocks,
        "templates": { "always": starts }, "calendar": [{ "template": "always" }],
        "breaks": [{ "name": "ident", "at": "post", "source": "idents", "count": 1 }],
    })
}

/// Number and document of each.
fn channels() -> [(u32, Value); 2] {
    let idents = json!({ "kind": "clip" });
    let shapes =
        json!({ "formen": { "show": "Formen" }, "colours": { "show": "Colours" }, "idents": idents });
    let films = json!({ "films": { "kind": "film" }, "colours": { "show": "Colours" }, "idents": idents });
    [
        (
            901,
            document(
                "Formen & Farben",
                &shapes,
                &[("formen", "Formen", "in_order"), ("colours", "Colours", "shuffle")],
            ),
        ),
        (
            902,
            document(
                "Filmkanal",
                &films,
                &[("films", "Kurzfilme", "shuffle"), ("colours", "Farben zur Nacht", "in_order")],
            ),
        ),
    ]
}

/// Draws the films where they are missing, and makes the channels.
pub(super) async fn make(app: App, cache: PathBuf) {
    let folder = match telecast_sim::films(&cache).await {
        Ok(folder) => folder,
        Err(error) => {
            tracing::error!(%error, "the demo's films cannot be drawn; it has no channels of its own");
            return;
        }
    };
    let id = telecast_core::secret::id(secret::entropy());
    let folder = LibraryFolder { id, name: "Demo".into(), path: folder.display().to_string() };
    if let Err(error) = app.library().add_folder(folder).await {
        tracing::error!(%error, "the demo's films cannot be added");
        return;
    }
    for (number, document) in channels() {
        let document = match Document::parse(&document.to_string()) {
            Ok(document) => document,
            Err(faults) => {
                tracing::error!(?faults, "a channel of the demo cannot be planned");
                continue;
            }
        };
        let id = telecast_core::secret::id(secret::entropy());
        let seed = u64::from(number);
        if let Err(error) = app.stations().create(id, seed, (Some(number), &document), None).await {
            tracing::error!(%error, "a channel of the demo cannot be made");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demos_channels_can_be_planned() {
        for (_, document) in channels() {
            assert_eq!(Document::parse(&document.to_string()).err(), None);
        }
    }
}
