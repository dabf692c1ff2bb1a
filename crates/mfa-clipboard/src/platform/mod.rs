//! How each system marks what is no business of clipboard managers.

#[cfg(not(any(target_os = "macos", windows)))]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(windows)]
mod windows;

#[cfg(not(any(target_os = "macos", windows)))]
pub(crate) use linux::mark_as_secret;
#[cfg(target_os = "macos")]
pub(crate) use macos::mark_as_secret;
#[cfg(windows)]
pub(crate) use windows::mark_as_secret;
