//! Finds out who is asking.
//!
//! The kernel names the process at the other end of a private connection, and the bus daemon names the process
//! behind a message on the bus. The kernel is then asked which program that process runs. The start time of the
//! process is read before and after, to notice a process id that was reused in between.
//!
//! A process may send a request and then execute another program before the daemon looks at it. So the daemon looks
//! at the process of a private connection when it connects, when it asks, and before it gets the answer. A process
//! that has changed before it asks is unknown. One that changes afterwards gets no code and no secret.

mod known;
mod origin;
mod own;
mod platform;
mod site;

use std::env::consts::EXE_SUFFIX;
use std::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use mfa_core::access::record::Action;
use mfa_core::access::rules::Seen;
use mfa_core::access::{Caller, Executable, Transport, Who, is_same_path};
use mfa_core::naming;
use mfa_core::site::Site;
use mfa_ipc::Error;
use mfa_ipc::dict::Dict;
use mfa_sys::peer::Peer;
use mfa_sys::process;

use crate::limits::{BusCall, Process, ProcessCall};
use crate::refusals;

pub use known::Known;
pub use origin::Origin;

/// The maximum length of the reason of a request, in bytes.
const MAX_REASON: usize = 1000;
/// The number of characters of a reason that are kept.
const SHOWN_REASON: usize = 120;
/// The number of programs that a question shows.
const SHOWN: usize = 4;
/// The programs of ours that ask for whoever started them. A question names that one, and the rules are for that one.
const FOR_OTHERS: [&str; 5] = [
    "mfactl",
    "mfa-watch",
    "mfa-askpass",
    "mfa-ykman",
    BROWSER_HOST,
];
/// The one of them that browsers start.
const BROWSER_HOST: &str = "mfa-browser";
/// The sign between a program and the one that started it.
pub(crate) const ARROW: &str = " ← ";

/// The asker: the process behind a request, and the details of the request.
#[derive(Clone)]
pub(crate) struct Asker {
    /// The process that asks.
    pub(crate) caller: Caller,
    /// Whether the message of the request allows a prompt, of the keychain for example.
    pub(crate) interactive: bool,
    /// Whether the user may be asked about the request.
    pub(crate) may_be_asked_about: bool,
    /// The reason for the request, in the words of the process, if it gives one.
    pub(crate) reason: Option<String>,
    /// The site on which the asker asks, if it is a browser.
    pub(crate) site: Option<Site>,
    /// What the request is in the access log, if that does not follow from what it takes.
    pub(crate) action: Option<Action>,
    /// The calls and connections of that process.
    pub(crate) process: Arc<Process>,
    /// Checks the process again before it gets the answer.
    pub(crate) witness: Arc<dyn Witness>,
}

/// A request under way: its asker, and its places among the calls on the session bus.
#[derive(Debug)]
pub(crate) struct Asking {
    asker: Asker,
    _places: Option<(BusCall, ProcessCall)>,
}

impl Deref for Asking {
    type Target = Asker;

    fn deref(&self) -> &Asker {
        &self.asker
    }
}

impl fmt::Debug for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asker({})", self.caller)
    }
}

/// Checks the process that made a request.
pub(crate) trait Witness: Send + Sync {
    /// Returns whether the process still runs the same program, and whoever is behind it is still the same. A process that
    /// has ended since then is no other one: a shell ends as soon as it has started a command in the background.
    fn is_same(&self, caller: &Caller) -> bool;

    /// Returns whether the program that the process runs has opened the connection itself. It may also have inherited
    /// the connection from the program that the process ran before.
    fn has_opened_connection(&self, caller: &Caller) -> bool {
        platform::has_opened_its_connections(caller.pid)
    }
}

impl Asker {
    /// Checks that the asker is still the same program, before it gets an answer.
    ///
    /// # Errors
    /// Returns `AccessDenied` if it is not.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.witness.is_same(&self.caller) {
            return Ok(());
        }
        tracing::warn!(caller = %self.caller, "refused a code: the program that asked has become another one");
        Err(refusals::changed_program())
    }

    /// Returns the names of the program behind the request and of those that started it: `terraform ← bash ← kitty`.
    pub(crate) fn line(&self) -> String {
        let name = self.caller.who.name();
        let all = platform::line(self.caller.pid);
        // The programs before that one only pass the request on.
        let from = all.iter().position(|one| *one == name).unwrap_or(0);
        let started_by = all.into_iter().skip(from + 1).take(SHOWN - 1);
        let names: Vec<_> = std::iter::once(self.caller.who.title())
            .chain(started_by)
            .collect();
        names.join(ARROW)
    }
}

impl Asking {
    /// Says that a person has just clicked, so that it can be asked.
    #[must_use]
    pub(crate) fn by_click(mut self) -> Self {
        self.asker.interactive = true;
        self.asker.may_be_asked_about = true;
        self
    }

    /// Takes two options that every request may have: the reason, and whether the user may be asked about it.
    ///
    /// # Errors
    /// Returns `NotSupported` if one of them has the wrong type, `LimitsExceeded` if the reason is too long.
    fn take_options(&mut self, options: &mut Dict) -> Result<(), Error> {
        if let Some(ask) = options.remove("ask") {
            let wrong = |_| refusals::wrong_type("ask");
            self.asker.may_be_asked_about = bool::try_from(ask).map_err(wrong)?;
        }
        let Some(reason) = options.remove("reason") else {
            return Ok(());
        };
        let wrong = |_| refusals::wrong_type("reason");
        let reason = String::try_from(reason).map_err(wrong)?;
        if reason.len() > MAX_REASON {
            return Err(refusals::long_reason());
        }
        let reason = naming::tidy(&reason, SHOWN_REASON);
        self.asker.reason = Some(reason).filter(|reason| !reason.is_empty());
        Ok(())
    }
}

/// Returns the facts about the file of a program by which a later change is noticed, or `None` if the system does not
/// tell them.
pub(crate) fn seen(path: &Path) -> Option<Seen> {
    platform::seen(path)
}

fn identify(peer: &Peer, transport: Transport) -> Caller {
    identify_with_origin(peer, transport).0
}

fn identify_with_origin(peer: &Peer, transport: Transport) -> (Caller, Option<platform::Origin>) {
    let (start_time, executable) = look(peer);
    let (who, chain, origin) = who(peer.pid, &executable, transport);
    let caller = Caller {
        pid: peer.pid,
        start_time,
        transport,
        who,
        chain,
        executable,
    };
    (caller, origin)
}

/// Returns the start time of a process and the program that it runs. The time is 0 if the system does not tell it.
fn look(peer: &Peer) -> (u64, Executable) {
    let before = process::start_time(peer.pid);
    let executable = executable(peer);
    let is_same = before == process::start_time(peer.pid);
    let executable = if is_same {
        executable
    } else {
        Executable::Unreadable
    };
    (before.unwrap_or(0), executable)
}

fn executable(peer: &Peer) -> Executable {
    process::executable(peer.pid).map_or(Executable::Unreadable, Executable::Path)
}

/// Returns who is behind a process, the names of the programs from the process up to that one, and their processes.
/// mfactl and the programs like it ask for the person or program that started them. Any other program asks for itself.
///
/// Ours are recognised only on private connections, where the daemon looks at a process when it connects. On the session
/// bus, another program may have sent the request and then executed one of them.
fn who(
    pid: u32,
    executable: &Executable,
    transport: Transport,
) -> (Who, Vec<String>, Option<platform::Origin>) {
    let Executable::Path(path) = executable else {
        return (Who::Unknown, vec![platform::UNKNOWN.to_owned()], None);
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut chain = vec![naming::tidy(&name, SHOWN_REASON)];
    let is_ours = |is_it: bool| {
        // A program in another file system can have the path of one of ours.
        is_it && transport == Transport::Private && platform::is_here(pid, path)
    };
    let (who, origin) = if is_ours(passes_on(path)) {
        platform::behind(pid, &mut chain)
    } else if is_ours(is_beside(path, "mfa-tray")) {
        (Who::Tray, None)
    } else {
        (platform::own(pid, path), None)
    };
    (who, chain, origin)
}

/// Returns whether a program is one of ours that asks for whoever has started it.
fn passes_on(path: &Path) -> bool {
    FOR_OTHERS.iter().any(|ours| is_beside(path, ours))
}

/// Returns whether a path is the program of this name that was installed with this daemon.
pub(crate) fn is_beside(path: &Path, name: &str) -> bool {
    /// The path of the daemon. It comes from the same place as that of the other process, so the two are written alike.
    static OWN: LazyLock<Option<PathBuf>> =
        LazyLock::new(|| process::executable(std::process::id()));
    OWN.as_deref().is_some_and(|own| {
        let installed = own.with_file_name(format!("{name}{EXE_SUFFIX}"));
        // The kernel adds this if a newer version has replaced the file since the program started.
        let replaced = own.with_file_name(format!("{name}{EXE_SUFFIX} (deleted)"));
        is_same_path(path, &installed) || *path == replaced
    })
}

#[cfg(test)]
mod tests;
