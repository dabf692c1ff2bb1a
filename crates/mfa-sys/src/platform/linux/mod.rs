//! Linux.

pub mod boottime;
pub mod harden;
pub mod peer;
pub mod process;
