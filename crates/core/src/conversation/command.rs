//! What a person may ask of a conversation, and how it is read from a frame.
//!
//! The enumeration is declared once and read in two forms: by its `kind`, as it is written, and by the name of its variant, because only in that form
//! does serde know where in it a fault is.

use super::event::{Author, Pin};
use super::id::{AccountId, CallId, ClientId, Fence, Offset, RequestId};
use super::refusal::{Code, Refusal};
use crate::limits;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who asks: what the connection knows, never what a frame says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Whose account.
    pub account: AccountId,
    /// As others read it.
    pub name: String,
    /// Whether he sits at the help desk.
    pub desk: bool,
    /// By which request.
    pub request_id: Option<RequestId>,
}

impl Who {
    /// As the author of what he does.
    pub fn author(&self) -> Author {
        Author::Person { account: self.account.clone(), name: self.name.clone() }
    }
}

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* })*) => {
        /// What a person asks of a conversation.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
        pub enum Command {
            $($(#[$doc])* $name { $($(#[$field_doc])* $field: $kind,)* },)*
        }

        /// The same by the name of the variant: `{"say": {…}}`.
        #[derive(Deserialize)]
        #[serde(remote = "Command", rename_all = "snake_case", deny_unknown_fields)]
        enum Named {
            $($name { $($(#[$field_doc])* $field: $kind,)* },)*
        }
    };
}

commands! {
    /// Say something. In mode `assistant` the viewer is answered.
    Say {
        /// What the client calls it; the same again is the same message, whatever it says.
        client_id: ClientId,
        /// The text.
        text: String,
        /// The message that it replies to.
        #[serde(default)]
        reply_to: Option<Offset>,
        /// What it is about.
        #[serde(default)]
        pin: Option<Pin>,
    }
    /// Let a message of one's own read otherwise.
    Edit {
        /// Which.
        message: Offset,
        /// The whole text.
        text: String,
    }
    /// The same, and have it answered anew.
    Resend {
        /// What the client calls it.
        client_id: ClientId,
        /// Which message.
        message: Offset,
        /// The whole text.
        text: String,
    }
    /// Take a message of one's own back.
    Delete {
        /// Which.
        message: Offset,
    }
    /// Show what one thinks of a message, or no longer.
    React {
        /// Of which.
        message: Offset,
        /// By what.
        emoji: String,
        /// Whether.
        on: bool,
    }
    /// Say how far one has read.
    Read {
        /// The last event that was seen.
        upto: Offset,
    }
    /// Ask for a person.
    AskHuman {}
    /// Take over.
    Take {}
    /// Let the assistant go on.
    HandBack {
        /// What it is to know.
        #[serde(default)]
        summary: Option<String>,
    }
    /// Close the conversation.
    Close {}
    /// Open it again.
    Reopen {}
    /// End an answer in the making.
    Cancel {
        /// Which; none: whichever there is.
        #[serde(default)]
        job: Option<Fence>,
    }
    /// Have the same answered once more.
    Regenerate {
        /// The last job that answered it.
        job: Fence,
    }
    /// Go on with an answer that was cut.
    Continue {
        /// Which.
        job: Fence,
    }
    /// Call the conversation so.
    Title {
        /// How.
        title: String,
    }
    /// Have another model answer from the next answer on.
    Model {
        /// Which; none: the station's choice.
        name: Option<String>,
    }
    /// Let the assistant do what it proposed.
    Confirm {
        /// Which call.
        call: CallId,
    }
    /// Do not let it.
    Decline {
        /// Which call.
        call: CallId,
    }
    /// Have undone what it did.
    Undo {
        /// Which call.
        call: CallId,
    }
}

impl Command {
    /// Reads a command. Depth is bounded by the reader of JSON (128); what is refused says where and why.
    pub fn parse(frame: &[u8]) -> Result<Self, Refusal> {
        if frame.len() > limits::FRAME {
            let detail = format!("A frame has at most {} bytes; this has {}.", limits::FRAME, frame.len());
            return Err(Refusal::new(Code::TooLarge, detail));
        }
        let invalid = |detail: String| Refusal::new(Code::Invalid, detail);
        let read =
            serde_json::from_slice(frame).map_err(|fault| invalid(format!("This is no JSON: {fault}")))?;
        let Value::Object(mut fields) = read else {
            return Err(invalid("A command is an object with a kind.".into()));
        };
        let Some(Value::String(kind)) = fields.remove("kind") else {
            return Err(invalid("kind: a command names its kind".into()));
        };
        let named = Value::from_iter([(kind.clone(), Value::Object(fields))]);
        let mut track = serde_path_to_error::Track::new();
        let reader = serde_path_to_error::Deserializer::new(&named, &mut track);
        Named::deserialize(reader).map_err(|fault| {
            let path = track.path().to_string();
            let place = path.strip_prefix(&kind).map_or("", |rest| rest.trim_start_matches('.'));
            let place = if place.is_empty() { "kind" } else { place };
            // Where only a field is named, the fault is in the whole: it is missing or not known.
            invalid(if path == kind { fault.to_string() } else { format!("{place}: {fault}") })
        })
    }

    /// What the client calls it, where sending it again must not double it.
    pub fn client_id(&self) -> Option<&ClientId> {
        match self {
            Self::Say { client_id, .. } | Self::Resend { client_id, .. } => Some(client_id),
            _ => None,
        }
    }
}
