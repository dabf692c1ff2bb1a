//! The log, on standard error, which reaches the journal under systemd. A program without standard error logs
//! to a file.
//!
//! No level shows a secret or a code, and neither does a panic.

use std::fs::File;
use std::io::stderr;
use std::panic;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

/// The module that a panic is logged for.
const PANICS: &str = "panics";

/// Starts the log, panics included. `variable` is the environment variable that sets the level (`warn`, `info`,
/// `debug`, `trace`), and `default` is the level without it.
pub fn start(variable: &str, default: &str, file: Option<File>) {
    let filter = EnvFilter::try_from_env(variable).unwrap_or_else(|_| EnvFilter::new(default));
    let filter = with_panics(filter);
    let writer = match file {
        Some(file) => BoxMakeWriter::new(Mutex::new(file)),
        None => BoxMakeWriter::new(stderr),
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer);
    let log = log.with_target(false).with_ansi(false);
    // The journal adds the time itself.
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        log.without_time().init();
    } else {
        log.init();
    }
    log_panics();
}

/// Adds panics to a filter, which may name other modules only.
fn with_panics(filter: EnvFilter) -> EnvFilter {
    match format!("{PANICS}=error").parse() {
        Ok(panics) => filter.add_directive(panics),
        Err(_) => filter,
    }
}

/// Logs where a panic happened, and not its message: that can contain the data being worked on, and the place is
/// enough to find the fault.
fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location();
        let place = place.map(ToString::to_string).unwrap_or_default();
        tracing::error!(target: PANICS, place, "internal error");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_panic_only_its_place_is_logged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let log = tracing_subscriber::fmt()
            .with_env_filter(with_panics(EnvFilter::new("another=trace")))
            .with_writer(Mutex::new(File::create(&path).unwrap()));
        let secret = "JBSWY3DPEHPK3PXP";
        let before = panic::take_hook();
        log_panics();
        tracing::subscriber::with_default(log.finish(), || {
            panic::catch_unwind(|| panic!("cannot use {secret}")).unwrap_err();
            panic::catch_unwind(|| secret.parse::<u8>().expect(secret)).unwrap_err();
        });
        panic::set_hook(before);
        let logged = std::fs::read_to_string(path).unwrap();
        assert_eq!(logged.matches("internal error").count(), 2, "{logged}");
        assert_eq!(logged.matches(file!()).count(), 2, "{logged}");
        assert!(!logged.contains(secret), "{logged}");
    }
}
