//! Channels of one's own: what they are meant to play ([`Document`]), and what airs when ([`Timeline`]).

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
pub mod guide;
pub mod holiday;
mod import;
mod lane;
mod lint;
mod plan;
mod simple;
mod simulate;
mod timeline;
mod values;
mod why;

pub use agenda::TICKS_PER_MS;
pub use build::{build, replan};
pub use catalogue::{Catalogue, Wanted};
pub use check::Fault;
pub use cursor::{Cursor, CursorKey, Cursors};
pub use diff::{Change, diff};
pub use document::Document;
pub use import::{Imported, Left, LeftKind, import_channel};
pub use lint::{Lint, LintCode, lint};
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
