//! Windows.

pub mod boottime;
pub mod clock;
pub mod confine;
pub mod console;
pub mod detach;
pub mod dialog;
pub mod files;
pub mod folders;
pub mod harden;
pub mod keyboard;
pub mod peer;
#[cfg(feature = "pipe")]
pub mod pipe;
pub mod process;
pub mod screen;
mod security;
pub mod session;
mod sid;
pub mod tray;
mod user;

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{FromRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{HANDLE, LocalFree};
use windows_sys::Win32::System::Memory::VirtualLock;
use windows_sys::core::BOOL;

/// Locks the pages that hold `bytes`. Returns whether that worked.
#[expect(unsafe_code, reason = "VirtualLock takes a raw pointer")]
pub(crate) fn lock_pages(bytes: &[u8]) -> bool {
    // SAFETY: pointer and length come from a live slice. Locking changes neither contents nor access rights,
    // it only locks the pages. The system rounds to whole pages by itself.
    unsafe { VirtualLock(bytes.as_ptr().cast(), bytes.len()) != 0 }
}

/// Converts the result of a Win32 call.
fn worked(result: BOOL) -> io::Result<()> {
    match result {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Memory that the system has allocated for this process.
struct Local(*mut c_void);

impl Drop for Local {
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn drop(&mut self) {
        // SAFETY: the memory comes from a call that requires it to be freed like this, and it is freed once.
        unsafe { LocalFree(self.0) };
    }
}

/// Takes a new handle from a call. A null handle means that the call has failed.
#[expect(unsafe_code, reason = "the handle comes as a raw one")]
fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle comes from a call that makes a new one, and the caller hands it to no other code.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Converts a text to UTF-16 with a zero at its end, as Win32 requires.
fn wide(text: impl AsRef<std::ffi::OsStr>) -> Vec<u16> {
    use std::os::windows::ffi::OsStrExt;
    text.as_ref().encode_wide().chain([0]).collect()
}
