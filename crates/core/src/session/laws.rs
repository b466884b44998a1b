//! Stories and laws of the life of a session.

use super::{Effect, Event, Reason, ReasonCode, Session, State, WaitingFor};
use crate::limits;
use crate::lineup::ChannelId;
use crate::playback::{
    AudioCodec, AudioTrack, Client, Container, Hls, Offer, Policy, Role, SourceTracks, VideoCodec, VideoTrack,
};
use crate::tuner::{Cause, Holder, Now, Refusal};
use proptest::prelude::*;
use std::time::Duration;

fn at(seconds: u64) -> Now {
    Duration::from_secs(seconds)
}

fn browser() -> Client {
    Client {
        containers: vec![Container::Cmaf],
        video: vec!["avc1".into()],
        audio: vec!["mp4a.40.2".into()],
        hls: Hls::LowLatency,
        ..Client::default()
    }
}

fn tracks(codec: AudioCodec) -> SourceTracks {
    let video = VideoTrack {
        id: 0,
        codec: VideoCodec::H264,
        rfc6381: None,
        width: None,
        height: None,
        frame_rate: None,
        interlaced: false,
    };
    let audio = AudioTrack { id: 1, codec, rfc6381: None, language: None, role: Role::Main, channels: None };
    SourceTracks { video: Some(video), audio: vec![audio] }
}

fn radio() -> SourceTracks {
    SourceTracks { video: None, ..tracks(AudioCodec::Aac) }
}

fn refusal(holders: usize, cause: Cause) -> Refusal {
    let holder = Holder { channel: ChannelId("1-2-3-4".into()), what: "Anna".into(), until: at(120) };
    Refusal { cause, holders: vec![holder; holders], retry_after: at(10) }
}

fn session(remembered: Option<&SourceTracks>) -> Session {
    Session::new(browser(), Policy::default(), remembered, at(0))
}

/// Applies a story; checks after each event where the session stands and what it waits for.
fn tell(session: &mut Session, story: &[(u64, Event, State, Option<WaitingFor>)]) {
    for (seconds, event, state, waiting_for) in story {
        session.apply(event.clone(), at(*seconds));
        let now = session.snapshot();
        assert_eq!((now.state, now.waiting_for), (*state, *waiting_for), "after {event:?} at {seconds} s");
    }
}

fn sound(tracks: &[u8]) -> Effect {
    Effect::Transcode { picture: None, sound: tracks.to_vec() }
}

#[test]
fn a_cold_start_says_what_it_waits_for_at_each_step() {
    let mut session = session(None);
    tell(
        &mut session,
        &[
            (0, Event::Begin, State::Starting, Some(WaitingFor::Tuner)),
            (0, Event::Granted, State::Starting, Some(WaitingFor::Signal)),
            (1, Event::Bytes, State::Priming, Some(WaitingFor::ProgrammeMap)),
            (1, Event::Tracks(tracks(AudioCodec::Ac3)), State::Priming, Some(WaitingFor::KeyFrame)),
            (2, Event::KeyFrame, State::Priming, Some(WaitingFor::Audio)),
            (3, Event::Audio, State::Priming, Some(WaitingFor::Transcoder)),
            (3, Event::Segment, State::Ready, None),
            (9, Event::Stop(ReasonCode::StoppedByClient), State::Draining, None),
            (9, Event::Released, State::Stopped, None),
        ],
    );
    assert_eq!(session.snapshot().reason.map(|reason| reason.code), Some(ReasonCode::StoppedByClient));
}

#[test]
fn radio_waits_for_no_key_frame_and_copied_sound_for_no_transcoder() {
    let mut session = session(None);
    tell(
        &mut session,
        &[
            (0, Event::Begin, State::Starting, Some(WaitingFor::Tuner)),
            (0, Event::Bytes, State::Priming, Some(WaitingFor::ProgrammeMap)),
            (0, Event::Tracks(radio()), State::Priming, Some(WaitingFor::Audio)),
            (0, Event::Audio, State::Priming, Some(WaitingFor::Audio)),
            (1, Event::Segment, State::Ready, None),
        ],
    );
}

#[test]
fn a_running_tape_makes_a_session_ready_at_once() {
    let mut session = session(Some(&tracks(AudioCodec::Aac)));
    session.apply(Event::Begin, at(0));
    session.apply(Event::Granted, at(0));
    session.apply(Event::Tracks(tracks(AudioCodec::Aac)), at(0));
    session.apply(Event::Segment, at(0));
    assert_eq!(session.state(), State::Ready);
}

#[test]
fn remembered_tracks_start_the_transcoder_with_the_tuner_and_a_wrong_guess_is_corrected() {
    let mut session = session(Some(&tracks(AudioCodec::Ac3)));
    assert!(session.plan().is_some_and(|plan| plan.provisional), "a plan before anything is asked");
    let effects = session.apply(Event::Begin, at(0));
    assert_eq!(effects, [Effect::Acquire, sound(&[1]), Effect::Publish]);
    session.apply(Event::Granted, at(0));
    let right = session.clone().apply(Event::Tracks(tracks(AudioCodec::Ac3)), at(1));
    assert!(!right.contains(&sound(&[1])), "a right guess changes nothing: {right:?}");
    let wrong = session.apply(Event::Tracks(tracks(AudioCodec::Aac)), at(1));
    assert!(wrong.contains(&sound(&[])), "{wrong:?}");
    assert!(session.plan().is_some_and(|plan| !plan.provisional));
    session.apply(Event::Segment, at(2));
    let changed = session.apply(Event::Tracks(tracks(AudioCodec::Eac3)), at(60));
    assert_eq!((changed, session.state()), (vec![sound(&[1]), Effect::Publish], State::Ready));
}

#[test]
fn what_does_not_come_fails_by_reason_and_gives_the_tuner_back() {
    let granted = || Event::Granted;
    let map = || Event::Tracks(tracks(AudioCodec::Aac));
    let lost = || Event::Trouble(Some(Reason::new(ReasonCode::SourceEnded)));
    let unproven = || Event::Undecided(WaitingFor::Transcoder);
    let unsized_yet = || Event::Undecided(WaitingFor::KeyFrame);
    let signal = limits::SIGNAL_LIMIT;
    assert!(signal < at(5), "what gives nothing to play says so within 5 s");
    for (story, limit, code) in [
        (vec![], at(5), ReasonCode::Internal),
        (vec![granted()], signal, ReasonCode::TuneTimeout),
        (vec![granted(), Event::Relay], at(10), ReasonCode::TuneTimeout),
        (vec![granted(), Event::Relay, Event::Bytes], at(10), ReasonCode::SourceCorrupt),
        (vec![granted(), Event::Bytes], signal, ReasonCode::SourceCorrupt),
        (vec![granted(), Event::Bytes, map()], at(12), ReasonCode::NoKeyFrame),
        (vec![granted(), Event::Bytes, unproven(), unproven()], at(30), ReasonCode::TranscoderFailed),
        (vec![granted(), Event::Bytes, unproven(), map()], at(12), ReasonCode::NoKeyFrame),
        (vec![granted(), Event::Bytes, unsized_yet(), unsized_yet()], at(12), ReasonCode::NoKeyFrame),
        (vec![granted(), Event::Bytes, unsized_yet(), unproven()], at(30), ReasonCode::TranscoderFailed),
        (
            vec![granted(), Event::Bytes, unsized_yet(), map(), Event::KeyFrame],
            at(5),
            ReasonCode::SourceStalled,
        ),
        (vec![granted(), Event::Bytes, map(), Event::KeyFrame], at(5), ReasonCode::SourceStalled),
        (vec![granted(), Event::Bytes, Event::Scrambled(true)], at(4), ReasonCode::Scrambled),
        (vec![granted(), map(), Event::Segment, Event::Scrambled(true)], at(4), ReasonCode::Scrambled),
        (vec![granted(), Event::Bytes, map(), lost()], at(12), ReasonCode::SourceEnded),
        (vec![granted(), Event::Bytes, map(), lost(), Event::Trouble(None)], at(12), ReasonCode::NoKeyFrame),
    ] {
        let mut session = session(None);
        session.apply(Event::Begin, at(0));
        for event in &story {
            session.apply(event.clone(), at(0));
        }
        assert_eq!(session.deadline(), Some(limit), "{story:?}");
        let early = limit.saturating_sub(Duration::from_millis(1));
        assert!(session.apply(Event::Tick, early).is_empty(), "{story:?}: early");
        let effects = session.apply(Event::Tick, limit);
        assert_eq!(effects, [Effect::Release, Effect::Publish], "{story:?}");
        assert_eq!(session.snapshot().reason.map(|reason| reason.code), Some(code), "{story:?}");
        assert_eq!((session.state(), session.deadline()), (State::Failed, None));
    }
}

#[test]
fn what_is_prepared_is_waited_for_as_long_as_it_comes_further() {
    let mut session = session(None);
    session.apply(Event::Begin, at(0));
    session.apply(Event::Granted, at(0));
    let apart = limits::PREPARING.as_secs() - 60;
    for turn in 0..5 {
        session.apply(Event::Preparing, at(turn * apart));
        session.apply(Event::Heartbeat, at(turn * apart));
        assert_eq!(session.snapshot().waiting_for, Some(WaitingFor::Preparation));
        assert!(session.apply(Event::Tick, at(turn * apart + 60)).is_empty());
        for beat in (0..apart).step_by(30) {
            session.apply(Event::Heartbeat, at(turn * apart + beat));
        }
    }
    let last = at(4 * apart) + limits::PREPARING;
    session.apply(Event::Heartbeat, last);
    session.apply(Event::Tick, last);
    assert_eq!(session.snapshot().reason.map(|reason| reason.code), Some(ReasonCode::NotPrepared));
}

#[test]
fn a_late_first_byte_leaves_the_map_what_is_left_of_the_time() {
    let mut session = session(None);
    session.apply(Event::Begin, at(0));
    session.apply(Event::Granted, at(1));
    session.apply(Event::Bytes, at(4));
    assert_eq!(session.deadline(), Some(at(1) + limits::SIGNAL_LIMIT), "bytes alone are nothing to play");
    session.apply(Event::Tracks(tracks(AudioCodec::Aac)), at(5));
    assert_eq!(session.deadline(), Some(at(5) + limits::KEY_FRAME));
}

#[test]
fn a_relay_that_clears_in_time_is_no_fault() {
    let mut session = session(None);
    session.apply(Event::Begin, at(0));
    session.apply(Event::Bytes, at(1));
    session.apply(Event::Scrambled(true), at(1));
    session.apply(Event::Scrambled(true), at(3));
    session.apply(Event::Scrambled(false), at(4));
    session.apply(Event::Tracks(tracks(AudioCodec::Aac)), at(4));
    assert!(session.apply(Event::Tick, at(8)).is_empty());
}

#[test]
fn a_silent_picture_that_is_coded_anew_is_waited_for_as_long_as_a_transcoder_may_take() {
    let mut silent = tracks(AudioCodec::Aac);
    silent.audio.clear();
    for (codec, waits) in
        [(VideoCodec::Mpeg2, WaitingFor::Transcoder), (VideoCodec::H264, WaitingFor::KeyFrame)]
    {
        let video = silent.video.as_mut().expect("a picture");
        (video.codec, video.rfc6381) = (codec, None);
        let mut session = session(None);
        session.set_policy(Policy { video_transcode: Offer::Frames, ..Policy::default() });
        session.apply(Event::Begin, at(0));
        session.apply(Event::Granted, at(1));
        session.apply(Event::Tracks(silent.clone()), at(2));
        session.apply(Event::KeyFrame, at(3));
        assert_eq!(session.snapshot().waiting_for, Some(waits), "{codec:?}: there is no sound to wait for");
    }
}

#[test]
fn a_refusal_becomes_a_reason_that_says_who_and_until_when() {
    for (refusal, code, retry) in [
        (refusal(2, Cause::InUse), ReasonCode::TunersBusy, true),
        (refusal(1, Cause::Refused), ReasonCode::ReceiverRefused, true),
        (refusal(0, Cause::Unreachable), ReasonCode::ReceiverUnreachable, true),
        (refusal(0, Cause::Full), ReasonCode::TooManyOnReceiver, true),
        (refusal(0, Cause::NoSource), ReasonCode::NoSource, false),
    ] {
        let mut session = session(None);
        session.apply(Event::Begin, at(0));
        let effects = session.apply(Event::Refused(refusal.clone()), at(0));
        assert_eq!(effects, [Effect::Publish], "nothing was granted, so nothing is given back");
        let reason = session.snapshot().reason.expect("a reason");
        assert_eq!(
            (reason.code, reason.holders, reason.retry_after.is_some()),
            (code, refusal.holders, retry)
        );
    }
}

#[test]
fn what_cannot_be_played_says_why() {
    let mut session = session(None);
    session.apply(Event::Begin, at(0));
    let picture = tracks(AudioCodec::Aac).video.map(|video| VideoTrack { codec: VideoCodec::Mpeg2, ..video });
    let effects = session.apply(Event::Tracks(SourceTracks { video: picture, ..radio() }), at(0));
    assert_eq!(effects, [Effect::Release, Effect::Publish]);
    let reason = session.snapshot().reason.expect("a reason");
    assert_eq!(reason.code, ReasonCode::NotPlayable);
    assert!(reason.detail.is_some_and(|detail| detail.contains("does not decode")));
}

#[test]
fn a_viewer_who_shows_no_sign_of_life_or_fetches_nothing_gives_the_tuner_back() {
    let ready = || {
        let mut session = session(None);
        session.apply(Event::Begin, at(0));
        session.apply(Event::Segment, at(0));
        session
    };
    let mut gone = ready();
    assert_eq!(gone.apply(Event::Consumed, at(100)), [Effect::Renew]);
    assert!(gone.apply(Event::Tick, at(219)).is_empty(), "consumption counts as a heartbeat");
    gone.apply(Event::Tick, at(220));
    assert_eq!(gone.snapshot().reason.map(|reason| reason.code), Some(ReasonCode::LeaseExpired));

    let mut forgotten = ready();
    let idle = limits::SESSION_IDLE.as_secs();
    for beat in (30..idle).step_by(30) {
        forgotten.apply(Event::Heartbeat, at(beat));
        assert!(forgotten.apply(Event::Tick, at(beat)).is_empty());
    }
    forgotten.apply(Event::Tick, at(idle));
    assert_eq!(forgotten.snapshot().reason.map(|reason| reason.code), Some(ReasonCode::Idle));
}

#[test]
fn a_session_whose_release_is_never_confirmed_ends_all_the_same() {
    let mut session = session(None);
    session.apply(Event::Begin, at(0));
    session.apply(Event::Stop(ReasonCode::Shutdown), at(1));
    assert_eq!(session.deadline(), Some(at(1) + limits::DRAIN));
    session.apply(Event::Tick, at(1) + limits::DRAIN);
    assert_eq!(session.state(), State::Cancelled);
}

fn any_event() -> impl Strategy<Value = Event> {
    let codec = prop::sample::select(vec![AudioCodec::Aac, AudioCodec::Ac3, AudioCodec::Other]);
    prop_oneof![
        2 => Just(Event::Begin),
        2 => Just(Event::Granted),
        1 => Just(Event::Relay),
        1 => Just(Event::Preparing),
        1 => (0usize..3).prop_map(|holders| Event::Refused(refusal(holders, Cause::InUse))),
        2 => Just(Event::Bytes),
        3 => codec.prop_map(|codec| Event::Tracks(tracks(codec))),
        1 => Just(Event::Tracks(radio())),
        1 => Just(Event::Undecided(WaitingFor::KeyFrame)),
        1 => Just(Event::Undecided(WaitingFor::Transcoder)),
        2 => Just(Event::KeyFrame),
        2 => Just(Event::Audio),
        1 => Just(Event::TranscoderStarted),
        2 => Just(Event::Segment),
        1 => any::<bool>().prop_map(Event::Scrambled),
        1 => Just(Event::Broken(Reason::new(ReasonCode::SourceEnded))),
        1 => any::<bool>().prop_map(|is| Event::Trouble(is.then(|| Reason::new(ReasonCode::SourceStalled)))),
        2 => Just(Event::Heartbeat),
        2 => Just(Event::Consumed),
        1 => Just(Event::Stop(ReasonCode::StoppedByClient)),
        1 => Just(Event::Released),
        4 => Just(Event::Tick),
    ]
}

/// Whether `to` may follow `from` (interface: states only go forward).
fn may_follow(from: State, to: State) -> bool {
    let rank = |state| match state {
        State::New => 0,
        State::Starting => 1,
        State::Priming => 2,
        State::Ready => 3,
        State::Draining => 4,
        State::Stopped | State::Failed | State::Cancelled => 5,
    };
    from == to || (!from.is_ended() && rank(to) > rank(from))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn no_history_breaks_the_laws(events in prop::collection::vec((any_event(), 0u64..9_000), 1..40), remembered in any::<bool>()) {
        let memory = tracks(AudioCodec::Ac3);
        let mut session = session(remembered.then_some(&memory));
        let (mut now, mut stopped, mut owes) = (at(0), false, false);
        for (event, wait) in events {
            now += Duration::from_millis(wait);
            let before = session.snapshot();
            let effects = session.apply(event.clone(), now);
            let after = session.snapshot();

            prop_assert!(may_follow(before.state, after.state), "{:?} → {:?} by {event:?}", before.state, after.state);
            prop_assert!(!before.state.is_ended() || before == after, "an ended session changed by {event:?}");
            prop_assert!(after.revision >= before.revision);
            prop_assert_eq!(before.revision != after.revision, effects.contains(&Effect::Publish), "every change is told");
            prop_assert_eq!(after.state.is_ended() || after.state == State::Draining, after.reason.is_some());
            prop_assert_eq!(session.deadline().is_none(), after.state.is_ended(), "what has not ended has a deadline");

            stopped |= matches!(event, Event::Stop(_)) && !before.state.is_ended();
            if stopped {
                prop_assert!(matches!(after.state, State::Draining | State::Stopped | State::Cancelled), "a stop was beaten by {event:?}");
            }
            owes |= effects.contains(&Effect::Acquire) || matches!(event, Event::Granted);
            if matches!(event, Event::Refused(_)) && before.waiting_for == Some(WaitingFor::Tuner) {
                owes = false;
            }
            if effects.contains(&Effect::Release) { owes = false; }
            prop_assert!(!(after.state.is_ended() && owes), "a lease leaked by {event:?} in {:?}", before.state);
        }
        let mut ticks = 0;
        while let Some(deadline) = session.deadline() {
            now = now.max(deadline);
            session.apply(Event::Tick, now);
            ticks += 1;
            prop_assert!(ticks < 10, "waits for ever in {:?}", session.state());
        }
    }
}
