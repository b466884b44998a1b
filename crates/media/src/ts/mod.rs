//! MPEG transport stream: ISO/IEC 13818-1. Bytes in, packets, tables and times out; nothing is interpreted
//! beyond the transport layer, nothing is copied that can be borrowed.

pub mod clock;
pub mod packet;
pub mod pes;
pub mod psi;
pub mod sync;

pub use packet::{PACKET, Packet};
