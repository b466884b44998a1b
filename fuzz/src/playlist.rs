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
        Ok(Playlist::Choice(choice)) => {
            assert!(!choice.variants.is_empty() && choice.variants.len() <= 100);
            let best = choice.best().expect("one of them is the best");
            let sounds = choice.sounds(best);
            assert!(sounds.len() <= 100 && sounds.iter().all(|sound| sound.uri != best.uri));
        }
        Err(_) => {}
    }
}
