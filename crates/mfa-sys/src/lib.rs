//! The interface of mfactl to the operating system.
//!
//! This is the only crate that may contain `unsafe` code, and each block says why it is sound. The crate
//! knows nothing of accounts or D-Bus. `platform` contains the code that differs between systems, under the
//! same names.

pub mod alloc;
pub mod memory;
mod platform;

#[cfg(all(windows, feature = "pipe"))]
pub use platform::pipe;
pub use platform::{boottime, clock, confine, detach, files, harden, peer, process};
#[cfg(windows)]
pub use platform::{console, dialog, folders, keyboard, screen, session, tray};
