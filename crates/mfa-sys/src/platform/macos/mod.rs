//! macOS.

pub mod boottime;
pub mod clock;
pub mod confine;
pub mod harden;
pub mod peer;
pub mod process;
