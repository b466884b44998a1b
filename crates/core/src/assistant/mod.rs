//! The assistant's decisions: what it may call, so far.

pub mod tools;
