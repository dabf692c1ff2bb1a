//! The program. See the library.

use std::process::ExitCode;

/// Wipes freed memory, which may have held a secret.
#[global_allocator]
static MEMORY: mfa_sys::alloc::Wiping = mfa_sys::alloc::Wiping;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|_| mfa_import::crash()));
    mfa_import::run::run(std::env::args_os())
}
