//! What always holds: over random histories of people, providers that are late or hang, and restarts. `PROPTEST_CASES` makes more of some.

use super::world::*;
use super::*;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Something that happens next. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    /// Something new is said.
    Say,
    /// What was said is sent again.
    SayAgain(usize),
    /// Somebody asks for something.
    Ask(usize, Asked),
    /// A provider says its next piece; 0 is the newest.
    Token(usize),
    /// A provider says that it is done.
    Finish(usize, bool),
    /// A provider would like to change something.
    Propose(usize),
    /// What was confirmed is done, or undone.
    HandsAreDone(bool),
    /// The station is started anew, with so many bytes put aside.
    Restart(usize),
}

#[derive(Clone, Copy, Debug)]
enum Asked {
    Resend,
    Edit,
    Delete,
    React(bool),
    Read,
    AskHuman,
    Take,
    HandBack,
    AgentSays,
    StrangerSays,
    Close,
    Reopen,
    Cancel,
    CancelOld,
    Regenerate,
    Continue,
    Confirm,
    Decline,
    Undo,
    Further,
}

/// What was met, and how often.
type Met = BTreeMap<String, u32>;

/// A provider that was asked. It goes on talking whether or not somebody listens.
struct Provider {
    fence: Fence,
    /// How many pieces it will say; none at all if it hangs.
    pieces: usize,
    said: usize,
    at: usize,
}

impl Provider {
    /// How far it is: what the moment is called at which it is stopped.
    fn moment(&self) -> &'static str {
        match (self.pieces, self.said) {
            (0, _) => "hanging",
            (_, 0) => "before_first",
            (pieces, said) if said >= pieces => "last",
            (_, 1) => "first",
            _ => "midway",
        }
    }
}

struct Play<'a> {
    world: World,
    providers: Vec<Provider>,
    sent: Vec<(ClientId, Offset)>,
    late: BTreeSet<String>,
    met: &'a RefCell<Met>,
}

impl<'a> Play<'a> {
    fn new(met: &'a RefCell<Met>) -> Self {
        Self { world: World::new(), providers: Vec::new(), sent: Vec::new(), late: BTreeSet::new(), met }
    }

    fn meet(&self, what: impl Into<String>) {
        *self.met.borrow_mut().entry(what.into()).or_default() += 1;
    }

    /// What is started talks from now on, what is stopped was stopped at that moment.
    fn took(&mut self, cause: &str, outcome: &Outcome) {
        for effect in &outcome.effects {
            match effect {
                Effect::StartJob { fence, .. } => {
                    let pieces = [3, 0, 4, 2, 3, 5][fence.0 as usize % 6];
                    self.providers.push(Provider { fence: *fence, pieces, said: 0, at: 0 });
                }
                Effect::StopJob { fence } => {
                    let provider = self.providers.iter().find(|provider| provider.fence == *fence);
                    self.meet(format!("{cause} {}", provider.expect("it was started").moment()));
                }
                Effect::RunCall { .. } | Effect::UndoCall { .. } => {}
            }
        }
    }

    fn ask(&mut self, cause: &str, command: Command, who: &Who) -> Option<Outcome> {
        match self.world.tell(command, who) {
            Ok(outcome) => {
                self.took(cause, &outcome);
                Some(outcome)
            }
            Err(refusal) => {
                self.meet(format!("refused {}", refusal.code.name()));
                None
            }
        }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Say => {
                let id = client_id(&format!("c{}", self.sent.len()));
                let said =
                    Command::Say { client_id: id.clone(), text: "q".into(), reply_to: None, pin: None };
                if let Some(outcome) = self.ask("say", said, &viewer()) {
                    self.sent.push((id, outcome.offset));
                }
            }
            Step::SayAgain(which) => self.say_again(which),
            Step::Ask(which, asked) => self.asked(which, asked),
            Step::Token(which) => self.token(which),
            Step::Finish(which, fails) => self.finish(which, fails),
            Step::Propose(which) => {
                let Some(provider) = self.pick(which) else { return };
                let fence = self.providers[provider].fence;
                let is_late = self.is_late(fence);
                let proposed = self.world.propose(fence.0);
                self.judge("proposal", is_late, proposed.err());
            }
            Step::HandsAreDone(well) => self.hands(well),
            Step::Restart(kept) => {
                let ran = self.world.state.job().is_some();
                self.world.restart(kept);
                self.meet(if ran { "restart while answering" } else { "restart" });
            }
        }
    }

    fn say_again(&mut self, which: usize) {
        if self.sent.is_empty() {
            return;
        }
        let (id, offset) = self.sent[which % self.sent.len()].clone();
        let again = Command::Say { client_id: id, text: "something else".into(), reply_to: None, pin: None };
        let outcome = self.world.tell(again, &viewer()).expect("it is there");
        assert_eq!((outcome.events, outcome.effects, outcome.offset), (vec![], vec![], offset));
        self.meet("sent again");
    }

    fn asked(&mut self, which: usize, asked: Asked) {
        let (viewer, agent) = (viewer(), agent());
        // An offset of something, mostly a message, now and then of nothing.
        let message = Offset(which as u64 % (self.world.log.len() as u64 + 2));
        let message = self.sent.iter().rev().nth(which).map_or(message, |(_, offset)| *offset);
        let last = self.world.state.fence();
        let old = Fence(which as u64 % (last.0 + 1));
        // Mostly a call of which it can be asked.
        let fits = if matches!(asked, Asked::Undo) { CallState::Done } else { CallState::Open };
        let call =
            self.under_way(fits).filter(|_| !which.is_multiple_of(4)).unwrap_or(CallId(which as u64 % 6));
        let text = "otherwise".to_owned();
        let id = client_id(&format!("again-{}", self.world.log.len()));
        let (cause, command, who) = match asked {
            Asked::Resend => ("resend", Command::Resend { client_id: id, message, text }, viewer),
            Asked::Edit => ("edit", Command::Edit { message, text }, viewer),
            Asked::Delete => ("delete", Command::Delete { message }, viewer),
            Asked::React(on) => ("react", Command::React { message, emoji: "👍".into(), on }, viewer),
            Asked::Read => ("read", Command::Read { upto: message }, viewer),
            Asked::AskHuman => ("ask_human", Command::AskHuman {}, viewer),
            Asked::Take => ("take", Command::Take {}, agent),
            Asked::HandBack => ("hand_back", Command::HandBack { summary: Some("so it is".into()) }, agent),
            Asked::AgentSays => {
                ("agent", Command::Say { client_id: id, text, reply_to: None, pin: None }, agent)
            }
            Asked::StrangerSays => {
                let stranger = person("carl", false);
                assert_eq!(self.world.tell(say("x", "let me in"), &stranger), Err(Refusal::unknown()));
                return;
            }
            Asked::Close => ("close", Command::Close {}, viewer),
            Asked::Reopen => ("reopen", Command::Reopen {}, viewer),
            Asked::Cancel => ("cancel", Command::Cancel { job: None }, viewer),
            Asked::CancelOld => ("cancel", Command::Cancel { job: Some(old) }, viewer),
            Asked::Regenerate => ("regenerate", Command::Regenerate { job: last }, viewer),
            Asked::Continue => ("continue", Command::Continue { job: last }, viewer),
            Asked::Confirm => ("confirm", Command::Confirm { call }, viewer),
            Asked::Decline => ("decline", Command::Decline { call }, viewer),
            Asked::Undo => ("undo", Command::Undo { call }, viewer),
            Asked::Further => {
                if let Ok(outcome) = self.world.post(Post::Begin { call }) {
                    self.took("further", &outcome);
                }
                return;
            }
        };
        if self.ask(cause, command, &who).is_some_and(|outcome| !outcome.events.is_empty()) {
            self.meet(format!("did {cause}"));
        }
    }

    fn pick(&self, which: usize) -> Option<usize> {
        let count = self.providers.len();
        (count > 0).then(|| count - 1 - which % count)
    }

    fn is_late(&self, fence: Fence) -> bool {
        self.world.state.job().is_none_or(|job| job.fence != fence)
    }

    /// Late means void, and nothing else does.
    fn judge(&self, what: &str, is_late: bool, refusal: Option<Refusal>) {
        let is_void = refusal.is_some_and(|refusal| refusal.code == Code::Void);
        assert_eq!(is_void, is_late, "{what}");
        self.meet(format!("{} {what}", if is_late { "late" } else { "timely" }));
    }

    fn token(&mut self, which: usize) {
        let Some(which) = self.pick(which) else { return };
        let provider = &self.providers[which];
        let (fence, at) = (provider.fence, provider.at);
        // One that hangs says something at last when nobody waits any more.
        let is_late = self.is_late(fence);
        if (provider.pieces == 0 && !is_late) || (provider.said >= provider.pieces.max(3)) {
            return;
        }
        let piece = format!("⟨{fence}.{}⟩", provider.said);
        let heard = self.world.hear(fence.0, at, &piece).err();
        if is_late {
            // Not even where the text of the job that runs now ends.
            let end = self.world.state.job().map_or(0, |job| job.text.len());
            assert_eq!(
                self.world.hear(fence.0, end, &piece).map_err(|refusal| refusal.code),
                Err(Code::Void)
            );
            self.late.insert(piece.clone());
        } else {
            for wrong in [at + 1, at + piece.len() + 1] {
                let refused = self.world.hear(fence.0, wrong, &piece).expect_err("a gap");
                assert_eq!(refused.code, Code::OutOfPlace);
            }
        }
        self.judge("piece", is_late, heard);
        let provider = &mut self.providers[which];
        provider.said += 1;
        provider.at += piece.len();
    }

    fn finish(&mut self, which: usize, fails: bool) {
        let Some(which) = self.pick(which) else { return };
        let fence = self.providers[which].fence;
        let is_late = self.is_late(fence);
        let fault = Fault { code: "timed_out".into(), detail: "It did not answer.".into() };
        let how = if fails { How::Failed(fault) } else { How::Finished };
        let usage = Some(Usage { input_tokens: 7, output_tokens: 9, cost_micros: 11 });
        let finished = self.world.post(Post::Finish { fence, how, usage });
        self.judge("end", is_late, finished.err());
    }

    fn under_way(&self, state: CallState) -> Option<CallId> {
        self.world.state.calls().find(|(_, call)| call.state == state).map(|(id, _)| id)
    }

    fn hands(&mut self, well: bool) {
        let outcome = if well { Came::Done } else { Came::Failed };
        let text = "so it went".to_owned();
        let (running, undoing) = (self.under_way(CallState::Running), self.under_way(CallState::Undoing));
        if let Some(call) = running {
            self.world
                .post(Post::Ran { call, outcome, text: text.clone(), undo: true })
                .expect("it is waited for");
            self.meet("ran");
            let twice = self.world.post(Post::Ran { call, outcome, text, undo: true });
            assert_eq!(twice.map_err(|refusal| refusal.code), Err(Code::Settled));
        } else if let Some(call) = undoing {
            self.world.post(Post::Undid { call, outcome, text }).expect("it is waited for");
            self.meet("undid");
        }
    }

    /// At the end: no late piece is anywhere, and who reads the log knows the same.
    fn check(&self) {
        let shown = self.world.all_that_is_shown();
        for piece in &self.late {
            assert!(!shown.contains(piece), "{piece} was void and is shown: {shown}");
        }
        self.world.check_replay();
        self.check_calls();
        let turns = transcript(&self.world.log);
        assert!(turns.windows(2).all(|pair| pair[0].id < pair[1].id), "in order");
    }

    /// What is voided takes its proposals with it; each is decided once.
    fn check_calls(&self) {
        let mut decided = BTreeSet::new();
        for event in &self.world.log {
            if let Body::Confirmed { call } | Body::Declined { call, .. } = event.body {
                assert!(decided.insert(call), "call {call} was decided twice");
            }
        }
        let stopped = self.world.log.iter().filter_map(|event| match event.body {
            Body::Ended { job, outcome: Ending::Void | Ending::Cancelled, .. } => Some(job),
            _ => None,
        });
        let stopped: BTreeSet<Fence> = stopped.collect();
        for (id, call) in self.world.state.calls() {
            assert!(call.state != CallState::Open || !stopped.contains(&call.job), "call {id} of a void job");
        }
    }
}

/// What decides about jobs: people who interrupt, providers that are late.
fn racing() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => Just(Step::Say),
        24 => Just(Step::Token(0)),
        5 => (1usize..4).prop_map(Step::Token),
        3 => (0usize..3, any::<bool>()).prop_map(|(which, fails)| Step::Finish(which, fails)),
        2 => (0usize..3).prop_map(Step::Propose),
        2 => Just(Step::Ask(0, Asked::Take)),
        6 => Just(Step::Ask(0, Asked::HandBack)),
        3 => Just(Step::Ask(0, Asked::Cancel)),
        1 => (0usize..9).prop_map(|which| Step::Ask(which, Asked::CancelOld)),
        1 => Just(Step::Ask(0, Asked::AskHuman)),
        2 => (0usize..3).prop_map(|which| Step::Ask(which, Asked::Resend)),
        2 => Just(Step::Ask(0, Asked::Regenerate)),
        3 => (0usize..2).prop_map(|which| Step::Ask(which, Asked::Delete)),
        1 => Just(Step::Ask(0, Asked::Close)),
        5 => Just(Step::Ask(0, Asked::Reopen)),
    ]
}

fn anything() -> impl Strategy<Value = Step> {
    let asked = prop::sample::select(vec![
        Asked::Edit,
        Asked::React(true),
        Asked::React(false),
        Asked::Read,
        Asked::AgentSays,
        Asked::StrangerSays,
        Asked::Continue,
        Asked::Confirm,
        Asked::Confirm,
        Asked::Decline,
        Asked::Undo,
        Asked::Undo,
        Asked::Undo,
        Asked::Further,
        Asked::Reopen,
    ]);
    prop_oneof![
        10 => racing(),
        6 => (0usize..40, asked).prop_map(|(which, asked)| Step::Ask(which, asked)),
        2 => (0usize..40).prop_map(Step::SayAgain),
        5 => any::<bool>().prop_map(Step::HandsAreDone),
        2 => Just(Step::Propose(0)),
        1 => (0usize..40).prop_map(Step::Restart),
    ]
}

/// Plays so many histories, the same each time; says what was met.
fn play(cases: u32, steps: impl Strategy<Value = Vec<Step>>) -> Met {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let met = RefCell::new(Met::new());
    let played = runner.run(&steps, |steps| {
        let mut play = Play::new(&met);
        for step in &steps {
            play.step(step);
        }
        play.check();
        Ok(())
    });
    played.unwrap_or_else(|fault| panic!("{fault}"));
    met.into_inner()
}

fn all_met<'a>(met: &Met, all: impl IntoIterator<Item = &'a str>) {
    for what in all {
        assert!(met.get(what).is_some_and(|times| *times >= 10), "{what} was hardly met: {met:#?}");
    }
}

/// How many interleavings the law of fences is shown under.
const INTERLEAVINGS: u32 = 10_000;

#[test]
fn what_a_void_job_says_is_nowhere() {
    let met = play(INTERLEAVINGS, prop::collection::vec(racing(), 8..40));
    for cause in ["say", "take", "cancel", "ask_human", "resend", "regenerate", "delete", "close"] {
        let moments = ["hanging", "before_first", "first", "midway", "last"];
        all_met(&met, moments.map(|moment| format!("{cause} {moment}")).iter().map(String::as_str));
    }
    all_met(
        &met,
        ["late piece", "late end", "late proposal", "timely piece", "timely end", "timely proposal"],
    );
}

#[test]
fn no_history_breaks_the_laws() {
    let met = play(4_000, prop::collection::vec(anything(), 1..60));
    all_met(&met, ["sent again", "restart", "restart while answering", "ran", "undid"]);
    all_met(
        &met,
        ["did edit", "did delete", "did react", "did read", "did take", "did hand_back", "did agent"],
    );
    all_met(&met, ["did confirm", "did decline", "did undo", "did continue", "did reopen"]);
    let refused = ["not_found", "not_yours", "closed", "silent", "deleted", "not_cut", "settled"];
    all_met(&met, refused.map(|code| format!("refused {code}")).iter().map(String::as_str));
}

proptest! {
    #[test]
    fn whatever_bytes_come_nothing_breaks(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(refusal) = Command::parse(&bytes) {
            prop_assert!(matches!(refusal.code, Code::Invalid));
        }
    }

    #[test]
    fn what_is_written_is_read(
        id in "[!-~]{1,64}", text in any::<String>(), reply in any::<Option<u64>>(), on in any::<bool>(), number in any::<u64>(),
    ) {
        let (client_id, reply_to) = (client_id(&id), reply.map(Offset));
        for command in [
            Command::Say { client_id: client_id.clone(), text: text.clone(), reply_to, pin: None },
            Command::Resend { client_id, message: Offset(number), text: text.clone() },
            Command::React { message: Offset(number), emoji: text.clone(), on },
            Command::HandBack { summary: Some(text) },
            Command::Cancel { job: reply.map(Fence) },
            Command::AskHuman {},
        ] {
            let json = serde_json::to_vec(&command).expect("written");
            prop_assert_eq!(Command::parse(&json), Ok(command.clone()));
            let read: Command = serde_json::from_slice(&json).expect("read");
            prop_assert_eq!(read, command);
        }
    }
}
