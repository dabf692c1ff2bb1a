//! Confines a process that only computes, as far as a process can do so by itself.
//!
//! A job limits memory and time, and keeps the process from starting programs and reaching windows. Low
//! integrity keeps it from writing to the user's files. It can still read files and use the network. Only a
//! container, which another program must set up, would prevent that.

use std::io;
use std::os::windows::io::AsRawHandle;
use std::ptr::{null, null_mut};
use std::time::Duration;

use thiserror::Error;
use windows_sys::Win32::Foundation::{HANDLE, LocalFree};
use windows_sys::Win32::Security::Authorization::ConvertStringSidToSidW;
use windows_sys::Win32::Security::{
    PSID, SID_AND_ATTRIBUTES, SetTokenInformation, TOKEN_ADJUST_DEFAULT, TOKEN_MANDATORY_LABEL,
    TOKEN_QUERY, TokenIntegrityLevel,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_ACTIVE_PROCESS,
    JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION, JOB_OBJECT_LIMIT_PROCESS_MEMORY,
    JOB_OBJECT_LIMIT_PROCESS_TIME, JOBOBJECT_BASIC_LIMIT_INFORMATION,
    JOBOBJECT_BASIC_UI_RESTRICTIONS, JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JOBOBJECTINFOCLASS,
    JobObjectBasicUIRestrictions, JobObjectExtendedLimitInformation, SetInformationJobObject,
};
use windows_sys::Win32::System::SystemServices::SE_GROUP_INTEGRITY;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::{harden, owned, wide, worked};

/// All restrictions of a job (`JOB_OBJECT_UILIMIT_ALL`): the clipboard, windows of other programs, the
/// desktop, settings, and logging off.
const NO_WINDOWS: u32 = 0xff;
/// The SID of low integrity, which may write to almost nothing.
const LOW: &str = "S-1-16-4096";

/// The process cannot be confined.
#[derive(Debug, Error)]
pub enum Error {
    /// The system refuses the limits.
    #[error("cannot set the limits of this process")]
    Limits(#[source] io::Error),
}

/// Gives up all privileges that computing does not need, as far as a process can do so by itself, and limits the process
/// permanently to `memory`, in bytes, and `time` of a processor.
///
/// # Errors
/// [`Error::Limits`]. The process may be partly confined then.
pub fn process(memory: u64, time: Duration) -> Result<(), Error> {
    let memory = usize::try_from(memory).unwrap_or(usize::MAX);
    harden::process()
        .and_then(|()| enter_job(memory, time))
        .and_then(|()| lower_integrity())
        .map_err(Error::Limits)
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn enter_job(memory: usize, time: Duration) -> io::Result<()> {
    let limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION {
        BasicLimitInformation: JOBOBJECT_BASIC_LIMIT_INFORMATION {
            // In 100 nanoseconds.
            PerProcessUserTimeLimit: i64::try_from(time.as_nanos() / 100)
                .map_err(io::Error::other)?,
            LimitFlags: JOB_OBJECT_LIMIT_ACTIVE_PROCESS
                | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION
                | JOB_OBJECT_LIMIT_PROCESS_MEMORY
                | JOB_OBJECT_LIMIT_PROCESS_TIME,
            ActiveProcessLimit: 1,
            ..JOBOBJECT_BASIC_LIMIT_INFORMATION::default()
        },
        ProcessMemoryLimit: memory,
        ..JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default()
    };
    let windows = JOBOBJECT_BASIC_UI_RESTRICTIONS {
        UIRestrictionsClass: NO_WINDOWS,
    };
    // SAFETY: the null arguments are allowed: the job has no name and default security. The handle is new.
    let made = owned(unsafe { CreateJobObjectW(null(), null()) })?;
    let job = made.as_raw_handle();
    set(job, JobObjectExtendedLimitInformation, &limits)?;
    set(job, JobObjectBasicUIRestrictions, &windows)?;
    // SAFETY: the job is open, and the other handle stands for this process. The job lasts as long as it
    // contains a process.
    worked(unsafe { AssignProcessToJobObject(job, GetCurrentProcess()) })
}

/// Sets limits of a job. `T` must be the structure that belongs to `class`.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn set<T>(job: HANDLE, class: JOBOBJECTINFOCLASS, limits: &T) -> io::Result<()> {
    let size = u32::try_from(size_of::<T>()).map_err(io::Error::other)?;
    // SAFETY: the job is open. Pointer and size are those of a live structure, which is only read. The call
    // fails if the size does not fit the class.
    worked(unsafe { SetInformationJobObject(job, class, std::ptr::from_ref(limits).cast(), size) })
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn lower_integrity() -> io::Result<()> {
    let mut token = null_mut();
    let access = TOKEN_ADJUST_DEFAULT | TOKEN_QUERY;
    // SAFETY: the handle stands for this process. The pointer is to a live variable that receives a new
    // handle.
    worked(unsafe { OpenProcessToken(GetCurrentProcess(), access, &raw mut token) })?;
    let token = owned(token)?;
    let text = wide(LOW);
    let mut level: PSID = null_mut();
    // SAFETY: the text ends with a zero. The pointer is to a live variable that receives memory.
    worked(unsafe { ConvertStringSidToSidW(text.as_ptr(), &raw mut level) })?;
    let label = TOKEN_MANDATORY_LABEL {
        Label: SID_AND_ATTRIBUTES {
            Sid: level,
            Attributes: SE_GROUP_INTEGRITY.cast_unsigned(),
        },
    };
    let size = u32::try_from(size_of_val(&label)).map_err(io::Error::other)?;
    // SAFETY: the token is open. Pointer and size are those of a live structure, which is only read, as is
    // the new SID. The SID is freed once, when nothing points to it any more.
    unsafe {
        let label = (&raw const label).cast();
        let lowered = SetTokenInformation(token.as_raw_handle(), TokenIntegrityLevel, label, size);
        let lowered = worked(lowered);
        LocalFree(level);
        lowered
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use windows_sys::Win32::System::JobObjects::IsProcessInJob;

    use super::*;

    /// The variable that tells the test to confine its own process, which is permanent.
    const INSIDE: &str = "MFA_SYS_TEST_CONFINES_ITSELF";

    /// The test does not check the limits themselves: wine accepts them and ignores them.
    #[test]
    fn a_process_enters_a_job_of_its_own() {
        if std::env::var_os(INSIDE).is_none() {
            let name = "platform::windows::confine::tests::a_process_enters_a_job_of_its_own";
            let mut inside = Command::new(std::env::current_exe().unwrap());
            let inside = inside.args([name, "--exact"]).env(INSIDE, "1");
            assert!(inside.status().unwrap().success());
            return;
        }
        process(1 << 30, Duration::from_secs(30)).unwrap();
        assert!(is_in_job());
    }

    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn is_in_job() -> bool {
        let mut is_in = 0;
        // SAFETY: the handle stands for this process, and null for any job. The pointer is to a live integer.
        let asked = unsafe { IsProcessInJob(GetCurrentProcess(), null_mut(), &raw mut is_in) };
        asked != 0 && is_in != 0
    }
}
