//! One outside thing each: the clock, files, processes, receivers.

pub mod clock;
pub mod ffmpeg;
pub mod stream;
pub mod tape_files;
