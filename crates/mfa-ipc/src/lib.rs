//! The interface of mfad, for both of its sides. **This page is its manual.**
//!
//! # What it is
//!
//! One D-Bus object, `/org/mfactl/Authenticator1`, reachable in two ways:
//!
//! * on the **session bus**, as `org.mfactl.Authenticator1`, for desktop tools. Every process of
//!   the user can read what passes there, so secrets never do, and codes only if the user allows it
//!   (`bus-codes = "allow"` in the configuration);
//! * over a **private connection**, plain D-Bus peer to peer over a Unix socket, or over a named
//!   pipe on Windows. Its address is the property `PrivateAddress`, for instance
//!   `unix:path=/run/user/1000/mfad/bus`. Whatever adds, changes or reveals accounts is on this
//!   connection only.
//!
//! Windows has no session bus. The pipe is `\\.\pipe\mfad-SID`, with the SID of the user, whom the
//! pipe has to belong to before anything is sent; D-Bus has no kind of address for it, so its
//! address begins with `pipe:path=`.
//!
//! The daemon is started by the first request: by systemd where the socket unit is enabled, by
//! D-Bus where the activation file is installed, else by `mfactl` or the tray.
//!
//! # How to talk to it
//!
//! Any D-Bus library does: GDBus (`g_dbus_connection_new_for_address`), sd-bus, dasbus,
//! `dbus-send --peer=unix:path=…`. Authentication is EXTERNAL, by user id or SID: the system
//! tells the daemon who is at the other end. In Rust, use [`Client`].
//!
//! # `org.mfactl.Authenticator1`
//!
//! | member | signature | meaning |
//! |---|---|---|
//! | `GetCode` | `(s account, a{sv} options) → (s code, t valid_from, t valid_until)` | a code as text, and its validity in Unix seconds, all from one reading of the clock |
//! | `GetCodes` | `(s account, u count, a{sv} options) → a(stt)` | 1 to 10 consecutive codes |
//! | `PeekCodes` | `(as accounts) → a{s(stt)}` | the current codes of accounts, by id, only to look at; see below |
//! | `ListAccounts` | `() → aa{sv}` | all accounts, never a secret, and on the session bus without their notes; see [`types::AccountInfo`] |
//! | `FindAccounts` | `(s query) → as` | ids, the best match first |
//! | `CopyCode` | `(s account)` | the tray copies the code, notifies and then it is answered; `NotSupported` without a tray |
//! | `Lock`, `Unlock` | `()` | |
//! | `Version` | property `s` | of the daemon |
//! | `Locked` | property `b` | changes are signalled |
//! | `Keychain` | property `s` | where the accounts are kept |
//! | `PrivateAddress` | property `s` | a D-Bus address |
//! | `AccountsChanged` | signal `()` | list them again |
//! | `CodeIssued` | signal `(s account_id, s application)` | a code was given out, and to whom |
//!
//! `account` is a query: an id, a linked serial, `issuer:username` or a name, exactly, then in any
//! case, then the beginning, then a part of name, issuer or user name. Two matches are an error.
//!
//! Options of `GetCode` and `GetCodes`: `next b` (the code of the next step, at once), `fresh b`
//! (never one that was handed out before; waits for the next step), `min-remaining u` (seconds that
//! it must still be valid), `timeout u` (seconds to wait at most, 90 if not given; more than 300
//! count as 300), `peek b` (only to look at, not with `fresh`). An option that the daemon does not know is an error. Some libraries give up on a reply after 25 seconds by
//! default; set their timeout higher when you use `fresh`.
//!
//! Fresh codes are given for 10 steps ahead of the clock at most, to all callers together: beyond that
//! the answer is `LimitsExceeded`, and its text says when to ask again. What was handed out once is not
//! fresh again when the clock is set back.
//!
//! A code that is only looked at, with `peek` or by `PeekCodes`, is not handed out: the next `fresh`
//! gives that very code, and no `CodeIssued` is sent. Show it; whoever uses it has to ask for it.
//! `PeekCodes` takes up to 1000 ids, or none for all accounts, and leaves out what is unknown or
//! counter-based: a counter-based account cannot be looked at, since each of its codes is used up by
//! showing it, and `peek` is `NotSupported` there.
//!
//! A counter-based (HOTP) account gives a new code at each call, and its validity is 0 and 0. Its
//! counter is in the keychain before the code is returned.
//!
//! # `org.mfactl.Vault1`, on the private connection
//!
//! | member | signature | meaning |
//! |---|---|---|
//! | `Add` | `(a{sv} account) → s id` | needs `uri` or `secret`; see [`types::AccountFields`] |
//! | `Import` | `(aa{sv} accounts, a{sv} options) → aa{sv} results` | many at once, all or none; see below |
//! | `Update` | `(s id, a{sv} changes)` | only what is given changes |
//! | `Remove` | `(s id)` | |
//! | `Reveal` | `(s id) → s otpauth_uri` | the link with the secret |
//! | `Export` | `() → as otpauth_uris` | all links |
//! | `UnlockVault` | `(s passphrase)` | opens a vault file |
//! | `CreateVault` | `(s passphrase) → s path` | makes one, where no OS keychain answers |
//! | `OfferCopying` | `()` | the caller copies codes for `CopyCode` from now on; see below |
//! | `Status` | `() → a{sv}` | see [`types::Status`] |
//!
//! `Add` finds a name that is free where none is given, and the serial where a link of AWS names the
//! account by its number. It is `AlreadyExists` if the name, the serial or the secret is that of another
//! account, looked at in this order, and the text says of which. With `duplicate b` in the dictionary
//! the same secret may be there twice.
//!
//! `Import` takes accounts as `Add` does, and says in their order what becomes of each
//! ([`types::ImportResult`]): it is `added`; it is `present`, since an account with the same secret and
//! the same parameters is there, or came before it with the same issuer and user name; or it is
//! `skipped`, since it cannot be stored, and why. A name that is taken gets a number, and texts are cut to what fits, so that nothing is skipped
//! for its name. One import has up to 6000 accounts. With the option `dry-run b` nothing is stored. Else all that are to be added are
//! stored and read back before the answer comes, or none is: on an error, and if the daemon is killed
//! or the keychain locked meanwhile, those that are stored already are removed again, at the latest
//! when the keychain is read the next time, and never served. `Status` has the field `importing`
//! meanwhile: how many are stored so far.
//!
//! # `org.mfactl.Copier1`, offered by a client
//!
//! A client with a clipboard, as the tray is, serves the object `/org/mfactl/Copier1` on its private
//! connection and calls `OfferCopying`, once. The daemon then calls `Copy(s account_id)` there when
//! somebody asks for `CopyCode`; the client asks for the code, copies it and answers. The last one
//! that offered is asked, until its connection ends. Only the mfa-tray that is installed beside the
//! daemon may offer: others are answered `AccessDenied`.
//!
//! # Errors
//!
//! `org.mfactl.Error.<Code>`, listed at [`Error`]. Match the code, never the text.
//!
//! # Waiting for the user
//!
//! A call whose message carries D-Bus's flag `ALLOW_INTERACTIVE_AUTHORIZATION` may raise a prompt,
//! and waits for it up to 60 seconds. Without it the answer is `Locked`, at once.
//!
//! # Limits
//!
//! A private connection that sends more than 256 KiB in one message is closed, one whose message is not
//! complete after 10 seconds, and one that has not said who it is after 5 seconds or 1 KiB. One process
//! may have 32 connections, all together 256; another one is answered `ERROR` when it authenticates, and
//! closed. Where all are taken, a process that has more than the newcomer loses one on which nothing is
//! under way.
//!
//! A connection may have 8 calls under way and a process 16. Further ones are not read until one of
//! these is answered, and nothing is read while an answer is not taken: write and read at the same time.
//! On the session bus a further call is refused by `LimitsExceeded` instead. At most 8 calls of a process
//! may wait for a code (`fresh`, `min-remaining`). What waits ends with its connection, and on the
//! session bus with its sender. A process gets two lists of accounts at a time.
//!
//! # What stays and what may change
//!
//! Members, signatures and codes stay as they are under this name. Dictionaries may gain fields,
//! errors may change their text. An incompatible change makes `Authenticator2`.

pub mod authenticator;
pub mod client;
pub mod copier;
pub mod dict;
pub mod endpoint;
pub mod error;
pub mod events;
pub mod launcher;
pub mod paths;
mod platform;
pub mod transport;
pub mod types;
pub mod vault;

pub use client::Client;
pub use error::Error;
