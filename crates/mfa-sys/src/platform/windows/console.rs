//! The console, which a Windows program may or may not have.

use windows_sys::Win32::System::Console::{
    ATTACH_PARENT_PROCESS, AttachConsole, CTRL_BREAK_EVENT, CTRL_C_EVENT,
    ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleMode, GetStdHandle, STD_OUTPUT_HANDLE,
    SetConsoleCtrlHandler, SetConsoleMode,
};
use windows_sys::core::BOOL;

/// The exit code of an interrupted program, as shells on Unix have it.
const INTERRUPTED: i32 = 130;

/// Lets a program without a console write to the console of its parent, if there is one.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn attach_to_parent() {
    // SAFETY: it takes no pointers. If it fails, there is no console to write to.
    unsafe { AttachConsole(ATTACH_PARENT_PROCESS) };
}

/// Makes Ctrl-C end this process with exit code 130. The default of Windows looks like a crash.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn end_on_interrupt() {
    // SAFETY: the handler is a function, which exists as long as the process. If the call fails, Windows ends
    // the process itself.
    unsafe { SetConsoleCtrlHandler(Some(interrupted), 1) };
}

/// Handles Ctrl-C and Ctrl-Break. Other events go to the handlers before this one.
extern "system" fn interrupted(event: u32) -> BOOL {
    if matches!(event, CTRL_C_EVENT | CTRL_BREAK_EVENT) {
        std::process::exit(INTERRUPTED);
    }
    0
}

/// Makes the console interpret escape sequences. Returns whether it does.
#[expect(unsafe_code, reason = "every call of Win32 is")]
#[must_use]
pub fn obeys_escapes() -> bool {
    let mut mode = 0;
    // SAFETY: the handle belongs to this process, or the calls refuse it. The pointer is to a live integer.
    unsafe {
        let output = GetStdHandle(STD_OUTPUT_HANDLE);
        GetConsoleMode(output, &raw mut mode) != 0
            && SetConsoleMode(output, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0
    }
}
