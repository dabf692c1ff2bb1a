//! Information from the system about another process.
//!
//! A process keeps its program, its start time and the process that started it until its end. What it was started with,
//! and its current folder, are in its own memory, where it can change them. A [`Process`] keeps a handle, so that its id
//! stands for no other process meanwhile.

mod memory;

use std::ffi::OsString;
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::{AsHandle, AsRawHandle, BorrowedHandle, OwnedHandle};
use std::path::PathBuf;

use windows_sys::Win32::Foundation::{FILETIME, WAIT_TIMEOUT};
use windows_sys::Win32::System::Threading::{
    GetProcessTimes, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE,
    PROCESS_VM_READ, QueryFullProcessImageNameW, WaitForSingleObject,
};

use super::peer::User;
use super::{owned, worked};

/// The longest path that the system returns, in UTF-16 units.
const MAX_PATH: usize = 32 * 1024;

/// A process. Its id is not used again as long as this exists.
#[derive(Debug)]
pub struct Process {
    handle: OwnedHandle,
    pid: u32,
    start_time: u64,
}

impl Process {
    /// Opens a process.
    ///
    /// # Errors
    /// An error of the system, such as `PermissionDenied` for a process with more privileges than ours.
    pub fn open(pid: u32) -> io::Result<Self> {
        let handle = open(pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE)?;
        let start_time = started(&handle)?;
        Ok(Self {
            handle,
            pid,
            start_time,
        })
    }

    /// Opens the process that started this one. Returns `None` if that has ended, or cannot be opened.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let parent = memory::basics(&self.handle).ok()?.parent;
        let parent = Self::open(parent).ok()?;
        // The id of a process that has ended may stand for another one, which began later.
        (parent.start_time <= self.start_time && !parent.has_ended()).then_some(parent)
    }

    /// Returns the process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Returns whether the process has ended.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    #[must_use]
    pub fn has_ended(&self) -> bool {
        // SAFETY: the handle is open and may be waited for.
        unsafe { WaitForSingleObject(self.handle.as_raw_handle(), 0) != WAIT_TIMEOUT }
    }

    /// Returns the user of the process.
    ///
    /// # Errors
    /// An error of the system.
    pub fn user(&self) -> io::Result<User> {
        User::of(self.handle.as_handle())
    }

    /// Returns the program that the process runs, or `None` if the system does not say.
    #[must_use]
    pub fn executable(&self) -> Option<PathBuf> {
        image(self.handle.as_handle()).ok()
    }

    /// Returns the line that the process was started with, its own name first. A process can change it. Returns `None`
    /// if the process cannot be read.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        let line = memory::line(&self.handle).or_else(|_| {
            // Before Windows 8.1, the system does not tell it.
            let readable = readable(self.pid)?;
            memory::line_in_memory(&readable)
        });
        String::from_utf16(&line.ok()?).ok()
    }

    /// Returns the current folder of the process, or `None` if the process cannot be read.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        let folder = memory::folder(&readable(self.pid).ok()?).ok()?;
        Some(PathBuf::from(OsString::from_wide(&folder)))
    }
}

/// Returns the start time of a process, in 100 nanoseconds since 1601.
#[must_use]
pub fn start_time(pid: u32) -> Option<u64> {
    started(&open(pid, PROCESS_QUERY_LIMITED_INFORMATION).ok()?).ok()
}

/// Returns the program that a process runs, or `None` if the system does not say.
#[must_use]
pub fn executable(pid: u32) -> Option<PathBuf> {
    let process = open(pid, PROCESS_QUERY_LIMITED_INFORMATION).ok()?;
    image(process.as_handle()).ok()
}

/// Splits a line into arguments, by the rules of the C library of Microsoft.
#[must_use]
pub fn arguments(line: &str) -> Vec<String> {
    let mut letters = line.chars().peekable();
    let mut all = Vec::new();
    // The name of the program ends with its quote or with a space: a backslash means nothing in it.
    let mut name = String::new();
    let mut is_quoted = false;
    while let Some(letter) = letters.next_if(|c| is_quoted || !is_space(*c)) {
        match letter {
            '"' => is_quoted = !is_quoted,
            letter => name.push(letter),
        }
    }
    all.push(name);
    loop {
        while letters.next_if(|c| is_space(*c)).is_some() {}
        if letters.peek().is_none() {
            return all;
        }
        all.push(argument(&mut letters));
    }
}

/// Reads one argument. Before a quote, two backslashes are one, and a single one makes the quote a letter.
fn argument(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let (mut text, mut is_quoted) = (String::new(), false);
    while let Some(letter) = letters.next_if(|c| is_quoted || !is_space(*c)) {
        match letter {
            '\\' => {
                let mut count = 1;
                while letters.next_if_eq(&'\\').is_some() {
                    count += 1;
                }
                let is_before_quote = letters.peek() == Some(&'"');
                let kept = if is_before_quote { count / 2 } else { count };
                text.extend(std::iter::repeat_n('\\', kept));
                if is_before_quote && count % 2 == 1 {
                    text.extend(letters.next());
                }
            }
            '"' if is_quoted && letters.next_if_eq(&'"').is_some() => text.push('"'),
            '"' => is_quoted = !is_quoted,
            letter => text.push(letter),
        }
    }
    text
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t')
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn started(process: &OwnedHandle) -> io::Result<u64> {
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
    })?;
    Ok(u64::from(start.dwHighDateTime) << 32 | u64::from(start.dwLowDateTime))
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn image(process: BorrowedHandle<'_>) -> io::Result<PathBuf> {
    let mut path = vec![0_u16; MAX_PATH];
    let mut length = u32::try_from(path.len()).map_err(io::Error::other)?;
    // SAFETY: the handle is open and allows queries. The pointer is to as many units as `length` says.
    worked(unsafe {
        QueryFullProcessImageNameW(
            process.as_raw_handle(),
            0,
            path.as_mut_ptr(),
            &raw mut length,
        )
    })?;
    path.truncate(usize::try_from(length).map_err(io::Error::other)?);
    Ok(PathBuf::from(OsString::from_wide(&path)))
}

/// Opens a handle for the memory of a process.
fn readable(pid: u32) -> io::Result<OwnedHandle> {
    open(pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ)
}

/// Opens a handle of a process with these rights.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn open(pid: u32, rights: u32) -> io::Result<OwnedHandle> {
    // SAFETY: it takes no pointers, and its new handle is passed to `owned`.
    owned(unsafe { OpenProcess(rights, 0, pid) })
}

#[cfg(test)]
mod tests;
