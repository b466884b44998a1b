//! Doors to the outside world, one thing each: receivers, files, child processes, the clock.

pub mod certificate;
pub mod channel_list;
pub mod clock;
pub mod enigma2;
pub mod ffmpeg;
pub mod files;
pub mod gate;
pub mod guide_file;
pub mod hls;
pub mod household;
pub mod logo;
pub mod logo_files;
pub mod logo_folder;
pub mod machine;
pub mod oidc;
pub mod outgoing;
pub mod past_files;
pub mod picture;
pub mod receiver;
pub mod stream;
pub mod tape_files;
pub mod tape_journal;
pub mod tape_writer;
