//! Takes pictures of the whole screen, all monitors, to scan for QR codes.
//!
//! This crate does not examine the pictures. The program mfa-screen prints them for mfactl, which links no
//! library for screens.

mod platform;

use thiserror::Error;
use zeroize::Zeroizing;

/// A picture cannot be taken.
#[derive(Debug, Error)]
pub enum Error {
    /// There is no screen.
    #[error("cannot find a screen")]
    NoScreen,
    /// The desktop has no service that takes pictures.
    #[error(
        "this desktop cannot take pictures of the screen: it needs xdg-desktop-portal and a back end for \
         this desktop. Instead, copy the QR code as a picture and add it from the clipboard."
    )]
    NoPortal,
    /// The user or the desktop refused.
    #[error("taking a picture of the screen was not allowed")]
    Denied,
    /// Another error occurred.
    #[error("cannot take a picture of the screen: {0}")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Takes one picture, or one per monitor, depending on the system, in a format that mfa-import reads. The
/// pictures may show secrets.
///
/// # Errors
/// Each variant of [`enum@Error`].
pub async fn pictures() -> Result<Vec<Zeroizing<Vec<u8>>>, Error> {
    platform::screen().await
}
