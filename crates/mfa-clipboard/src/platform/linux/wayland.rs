//! Wayland, with the data-control protocol: a thread offers the code until another program copies something.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use wl_clipboard_rs::copy::{self, ClipboardType, MimeType, Options, Seat, Source};
use wl_clipboard_rs::utils::{PrimarySelectionCheckError, is_primary_selection_supported};

use crate::Error;

/// How far the compositor supports the protocol.
pub(super) enum Support {
    /// It does.
    Full,
    /// It answers, but has no such protocol.
    WithoutDataControl,
    /// There is no compositor, or it cannot be used.
    None,
}

/// Asks the compositor whether it supports the protocol.
pub(super) fn support() -> Support {
    if !super::is_set("WAYLAND_DISPLAY") {
        return Support::None;
    }
    match is_primary_selection_supported() {
        Ok(_) => Support::Full,
        Err(PrimarySelectionCheckError::MissingProtocol) => Support::WithoutDataControl,
        Err(_) => Support::None,
    }
}

/// The clipboard of the compositor.
#[derive(Default)]
pub(crate) struct Board {
    /// Whether the last code is still offered.
    offered: Arc<AtomicBool>,
}

impl Board {
    pub(super) fn put(&mut self, code: &str) -> Result<(), Error> {
        let offered = Arc::new(AtomicBool::new(true));
        let (ready, is_ready) = mpsc::channel();
        let bytes = code.as_bytes().into();
        let offer = {
            let offered = Arc::clone(&offered);
            move || {
                let mut options = Options::new();
                options.foreground(true).sensitive(true);
                match options.prepare_copy(Source::Bytes(bytes), MimeType::Text) {
                    Ok(copy) => {
                        // The caller may have stopped waiting, and nobody can be told of a later error.
                        ready.send(Ok(())).ok();
                        copy.serve().ok();
                    }
                    Err(error) => drop(ready.send(Err(error))),
                }
                offered.store(false, Ordering::Release);
            }
        };
        std::thread::Builder::new()
            .name("clipboard-offer".into())
            .spawn(offer)
            .map_err(Error::refused)?;
        is_ready
            .recv()
            .map_err(Error::refused)?
            .map_err(Error::refused)?;
        self.offered = offered;
        Ok(())
    }

    pub(super) fn holds(&self) -> bool {
        self.offered.load(Ordering::Acquire)
    }
}

/// Clears the clipboard. The thread that offers the code then ends.
pub(super) fn clear() -> Result<(), Error> {
    copy::clear(ClipboardType::Regular, Seat::All).map_err(Error::refused)
}
