//! The table of cases and the laws of playback.
