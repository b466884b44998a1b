//! The closed set of wires: requests to what is posted, bytes to deltas.
//!
//! What came before a fault is given first: [`Wire::feed`] returns it, and the fault comes with the next call. So what is known does not depend on how
//! the bytes were cut. When [`Wire::is_over`] says so, nothing that still comes matters, and [`Wire::end`] tells how it went.

use super::answer::{Answer, Delta};
use super::fault::{Fault, FaultKind, error_within};
use super::request::{Posting, Request};
use super::{anthropic, dify, ndjson, ollama, openai_chat, openai_responses, sse};
use serde_json::Value;

/// Bytes of an answer that came at once instead of in pieces; it is an error, and those are short.
pub const BODY_MOST: usize = 64 << 10;
/// Bytes by which the beginning of a stream is known.
const HEAD: usize = 6;

/// How a provider is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Chat completions, as OpenAI has them and most others copy them.
    OpenAiChat,
    /// OpenAI's responses.
    OpenAiResponses,
    /// Anthropic's messages.
    Anthropic,
    /// Ollama's own chat.
    Ollama,
    /// An app of Dify.
    Dify,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::OpenAiChat, Self::OpenAiResponses, Self::Anthropic, Self::Ollama, Self::Dify];

    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAiChat => "openai_chat",
            Self::OpenAiResponses => "openai_responses",
            Self::Anthropic => "anthropic",
            Self::Ollama => "ollama",
            Self::Dify => "dify",
        }
    }

    /// The wire of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The header in which the key goes, and what stands before it.
    pub fn key_header(self) -> (&'static str, &'static str) {
        match self {
            Self::Anthropic => ("x-api-key", ""),
            _ => ("authorization", "Bearer "),
        }
    }

    /// Whether the model can be given tools and the dialogue. Dify's app has its own: it gets the newest words alone, and keeps the dialogue itself
    /// ([`Delta::Conversation`]).
    pub fn carries_tools(self) -> bool {
        self != Self::Dify
    }

    /// What is posted for `request`. Whatever the turns are, it is a dialogue that the provider takes: see [`super::Turn`].
    pub fn encode(self, request: &Request) -> Posting {
        match self {
            Self::OpenAiChat => openai_chat::encode(request),
            Self::OpenAiResponses => openai_responses::encode(request),
            Self::Anthropic => anthropic::encode(request),
            Self::Ollama => ollama::encode(request),
            Self::Dify => dify::encode(request),
        }
    }
}

/// Reads one answer.
#[derive(Clone, Debug)]
pub struct Wire {
    kind: Kind,
    opening: Opening,
    frames: Frames,
    answer: Answer,
    fault: Option<Fault>,
}

#[derive(Clone, Debug)]
enum Frames {
    Events(sse::Reader),
    Lines(ndjson::Reader),
}

/// What the beginning shows.
#[derive(Clone, Debug)]
enum Opening {
    /// Too little has come to tell.
    Head(Head),
    /// It may be a stream.
    Stream,
    /// It is some other text.
    Other,
    /// A JSON document where events should be.
    Body(Vec<u8>),
}

/// The first bytes that are neither a byte order mark nor space.
#[derive(Clone, Debug, Default)]
struct Head {
    /// So many bytes of a mark have come, and nothing else.
    mark: usize,
    has_space: bool,
    bytes: Vec<u8>,
}

impl Head {
    fn take(&mut self, bytes: &[u8]) {
        let whole = "\u{feff}".as_bytes();
        for byte in bytes {
            if self.bytes.len() == HEAD {
                return;
            }
            let is_first = self.bytes.is_empty();
            if is_first && !self.has_space && whole.get(self.mark) == Some(byte) {
                self.mark += 1;
            } else if is_first && self.mark.is_multiple_of(whole.len()) && byte.is_ascii_whitespace() {
                self.has_space = true;
            } else {
                if is_first && self.mark < whole.len() {
                    // What began as a mark is none.
                    self.bytes.extend_from_slice(&whole[..self.mark]);
                }
                self.bytes.push(*byte);
            }
        }
    }

    /// Whether nothing has come that means anything.
    fn is_blank(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether a stream of events may begin so: with a comment or a field that is known.
    fn begins_events(&self) -> bool {
        let fields: [&[u8]; 5] = [b":", b"data", b"event", b"id", b"retry"];
        fields.iter().any(|field| self.bytes.starts_with(field) || field.starts_with(&self.bytes))
    }
}

impl Wire {
    /// For an answer to a request by that wire.
    pub fn new(kind: Kind) -> Self {
        let frames = match kind {
            Kind::Ollama => Frames::Lines(ndjson::Reader::default()),
            _ => Frames::Events(sse::Reader::default()),
        };
        Self { kind, opening: Opening::Head(Head::default()), frames, answer: Answer::default(), fault: None }
    }

    /// Takes bytes as they come. What comes after the end is nothing.
    ///
    /// # Errors
    /// The answer is at fault, and everything before that was given.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Delta>, Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        if self.answer.is_over() {
            return Ok(Vec::new());
        }
        // A fault behind the end is none: those bytes might as well have come later.
        if let Err(fault) = self.take(bytes)
            && !self.answer.is_over()
        {
            self.fault = Some(fault.clone());
            let before = self.answer.drain();
            return if before.is_empty() { Err(fault) } else { Ok(before) };
        }
        Ok(self.answer.drain())
    }

    /// No more bytes come, or none matter. Without a fault the last delta of an answer is its stop.
    ///
    /// # Errors
    /// The answer is at fault, or not complete.
    pub fn end(&mut self) -> Result<Vec<Delta>, Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        if let Err(fault) = self.close() {
            self.fault = Some(fault.clone());
            return Err(fault);
        }
        Ok(self.answer.drain())
    }

    /// Whether nothing that may still come matters: the connection can be closed, and [`Self::end`] tells how it went.
    pub fn is_over(&self) -> bool {
        self.fault.is_some() || self.answer.is_over()
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.look(bytes)?;
        if let Opening::Body(body) = &mut self.opening {
            // What stands before it is space, and may have come apart from it or not.
            let from = bytes.iter().position(|byte| b"{[".contains(byte)).filter(|_| body.is_empty());
            let bytes = &bytes[from.unwrap_or_default()..];
            if body.len() + bytes.len() > BODY_MOST {
                return Err(Fault::new(FaultKind::NotStream));
            }
            body.extend_from_slice(bytes);
            return Ok(());
        }
        let (kind, answer) = (self.kind, &mut self.answer);
        match &mut self.frames {
            Frames::Events(reader) => reader.feed(bytes, |event| take_event(kind, &event, answer)),
            Frames::Lines(reader) => reader.feed(bytes, |json| take_json(kind, "", &json, answer)),
        }
    }

    /// Looks at the first bytes: a page or a document is told from a stream before anything is read as one.
    fn look(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let Opening::Head(head) = &mut self.opening else { return Ok(()) };
        head.take(bytes);
        let is_lines = self.kind == Kind::Ollama;
        match head.bytes.first() {
            Some(b'<') => return Err(Fault::new(FaultKind::Html)),
            Some(b'{' | b'[') if !is_lines => self.opening = Opening::Body(Vec::new()),
            Some(_) if is_lines => self.opening = Opening::Stream,
            Some(_) if head.bytes.len() == HEAD => {
                self.opening = if head.begins_events() { Opening::Stream } else { Opening::Other };
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        if self.answer.is_over() {
            return Ok(());
        }
        let (kind, answer) = (self.kind, &mut self.answer);
        if let Frames::Lines(reader) = &mut self.frames {
            reader.end(|json| take_json(kind, "", &json, answer))?;
        }
        let ended = answer.ended();
        match (&self.opening, ended) {
            (Opening::Head(head), Err(_)) if head.is_blank() => Err(Fault::new(FaultKind::Empty)),
            (Opening::Head(head), Err(_)) if !head.begins_events() => Err(Fault::new(FaultKind::NotStream)),
            (Opening::Other, Err(_)) => Err(Fault::new(FaultKind::NotStream)),
            (Opening::Body(body), Err(_)) => Err(of_body(body)),
            (_, ended) => ended,
        }
    }
}

/// What a document says that came instead of a stream.
fn of_body(body: &[u8]) -> Fault {
    let json = serde_json::from_slice::<Value>(body).unwrap_or(Value::Null);
    let json = if json.is_array() { &json[0] } else { &json };
    let is_error = has_error(json) || json["type"] == "error" || json["code"].is_string();
    if is_error { Fault::told(error_within(json)) } else { Fault::new(FaultKind::NotStream) }
}

fn has_error(json: &Value) -> bool {
    match &json["error"] {
        Value::String(text) => !text.is_empty(),
        error => error.is_object(),
    }
}

fn take_event(kind: Kind, event: &sse::Event, answer: &mut Answer) -> Result<(), Fault> {
    let data = event.data.trim();
    if data.is_empty() || answer.is_over() {
        return Ok(());
    }
    if data == "[DONE]" {
        answer.finish();
        return Ok(());
    }
    let json = serde_json::from_str(data).map_err(|_| Fault::new(FaultKind::NotJson))?;
    take_json(kind, &event.name, &json, answer)
}

/// `name` is what the frame says it is, beside what the JSON does.
fn take_json(kind: Kind, name: &str, json: &Value, answer: &mut Answer) -> Result<(), Fault> {
    if answer.is_over() {
        return Ok(());
    }
    if has_error(json) {
        return Err(Fault::told(&json["error"]));
    }
    if name == "error" || json["type"] == "error" || json["event"] == "error" {
        return Err(Fault::told(json));
    }
    match kind {
        Kind::OpenAiChat => openai_chat::take(json, answer),
        Kind::OpenAiResponses => openai_responses::take(json, answer),
        Kind::Anthropic => anthropic::take(json, answer),
        Kind::Ollama => ollama::take(json, answer),
        Kind::Dify => dify::take(json, answer),
    }
}
