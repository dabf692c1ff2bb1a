//! Types a code into the window that has the focus, as if a person pressed the keys.
//!
//! Whatever window has the focus gets the code. So this crate types nothing but letters and digits, and if asked to the
//! Enter key. The program mfa-type does so for mfactl, which links no library for screens.

#[cfg_attr(
    target_os = "macos",
    expect(dead_code, reason = "no key is pressed on this system")
)]
mod keys;
mod platform;
pub mod run;

use thiserror::Error;

pub use keys::Keys;

/// An error of the desktop.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// The code was not typed.
#[derive(Debug, Error)]
pub enum Error {
    /// There is no desktop.
    #[error("cannot find a desktop to type on")]
    NoDesktop,
    /// The desktop cannot be reached.
    #[error("cannot reach the desktop: {0}")]
    Unreachable(#[source] Source),
    /// The desktop has no way to type for other programs.
    #[error("{0}")]
    Unsupported(&'static str),
    /// The user or the desktop refused.
    #[error("typing was not allowed; nothing was typed")]
    Refused,
    /// The user did not answer the question of the desktop.
    #[error("nobody answered the question of the desktop in time; nothing was typed")]
    Unanswered,
    /// A key is held down, which would change what is typed.
    #[error("a key is held down, which would spoil the code; nothing was typed")]
    KeyHeld,
    /// No window would get the code.
    #[error("no window has the focus; nothing was typed")]
    NoFocus,
    /// The text is not a code.
    #[error(
        "the code has other characters than letters and digits, or too many; nothing was typed"
    )]
    NotACode,
    /// Another error occurred. A part of the code may have been typed.
    #[error("cannot type: {0}")]
    Failed(#[source] Source),
}

/// Types on the desktop.
pub struct Typist(platform::Hands);

impl Typist {
    /// Finds the way to type on this desktop. The desktop may ask the user for permission here, so that no code waits for
    /// the answer. Waits for held keys, if it can see them.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`], except [`Error::NotACode`].
    pub fn open() -> Result<Self, Error> {
        platform::Hands::open().map(Self)
    }

    /// Types. If the result is an error other than [`Error::Failed`], nothing was typed.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn press(&mut self, keys: &Keys) -> Result<(), Error> {
        self.0.press(keys)
    }
}
