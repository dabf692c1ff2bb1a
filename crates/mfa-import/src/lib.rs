//! Reads accounts from what other authenticators export: lists of links, QR codes.
//!
//! | module | what it holds |
//! |---|---|
//! | [`formats`] | one file a format, and the table of all |
//! | [`found`] | what is found in a file |
//! | [`scan`] | QR codes in a picture that is in memory |

pub mod error;
pub mod formats;
pub mod found;
mod links;
mod migration;
mod picture;
pub mod scan;
mod text;

pub use error::Error;
pub use formats::{Format, detect, named};
pub use found::{Found, Imported, Skipped};
