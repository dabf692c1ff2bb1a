//! The daemon: it owns the secrets, and everything else asks it for codes.
//!
//! Requests come in over two transports ([`listen`], [`bus`]), pass a thin D-Bus side
//! ([`interface`]) that finds out who asks ([`caller`]), and reach the one owner of all state
//! ([`service`]). Secrets come from the [`keychain`]. See docs/architecture.md.

pub mod args;
pub mod bus;
pub mod caller;
pub mod clock;
pub mod config;
pub mod copiers;
pub mod interface;
pub mod journal;
pub mod keychain;
pub mod limits;
pub mod listen;
pub mod log;
pub mod platform;
pub mod run;
pub mod service;
pub mod signals;
pub mod tasks;
