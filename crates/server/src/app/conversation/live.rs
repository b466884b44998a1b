//! What is heard of a living conversation: its last events as they go out, the answer that is being made, and who is there.
//!
//! Nobody has a queue. Whoever listens keeps a [`Cursor`] and asks what lies behind it when he is woken: who is slow finds more at once, pieces of an
//! answer come together by themselves, and nothing is ever dropped. What is older than the tail is read from the store, from the same cursor.
//! Frames are made once and shared.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde::Serialize;
use telecast_core::conversation::{AccountId, Conversation, Mode, may_read};
use tokio::sync::Notify;

/// Events that are held for those who listen: a page that was away for a moment.
const EVENTS: usize = 128;
/// Bytes of them.
const BYTES: usize = 256 << 10;

/// Up to where somebody has heard a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Last offset.
    pub offset: u64,
    /// The answer in the making, and how many bytes of its text.
    pub answer: Option<(u64, usize)>,
    /// Which state of who is there.
    here: u64,
}

impl Cursor {
    /// At an offset, and so far within an answer.
    pub fn at(offset: u64, answer: Option<(u64, usize)>) -> Self {
        Self { offset, answer, here: 0 }
    }
}

/// What lies behind a cursor.
#[derive(Debug, Default)]
pub struct Behind {
    /// Events from this offset to before that one are in the store alone; the rest comes when they are heard.
    pub stored: Option<(u64, u64)>,
    /// Frames, in order.
    pub frames: Vec<Bytes>,
    /// The conversation is gone: nothing comes any more.
    pub gone: bool,
}

/// The answer in the making.
struct Answer {
    fence: u64,
    text: String,
    /// The piece that was last asked for, which others ask for next: from where, to where.
    piece: Option<(usize, usize, Bytes)>,
}

#[derive(Default)]
struct Tail {
    /// Offset of the first event that is held.
    first: u64,
    events: VecDeque<Bytes>,
    bytes: usize,
    answer: Option<Answer>,
    /// Connections of each account that is there, its name, and whether it writes.
    present: HashMap<String, Present>,
    /// Grows with each change of who is there.
    here: u64,
    here_frame: Bytes,
    listeners: HashMap<u64, Arc<Notify>>,
    next_listener: u64,
    mode: Mode,
    gone: bool,
}

struct Present {
    name: String,
    connections: usize,
    writes: bool,
}

/// Somebody who is there, as frames tell it.
#[derive(Serialize)]
struct Person<'a> {
    name: &'a str,
    writes: bool,
}

/// Who is there, as frames tell it.
#[derive(Serialize)]
struct Here<'a> {
    present: Vec<Person<'a>>,
}

/// A piece of an answer, as frames tell it.
#[derive(Serialize)]
struct Piece<'a> {
    job: u64,
    at: usize,
    text: &'a str,
}

/// A living conversation, as those hear it who listen.
pub struct Live {
    topic: String,
    owner: AccountId,
    tail: Mutex<Tail>,
}

impl Live {
    /// Of a conversation in which nothing has happened since it was read.
    pub(super) fn new(state: &Conversation) -> Self {
        let tail = Tail { first: state.last().0 + 1, mode: state.mode(), ..Tail::default() };
        Self {
            topic: format!("conversation:{}", state.id()),
            owner: state.owner().clone(),
            tail: Mutex::new(tail),
        }
    }

    /// Whether it is for whoever asks.
    pub fn may_hear(&self, account: &AccountId, desk: bool) -> bool {
        may_read(&self.owner, self.tail().mode, account, desk)
    }

    /// Whether it is that account's.
    pub(super) fn is_owner(&self, account: &str) -> bool {
        self.owner.as_str() == account
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A frame of this conversation.
    pub fn frame(&self, kind: &str, data: &impl Serialize) -> Bytes {
        #[derive(Serialize)]
        struct Frame<'a, D> {
            topic: &'a str,
            r#type: &'a str,
            data: &'a D,
        }
        serde_json::to_vec(&Frame { topic: &self.topic, r#type: kind, data }).unwrap_or_default().into()
    }

    /// Tells events that are on the disk, the first of them at `first`, and where the answer in the making stands then.
    pub(super) fn tell(&self, first: u64, events: Vec<Bytes>, answer: Option<(u64, &str)>, mode: Mode) {
        let mut tail = self.tail();
        tail.mode = mode;
        debug_assert_eq!(tail.first + tail.events.len() as u64, first, "events follow each other");
        for event in events {
            tail.bytes += event.len();
            tail.events.push_back(event);
        }
        while tail.events.len() > EVENTS || (tail.bytes > BYTES && tail.events.len() > 1) {
            let Some(gone) = tail.events.pop_front() else { break };
            tail.bytes -= gone.len();
            tail.first += 1;
        }
        match answer {
            Some((fence, text)) if tail.answer.as_ref().is_none_or(|answer| answer.fence != fence) => {
                tail.answer = Some(Answer { fence, text: text.to_owned(), piece: None });
            }
            Some(_) => {}
            None => tail.answer = None,
        }
        wake(&tail);
    }

    /// Tells the next piece of the answer in the making.
    pub(super) fn tell_text(&self, fence: u64, piece: &str) {
        let mut tail = self.tail();
        if let Some(answer) = tail.answer.as_mut().filter(|answer| answer.fence == fence) {
            answer.text.push_str(piece);
            wake(&tail);
        }
    }

    /// All that is known is out of date: whoever listens begins anew.
    pub(super) fn end(&self) {
        let mut tail = self.tail();
        tail.gone = true;
        wake(&tail);
    }

    /// The last offset that was told.
    pub fn last(&self) -> u64 {
        let tail = self.tail();
        tail.first + tail.events.len() as u64 - 1
    }

    /// What lies behind `cursor`, which is moved there: of what the store alone has, only where it is.
    pub fn behind(&self, cursor: &mut Cursor) -> Behind {
        let mut tail = self.tail();
        let mut behind = Behind { gone: tail.gone, ..Behind::default() };
        if cursor.offset + 1 < tail.first {
            behind.stored = Some((cursor.offset + 1, tail.first));
            return behind;
        }
        let heard = (cursor.offset + 1 - tail.first) as usize;
        behind.frames.extend(tail.events.iter().skip(heard).cloned());
        cursor.offset += tail.events.len().saturating_sub(heard) as u64;
        if let Some(piece) = self.piece(&mut tail, cursor) {
            behind.frames.push(piece);
        }
        if cursor.here != tail.here {
            cursor.here = tail.here;
            behind.frames.push(tail.here_frame.clone());
        }
        behind
    }

    /// The text of the answer behind `cursor`, in one piece.
    fn piece(&self, tail: &mut Tail, cursor: &mut Cursor) -> Option<Bytes> {
        let Some(answer) = &mut tail.answer else {
            cursor.answer = None;
            return None;
        };
        let from = match cursor.answer {
            Some((fence, at)) if fence == answer.fence && answer.text.is_char_boundary(at) => at,
            _ => 0,
        };
        let to = answer.text.len();
        cursor.answer = Some((answer.fence, to));
        if from == to {
            return None;
        }
        if let Some((known_from, known_to, frame)) = &answer.piece
            && (*known_from, *known_to) == (from, to)
        {
            return Some(frame.clone());
        }
        let frame = self.frame("text", &Piece { job: answer.fence, at: from, text: &answer.text[from..] });
        answer.piece = Some((from, to, frame.clone()));
        Some(frame)
    }

    /// Somebody listens from now on, until what this gives is dropped; `ear` is notified whenever something lies behind his cursor.
    pub fn join(self: &Arc<Self>, (account, name): (&str, &str), ear: Arc<Notify>) -> Seat {
        let mut tail = self.tail();
        let number = tail.next_listener;
        tail.next_listener += 1;
        tail.listeners.insert(number, ear);
        let present = tail.present.entry(account.to_owned()).or_insert_with(|| Present {
            name: name.to_owned(),
            connections: 0,
            writes: false,
        });
        present.connections += 1;
        if present.connections == 1 {
            self.tell_here(&mut tail);
        }
        Seat { live: Arc::clone(self), account: account.to_owned(), number }
    }

    fn tell_here(&self, tail: &mut Tail) {
        let mut present: Vec<Person<'_>> =
            tail.present.values().map(|one| Person { name: &one.name, writes: one.writes }).collect();
        present.sort_by(|one, other| one.name.cmp(other.name));
        let frame = self.frame("here", &Here { present });
        tail.here_frame = frame;
        tail.here += 1;
        wake(tail);
    }

    /// Somebody writes, or no longer.
    pub(super) fn writes(&self, account: &str, writes: bool) {
        let mut tail = self.tail();
        if let Some(present) = tail.present.get_mut(account)
            && present.writes != writes
        {
            present.writes = writes;
            self.tell_here(&mut tail);
        }
    }
}

fn wake(tail: &Tail) {
    tail.listeners.values().for_each(|ear| ear.notify_one());
}

/// Somebody's place among those who listen.
pub struct Seat {
    live: Arc<Live>,
    account: String,
    number: u64,
}

impl Seat {
    /// Tells others that he writes, or no longer.
    pub fn writes(&self, writes: bool) {
        self.live.writes(&self.account, writes);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut tail = self.live.tail();
        tail.listeners.remove(&self.number);
        if let Some(present) = tail.present.get_mut(&self.account) {
            present.connections -= 1;
            if present.connections == 0 {
                tail.present.remove(&self.account);
                self.live.tell_here(&mut tail);
            }
        }
    }
}
