//! The table of cases and the laws of playback.
//!
//! A case reads: what is on air | who asks | what the station can | what comes of it. Sources and clients are named;
//! outcomes are written in one line, so that the whole table can be read and disputed.

use super::{
    Action, AudioCodec, AudioTrack, Client, Container, Decision, Delivery, Hls, Layout, Offer, Plan, Policy,
    Reason, Recipe, Role, Seen, SourceTracks, TrackAction, VideoCodec, VideoTrack, decide,
};
use proptest::prelude::*;

fn video(codec: VideoCodec, rfc6381: &str, height: u32) -> VideoTrack {
    VideoTrack {
        id: 0,
        codec,
        rfc6381: (!rfc6381.is_empty()).then(|| rfc6381.to_owned()),
        width: Some(height * 16 / 9),
        height: Some(height),
        frame_rate: Some((25, 1)),
        interlaced: false,
    }
}

/// `ac3:deu`, `mp2:fra:described`.
fn audio(id: u8, text: &str) -> AudioTrack {
    let mut fields = text.split(':');
    let (codec, channels) = match fields.next() {
        Some("aac" | "he-aac") => (AudioCodec::Aac, 2),
        Some("latm") => (AudioCodec::Latm, 2),
        Some("ac3") => (AudioCodec::Ac3, 6),
        Some("eac3") => (AudioCodec::Eac3, 6),
        Some("mp2") => (AudioCodec::MpegAudio, 2),
        _ => (AudioCodec::Other, 2),
    };
    let language = fields.next().filter(|language| !language.is_empty()).map(str::to_owned);
    let role = match fields.next() {
        Some("described") => Role::Described,
        Some("impaired") => Role::HearingImpaired,
        _ => Role::Main,
    };
    let rfc6381 = text.starts_with("he-aac").then(|| "mp4a.40.5".to_owned());
    AudioTrack { id, codec, rfc6381, language, role, channels: Some(channels) }
}

fn source(name: &str) -> SourceTracks {
    let (picture, sounds) = name.split_once('+').unwrap_or((name, ""));
    let video = match picture {
        "h264" => Some(video(VideoCodec::H264, "avc1.640028", 1080)),
        "h264?" => Some(video(VideoCodec::H264, "", 1080)),
        "h264-high10" => Some(video(VideoCodec::H264, "avc1.6e0028", 1080)),
        "h264i" => Some(VideoTrack { interlaced: true, ..video(VideoCodec::H264, "avc1.640028", 1080) }),
        "mpeg2i" => Some(VideoTrack { interlaced: true, ..video(VideoCodec::Mpeg2, "mp4v.61", 576) }),
        "h264-50p" => Some(video(VideoCodec::H264, "avc1.64002a", 1080)),
        "hevc?" => Some(video(VideoCodec::Hevc, "", 2160)),
        "hevc-main" => Some(video(VideoCodec::Hevc, "hvc1.1.6.L120.90", 1080)),
        "hevc" => Some(video(VideoCodec::Hevc, "hvc1.2.4.L153.B0", 2160)),
        "mpeg2" => Some(video(VideoCodec::Mpeg2, "mp4v.61", 576)),
        "avs2" => Some(video(VideoCodec::Other, "", 2160)),
        _ => None,
    };
    let audio = sounds.split(' ').filter(|sound| !sound.is_empty()).enumerate();
    let audio = audio.map(|(place, sound)| audio_track(place, sound)).collect();
    SourceTracks { video, audio }
}

fn audio_track(place: usize, sound: &str) -> AudioTrack {
    audio(place as u8 + 1, sound)
}

fn client(name: &str) -> Client {
    let texts = |list: &str| list.split(' ').filter(|text| !text.is_empty()).map(str::to_owned).collect();
    let browser = |video: &str, audio: &str, hls| Client {
        containers: vec![Container::Cmaf, Container::Ts],
        video: texts(video),
        audio: texts(audio),
        hls,
        ..Client::default()
    };
    match name {
        "chromium" => browser("avc1", "mp4a.40.2 mp4a.40.5 opus", Hls::LowLatency),
        "chrome-main" => browser("avc1 hvc1.1.6.L123.B0", "mp4a.40.2", Hls::LowLatency),
        "chrome-main10" => browser("avc1 hvc1.1.6.L153.B0 hvc1.2.4.L153.B0", "mp4a.40.2", Hls::LowLatency),
        "chrome-de" => Client { languages: texts("de-DE de en"), ..client("chromium") },
        "chrome-fr" => Client { languages: texts("fr"), ..client("chromium") },
        "chrome-720" => Client { max_height: Some(720), ..client("chromium") },
        "chrome-compatible" => Client { compatible: true, ..client("chromium") },
        "edge-compatible" => Client { compatible: true, ..client("edge") },
        "android-tv" => Client { deinterlaces: true, ..client("edge") },
        "firefox" => browser("avc1.42e01e avc1.640028", "mp4a.40.2 mp4a.40.5 opus", Hls::LowLatency),
        "edge" => browser("avc1 hvc1", "mp4a ac-3 ec-3", Hls::LowLatency),
        "safari" => browser("avc1 hvc1", "mp4a.40.2 mp4a.40.5 ac-3 ec-3", Hls::LowLatency),
        "iphone" => Client { containers: vec![Container::Cmaf], ..client("safari") },
        "old-tv" => Client {
            containers: vec![Container::Ts],
            ..browser("avc1 mpeg2", "mp4a.40.2 ac-3 mp2", Hls::Standard)
        },
        "cast" => browser("avc1", "mp4a ac-3 ec-3", Hls::Standard),
        "vlc" => Client::raw_player(),
        "vlc-hls" => browser("*", "*", Hls::Standard),
        "picky-raw" => Client { video: texts("avc1"), audio: texts("mp4a ac-3"), ..Client::raw_player() },
        "cmaf-raw" => Client { containers: vec![Container::Cmaf], ..Client::raw_player() },
        "silent" => Client { containers: vec![Container::Cmaf, Container::Ts], ..Client::default() },
        "deaf" => browser("avc1", "", Hls::LowLatency),
        "nothing" => Client::default(),
        other => unreachable!("no client {other}"),
    }
}

fn policy(name: &str) -> Policy {
    match name {
        "usual" => Policy::default(),
        "no-ffmpeg" => Policy { audio_transcode: false, ..Policy::default() },
        "video" => Policy { video_transcode: Offer::Fields, ..Policy::default() },
        "busy" => Policy { video_transcode: Offer::Busy, ..Policy::default() },
        "slow" => Policy { video_transcode: Offer::TooSlow, ..Policy::default() },
        "loaded" => Policy { video_transcode: Offer::Frames, ..Policy::default() },
        "strong" => Policy { deinterlace: true, ..policy("video") },
        "capped" => Policy { most_lines: Some(600), ..policy("video") },
        "no-ll" => Policy { low_latency: false, ..Policy::default() },
        other => unreachable!("no policy {other}"),
    }
}

/// One line: `remux cmaf ll muxed h264 aac*` or `refuse: nothing_to_play`. `*` is the default sound, `>` a transcode.
fn outcome(decision: &Decision) -> String {
    match decision {
        Decision::Unknown => "unknown".into(),
        Decision::Refuse(reasons) => {
            let codes: Vec<&str> = reasons.iter().map(|reason| reason.code()).collect();
            format!("refuse: {}", codes.join(" "))
        }
        Decision::Play(plan) => {
            let mut words = vec![
                match plan.action {
                    Action::Remux => "remux",
                    Action::AudioTranscode => "audio",
                    Action::VideoTranscode => "video",
                }
                .to_owned(),
                if plan.container == Container::Cmaf { "cmaf" } else { "ts" }.into(),
                match plan.delivery {
                    Delivery::LowLatency => "ll",
                    Delivery::Standard => "hls",
                    Delivery::Raw => "raw",
                }
                .into(),
                if plan.layout == Layout::Muxed { "muxed" } else { "separate" }.into(),
            ];
            words.extend(plan.video.iter().map(|video| match video.action {
                TrackAction::Copy => video.codec.name().to_owned(),
                TrackAction::Transcode => {
                    let recipe = video.recipe.map_or_else(String::new, Recipe::name);
                    format!(">{}:{recipe}", video.codec.name())
                }
            }));
            words.extend(plan.audio.iter().map(|audio| {
                let arrow = if audio.action == TrackAction::Transcode { ">" } else { "" };
                let language =
                    audio.language.as_deref().map_or(String::new(), |language| format!(":{language}"));
                format!("{}{arrow}{language}{}", audio.from.name(), if audio.default { "*" } else { "" })
            }));
            words.join(" ")
        }
    }
}

#[test]
fn the_table_of_cases() {
    for (on_air, who, can, expected) in [
        // Browsers without AC-3.
        ("h264+aac:deu", "chromium", "usual", "remux cmaf ll muxed h264 aac:deu*"),
        ("h264+aac", "chromium", "usual", "remux cmaf ll muxed h264 aac*"),
        ("h264+he-aac", "chromium", "usual", "remux cmaf ll muxed h264 aac*"),
        ("h264+he-aac", "cast", "usual", "remux cmaf hls muxed h264 aac*"),
        ("h264+ac3:deu", "chromium", "usual", "audio cmaf ll muxed h264 ac3>:deu*"),
        ("h264+eac3:deu", "chromium", "usual", "audio cmaf ll muxed h264 eac3>:deu*"),
        ("h264+mp2:deu", "chromium", "usual", "audio cmaf ll muxed h264 mp2>:deu*"),
        ("h264+latm:deu", "chromium", "usual", "audio cmaf ll muxed h264 latm>:deu*"),
        // Twins: one offered; stereo if it must be transcoded, more channels if not.
        ("h264+mp2:deu ac3:deu", "chromium", "usual", "audio cmaf ll muxed h264 mp2>:deu*"),
        ("h264+ac3:deu mp2:deu", "chromium", "usual", "audio cmaf ll muxed h264 mp2>:deu*"),
        ("h264+mp2:deu ac3:deu", "safari", "usual", "remux cmaf ll muxed h264 ac3:deu*"),
        ("h264+aac:deu ac3:deu", "chromium", "usual", "remux cmaf ll muxed h264 aac:deu*"),
        ("h264+aac:deu ac3:deu", "edge", "usual", "remux cmaf ll muxed h264 ac3:deu*"),
        ("h264+mp2 ac3", "chromium", "usual", "audio cmaf ll separate h264 mp2>* ac3>"),
        // Several languages and roles.
        ("h264+aac:deu aac:eng", "chromium", "usual", "remux cmaf ll separate h264 aac:deu* aac:eng"),
        ("h264+aac:eng aac:ger", "chrome-de", "usual", "remux cmaf ll separate h264 aac:eng aac:ger*"),
        ("h264+aac:fre aac:deu", "chrome-fr", "usual", "remux cmaf ll separate h264 aac:fre* aac:deu"),
        ("h264+aac:deu ac3:fra", "chrome-fr", "usual", "audio cmaf ll separate h264 aac:deu ac3>:fra*"),
        (
            "h264+aac:deu:described aac:deu",
            "chrome-de",
            "usual",
            "remux cmaf ll separate h264 aac:deu aac:deu*",
        ),
        (
            "h264+aac:deu:impaired aac:eng",
            "chrome-de",
            "usual",
            "remux cmaf ll separate h264 aac:deu aac:eng*",
        ),
        ("h264+aac:eng aac:ita", "chrome-de", "usual", "remux cmaf ll separate h264 aac:eng* aac:ita"),
        // Without a transcoder.
        ("h264+ac3:deu", "chromium", "no-ffmpeg", "refuse: audio_codec_unsupported audio_transcoder_missing"),
        ("h264+ac3:deu aac:eng", "chromium", "no-ffmpeg", "remux cmaf ll muxed h264 aac:eng*"),
        ("h264+mp2:deu aac:deu", "chromium", "no-ffmpeg", "remux cmaf ll muxed h264 aac:deu*"),
        ("h264+mp2:deu", "old-tv", "no-ffmpeg", "remux ts hls muxed h264 mp2:deu*"),
        // Pictures.
        ("mpeg2+mp2:deu", "chromium", "usual", "refuse: video_codec_unsupported video_transcoder_missing"),
        ("mpeg2+mp2:deu", "chromium", "video", "video cmaf ll muxed >h264:frame mp2>:deu*"),
        ("mpeg2+mp2:deu", "old-tv", "usual", "remux ts hls muxed mpeg2 mp2:deu*"),
        ("hevc+eac3:deu", "safari", "usual", "remux cmaf ll muxed hevc eac3:deu*"),
        ("hevc+eac3:deu", "chromium", "usual", "refuse: video_codec_unsupported video_transcoder_missing"),
        ("hevc+eac3:deu", "chromium", "video", "video cmaf ll muxed >h264:frame eac3>:deu*"),
        (
            "h264-high10+aac",
            "chromium",
            "usual",
            "refuse: video_profile_unsupported video_transcoder_missing",
        ),
        ("h264-high10+aac", "vlc-hls", "usual", "remux cmaf hls muxed h264 aac*"),
        ("h264-50p+aac", "firefox", "usual", "refuse: video_profile_unsupported video_transcoder_missing"),
        ("h264-50p+aac", "firefox", "video", "video cmaf ll muxed >h264:frame aac*"),
        ("h264+aac", "firefox", "usual", "remux cmaf ll muxed h264 aac*"),
        ("h264?+aac", "chromium", "usual", "remux cmaf ll muxed h264 aac*"),
        // The parameter sets decide, once they have come.
        ("h264?+aac", "firefox", "video", "remux cmaf ll muxed h264 aac*"),
        ("hevc?+aac", "chrome-main", "usual", "remux cmaf ll muxed hevc aac*"),
        ("hevc-main+aac", "chrome-main", "usual", "remux cmaf ll muxed hevc aac*"),
        ("hevc+aac", "chrome-main", "usual", "refuse: video_profile_unsupported video_transcoder_missing"),
        ("hevc+aac", "chrome-main", "video", "video cmaf ll muxed >h264:frame aac*"),
        ("hevc+aac", "chrome-main10", "video", "remux cmaf ll muxed hevc aac*"),
        ("hevc-main+aac", "chrome-main10", "video", "remux cmaf ll muxed hevc aac*"),
        ("avs2+aac", "chromium", "video", "refuse: video_codec_unknown"),
        ("avs2+aac", "vlc", "usual", "remux ts raw muxed unknown aac*"),
        // A wish for fewer lines is obeyed where it can be, and refuses nothing.
        ("h264+aac", "chrome-720", "usual", "remux cmaf ll muxed h264 aac*"),
        ("h264+aac", "chrome-720", "video", "video cmaf ll muxed >h264:frame-720 aac*"),
        ("mpeg2+mp2:deu", "chrome-720", "video", "video cmaf ll muxed >h264:frame mp2>:deu*"),
        // Fields: as broadcast unless there is enough to spare; twice the pictures where the load allows it.
        ("h264i+aac", "chromium", "usual", "remux cmaf ll muxed h264 aac*"),
        ("h264i+aac", "chromium", "video", "remux cmaf ll muxed h264 aac*"),
        ("h264i+aac", "chromium", "strong", "video cmaf ll muxed >h264:field aac*"),
        ("h264i+aac", "android-tv", "strong", "remux cmaf ll muxed h264 aac*"),
        ("h264i+aac", "vlc-hls", "strong", "remux cmaf hls muxed h264 aac*"),
        ("h264i+aac", "vlc", "strong", "remux ts raw muxed h264 aac*"),
        ("h264i+aac", "chrome-720", "video", "video cmaf ll muxed >h264:field-720 aac*"),
        ("mpeg2i+mp2:deu", "chromium", "video", "video cmaf ll muxed >h264:field mp2>:deu*"),
        ("mpeg2i+mp2:deu", "chromium", "loaded", "video cmaf ll muxed >h264:frame mp2>:deu*"),
        ("mpeg2i+mp2:deu", "chromium", "busy", "refuse: video_codec_unsupported video_transcoder_busy"),
        ("hevc+eac3:deu", "chromium", "slow", "refuse: video_codec_unsupported machine_too_slow"),
        ("hevc+eac3:deu", "safari", "slow", "remux cmaf ll muxed hevc eac3:deu*"),
        ("h264i+aac", "chrome-720", "slow", "remux cmaf ll muxed h264 aac*"),
        ("mpeg2i+mp2:deu", "vlc", "busy", "remux ts raw muxed mpeg2 mp2:deu*"),
        ("h264i+aac", "chrome-720", "busy", "remux cmaf ll muxed h264 aac*"),
        ("mpeg2i+mp2:deu", "safari", "loaded", "video cmaf ll muxed >h264:frame mp2>:deu*"),
        ("mpeg2i+mp2:deu", "vlc-hls", "strong", "remux ts hls muxed mpeg2 mp2:deu*"),
        // The host's cap holds for what is transcoded, and for nothing else.
        ("hevc+eac3:deu", "chromium", "capped", "video cmaf ll muxed >h264:frame-576 eac3>:deu*"),
        ("mpeg2i+mp2:deu", "chromium", "capped", "video cmaf ll muxed >h264:field mp2>:deu*"),
        ("h264+aac", "chromium", "capped", "remux cmaf ll muxed h264 aac*"),
        // What every player can play, if somebody asks and it can be made.
        ("h264+aac", "chrome-compatible", "usual", "remux cmaf ll muxed h264 aac*"),
        ("h264+aac", "chrome-compatible", "video", "video cmaf ll muxed >h264:frame aac*"),
        ("hevc+eac3:deu", "edge", "video", "remux cmaf ll muxed hevc eac3:deu*"),
        ("hevc+eac3:deu", "edge-compatible", "video", "video cmaf ll muxed >h264:frame eac3>:deu*"),
        ("hevc+eac3:deu", "edge-compatible", "usual", "audio cmaf ll muxed hevc eac3>:deu*"),
        ("h264+ac3:deu", "edge-compatible", "no-ffmpeg", "remux cmaf ll muxed h264 ac3:deu*"),
        // Containers and latency.
        ("h264+ac3:deu", "iphone", "usual", "remux cmaf ll muxed h264 ac3:deu*"),
        ("h264+aac:deu aac:eng", "old-tv", "usual", "remux ts hls muxed h264 aac:deu* aac:eng"),
        ("h264+aac", "chromium", "no-ll", "remux cmaf hls muxed h264 aac*"),
        ("h264+ac3:deu", "cast", "usual", "remux cmaf hls muxed h264 ac3:deu*"),
        ("h264+mp2:deu", "vlc-hls", "usual", "remux ts hls muxed h264 mp2:deu*"),
        // One endless stream: as broadcast, or not at all.
        ("h264+mp2:deu ac3:deu aac:eng", "vlc", "usual", "remux ts raw muxed h264 mp2:deu* ac3:deu aac:eng"),
        ("hevc+latm:deu", "vlc", "no-ffmpeg", "remux ts raw muxed hevc latm:deu*"),
        ("h264+dts", "vlc", "usual", "remux ts raw muxed h264 unknown*"),
        ("h264+ac3:deu", "picky-raw", "usual", "remux ts raw muxed h264 ac3:deu*"),
        ("h264+mp2:deu", "picky-raw", "usual", "refuse: audio_codec_unsupported"),
        ("mpeg2+ac3:deu", "picky-raw", "video", "refuse: video_codec_unsupported video_transcoder_missing"),
        ("h264+aac", "cmaf-raw", "usual", "refuse: container_unsupported"),
        // Radio, silence, nothing.
        ("radio+mp2:deu", "chromium", "usual", "audio cmaf ll muxed mp2>:deu*"),
        ("radio+aac", "chromium", "usual", "remux cmaf ll muxed aac*"),
        ("radio+mp2:deu", "vlc", "usual", "remux ts raw muxed mp2:deu*"),
        ("h264", "chromium", "usual", "remux cmaf ll muxed h264"),
        ("h264", "deaf", "usual", "remux cmaf ll muxed h264"),
        ("h264+aac", "deaf", "usual", "refuse: audio_codec_unsupported"),
        ("h264+dts", "chromium", "usual", "refuse: audio_codec_unsupported"),
        ("h264+dts:deu aac:deu", "chromium", "usual", "remux cmaf ll muxed h264 aac:deu*"),
        ("nothing", "chromium", "usual", "refuse: nothing_to_play"),
        // Unknown is no.
        ("h264+aac", "silent", "video", "refuse: video_codec_unsupported video_transcoder_missing"),
        ("h264+aac", "nothing", "video", "refuse: container_unsupported"),
    ] {
        let tracks = source(on_air);
        let decision = decide(Seen::Now(&tracks), &client(who), policy(can));
        assert_eq!(outcome(&decision), expected, "{on_air} | {who} | {can}");
    }
}

#[test]
fn memory_promises_a_picture_but_denies_none() {
    let (client, policy) = (client("chromium"), policy("usual"));
    assert_eq!(decide(Seen::Never, &client, policy), Decision::Unknown);
    let playable = source("h264+ac3:deu");
    let before = decide(Seen::Before(&playable), &client, policy);
    let now = decide(Seen::Now(&playable), &client, policy);
    let (before, now) = (before.plan().expect("a plan"), now.plan().expect("a plan"));
    assert!(before.provisional && before.reasons.contains(&Reason::FromMemory));
    assert!(!now.provisional && before.is_same_delivery(now));
    for refused in ["mpeg2+mp2", "nothing"] {
        assert_eq!(decide(Seen::Before(&source(refused)), &client, policy), Decision::Unknown, "{refused}");
    }
}

#[test]
fn of_twins_that_are_transcoded_the_stereo_one_is_taken() {
    for (first, second) in [(1, 2), (6, 2), (6, 1), (2, 6)] {
        let mut tracks = source("h264+ac3:deu mp2:deu");
        tracks.audio[0].channels = Some(first);
        tracks.audio[1].channels = Some(second);
        let decision = decide(Seen::Now(&tracks), &client("chromium"), policy("usual"));
        let taken = decision.plan().and_then(Plan::default_audio).map(|audio| audio.track);
        let expected = if u8::abs_diff(first, 2) < u8::abs_diff(second, 2) { 1 } else { 2 };
        assert_eq!(taken, Some(expected), "{first} and {second} channels");
    }
}

#[test]
fn every_reason_has_a_code_of_its_own_and_a_text() {
    let codes: std::collections::BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes.len(), Reason::ALL.len());
    assert!(Reason::ALL.iter().all(|reason| reason.text().ends_with('.')));
}

const VIDEO_CLAIMS: &[&str] = &[
    "avc1",
    "avc1.42e01e",
    "avc1.640028",
    "avc1.64002a",
    "hvc1",
    "hvc1.1.6.L150",
    "hvc1.2.4.L153.B0",
    "mpeg2",
    "*",
];
const AUDIO_CLAIMS: &[&str] = &["mp4a", "mp4a.40.2", "mp4a.40.5", "ac-3", "ec-3", "mp2", "latm", "opus", "*"];

fn any_source() -> impl Strategy<Value = SourceTracks> {
    let picture = prop::sample::select(vec![
        "h264",
        "h264?",
        "h264-high10",
        "h264-50p",
        "h264i",
        "mpeg2i",
        "hevc",
        "mpeg2",
        "avs2",
        "radio",
    ]);
    let codec = prop::sample::select(vec!["aac", "he-aac", "latm", "ac3", "eac3", "mp2", "dts"]);
    let language = prop::sample::select(vec!["", "deu", "eng", "fra"]);
    let role = prop::sample::select(vec!["main", "main", "described"]);
    let sounds = prop::collection::vec((codec, language, role), 0..5);
    (picture, sounds).prop_map(|(picture, sounds)| {
        let sounds: Vec<String> =
            sounds.iter().map(|(codec, language, role)| format!("{codec}:{language}:{role}")).collect();
        source(&format!("{picture}+{}", sounds.join(" ")))
    })
}

fn any_client() -> impl Strategy<Value = Client> {
    let some = |claims: &'static [&'static str]| prop::sample::subsequence(claims, 0..claims.len());
    let containers = prop::sample::subsequence(vec![Container::Cmaf, Container::Ts], 0..=2);
    let hls = prop::sample::select(vec![Hls::None, Hls::Standard, Hls::LowLatency]);
    let height = prop::option::of(prop::sample::select(vec![576, 720, 1080]));
    let more = (any::<bool>(), prop::bool::weighted(0.2));
    (some(VIDEO_CLAIMS), some(AUDIO_CLAIMS), containers, hls, height, more).prop_map(
        |(video, audio, containers, hls, height, (deinterlaces, compatible))| Client {
            containers,
            video: video.into_iter().map(str::to_owned).collect(),
            audio: audio.into_iter().map(str::to_owned).collect(),
            hls,
            max_height: height,
            languages: vec!["de".into()],
            deinterlaces,
            compatible,
        },
    )
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let offer =
        prop::sample::select(vec![Offer::None, Offer::TooSlow, Offer::Busy, Offer::Frames, Offer::Fields]);
    let lines = prop::option::of(prop::sample::select(vec![576, 720]));
    (any::<bool>(), offer, any::<bool>(), lines, any::<bool>()).prop_map(
        |(audio_transcode, video_transcode, deinterlace, most_lines, low_latency)| Policy {
            audio_transcode,
            video_transcode,
            deinterlace,
            most_lines,
            low_latency,
        },
    )
}

/// A client that can do everything that either can.
fn union(one: &Client, other: &Client) -> Client {
    let both = |one: &[String], other: &[String]| one.iter().chain(other).cloned().collect();
    let containers = one.containers.iter().chain(&other.containers).copied().collect();
    let max_height = one.max_height.zip(other.max_height).map(|(one, other)| one.max(other));
    let hls = if one.hls == Hls::None { Hls::None } else { one.hls.max(other.hls) };
    Client {
        containers,
        video: both(&one.video, &other.video),
        audio: both(&one.audio, &other.audio),
        hls,
        max_height,
        languages: one.languages.clone(),
        deinterlaces: one.deinterlaces || other.deinterlaces,
        compatible: one.compatible && other.compatible,
    }
}

fn check_plan(plan: &Plan, tracks: &SourceTracks, client: &Client) -> Result<(), TestCaseError> {
    prop_assert!(client.containers.contains(&plan.container));
    prop_assert_eq!(plan.video.is_some(), tracks.video.is_some());
    prop_assert_eq!(plan.audio.is_empty(), tracks.audio.is_empty(), "sound is not lost silently");
    prop_assert_eq!(
        plan.audio.iter().filter(|audio| audio.default).count(),
        usize::from(!plan.audio.is_empty())
    );
    prop_assert_eq!(plan.delivery == Delivery::Raw, client.hls == Hls::None);
    prop_assert!(
        plan.delivery != Delivery::Raw || plan.action == Action::Remux,
        "a raw stream is passed on as it is"
    );
    prop_assert!(!plan.reasons.is_empty());
    prop_assert_eq!(
        plan.action == Action::Remux,
        plan.transcoded_audio().next().is_none() && !transcodes_video(plan)
    );
    let missing = tracks.audio.len() - plan.audio.len();
    let told =
        [Reason::AudioLeftOut, Reason::AudioTwinLeftOut].iter().any(|reason| plan.reasons.contains(reason));
    prop_assert_eq!(missing > 0, told, "what is left out is told");
    Ok(())
}

fn transcodes_video(plan: &Plan) -> bool {
    plan.video.as_ref().is_some_and(|video| video.action == TrackAction::Transcode)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn better_capabilities_never_give_a_worse_plan(
        tracks in any_source(), client in any_client(), more in any_client(), policy in any_policy()
    ) {
        // What its viewer wishes for is no capability.
        let (client, more) = (Client { compatible: false, ..client }, Client { compatible: false, ..more });
        let better = union(&client, &more);
        let (plan, best) = (decide(Seen::Now(&tracks), &client, policy), decide(Seen::Now(&tracks), &better, policy));
        if let Some(plan) = plan.plan() {
            let best = best.plan();
            prop_assert!(best.is_some(), "refused although it can do more: {}", outcome(&decide(Seen::Now(&tracks), &better, policy)));
            prop_assert!(best.is_some_and(|best| best.cost() <= plan.cost()), "{:?} is worse than {plan:?}", best);
        }
    }

    #[test]
    fn a_station_that_can_transcode_refuses_no_more_than_one_that_cannot(
        tracks in any_source(), client in any_client(), policy in any_policy()
    ) {
        let able = Policy { audio_transcode: true, video_transcode: Offer::Fields, ..policy };
        if decide(Seen::Now(&tracks), &client, policy).plan().is_some() {
            prop_assert!(decide(Seen::Now(&tracks), &client, able).plan().is_some());
        }
    }

    #[test]
    fn every_answer_is_whole_and_has_reasons(tracks in any_source(), client in any_client(), policy in any_policy()) {
        match decide(Seen::Now(&tracks), &client, policy) {
            Decision::Play(plan) => check_plan(&plan, &tracks, &client)?,
            Decision::Refuse(reasons) => prop_assert!(!reasons.is_empty()),
            Decision::Unknown => prop_assert!(false, "what is seen is known"),
        }
    }
}
