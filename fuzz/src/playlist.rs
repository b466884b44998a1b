//! Playlists of others. Laws: what there is to follow fits what was given, and lengths are bounded.

use std::time::Duration;

use telecast_media::playlist::{Playlist, SEGMENTS_MOST, read};

/// See the module.
pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match read(&text) {
        Ok(Playlist::Segments(segments)) => {
            assert!(segments.all.len() <= SEGMENTS_MOST.min(text.lines().count()));
            assert!(
                segments
                    .all
                    .iter()
                    .all(|segment| segment.duration <= Duration::from_mins(10) && !segment.uri.is_empty())
            );
        }
        Ok(Playlist::Choice(variants)) => assert!(!variants.is_empty() && variants.len() <= 100),
        Err(_) => {}
    }
}
