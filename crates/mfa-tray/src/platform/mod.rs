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
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) use linux::{
    ASKS_FOR_NAMES, PINENTRIES, Session, beside_the_desktop, confirm_prompts, desktop,
    is_unwanted_at_login, log_file, name_prompts, open, start_at_login, starts_at_login,
};
#[cfg(target_os = "macos")]
pub(crate) use macos::{
    ASKS_FOR_NAMES, PINENTRIES, Session, beside_the_desktop, confirm_prompts, desktop,
    is_unwanted_at_login, log_file, name_prompts, open, start_at_login, starts_at_login,
};
#[cfg(windows)]
pub(crate) use windows::{
    ASKS_FOR_NAMES, PINENTRIES, Session, beside_the_desktop, confirm_prompts, desktop,
    is_unwanted_at_login, log_file, name_prompts, open, start_at_login, starts_at_login,
};

/// Whether clicks in the menu come over the session bus, and so perhaps from any program there. On Linux, panels report
/// them by dbusmenu, and neither ksni nor the tray learns who has sent them. On other systems, the menu belongs to the
/// tray, and only the user can click in it.
pub(crate) const CLICKS_COME_OVER_THE_BUS: bool = cfg!(target_os = "linux");

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
