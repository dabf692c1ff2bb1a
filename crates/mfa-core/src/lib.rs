//! The pure part of mfactl: accounts, and their codes at a given time.
//!
//! This crate does no input or output. It reads no clock, no environment and no files: time is an
//! argument, and the traits in [`port`] store data. So all promises about codes can be tested
//! without a desktop.
//!
//! | module | contents |
//! |---|---|
//! | [`secret`] | the shared secret, with one way to its bytes |
//! | [`account`] | an account without its secret |
//! | [`change`] | new and changed fields of an account |
//! | [`mod@cut`] | texts that are too long to be stored |
//! | [`naming`] | names for accounts that come without one |
//! | [`otp`] | HOTP, TOTP and Steam codes, and codes with a PIN |
//! | [`uri`] | `otpauth://` links: read tolerantly, printed in one form |
//! | [`item`] | the text in the keychain, one item per account |
//! | [`bidi`] | right-to-left text in a line with a code |
//! | [`query`] | how `aws` finds an account |
//! | [`site`] | the sites that ask for codes in a browser |
//! | [`unlocked`] | the unlocked accounts |
//! | [`ledger`] | the codes that were handed out, so that `--fresh` never repeats one |
//! | [`access`] | the programs that ask, and which of them may have codes |
//! | [`merge`] | the accounts of this computer and those of a file, made one |
//! | [`lock`] | when the accounts are locked, and why |
//! | [`port`] | the keychain, the clock and the journal as traits |

pub mod access;
pub mod account;
pub mod bidi;
pub mod change;
pub mod cut;
pub mod item;
pub mod ledger;
pub mod lock;
pub mod merge;
pub mod naming;
pub mod otp;
pub mod port;
pub mod query;
pub mod secret;
pub mod site;
pub mod unlocked;
pub mod uri;

pub use account::{Account, AccountId};
pub use change::AccountChange;
pub use cut::cut;
pub use secret::Secret;
