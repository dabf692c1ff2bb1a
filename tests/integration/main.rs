//! The end-to-end tests, one file for each subject.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, at the line that failed"
)]

mod accounts;
mod adding;
mod answering;
mod asking;
mod automatic;
mod backing_up;
mod cli;
mod clock;
mod codes;
mod consent;
mod contract;
mod copier;
mod copying;
mod daemon;
mod durability;
mod exporting;
mod exposed;
mod formats;
mod harmed;
mod harness;
mod hostile;
mod hygiene;
mod importing;
mod keychain;
mod killed;
mod lists;
mod memory;
mod mocks;
mod monitor;
mod notified;
mod offers;
mod paper;
mod presence;
mod prompts;
mod protocol;
mod read_back;
mod records;
mod remarks;
mod restoring;
mod sandbox;
mod scanning;
mod searching;
mod series;
mod session;
mod settings;
mod speed;
mod strace;
mod syncing;
mod texts;
mod tray;
mod umask;
mod vault;
mod versions;
