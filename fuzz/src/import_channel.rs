//! Settings of the channel server. Laws: what is taken is a document that is read again as it was, or says what is wrong with it; there are no more channels than were given.

use telecast_core::schedule::{Document, import_channel};

/// See the module.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (found, left) = match import_channel(text) {
        Ok(taken) => taken,
        Err(why) => {
            assert!(!why.is_empty());
            return;
        }
    };
    assert!(found.len() <= text.len() && left.len() <= 8 * text.len() + 8);
    for channel in found {
        assert!(!channel.id.is_empty() && channel.document.simple.is_some());
        let written = serde_json::to_string(&channel.document).expect("a document is written");
        match Document::parse(&written) {
            Ok(read) => assert_eq!(read, channel.document, "{written}"),
            Err(faults) => assert!(!faults.is_empty()),
        }
    }
}
