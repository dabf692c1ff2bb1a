//! Detaches this process from the one that started it, and starts processes that inherit none of our handles.
//!
//! By default, a program on Windows inherits the open handles of its parent. Otherwise a daemon that a
//! command line starts would keep the calling script waiting for the end of its output.

use std::ffi::OsStr;
use std::io;
use std::mem::zeroed;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::path::Path;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{
    CloseHandle, HANDLE_FLAG_INHERIT, INVALID_HANDLE_VALUE, SetHandleInformation, WAIT_TIMEOUT,
};
use windows_sys::Win32::System::Console::{
    GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, SetStdHandle,
};
use windows_sys::Win32::System::Threading::{
    CREATE_NEW_PROCESS_GROUP, CreateProcessW, DETACHED_PROCESS, PROCESS_INFORMATION, STARTUPINFOW,
    WaitForSingleObject,
};

use super::{owned, wide, worked};

/// Leaves the folder that the process was started in, which could otherwise not be removed.
///
/// # Errors
/// An error of the system.
pub fn process() -> io::Result<()> {
    match std::env::var_os("SystemRoot") {
        Some(folder) => std::env::set_current_dir(folder),
        None => Ok(()),
    }
}

/// Closes the standard output, which the caller may wait for.
///
/// # Errors
/// An error of the system.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn output() -> io::Result<()> {
    // SAFETY: the call takes a constant. It returns a handle of ours, or none.
    let output = unsafe { GetStdHandle(STD_OUTPUT_HANDLE) };
    if output.is_null() || output == INVALID_HANDLE_VALUE {
        return Ok(());
    }
    // SAFETY: afterwards, the process has no standard output, and callers are told so.
    worked(unsafe { SetStdHandle(STD_OUTPUT_HANDLE, null_mut()) })?;
    // SAFETY: no code can get this handle any more, and the standard library stores none.
    worked(unsafe { CloseHandle(output) })
}

/// Keeps programs that the standard library starts from inheriting our standard streams, except those that it
/// passes on itself. Otherwise a reader of our output would also wait for the end of those programs.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn keep_streams() {
    for stream in [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE] {
        // SAFETY: the calls take no pointers, and refuse an invalid handle.
        unsafe { SetHandleInformation(GetStdHandle(stream), HANDLE_FLAG_INHERIT, 0) };
    }
}

/// A process that was started.
#[derive(Debug)]
pub struct Started(OwnedHandle);

impl Started {
    /// Checks whether the process has ended.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    #[must_use]
    pub fn has_ended(&self) -> bool {
        // SAFETY: the handle is open and may be waited for.
        unsafe { WaitForSingleObject(self.0.as_raw_handle(), 0) != WAIT_TIMEOUT }
    }
}

/// Starts a program without a console that inherits none of our handles.
///
/// # Errors
/// An error of the system.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn spawn(program: &Path, argument: &str) -> io::Result<Started> {
    let mut line = OsStr::new("\"").to_os_string();
    line.push(program);
    line.push("\" ");
    line.push(argument);
    let mut line = wide(line);
    // SAFETY: both consist of integers and pointers, for which zero is valid.
    let (mut startup, mut made): (STARTUPINFOW, PROCESS_INFORMATION) = unsafe { zeroed() };
    startup.cb = u32::try_from(size_of::<STARTUPINFOW>()).map_err(io::Error::other)?;
    // SAFETY: the command line ends with a zero and is writable. The structures are live. The null arguments
    // are allowed.
    worked(unsafe {
        CreateProcessW(
            null(),
            line.as_mut_ptr(),
            null(),
            null(),
            0,
            DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP,
            null(),
            null(),
            &raw const startup,
            &raw mut made,
        )
    })?;
    drop(owned(made.hThread)?);
    owned(made.hProcess).map(Started)
}
