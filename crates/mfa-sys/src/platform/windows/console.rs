//! The console, which a Windows program has or has not.

use windows_sys::Win32::System::Console::{
    ATTACH_PARENT_PROCESS, AttachConsole, CTRL_BREAK_EVENT, CTRL_C_EVENT,
    ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleMode, GetStdHandle, STD_OUTPUT_HANDLE,
    SetConsoleCtrlHandler, SetConsoleMode,
};
use windows_sys::core::BOOL;

/// With what a program ends that was interrupted: shells of Unix have it so.
const INTERRUPTED: i32 = 130;

/// Lets a program without a console write to the one that it was started from, if there is one.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn attach_to_parent() {
    // SAFETY: it takes no pointers. Failing means that there is nobody to write to.
    unsafe { AttachConsole(ATTACH_PARENT_PROCESS) };
}

/// Has Ctrl-C end this process with 130, where Windows would have a number that looks like a crash.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn end_on_interrupt() {
    // SAFETY: the handler is a function, which is there as long as the process. If it is refused,
    // Windows ends the process itself.
    unsafe { SetConsoleCtrlHandler(Some(interrupted), 1) };
}

/// What is neither is for the handlers before this one.
extern "system" fn interrupted(event: u32) -> BOOL {
    if matches!(event, CTRL_C_EVENT | CTRL_BREAK_EVENT) {
        std::process::exit(INTERRUPTED);
    }
    0
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
