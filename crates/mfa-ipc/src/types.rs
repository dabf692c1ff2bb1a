//! What goes over the wire, and how it becomes the core's types.

mod account;
mod code;
mod import;
mod status;

pub use account::{AccountFields, AccountInfo};
pub use code::{CodeOptions, IssuedCode, MAX_PEEKED};
pub use import::{Fate, ImportOptions, ImportResult};
pub use status::Status;

#[cfg(test)]
mod tests;
