//! What mfactl asks of the kernel.
//!
//! This is the only crate that may hold `unsafe` code, and each block of it says why it is sound.
//! It knows nothing of accounts or D-Bus.

pub mod alloc;
pub mod boottime;
pub mod detach;
pub mod harden;
pub mod memory;
pub mod peer;
pub mod process;
