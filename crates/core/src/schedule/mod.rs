//! Channels of one's own: what they are meant to play ([`Document`]), and what airs when ([`Timeline`]).
//!
//! - A [`Plan`] is a document made ready: with a [`Catalogue`] of what there is, a seed and a zone. [`build`] makes slots of it, from a [`Standing`]
//!   and a [`History`] on; [`replan`] keeps what is past, on air or firm and goes on behind it.
//! - Pure and the same for the same, to the byte. A window may be divided anywhere. Laws: `laws`; why it is so: docs/design/schedule.md.
//! - Told of it: [`guide::entries`], [`why`], [`diff`], [`simulate`], [`lint`]. Settings of the channel server come in by [`import_channel`].
//!
//! It does not know stores, files or the clock; nor whether an item is prepared: whoever does says so by lengths ([`Timeline::settle`]).

mod agenda;
mod breaks;
mod build;
mod catalogue;
mod check;
mod cursor;
mod deck;
mod dice;
mod diff;
pub mod document;
mod fault;
mod forms;
pub mod guide;
pub mod holiday;
mod import;
mod lane;
mod lint;
mod live;
mod plan;
mod simple;
mod simulate;
mod timeline;
mod values;
mod why;

pub use agenda::TICKS_PER_MS;
pub use build::{build, replan};
pub use catalogue::{Catalogue, Wanted};
pub use cursor::{Cursor, CursorKey, Cursors};
pub use diff::{Change, diff};
pub use document::Document;
pub use fault::{Fault, FaultCode};
pub use import::{Imported, Left, LeftKind, import_channel};
pub use lint::{Lint, LintCode, lint};
pub use live::{Aim, aim, circle, ends, overrun, prolonged};
pub use plan::Plan;
pub use simple::expand;
pub use simulate::{Share, Starts, Statistics, simulate};
pub use timeline::{
    History, Moved, Note, NoteKind, Place, Reason, Role, Slot, Standing, Timeline, Unit, What,
};
pub use values::{Day, Length, TimeOfDay};
pub use why::{Why, WhyCode, WhyMoved, why};

#[cfg(test)]
mod examples;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod told;
#[cfg(test)]
mod world;
