//! The console, which a Windows program has or has not.

use windows_sys::Win32::System::Console::{
    ATTACH_PARENT_PROCESS, AttachConsole, ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleMode,
    GetStdHandle, STD_OUTPUT_HANDLE, SetConsoleMode,
};

/// Lets a program without a console write to the one that it was started from, if there is one.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn attach_to_parent() {
    // SAFETY: it takes no pointers. Failing means that there is nobody to write to.
    unsafe { AttachConsole(ATTACH_PARENT_PROCESS) };
}

/// Makes the console obey escape sequences. Says whether it does.
#[expect(unsafe_code, reason = "every call of Win32 is")]
#[must_use]
pub fn obeys_escapes() -> bool {
    let mut mode = 0;
    // SAFETY: the handle is that of this process, or one that the calls refuse; the pointer is to a
    // live integer.
    unsafe {
        let output = GetStdHandle(STD_OUTPUT_HANDLE);
        GetConsoleMode(output, &raw mut mode) != 0
            && SetConsoleMode(output, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0
    }
}
