//! Playlists of others (HTTP Live Streaming, RFC 8216), read as far as somebody needs them who follows a live stream: what there is to choose from
//! ([`Playlist::Choice`]), or which segments there are now ([`Playlist::Segments`]).
//!
//! Addresses stay as they stand there; they are relative to the playlist's own. No input panics, and of what is longer than [`SEGMENTS_MOST`] the newest
//! segments are kept.

use std::collections::VecDeque;
use std::time::Duration;

use quick_m3u8::config::ParsingOptionsBuilder;
use quick_m3u8::tag::KnownTag;
use quick_m3u8::tag::hls::{EnumeratedString, Method, Tag};
use quick_m3u8::{HlsLine, Reader};

/// Segments that are kept of one playlist: an archive of a day in pieces of ten seconds.
pub const SEGMENTS_MOST: usize = 10_000;
/// Streams of one choice.
const VARIANTS_MOST: usize = 100;
/// No segment counts as longer (seconds).
const LONGEST_S: f64 = 600.0;

/// A playlist.
#[derive(Clone, Debug, PartialEq)]
pub enum Playlist {
    /// The same programme in several qualities (§4.3.4), in its order.
    Choice(Vec<Variant>),
    /// A stream.
    Segments(Segments),
}

/// One quality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Address of its playlist.
    pub uri: String,
    /// Bits in a second, at most.
    pub bandwidth: u64,
    /// Its sound has a playlist of its own.
    pub sound_apart: bool,
}

/// The segments of a stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segments {
    /// No segment is longer.
    pub target: Duration,
    /// Number of the first one.
    pub first: u64,
    /// In order.
    pub all: VecDeque<Segment>,
    /// No other will come.
    pub ended: bool,
}

/// A segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Its address.
    pub uri: String,
    /// Its length.
    pub duration: Duration,
    /// The part of what lies at the address that it is: first byte, bytes. None: all of it.
    pub range: Option<(u64, u64)>,
    /// It is not there: what was on was lost.
    pub is_gap: bool,
}

/// Why a playlist cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is something else, or nothing is in it.
    #[error("no playlist, though it is called one")]
    NotAPlaylist,
    /// Its segments are encrypted.
    #[error("an encrypted HLS stream, which is not read")]
    Encrypted,
    /// Its segments are fragments of MP4.
    #[error("an HLS stream in fragmented MP4, which is not read")]
    Fragmented,
}

/// Reads a playlist.
///
/// # Errors
/// It is none, or none that can be followed.
pub fn read(text: &str) -> Result<Playlist, Fault> {
    if !text.trim_start_matches('\u{feff}').starts_with("#EXTM3U") {
        return Err(Fault::NotAPlaylist);
    }
    let options = ParsingOptionsBuilder::new().with_parsing_for_all_tags().build();
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'), options);
    let mut read = Read::default();
    while let Ok(Some(line)) = reader.read_line() {
        match line {
            HlsLine::KnownTag(KnownTag::Hls(tag)) => read.tag(&tag)?,
            HlsLine::Uri(uri) => read.uri(uri.trim()),
            _ => {}
        }
    }
    if !read.variants.is_empty() {
        return Ok(Playlist::Choice(read.variants));
    }
    if read.segments.all.is_empty() && read.segments.target.is_zero() {
        return Err(Fault::NotAPlaylist);
    }
    Ok(Playlist::Segments(read.segments))
}

/// What has been read, and what the next address is of.
#[derive(Default)]
struct Read {
    variants: Vec<Variant>,
    segments: Segments,
    /// Groups of sounds that have playlists of their own.
    apart: Vec<String>,
    variant: Option<(u64, Option<String>)>,
    duration: Option<Duration>,
    range: Option<(Option<u64>, u64)>,
    is_gap: bool,
}

impl Read {
    fn tag(&mut self, tag: &Tag<'_>) -> Result<(), Fault> {
        match tag {
            Tag::Targetduration(tag) => {
                self.segments.target = Duration::from_secs(tag.target_duration().min(600));
            }
            Tag::MediaSequence(tag) => self.segments.first = tag.media_sequence(),
            Tag::Endlist(_) => self.segments.ended = true,
            Tag::Inf(tag) => self.duration = Some(seconds(tag.duration())),
            Tag::Byterange(tag) => self.range = Some((tag.offset(), tag.length())),
            Tag::Gap(_) => self.is_gap = true,
            Tag::Key(tag) if tag.method() != EnumeratedString::Known(Method::None) => {
                return Err(Fault::Encrypted);
            }
            Tag::Map(_) => return Err(Fault::Fragmented),
            Tag::Media(tag) if tag.uri().is_some() => self.apart.push(tag.group_id().to_owned()),
            Tag::StreamInf(tag) => self.variant = Some((tag.bandwidth(), tag.audio().map(str::to_owned))),
            _ => {}
        }
        Ok(())
    }

    fn uri(&mut self, uri: &str) {
        if uri.is_empty() {
            return;
        }
        if let Some((bandwidth, audio)) = self.variant.take() {
            if self.variants.len() < VARIANTS_MOST {
                let sound_apart = audio.is_some_and(|group| self.apart.contains(&group));
                self.variants.push(Variant { uri: uri.to_owned(), bandwidth, sound_apart });
            }
            return;
        }
        let Some(duration) = self.duration.take() else { return };
        let all = &mut self.segments.all;
        let range = self.range.take().map(|(offset, length)| {
            // Without an offset it begins where the one before has ended (§4.3.2.2).
            let before = all.back().filter(|before| before.uri == uri).and_then(|before| before.range);
            let next = before.map_or(0, |(first, bytes)| first.saturating_add(bytes));
            (offset.unwrap_or(next), length)
        });
        all.push_back(Segment {
            uri: uri.to_owned(),
            duration,
            range,
            is_gap: std::mem::take(&mut self.is_gap),
        });
        if all.len() > SEGMENTS_MOST {
            all.pop_front();
            self.segments.first = self.segments.first.saturating_add(1);
        }
    }
}

fn seconds(seconds: f64) -> Duration {
    // What is no number is nought.
    Duration::from_secs_f64(if seconds.is_nan() { 0.0 } else { seconds.clamp(0.0, LONGEST_S) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(text: &str) -> Segments {
        match read(text) {
            Ok(Playlist::Segments(segments)) => segments,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_live_playlist_says_which_segments_there_are() {
        let read = segments(
            "#EXTM3U\r\n#EXT-X-VERSION:3\r\n#EXT-X-TARGETDURATION:6\r\n#EXT-X-MEDIA-SEQUENCE:41\r\n#EXTINF:5.76,news\r\na.ts\r\n\
             #EXT-X-DISCONTINUITY\r\n#EXT-X-GAP\r\n#EXTINF:6,\r\nhttp://b.example/b.ts?x=1\r\n",
        );
        assert_eq!((read.target, read.first, read.ended), (Duration::from_secs(6), 41, false));
        assert_eq!(read.all.len(), 2);
        assert_eq!(read.all[0].duration, Duration::from_millis(5760));
        assert_eq!((read.all[1].uri.as_str(), read.all[1].is_gap), ("http://b.example/b.ts?x=1", true));
        assert!(segments("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-ENDLIST\n").ended);
    }

    #[test]
    fn parts_of_a_file_follow_each_other() {
        let read = segments(
            "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n#EXT-X-BYTERANGE:100@50\na.ts\n#EXTINF:6,\n#EXT-X-BYTERANGE:10\na.ts\n\
             #EXTINF:6,\n#EXT-X-BYTERANGE:7\nb.ts\n",
        );
        let ranges: Vec<_> = read.all.iter().map(|segment| segment.range).collect();
        assert_eq!(ranges, [Some((50, 100)), Some((150, 10)), Some((0, 7))]);
    }

    #[test]
    fn a_choice_tells_whose_sound_lies_elsewhere() {
        let read = read(
            "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",URI=\"a.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=1000,AUDIO=\"a\"\n1.m3u8\n\
             #EXT-X-STREAM-INF:BANDWIDTH=900,CODECS=\"avc1.4d401f,mp4a.40.2\"\n2.m3u8\n",
        );
        let variant = |uri: &str, bandwidth, sound_apart| Variant { uri: uri.into(), bandwidth, sound_apart };
        assert_eq!(
            read,
            Ok(Playlist::Choice(vec![variant("1.m3u8", 1000, true), variant("2.m3u8", 900, false)]))
        );
    }

    #[test]
    fn what_cannot_be_followed_says_so() {
        let head = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n";
        for (text, fault) in [
            ("<html></html>".to_owned(), Fault::NotAPlaylist),
            ("#EXTM3U\n".to_owned(), Fault::NotAPlaylist),
            (format!("{head}#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:6,\na.ts\n"), Fault::Encrypted),
            (format!("{head}#EXT-X-MAP:URI=\"i.mp4\"\n#EXTINF:6,\na.m4s\n"), Fault::Fragmented),
        ] {
            assert_eq!(read(&text), Err(fault), "{text}");
        }
        assert_eq!(segments(&format!("{head}#EXT-X-KEY:METHOD=NONE\n#EXTINF:6,\na.ts\n")).all.len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_read_panics_or_grows(lines in proptest::collection::vec(
            "(#EXTINF:[0-9.eE-]{0,6},|#EXT-X-[A-Z-]{3,22}:?[A-Z=0-9@,\"a]{0,20}|[a-z./]{0,9}|.{0,20})", 0..60)) {
            let text = format!("#EXTM3U\n{}", lines.join("\n"));
            if let Ok(Playlist::Segments(read)) = read(&text) {
                proptest::prop_assert!(read.all.len() <= lines.len());
            }
        }
    }
}
