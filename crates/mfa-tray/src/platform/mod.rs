//! What each desktop has of its own: the session, the icon, notifications, how a file is opened.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(any(target_os = "macos", windows))]
mod menu;
#[cfg(any(target_os = "macos", windows))]
mod once;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) use linux::{Session, beside_the_desktop, desktop, log_file, open};
#[cfg(target_os = "macos")]
pub(crate) use macos::{Session, beside_the_desktop, desktop, log_file, open};
#[cfg(windows)]
pub(crate) use windows::{Session, beside_the_desktop, desktop, log_file, open};

/// Why the tray has to end.
pub(crate) enum Ended {
    /// Somebody wants it to.
    Asked,
    /// Its desktop is gone.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "elsewhere who is in a session ends with it")
    )]
    Over,
}
