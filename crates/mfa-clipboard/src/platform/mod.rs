//! Keeps a code on the clipboard of each system, marked so that clipboard managers ignore it.

#[cfg(any(target_os = "macos", windows))]
mod compare;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(windows)]
mod windows;

#[cfg(any(target_os = "macos", windows))]
pub(crate) use compare::Board;
#[cfg(target_os = "linux")]
pub(crate) use linux::Board;
#[cfg(target_os = "macos")]
use macos::mark_as_secret;
#[cfg(windows)]
use windows::mark_as_secret;
