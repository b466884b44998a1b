//! Which codec strings cover which: RFC 6381 as far as broadcasts and browsers use it.
//!
//! A claim covers a track only where that is certain. A bare family (`avc1`) claims the profiles that broadcasts use
//! and that every decoder of the family has: Baseline, Main and High with 8 bits for H.264, Main and Main 10 for HEVC.

use super::{AudioCodec, AudioTrack, VideoCodec, VideoTrack};

/// How well a client's claims fit a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It decodes it.
    Yes,
    /// It decodes the codec, but not this profile or level, or that is not known.
    NotThisProfile,
    /// It does not decode the codec.
    No,
}

/// Whether the claim `claimed` covers a track whose string is `actual`.
pub fn covers(claimed: &str, actual: &str) -> bool {
    let (claimed, actual) = (claimed.trim().to_ascii_lowercase(), actual.trim().to_ascii_lowercase());
    if claimed == "*" || claimed == actual {
        return true;
    }
    let (family, detail) = split(&claimed);
    let (actual_family, actual_detail) = split(&actual);
    if canonical(family) != canonical(actual_family) {
        return false;
    }
    match canonical(family) {
        "avc1" => avc(detail, actual_detail),
        "hvc1" => hevc(detail, actual_detail),
        "mp4a" => detail.is_none() && actual_detail.is_none_or(is_aac),
        _ => detail.is_none() || detail == actual_detail,
    }
}

fn split(text: &str) -> (&str, Option<&str>) {
    text.split_once('.').map_or((text, None), |(family, detail)| (family, Some(detail)))
}

/// Names of the same coding: parameter sets in or beside the stream makes no difference to a decoder.
fn canonical(family: &str) -> &str {
    match family {
        "avc1" | "avc3" | "h264" => "avc1",
        "hvc1" | "hev1" | "hevc" | "h265" => "hvc1",
        "mp4a" | "aac" => "mp4a",
        "ec-3" | "eac3" => "ec-3",
        "ac-3" | "ac3" => "ac-3",
        other => other,
    }
}

fn is_aac(detail: &str) -> bool {
    matches!(detail, "40.2" | "40.5" | "40.29" | "67" | "40.02" | "40.05")
}

/// H.264 profiles in an order where each decoder also decodes the ones below.
fn avc_rank(profile: u8) -> Option<u8> {
    Some(match profile {
        66 => 0,
        77 => 1,
        100 => 2,
        110 => 3,
        122 => 4,
        244 => 5,
        _ => return None,
    })
}

/// `PPCCLL` in hex (RFC 6381 §3.3): profile, constraints, level. A bare claim is High at any level; an actual string
/// without details is not known to be covered by a detailed claim.
fn avc(claimed: Option<&str>, actual: Option<&str>) -> bool {
    let parse = |detail: &str| {
        let bits = u32::from_str_radix(detail, 16).ok().filter(|_| detail.len() == 6)?;
        Some((avc_rank((bits >> 16) as u8)?, bits as u8))
    };
    match (claimed, actual) {
        (None, None) => true,
        (None, Some(actual)) => parse(actual).is_some_and(|(rank, _)| rank <= 2),
        (Some(_), None) => false,
        (Some(claimed), Some(actual)) => match (parse(claimed), parse(actual)) {
            (Some(claimed), Some(actual)) => actual.0 <= claimed.0 && actual.1 <= claimed.1,
            _ => false,
        },
    }
}

/// `[A-C]P.compatibility.[LH]level.constraints` (ISO/IEC 14496-15 Annex E). Main 10 decodes Main.
fn hevc(claimed: Option<&str>, actual: Option<&str>) -> bool {
    let parse = |detail: &str| {
        let mut fields = detail.split('.');
        let profile: u8 = fields.next()?.trim_start_matches(['a', 'b', 'c']).parse().ok()?;
        let tier_level = fields.nth(1)?;
        let level: u16 = tier_level.get(1..)?.parse().ok()?;
        Some((profile, tier_level.starts_with('h'), level))
    };
    match (claimed, actual) {
        (None, None) => true,
        (None, Some(actual)) => parse(actual).is_some_and(|(profile, ..)| matches!(profile, 1 | 2)),
        (Some(_), None) => false,
        (Some(claimed), Some(actual)) => match (parse(claimed), parse(actual)) {
            (Some(claimed), Some(actual)) => {
                let profile_fits = actual.0 == claimed.0 || (actual.0, claimed.0) == (1, 2);
                profile_fits && actual.1 <= claimed.1 && actual.2 <= claimed.2
            }
            _ => false,
        },
    }
}

/// How well `claims` fit `track`.
pub(super) fn video_fit(claims: &[String], track: &VideoTrack) -> Fit {
    let family = match track.codec {
        VideoCodec::H264 => "avc1",
        VideoCodec::Hevc => "hvc1",
        VideoCodec::Mpeg2 => "mp4v.61",
        VideoCodec::Other => return Fit::No,
    };
    let actual = track.rfc6381.as_deref().unwrap_or(family);
    let is_mpeg2 = |claim: &&String| matches!(claim.as_str(), "mpeg2" | "mp4v");
    if track.codec == VideoCodec::Mpeg2 && claims.iter().any(|claim| is_mpeg2(&claim)) {
        return Fit::Yes;
    }
    if claims.iter().any(|claim| covers(claim, actual)) {
        return Fit::Yes;
    }
    let (name, _) = split(family);
    let same_family = |claim: &String| canonical(split(&claim.to_ascii_lowercase()).0) == name;
    match (claims.iter().any(same_family), &track.rfc6381) {
        // The map names the coding, and the parameter sets come later, before anything can be played: they decide. Else a
        // transcoder would be started, or a viewer refused, for want of a second's patience.
        (true, None) => Fit::Yes,
        (true, Some(_)) => Fit::NotThisProfile,
        (false, _) => Fit::No,
    }
}

/// Whether `claims` cover `track` as it was broadcast.
pub(super) fn audio_fits(claims: &[String], track: &AudioTrack) -> bool {
    let claimed = |names: &[&str]| claims.iter().any(|claim| names.iter().any(|name| covers(claim, name)));
    match track.codec {
        AudioCodec::Aac => claimed(&[track.rfc6381.as_deref().unwrap_or("mp4a.40.2")]),
        AudioCodec::Latm => claimed(&["latm", "mp4a-latm"]),
        AudioCodec::Ac3 => claimed(&["ac-3"]),
        AudioCodec::Eac3 => claimed(&["ec-3"]),
        AudioCodec::MpegAudio => claimed(&["mp2", "mp4a.40.33", "mp4a.69"]),
        AudioCodec::Other => claimed(&[track.rfc6381.as_deref().unwrap_or("\u{0}")]),
    }
}

/// Whether `claims` cover the AAC that our transcoder makes.
pub(super) fn takes_aac(claims: &[String]) -> bool {
    claims.iter().any(|claim| covers(claim, "mp4a.40.2"))
}

/// Whether `claims` cover the H.264 that our transcoder makes.
pub(super) fn takes_h264(claims: &[String]) -> bool {
    claims.iter().any(|claim| claim == "*" || canonical(split(&claim.to_ascii_lowercase()).0) == "avc1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_covers_what_is_certain_and_no_more() {
        for (claimed, actual, covered) in [
            ("*", "anything", true),
            ("avc1", "avc1.640028", true),
            ("avc1", "avc1.4d401f", true),
            ("avc1", "avc1.6e0028", false),
            ("avc1", "avc1.7a0028", false),
            ("avc3", "avc1.42c01e", true),
            ("AVC1.640028", "avc1.640028", true),
            ("avc1.640028", "avc1.4d4028", true),
            ("avc1.640028", "avc1.64002a", false),
            ("avc1.42e01e", "avc1.640028", false),
            ("avc1.640028", "avc1", false),
            ("avc1.rubbish", "avc1.640028", false),
            ("hvc1", "hvc1.2.4.l153.b0", true),
            ("hev1", "hvc1.1.6.l120.90", true),
            ("hvc1", "hvc1.4.10.l153", false),
            ("hvc1.1.6.l150", "hvc1.2.4.l120", false),
            ("hvc1.2.4.l153", "hvc1.1.6.l120", true),
            ("hvc1.2.4.l120", "hvc1.2.4.l153", false),
            ("mp4a.40.2", "mp4a.40.2", true),
            ("mp4a.40.2", "mp4a.40.5", false),
            ("mp4a", "mp4a.40.5", true),
            ("aac", "mp4a.40.2", true),
            ("mp4a", "mp4a.69", false),
            ("ac-3", "ac-3", true),
            ("ec-3", "ac-3", false),
            ("opus", "mp4a.40.2", false),
            ("", "avc1", false),
        ] {
            assert_eq!(covers(claimed, actual), covered, "{claimed} covers {actual}");
        }
    }
}
