//! The program that stands in for ykman. See the library.

use std::process::ExitCode;

/// Wipes freed memory, which may have held a code.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    mfa_standin::ykman::run(std::env::args_os())
}
