//! Windows and macOS: the text stays when its program ends, so what is there is compared with what
//! was put there.

use zeroize::Zeroizing;

use super::mark_as_secret;
use crate::Error;

/// The clipboard of the system.
pub(crate) struct Board {
    clipboard: arboard::Clipboard,
    ours: Option<Zeroizing<String>>,
}

impl Board {
    pub(crate) fn open() -> Result<Self, Error> {
        let clipboard = arboard::Clipboard::new().map_err(Error::unreachable)?;
        Ok(Self {
            clipboard,
            ours: None,
        })
    }

    pub(crate) fn put(&mut self, code: &str) -> Result<(), Error> {
        let set = mark_as_secret(self.clipboard.set());
        set.text(code).map_err(Error::refused)?;
        self.ours = Some(Zeroizing::new(code.to_owned()));
        Ok(())
    }

    pub(crate) fn holds(&mut self) -> Result<bool, Error> {
        let Some(ours) = &self.ours else {
            return Ok(false);
        };
        match self.clipboard.get_text() {
            Ok(text) => Ok(*Zeroizing::new(text) == **ours),
            Err(arboard::Error::ContentNotAvailable | arboard::Error::ConversionFailure) => {
                Ok(false)
            }
            Err(error) => Err(Error::refused(error)),
        }
    }

    pub(crate) fn clear(&mut self) -> Result<(), Error> {
        self.ours = None;
        self.clipboard.clear().map_err(Error::refused)
    }
}
