//! The program that a browser starts for the extension. See the library.

use std::process::ExitCode;

/// Wipes freed memory, which may have held a code.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    mfa_browser::run(std::env::args_os())
}
