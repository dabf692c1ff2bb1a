//! The tray: click an account, its code is on the clipboard.
//!
//! A pure [`model`] decides, and the rest carries out: `app` puts what happens into the model and
//! does what it wants, over the ports to the desktop (`port`, `clipboard`) and the `link` to the
//! daemon. The tray holds no secret; codes pass through it.

mod add;
mod app;
pub mod args;
mod clipboard;
pub mod config;
mod input;
mod link;
pub mod log;
pub mod model;
mod pictures;
mod platform;
mod port;
mod prompt;
pub mod run;
mod settings;
mod store;
mod timers;
mod unlock;
