//! The clipboard for codes. A code is marked as a secret, and removed if it is still there later.
//!
//! A code goes only to the clipboard proper, never to the primary selection, and is marked so that clipboard
//! managers do not store it. On X11 and Wayland the clipboard belongs to a running program, so the program
//! that copies must stay until the code is removed.

pub mod check;
pub mod hold;
mod picture;
mod platform;
pub mod print;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

pub use mfa_helper::clipboard::{CLEAR_AFTER, NOTHING, is_link};
use thiserror::Error;
use zeroize::Zeroizing;

/// The time that another program has to hand over what it copied.
const PATIENCE: Duration = Duration::from_secs(4);

/// An error of the system's clipboard.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// The clipboard cannot be used.
#[derive(Debug, Error)]
pub enum Error {
    /// There is no clipboard, or it cannot be reached.
    #[error("cannot reach the clipboard: {0}")]
    Unreachable(#[source] Source),
    /// The compositor has no data-control protocol, as GNOME's has none, and no X server stands in for it.
    #[error(
        "cannot use the clipboard: this Wayland desktop shares it with other programs only through XWayland, which \
         is not running. Install or enable XWayland (package xwayland or xorg-x11-server-Xwayland), then log in again"
    )]
    NeedsXWayland,
    /// The desktop does not say in time whether there is a clipboard.
    #[error("cannot use the clipboard: the desktop does not answer")]
    Silent,
    /// The clipboard refused the request.
    #[error("the clipboard refused the request: {0}")]
    Refused(#[source] Source),
    /// The program that owns the clipboard does not hand over its contents.
    #[error("the program that owns the clipboard does not answer")]
    NoAnswer,
}

impl Error {
    fn unreachable(source: impl Into<Source>) -> Self {
        Self::Unreachable(source.into())
    }

    fn refused(source: impl Into<Source>) -> Self {
        Self::Refused(source.into())
    }
}

/// A clipboard for codes.
pub trait Clipboard {
    /// Copies a code.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn put(&mut self, code: &str) -> Result<(), Error>;

    /// Checks whether the last code is still on the clipboard, and nothing was copied since.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn holds(&mut self) -> Result<bool, Error>;

    /// Removes the last code, unless something else was copied since. Returns whether it was there.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn take_back(&mut self) -> Result<bool, Error>;

    /// Removes a text that another program has copied, unless something else was copied since. Returns
    /// whether it was there.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn forget(&mut self, text: &str) -> Result<bool, Error>;

    /// Returns the text on the clipboard, if there is one.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn text(&mut self) -> Result<Option<Zeroizing<String>>, Error>;

    /// Returns the picture on the clipboard, if there is one.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    fn picture(&mut self) -> Result<Option<Picture>, Error>;
}

/// The contents of a clipboard that may contain accounts.
pub enum Found {
    /// A text, which may be a link.
    Text(Zeroizing<String>),
    /// A picture, which may show a QR code.
    Picture(Picture),
    /// Neither.
    Nothing,
}

/// Returns a link, else a picture, else another text. Some programs copy the address of a picture with it, so
/// a picture comes before other texts. Not every program reports correctly that it has no text or no picture.
///
/// # Errors
/// Each variant of [`enum@Error`].
pub fn look(clipboard: &mut impl Clipboard) -> Result<Found, Error> {
    let text = clipboard.text();
    match text {
        Ok(Some(text)) if is_link(&text) => return Ok(Found::Text(text)),
        Err(error @ (Error::Unreachable(_) | Error::NeedsXWayland)) => return Err(error),
        _ => {}
    }
    match (clipboard.picture(), text) {
        (Ok(Some(picture)), _) => Ok(Found::Picture(picture)),
        (_, Ok(Some(text))) => Ok(Found::Text(text)),
        (Ok(None), _) | (_, Ok(None)) => Ok(Found::Nothing),
        (Err(error), Err(_)) => Err(error),
    }
}

/// A picture, which may show a secret.
pub struct Picture {
    /// The number of pixels in a row.
    pub width: usize,
    /// The number of rows.
    pub height: usize,
    /// The red, green, blue and opacity of each pixel.
    pub pixels: Zeroizing<Vec<u8>>,
}

/// The clipboard of the desktop.
pub struct Desktop(platform::Board);

impl Desktop {
    /// Opens the clipboard.
    ///
    /// # Errors
    /// [`Error::Unreachable`] and [`Error::NeedsXWayland`].
    pub fn open() -> Result<Self, Error> {
        platform::Board::open().map(Self)
    }
}

impl Clipboard for Desktop {
    fn put(&mut self, code: &str) -> Result<(), Error> {
        self.0.put(code)
    }

    fn holds(&mut self) -> Result<bool, Error> {
        self.0.holds()
    }

    fn take_back(&mut self) -> Result<bool, Error> {
        let ours = self.0.holds()?;
        if ours {
            self.0.clear()?;
        }
        Ok(ours)
    }

    fn forget(&mut self, text: &str) -> Result<bool, Error> {
        let is_there = self.text()?.is_some_and(|found| *found == text);
        if is_there {
            self.0.clear()?;
        }
        Ok(is_there)
    }

    fn text(&mut self) -> Result<Option<Zeroizing<String>>, Error> {
        read(|clipboard| Ok(Zeroizing::new(clipboard.get_text()?)))
    }

    fn picture(&mut self) -> Result<Option<Picture>, Error> {
        read(|clipboard| {
            let found = clipboard.get_image()?;
            Ok(Picture {
                width: found.width,
                height: found.height,
                pixels: Zeroizing::new(found.bytes.into_owned()),
            })
        })
    }
}

/// Reads what another program has copied, on a thread, since that program may hang.
fn read<T: Send + 'static>(
    read: impl FnOnce(&mut arboard::Clipboard) -> Result<T, arboard::Error> + Send + 'static,
) -> Result<Option<T>, Error> {
    let (sender, receiver) = mpsc::channel();
    let reader = move || {
        let found = match arboard::Clipboard::new() {
            Ok(mut clipboard) => read(&mut clipboard).map_err(Error::refused_by),
            Err(error) => Err(Some(Error::unreachable(error))),
        };
        // The caller may have stopped waiting.
        drop(sender.send(found));
    };
    let thread = thread::Builder::new().name("clipboard-read".into());
    thread.spawn(reader).map_err(Error::refused)?;
    match receiver.recv_timeout(PATIENCE) {
        Ok(Ok(found)) => Ok(Some(found)),
        Ok(Err(None)) => Ok(None),
        Ok(Err(Some(error))) => Err(error),
        Err(_) => Err(Error::NoAnswer),
    }
}

impl Error {
    /// Returns `None` if the clipboard is empty or has other contents than requested.
    fn refused_by(error: arboard::Error) -> Option<Self> {
        match error {
            arboard::Error::ContentNotAvailable | arboard::Error::ConversionFailure => None,
            error => Some(Self::refused(error)),
        }
    }
}
