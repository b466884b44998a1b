//! Texts of receivers' guides. Laws: no control character is left, nothing grows, and what is clean stays as it is unless it spells an entity; what is
//! folded stays; a programme with the text everywhere is understood, and to understand it again changes nothing.

use telecast_core::guide::{EpisodeNumber, Programme, Rating, Text, clean, decode, fold, understand};

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
    let decoded = decode(bytes);
    let folded = fold(&decoded);
    assert_eq!(fold(&folded), folded);
    understood(&decoded);
}

fn understood(said: &str) {
    let texts = || vec![Text { language: None, text: said.to_owned() }];
    let number = |system: &str| EpisodeNumber { system: Some(system.into()), value: said.into() };
    let mut programme = Programme {
        titles: texts(),
        subtitles: texts(),
        descriptions: texts(),
        categories: texts(),
        episode_numbers: vec![number("xmltv_ns"), number("onscreen")],
        ratings: vec![Rating { value: said.into(), ..Rating::default() }],
        ..Programme::default()
    };
    understand(&mut programme);
    let once = programme.clone();
    assert!(once.age.is_none_or(|age| age <= 21));
    assert!(once.episode.of.is_none() || once.episode.of >= once.episode.number);
    understand(&mut programme);
    assert_eq!(programme, once);
}
