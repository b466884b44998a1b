//! Genres: DVB's codes (EN 300 468 §6.2.9, table 28: `content_nibble_level_1` in the upper four bits, `_2` in the lower) and words for them.
//!
//! A word that is not known has no code; nothing is guessed from titles or texts.

mod names;
#[cfg(test)]
mod tests;
mod words;

use super::Programme;
use super::text::fold;

/// At most so many genres are kept of one programme.
const MOST: usize = 16;
/// A category is a few words; a longer one is a text that came to the wrong place.
const LONGEST_BYTES: usize = 200;

/// The codes of `programme`'s categories, in their order, each once.
pub fn find(programme: &Programme) -> Vec<u8> {
    let mut found = Vec::new();
    for code in programme.categories.iter().filter_map(|category| from_words(&category.text)) {
        if !found.contains(&code) && found.len() < MOST {
            found.push(code);
        }
    }
    found
}

/// The code of a genre as guides write it in German, English or French, whatever its case, accents and punctuation: all of the words, or else the first
/// known piece of a list (`Comedy, USA`, `Show / Quiz`).
pub fn from_words(text: &str) -> Option<u8> {
    if text.len() > LONGEST_BYTES {
        return None;
    }
    words::code(&fold(text)).or_else(|| {
        let pieces = text.split(['/', ',', ';', '|', ':', '(', ')', '&', '–', '\n']);
        pieces.flat_map(|piece| piece.split(" - ")).find_map(|piece| words::code(&fold(piece)))
    })
}

/// What people call `code`, in `language` (`de`, or anything else: English). A second level that is not defined goes by its first.
pub fn name(code: u8, language: &str) -> &'static str {
    let names = names::of(code);
    if language.get(..2).is_some_and(|primary| primary.eq_ignore_ascii_case("de")) {
        names.german
    } else {
        names.english
    }
}

/// The English word by which readers of XMLTV (Kodi, Jellyfin, Plex, tvheadend) sort a programme; empty where there is none.
///
/// They know few words, and look for `Movie`, `Series`, `Sports`, `News` and `Kids` as they stand here, so that all that is sports is `Sports`.
/// [`name`] says more. As DVB has no code for series, what is [`name`]d soap is `Series`, and `Movie` only what is film and nothing else.
pub fn xmltv(code: u8) -> &'static str {
    names::of(code).xmltv
}
