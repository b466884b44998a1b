//! A conversation with people and providers around it, for stories and laws: it carries out what comes of everything, and looks after each step whether
//! what always holds does.

use super::*;
use jiff::Timestamp;
use std::collections::BTreeMap;

pub(super) fn account(name: &str) -> AccountId {
    AccountId::new(name).expect("an id")
}

pub(super) fn client_id(name: &str) -> ClientId {
    ClientId::new(name).expect("an id")
}

pub(super) fn person(name: &str, desk: bool) -> Who {
    let request_id = RequestId::new(format!("request-of-{name}")).ok();
    Who { account: account(name), name: name.to_uppercase(), desk, request_id }
}

/// Whose the conversation is.
pub(super) fn viewer() -> Who {
    person("anna", false)
}

pub(super) fn agent() -> Who {
    person("bert", true)
}

pub(super) fn say(id: &str, text: &str) -> Command {
    Command::Say { client_id: client_id(id), text: text.into(), reply_to: None, pin: None }
}

pub(super) fn empty() -> Conversation {
    let id = ConversationId::new("talk").expect("an id");
    Conversation::new(id, Epoch::new("first").expect("an epoch"), account("anna"))
}

/// A conversation, all that happened in it, and what is under way.
pub(super) struct World {
    pub(super) state: Conversation,
    pub(super) log: Vec<Event>,
    pub(super) now: Timestamp,
    /// What each job was heard to say, in pieces that were taken.
    pub(super) heard: BTreeMap<Fence, String>,
    ended: BTreeMap<Fence, Ending>,
}

impl World {
    pub(super) fn new() -> Self {
        let now: Timestamp = "2026-03-28T20:15:00.123456Z".parse().expect("a time");
        Self { state: empty(), log: Vec::new(), now, heard: BTreeMap::new(), ended: BTreeMap::new() }
    }

    /// A world in which these have been told.
    pub(super) fn told(story: &[(&Who, Command)]) -> Self {
        let mut world = Self::new();
        for (who, command) in story {
            world.tell(command.clone(), who).unwrap_or_else(|refusal| panic!("{command:?}: {refusal:?}"));
        }
        world
    }

    pub(super) fn tell(&mut self, command: Command, who: &Who) -> Result<Outcome, Refusal> {
        let outcome = self.state.apply(&command, who, self.now)?;
        self.keep(&outcome);
        Ok(outcome)
    }

    pub(super) fn post(&mut self, post: Post) -> Result<Outcome, Refusal> {
        let outcome = self.state.post(&post, self.now)?;
        self.keep(&outcome);
        Ok(outcome)
    }

    /// A piece of an answer from that byte on.
    pub(super) fn hear(&mut self, fence: u64, at: usize, text: &str) -> Result<Outcome, Refusal> {
        let fence = Fence(fence);
        let before = self.state.clone();
        let outcome = self.state.append(&Delta { fence, at, text: text.into() }, self.now);
        match &outcome {
            Ok(outcome) => {
                let heard = self.heard.entry(fence).or_default();
                heard.push_str(text);
                heard.truncate(crate::limits::ANSWER);
                self.keep(outcome);
            }
            Err(_) => assert_eq!(self.state, before, "what is refused changes nothing"),
        }
        outcome
    }

    /// A job that is answered in one piece.
    pub(super) fn answer(&mut self, fence: u64, text: &str) -> Offset {
        self.hear(fence, 0, text).expect("it runs");
        let how = How::Finished;
        self.post(Post::Finish { fence: Fence(fence), how, usage: None }).expect("it runs").offset
    }

    pub(super) fn propose(&mut self, fence: u64) -> Result<Outcome, Refusal> {
        let arguments = serde_json::json!({ "channel": "1-2-3-4" });
        let shows = vec!["A timer for Tatort, 20:15".into()];
        self.post(Post::Propose { fence: Fence(fence), tool: "add_timer".into(), arguments, shows })
    }

    /// The station is started anew; `kept` bytes of the running answer were put aside.
    pub(super) fn restart(&mut self, kept: usize) {
        let checkpoint = self.state.job().map(|job| {
            let text = super::text::shortened(&job.text, kept.min(job.text.len()));
            self.heard.insert(job.fence, text.clone());
            Checkpoint { job: job.fence, text }
        });
        self.state = self.replayed();
        let outcome = self.state.recover(checkpoint.as_ref(), self.now);
        self.keep(&outcome);
        assert!(self.state.job().is_none());
        assert_eq!(self.state.recover(None, self.now).events, [], "once is enough");
    }

    /// What those know who read the log, from JSON as it is kept.
    pub(super) fn replayed(&self) -> Conversation {
        let mut state = empty();
        for event in &self.log {
            let json = serde_json::to_string(event).expect("written");
            let read: Event = serde_json::from_str(&json).expect("read");
            assert_eq!(*event, read, "{json}");
            state.fold(&read).expect("in order");
        }
        state
    }

    /// Replaying is living, but for the text of the running job, which is no event.
    pub(super) fn check_replay(&self) {
        let mut living = self.state.clone();
        if let Some(job) = living.job_mut() {
            job.text.clear();
        }
        assert_eq!(self.replayed(), living);
    }

    /// All that anybody may ever see: the log, and the running text.
    pub(super) fn all_that_is_shown(&self) -> String {
        let mut shown = serde_json::to_string(&self.log).expect("written");
        shown.push_str(self.state.job().map_or("", |job| &job.text));
        for turn in transcript(&self.log) {
            shown.push_str(&turn.text);
        }
        shown
    }

    fn keep(&mut self, outcome: &Outcome) {
        for event in &outcome.events {
            assert_eq!(event.offset, Offset(self.log.len() as u64 + 1), "no gap");
            self.state.fold(event).expect("in order");
            self.log.push(event.clone());
            match &event.body {
                Body::Begun { job, .. } => {
                    assert_eq!(job.0 as usize, self.ended.len() + 1, "what ran before has ended");
                    assert_eq!(self.state.mode(), Mode::Assistant);
                }
                Body::Ended { job, outcome, text, .. } => {
                    assert_eq!(self.ended.insert(*job, *outcome), None, "it ends once");
                    assert_eq!(
                        *text,
                        self.heard.get(job).cloned().unwrap_or_default(),
                        "all of it and no more"
                    );
                }
                _ => {}
            }
        }
        assert!(outcome.offset <= self.state.last());
        assert_eq!(self.state.last().0 as usize, self.log.len());
        assert!(
            self.state.job().is_none() || self.state.mode() == Mode::Assistant,
            "the assistant is silent"
        );
        let effects = outcome.effects.iter().filter(|effect| matches!(effect, Effect::StartJob { .. }));
        assert_eq!(
            effects.count(),
            outcome.events.iter().filter(|e| matches!(e.body, Body::Begun { .. })).count()
        );
    }
}
