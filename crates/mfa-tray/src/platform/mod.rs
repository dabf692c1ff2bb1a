//! The parts that differ between desktops: the session, the icon, notifications, opening files, starting at
//! login, and the programs that ask the user.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(any(target_os = "macos", windows))]
mod menu;
#[cfg(any(target_os = "macos", windows))]
mod once;
#[cfg(any(target_os = "macos", windows))]
mod shortcut;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) use linux::{
    ASKS_FOR_NAMES, PINENTRIES, Session, Shortcut, answer, beside_the_desktop, confirm_prompts,
    desktop, is_unwanted_at_login, log_file, name_prompts, open, start_at_login, starts_at_login,
};
#[cfg(target_os = "macos")]
pub(crate) use macos::{
    ASKS_FOR_NAMES, PINENTRIES, Session, answer, beside_the_desktop, confirm_prompts, desktop,
    is_unwanted_at_login, log_file, name_prompts, open, start_at_login, starts_at_login,
};
#[cfg(any(target_os = "macos", windows))]
pub(crate) use shortcut::Shortcut;
#[cfg(windows)]
pub(crate) use windows::{
    ASKS_FOR_NAMES, PINENTRIES, Session, answer, beside_the_desktop, confirm_prompts, desktop,
    is_unwanted_at_login, log_file, name_prompts, open, start_at_login, starts_at_login,
};

/// Whether other programs can click in the menu. On Linux, panels report clicks over the session bus by dbusmenu, and
/// neither ksni nor the tray learns who has sent them. On Windows, a click is a message that any program of the user can
/// send. On macOS, only the user can click in the menu.
pub(crate) const OTHERS_CAN_CLICK: bool = cfg!(any(target_os = "linux", windows));

/// Whether the tray tells the user of each question. On Linux, the daemon does. On macOS, it asks nothing.
pub(crate) const TELLS_OF_QUESTIONS: bool = cfg!(windows);

/// Whether [`answer`] shows the window that confirms an answer, and no program of the desktop does.
pub(crate) const ASKS_ITSELF: bool = cfg!(windows);

/// The reason why the tray must exit.
pub(crate) enum Ended {
    /// The tray was asked to exit.
    Asked,
    /// The desktop is gone.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(
            dead_code,
            reason = "other systems end the processes of a session themselves"
        )
    )]
    Over,
}
