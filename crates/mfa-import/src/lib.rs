//! Reads accounts from what other authenticators export: lists of links.
//!
//! | module | what it holds |
//! |---|---|
//! | [`formats`] | one file a format, and the table of all |
//! | [`found`] | what is found in a file |

pub mod error;
pub mod formats;
pub mod found;
mod links;
mod migration;
mod text;

pub use error::Error;
pub use formats::{Format, detect, named};
pub use found::{Found, Imported, Skipped};
