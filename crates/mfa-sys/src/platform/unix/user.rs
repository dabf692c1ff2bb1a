//! The user of a process.

use std::fmt;

/// A user of this system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User(u32);

impl User {
    /// Returns the user with this id.
    #[must_use]
    pub fn from_uid(uid: u32) -> Self {
        Self(uid)
    }

    /// Returns the user that this process runs as.
    #[must_use]
    pub fn own() -> Self {
        Self(rustix::process::getuid().as_raw())
    }

    /// Returns the user id.
    #[must_use]
    pub fn uid(&self) -> u32 {
        self.0
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
