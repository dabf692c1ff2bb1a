//! The harness of the end-to-end tests: private desktops, and the real programs in them.
//!
//! Each test has a desktop of its own (see `tests/desktop/session --help`), so tests run in any order and in
//! parallel. They wait for events and conditions, never for a number of seconds.

#![expect(
    clippy::unwrap_used,
    reason = "a test harness fails by panicking, at the line that failed"
)]

mod desktop;
mod programs;
pub mod rest;
mod tray;

pub use desktop::{Desktop, is_gone};
pub use programs::{
    Run, binary, copy_program, eventually, eventually_within, now, oathtool, own_name,
    release_binary, run, script,
};
pub use tray::Tray;

/// The secret of the RFCs' test vectors, in base32.
pub const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// A link as AWS gives it, with [`SECRET`].
pub const LINK: &str = "otpauth://totp/Amazon%20Web%20Services:root@1234?secret=\
    GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Amazon%20Web%20Services";
