//! Information from the system about another process.
//!
//! All of it can change between two reads. It proves only what was true at that moment.

use std::ffi::OsString;
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::path::PathBuf;

use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::System::Threading::{
    GetProcessTimes, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW,
};

use super::{owned, worked};

/// The longest path that the system returns, in UTF-16 units.
const MAX_PATH: usize = 32 * 1024;

/// Returns the start time of a process, in 100 nanoseconds since 1601.
#[expect(unsafe_code, reason = "every call of Win32 is")]
#[must_use]
pub fn start_time(pid: u32) -> Option<u64> {
    let process = open(pid).ok()?;
    let none = FILETIME {
        dwLowDateTime: 0,
        dwHighDateTime: 0,
    };
    let (mut start, mut end, mut kernel, mut user) = (none, none, none, none);
    // SAFETY: the handle is open and allows queries. The pointers are to live structures.
    worked(unsafe {
        GetProcessTimes(
            process.as_raw_handle(),
            &raw mut start,
            &raw mut end,
            &raw mut kernel,
            &raw mut user,
        )
    })
    .ok()?;
    Some(u64::from(start.dwHighDateTime) << 32 | u64::from(start.dwLowDateTime))
}

/// Returns the program that a process runs, or `None` if the system does not say.
#[expect(unsafe_code, reason = "every call of Win32 is")]
#[must_use]
pub fn executable(pid: u32) -> Option<PathBuf> {
    let process = open(pid).ok()?;
    let mut path = vec![0_u16; MAX_PATH];
    let mut length = u32::try_from(path.len()).ok()?;
    // SAFETY: the handle is open and allows queries. The pointer is to as many units as `length` says.
    worked(unsafe {
        QueryFullProcessImageNameW(
            process.as_raw_handle(),
            0,
            path.as_mut_ptr(),
            &raw mut length,
        )
    })
    .ok()?;
    let path = path.get(..usize::try_from(length).ok()?)?;
    Some(PathBuf::from(OsString::from_wide(path)))
}

/// Opens a handle for public information about a process.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub(super) fn open(pid: u32) -> io::Result<OwnedHandle> {
    // SAFETY: it takes no pointers, and its new handle is passed to `owned`.
    owned(unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_can_see_ourselves() {
        let pid = std::process::id();
        assert_eq!(executable(pid), std::env::current_exe().ok());
        assert!(start_time(pid).is_some_and(|time| time > 0));
    }

    #[test]
    fn nobody_has_the_highest_pid() {
        assert_eq!(start_time(u32::MAX), None);
        assert_eq!(executable(u32::MAX), None);
    }
}
