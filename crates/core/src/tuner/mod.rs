//! Who holds which tuner, who gives way, and what is learnt from boxes that refuse. A pure pool: leases in, streams out.
//!
//! Laws (tested over random histories in `laws`):
//! - A fence is given once; it grows; it has one owner.
//! - Streams on one receiver never need more transponders than it has tuners.
//! - All viewers of a service share one stream; services of a transponder share its tuner.
//! - After all leases have ended and the idle time has passed, no stream is left.
//! - Recording > viewer > slot of an own channel > background; a tuner is taken only from those who are weaker, only if that helps, and whoever loses is named.
//! - What is unknown never counts as free: a receiver that does not tell its tuners has one, and a refusal by the box is believed
//!   for a while (see [`refusals`](self)).
//! - A refusal of ours names who holds the tuners.
//!
//! - `pool`: the pool. `refusals`: what a box has refused. [`Health`]: how sources fared. [`neighbours`]: what may be wanted next.
//!
//! It does not know sockets, tapes or sessions; nor why a stream ended, beyond what it is told.

mod health;
mod neighbours;
mod pool;
mod refusals;

pub use health::{Health, Ill};
pub use neighbours::{Zaps, likely_next};
pub use pool::{Pool, Rules};

use crate::lineup::{ChannelId, Source};
use std::time::Duration;

/// A number that grows with each lease; whoever shows an old one is not obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(pub u64);

/// Monotonic time: since the program began.
pub type Now = Duration;

/// What a tuner is wanted for; later is stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Kept ready in case someone wants it.
    Background,
    /// A slot of a channel of one's own that somebody watches.
    Slot,
    /// Somebody watches.
    Viewer,
    /// A recording.
    Recording,
}

/// One stream from one receiver.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey {
    /// Receiver.
    pub receiver: String,
    /// Channel.
    pub channel: ChannelId,
    /// What the receiver calls another channel, and the host this one.
    pub joined: Option<ChannelId>,
}

impl StreamKey {
    /// The stream of `channel` from `source`.
    pub fn of(source: &Source, channel: &ChannelId) -> Self {
        let own = source.service.channel_id();
        let joined = (own != *channel).then_some(own);
        Self { receiver: source.receiver.clone(), channel: channel.clone(), joined }
    }
}

/// A holder's right to a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Its fence.
    pub fence: Fence,
    /// The stream that it holds.
    pub stream: StreamKey,
    /// Who: for people.
    pub holder: String,
    /// What for.
    pub priority: Priority,
    /// When it ends unless renewed.
    pub expires: Now,
}

/// What was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Fence of the lease.
    pub fence: Fence,
    /// The stream.
    pub stream: StreamKey,
    /// The source to open, if the stream is new.
    pub open: Option<Source>,
    /// Leases that were ended for it: their holders must be told.
    pub lost: Vec<Lease>,
}

/// Who stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The channel that is on.
    pub channel: ChannelId,
    /// Who holds it, and what for.
    pub what: String,
    /// When its lease ends unless it is renewed.
    pub until: Now,
}

impl From<&Lease> for Holder {
    fn from(lease: &Lease) -> Self {
        Self { channel: lease.stream.channel.clone(), what: lease.holder.clone(), until: lease.expires }
    }
}

/// Why nothing was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No receiver has the channel.
    NoSource,
    /// All tuners are held.
    InUse,
    /// A receiver has refused lately although a tuner seemed to be free.
    Refused,
    /// The receivers that have the channel are left alone because they do not answer.
    Unreachable,
    /// The receivers that have the channel serve as many viewers as they may.
    Full,
}

/// Nothing was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub cause: Cause,
    /// Who holds the tuners.
    pub holders: Vec<Holder>,
    /// When it is worth trying again.
    pub retry_after: Duration,
}

#[cfg(test)]
mod laws;
