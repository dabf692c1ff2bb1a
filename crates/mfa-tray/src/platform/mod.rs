//! What each desktop has of its own: the icon, notifications, how a file is opened.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub(crate) use linux::{Notifications, Panel, open, watch_daemon};
