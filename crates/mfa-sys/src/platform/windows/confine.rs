//! Confines a process that looks at what others have made, as far as a program can do that to itself.
//!
//! A job bounds its memory and its time, and lets it start no other program and reach no window. Its
//! integrity is lowered, so that it can write to nothing of the user's. It can still read files and
//! use the network: to take that as well takes a container that somebody else starts it in.

use std::io;
use std::os::windows::io::AsRawHandle;
use std::ptr::{null, null_mut};
use std::time::Duration;

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

use super::{owned, wide, worked};

/// All restrictions that there are (`JOB_OBJECT_UILIMIT_ALL`): the clipboard, windows of others, the
/// desktop, settings, and logging off.
const NO_WINDOWS: u32 = 0xff;
/// The SID of low integrity, which may write to hardly anything.
const LOW: &str = "S-1-16-4096";

/// Confines this process to so much memory, in bytes, and so much time of a processor, for good.
///
/// # Errors
/// What the system says. The process may be confined in part then.
pub fn process(memory: usize, time: Duration) -> io::Result<()> {
    enter_job(memory, time)?;
    lower_integrity()
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
    // SAFETY: what is null may be: the job has no name, and is nobody else's. The handle is new.
    let made = owned(unsafe { CreateJobObjectW(null(), null()) })?;
    let job = made.as_raw_handle();
    set(job, JobObjectExtendedLimitInformation, &limits)?;
    set(job, JobObjectBasicUIRestrictions, &windows)?;
    // SAFETY: the job is open, and the other handle means this process. The job lasts as long as there
    // is a process in it.
    worked(unsafe { AssignProcessToJobObject(job, GetCurrentProcess()) })
}

/// Sets limits of a job; `T` has to be the structure that goes with `class`.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn set<T>(job: HANDLE, class: JOBOBJECTINFOCLASS, limits: &T) -> io::Result<()> {
    let size = u32::try_from(size_of::<T>()).map_err(io::Error::other)?;
    // SAFETY: the job is open; pointer and size are those of a live structure, which is only read, and
    // refused if its size is not that of the class.
    worked(unsafe { SetInformationJobObject(job, class, std::ptr::from_ref(limits).cast(), size) })
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn lower_integrity() -> io::Result<()> {
    let mut token = null_mut();
    let access = TOKEN_ADJUST_DEFAULT | TOKEN_QUERY;
    // SAFETY: the handle means this process; the pointer is to a live one that receives a new handle.
    worked(unsafe { OpenProcessToken(GetCurrentProcess(), access, &raw mut token) })?;
    let token = owned(token)?;
    let text = wide(LOW);
    let mut level: PSID = null_mut();
    // SAFETY: the text ends with a zero; the pointer is to a live one that receives memory.
    worked(unsafe { ConvertStringSidToSidW(text.as_ptr(), &raw mut level) })?;
    let label = TOKEN_MANDATORY_LABEL {
        Label: SID_AND_ATTRIBUTES {
            Sid: level,
            Attributes: SE_GROUP_INTEGRITY.cast_unsigned(),
        },
    };
    let size = u32::try_from(size_of_val(&label)).map_err(io::Error::other)?;
    // SAFETY: the token is open; pointer and size are those of a live structure, which is only read,
    // as is the SID that was just made. That is freed once, when nothing points to it any more.
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

    /// Set where the test is to confine itself, which lasts.
    const INSIDE: &str = "MFA_SYS_TEST_CONFINES_ITSELF";

    /// That the limits are kept is not looked at: wine takes them and forgets them.
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
        // SAFETY: the handle means this process, the null any job; the pointer is to a live integer.
        let asked = unsafe { IsProcessInJob(GetCurrentProcess(), null_mut(), &raw mut is_in) };
        asked != 0 && is_in != 0
    }
}
