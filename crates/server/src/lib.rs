//! The program: owner tasks, adapters, the web.

pub mod adapters;
pub mod app;
