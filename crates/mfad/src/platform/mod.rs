//! How the daemon sits in each system: where clients connect, how it is told to end, whom it tells
//! that it is ready. The same names on each side.

#[cfg_attr(unix, path = "unix/mod.rs")]
#[cfg_attr(windows, path = "windows/mod.rs")]
mod imp;

pub use imp::begin;
pub(crate) use imp::{
    Connected, Ending, Endpoint, HAS_SESSION_BUS, is_passing, log_file, session_bus, short_name,
    tell_ready, tell_stopping, user,
};
