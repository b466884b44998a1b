//! Lists that others keep as cases: each channel is found, and written so that it is read the same.

use std::path::{Path, PathBuf};
use telecast_core::m3u::{self, Entry, Limits, List};

fn corpus() -> Option<PathBuf> {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let path = std::env::var_os("TELECAST_CORPUS").map_or_else(default, PathBuf::from).join("m3u");
    path.is_dir().then_some(path)
}

fn read(path: &Path) -> List {
    let text = String::from_utf8_lossy(&std::fs::read(path).expect("a file")).into_owned();
    let list =
        m3u::read(&text, &Limits::default()).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    let again = m3u::read(&m3u::write(&list), &Limits::default()).expect("a list");
    assert_eq!(again, List { junk: Vec::new(), junk_count: 0, ..list.clone() }, "{}", path.display());
    list
}

#[test]
fn lists_of_others_are_read_and_written() {
    let Some(corpus) = corpus() else {
        eprintln!("not run: there is no corpus; set TELECAST_CORPUS");
        return;
    };
    for (file, names, junk) in [
        (
            "freearhey/base.m3u",
            &[
                "Channel 1 (Tested)",
                "Channel 2",
                "=>(★ TURKİYE ★)<=",
                "TRT 1 HD",
                "name,with comma",
                "The Good, the Bad and the Ugly",
            ][..],
            1,
        ),
        ("freearhey/comment.m3u", &["tamazight tv8"], 1),
        ("freearhey/duplicate.m3u", &["Agromais", "Agromais"], 0),
        ("freearhey/kodi.m3u", &["RTP 1"], 0),
        ("freearhey/pipe.m3u", &["Sport channel", "News channel"], 0),
        ("freearhey/url_tvg.m3u", &["Agromais"], 0),
        ("freearhey/user_agent.m3u", &["Agromais"], 0),
        ("freearhey/vlcopt.m3u", &["Test Channel"], 0),
        // The last has no address.
        ("iptvnator-test.m3u", &["Channel 1", "Positive News TV", "Sport TVX"], 1),
    ] {
        let list = read(&corpus.join(file));
        let found: Vec<&str> = list.entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!((&found[..], list.junk_count), (names, junk), "{file}: {:?}", list.junk);
    }
    let header = |entry: &Entry, name: &str| {
        entry
            .headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    };
    let base = read(&corpus.join("freearhey/base.m3u"));
    assert_eq!(base.guide_urls.len(), 2);
    let one = &base.entries[0];
    assert_eq!((one.id.as_deref(), one.groups.len()), (Some("CH1"), 2));
    assert_eq!(header(one, "Referer"), "http://player.livesports.pw/la2/");
    assert_eq!(base.entries[1].url, "stream/chunklist.m3u8");
    let pipe = read(&corpus.join("freearhey/pipe.m3u"));
    assert_eq!(pipe.entries[0].url, "http://192.54.104.122:8080/d/abcdef/video.mp4");
    assert!(header(&pipe.entries[0], "User-Agent").ends_with("rv:11.0) like Gecko"));
    assert_eq!(header(&pipe.entries[1], "Referer"), "http://test.abc/blank.html");
    let kodi = read(&corpus.join("freearhey/kodi.m3u"));
    assert_eq!((kodi.entries[0].props.len(), kodi.entries[0].headers.len()), (2, 1));
    let vlc = read(&corpus.join("freearhey/vlcopt.m3u"));
    assert_eq!(header(&vlc.entries[0], "User-Agent"), "Dalvik/2.1.0 (Linux; U; Android 6.0.1;)");
    let shifted = &base.entries[3];
    assert_eq!((shifted.shift_h, shifted.languages.join(" ")), (Some(-4.5), "tur".to_owned()));
    assert_eq!(shifted.catchup.as_ref().and_then(|catchup| catchup.days), Some(3));
}
