//! From the values that decide to the values that are shown, and back.

use std::time::Duration;

use jiff::Timestamp;
use telecast_core::lineup::Lineup;
use telecast_core::playback::{
    self, Action, AudioCodec, Client, Container, Hls, Plan, TrackAction, VideoCodec,
};
use telecast_core::session::{Reason, ReasonCode, State, WaitingFor};
use telecast_media::segment::Waiting;
use telecast_media::ts::psi::Kind;

use super::tape::Snapshot;
use super::view::{
    self, ClientView, HolderView, PlanReasonView, PlanView, ReasonView, SessionState, TrackPlanView,
};
use crate::adapters::clock::Clock;
use crate::adapters::programmes::Failed;
use crate::adapters::stream::Fault;

/// A moment of milliseconds since 1970.
pub(super) fn moment(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MIN)
}

/// What a client claims; where it is silent, it is taken for a browser.
pub(super) fn client(view: &ClientView) -> Client {
    let or = |given: &[String], default: &[&str]| -> Vec<String> {
        if given.is_empty() { default.iter().map(|&text| text.into()).collect() } else { given.to_vec() }
    };
    let containers = or(&view.containers, &["cmaf", "ts"]);
    let containers = containers.iter().filter_map(|name| match name.as_str() {
        "cmaf" | "fmp4" | "mp4" => Some(Container::Cmaf),
        "ts" => Some(Container::Ts),
        _ => None,
    });
    Client {
        containers: containers.collect(),
        video: or(&view.video, &["avc1"]),
        audio: or(&view.audio, &["mp4a.40.2"]),
        hls: match view.hls.as_str() {
            "none" => Hls::None,
            "standard" => Hls::Standard,
            _ => Hls::LowLatency,
        },
        max_height: view.max_height,
        languages: view.languages.clone(),
        deinterlaces: view.deinterlaces,
        compatible: view.compatible,
    }
}

/// A plan.
pub(super) fn plan(plan: &Plan) -> PlanView {
    let action =
        |action: TrackAction| if action == TrackAction::Copy { "copy" } else { "transcode" }.to_owned();
    let mut audio: Vec<&playback::AudioPlan> = plan.audio.iter().collect();
    audio.sort_by_key(|audio| !audio.default);
    PlanView {
        action: match plan.action {
            Action::Remux if plan.delivery == playback::Delivery::Raw => "direct",
            Action::Remux => "remux",
            Action::AudioTranscode => "audio_transcode",
            Action::VideoTranscode => "video_transcode",
        }
        .into(),
        video: plan.video.as_ref().map(|video| TrackPlanView {
            action: action(video.action),
            codec: video_codec(video.codec).into(),
            language: None,
            from: (video.action == TrackAction::Transcode).then(|| video.from.name().into()),
        }),
        audio: audio
            .into_iter()
            .map(|audio| TrackPlanView {
                action: action(audio.action),
                codec: audio.codec.name().into(),
                language: audio.language.clone(),
                from: (audio.action == TrackAction::Transcode).then(|| audio.from.name().into()),
            })
            .collect(),
        container: if plan.container == Container::Cmaf { "cmaf" } else { "ts" }.into(),
        provisional: plan.provisional,
        reasons: plan
            .reasons
            .iter()
            .map(|reason| PlanReasonView { code: reason.code().into(), text: reason.text().into() })
            .collect(),
    }
}

fn video_codec(codec: VideoCodec) -> &'static str {
    codec.name()
}

/// What an elementary stream is called outside: the names of codecs that plans have, `teletext`, `subtitle` or `data`.
pub(super) fn codec_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Mpeg2Video => VideoCodec::Mpeg2.name(),
        Kind::H264 => VideoCodec::H264.name(),
        Kind::Hevc => VideoCodec::Hevc.name(),
        Kind::MpegAudio => AudioCodec::MpegAudio.name(),
        Kind::AacAdts => AudioCodec::Aac.name(),
        Kind::AacLatm => AudioCodec::Latm.name(),
        Kind::Ac3 => AudioCodec::Ac3.name(),
        Kind::Eac3 => AudioCodec::Eac3.name(),
        Kind::Teletext => "teletext",
        Kind::DvbSubtitle => "subtitle",
        Kind::Other(_) => "data",
    }
}

/// The elementary stream that a filter is started for.
pub(super) fn kind(codec: AudioCodec) -> Option<Kind> {
    match codec {
        AudioCodec::Aac => Some(Kind::AacAdts),
        AudioCodec::Latm => Some(Kind::AacLatm),
        AudioCodec::Ac3 => Some(Kind::Ac3),
        AudioCodec::Eac3 => Some(Kind::Eac3),
        AudioCodec::MpegAudio => Some(Kind::MpegAudio),
        AudioCodec::Other => None,
    }
}

/// A state.
pub(super) fn state(state: State) -> SessionState {
    match state {
        State::New => SessionState::New,
        State::Starting => SessionState::Starting,
        State::Priming => SessionState::Priming,
        State::Ready => SessionState::Ready,
        State::Draining => SessionState::Draining,
        State::Stopped => SessionState::Stopped,
        State::Failed => SessionState::Failed,
        State::Cancelled => SessionState::Cancelled,
    }
}

/// What is waited for.
pub(super) fn waiting_for(what: WaitingFor) -> view::WaitingFor {
    match what {
        WaitingFor::Tuner => view::WaitingFor::Tuner,
        WaitingFor::Signal => view::WaitingFor::Signal,
        WaitingFor::ProgrammeMap => view::WaitingFor::ProgrammeMap,
        WaitingFor::KeyFrame => view::WaitingFor::KeyFrame,
        WaitingFor::Audio => view::WaitingFor::Audio,
        WaitingFor::Transcoder => view::WaitingFor::Transcoder,
        WaitingFor::Preparation => view::WaitingFor::Preparation,
    }
}

/// Why a session ended, with names of channels and times of day.
pub(super) fn reason(reason: &Reason, lineup: &Lineup, clock: &Clock) -> ReasonView {
    let words = reason.code.english();
    let (wall, now) = (clock.wall_ms(), clock.uptime());
    let holders = reason.holders.iter().map(|holder| HolderView {
        channel: lineup
            .channel(&holder.channel)
            .map_or_else(|| holder.channel.0.clone(), |channel| channel.name.clone()),
        what: holder.what.clone(),
        until: moment(wall + holder.until.saturating_sub(now).as_millis() as i64),
    });
    ReasonView {
        code: reason.code.name().into(),
        message: format!("{}. {}", words.title, words.advice),
        detail: reason.detail.clone(),
        retry_after_s: reason.retry_after.map(|after| (after + Duration::from_millis(999)).as_secs()),
        holders: holders.collect(),
    }
}

/// What a fault of the source means to the viewer.
pub(super) fn broken(fault: &Fault, snapshot: &Snapshot) -> Reason {
    let silent = snapshot.counters.bytes == 0;
    let code = match fault {
        Fault::Unreachable(_) => ReasonCode::ReceiverUnreachable,
        Fault::Unauthorized => ReasonCode::ReceiverUnauthorized,
        Fault::Refused(_) | Fault::NotAsked(_) | Fault::CannotTune => ReasonCode::TuneFailed,
        Fault::DiskFull(_) => ReasonCode::DiskFull,
        Fault::Scrambled => ReasonCode::Scrambled,
        Fault::Filter(_) => ReasonCode::TranscoderFailed,
        Fault::Recording(by) => {
            return Reason { holders: vec![by.clone()], ..Reason::new(ReasonCode::PreemptedByRecording) };
        }
        Fault::Missing(Failed::Gone) => ReasonCode::FileGone,
        Fault::Missing(Failed::NotKept) => ReasonCode::NotKept,
        Fault::Missing(Failed::Broken(_)) => ReasonCode::NotPrepared,
        Fault::Ended if snapshot.waiting == Waiting::Scrambled => ReasonCode::Scrambled,
        Fault::Ended if silent => ReasonCode::ReceiverRefused,
        Fault::Ended => ReasonCode::SourceEnded,
        // What somebody watches is stopped by nothing else: at the end of all, sessions go first.
        Fault::Stopped => ReasonCode::ReceiverRemoved,
        Fault::Stalled if silent => ReasonCode::TuneTimeout,
        Fault::Stalled => ReasonCode::SourceStalled,
    };
    Reason::new(code).with_detail(fault.to_string())
}
