//! The decision: every container that the client reads is planned, and the best plan wins.
//!
//! "Best" is [`Plan::cost`], then CMAF before TS. Since a client that can do more has all the plans of one that can do
//! less, it can never be given a worse one.

use super::codec::{Fit, audio_fits, takes_aac, takes_h264, video_fit};
use super::{
    Action, AudioCodec, AudioPlan, AudioTrack, Client, Container, Decision, Delivery, Hls, Layout, Offer,
    Plan, Policy, Reason, Recipe, Role, Seen, SourceTracks, TrackAction, VideoCodec, VideoPlan, VideoTrack,
};
use crate::limits;
use crate::transcode::top;

/// Decides how `client` plays what was `seen` of a source, under `policy`.
pub fn decide(seen: Seen<'_>, client: &Client, policy: Policy) -> Decision {
    match seen {
        Seen::Never => Decision::Unknown,
        Seen::Now(tracks) => now(tracks, client, policy),
        // What was there last time may promise a picture, but must not deny one.
        Seen::Before(tracks) => match now(tracks, client, policy) {
            Decision::Play(mut plan) => {
                plan.provisional = true;
                plan.reasons.push(Reason::FromMemory);
                Decision::Play(plan)
            }
            _ => Decision::Unknown,
        },
    }
}

/// Whether, by what the source carried last time, all that keeps `client` from its picture is that every transcoder is taken.
///
/// Only who begins is turned away by it, and is asked to come again; a picture that could be had anew is denied by nothing else from memory.
pub fn lacks_transcoder(remembered: &SourceTracks, client: &Client, policy: Policy) -> bool {
    let busy = |reasons: &[Reason]| reasons.contains(&Reason::VideoTranscoderBusy);
    matches!(now(remembered, client, policy), Decision::Refuse(reasons) if busy(&reasons))
}

fn now(tracks: &SourceTracks, client: &Client, policy: Policy) -> Decision {
    if tracks.video.is_none() && tracks.audio.is_empty() {
        return Decision::Refuse(vec![Reason::NothingToPlay]);
    }
    let mut refusals = Vec::new();
    let mut best: Option<Plan> = None;
    for container in [Container::Cmaf, Container::Ts] {
        if !client.containers.contains(&container)
            || (client.hls == Hls::None && container == Container::Cmaf)
        {
            continue;
        }
        match plan(tracks, client, policy, container) {
            Ok(plan) if best.as_ref().is_none_or(|best| plan.cost() < best.cost()) => best = Some(plan),
            Ok(_) => {}
            Err(reasons) => refusals.extend(reasons),
        }
    }
    if let Some(plan) = best {
        return Decision::Play(plan);
    }
    if refusals.is_empty() {
        refusals.push(Reason::ContainerUnsupported);
    }
    Decision::Refuse(distinct(refusals))
}

fn plan(
    tracks: &SourceTracks,
    client: &Client,
    policy: Policy,
    container: Container,
) -> Result<Plan, Vec<Reason>> {
    let mut reasons = Vec::new();
    let raw = client.hls == Hls::None;
    let video = match &tracks.video {
        Some(track) => Some(plan_video(track, client, policy, raw, &mut reasons)?),
        None => None,
    };
    let mut audio = plan_audio(&tracks.audio, client, policy, container, &mut reasons)?;
    mark_default(&mut audio, &client.languages);
    let action = action(video.as_ref(), &audio);
    if reasons.is_empty() {
        reasons.push(Reason::PlaysAsBroadcast);
    }
    let delivery = match client.hls {
        Hls::None => Delivery::Raw,
        Hls::LowLatency if policy.low_latency && container == Container::Cmaf => Delivery::LowLatency,
        _ => Delivery::Standard,
    };
    let separate = container == Container::Cmaf && video.is_some() && audio.len() > 1;
    let layout = if separate { Layout::Separate } else { Layout::Muxed };
    let reasons = distinct(reasons);
    Ok(Plan { action, container, delivery, layout, video, audio, reasons, provisional: false })
}

fn action(video: Option<&VideoPlan>, audio: &[AudioPlan]) -> Action {
    if video.is_some_and(|video| video.action == TrackAction::Transcode) {
        Action::VideoTranscode
    } else if audio.iter().any(|audio| audio.action == TrackAction::Transcode) {
        Action::AudioTranscode
    } else {
        Action::Remux
    }
}

fn plan_video(
    track: &VideoTrack,
    client: &Client,
    policy: Policy,
    raw: bool,
    reasons: &mut Vec<Reason>,
) -> Result<VideoPlan, Vec<Reason>> {
    let copy = VideoPlan {
        track: track.id,
        action: TrackAction::Copy,
        codec: track.codec,
        from: track.codec,
        recipe: None,
    };
    let can_transcode = policy.video_transcode >= Offer::Frames && !raw && takes_h264(&client.video);
    let transcode = VideoPlan {
        track: track.id,
        action: TrackAction::Transcode,
        codec: VideoCodec::H264,
        from: track.codec,
        recipe: Some(recipe(track, client, policy)),
    };
    if track.codec == VideoCodec::Other {
        let anything = raw && client.video.iter().any(|claim| claim == "*");
        return if anything { Ok(copy) } else { Err(vec![Reason::VideoCodecUnknown]) };
    }
    let why = match video_fit(&client.video, track) {
        Fit::Yes => {
            // Wishes, not inabilities: without a transcoder the picture is better than none.
            let (wishes, enough) = wishes(track, client, policy);
            let obeyed = !wishes.is_empty() && can_transcode && enough;
            reasons.extend(wishes);
            return Ok(if obeyed { transcode } else { copy });
        }
        Fit::NotThisProfile => Reason::VideoProfileUnsupported,
        Fit::No => Reason::VideoCodecUnsupported,
    };
    if can_transcode {
        reasons.push(why);
        return Ok(transcode);
    }
    let helpful = !raw && takes_h264(&client.video);
    Err(vec![
        why,
        match policy.video_transcode {
            Offer::Busy if helpful => Reason::VideoTranscoderBusy,
            Offer::TooSlow if helpful => Reason::MachineTooSlow,
            _ => Reason::VideoTranscoderMissing,
        },
    ])
}

/// What `client` would rather have than the picture as it was broadcast, and whether the station does that for it.
fn wishes(track: &VideoTrack, client: &Client, policy: Policy) -> (Vec<Reason>, bool) {
    let too_high = client.max_height.zip(track.height).is_some_and(|(most, height)| height > most);
    // Who decodes MPEG-2, or everything, is a television set or a player made for television.
    let television = client.video.iter().any(|claim| claim == "*") || track.codec == VideoCodec::Mpeg2;
    let combs = track.interlaced && !client.deinterlaces && !television && client.hls != Hls::None;
    let compatible = client.compatible && client.hls != Hls::None;
    let wishes = [
        (too_high, Reason::HigherThanAsked),
        (combs, Reason::Interlaced),
        (compatible, Reason::CompatibleAsked),
    ];
    let wishes = wishes.into_iter().filter_map(|(wished, reason)| wished.then_some(reason)).collect();
    (wishes, too_high || compatible || policy.deinterlace)
}

/// Lines that `client` is given of a transcoded picture, at most, where the station gives `allowed`.
pub fn most_lines(client: &Client, allowed: Option<u32>) -> Option<u32> {
    [client.max_height, allowed].into_iter().flatten().min()
}

fn recipe(track: &VideoTrack, client: &Client, policy: Policy) -> Recipe {
    Recipe {
        fields: track.interlaced && policy.video_transcode == Offer::Fields,
        lines: top(track, most_lines(client, policy.most_lines)),
    }
}

/// What one sound costs in this container: passed on, transcoded, or not at all.
fn audio_action(
    track: &AudioTrack,
    client: &Client,
    policy: Policy,
    container: Container,
) -> Option<TrackAction> {
    let raw = client.hls == Hls::None;
    let carried = match track.codec {
        AudioCodec::Aac | AudioCodec::Ac3 | AudioCodec::Eac3 => true,
        AudioCodec::Latm | AudioCodec::MpegAudio => container == Container::Ts,
        AudioCodec::Other => raw,
    };
    let can = policy.audio_transcode && !raw && track.codec != AudioCodec::Other && takes_aac(&client.audio);
    let everybody = track.codec == AudioCodec::Aac && track.channels.is_none_or(|channels| channels <= 2);
    if carried && audio_fits(&client.audio, track) && !(client.compatible && can && !everybody) {
        return Some(TrackAction::Copy);
    }
    can.then_some(TrackAction::Transcode)
}

fn plan_audio(
    tracks: &[AudioTrack],
    client: &Client,
    policy: Policy,
    container: Container,
    reasons: &mut Vec<Reason>,
) -> Result<Vec<AudioPlan>, Vec<Reason>> {
    let mut chosen = Vec::new();
    for twins in twins(tracks, client.hls == Hls::None) {
        let playable = twins
            .iter()
            .filter_map(|track| Some((*track, audio_action(track, client, policy, container)?)))
            .min_by_key(|(track, action)| (*action, preference(track, *action)));
        match playable {
            Some(_) if twins.len() > 1 => reasons.push(Reason::AudioTwinLeftOut),
            Some(_) => {}
            None => reasons.push(Reason::AudioLeftOut),
        }
        chosen.extend(playable);
    }
    if chosen.is_empty() && !tracks.is_empty() {
        let missing = (!policy.audio_transcode).then_some(Reason::AudioTranscoderMissing);
        return Err([Reason::AudioCodecUnsupported].into_iter().chain(missing).collect());
    }
    if chosen.iter().any(|(_, action)| *action == TrackAction::Transcode) {
        reasons.push(Reason::AudioCodecUnsupported);
    }
    Ok(chosen.into_iter().map(|(track, action)| audio_plan(track, action)).collect())
}

fn audio_plan(track: &AudioTrack, action: TrackAction) -> AudioPlan {
    let codec = if action == TrackAction::Copy { track.codec } else { AudioCodec::Aac };
    let language = track.language.clone();
    AudioPlan {
        track: track.id,
        action,
        codec,
        from: track.codec,
        language,
        role: track.role,
        default: false,
    }
}

/// Sounds that are the same to a listener, together: AC-3 5.1 and MP2 stereo of one language and purpose. Sounds without
/// a language may be anything and stay alone, as does everything in a raw stream, where choosing is up to the player.
/// Does not look at the client: what it can do must not change what counts as one choice.
fn twins(tracks: &[AudioTrack], raw: bool) -> Vec<Vec<&AudioTrack>> {
    let same = |one: &AudioTrack, other: &AudioTrack| {
        one.role == other.role
            && one.codec != other.codec
            && one.language.is_some()
            && one.language == other.language
    };
    let mut groups: Vec<Vec<&AudioTrack>> = Vec::new();
    for track in tracks.iter().take(limits::AUDIO_TRACKS) {
        match groups.iter_mut().find(|group| !raw && group.iter().all(|other| same(other, track))) {
            Some(group) => group.push(track),
            None => groups.push(vec![track]),
        }
    }
    groups
}

/// Among twins, lower is better: more channels if passed on; stereo if transcoded, since stereo it becomes, and the
/// broadcaster's own is a better one than ours. The programme map does not tell channels; what is decided by it should
/// still hold when the first frames do, or a transcoder would be started for nothing.
fn preference(track: &AudioTrack, action: TrackAction) -> (u8, bool) {
    let surround = matches!(track.codec, AudioCodec::Ac3 | AudioCodec::Eac3);
    let channels = track.channels.unwrap_or(if surround { 6 } else { 2 });
    match action {
        TrackAction::Copy => (u8::MAX - channels, !surround),
        TrackAction::Transcode => (channels.abs_diff(2), surround),
    }
}

/// The programme's own sound before a described one; then the first language that the client asks for and the source
/// has; then the order of the programme map.
fn mark_default(audio: &mut [AudioPlan], languages: &[String]) {
    let wish = |plan: &AudioPlan| {
        let matches =
            |wanted: &String| plan.language.as_deref().is_some_and(|has| is_same_language(wanted, has));
        languages.iter().position(matches).unwrap_or(usize::MAX)
    };
    let best = audio
        .iter()
        .enumerate()
        .min_by_key(|(place, plan)| (plan.role != Role::Main, wish(plan), *place))
        .map(|(place, _)| place);
    if let Some(best) = best {
        audio[best].default = true;
    }
}

/// ISO 639-1, 639-2/T and 639-2/B of the languages that broadcasts on European satellites carry. Others compare by
/// their own text.
const LANGUAGES: &[(&str, &str, &str)] = &[
    ("cs", "ces", "cze"),
    ("da", "dan", "dan"),
    ("de", "deu", "ger"),
    ("el", "ell", "gre"),
    ("en", "eng", "eng"),
    ("es", "spa", "spa"),
    ("fi", "fin", "fin"),
    ("fr", "fra", "fre"),
    ("hr", "hrv", "hrv"),
    ("hu", "hun", "hun"),
    ("it", "ita", "ita"),
    ("nl", "nld", "dut"),
    ("no", "nor", "nor"),
    ("pl", "pol", "pol"),
    ("pt", "por", "por"),
    ("ro", "ron", "rum"),
    ("ru", "rus", "rus"),
    ("sk", "slk", "slo"),
    ("sv", "swe", "swe"),
    ("tr", "tur", "tur"),
];

fn is_same_language(one: &str, other: &str) -> bool {
    let canonical = |text: &str| {
        let base = text.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
        let row =
            LANGUAGES.iter().find(|(short, term, book)| [*short, *term, *book].contains(&base.as_str()));
        row.map_or(base, |(short, ..)| (*short).to_owned())
    };
    canonical(one) == canonical(other)
}

fn distinct(mut reasons: Vec<Reason>) -> Vec<Reason> {
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}
