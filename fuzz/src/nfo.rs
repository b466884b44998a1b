//! Notes beside films (`.nfo`). Laws: the same comes of the same; a range of episodes does not run backwards; a part of a text is not longer than the file.

use telecast_core::library::nfo;

/// See the module.
pub fn run(bytes: &[u8]) {
    let told = nfo::read(bytes);
    assert_eq!(told, nfo::read(bytes));
    let Ok(told) = told else { return };
    assert!(told.episode.is_none_or(|(first, last)| first <= last), "{told:?}");
    let texts = [&told.title, &told.show, &told.summary];
    for text in texts.into_iter().flatten().chain(&told.genres).chain(&told.tags) {
        assert!(!text.trim().is_empty() && text == text.trim(), "{text:?}");
        // A byte of windows-1252 or two of UTF-16 are three of UTF-8 at most; titles of several episodes are joined.
        assert!(text.len() <= 4 * bytes.len() + 256, "{}", text.len());
    }
}
