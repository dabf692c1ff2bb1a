//! Tests against other programs: the real `oathtool`, and vectors from other authenticators.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test reads its tables, prints what it skips and fails by panicking"
)]

mod oathtool;
mod tables;
