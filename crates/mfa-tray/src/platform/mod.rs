//! What each desktop has of its own: the session, the icon, notifications, how a file is opened, what starts
//! at login, and which programs ask the user.

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
pub(crate) use linux::{
    ASKS_FOR_NAMES, PINENTRIES, Session, beside_the_desktop, desktop, is_unwanted_at_login,
    log_file, name_prompts, open, start_at_login, starts_at_login,
};
#[cfg(target_os = "macos")]
pub(crate) use macos::{
    ASKS_FOR_NAMES, PINENTRIES, Session, beside_the_desktop, desktop, is_unwanted_at_login,
    log_file, name_prompts, open, start_at_login, starts_at_login,
};
#[cfg(windows)]
pub(crate) use windows::{
    ASKS_FOR_NAMES, PINENTRIES, Session, beside_the_desktop, desktop, is_unwanted_at_login,
    log_file, name_prompts, open, start_at_login, starts_at_login,
};

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
