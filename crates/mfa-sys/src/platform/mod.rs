//! The code for each system, under the same names.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use linux::{boottime, clock, confine, harden, peer, process};
#[cfg(target_os = "macos")]
pub use macos::{boottime, clock, confine, harden, peer, process};
#[cfg(unix)]
pub use unix::{detach, files};
#[cfg(all(windows, feature = "pipe"))]
pub use windows::pipe;
#[cfg(windows)]
pub use windows::{
    boottime, clock, confine, console, detach, dialog, files, folders, harden, keyboard, peer,
    process, screen, session, tray,
};

#[cfg(target_os = "linux")]
pub(crate) use linux::give_back;
#[cfg(unix)]
pub(crate) use unix::lock_pages;
#[cfg(windows)]
pub(crate) use windows::lock_pages;

/// Does nothing: on this system the allocator returns memory by itself.
#[cfg(not(target_os = "linux"))]
pub(crate) fn give_back() {}
