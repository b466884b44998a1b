//! Times, links and names as the assistant's lines have them: on the station's clock, in Markdown that the pages render.

use std::fmt::Write;

use jiff::tz::TimeZone;

use super::job::timestamp;

/// `20:15`.
pub(super) fn clock(ms: i64) -> String {
    timestamp(ms).to_zoned(TimeZone::system()).strftime("%H:%M").to_string()
}

/// `20:15`, and of another day than today `Tue 2026-12-01 20:15`.
pub(super) fn day_and_clock(ms: i64, now_ms: i64) -> String {
    let zoned = |ms| timestamp(ms).to_zoned(TimeZone::system());
    if zoned(ms).date() == zoned(now_ms).date() {
        return clock(ms);
    }
    zoned(ms).strftime("%a %Y-%m-%d %H:%M").to_string()
}

/// A link to a programme's page. A title is somebody else's text: it cannot end the link's.
pub(super) fn link(title: &str, programme: &str) -> String {
    let mut text = String::with_capacity(title.len());
    for c in title.chars().filter(|c| !c.is_control()) {
        if matches!(c, '[' | ']' | '\\' | '*' | '_' | '`') {
            text.push('\\');
        }
        text.push(c);
    }
    let mut address = String::new();
    for byte in programme.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            let _ = write!(address, "%{byte:02X}");
        }
    }
    format!("[{text}](/guide?programme={address})")
}

/// Whether something is called so, or so and more (“Das Erste” for “Das Erste HD”).
pub(super) fn named(name: &str, wanted: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let (name, wanted) = (plain(name), plain(wanted));
    !wanted.is_empty()
        && (name == wanted || name.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_break_out_of_its_link() {
        assert_eq!(link("Tatort", "a/1"), "[Tatort](/guide?programme=a%2F1)");
        assert_eq!(link("x](https://evil) [y\n", "1)"), "[x\\](https://evil) \\[y](/guide?programme=1%29)");
    }

    #[test]
    fn names_are_whole_words() {
        for (name, wanted, is) in [
            ("Das Erste HD", "das erste", true),
            ("ZDF", "zdf", true),
            ("ZDFneo", "zdf", false),
            ("ZDF", "", false),
            ("Das  Erste", "Das Erste", true),
        ] {
            assert_eq!(named(name, wanted), is, "{name} {wanted}");
        }
    }
}
