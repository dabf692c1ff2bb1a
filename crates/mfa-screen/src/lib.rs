//! Pictures of the whole screen, all monitors: for QR codes that are to be scanned there.
//!
//! They are not looked at here. The program mfa-screen does the same and prints the pictures, for
//! mfactl, which links nothing that knows a screen.

mod platform;

use thiserror::Error;
use zeroize::Zeroizing;

/// Why there is no picture.
#[derive(Debug, Error)]
pub enum Error {
    /// There is no screen.
    #[error("there is no screen here")]
    NoScreen,
    /// The desktop has nobody to ask for a picture.
    #[error(
        "this desktop takes no pictures of the screen: it needs xdg-desktop-portal with a back end for it. \
         Copy the QR code as a picture instead, and add it from the clipboard."
    )]
    NoPortal,
    /// The user, or the desktop, did not allow it.
    #[error("a picture of the screen was not allowed")]
    Denied,
    /// It did not work out.
    #[error("no picture of the screen was to be had: {0}")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Takes one picture or, where each monitor is one, several, in a format that mfa-import reads. They may
/// show secrets.
///
/// # Errors
/// Each variant of [`enum@Error`].
pub async fn pictures() -> Result<Vec<Zeroizing<Vec<u8>>>, Error> {
    platform::screen().await
}
