//! Shared code of the daemon, the tray and mfactl, for one machine.
//!
//! | module | contents |
//! |---|---|
//! | [`config`] | the configuration, of which each program reads its part |
//! | [`replace`] | replaces a file so that a crash leaves the old one or the new one |
//! | [`access_log`] | reads the access log |
//! | [`utc`] | dates and times for people |
//! | [`log`] | the log |

pub mod access_log;
pub mod config;
pub mod log;
pub mod replace;
pub mod utc;
