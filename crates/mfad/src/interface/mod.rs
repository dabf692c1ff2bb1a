//! The D-Bus side: each method finds out who is asking, calls the service and maps the answer.
//!
//! Methods take `&self`, so that a slow one never blocks another.

pub mod access;
pub mod accounts;
pub mod authenticator;
pub mod hello;
