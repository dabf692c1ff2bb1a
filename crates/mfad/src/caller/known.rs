//! The process of a private connection: what it was when it connected, and whether it is still that.

use mfa_core::access::{Caller, Executable, Transport, Who};
use mfa_sys::peer::Peer;
use mfa_sys::process;

use super::{Witness, executable, identify_with_origin, platform, who};

/// The process at the other end of a private connection, as it was when it connected.
#[derive(Clone, Debug)]
pub struct Known {
    peer: Peer,
    pub(super) caller: Caller,
    /// The processes that had mfactl ask.
    origin: Option<platform::Origin>,
    /// The identity of the file that it ran.
    file: Option<(u64, u64)>,
}

impl Known {
    /// Looks at a process that has just connected, and keeps what it runs.
    #[must_use]
    pub fn new(peer: Peer) -> Self {
        let (caller, origin) = identify_with_origin(&peer, Transport::Private);
        let file = platform::running(peer.pid);
        Self {
            peer,
            caller,
            origin,
            file,
        }
    }

    /// Returns the caller as it was when it connected.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Returns the caller as it is now. If its program has changed, the program is unknown.
    pub(super) fn look_again(&self) -> Caller {
        let executable = self.program();
        // Whoever has become another one since the connection was made could be anybody.
        let who = match self.is_still(&executable) {
            true => self.caller.who.clone(),
            false => Who::Unknown,
        };
        Caller {
            who,
            executable,
            ..self.caller.clone()
        }
    }

    /// Returns whether the person or program that asks is still the one that asked when the connection was made.
    fn is_still(&self, executable: &Executable) -> bool {
        match (executable, &self.origin) {
            (Executable::Unreadable, _) => false,
            (_, Some(origin)) => origin.is_still(&self.caller.who),
            // Nobody has been recognised, so nobody can have changed.
            (_, None) if self.caller.who == Who::Unknown => true,
            (_, None) => who(self.peer.pid, executable, Transport::Private).0 == self.caller.who,
        }
    }

    /// Returns the program that the process runs now, or `Unreadable` if that has changed.
    pub(super) fn program(&self) -> Executable {
        let executable = executable(&self.peer);
        // This check comes last, so that the process had the same id until now.
        let is_same = !self.peer.has_ended()
            && process::start_time(self.peer.pid).unwrap_or(0) == self.caller.start_time;
        // Another file can be shown at the same path.
        let is_same = is_same && platform::running(self.peer.pid) == self.file;
        if is_same && executable == self.caller.executable {
            executable
        } else {
            Executable::Unreadable
        }
    }
}

impl Witness for Known {
    fn is_same(&self, caller: &Caller) -> bool {
        let program = self.program();
        // Whoever was unknown when it asked gets something only if the user has agreed to that.
        let is_who_it_was = || caller.who == Who::Unknown || self.is_still(&program);
        program == caller.executable && is_who_it_was()
    }
}
