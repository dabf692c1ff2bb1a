//! The binary of the command line; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    mfactl::run(std::env::args_os())
}
