//! Texts of receivers' guides. Laws: no control character is left, nothing grows, and what is clean stays as it is unless it spells an entity.

use telecast_core::guide::clean;

/// See the module. Not UTF-8: it is read as Latin-1, as a receiver's reply is.
pub fn run(bytes: &[u8]) {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let cleaned = clean(&text);
    assert!(!cleaned.chars().any(|c| c.is_control() && c != '\n'), "{cleaned:?}");
    assert!(cleaned.chars().count() <= text.chars().count());
    assert_eq!(cleaned.trim(), cleaned);
    if !cleaned.contains('&') {
        assert_eq!(clean(&cleaned), cleaned);
    }
}
