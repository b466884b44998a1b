//! Lists of channels. Laws: what was read is read again from what is written; a channel has an address and headers that end no line; nothing grows.

use telecast_core::m3u::{self, JUNK_TOLD, Limits, List};

/// See the module. Not UTF-8: it is read as Latin-1, as a list is.
pub fn run(bytes: &[u8]) {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let limits = Limits::default();
    let Ok(list) = m3u::read(&text, &limits) else { return };
    assert!(list.junk.len() == list.junk_count.min(JUNK_TOLD), "{} of {}", list.junk.len(), list.junk_count);
    for entry in &list.entries {
        assert!(
            !entry.name.is_empty() && !entry.url.is_empty() && !entry.url.contains(char::is_control),
            "{entry:?}"
        );
        let headers = entry.headers.iter().flat_map(|(name, value)| [name, value]);
        assert!(
            headers.into_iter().all(|text| !text.is_empty() && !text.contains(char::is_control)),
            "{entry:?}"
        );
    }
    // A line that is written holds what several lines said, so only short texts are sure to stay within the limit of a line.
    if text.len() < limits.line / 2 {
        let written = m3u::write(&list);
        let again = m3u::read(&written, &limits).expect("what we write is a list");
        assert_eq!(again, List { junk: Vec::new(), junk_count: 0, ..list }, "{written:?}");
    }
}
