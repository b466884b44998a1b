//! What a model, the matcher of sentences ([`super::plain`]) and MCP may call: a closed set.
//!
//! A [`Call`] is made by [`Call::parse`] alone: every text in it is bounded and in one line, every number within its range, and nothing is in it that
//! is not known. It says what is wanted and not what may be: [`Tool::scope`] is checked against the person who asked, by whoever carries it out, and so
//! are the channels and programmes that it names. A model may name these as a viewer would; which are meant is found out there, too.

mod call;
mod schema;
mod when;

pub use call::{
    About, CHANGE_MOST, Call, ID_MOST, NAME_MOST, REMIND_DEFAULT, REMIND_MOST, Refusal, TIMER_MOST, Timer,
    WORDS_MOST,
};
pub use when::{Day, PRIME_TIME, When};

use crate::access::Scope;
use serde_json::Value;

/// A tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tool {
    /// What is on.
    WhatsOn,
    /// Looks for programmes.
    SearchGuide,
    /// All about one programme.
    Programme,
    /// Shows another channel.
    Tune,
    /// Reminds of a programme.
    Remind,
    /// Plans a recording.
    SetTimer,
    /// Drops a planned recording.
    CancelTimer,
    /// Why something is as it is.
    Explain,
    /// Changes an own channel's schedule.
    ProposeSchedule,
    /// Looks into the station's documents.
    Documents,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::WhatsOn,
        Self::SearchGuide,
        Self::Programme,
        Self::Tune,
        Self::Remind,
        Self::SetTimer,
        Self::CancelTimer,
        Self::Explain,
        Self::ProposeSchedule,
        Self::Documents,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::WhatsOn => "whats_on",
            Self::SearchGuide => "search_guide",
            Self::Programme => "programme",
            Self::Tune => "tune",
            Self::Remind => "remind",
            Self::SetTimer => "set_timer",
            Self::CancelTimer => "cancel_timer",
            Self::Explain => "explain",
            Self::ProposeSchedule => "propose_schedule",
            Self::Documents => "documents",
        }
    }

    /// The tool of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    /// What a model is told of it.
    pub fn description(self) -> &'static str {
        match self {
            Self::WhatsOn => {
                "What is on television, on one channel or on all that the viewer may see: now, tonight, tomorrow evening or at a time. \
                 Gives titles, times and ids of programmes."
            }
            Self::SearchGuide => {
                "Searches the programme guide by words of titles, descriptions, people and genres. Gives titles, channels, times and ids of programmes."
            }
            Self::Programme => "Everything that the guide knows about one programme.",
            Self::Tune => "Shows a channel on the viewer's screen.",
            Self::Remind => "Reminds the viewer before a programme begins.",
            Self::SetTimer => {
                "Plans a recording: of a programme, or of a channel from a start to an end. Give `programme`, or `channel` with `start` and `end`."
            }
            Self::CancelTimer => "Drops a planned recording.",
            Self::Explain => {
                "Explains the station's state: why a channel does not play, who holds the tuners, or why an own channel shows what it shows."
            }
            Self::ProposeSchedule => {
                "Proposes a change to the schedule of one of the station's own channels. Nothing is changed before a person has agreed."
            }
            Self::Documents => {
                "Searches the station's manual and the host's documents. Use it for questions about how things are done here."
            }
        }
    }

    /// The JSON Schema (2020-12) of its arguments.
    pub fn schema(self) -> Value {
        schema::of(self)
    }

    /// Whether it only reads. What does not, is proposed to the person who asked before it is done.
    pub fn reads(self) -> bool {
        match self {
            Self::WhatsOn | Self::SearchGuide | Self::Programme | Self::Explain | Self::Documents => true,
            Self::Tune | Self::Remind | Self::SetTimer | Self::CancelTimer | Self::ProposeSchedule => false,
        }
    }

    /// What the person who asks must be allowed to.
    pub fn scope(self) -> Scope {
        match self {
            Self::WhatsOn
            | Self::SearchGuide
            | Self::Programme
            | Self::Tune
            | Self::Remind
            | Self::Explain
            | Self::Documents => Scope::Watch,
            Self::SetTimer | Self::CancelTimer => Scope::Record,
            Self::ProposeSchedule => Scope::Program,
        }
    }

    /// Those that somebody with these scopes may use.
    pub fn allowed(scopes: &[Scope]) -> Vec<Self> {
        Self::ALL.into_iter().filter(|tool| scopes.contains(&tool.scope())).collect()
    }
}

#[cfg(test)]
mod tests;
