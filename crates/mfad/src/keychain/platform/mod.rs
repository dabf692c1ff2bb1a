//! Which keychain an operating system has. The same names on each side.

#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;
#[cfg(not(target_os = "linux"))]
mod open;

#[cfg(not(target_os = "linux"))]
use imp::NAME;
pub(super) use imp::{OsGate, modifiers, search, store};
