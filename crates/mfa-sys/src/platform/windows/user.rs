//! The user of a process.

use std::fmt;
use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle, BorrowedHandle, OwnedHandle};

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Security::{GetTokenInformation, TOKEN_QUERY, TOKEN_USER, TokenUser};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::sid::sid_to_string;
use super::{owned, worked};

/// A user of this system, identified by the SID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User(String);

impl User {
    /// Returns the user with this SID, as text.
    #[must_use]
    pub fn from_sid(sid: String) -> Self {
        Self(sid)
    }

    /// Returns the user that this process runs as. If the system does not say, returns a user that equals no
    /// real one.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    #[must_use]
    pub fn own() -> Self {
        // SAFETY: this handle is a constant that stands for this process, and is never closed.
        let process = unsafe { BorrowedHandle::borrow_raw(GetCurrentProcess()) };
        Self::of(process).unwrap_or_else(|_| Self("S-0".to_owned()))
    }

    /// Returns the user that a process runs as.
    pub(super) fn of(process: impl AsHandle) -> io::Result<Self> {
        let token = token(process.as_handle().as_raw_handle())?;
        // The buffer has room for the structure and the longest SID, and the alignment of the structure.
        let mut room = [0_u64; 16];
        of_token(&token, &mut room).map(Self)
    }

    /// Returns the SID, as text.
    #[must_use]
    pub fn sid(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn token(process: HANDLE) -> io::Result<OwnedHandle> {
    let mut token = std::ptr::null_mut();
    // SAFETY: the handle is open. The pointer is to a live variable that receives a new handle.
    worked(unsafe { OpenProcessToken(process, TOKEN_QUERY, &raw mut token) })?;
    owned(token)
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn of_token(token: &OwnedHandle, room: &mut [u64]) -> io::Result<String> {
    let size = u32::try_from(size_of_val(room)).map_err(io::Error::other)?;
    let mut used = 0;
    // SAFETY: pointer and size are those of `room`.
    worked(unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenUser,
            room.as_mut_ptr().cast(),
            size,
            &raw mut used,
        )
    })?;
    // SAFETY: the call has stored this structure in `room`, which has its alignment, and after it the SID
    // that it points to.
    unsafe { sid_to_string((*room.as_ptr().cast::<TOKEN_USER>()).User.Sid) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_are_somebody() {
        assert!(User::own().sid().starts_with("S-1-5-"), "{}", User::own());
    }
}
