//! The data on the wire, and its conversion to the types of mfa-core.

mod access;
pub mod account;
mod code;
mod import;
mod restore;
mod status;
mod sync;

pub use access::{AccessRule, RuleScope};
pub use account::{AddOptions, ExportOptions, Exported, QueryOptions};
pub use code::{CodeOptions, IssuedCode, MAX_PEEKED};
pub use import::{Fate, ImportOptions, ImportResult, MAX_IMPORTED};
pub use restore::{RestoreOptions, RestoreResult, Restored};
pub use status::Status;
pub use sync::{SyncChange, SyncOptions, SyncReport};

#[cfg(test)]
mod tests;
