//! Windows.

pub mod boottime;
pub mod confine;
pub mod console;
pub mod detach;
pub mod files;
pub mod harden;
pub mod peer;
#[cfg(feature = "pipe")]
pub mod pipe;
pub mod process;
pub mod screen;
mod security;
pub mod tray;
mod user;

use std::io;
use std::os::windows::io::{FromRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::Memory::VirtualLock;
use windows_sys::core::BOOL;

/// Pins the pages that hold `bytes`. Says whether that worked.
#[expect(unsafe_code, reason = "VirtualLock takes a raw pointer")]
pub(crate) fn lock_pages(bytes: &[u8]) -> bool {
    // SAFETY: pointer and length come from a live slice; locking changes no contents and no access
    // rights, it only pins the pages. The system rounds to whole pages by itself.
    unsafe { VirtualLock(bytes.as_ptr().cast(), bytes.len()) != 0 }
}

/// What a call of Win32 says about itself.
fn worked(result: BOOL) -> io::Result<()> {
    match result {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Takes a handle that a call has just made for us; a null one is its way to say that it failed.
#[expect(unsafe_code, reason = "the handle comes as a raw one")]
fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the caller has it from a call that makes a new handle, and hands it to nobody else.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// A text as Win32 takes it.
fn wide(text: impl AsRef<std::ffi::OsStr>) -> Vec<u16> {
    use std::os::windows::ffi::OsStrExt;
    text.as_ref().encode_wide().chain([0]).collect()
}
