//! How each system takes a picture of the screen.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

#[cfg(target_os = "linux")]
pub(crate) use linux::screen;
#[cfg(not(target_os = "linux"))]
pub(crate) use other::screen;
