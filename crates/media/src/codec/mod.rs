//! What is inside elementary streams: just enough of each codec to cut it into frames, to time them, and to say
//! in a playlist and in an fMP4 header what they are. Nothing is decoded.

pub mod aac;
pub mod ac3;
pub mod ac3_silence;
pub mod audio;
pub mod h264;
pub mod hevc;
pub mod mpa;
pub mod mpeg2;

/// Dimensions and rate of a picture, as a player wants to know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels after cropping.
    pub width: u32,
    /// Height in pixels after cropping.
    pub height: u32,
    /// Frames per second as a fraction, where the stream says it.
    pub frame_rate: Option<(u32, u32)>,
    /// Coded as fields.
    pub interlaced: bool,
}
