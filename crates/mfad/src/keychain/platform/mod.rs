//! The keychain of each operating system. Each system's module has the same names.

#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;
#[cfg(not(target_os = "linux"))]
mod open;

#[cfg(not(target_os = "linux"))]
use imp::NAME;
#[cfg(target_os = "linux")]
pub(super) use imp::OsGate;
pub(super) use imp::{has_ended, modifiers, search, store};
#[cfg(not(target_os = "linux"))]
pub(super) use open::OpenGate as OsGate;
