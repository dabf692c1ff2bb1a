//! The pure part of mfactl: what an account is and which code it has at a given time.
//!
//! This crate does no input or output. It reads no clock, no environment and no files: time is an
//! argument, and whatever has to be stored goes through the traits in [`port`]. That makes every
//! promise about codes testable without a desktop.
//!
//! | module | what it holds |
//! |---|---|
//! | [`secret`] | the shared secret, with one door |
//! | [`account`] | what we know about an account besides its secret |
//! | [`naming`] | what an account is called that came without a name |
//! | [`otp`] | HOTP, TOTP and Steam codes |
//! | [`uri`] | `otpauth://` links, tolerant in and canonical out |
//! | [`item`] | the text that is stored in the keychain, one item per account |
//! | [`bidi`] | texts of both directions in one line |
//! | [`query`] | how `aws` finds an account |
//! | [`vault`] | the unlocked accounts |
//! | [`ledger`] | which codes were handed out, so that `--fresh` never repeats one |
//! | [`access`] | who asks, and who may have a code |
//! | [`lock`] | why and when the vault closes |
//! | [`port`] | the keychain, the clock and the journal, as this crate sees them |

pub mod access;
pub mod account;
pub mod bidi;
pub mod item;
pub mod ledger;
pub mod lock;
pub mod naming;
pub mod otp;
pub mod port;
pub mod query;
pub mod secret;
pub mod uri;
pub mod vault;

pub use account::{Account, AccountId};
pub use secret::Secret;
