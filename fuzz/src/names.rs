//! Names of files. Laws: the same comes of the same; a title is never empty; episodes do not run backwards.

use telecast_core::library::{Kind, names};

/// See the module. Each line is a path.
pub fn run(bytes: &[u8]) {
    for path in String::from_utf8_lossy(bytes).lines().take(50) {
        let found = names::read(path);
        assert_eq!(found, names::read(path));
        assert!(!found.title.is_empty() || path.trim_matches('/').is_empty(), "{path:?}: {found:?}");
        assert!(found.episode.is_none_or(|(first, last)| first <= last), "{path:?}: {found:?}");
        assert!(found.part != Some(0), "{path:?}: {found:?}");
        if found.kind == Kind::Film {
            assert!(found.season.is_none() && found.episode.is_none(), "{path:?}: {found:?}");
        }
        for name in path.split('/') {
            assert!(!(names::is_media(name) && name.starts_with('.')));
            names::is_left_out(name);
        }
    }
}
