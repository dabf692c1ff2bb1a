//! macOS.

pub mod boottime;
pub mod clock;
pub mod harden;
pub mod peer;
pub mod process;
