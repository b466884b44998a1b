//! Paths and queries of requests. Laws: what is settled stays so, and neither it nor what a reader that decodes less often sees leaves its root; one more layer of
//! encoding changes nothing but that it may be one too many; a token is found under every layer.

use telecast_core::path::{LAYERS, Wrong, decoded, has_token, settled};

/// See the module. Path and query, parted by a question mark.
pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (path, query) = text.split_once('?').unwrap_or((&text, ""));
    let found = settled(path);
    if let Ok(found) = &found {
        assert!(found.len() <= path.len());
        let leaves = |seen: &[u8]| {
            seen.contains(&0)
                || seen.contains(&b'\\')
                || seen.split(|byte| *byte == b'/').any(|part| part == b"..")
        };
        let mut seen = path.to_owned();
        for _ in 0..=LAYERS {
            assert!(!leaves(seen.as_bytes()), "{path:?} is let through, and is {seen:?} to some");
            seen = once(&seen);
        }
        if let Ok(again) = std::str::from_utf8(found) {
            assert_eq!(settled(again).as_deref(), Ok(&**found));
        }
    }
    let wrapped = path.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let outer = settled(&wrapped);
    assert!(
        outer == found || outer == Err(Wrong::Layers),
        "{path:?}: {found:?}, and in one more layer {outer:?}"
    );
    for name in query.split(['&', ';']).filter_map(|pair| pair.split('=').next()) {
        let wrapped = name.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
        if has_token(name) && decoded(&wrapped, LAYERS).is_some() {
            assert!(has_token(query) && has_token(&wrapped), "{name:?}");
        }
    }
}

/// One layer less, as most readers do it.
fn once(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.get(..2).filter(|pair| *first == b'%' && pair.iter().all(u8::is_ascii_hexdigit));
        match pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = &after[2..];
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
