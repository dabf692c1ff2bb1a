//! The log: to standard error, and so to the journal where systemd runs us; where a tray has none, to
//! a file.
//!
//! `MFA_TRAY_LOG` sets how much (`warn`, `info`, `debug`, `trace`); no level shows a secret or a code.

use std::io::stderr;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::platform;

/// Begins to log.
pub fn start() {
    let filter = EnvFilter::try_from_env("MFA_TRAY_LOG")
        .unwrap_or_else(|_| EnvFilter::new("error,mfa_tray=info"));
    let writer = match platform::log_file() {
        Some(file) => BoxMakeWriter::new(Mutex::new(file)),
        None => BoxMakeWriter::new(stderr),
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer);
    let log = log.with_target(false).with_ansi(false);
    // The journal has its own time.
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        log.without_time().init();
    } else {
        log.init();
    }
}
