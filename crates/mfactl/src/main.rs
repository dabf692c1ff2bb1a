//! The binary of the command line; see the library.

use std::process::ExitCode;

/// An allocator that wipes memory when it is freed, because it may have held a secret.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    mfactl::run(std::env::args_os())
}
