//! How each system asks the user.

#[cfg_attr(all(unix, not(target_os = "macos")), path = "linux.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(target_os = "macos", path = "other.rs")]
mod imp;

pub use imp::questioner;
