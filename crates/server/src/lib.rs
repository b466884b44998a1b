//! The program: owner tasks, adapters, the web.

pub mod adapters;
pub mod app;
pub mod cli;
pub mod config;
pub mod device;
pub mod ops;
pub mod spawn;
pub mod web;
