//! One binary for all tests of the whole program: linking once is what makes them cheap.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::redundant_closure_for_method_calls,
    unreachable_pub
)]

mod command;
mod command_import;
mod device;
mod fuzz_seeds;
mod library;
mod live_box;
mod live_crowd;
mod live_fault_table;
mod live_faults;
mod live_hls;
mod live_joined;
mod live_past;
mod live_picture;
mod live_slate;
mod live_sound;
mod live_store;
mod live_tape;
mod live_tuners;
mod live_walk;
mod logs;
mod prepare;
mod reload;
mod tidy;
mod web_conversation;
mod web_door;
mod web_form;
mod web_guests;
mod web_guide;
mod web_guide_troubles;
mod web_iptv;
mod web_known;
mod web_lineup;
mod web_live_slots;
mod web_logos;
mod web_oidc;
mod web_outputs;
mod web_own;
mod web_people;
mod web_play;
mod web_probes;
mod web_rate;
mod web_sources;
mod web_stations;
mod web_status;
mod web_store;
mod web_subtitles;
mod web_talk;
mod web_timers;
mod web_tls;
