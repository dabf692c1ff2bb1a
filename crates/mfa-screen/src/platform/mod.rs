//! Takes pictures of the screen, on each system.

#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;
// macOS writes the files itself.
#[cfg(not(target_os = "macos"))]
mod picture;

pub(crate) use imp::screen;
