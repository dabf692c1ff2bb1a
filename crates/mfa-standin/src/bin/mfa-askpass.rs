//! The program that answers prompts for codes. See the library.

use std::process::ExitCode;

/// Wipes freed memory, which may have held a code or a password.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    mfa_standin::askpass::run(std::env::args_os())
}
