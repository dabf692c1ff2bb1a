//! The D-Bus side: each method checks who asks, calls the service and maps the answer.
//!
//! Methods take `&self`, so that a slow one never blocks another.

pub mod authenticator;
pub mod hello;
pub mod vault;
