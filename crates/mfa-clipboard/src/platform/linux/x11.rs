//! X11: arboard offers the code, and the server knows the owner of the clipboard.

use arboard::SetExtLinux;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{Atom, ConnectionExt, Window};
use x11rb::rust_connection::RustConnection;

use crate::Error;

/// The clipboard of the server.
pub(crate) struct Board {
    clipboard: arboard::Clipboard,
    server: RustConnection,
    /// The atom `CLIPBOARD`.
    selection: Atom,
    /// The window of arboard, which owned the clipboard right after the last code was copied.
    owner: Option<Window>,
}

impl Board {
    pub(super) fn open() -> Result<Self, Error> {
        let clipboard = arboard::Clipboard::new().map_err(Error::unreachable)?;
        let (server, _) = x11rb::connect(None).map_err(Error::unreachable)?;
        let atom = server.intern_atom(false, b"CLIPBOARD");
        let atom = atom.map_err(Error::unreachable)?.reply();
        Ok(Self {
            clipboard,
            selection: atom.map_err(Error::unreachable)?.atom,
            server,
            owner: None,
        })
    }

    pub(super) fn put(&mut self, code: &str) -> Result<(), Error> {
        let set = self.clipboard.set().exclude_from_history();
        set.text(code).map_err(Error::refused)?;
        self.owner = Some(self.current_owner()?);
        Ok(())
    }

    pub(super) fn holds(&mut self) -> Result<bool, Error> {
        match self.owner {
            Some(owner) => Ok(self.current_owner()? == owner),
            None => Ok(false),
        }
    }

    pub(super) fn clear(&mut self) -> Result<(), Error> {
        self.owner = None;
        self.clipboard.clear().map_err(Error::refused)
    }

    fn current_owner(&self) -> Result<Window, Error> {
        let owner = self.server.get_selection_owner(self.selection);
        self.server.flush().map_err(Error::refused)?;
        let owner = owner.map_err(Error::refused)?.reply();
        Ok(owner.map_err(Error::refused)?.owner)
    }
}
