//! The folders with the programs of the system: where, as a rule, only an administrator can change a file.
//!
//! The system itself names them. Variables of the environment would be those of whoever has started this process.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::ptr::null_mut;

use windows_sys::Win32::System::Registry::{HKEY_LOCAL_MACHINE, RRF_RT_REG_SZ, RegGetValueW};
use windows_sys::Win32::System::SystemInformation::GetSystemWindowsDirectoryW;

use super::wide;

/// The folders below that of Windows with its programs, and none below these: programs of the user can write to some.
const OF_WINDOWS: [&str; 6] = [
    "",
    "System32",
    r"System32\OpenSSH",
    r"System32\WindowsPowerShell\v1.0",
    "SysWOW64",
    r"SysWOW64\WindowsPowerShell\v1.0",
];
/// The key, and its values with the folders that programs are installed to for all users.
const KEY: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion";
const INSTALLED: [&str; 2] = ["ProgramFilesDir", "ProgramFilesDir (x86)"];
/// The longest path that is read, in UTF-16 units.
const MAX_PATH: usize = 1024;

/// Returns whether a program is in a folder with the programs of the system.
#[must_use]
pub fn are_of_system(program: &Path) -> bool {
    let Some(folder) = program.parent() else {
        return false;
    };
    let is_of_windows = windows().is_ok_and(|windows| {
        let mut folders = OF_WINDOWS.iter().map(|inner| windows.join(inner));
        folders.any(|one| below(folder, &one) == Some(0))
    });
    let mut installed = INSTALLED.iter().filter_map(|value| installed(value).ok());
    is_of_windows || installed.any(|one| below(folder, &one).is_some())
}

/// Returns how many folders a path is below another one, or `None` if it is elsewhere. Windows does not distinguish
/// capital letters from small ones; these folders have letters of ASCII only.
fn below(path: &Path, folder: &Path) -> Option<usize> {
    let mut inner = path.components();
    let is_start = folder.components().all(|part| {
        let own = inner.next();
        own.is_some_and(|own| is_same(own.as_os_str(), part.as_os_str()))
    });
    // `..` would lead out again. The system gives no such paths.
    let is_plain = path.components().all(|part| part.as_os_str() != "..");
    (is_start && is_plain).then(|| inner.count())
}

fn is_same(one: &OsStr, other: &OsStr) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Returns the folder of Windows.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn windows() -> io::Result<PathBuf> {
    let mut path = [0; MAX_PATH];
    let room = u32::try_from(path.len()).map_err(io::Error::other)?;
    // SAFETY: pointer and size are those of `path`.
    let length = unsafe { GetSystemWindowsDirectoryW(path.as_mut_ptr(), room) };
    let length = usize::try_from(length).map_err(io::Error::other)?;
    match path.get(..length) {
        Some(path) if length > 0 => Ok(OsString::from_wide(path).into()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Returns a folder that programs are installed to.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn installed(value: &str) -> io::Result<PathBuf> {
    let (key, value) = (wide(KEY), wide(value));
    let mut path = [0_u16; MAX_PATH];
    let mut size = u32::try_from(size_of_val(&path)).map_err(io::Error::other)?;
    // SAFETY: the names end with a zero. Pointer and size are those of `path`, and the type is not asked for.
    let result = unsafe {
        RegGetValueW(
            HKEY_LOCAL_MACHINE,
            key.as_ptr(),
            value.as_ptr(),
            RRF_RT_REG_SZ,
            null_mut(),
            path.as_mut_ptr().cast(),
            &raw mut size,
        )
    };
    if result != 0 {
        return Err(io::Error::from_raw_os_error(result.cast_signed()));
    }
    let text: Vec<u16> = path.into_iter().take_while(|unit| *unit != 0).collect();
    match text.is_empty() {
        true => Err(io::ErrorKind::NotFound.into()),
        false => Ok(OsString::from_wide(&text).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_of_the_system_are_told_from_others() {
        let windows = windows().unwrap();
        let installed = installed(INSTALLED[0]).unwrap();
        for program in [
            windows.join("explorer.exe"),
            windows.join(r"system32\CMD.EXE"),
            windows.join(r"System32\WindowsPowerShell\v1.0\powershell.exe"),
            installed.join(r"Git\usr\bin\bash.exe"),
            installed.join("a.exe"),
        ] {
            assert!(are_of_system(&program), "{program:?}");
        }
        let mut beside = installed.clone().into_os_string();
        beside.push(r"2\a.exe");
        for program in [
            windows.join(r"Temp\cmd.exe"),
            windows.join(r"System32\Tasks\cmd.exe"),
            windows.join(r"System32\..\Temp\cmd.exe"),
            installed.join(r"..\Users\jane\cmd.exe"),
            PathBuf::from(beside),
            PathBuf::from(r"C:\cmd.exe"),
            PathBuf::from("cmd.exe"),
            PathBuf::new(),
        ] {
            assert!(!are_of_system(&program), "{program:?}");
        }
    }
}
