//! What a person's command leads to: who may, in which mode, and what comes of it.

use super::command::{Command, Who};
use super::draft::{Draft, Effect, Outcome};
use super::event::{Body, DeclinedBy, Ending, Kind, Mode, ModeChange, Pin};
use super::id::{CallId, Fence, Offset};
use super::refusal::{Code, Refusal};
use super::state::{Call, CallState, Conversation, Message};
use super::text;
use crate::limits;
use jiff::Timestamp;

/// What somebody is in a conversation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rights {
    Owner,
    Agent,
}

type Applied = Result<(), Refusal>;

impl Conversation {
    /// What comes of a command. Nothing is changed by it: the owner keeps the events, folds them, and sees to the effects.
    ///
    /// What a client sends again under the id of something that is remembered is that. Of what is longer ago the store must know: its key of
    /// [`super::Event::sent`] is unique, and who finds it taken answers with the offset that it has.
    pub fn apply(&self, command: &Command, who: &Who, now: Timestamp) -> Result<Outcome, Refusal> {
        let rights = self.rights(command, who)?;
        if let Some(before) = command.client_id().and_then(|id| self.sent(&who.account, id)) {
            return Ok(Outcome::already(before));
        }
        self.admits(command, who, rights)?;
        let mut draft = Draft::new(self, who.author(), who.request_id.clone(), now);
        self.carry_out(command, who, &mut draft)?;
        Ok(draft.done())
    }

    /// The desk is let in where a person was asked for; elsewhere it may take over and nothing else.
    fn rights(&self, command: &Command, who: &Who) -> Result<Rights, Refusal> {
        let takes = self.mode() == Mode::Assistant && matches!(command, Command::Take {});
        if who.account == *self.owner() {
            Ok(Rights::Owner)
        } else if self.may_read(&who.account, who.desk) || (who.desk && takes) {
            Ok(Rights::Agent)
        } else {
            Err(Refusal::unknown())
        }
    }

    /// Whether a command is for whoever gives it, and for this mode.
    fn admits(&self, command: &Command, who: &Who, rights: Rights) -> Applied {
        use Command as C;
        let refuse = |code, detail: &str| Err(Refusal::new(code, detail));
        let of_both = matches!(
            command,
            C::Say { .. } | C::Edit { .. } | C::Delete { .. } | C::React { .. } | C::Read { .. }
        ) || matches!(command, C::HandBack { .. } | C::Close {});
        match (rights, command) {
            (Rights::Owner, C::Take {}) => {
                return refuse(Code::NotYours, "Your own conversation cannot be taken over by you.");
            }
            (Rights::Agent, C::Say { .. }) if self.mode() != Mode::Human => {
                return refuse(Code::NotYours, "Take the conversation over before you answer.");
            }
            (Rights::Agent, command) if !of_both && *command != (C::Take {}) => {
                return refuse(Code::NotYours, "Only the viewer can do this.");
            }
            _ => {}
        }
        if self.mode() == Mode::Closed && !matches!(command, C::Reopen {} | C::Read { .. } | C::Close {}) {
            return refuse(Code::Closed, "This conversation is closed. Open it again first.");
        }
        let wants_answer = matches!(command, C::Resend { .. } | C::Regenerate { .. } | C::Continue { .. });
        if wants_answer && self.mode() != Mode::Assistant {
            return refuse(
                Code::Silent,
                "The assistant does not answer while a person is asked for or there.",
            );
        }
        if self.people().len() >= limits::PEOPLE && !self.people().contains_key(&who.account) {
            return refuse(Code::Full, "Too many people were in this conversation already.");
        }
        if self.last().0 >= limits::CONVERSATION_EVENTS && !matches!(command, C::Close {} | C::Cancel { .. })
        {
            return refuse(Code::Full, "This conversation is full. Begin a new one.");
        }
        Ok(())
    }

    fn carry_out(&self, command: &Command, who: &Who, draft: &mut Draft) -> Applied {
        use Command as C;
        match command {
            C::AskHuman {} | C::Take {} | C::HandBack { .. } | C::Close {} | C::Reopen {} => {
                self.change_mode(command, who, draft)
            }
            C::Resend { .. } | C::Cancel { .. } | C::Regenerate { .. } | C::Continue { .. } => {
                self.steer(command, who, draft)
            }
            C::Title { .. } | C::Model { .. } => self.call_it(command, draft),
            C::Confirm { .. } | C::Decline { .. } | C::Undo { .. } => self.decide(command, who, draft),
            C::Say { client_id, text, reply_to, pin } => {
                self.check_said(text, *reply_to, pin.as_ref())?;
                let (client_id, text) = (client_id.clone(), text.clone());
                let said = Body::Said { client_id, text, reply_to: *reply_to, pin: pin.clone() };
                self.say(said, who, draft);
                Ok(())
            }
            C::Edit { message, text } => {
                self.own(*message, who)?;
                text::message(text)?;
                draft.tell(Body::Edited { message: *message, text: text.clone(), client_id: None });
                Ok(())
            }
            C::Delete { message } => self.delete(*message, who, draft),
            C::React { message, emoji, on } => self.react((*message, emoji, *on), who, draft),
            C::Read { upto } => self.read(*upto, who, draft),
        }
    }

    /// Who answers from now on. Any change ends the running job: it runs in mode `assistant` alone.
    fn change_mode(&self, command: &Command, who: &Who, draft: &mut Draft) -> Applied {
        let mode = self.mode();
        let (to, why, is_so) = match command {
            Command::AskHuman {} => (Mode::Queued, ModeChange::Asked, mode != Mode::Assistant),
            Command::Take {} => (Mode::Human, ModeChange::Taken, self.agent() == Some(&who.account)),
            Command::HandBack { .. } => (Mode::Assistant, ModeChange::HandedBack, mode == Mode::Assistant),
            Command::Reopen {} => (Mode::Assistant, ModeChange::Reopened, mode != Mode::Closed),
            _ => (Mode::Closed, ModeChange::Closed, mode == Mode::Closed),
        };
        if is_so {
            return Ok(());
        }
        let summary = match command {
            Command::HandBack { summary: Some(summary) } => Some(summary.trim()),
            _ => None,
        };
        let summary = summary.filter(|summary| !summary.is_empty());
        summary.map_or(Ok(()), text::summary)?;
        draft.void(Ending::Void);
        if to == Mode::Closed {
            draft.decline(DeclinedBy::Closing, |_| true);
        }
        draft.tell(Body::Mode { to, why, summary: summary.map(str::to_owned) });
        Ok(())
    }

    /// Begins, repeats and ends answers.
    fn steer(&self, command: &Command, who: &Who, draft: &mut Draft) -> Applied {
        let (answers, why) = match command {
            Command::Cancel { job } => return self.cancel(*job, draft),
            Command::Resend { client_id, message, text } => {
                let answered = self.own(*message, who)?.answer;
                text::message(text)?;
                draft.void(Ending::Void);
                let (text, client_id) = (text.clone(), Some(client_id.clone()));
                draft.tell(Body::Edited { message: *message, text, client_id });
                (*message, answered.map_or(Kind::Answer, |(of, _)| Kind::Again { of }))
            }
            Command::Continue { job } => {
                let (answers, ending) = self.latest(*job)?;
                if ending != Some(Ending::Cut) {
                    let detail = "This answer was not cut: there is nothing to go on with.";
                    return Err(Refusal::new(Code::NotCut, detail));
                }
                draft.void(Ending::Void);
                (answers, Kind::Onward { of: *job })
            }
            Command::Regenerate { job } => {
                let answers = self.latest(*job)?.0;
                draft.void(Ending::Void);
                (answers, Kind::Again { of: *job })
            }
            _ => return Ok(()),
        };
        draft.begin(answers, who.account.clone(), why);
        Ok(())
    }

    fn call_it(&self, command: &Command, draft: &mut Draft) -> Applied {
        match command {
            Command::Title { title } => {
                text::name(title, limits::TITLE)?;
                if self.title() != Some(title) {
                    draft.tell(Body::Titled { title: title.clone() });
                }
            }
            Command::Model { name } => {
                name.as_deref().map_or(Ok(()), |name| text::name(name, limits::MODEL_NAME))?;
                if self.model() != name.as_deref() {
                    draft.tell(Body::Model { name: name.clone() });
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A word on a proposal, which is its asker's, and is given once.
    fn decide(&self, command: &Command, who: &Who, draft: &mut Draft) -> Applied {
        let (Command::Confirm { call } | Command::Decline { call } | Command::Undo { call }) = *command
        else {
            return Ok(());
        };
        let state = self.call_of(call, who)?.state;
        match command {
            Command::Undo { .. } if state == CallState::Done => {
                draft.tell(Body::Undoing { call });
                draft.effect(Effect::UndoCall { call });
            }
            Command::Undo { .. } => {
                return Err(Refusal::new(Code::NotUndoable, "There is nothing of this that can be undone."));
            }
            _ if state != CallState::Open => {
                return Err(Refusal::new(Code::Settled, "This was decided already."));
            }
            Command::Confirm { .. } => {
                draft.tell(Body::Confirmed { call });
                draft.effect(Effect::RunCall { call });
            }
            _ => {
                draft.tell(Body::Declined { call, by: DeclinedBy::Person });
            }
        }
        Ok(())
    }

    fn check_said(&self, text: &str, reply_to: Option<Offset>, pin: Option<&Pin>) -> Applied {
        text::message(text)?;
        // What is older than memory may be replied to; what was deleted meanwhile too, so that no word is lost.
        if let Some(message) = reply_to.filter(|message| *message > self.forgotten()) {
            self.known(message)?;
        }
        pin.map_or(Ok(()), text::pin)
    }

    /// The viewer's word voids what is being answered, and is answered itself.
    fn say(&self, said: Body, who: &Who, draft: &mut Draft) {
        let answered = self.mode() == Mode::Assistant;
        if answered {
            draft.void(Ending::Void);
        }
        let message = draft.tell(said);
        if answered {
            draft.begin(message, who.account.clone(), Kind::Answer);
        }
    }

    /// An answer to what is taken back is in the way of nobody.
    fn delete(&self, message: Offset, who: &Who, draft: &mut Draft) -> Applied {
        match self.own(message, who) {
            Err(refusal) if refusal.code == Code::Deleted => return Ok(()),
            owned => owned?,
        };
        if self.job().is_some_and(|job| job.answers == message) {
            draft.void(Ending::Void);
        }
        draft.tell(Body::Deleted { message });
        Ok(())
    }

    fn react(&self, (message, emoji, on): (Offset, &str, bool), who: &Who, draft: &mut Draft) -> Applied {
        text::emoji(emoji)?;
        let known = self.there(message)?;
        let is_on = known.reactions.contains(&(who.account.clone(), emoji.to_owned()));
        if on && !is_on && known.reactions.len() >= limits::REACTIONS {
            return Err(Refusal::new(Code::Full, "This message has as many reactions as it can have."));
        }
        if on != is_on {
            draft.tell(Body::Reacted { message, emoji: emoji.to_owned(), on });
        }
        Ok(())
    }

    fn read(&self, upto: Offset, who: &Who, draft: &mut Draft) -> Applied {
        if upto > self.last() {
            return Err(Refusal::new(Code::NotFound, "So far the conversation has not come."));
        }
        if upto > self.people().get(&who.account).map_or(Offset(0), |person| person.read) {
            draft.tell(Body::Read { upto });
        }
        Ok(())
    }

    /// An answer that has ended meanwhile is left as it is, and a newer one is not met.
    fn cancel(&self, job: Option<Fence>, draft: &mut Draft) -> Applied {
        if job.is_some_and(|job| job > self.fence()) {
            return Err(Refusal::new(Code::NotFound, "There is no such answer."));
        }
        if self.job().is_some_and(|running| job.is_none_or(|job| job == running.fence)) {
            draft.void(Ending::Cancelled);
        }
        Ok(())
    }

    /// What a job answered and how it ended, if none has answered the same after it.
    fn latest(&self, job: Fence) -> Result<(Offset, Option<Ending>), Refusal> {
        let mut answered = self.messages().iter().rev();
        let found = answered.find(|(_, message)| message.answer.is_some_and(|(last, _)| last == job));
        match found {
            Some((_, message)) if message.deleted => {
                Err(Refusal::new(Code::Deleted, "What was answered has been deleted."))
            }
            Some((offset, message)) => Ok((*offset, message.answer.and_then(|(_, ending)| ending))),
            None if job.0 == 0 || job > self.fence() => {
                Err(Refusal::new(Code::NotFound, "There is no such answer."))
            }
            None => Err(Refusal::new(Code::Superseded, "There is a newer answer, or this one is too old.")),
        }
    }

    /// A message that can be spoken of.
    fn known(&self, message: Offset) -> Result<&Message, Refusal> {
        match self.messages().get(&message) {
            Some(known) => Ok(known),
            None if message.0 > 0 && message <= self.forgotten() => {
                Err(Refusal::new(Code::TooOld, "This message is too old to be changed."))
            }
            None => Err(Refusal::new(Code::NotFound, "There is no such message.")),
        }
    }

    /// The same, and it was not deleted.
    fn there(&self, message: Offset) -> Result<&Message, Refusal> {
        let known = self.known(message)?;
        let deleted = || Refusal::new(Code::Deleted, "This message was deleted.");
        if known.deleted { Err(deleted()) } else { Ok(known) }
    }

    /// The same, and it is his.
    fn own(&self, message: Offset, who: &Who) -> Result<&Message, Refusal> {
        if self.known(message)?.by.as_ref() != Some(&who.account) {
            return Err(Refusal::new(Code::NotYours, "Only who wrote a message can change it."));
        }
        self.there(message)
    }

    fn call_of(&self, call: CallId, who: &Who) -> Result<&Call, Refusal> {
        let Some(known) = self.call(call) else {
            let is_old = call.0 > 0 && call <= self.last_call();
            let code = if is_old { Code::TooOld } else { Code::NotFound };
            return Err(Refusal::new(code, "There is no such proposal, or it is too long ago."));
        };
        if known.asker != who.account {
            return Err(Refusal::new(Code::NotYours, "Only the person who was answered can decide this."));
        }
        Ok(known)
    }
}
