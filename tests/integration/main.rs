//! The end-to-end tests, one file a subject.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, at the line that failed"
)]

mod accounts;
mod adding;
mod cli;
mod codes;
mod contract;
mod copying;
mod daemon;
mod hostile;
mod hygiene;
mod importing;
mod keychain;
mod monitor;
mod prompts;
mod scanning;
mod settings;
mod speed;
mod tray;
mod vault;
