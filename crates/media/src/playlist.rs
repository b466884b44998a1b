//! Playlists of others (HTTP Live Streaming, RFC 8216), read as far as somebody needs them who follows a live stream: what there is to choose from
//! ([`Playlist::Choice`]), or which segments there are now ([`Playlist::Segments`]).
//!
//! Addresses stay as they stand there; they are relative to the playlist's own. No input panics, and of what is longer than [`SEGMENTS_MOST`] the newest
//! segments are kept.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use quick_m3u8::config::ParsingOptionsBuilder;
use quick_m3u8::tag::KnownTag;
use quick_m3u8::tag::hls::{EnumeratedString, Key as KeyTag, MediaType, Method, Tag};
use quick_m3u8::{HlsLine, Reader};

use crate::language::three_letters;

/// Segments that are kept of one playlist: an archive of a day in pieces of ten seconds.
pub const SEGMENTS_MOST: usize = 10_000;
/// Streams of one choice.
const VARIANTS_MOST: usize = 100;
/// Renditions of sound of one playlist.
const SOUNDS_MOST: usize = 100;
/// No first segment has a higher number: whoever counts on from it does not overflow.
const NUMBERS_MOST: u64 = 1 << 62;
/// No segment counts as longer (seconds).
const LONGEST_S: f64 = 600.0;

/// A playlist.
#[derive(Clone, Debug, PartialEq)]
pub enum Playlist {
    /// The same programme in several qualities.
    Choice(Choice),
    /// A stream.
    Segments(Segments),
}

/// The same programme in several qualities (§4.3.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// In the playlist's order; at least one.
    pub variants: Vec<Variant>,
    sounds: Vec<Sound>,
}

impl Choice {
    /// The best of what can be read; if nothing can, the best.
    pub fn best(&self) -> Option<&Variant> {
        self.variants.iter().max_by_key(|variant| (variant.is_readable, variant.bandwidth))
    }

    /// Sounds of a variant that have playlists of their own, each address once: the default one first, then those that may be chosen without asking.
    pub fn sounds(&self, variant: &Variant) -> Vec<&Sound> {
        let mut found: Vec<&Sound> = Vec::new();
        let own = |sound: &&Sound| variant.group.as_ref() == Some(&sound.group) && sound.uri != variant.uri;
        for sound in self.sounds.iter().filter(own) {
            if found.iter().all(|known| known.uri != sound.uri) {
                found.push(sound);
            }
        }
        found.sort_by_key(|sound| (!sound.default, !sound.autoselect));
        found
    }
}

/// One quality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Address of its playlist.
    pub uri: String,
    /// Bits in a second, at most.
    pub bandwidth: u64,
    /// It names no codec that is not read.
    pub is_readable: bool,
    group: Option<String>,
}

/// A sound that has a playlist of its own (§4.3.4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    /// Its playlist's address.
    pub uri: String,
    /// Its language, in three letters.
    pub language: Option<[u8; 3]>,
    default: bool,
    autoselect: bool,
    group: String,
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
    /// Number of its timeline (§4.3.3.3): where it changes, what follows does not continue what was.
    pub timeline: u64,
    /// How it is encrypted, if it is.
    pub key: Option<Arc<Key>>,
    /// The header that its fragments need.
    pub map: Option<Arc<Map>>,
}

/// How segments are encrypted: AES-128 (§4.3.2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Where the key's 16 bytes lie.
    pub uri: String,
    /// Initialisation vector; none: the segment's number (§5.2).
    pub iv: Option<[u8; 16]>,
}

/// A header of fragments (§4.3.2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// Its address.
    pub uri: String,
    /// The part of what lies there: first byte, bytes. None: all of it.
    pub range: Option<(u64, u64)>,
    /// How it is encrypted, if it is.
    pub key: Option<Arc<Key>>,
}

/// Why a playlist cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is something else, or nothing is in it.
    #[error("no playlist, though it is called one")]
    NotAPlaylist,
    /// Its samples are encrypted, which players with keys of DRM alone read.
    #[error("an HLS stream that is encrypted by {0}, which is not read")]
    Encrypted(&'static str),
    /// A key that names no address, or an initialisation vector that is none.
    #[error("an HLS stream whose EXT-X-KEY cannot be read")]
    Key,
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
            HlsLine::Uri(uri) => read.uri(uri.trim())?,
            _ => {}
        }
    }
    if !read.variants.is_empty() {
        return Ok(Playlist::Choice(Choice { variants: read.variants, sounds: read.sounds }));
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
    sounds: Vec<Sound>,
    variant: Option<Variant>,
    duration: Option<Duration>,
    range: Option<(Option<u64>, u64)>,
    is_gap: bool,
    timeline: u64,
    key: Option<Arc<Key>>,
    /// How segments are encrypted in a way that is not read. Beside a key that is, it is for others.
    refused: Option<&'static str>,
    map: Option<Arc<Map>>,
}

impl Read {
    fn tag(&mut self, tag: &Tag<'_>) -> Result<(), Fault> {
        match tag {
            Tag::Targetduration(tag) => {
                self.segments.target = Duration::from_secs(tag.target_duration().min(600));
            }
            Tag::MediaSequence(tag) => self.segments.first = tag.media_sequence().min(NUMBERS_MOST),
            Tag::Endlist(_) => self.segments.ended = true,
            Tag::Inf(tag) => self.duration = Some(seconds(tag.duration())),
            Tag::Byterange(tag) => self.range = Some((tag.offset(), tag.length())),
            Tag::Gap(_) => self.is_gap = true,
            Tag::DiscontinuitySequence(tag) => self.timeline = tag.discontinuity_sequence(),
            Tag::Discontinuity(_) => self.timeline = self.timeline.saturating_add(1),
            Tag::Key(tag) => self.key(tag)?,
            Tag::Map(tag) => {
                let range = tag.byterange().map(|range| (range.offset, range.length));
                let map = Map { uri: tag.uri().to_owned(), range, key: self.key.clone() };
                self.map = Some(Arc::new(map));
            }
            Tag::Media(tag) if tag.media_type() == EnumeratedString::Known(MediaType::Audio) => {
                if let Some(uri) = tag.uri().filter(|_| self.sounds.len() < SOUNDS_MOST) {
                    self.sounds.push(Sound {
                        uri: uri.to_owned(),
                        language: tag.language().and_then(three_letters),
                        default: tag.default(),
                        autoselect: tag.autoselect(),
                        group: tag.group_id().to_owned(),
                    });
                }
            }
            Tag::StreamInf(tag) => {
                self.variant = Some(Variant {
                    uri: String::new(),
                    bandwidth: tag.bandwidth(),
                    is_readable: tag.codecs().is_none_or(is_readable),
                    group: tag.audio().map(str::to_owned),
                });
            }
            _ => {}
        }
        Ok(())
    }

    /// A segment may have several keys, of which players take the one whose format they know (§4.3.2.4).
    fn key(&mut self, tag: &KeyTag<'_>) -> Result<(), Fault> {
        let ours = tag.keyformat() == "identity";
        let method = match tag.method() {
            EnumeratedString::Known(Method::None) => {
                (self.key, self.refused) = (None, None);
                return Ok(());
            }
            EnumeratedString::Known(Method::Aes128) if ours => {
                let uri = tag.uri().filter(|uri| !uri.is_empty()).ok_or(Fault::Key)?.to_owned();
                let iv = tag.iv().map(|iv| vector(iv).ok_or(Fault::Key)).transpose()?;
                self.key = Some(Arc::new(Key { uri, iv }));
                return Ok(());
            }
            EnumeratedString::Known(Method::Aes128) => "AES-128 with keys of DRM",
            EnumeratedString::Known(Method::SampleAes) => "SAMPLE-AES",
            EnumeratedString::Known(Method::SampleAesCtr) => "SAMPLE-AES-CTR",
            EnumeratedString::Unknown(_) => "a method that is not known",
        };
        self.refused = Some(method);
        self.key = self.key.take().filter(|_| !ours);
        Ok(())
    }

    fn uri(&mut self, uri: &str) -> Result<(), Fault> {
        if uri.is_empty() {
            return Ok(());
        }
        if let Some(variant) = self.variant.take() {
            if self.variants.len() < VARIANTS_MOST {
                self.variants.push(Variant { uri: uri.to_owned(), ..variant });
            }
            return Ok(());
        }
        let Some(duration) = self.duration.take() else { return Ok(()) };
        if let Some(method) = self.refused.filter(|_| self.key.is_none()) {
            return Err(Fault::Encrypted(method));
        }
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
            timeline: self.timeline,
            key: self.key.clone(),
            map: self.map.clone(),
        });
        if all.len() > SEGMENTS_MOST {
            all.pop_front();
            self.segments.first = self.segments.first.saturating_add(1);
        }
        Ok(())
    }
}

/// 128 bits in hexadecimal digits behind `0x`.
fn vector(text: &str) -> Option<[u8; 16]> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    let is_number = (1..=32).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = is_number.then(|| u128::from_str_radix(digits, 16).ok()).flatten()?;
    Some(number.to_be_bytes())
}

/// Whether everything in a list of codecs (RFC 6381) is read, or is text beside picture and sound.
fn is_readable(codecs: &str) -> bool {
    const READ: [&str; 11] =
        ["avc1", "avc3", "hvc1", "hev1", "mp4a", "ac-3", "ec-3", "mp3", ".mp3", "stpp", "wvtt"];
    let mut names = codecs.split(',').map(|codec| codec.trim().split('.').next().unwrap_or_default());
    names.all(|name| name.is_empty() || READ.contains(&name))
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
    fn a_choice_tells_what_is_best_and_whose_sound_lies_elsewhere() {
        let read = read(
            "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",LANGUAGE=\"en\",AUTOSELECT=YES,URI=\"en.m3u8\"\n\
             #EXT-X-STREAM-INF:BANDWIDTH=1000,AUDIO=\"a\",CODECS=\"avc1.4d401f,mp4a.40.2\"\n1.m3u8\n\
             #EXT-X-STREAM-INF:BANDWIDTH=9000,CODECS=\"av01.0.04M.10,mp4a.40.2\"\n9.m3u8\n\
             #EXT-X-STREAM-INF:BANDWIDTH=900,CODECS=\"avc1.4d401f,wvtt\"\n2.m3u8\n\
             #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"y\",LANGUAGE=\"de-AT\",DEFAULT=YES,URI=\"de.m3u8\"\n\
             #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"again\",URI=\"en.m3u8\"\n\
             #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"inside\"\n\
             #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"b\",NAME=\"z\",URI=\"other.m3u8\"\n\
             #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"a\",NAME=\"text\",URI=\"text.m3u8\"\n",
        );
        let Ok(Playlist::Choice(choice)) = read else { panic!("{read:?}") };
        let best = choice.best().unwrap();
        assert_eq!((best.uri.as_str(), best.bandwidth), ("1.m3u8", 1000), "what is not read is no choice");
        let sounds: Vec<_> = choice.sounds(best).iter().map(|sound| (&*sound.uri, sound.language)).collect();
        assert_eq!(sounds, [("de.m3u8", Some(*b"deu")), ("en.m3u8", Some(*b"eng"))]);
        assert!(choice.sounds(&choice.variants[2]).is_empty());
    }

    #[test]
    fn keys_hold_until_the_next_and_headers_are_encrypted_by_those_before_them() {
        let read = segments(
            "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-DISCONTINUITY-SEQUENCE:4\n#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"9@2\"\n#EXTINF:6,\n1\n\
             #EXT-X-KEY:METHOD=AES-128,URI=\"k1\",IV=0x1F\n#EXT-X-KEY:METHOD=SAMPLE-AES,KEYFORMAT=\"com.apple\",URI=\"skd://x\"\n#EXTINF:6,\n2\n\
             #EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"j.mp4\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"k2\"\n#EXTINF:6,\n3\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:6,\n4\n",
        );
        let key =
            |at: usize| read.all[at].key.as_ref().map(|key| (&*key.uri, key.iv.map(u128::from_be_bytes)));
        assert_eq!(
            [key(0), key(1), key(2), key(3)],
            [None, Some(("k1", Some(31))), Some(("k2", None)), None]
        );
        let map =
            |at: usize| read.all[at].map.clone().map(|map| (map.uri.clone(), map.range, map.key.is_some()));
        assert_eq!(map(1), Some(("i.mp4".to_owned(), Some((2, 9)), false)));
        assert_eq!(map(3), Some(("j.mp4".to_owned(), None, true)));
        assert_eq!(read.all.iter().map(|one| one.timeline).collect::<Vec<_>>(), [4, 4, 5, 5]);
    }

    #[test]
    fn what_cannot_be_followed_says_so() {
        let head = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n";
        let key = |about: &str| format!("{head}#EXT-X-KEY:METHOD={about}\n#EXTINF:6,\na.ts\n");
        for (text, fault) in [
            ("<html></html>".to_owned(), Fault::NotAPlaylist),
            ("#EXTM3U\n".to_owned(), Fault::NotAPlaylist),
            (key("SAMPLE-AES,URI=\"k\""), Fault::Encrypted("SAMPLE-AES")),
            (key("SAMPLE-AES-CTR,URI=\"k\""), Fault::Encrypted("SAMPLE-AES-CTR")),
            (key("AES-128,URI=\"k\",KEYFORMAT=\"x\""), Fault::Encrypted("AES-128 with keys of DRM")),
            (key("AES-999,URI=\"k\""), Fault::Encrypted("a method that is not known")),
            (key("AES-128"), Fault::Key),
            (key("AES-128,URI=\"k\",IV=0x123456789012345678901234567890123"), Fault::Key),
            (key("AES-128,URI=\"k\",IV=0x+1"), Fault::Key),
        ] {
            assert_eq!(read(&text), Err(fault), "{text}");
        }
        assert_eq!(segments(&key("NONE")).all.len(), 1);
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
