//! What comes instead of a guide, named so that a person knows what to do.

use super::Fault;

/// UTF-8's byte order mark.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// Looks at how the input begins; `whole`: these bytes are all of it.
pub(super) fn look(bytes: &[u8], whole: bool) -> Result<(), Fault> {
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'<', 0, ..] | [0, b'<', ..] = bytes {
        return Err(Fault::Encoding("UTF-16".into()));
    }
    let text = bytes.strip_prefix(MARK).unwrap_or(bytes).trim_ascii_start();
    let packed = [(&b"\x1f\x8b"[..], "gzip"), (b"PK\x03\x04", "zip"), (b"\xfd7zXZ", "xz"), (b"BZh", "bzip2")];
    if let Some((_, kind)) = packed.into_iter().find(|(begin, _)| bytes.starts_with(begin)) {
        return no_guide(&format!("it is packed ({kind}). Unpack it first."));
    }
    match text {
        [] if !whole => Ok(()),
        [] => no_guide("it is empty. Look whether the source has a guide for these days."),
        [b'<', ..] => Ok(()),
        [b'{' | b'[', ..] => no_guide(
            "it is JSON, perhaps an error that the source tells. Open the address in a browser and look.",
        ),
        _ if text.starts_with(b"#EXTM3U") => {
            no_guide("it is a list of channels (M3U). The guide has an address of its own.")
        }
        _ => no_guide("it does not begin like XML. Open the address in a browser and look."),
    }
}

/// The name in `<!DOCTYPE`, and what follows it.
pub(super) fn document_type(name: &[u8]) -> Result<(), Fault> {
    if name.len() >= 4 && name[..4].eq_ignore_ascii_case(b"html") { web_page() } else { Ok(()) }
}

/// Text before the root element: there may be none but space.
pub(super) fn text(text: &[u8]) -> Result<(), Fault> {
    if text.trim_ascii().is_empty() { Ok(()) } else { no_guide("text stands before its first element.") }
}

/// The name of the root element.
pub(super) fn root(name: &[u8]) -> Result<(), Fault> {
    if name == b"tv" {
        return Ok(());
    }
    if name.eq_ignore_ascii_case(b"html") {
        return web_page();
    }
    let name: String = String::from_utf8_lossy(name).chars().take(40).collect();
    no_guide(&format!("it is XML, but of another kind: it begins with <{name}>, a guide with <tv>."))
}

fn web_page() -> Result<(), Fault> {
    no_guide(
        "it is a web page (HTML), perhaps one that asks to sign in or tells an error. \
         Open the address in a browser and look.",
    )
}

fn no_guide(why: &str) -> Result<(), Fault> {
    Err(Fault::NotXmltv(format!("This is no XMLTV guide: {why}").into()))
}
