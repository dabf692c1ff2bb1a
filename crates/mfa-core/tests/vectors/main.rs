//! The core against the outside: real `oathtool`, and vectors collected from other authenticators.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test reads its tables, says what it skips and fails by panicking"
)]

mod oathtool;
mod tables;
