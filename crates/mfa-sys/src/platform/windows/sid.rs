//! Security identifiers, which Windows uses to distinguish users.

use std::ffi::OsString;
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::ptr::null_mut;

use windows_sys::Win32::Security::Authorization::ConvertSidToStringSidW;
use windows_sys::Win32::Security::PSID;

use super::{Local, worked};

/// Returns a SID as text.
///
/// # Safety
/// The pointer must be to a valid SID, or null.
#[expect(unsafe_code, reason = "the SID comes as a raw pointer")]
pub(super) unsafe fn sid_to_string(sid: PSID) -> io::Result<String> {
    let mut text = null_mut();
    // SAFETY: the caller guarantees that the SID is valid, and the call refuses a null one. The pointer is to
    // a live variable that receives memory, which `Local` frees.
    worked(unsafe { ConvertSidToStringSidW(sid, &raw mut text) })?;
    let memory = Local(text.cast());
    // SAFETY: the call has stored a text there that ends with a zero.
    let text = unsafe {
        let length = (0..).take_while(|at| *text.add(*at) != 0).count();
        OsString::from_wide(std::slice::from_raw_parts(text, length))
    };
    drop(memory);
    text.into_string()
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
}
