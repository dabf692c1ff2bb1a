//! The system calls that stay allowed: memory, time, and writing the answer.
//!
//! This is a list of allowed calls, not of forbidden ones, since the kernel gets new calls each year. All
//! other calls fail with EPERM, which libraries handle better than being killed.

use std::collections::BTreeMap;
use std::os::fd::RawFd;

use libc::c_long;
use seccompiler::{
    BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp,
    SeccompCondition, SeccompFilter, SeccompRule, TargetArch, apply_filter,
};

/// The calls that are allowed with any arguments. The C library and Rust's standard library make most of them
/// by themselves: to allocate memory, to create a hash map, to exit.
const ALWAYS: [c_long; 20] = [
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_read,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_yield,
    libc::SYS_sigaltstack,
];

/// The file descriptors for the answer and for errors.
const OUTPUTS: [RawFd; 2] = [libc::STDOUT_FILENO, libc::STDERR_FILENO];

/// Forbids all other calls to this thread and the threads that it starts.
pub(super) fn give_up() -> Result<(), Error> {
    let Ok(architecture) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Ok(());
    };
    let filter = SeccompFilter::new(
        allowed()?,
        SeccompAction::Errno(libc::EPERM.unsigned_abs()),
        SeccompAction::Allow,
        architecture,
    );
    let program = BpfProgram::try_from(filter?)?;
    match apply_filter(&program) {
        // The kernel was built without seccomp.
        Err(Error::Seccomp(error) | Error::Prctl(error)) if is_unknown(&error) => Ok(()),
        result => result,
    }
}

fn is_unknown(error: &std::io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ENOSYS))
}

fn allowed() -> Result<BTreeMap<c_long, Vec<SeccompRule>>, BackendError> {
    let mut allowed: BTreeMap<_, _> = ALWAYS.iter().map(|call| (*call, Vec::new())).collect();
    let outputs = || OUTPUTS.iter().map(|fd| equals(0, fd.unsigned_abs().into()));
    allowed.insert(libc::SYS_write, outputs().collect::<Result<_, _>>()?);
    allowed.insert(libc::SYS_writev, outputs().collect::<Result<_, _>>()?);
    // Memory must never become executable.
    let no_code = || SeccompCmpOp::MaskedEq(libc::PROT_EXEC.unsigned_abs().into());
    allowed.insert(libc::SYS_mmap, vec![argument(2, no_code(), 0)?]);
    allowed.insert(libc::SYS_mprotect, vec![argument(2, no_code(), 0)?]);
    // `abort` sends a signal to its own process.
    let myself = std::process::id().into();
    allowed.insert(libc::SYS_tgkill, vec![equals(0, myself)?]);
    Ok(allowed)
}

fn equals(index: u8, value: u64) -> Result<SeccompRule, BackendError> {
    argument(index, SeccompCmpOp::Eq, value)
}

fn argument(index: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompRule, BackendError> {
    let condition = SeccompCondition::new(index, SeccompCmpArgLen::Dword, operator, value)?;
    SeccompRule::new(vec![condition])
}
