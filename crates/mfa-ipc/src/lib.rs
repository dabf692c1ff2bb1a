//! The D-Bus interface of mfad, for the daemon and its clients. **This page is the manual of the
//! protocol**, with one page for each interface. `docs/dbus.md` has all of them in one file, which a
//! test makes from these pages.
//!
//! # Start here
//!
//! A program that wants a code takes four steps:
//!
//! 1. Get the property `PrivateAddress` of `org.mfactl.Authenticator1` from the session bus. This also
//!    starts the daemon. Connect to that address, and go on there: the session bus is no place for codes.
//! 2. Call `GetAccount` with what the user calls the account. It returns one account, or the error
//!    `NotFound` or `Ambiguous`, and needs no permission.
//! 3. Call `GetCode` with the id of the account, with a `reason`, with the D-Bus flag
//!    `ALLOW_INTERACTIVE_AUTHORIZATION`, and with 120 seconds for the reply. Add `fresh` if the service
//!    takes each code only once. Without a rule, the user is asked whether your program may have the
//!    code.
//! 4. If that fails, look at the name of the error. After `Locked` or `AccessDenied`, show the text of
//!    the error and stop. Do not ask again by yourself.
//!
//! `docs/examples` has such programs in Python, C, JavaScript, Rust and for a shell; tests run them. A
//! program that only needs a code on the clipboard calls `CopyCode` instead, and never sees the code. A
//! script runs `mfactl get`.
//!
//! # Overview
//!
//! The daemon serves one D-Bus object for programs, `/org/mfactl/Authenticator1`. (Two more on the
//! session bus, `Runner` and `Search` below it, have the interfaces of KRunner and of GNOME Shell, which
//! these projects document.) There are two ways to reach it:
//!
//! * The **session bus**, as `org.mfactl.Authenticator1`, is for desktop tools. Every process of
//!   the user can read its messages. So it never carries secrets, and it carries codes only to
//!   programs for which the user allows that.
//! * A **private connection** is plain D-Bus, peer to peer, over a Unix socket, or over a named
//!   pipe on Windows. The property `PrivateAddress` holds its address, for instance
//!   `unix:path=/run/user/1000/mfad/bus`. Only this connection can add, change or reveal accounts.
//!
//! Windows has no session bus. The pipe is `\\.\pipe\mfad-SID`, with the SID of the user. Before a
//! client sends anything, it checks that the pipe belongs to that user. D-Bus has no kind of
//! address for named pipes; the address begins with `pipe:path=`.
//!
//! The first request starts the daemon: through systemd if its socket unit is enabled, through
//! D-Bus if its activation file is installed, or else through `mfactl` or the tray.
//!
//! # Connecting
//!
//! Use any D-Bus library: GDBus (`g_dbus_connection_new_for_address`), sd-bus, dasbus, or
//! `dbus-send --peer=unix:path=…`. Authentication is EXTERNAL, by user id or SID: the system tells
//! the daemon which user is at the other end. In Rust, use [`Client`].
//!
//! # The interfaces
//!
//! | interface | where | members |
//! |---|---|---|
//! | `org.mfactl.Authenticator1` | session bus and private connection | [`authenticator`] |
//! | `org.mfactl.Accounts1` | private connection only | [`accounts`] |
//! | `org.mfactl.Access1` | private connection only | [`access`] |
//! | `org.mfactl.Copier1` | private connection, offered by a client | [`copier`] |
//!
//! Each of them has a list of its members. The files in `dist/dbus` describe them for other programs.
//! For accounts, see [`types::account`].
//!
//! # Who may have a code
//!
//! Rules decide for each program and account; see [`access`]. By default, a person at a terminal
//! and the tray get codes. For every other program, a notification asks the user. The asker is the
//! program behind the request: behind `mfactl`, it is the program that started `mfactl`. A request
//! for secrets needs a question each time, unless a person at a terminal makes it.
//!
//! The daemon asks the user only if the call has the D-Bus flag `ALLOW_INTERACTIVE_AUTHORIZATION`
//! or the option `ask b`. Without either, or if nobody can be asked, the error is
//! `ConsentRequired`: try again when somebody can be asked. There is one exception: in a session
//! without notifications, a request on a private connection is served, unless the configuration has
//! `unattended = "deny"`.
//!
//! By default, the user has 30 seconds to answer, and never more than 60, so set the timeout of
//! your library higher. After a refusal, the error for the same request is `AccessDenied` for 60
//! seconds, without a question. By default, each program gets at most 20 codes at once and 60 a
//! minute. Beyond that, the error is `LimitsExceeded`.
//!
//! # Errors
//!
//! The name of an error is `org.mfactl.Error.<Code>`, with a code of [`Error`]. Match the code,
//! never the text. Each error has a text for people, `s`. `Ambiguous` also has `a(ss)`, the id and
//! a label of up to five of the matching accounts. Errors of the keychain are `KeychainUnavailable`
//! and `KeychainTimedOut`. A call that does not fit the limits, or that the daemon fails to do, ends
//! with `LimitsExceeded` or `Failed`, whatever its method.
//!
//! # Waiting for the user
//!
//! A call with the D-Bus flag `ALLOW_INTERACTIVE_AUTHORIZATION` may raise a prompt of the keychain to
//! unlock it, and waits up to 60 seconds for the user. Without this flag, a locked keychain is the
//! error `Locked`, at once.
//!
//! # Limits
//!
//! The daemon closes a private connection that sends a message of more than 256 KiB, that does not
//! complete a message within 10 seconds, or that has not authenticated after 5 seconds or 1 KiB. A
//! process may have 32 connections, and all processes together 256. A connection beyond that
//! receives `ERROR` when it authenticates, and is closed. If all connections are taken, a process
//! with at least two more than the newcomer loses one to it: an idle one if there is any, or else a
//! busy one with its calls.
//!
//! A connection may have 8 calls in progress, and a process 16. The daemon reads no further calls
//! until it has replied to one of these. It also reads nothing while the client does not read its
//! replies, so read and write at the same time. A connection whose client reads nothing of a reply
//! for 10 seconds is closed. On the session bus, a call beyond these limits fails with
//! `LimitsExceeded` instead.
//!
//! At most 8 calls of a process may wait for a code (`fresh`, `min-remaining`). A waiting call ends
//! with its connection; on the session bus, with its sender. A process receives at most two lists
//! of accounts at a time.
//!
//! # Dictionaries
//!
//! Options, accounts and reports are dictionaries, `a{sv}`. In one that you send, a field that the daemon does not know
//! is the error `NotSupported`. In one that you receive, ignore fields that you do not know: a newer daemon may have
//! added them.
//!
//! Every method with options also takes these two:
//!
//! * `reason s`: why the program asks, in a few words that may be shown to a person. The daemon
//!   keeps 120 characters of it. A reason of more than 1000 bytes is an error.
//! * `ask b`: whether the user may be asked to allow the request.
//!
//! # Compatibility
//!
//! Members, signatures and error codes under these names do not change. Dictionaries may gain
//! fields, and the texts of errors may change. An incompatible change gets a new name,
//! `Authenticator2`.

pub mod access;
pub mod accounts;
pub mod authenticator;
pub mod client;
pub mod copier;
pub mod dict;
pub mod endpoint;
pub mod error;
mod events;
pub mod latest;
pub mod launcher;
pub mod paths;
mod platform;
pub mod transport;
pub mod types;
pub mod watch;

pub use client::Client;
pub use error::Error;
