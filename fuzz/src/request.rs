//! Requests of players: paths, names of renditions, delivery directives. Laws: a name means one rendition; whatever is asked, the answer
//! is a playlist, "wait" or "too far ahead", and never a segment that is not there.

use telecast_media::hls::request::Wanted;
use telecast_media::hls::{self, Container, Directives, Readiness, View};
use telecast_media::segment::{Segmenter, Start};
use telecast_media::subtitles::Name;
use telecast_media::tape::{Index, Rendition};

/// A second of picture and sound; see `fuzz_seeds.rs`.
const BROADCAST: &[u8] = include_bytes!("../seeds/segmenter/av");

/// See the module. Path and query, parted by a question mark.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let mut told = None;
    let rendition = match Wanted::parse(path) {
        Some(
            Wanted::Playlist(name)
            | Wanted::Init(name, _)
            | Wanted::Segment(name, _)
            | Wanted::Part(name, ..)
            | Wanted::TsSegment(name, _)
            | Wanted::Subtitles(name, _),
        ) => {
            assert!(!name.contains('/') && path.starts_with(name));
            told = Name::read(name);
            assert!(told.is_none_or(|told| told.to_string() == name && hls::by_name(name).is_none()));
            hls::by_name(name)
        }
        _ => hls::by_name(path),
    };
    let rendition = rendition.unwrap_or(Rendition { video: Some(0), audio: Some(1) });
    assert_eq!(hls::by_name(&hls::name(rendition)), Some(rendition));
    let Ok(directives) = Directives::parse(query) else { return };
    let mut segmenter = Segmenter::new(Start { sequence: 7, ..Start::default() });
    segmenter.push(BROADCAST, 0, &mut Vec::new());
    for ended in [false, true] {
        let index = Index { ended, ..segmenter.index().clone() };
        for container in [Container::Cmaf, Container::Ts] {
            let view = View {
                rendition,
                barrier: Some(1),
                container,
                low_latency: container == Container::Cmaf,
                whole_window: true,
                siblings: vec![rendition],
                begin: directives.sequence.map(|sequence| sequence as i64),
                text: told,
            };
            let readiness = hls::readiness(&index, &view, directives);
            assert!(!ended || readiness == Readiness::Now);
            let text = hls::media(&index, &view, directives);
            assert!(text.starts_with("#EXTM3U\n") && text.ends_with('\n') && text.len() < 1 << 16);
        }
    }
}
