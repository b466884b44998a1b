//! What is in the bytes. Pure: bytes in, structs and bytes out; no IO, no clock, no threads.
//!
//! - [`ts`]: transport stream packets, tables, clocks.
//! - [`codec`]: frames and headers of what the stream carries.
//! - [`segment`]: the state machine that turns a broadcast into a tape.
//! - [`tape`]: the index of a tape, and where its frames lie.
//! - [`journal`]: the same index on disk.
//! - [`air`]: prepared tapes one after another as the tape of a channel.
//! - [`past`]: sound that is made when somebody asks for it: what it will be like, of what, and where it lies.
//! - [`cmaf`]: fragmented MP4 out of a tape's bytes.
//! - [`hls`]: playlists and transport stream segments out of an index. [`playlist`]: those of others, read.
//! - [`fmp4`]: fragmented MP4 of others, read. [`multiplex`]: a transport stream out of access units. [`weave`]: one out of segments of any form, picture and
//!   sound apart or together.
//! - [`language`]: names of languages.
//! - [`hdhomerun`], [`ssdp`]: how media servers and players find a tuner or a server on the network.
//! - [`subtitles`]: cues of a film, read, cut into segments and written.
//! - [`slate`]: what stands for the programme in a raw stream while there is none.
//!
//! It knows nothing of channels, viewers or tuners.

pub mod air;
pub mod cmaf;
pub mod codec;
pub mod fmp4;
pub mod hdhomerun;
pub mod hls;
pub mod journal;
pub mod language;
pub mod mpegts;
pub mod multiplex;
pub mod past;
pub mod playlist;
pub mod segment;
pub mod slate;
pub mod ssdp;
pub mod subtitles;
pub mod tape;
pub mod time;
pub mod ts;
pub mod weave;
