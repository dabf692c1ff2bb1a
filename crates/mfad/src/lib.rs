//! The daemon: it owns the secrets, and all other programs ask it for codes.
//!
//! Requests come in over two transports ([`listen`], [`bus`]), pass a thin D-Bus side ([`interface`]) that
//! finds out who is asking ([`caller`]), and reach the one owner of all state ([`service`]). Secrets come from
//! the [`keychain`]. What happens to the session of the user comes from [`session`]. See docs/architecture.md.

pub mod access_log;
pub mod args;
pub mod backups;
pub mod bus;
pub mod caller;
pub mod clock;
mod copiers;
mod database;
mod follow;
pub mod interface;
pub mod journal;
pub mod keychain;
pub mod limits;
pub mod listen;
pub mod platform;
pub mod presence;
pub mod question;
mod refusals;
pub mod rulebook;
pub mod run;
mod search;
pub mod service;
pub mod session;
pub mod signals;
mod sync;
pub mod tasks;
