//! Information from the kernel about another process.
//!
//! All of it can change between two reads. It proves only what was true at that moment.

use std::ffi::OsString;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// The longest path that the kernel returns, in bytes (`PROC_PIDPATHINFO_MAXSIZE`).
const MAX_PATH: u16 = 4096;

/// Returns the start time of a process, in microseconds since 1970.
#[expect(unsafe_code, reason = "proc_pidinfo writes through a raw pointer")]
#[must_use]
pub fn start_time(pid: u32) -> Option<u64> {
    let mut info = MaybeUninit::<libc::proc_bsdinfo>::zeroed();
    let size = i32::try_from(size_of::<libc::proc_bsdinfo>()).ok()?;
    // SAFETY: pointer and size are those of `info`, which is written up to that size.
    let written = unsafe {
        libc::proc_pidinfo(
            i32::try_from(pid).ok()?,
            libc::PROC_PIDTBSDINFO,
            0,
            info.as_mut_ptr().cast(),
            size,
        )
    };
    if written != size {
        return None;
    }
    // SAFETY: it was written completely, and consists of integers.
    let info = unsafe { info.assume_init() };
    Some(info.pbi_start_tvsec * 1_000_000 + info.pbi_start_tvusec)
}

/// Returns the program that a process runs, or `None` if the kernel does not say.
#[expect(unsafe_code, reason = "proc_pidpath writes through a raw pointer")]
#[must_use]
pub fn executable(pid: u32) -> Option<PathBuf> {
    let mut path = vec![0_u8; usize::from(MAX_PATH)];
    // SAFETY: pointer and size are those of `path`.
    let length = unsafe {
        libc::proc_pidpath(
            i32::try_from(pid).ok()?,
            path.as_mut_ptr().cast(),
            u32::from(MAX_PATH),
        )
    };
    let length = usize::try_from(length).ok().filter(|length| *length > 0)?;
    path.truncate(length);
    Some(PathBuf::from(OsString::from_vec(path)))
}
