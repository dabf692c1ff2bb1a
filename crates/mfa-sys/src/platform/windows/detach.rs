//! Lets go of whoever started this process, and starts one that holds on to nothing of ours.
//!
//! A program on Windows inherits what its parent has open, unless it is started without. A daemon
//! that a command line starts would otherwise keep the script around that waiting for the end of
//! its output.

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

/// Leaves the folder that we were started in, which could otherwise not be removed.
///
/// # Errors
/// What the system says.
pub fn process() -> io::Result<()> {
    match std::env::var_os("SystemRoot") {
        Some(folder) => std::env::set_current_dir(folder),
        None => Ok(()),
    }
}

/// Closes the standard output, as whoever started us may wait for.
///
/// # Errors
/// What the system says.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn output() -> io::Result<()> {
    // SAFETY: the call takes a constant, and gives a handle of ours, or none.
    let output = unsafe { GetStdHandle(STD_OUTPUT_HANDLE) };
    if output.is_null() || output == INVALID_HANDLE_VALUE {
        return Ok(());
    }
    // SAFETY: without it, whoever asks for the standard output is told that there is none.
    worked(unsafe { SetStdHandle(STD_OUTPUT_HANDLE, null_mut()) })?;
    // SAFETY: nobody can ask for this handle any more, and the standard library keeps none.
    worked(unsafe { CloseHandle(output) })
}

/// Keeps our standard streams from programs that the standard library starts, but for those that
/// it hands on itself. Else they would inherit them, and whoever reads our output would wait for
/// their end, too.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn keep_streams() {
    for stream in [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE] {
        // SAFETY: the calls take no pointers, and refuse a handle that is none.
        unsafe { SetHandleInformation(GetStdHandle(stream), HANDLE_FLAG_INHERIT, 0) };
    }
}

/// A process that was started.
#[derive(Debug)]
pub struct Started(OwnedHandle);

impl Started {
    /// Whether it is no more.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    #[must_use]
    pub fn has_ended(&self) -> bool {
        // SAFETY: the handle is open, and may be waited for.
        unsafe { WaitForSingleObject(self.0.as_raw_handle(), 0) != WAIT_TIMEOUT }
    }
}

/// Starts a program that has no console, and nothing of ours.
///
/// # Errors
/// What the system says.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn spawn(program: &Path, argument: &str) -> io::Result<Started> {
    let mut line = OsStr::new("\"").to_os_string();
    line.push(program);
    line.push("\" ");
    line.push(argument);
    let mut line = wide(line);
    // SAFETY: both are made of integers and pointers, for which zero is a value.
    let (mut startup, mut made): (STARTUPINFOW, PROCESS_INFORMATION) = unsafe { zeroed() };
    startup.cb = u32::try_from(size_of::<STARTUPINFOW>()).map_err(io::Error::other)?;
    // SAFETY: the command line ends with a zero and may be written to; the structures are live ones;
    // what is null may be.
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
