//! Channels of one's own: what they are meant to play ([`Document`]), and what airs when ([`Timeline`]).

mod agenda;
mod breaks;
mod build;
mod catalogue;
mod check;
mod cursor;
mod deck;
mod dice;
pub mod document;
pub mod guide;
pub mod holiday;
mod lane;
mod plan;
mod simple;
mod timeline;
mod values;

pub use agenda::TICKS_PER_MS;
pub use build::{build, replan};
pub use catalogue::{Catalogue, Wanted};
pub use check::Fault;
pub use cursor::{Cursor, CursorKey, Cursors};
pub use document::Document;
pub use plan::Plan;
pub use simple::expand;
pub use timeline::{
    History, Moved, Note, NoteKind, Place, Reason, Role, Slot, Standing, Timeline, Unit, What,
};
pub use values::{Day, Length, TimeOfDay};

#[cfg(test)]
mod laws;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod world;
