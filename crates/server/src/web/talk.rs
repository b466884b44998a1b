//! Conversations on a connection: what is heard of them, and what is said into them. The same for a socket, an event stream and single requests.
//!
//! There is no queue: of each conversation that is heard there is a cursor, and what lies behind it is fetched when there is room to send it. A frame that is
//! refused is refused to whoever sent it, in words that tell nothing of conversations that are not his.

use super::Web;
use super::guard::Principal;
use crate::app::conversation::live::{Cursor, Seat};
use crate::app::conversation::{Handle, Refused, Said, Who};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::Arc;
use telecast_core::conversation::Command;
use telecast_core::limits;
use tokio::sync::Notify;

/// What stands before a conversation's id where topics are named.
pub const TOPIC: &str = "conversation:";
/// Events that are read from the store at once for somebody who was away for long.
const PAGE: usize = 128;

/// A frame that says something into a conversation.
#[derive(Deserialize)]
pub struct Spoken<'a> {
    /// What the answer names.
    #[serde(default)]
    pub id: u64,
    /// Which conversation.
    pub conversation: String,
    /// What.
    #[serde(borrow)]
    pub command: &'a RawValue,
}

/// The answer to a frame.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Answer {
    /// It is on the disk.
    Done {
        /// Id of the frame.
        re: u64,
        /// To quote when asking for help.
        request_id: String,
        /// Offset of the last event that came of it.
        offset: u64,
    },
    /// It is not, and nothing has changed.
    Refused {
        /// Id of the frame.
        re: u64,
        /// To quote when asking for help.
        request_id: String,
        /// Stable code.
        code: String,
        /// For a person.
        detail: String,
        /// When to try again (seconds).
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_s: Option<u64>,
    },
}

impl Answer {
    /// What became of a frame.
    pub fn of(re: u64, request_id: String, told: Result<Said, Refused>) -> Self {
        match told {
            Ok(said) => Self::Done { re, request_id, offset: said.offset },
            Err(Refused { code, detail, retry_after_s, .. }) => {
                Self::Refused { re, request_id, code: code.to_owned(), detail, retry_after_s }
            }
        }
    }

    /// As it goes out.
    pub fn frame(&self) -> Bytes {
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// Who speaks, from the connection alone.
pub fn who(principal: &Principal, request_id: String) -> Who {
    Who {
        account: principal.account.clone(),
        name: principal.name.clone(),
        scopes: principal.scopes.clone(),
        profile: principal.profile.clone(),
        request_id,
    }
}

/// A topic as a page names it: `conversation:ID`, with where it has heard it up to: `@EPOCH.OFFSET`, and within an answer `.JOB.BYTES`.
#[derive(Debug, PartialEq, Eq)]
struct Wanted<'a> {
    id: &'a str,
    epoch: Option<&'a str>,
    cursor: Cursor,
}

fn wanted(topic: &str) -> Option<Wanted<'_>> {
    let rest = topic.strip_prefix(TOPIC)?;
    let Some((id, place)) = rest.split_once('@') else {
        return Some(Wanted { id: rest, epoch: None, cursor: Cursor::default() });
    };
    let mut parts = place.split('.');
    let epoch = parts.next()?;
    let offset = parts.next()?.parse().ok()?;
    let answer = match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => None,
        (Some(job), Some(at), None) => Some((job.parse().ok()?, at.parse().ok()?)),
        _ => return None,
    };
    Some(Wanted { id, epoch: Some(epoch), cursor: Cursor::at(offset, answer) })
}

/// A conversation that is heard.
struct Talk {
    handle: Handle,
    who: Who,
    cursor: Cursor,
    seat: Seat,
    is_over: bool,
}

/// All that a connection hears.
pub struct Talks {
    ear: Arc<Notify>,
    all: Vec<Talk>,
    /// Whose turn it is, so that a busy one does not keep the others waiting.
    next: usize,
}

impl Default for Talks {
    fn default() -> Self {
        Self { ear: Arc::new(Notify::new()), all: Vec::new(), next: 0 }
    }
}

impl Talks {
    /// Hears what a topic names from now on; says what whoever asks must know at once.
    pub async fn open(&mut self, web: &Web, principal: &Principal, topic: &str) -> Option<Bytes> {
        let refused = |code: &str| Some(told(topic, "refused", &serde_json::json!({ "code": code })));
        let Some(wanted) = wanted(topic) else { return refused("invalid") };
        self.shut(topic);
        if self.all.len() >= limits::TALKS {
            return refused("too_many");
        }
        let who = who(principal, String::new());
        let handle = match web.app.conversations().open(wanted.id, &who).await {
            Ok(handle) => handle,
            Err(refusal) => return refused(refusal.code),
        };
        let mut first = None;
        let mut cursor = wanted.cursor;
        let is_lost =
            wanted.epoch.is_some_and(|epoch| epoch != handle.epoch()) || cursor.offset > handle.live().last();
        if is_lost {
            first = Some(handle.live().frame("history_lost", &handle.position()));
            cursor = Cursor::default();
        }
        let seat = handle.live().join((&principal.account, &principal.name), Arc::clone(&self.ear));
        self.all.push(Talk { handle, who, cursor, seat, is_over: false });
        self.ear.notify_one();
        first
    }

    /// Hears it no longer.
    pub fn shut(&mut self, topic: &str) {
        let Some(wanted) = wanted(topic) else { return };
        self.all.retain(|talk| talk.handle.id() != wanted.id);
    }

    /// Returns when something may lie behind a cursor. Safe to cancel.
    pub async fn heard(&self) {
        self.ear.notified().await;
    }

    /// What lies behind the cursors, a page at most; then it must be asked again ([`Talks::heard`] returns at once).
    pub async fn frames(&mut self) -> Vec<Bytes> {
        for _ in 0..self.all.len() {
            self.next = (self.next + 1) % self.all.len().max(1);
            let talk = &mut self.all[self.next];
            // It may have been handed back meanwhile, or deleted.
            let frames = if talk.handle.may_hear(&talk.who) {
                talk.frames().await
            } else {
                vec![talk.ended("not_found")]
            };
            if talk.is_over || talk.handle.is_gone() {
                let talk = self.all.swap_remove(self.next);
                self.ear.notify_one();
                return if talk.is_over {
                    frames
                } else {
                    [frames, vec![talk.handle.live().frame("gone", &talk.handle.position())]].concat()
                };
            }
            if !frames.is_empty() {
                self.ear.notify_one();
                return frames;
            }
        }
        Vec::new()
    }

    /// Up to where each is heard now, for whoever wants to be sure.
    pub fn positions(&self) -> Vec<Bytes> {
        self.all.iter().map(|talk| talk.handle.live().frame("position", &talk.handle.position())).collect()
    }

    /// Somebody writes, or no longer.
    pub fn writes(&self, id: &str, writes: bool) {
        self.all.iter().filter(|talk| talk.handle.id() == id).for_each(|talk| talk.seat.writes(writes));
    }
}

impl Talk {
    /// The last word on it.
    fn ended(&mut self, code: &str) -> Bytes {
        self.is_over = true;
        self.handle.live().frame("refused", &serde_json::json!({ "code": code }))
    }

    async fn frames(&mut self) -> Vec<Bytes> {
        let behind = self.handle.live().behind(&mut self.cursor);
        let Some((from, before)) = behind.stored else { return behind.frames };
        match self.handle.stored(from, before.min(from + PAGE as u64)).await {
            Ok(frames) if !frames.is_empty() => {
                self.cursor.offset += frames.len() as u64;
                frames
            }
            // It is asked for again by whoever resumes; going on without it would be a hole.
            told => {
                if let Err(error) = told {
                    tracing::warn!(%error, "a conversation cannot be read");
                }
                vec![self.ended("unavailable")]
            }
        }
    }
}

fn told(topic: &str, kind: &str, data: &serde_json::Value) -> Bytes {
    let plain = topic.split('@').next().unwrap_or(topic);
    serde_json::json!({ "topic": plain, "type": kind, "data": data }).to_string().into()
}

/// Says something into a conversation; on the disk when it returns.
pub async fn speak(web: &Web, principal: &Principal, spoken: &Spoken<'_>, request_id: String) -> Answer {
    let who = who(principal, request_id.clone());
    let told = async {
        let command = Command::parse(spoken.command.get().as_bytes())?;
        let handle = web.app.conversations().open(&spoken.conversation, &who).await?;
        handle.say(&who, command).await
    };
    Answer::of(spoken.id, request_id, told.await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_names_a_conversation_and_a_place_in_it() {
        let at = |offset, answer| Cursor::at(offset, answer);
        for (topic, meant) in [
            ("conversation:a", Some(("a", None, Cursor::default()))),
            ("conversation:a@e.7", Some(("a", Some("e"), at(7, None)))),
            ("conversation:a@e.7.3.120", Some(("a", Some("e"), at(7, Some((3, 120)))))),
            ("conversation:a@e", None),
            ("conversation:a@e.x", None),
            ("conversation:a@e.7.3", None),
            ("conversation:a@e.7.3.1.1", None),
            ("guide", None),
        ] {
            let wanted = wanted(topic).map(|wanted| (wanted.id, wanted.epoch, wanted.cursor));
            assert_eq!(wanted, meant, "{topic}");
        }
    }
}
