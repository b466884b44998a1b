//! Paths of requests: what they mean however often they were encoded (RFC 3986 §2.1), and whether they stay below their root.
//!
//! Decoding never joins what was apart, so what is found when nothing changes any more covers every reader that decodes less often. A clean
//! path, which is nearly every one, is looked at once and nothing is copied.

use std::borrow::Cow;

/// Layers of encoding that are taken off; whoever needs more means no good.
pub const LAYERS: usize = 10;

/// What is wrong with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It still changes after [`LAYERS`] rounds.
    #[error("it is encoded more than {LAYERS} times")]
    Layers,
    /// It leads out of its root.
    #[error("it leads out of its place by '..'")]
    Leaves,
    /// A backslash: a separator to some.
    #[error("there is a backslash in it")]
    Backslash,
    /// A NUL: the end to some.
    #[error("there is a NUL in it")]
    Nul,
}

/// The path with every layer of encoding taken off. A percent sign that begins no pair of digits stands for itself.
///
/// # Errors
/// It cannot be settled, or leads elsewhere.
pub fn settled(path: &str) -> Result<Cow<'_, [u8]>, Wrong> {
    let settled = decoded(path, LAYERS).ok_or(Wrong::Layers)?;
    if settled.contains(&0) {
        return Err(Wrong::Nul);
    }
    if settled.contains(&b'\\') {
        return Err(Wrong::Backslash);
    }
    // Within a segment, what stands behind a semicolon are parameters to some (RFC 3986 §3.3).
    let leaves = |segment: &[u8]| segment == b".." || segment.starts_with(b"..;");
    if settled.split(|byte| *byte == b'/').any(leaves) {
        return Err(Wrong::Leaves);
    }
    Ok(settled)
}

/// The text with up to `layers` layers of encoding taken off; `None`: there are more.
pub fn decoded(text: &str, layers: usize) -> Option<Cow<'_, [u8]>> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'%') {
        return Some(Cow::Borrowed(bytes));
    }
    let mut bytes = bytes.to_vec();
    for _ in 0..layers {
        if !peel(&mut bytes) {
            return Some(Cow::Owned(bytes));
        }
    }
    (!peel(&mut bytes)).then_some(Cow::Owned(bytes))
}

/// Takes one layer off; `false`: there was none.
fn peel(bytes: &mut Vec<u8>) -> bool {
    let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16).map(|digit| digit as u8);
    let (mut from, mut to) = (0, 0);
    while from < bytes.len() {
        let pair = (bytes[from] == b'%')
            .then(|| digit(bytes.get(from + 1)).zip(digit(bytes.get(from + 2))))
            .flatten();
        bytes[to] = pair.map_or(bytes[from], |(high, low)| high << 4 | low);
        from += if pair.is_some() { 3 } else { 1 };
        to += 1;
    }
    let peeled = to < bytes.len();
    bytes.truncate(to);
    peeled
}

/// Names under which tokens are sent in queries (RFC 6750 §2.3 has the second).
const TOKENS: [&str; 3] = ["token", "access_token", "api_key"];

/// Whether a query holds a token, however its name is written.
pub fn has_token(query: &str) -> bool {
    query.split(['&', ';']).any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        let is = |name: &[u8]| TOKENS.iter().any(|token| name.eq_ignore_ascii_case(token.as_bytes()));
        // A name with more layers than are taken off names nothing here.
        decoded(name, LAYERS).is_some_and(|name| is(name.trim_ascii()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `text` with every byte encoded, and the percent signs of that again, `layers` layers deep.
    fn encoded(text: &str, layers: usize) -> String {
        let first = text.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
        (1..layers).fold(first, |text, _| text.replace('%', "%25"))
    }

    #[test]
    fn paths_that_stay_are_settled_and_others_refused_by_what_is_wrong() {
        for (path, settles) in [
            ("/", Ok("/")),
            ("/play/k/v0a1/3.m4s", Ok("/play/k/v0a1/3.m4s")),
            ("/a..b/...", Ok("/a..b/...")),
            ("/100%", Ok("/100%")),
            ("/%4", Ok("/%4")),
            ("/%zz", Ok("/%zz")),
            ("/a%2fb", Ok("/a/b")),
            ("/a%252fb", Ok("/a/b")),
            ("/..", Err(Wrong::Leaves)),
            ("/../etc/passwd", Err(Wrong::Leaves)),
            ("/a/../b", Err(Wrong::Leaves)),
            ("/%2e%2e/x", Err(Wrong::Leaves)),
            ("/.%2E/x", Err(Wrong::Leaves)),
            ("/x%2f..%2fy", Err(Wrong::Leaves)),
            ("/..;a/x", Err(Wrong::Leaves)),
            ("/%252e%252e/x", Err(Wrong::Leaves)),
            // Each round takes off one layer, wherever it lies.
            ("/%25%32%65%2e/x", Err(Wrong::Leaves)),
            ("/a\\b", Err(Wrong::Backslash)),
            ("/..%5c..%5cx", Err(Wrong::Backslash)),
            ("/a%00.m4s", Err(Wrong::Nul)),
            ("/a%2500.m4s", Err(Wrong::Nul)),
        ] {
            let is = settled(path);
            let is = is.as_ref().map(|path| std::str::from_utf8(path).expect("text"));
            assert_eq!(is, settles.as_ref().copied(), "{path}");
        }
    }

    #[test]
    fn ten_layers_are_taken_off_and_more_are_refused() {
        for layers in 1..=LAYERS {
            assert_eq!(settled(&format!("/{}/x", encoded("..", layers))), Err(Wrong::Leaves), "{layers}");
            let harmless = encoded("ab", layers);
            assert_eq!(settled(&harmless).as_deref(), Ok(&b"ab"[..]), "{layers}");
        }
        for layers in LAYERS + 1..=LAYERS + 2 {
            assert_eq!(settled(&format!("/{}/x", encoded("..", layers))), Err(Wrong::Layers), "{layers}");
        }
    }

    #[test]
    fn a_clean_path_is_not_copied() {
        assert!(matches!(settled("/play/key/v0a1/12.3.m4s"), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn a_token_is_found_however_its_name_is_written() {
        for query in [
            "token=x",
            "a=b&token=x",
            "a=b;token=x",
            "token",
            "Token=x",
            "%74oken=x",
            "%2574oken=x",
            "ACCESS_TOKEN=x",
            "access%5Ftoken=x",
            "api_key=x",
            "%61%70%69%5f%6b%65%79=x",
            "%20token=x",
        ] {
            assert!(has_token(query), "{query}");
        }
        for query in ["", "tokens=x", "a=token", "a=token=x", "_HLS_msn=4", "mytoken=1", "topics=token"] {
            assert!(!has_token(query), "{query}");
        }
    }
}
