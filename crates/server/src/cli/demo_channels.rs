//! The demo's own channels: films are drawn while it runs already, looked at as a library is, and become two channels.

use std::path::PathBuf;

use telecast_core::schedule::Document;
use telecast_store::LibraryFolder;

use crate::app::App;
use crate::web::secret;

/// What the two channels play.
const CHANNELS: [(u32, &str); 2] = [
    (
        901,
        r#"{"version":1,"name":"Formen & Farben","simple":{"order":"round_robin","shows":["Formen",{"show":"Colours","mode":"shuffle"}]}}"#,
    ),
    (
        902,
        r#"{"version":1,"name":"Filmkanal","sources":{"films":{"kind":"film"},"idents":{"query":"path:Clips"}},
        "blocks":{"day":{"play":[{"source":"films","order":"shuffle"}]}},
        "templates":{"always":[{"at":"00:00","block":"day"}]},"calendar":[{"template":"always"}],
        "breaks":[{"name":"ident","at":"post","source":"idents","count":1}]}"#,
    ),
];

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
    for (number, text) in CHANNELS {
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(faults) => {
                tracing::error!(?faults, "a channel of the demo cannot be planned");
                continue;
            }
        };
        let id = telecast_core::secret::id(secret::entropy());
        let seed = u64::from(number);
        if let Err(error) = app.stations().create(id, seed, (Some(number), &document)).await {
            tracing::error!(%error, "a channel of the demo cannot be made");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demos_channels_can_be_planned() {
        for (_, text) in CHANNELS {
            assert_eq!(Document::parse(text).err(), None);
        }
    }
}
