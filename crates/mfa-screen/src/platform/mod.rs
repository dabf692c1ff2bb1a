//! How each system takes pictures of the screen.

#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;
// macOS writes files itself.
#[cfg(not(target_os = "macos"))]
mod picture;

pub(crate) use imp::screen;
