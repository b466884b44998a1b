//! Which of several texts somebody reads: languages that they prefer first, then the source's own order.

use super::Text;

/// The names of languages that guides and browsers write in more than one way: ISO 639-1, then 639-2/T and /B (EN 300 468 §6.2 carries the latter two).
const NAMES: [[&str; 3]; 24] = [
    ["cs", "ces", "cze"],
    ["da", "dan", "dan"],
    ["de", "deu", "ger"],
    ["el", "ell", "gre"],
    ["en", "eng", "eng"],
    ["es", "spa", "spa"],
    ["fi", "fin", "fin"],
    ["fr", "fra", "fre"],
    ["he", "heb", "heb"],
    ["hr", "hrv", "hrv"],
    ["hu", "hun", "hun"],
    ["it", "ita", "ita"],
    ["ja", "jpn", "jpn"],
    ["nl", "nld", "dut"],
    ["no", "nor", "nor"],
    ["pl", "pol", "pol"],
    ["pt", "por", "por"],
    ["ro", "ron", "rum"],
    ["ru", "rus", "rus"],
    ["sk", "slk", "slo"],
    ["sl", "slv", "slv"],
    ["sv", "swe", "swe"],
    ["tr", "tur", "tur"],
    ["uk", "ukr", "ukr"],
];

/// The text for somebody who prefers `languages` (best first; `de`, `de-AT`, `ger`): of the best language that there is, else the first text; none: there is none.
pub fn choose<'a>(texts: &'a [Text], languages: &[String]) -> Option<&'a str> {
    let spoken = |language: &String| {
        texts.iter().find(|text| text.language.as_deref().is_some_and(|of| is_same(of, language)))
    };
    languages.iter().find_map(spoken).or_else(|| texts.first()).map(|text| text.text.as_str())
}

/// Puts the texts of the better languages before the others, which keep their order.
pub fn prefer(texts: &mut [Text], languages: &[String]) {
    if texts.len() > 1 && !languages.is_empty() {
        let place = |text: &Text| {
            let of = text.language.as_deref();
            languages.iter().position(|language| of.is_some_and(|of| is_same(of, language)))
        };
        texts.sort_by_key(|text| place(text).unwrap_or(languages.len()));
    }
}

/// Whether two names are of one language, wherever it is spoken.
pub fn is_same(one: &str, other: &str) -> bool {
    let base = |name: &str| name.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let (one, other) = (base(one), base(other));
    one == other || NAMES.iter().any(|names| names.contains(&one.as_str()) && names.contains(&other.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_counts_however_it_is_written() {
        let text = |language: Option<&str>, text: &str| Text {
            language: language.map(Into::into),
            text: text.into(),
        };
        let both = [text(Some("ger"), "Wetter"), text(Some("en-GB"), "Weather"), text(None, "?")];
        for (languages, chosen) in [
            (vec!["de"], "Wetter"),
            (vec!["de-AT", "en"], "Wetter"),
            (vec!["deu"], "Wetter"),
            (vec!["EN"], "Weather"),
            (vec!["eng"], "Weather"),
            (vec!["fr", "en_US"], "Weather"),
            (vec!["fr"], "Wetter"),
            (vec![], "Wetter"),
        ] {
            let languages: Vec<String> = languages.into_iter().map(str::to_owned).collect();
            assert_eq!(choose(&both, &languages), Some(chosen), "{languages:?}");
        }
        assert_eq!(choose(&[], &["de".to_owned()]), None);
        for (languages, order) in [
            (vec!["eng"], "Weather Wetter ?"),
            (vec![], "Wetter Weather ?"),
            (vec!["fr"], "Wetter Weather ?"),
        ] {
            let languages: Vec<String> = languages.into_iter().map(str::to_owned).collect();
            let mut texts = both.clone();
            prefer(&mut texts, &languages);
            let texts: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
            assert_eq!(texts.join(" "), order, "{languages:?}");
        }
        assert!(!is_same("de", "da") && !is_same("", "de") && is_same("nb", "nb"));
    }
}
