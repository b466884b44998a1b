//! One binary for all tests of the whole program: linking once is what makes them cheap.

mod live_box;
mod live_sound;
mod live_walk;
mod tidy;
mod web_door;
