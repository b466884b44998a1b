//! Logos that lie at an address: fetched once, small, and pictures that browsers show as nothing but pictures.

use reqwest::StatusCode;
use telecast_core::limits;
use telecast_core::outgoing::Reach;
use url::Url;

use super::outgoing::Outgoing;

/// Redirects on the way to a logo.
const REDIRECTS: usize = 3;

/// The picture at `url` and its media type. None: there is none that we would show.
pub async fn fetch(url: &str) -> Option<(&'static str, Vec<u8>)> {
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let client = Outgoing::new(Reach::Home).client(REDIRECTS, Some(limits::LOGO_FETCH)).ok()?;
    let mut reply = client.get(url).send().await.ok()?;
    if reply.status() != StatusCode::OK {
        return None;
    }
    let mut bytes = Vec::new();
    while let Some(piece) = reply.chunk().await.ok()? {
        bytes.extend_from_slice(&piece);
        // What is no picture is not read to its end: some lists name films.
        if bytes.len() > limits::LOGO_BYTES || (bytes.len() >= HEAD && kind(&bytes).is_none()) {
            return None;
        }
    }
    Some((kind(&bytes)?, bytes))
}

/// So many bytes tell what it is.
const HEAD: usize = 12;

/// The media type of a picture, by its first bytes. Drawings (SVG) may hold scripts and are none.
pub fn kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_first_bytes() {
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(kind(b"GIF89a"), Some("image/gif"));
        assert_eq!(kind(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        for other in [&b"<svg onload=x>"[..], b"RIFF\0\0\0\0WAVE", b"\x47\x40\0\x10", b""] {
            assert_eq!(kind(other), None);
        }
    }
}
