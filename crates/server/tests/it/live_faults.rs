//! Runs of the whole station on a simulated receiver that misbehaves: the proofs of `live_fault_table`.
//!
//! The times of the table are those of the design. A busy machine is allowed [`LENIENCE`] times as much and [`MARGIN`]; what was measured is
//! printed (`cargo nextest run -p telecast-server live_faults --no-capture`). Faults of streams are shown on several channels of one box at once.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use telecast_server::adapters::receiver;
use telecast_server::app::status::view::TapeStatus;
use telecast_server::app::{
    App, At, ClientView, Directives, NowNextView, PlaybackHandle, ReceiverState, SessionState, SessionView,
    Settings, StartPlayback,
};
use telecast_sim::{Config, Fault, FaultSpec, Sim};

use crate::live_box;
use crate::live_fault_table::of;
use crate::live_walk::{handle, renditions};

/// Times of the table are kept by a machine that has nothing else to do; the one that tests has.
const LENIENCE: f64 = 2.0;
/// Seconds; for times that are short.
const MARGIN: f64 = 8.0;
/// What has not come by then never comes.
const NEVER: Duration = Duration::from_secs(80);

/// A station on a simulated receiver.
pub(crate) struct Stage {
    sim: Sim,
    pub(crate) app: App,
    _directory: tempfile::TempDir,
}

async fn stage(config: Config) -> Stage {
    let sim = Sim::start(config).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let tapes = directory.path().join("tapes");
    let mut settings = Settings::with_tapes_in(tapes.clone());
    settings.tape.minimum_free = 0;
    settings.receivers.push(receiver::Settings {
        kind: receiver::Kind::Enigma2,
        id: "box".into(),
        name: "box".into(),
        url: sim.web_url().parse().unwrap(),
        username: String::new(),
        password: None,
        stream_port: sim.stream_addr().port(),
        tuners: None,
        bouquets: Vec::new(),
        from_file: true,
    });
    let app = App::start(settings, live_box::store_beside(&tapes).await).await.unwrap();
    live_box::listed(&app).await;
    Stage { sim, app, _directory: directory }
}

/// Channels that play a small file, a transponder each: codes from 1.
pub(crate) async fn channels(count: usize, tuners: usize) -> Stage {
    drop(live_box::with_aac());
    stage(Config { media: vec![made("aac"); count], tuners, ..Config::default() }).await
}

fn made(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("live-{name}.ts"))
}

/// Code of the built-in programme "Duo Europa".
const DUO: u8 = 4;

/// The built-in lineup, of which only these programmes can be played.
async fn built_in(only: &[u8]) -> Stage {
    stage(Config { only: only.to_vec(), ..Config::default() }).await
}

/// Waits for what must come; says how long it took.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < NEVER, "never: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    begun.elapsed()
}

/// It was seen in time.
fn within(fault: Fault, begun: Instant) {
    keep(fault, "seen", begun, of(fault).within_s);
}

/// It was over in time.
fn back(fault: Fault, begun: Instant) {
    keep(fault, "over", begun, of(fault).back_s);
}

fn keep(fault: Fault, what: &str, begun: Instant, design_s: f64) {
    let took = begun.elapsed().as_secs_f64();
    eprintln!("{}: {what} after {took:.2} s, by design within {design_s} s", fault.name());
    assert!(took <= design_s * LENIENCE + MARGIN, "{}: {what} after {took:.1} s", fault.name());
}

/// Sequence of the newest whole segment, and how many breaks the playlist shows.
struct Edge {
    sequence: u64,
    breaks: usize,
}

impl Stage {
    /// Place of a built-in channel in the lineup, from 1.
    fn named(&self, name: &str) -> usize {
        self.app.lineup().channels.iter().position(|channel| channel.name == name).unwrap() + 1
    }

    fn id(&self, code: usize) -> String {
        self.app.lineup().channels[code - 1].id.0.clone()
    }

    pub(crate) fn add(&self, fault: Fault, amount: f64, code: usize) -> Instant {
        self.sim.add_faults(&[FaultSpec::new(fault).amount(amount).on(code.to_string())]);
        Instant::now()
    }

    pub(crate) fn clear(&self, fault: Fault) -> Instant {
        self.sim.clear_faults(Some(fault));
        Instant::now()
    }

    async fn begin(&self, code: usize) -> SessionView {
        let wish = StartPlayback {
            channel_id: self.id(code),
            item: None,
            at: At::default(),
            client: ClientView::default(),
            holder: "Anna".into(),
            account: "anna".into(),
            idempotency_key: None,
            rights: telecast_server::app::Rights::default(),
        };
        self.app.start_session(wish).await.unwrap()
    }

    /// Begins a session; returns when it is ready or over.
    pub(crate) async fn outcome(&self, code: usize) -> SessionView {
        let made = self.begin(code).await;
        self.app.wait_session(&made.id, NEVER).await.unwrap()
    }

    pub(crate) async fn ready(&self, code: usize) -> (SessionView, PlaybackHandle) {
        let view = self.outcome(code).await;
        assert_eq!(view.state, SessionState::Ready, "{view:?}");
        let play = handle(&self.app, &view);
        (view, play)
    }

    async fn refused(&self, code: usize, reason: &str) {
        let view = self.outcome(code).await;
        let found = view.reason.as_ref().map(|reason| reason.code.as_str());
        assert_eq!((view.state, found), (SessionState::Failed, Some(reason)), "{view:?}");
    }

    fn view(&self, id: &str) -> SessionView {
        self.app.session(id).unwrap()
    }

    /// Code of the trouble that is shown; the session must go on.
    pub(crate) fn trouble(&self, id: &str) -> Option<String> {
        let view = self.view(id);
        assert_eq!(view.state, SessionState::Ready, "{view:?}");
        view.trouble.map(|trouble| trouble.code)
    }

    fn tape(&self, code: usize) -> TapeStatus {
        let id = self.id(code);
        self.app.status().tapes.into_iter().find(|tape| tape.channel_id == id).unwrap()
    }

    /// The playlist gets another segment, without the session ending.
    pub(crate) async fn goes_on(&self, view: &SessionView, play: &PlaybackHandle) {
        let (begun, first) = (Instant::now(), edge(play).await.sequence);
        while edge(play).await.sequence <= first {
            assert_eq!(self.view(&view.id).state, SessionState::Ready, "{:?}", self.view(&view.id));
            assert!(begun.elapsed() < NEVER, "the playlist stands still: {:?}", self.view(&view.id));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Trouble is over, and what comes is a new run of the same playlist.
    async fn comes_back(&self, view: &SessionView, play: &PlaybackHandle, before: &Edge) {
        until("the trouble is over", || self.trouble(&view.id).is_none()).await;
        self.shows_break(view, play, before.breaks).await;
    }

    /// The playlist tells of a new run, and goes on in it.
    async fn shows_break(&self, view: &SessionView, play: &PlaybackHandle, before: usize) {
        let begun = Instant::now();
        loop {
            self.goes_on(view, play).await;
            if edge(play).await.breaks > before {
                return;
            }
            assert!(begun.elapsed() < NEVER, "the playlist tells of no new run");
        }
    }

    fn receiver(&self) -> ReceiverState {
        self.app.receivers()[0].state
    }

    /// Reads the receiver's channels again until it is seen like this.
    async fn read_until(&self, state: ReceiverState) {
        self.app.refresh_receiver("box").await.unwrap();
        until(&format!("{state:?}"), || self.receiver() == state).await;
    }

    /// Reads channels and guide again; what is on then on a channel.
    async fn reread(&self, code: usize) -> NowNextView {
        let mut news = self.app.listen().unwrap();
        news.add("guide").unwrap();
        self.app.refresh_receiver("box").await.unwrap();
        tokio::time::timeout(NEVER, news.next()).await.expect("the guide is never read");
        self.app.now_next(&[self.id(code)], &[]).remove(0)
    }
}

async fn edge(play: &PlaybackHandle) -> Edge {
    let main = play.multivariant().await.unwrap();
    let name = renditions(std::str::from_utf8(&main).unwrap()).remove(0);
    let text = play.playlist(&name, Directives::default()).await.unwrap();
    let text = std::str::from_utf8(&text).unwrap();
    let entries = text.lines().filter(|line| !line.starts_with('#'));
    let sequences = entries.filter_map(|line| line.split('/').nth(1)?.strip_suffix(".m4s")?.parse().ok());
    Edge {
        sequence: sequences.max().unwrap_or(0),
        breaks: text.lines().filter(|line| *line == "#EXT-X-DISCONTINUITY").count(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_off_comes_back_in_the_same_session() {
    let stage = channels(2, 2).await;
    let one = async |code: usize, fault: Fault, expected: &str| {
        let (view, play) = stage.ready(code).await;
        // Past the first segments, where silence is noticed sooner.
        for _ in 0..3 {
            stage.goes_on(&view, &play).await;
        }
        let before = edge(&play).await;
        let begun = stage.add(fault, 0.0, code);
        until(expected, || stage.trouble(&view.id).as_deref() == Some(expected)).await;
        within(fault, begun);
        // Tried again, and still nothing: the session goes on, and who comes meanwhile is told the same.
        let begun = Instant::now();
        let mut late = stage.outcome(code).await;
        // While the connection is not given up, there is something to be seen: what came last.
        while late.state == SessionState::Ready && begun.elapsed() < NEVER {
            stage.app.stop(&late.id).await;
            late = stage.outcome(code).await;
        }
        assert_eq!(late.reason.map(|reason| reason.code).as_deref(), Some(expected));
        assert!(stage.trouble(&view.id).is_some());
        let joined = stage.begin(code).await;
        let told = || stage.view(&joined.id).trouble.map(|trouble| trouble.code);
        until("it is told at once", || told().as_deref() == Some(expected)).await;
        let begun = stage.clear(fault);
        stage.comes_back(&view, &play, &before).await;
        let joined = stage.app.wait_session(&joined.id, NEVER).await.unwrap();
        assert_eq!(
            (joined.state, joined.trouble),
            (SessionState::Ready, None),
            "it plays once there is something"
        );
        back(fault, begun);
    };
    tokio::join!(one(1, Fault::EndMidway, "source_ended"), one(2, Fault::Stall, "source_stalled"));
    stage.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_or_is_refused_and_the_next_one_works() {
    let stage = channels(5, 5).await;
    let again = async |code: usize, fault: Fault| {
        let begun = stage.clear(fault);
        stage.ready(code).await;
        back(fault, begun);
    };
    let late = async {
        stage.add(Fault::SlowFirstByte, 2.0, 1);
        let begun = Instant::now();
        let made = stage.begin(1).await;
        until("it waits for the signal", || stage.view(&made.id).waiting_for.is_some()).await;
        let view = stage.app.wait_session(&made.id, NEVER).await.unwrap();
        assert_eq!(view.state, SessionState::Ready, "{view:?}");
        within(Fault::SlowFirstByte, begun);
        let begun = stage.add(Fault::SlowFirstByte, 30.0, 2);
        stage.refused(2, "tune_timeout").await;
        within(Fault::SlowFirstByte, begun);
        again(2, Fault::SlowFirstByte).await;
    };
    let refused = async {
        let begun = stage.add(Fault::RefuseTune, 1.0, 3);
        stage.refused(3, "tune_failed").await;
        within(Fault::RefuseTune, begun);
        // Beside other streams of ours the refusal is believed for a while: who comes meanwhile is told for how long.
        let begun = stage.clear(Fault::RefuseTune);
        let mut view = stage.outcome(3).await;
        while view.state != SessionState::Ready {
            let reason = view.reason.unwrap();
            assert!(reason.code == "receiver_refused" && reason.retry_after_s.is_some(), "{reason:?}");
            assert!(begun.elapsed() < NEVER, "never again");
            tokio::time::sleep(Duration::from_millis(500)).await;
            view = stage.outcome(3).await;
        }
        back(Fault::RefuseTune, begun);
    };
    let scrambled = async {
        let begun = stage.add(Fault::Scrambled, 1.0, 4);
        stage.refused(4, "scrambled").await;
        within(Fault::Scrambled, begun);
        again(4, Fault::Scrambled).await;
        // And amid a picture, which comes back.
        let (view, play) = stage.ready(4).await;
        stage.goes_on(&view, &play).await;
        let begun = stage.add(Fault::Scrambled, 1.0, 4);
        let said = || stage.trouble(&view.id).as_deref() == Some("scrambled");
        until("it is said", said).await;
        within(Fault::Scrambled, begun);
        let begun = stage.clear(Fault::Scrambled);
        until("it is over", || stage.trouble(&view.id).is_none()).await;
        stage.goes_on(&view, &play).await;
        back(Fault::Scrambled, begun);
    };
    let junk = async {
        let begun = stage.add(Fault::JunkPrefix, 5000.0, 5);
        let (view, play) = stage.ready(5).await;
        within(Fault::JunkPrefix, begun);
        assert!(stage.tape(5).junk_bytes > 0, "it was shown");
        let begun = stage.clear(Fault::JunkPrefix);
        stage.goes_on(&view, &play).await;
        back(Fault::JunkPrefix, begun);
    };
    tokio::join!(late, refused, scrambled, junk);
    stage.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_survived_in_the_same_session() {
    let stage = channels(3, 3).await;
    let one = async |code: usize, fault: Fault, amount: f64| {
        let (view, play) = stage.ready(code).await;
        let begun = stage.add(fault, amount, code);
        let shown = || stage.tape(code).lost_packets > 0 && stage.tape(code).dropped_pictures > 0;
        // A flipped bit is nowhere marked.
        if fault != Fault::BitErrors {
            until("damage is counted", shown).await;
        }
        stage.goes_on(&view, &play).await;
        within(fault, begun);
        for _ in 0..3 {
            stage.goes_on(&view, &play).await;
        }
        assert_eq!(stage.trouble(&view.id), None);
        let begun = stage.clear(fault);
        stage.goes_on(&view, &play).await;
        stage.goes_on(&view, &play).await;
        back(fault, begun);
    };
    tokio::join!(
        one(1, Fault::PacketLoss, 0.005),
        one(2, Fault::ContinuityErrors, 0.005),
        one(3, Fault::BitErrors, 0.005),
    );
    stage.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_and_maps_that_change_are_followed() {
    drop((live_box::with_aac(), live_box::media("small", &["-c:a", "aac", "-s", "320x180"])));
    // The last one is what a format changes to.
    let media = ["aac", "aac", "aac", "small"].map(made).to_vec();
    let stage = stage(Config { media, ..Config::default() }).await;
    // The first has MPEG audio where the second has AAC.
    let smooth = built_in(&[1, DUO]).await;
    let one = async |code: usize, fault: Fault, amount: f64| {
        let (view, play) = stage.ready(code).await;
        let (before, runs) = (edge(&play).await, stage.tape(code).runs);
        let begun = stage.add(fault, amount, code);
        until("a new run", || stage.tape(code).runs > runs).await;
        within(fault, begun);
        stage.shows_break(&view, &play, before.breaks).await;
        let begun = stage.clear(fault);
        stage.goes_on(&view, &play).await;
        stage.goes_on(&view, &play).await;
        assert_eq!(stage.trouble(&view.id), None);
        back(fault, begun);
    };
    let wrap = async {
        let duo = smooth.named("Duo Europa");
        smooth.add(Fault::PtsWrap, 6.0, DUO.into());
        let (view, play) = smooth.ready(duo).await;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            smooth.goes_on(&view, &play).await;
        }
        within(Fault::PtsWrap, begun);
        assert_eq!((edge(&play).await.breaks, smooth.tape(duo).runs), (0, 1), "nothing is to be seen of it");
        let begun = smooth.clear(Fault::PtsWrap);
        smooth.goes_on(&view, &play).await;
        back(Fault::PtsWrap, begun);
    };
    // Sound that was made AAC comes as AAC itself: who hears the first must begin anew to hear the second.
    let another_sound = async {
        let (view, play) = smooth.ready(1).await;
        let main = play.multivariant().await.unwrap();
        assert!(std::str::from_utf8(&main).unwrap().contains("a130"), "the sound is made");
        let begun = smooth.add(Fault::FormatChange, 4.0, 1);
        until("it is over", || smooth.view(&view.id).state == SessionState::Stopped).await;
        within(Fault::FormatChange, begun);
        assert_eq!(smooth.view(&view.id).reason.unwrap().code, "format_changed");
        let (view, play) = smooth.ready(1).await;
        let begun = smooth.clear(Fault::FormatChange);
        smooth.goes_on(&view, &play).await;
        back(Fault::FormatChange, begun);
    };
    tokio::join!(
        one(1, Fault::PtsJump, 100.0),
        one(2, Fault::PmtChange, 4.0),
        one(3, Fault::FormatChange, 4.0),
        another_sound,
        wrap
    );
    stage.app.shutdown().await;
    smooth.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_refuse_cost_no_picture() {
    let stage = channels(2, 2).await;
    let (view, play) = stage.ready(1).await;
    let faults = [
        (Fault::Http401, ReceiverState::Unauthorized),
        (Fault::Http403, ReceiverState::Unauthorized),
        (Fault::Http404Html, ReceiverState::NotAReceiver),
    ];
    for (fault, state) in faults {
        stage.sim.add_faults(&[fault.into()]);
        let begun = Instant::now();
        stage.read_until(state).await;
        within(fault, begun);
        assert_eq!(stage.app.lineup().channels.len(), 2, "what is known stays");
        if fault == Fault::Http401 {
            stage.refused(2, "receiver_unauthorized").await;
        } else {
            let (other, _) = stage.ready(2).await;
            stage.app.stop(&other.id).await;
        }
        stage.goes_on(&view, &play).await;
        let begun = stage.clear(fault);
        stage.read_until(ReceiverState::Ok).await;
        back(fault, begun);
    }
    stage.ready(2).await;
    assert_eq!(stage.trouble(&view.id), None);
    stage.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_crash_are_left_alone_and_found_again() {
    let stage = channels(2, 2).await;
    let (view, play) = stage.ready(1).await;
    stage.sim.add_faults(&[Fault::JsonException.into()]);
    let begun = Instant::now();
    stage.read_until(ReceiverState::Unreachable).await;
    within(Fault::JsonException, begun);
    let message = stage.app.receivers()[0].message.clone();
    assert!(message.contains("500") || message.contains("left alone"), "{message}");
    stage.goes_on(&view, &play).await;
    stage.ready(2).await;
    // It is left alone: hardly any call reaches it.
    let calls = || stage.sim.state()["calls"]["api/about"].as_u64().unwrap();
    let before = calls();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(calls() <= before + 2, "{} calls in three seconds", calls() - before);
    let begun = stage.clear(Fault::JsonException);
    until("it is found again", || stage.receiver() == ReceiverState::Ok).await;
    back(Fault::JsonException, begun);
    assert_eq!(stage.trouble(&view.id), None);
    stage.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_that_boots_is_found_again() {
    let stage = channels(2, 2).await;
    let (view, play) = stage.ready(1).await;
    stage.goes_on(&view, &play).await;
    let before = edge(&play).await;
    stage.sim.add_faults(&[FaultSpec::new(Fault::Reboot).amount(600.0)]);
    let begun = Instant::now();
    until("it is seen", || stage.trouble(&view.id).is_some()).await;
    within(Fault::Reboot, begun);
    let unreachable = || stage.trouble(&view.id).as_deref() == Some("receiver_unreachable");
    until("and why", unreachable).await;
    stage.refused(2, "receiver_unreachable").await;
    let begun = stage.clear(Fault::Reboot);
    stage.comes_back(&view, &play, &before).await;
    back(Fault::Reboot, begun);
    stage.ready(2).await;
    stage.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_of_the_box_is_named() {
    let stage = channels(2, 1).await;
    let (view, play) = stage.ready(1).await;
    stage.goes_on(&view, &play).await;
    let before = edge(&play).await;
    let begun = stage.add(Fault::RecordingTakesTuner, 0.0, 1);
    let named = || stage.trouble(&view.id).as_deref() == Some("preempted_by_recording");
    until("it is named", named).await;
    within(Fault::RecordingTakesTuner, begun);
    let trouble = stage.view(&view.id).trouble.unwrap();
    assert_eq!(trouble.holders.len(), 1, "{trouble:?}");
    let channel = stage.app.lineup().channels[1].name.clone();
    assert_eq!((trouble.holders[0].what.as_str(), &trouble.holders[0].channel), ("Instant record", &channel));
    // It stays named while the tuner is tried in vain.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        assert!(named(), "{:?}", stage.view(&view.id));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let begun = stage.clear(Fault::RecordingTakesTuner);
    stage.sim.clear_timers();
    stage.comes_back(&view, &play, &before).await;
    back(Fault::RecordingTakesTuner, begun);
    stage.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_guide_survive_what_boxes_send() {
    let stage = built_in(&[DUO]).await;
    let duo = stage.named("Duo Europa");
    let (view, play) = stage.ready(duo).await;
    let ids = |app: &App| app.lineup().channels.iter().map(|channel| channel.id.clone()).collect::<Vec<_>>();
    let names = |app: &App| app.lineup().channels.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
    let (known, called) = (ids(&stage.app), names(&stage.app));
    let begun = async |fault: Fault| {
        stage.sim.add_faults(&[fault.into()]);
        Instant::now()
    };
    let titles = |on: &NowNextView| -> Vec<String> {
        on.now.iter().chain(&on.next).map(|event| event.title.clone()).collect()
    };
    let first = titles(&stage.reread(duo).await);
    assert_eq!(first.len(), 2);
    for fault in [
        Fault::JsonLatin1,
        Fault::HugeGuide,
        Fault::EmptyGuide,
        Fault::BrokenBulkGuide,
        Fault::DuplicateNames,
        Fault::Standby,
        Fault::ClockJump,
        Fault::TimerConflict,
        Fault::TranslatedMessages,
    ] {
        let shown = begun(fault).await;
        let on = stage.reread(duo).await;
        until("its channels are read", || stage.receiver() == ReceiverState::Ok).await;
        within(fault, shown);
        assert_eq!(ids(&stage.app), known, "{}", fault.name());
        match fault {
            Fault::EmptyGuide => {
                assert!(titles(&on).iter().any(|title| first.contains(title)), "what was known stays");
            }
            Fault::DuplicateNames => {
                let said = |name: &String| name.starts_with("Das ");
                assert!(names(&stage.app).iter().filter(|name| said(name)).count() >= 2);
            }
            // Another hour's, or none.
            Fault::ClockJump => {}
            Fault::HugeGuide => assert!(on.now.is_some()),
            _ => assert!(titles(&on).iter().any(|title| first.contains(title)), "{}: {on:?}", fault.name()),
        }
        stage.goes_on(&view, &play).await;
        let cleared = stage.clear(fault);
        let on = stage.reread(duo).await;
        assert!(titles(&on).iter().any(|title| first.contains(title)), "{}: {on:?}", fault.name());
        assert_eq!((ids(&stage.app), names(&stage.app)), (known.clone(), called.clone()), "{}", fault.name());
        back(fault, cleared);
    }
    let shown = begun(Fault::NoBouquets).await;
    stage.read_until(ReceiverState::NoBouquets).await;
    within(Fault::NoBouquets, shown);
    assert_eq!(ids(&stage.app), known, "what is known stays");
    stage.ready(duo).await;
    let cleared = stage.clear(Fault::NoBouquets);
    stage.read_until(ReceiverState::Ok).await;
    back(Fault::NoBouquets, cleared);
    stage.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleeping_disk_stops_nobody() {
    let stage = channels(2, 2).await;
    let (view, play) = stage.ready(1).await;
    stage.sim.add_faults(&[Fault::SlowDisk.into()]);
    let calls = || stage.sim.state()["calls"]["api/about"].as_u64().unwrap();
    let before = calls();
    let mut news = stage.app.listen().unwrap();
    news.add("guide").unwrap();
    stage.app.refresh_receiver("box").await.unwrap();
    until("the disk is asked", || calls() > before).await;
    let begun = Instant::now();
    stage.ready(2).await;
    within(Fault::SlowDisk, begun);
    stage.goes_on(&view, &play).await;
    let begun = stage.clear(Fault::SlowDisk);
    tokio::time::timeout(NEVER, news.next()).await.expect("its lists are read in the end");
    back(Fault::SlowDisk, begun);
    assert_eq!((stage.receiver(), stage.trouble(&view.id)), (ReceiverState::Ok, None));
    stage.app.shutdown().await;
}
