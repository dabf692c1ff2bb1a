//! The tray: a click on an account copies its code.
//!
//! A pure [`model`] decides. `app` passes events to it and carries out its effects, using the ports
//! to the desktop (`port`, `clipboard`) and the `connection` to the daemon. The tray holds no
//! secret; codes only pass through it.

mod add;
mod answering;
mod app;
pub mod args;
mod asking;
mod backups;
mod clipboard;
pub mod config;
mod connection;
mod input;
mod last_uses;
pub mod model;
mod pick;
mod pictures;
mod platform;
mod port;
mod prompt;
mod questions;
pub mod run;
mod settings;
mod store;
mod timers;
mod unlock;
