//! How the process gives up its rights before it looks at what others wrote.
//!
//! One file for each system, with the same names: `confine`, and the allocator `Memory`.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

#[cfg(target_os = "linux")]
pub use linux::{Error, Memory, confine};
#[cfg(not(target_os = "linux"))]
pub use other::{Error, Memory, confine};
