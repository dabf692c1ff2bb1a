//! What mfactl asks of the operating system.
//!
//! This is the only crate that may hold `unsafe` code, and each block of it says why it is sound.
//! It knows nothing of accounts or D-Bus. What differs from system to system is in `platform`,
//! under the same names.

pub mod alloc;
pub mod memory;
mod platform;

#[cfg(all(windows, feature = "pipe"))]
pub use platform::pipe;
pub use platform::{boottime, detach, files, harden, peer, process};
#[cfg(windows)]
pub use platform::{confine, console, screen, tray};
