//! Protects the daemon's memory: other processes of the same user cannot read it.
//!
//! KeePassXC does the same. It does not stop an administrator.

use std::io;

use windows_sys::Win32::Security::{DACL_SECURITY_INFORMATION, SetKernelObjectSecurity};
use windows_sys::Win32::System::Diagnostics::Debug::{
    SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SetErrorMode,
};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, PROCESS_MITIGATION_POLICY, ProcessExtensionPointDisablePolicy,
    ProcessSignaturePolicy, SetProcessMitigationPolicy,
};

use super::peer::User;
use super::security::Descriptor;
use super::worked;

/// The rights that other processes keep: wait for the end of this process, end it, and see which program it
/// is (`SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE`).
const RIGHTS: &str = "0x101001";

/// Makes this process unreadable for other processes of the same user, and turns crash dumps off.
///
/// # Errors
/// An error of the system. The process is then not protected and should not hold secrets.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn process() -> io::Result<()> {
    // `OW`: the owner gets no other rights either, not even the right to change the list.
    let user = User::own();
    let text = format!("D:P(A;;{RIGHTS};;;{user})(A;;{RIGHTS};;;OW)");
    let descriptor = Descriptor::parse(&text)?;
    // SAFETY: the descriptor is live and was made by the system. The handle stands for this process.
    worked(unsafe {
        SetKernelObjectSecurity(
            GetCurrentProcess(),
            DACL_SECURITY_INFORMATION,
            descriptor.as_raw(),
        )
    })?;
    // SAFETY: it takes no pointers.
    unsafe { SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX) };
    Ok(())
}

/// Makes this process load only libraries that Microsoft has signed. Otherwise other programs of the user could make a
/// process with a window load theirs (`SetWindowsHookEx`), which would read its memory. May be called again.
///
/// # Errors
/// An error of the system.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn keep_libraries_out() -> io::Result<()> {
    let turn_on = |policy: PROCESS_MITIGATION_POLICY| {
        // `DisableExtensionPoints` and `MicrosoftSignedOnly`: the first flag of each.
        let flags = 1_u32;
        // SAFETY: both policies are structures of one integer with flags, which is live and as long as said.
        worked(unsafe {
            SetProcessMitigationPolicy(policy, (&raw const flags).cast(), size_of_val(&flags))
        })
    };
    turn_on(ProcessExtensionPointDisablePolicy)?;
    turn_on(ProcessSignaturePolicy)
}
