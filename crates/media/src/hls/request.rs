//! What a player asks for: the path below a playback's key, and the delivery directives of its query (RFC 8216bis §6.2.5).
//! Whether that is there, and whether it may be had, is not known here.

use super::Directives;

/// What a path below a key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// The multivariant playlist.
    Main,
    /// The media playlist of a rendition.
    Playlist(&'a str),
    /// Initialisation of a rendition, by its hash.
    Init(&'a str, &'a str),
    /// A segment of a rendition.
    Segment(&'a str, u64),
    /// A part of a segment.
    Part(&'a str, u64, u32),
    /// A segment as transport stream.
    TsSegment(&'a str, u64),
    /// Subtitles of a segment.
    Subtitles(&'a str, u64),
    /// All of it as transport stream, without end.
    Raw,
}

impl<'a> Wanted<'a> {
    /// Reads a path; `None`: it names nothing.
    pub fn parse(path: &'a str) -> Option<Self> {
        match path {
            "main.m3u8" => return Some(Self::Main),
            "stream.ts" => return Some(Self::Raw),
            _ => {}
        }
        let Some((rendition, file)) = path.split_once('/') else {
            return path.strip_suffix(".m3u8").map(Self::Playlist);
        };
        if let Some(hash) = file.strip_prefix("init-").and_then(|file| file.strip_suffix(".mp4")) {
            return Some(Self::Init(rendition, hash));
        }
        if let Some(sequence) = file.strip_suffix(".ts") {
            return Some(Self::TsSegment(rendition, sequence.parse().ok()?));
        }
        if let Some(sequence) = file.strip_suffix(".vtt") {
            return Some(Self::Subtitles(rendition, sequence.parse().ok()?));
        }
        let name = file.strip_suffix(".m4s")?;
        match name.split_once('.') {
            Some((sequence, part)) => Some(Self::Part(rendition, sequence.parse().ok()?, part.parse().ok()?)),
            None => Some(Self::Segment(rendition, name.parse().ok()?)),
        }
    }
}

/// Why directives cannot be followed; each names the parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// No number.
    #[error("{0} must be a number")]
    Number(&'static str),
    /// A part without its segment.
    #[error("_HLS_part was given without _HLS_msn")]
    PartAlone,
}

impl Directives {
    /// Reads a query; parameters of others are ignored, as RFC 8216bis §6.2.5 wants.
    pub fn parse(query: &str) -> Result<Self, Wrong> {
        let mut directives = Self::default();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match name {
                "_HLS_msn" => {
                    directives.sequence = Some(value.parse().map_err(|_| Wrong::Number("_HLS_msn"))?);
                }
                "_HLS_part" => {
                    directives.part = Some(value.parse().map_err(|_| Wrong::Number("_HLS_part"))?);
                }
                "_HLS_skip" => directives.skip = matches!(value, "YES" | "v2"),
                _ => {}
            }
        }
        if directives.part.is_some() && directives.sequence.is_none() {
            return Err(Wrong::PartAlone);
        }
        Ok(directives)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_what_they_name() {
        for (path, is) in [
            ("main.m3u8", Some(Wanted::Main)),
            ("v0a1.m3u8", Some(Wanted::Playlist("v0a1"))),
            ("v0a1/12.m4s", Some(Wanted::Segment("v0a1", 12))),
            ("v0a1/12.3.m4s", Some(Wanted::Part("v0a1", 12, 3))),
            ("v0a1/12.ts", Some(Wanted::TsSegment("v0a1", 12))),
            ("text-deu-forced.m3u8", Some(Wanted::Playlist("text-deu-forced"))),
            ("text-deu/12.vtt", Some(Wanted::Subtitles("text-deu", 12))),
            ("v0a1/init-0a.mp4", Some(Wanted::Init("v0a1", "0a"))),
            ("v0a1/../../etc/passwd", None),
            ("v0a1/-1.m4s", None),
            ("", None),
        ] {
            assert_eq!(Wanted::parse(path), is, "{path:?}");
        }
    }

    #[test]
    fn directives_are_numbers_or_refused() {
        let read = |sequence, part, skip| Ok(Directives { sequence, part, skip });
        for (query, is) in [
            ("", read(None, None, false)),
            ("_HLS_msn=7&_HLS_part=2&_HLS_skip=YES", read(Some(7), Some(2), true)),
            ("token=a&_HLS_msn=18446744073709551615", read(Some(u64::MAX), None, false)),
            ("_HLS_msn=-1", Err(Wrong::Number("_HLS_msn"))),
            ("_HLS_msn=1&_HLS_part=x", Err(Wrong::Number("_HLS_part"))),
            ("_HLS_part=1", Err(Wrong::PartAlone)),
        ] {
            assert_eq!(Directives::parse(query), is, "{query:?}");
        }
    }
}
