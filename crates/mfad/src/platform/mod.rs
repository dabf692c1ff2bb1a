//! The daemon's place in each system: where clients connect, how it is told to end, and whom it tells that it
//! is ready. Each system's module has the same names.

#[cfg_attr(unix, path = "unix/mod.rs")]
#[cfg_attr(windows, path = "windows/mod.rs")]
mod imp;

pub(crate) use imp::{
    Connected, Ending, Endpoint, HAS_SESSION_BUS, is_passing, peer, session_bus, short_name,
    tell_ready, tell_stopping,
};
pub use imp::{begin, log_file};
