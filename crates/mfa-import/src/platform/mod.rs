//! Gives up the privileges of the process before it decodes untrusted input.
//!
//! There is one file for each system, with the same names: `confine`, and the allocator `Memory`.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use linux::{Error, confine};
#[cfg(target_os = "macos")]
pub use macos::{Error, confine};
#[cfg(windows)]
pub use windows::{Error, confine};

/// The allocator that wipes freed memory: decoders copy secrets around.
pub use mfa_sys::alloc::Wiping as Memory;
