//! The binary of the interface; see the library.

use std::process::ExitCode;

/// Wipes freed memory, which may have held a code.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    mfa_watch::run(std::env::args_os())
}
