//! Who asks, and who may have a code.
//!
//! The transport that a request came over makes its [`Caller`]; nothing in a message does. The
//! boundary that this can defend is the user account: another process of the same user can read
//! the keychain itself. Within it, access is a matter of consent and of knowing who asked.

use std::fmt;
use std::path::PathBuf;

/// The way a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// The session bus, where every process of the user can listen.
    SessionBus,
    /// The private socket or pipe.
    Private,
}

/// The program behind a process id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Executable {
    /// Its path, as the kernel gives it.
    Path(PathBuf),
    /// The kernel does not say: a process that hides, or one that is gone. Never treat this as a
    /// known program.
    Unreadable,
}

impl fmt::Display for Executable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Unreadable => f.write_str("?"),
        }
    }
}

/// The process that made a request. It is one of the user that the daemon runs as: transports turn
/// others away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Its process id.
    pub pid: u32,
    /// When it was started, as the system counts: with the pid, this names one process even
    /// after the pid is used again.
    pub start_time: u64,
    /// The program that it runs.
    pub executable: Executable,
    /// How it reached us.
    pub transport: Transport,
}

impl Caller {
    /// What the log and `CodeIssued` call the program: the last part of its path, or `?`.
    #[must_use]
    pub fn application(&self) -> String {
        match &self.executable {
            Executable::Path(path) => path.file_name().map_or_else(
                || "?".to_owned(),
                |name| name.to_string_lossy().into_owned(),
            ),
            Executable::Unreadable => "?".to_owned(),
        }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (pid {})", self.executable, self.pid)
    }
}

/// Whether codes may be given out on the session bus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BusCodes {
    /// No: whoever wants codes uses the private address.
    #[default]
    Deny,
    /// Yes, although every process of the user can read along.
    Allow,
}

/// The rules for giving out codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// What holds on the session bus.
    pub bus_codes: BusCodes,
}

/// What the policy says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The code may be given out.
    Allow,
    /// It may not.
    Deny,
}

impl Policy {
    /// Whether a caller may have codes.
    #[must_use]
    pub fn codes(self, caller: &Caller) -> Decision {
        match (caller.transport, self.bus_codes) {
            (Transport::Private, _) | (Transport::SessionBus, BusCodes::Allow) => Decision::Allow,
            (Transport::SessionBus, BusCodes::Deny) => Decision::Deny,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(transport: Transport) -> Caller {
        let executable = Executable::Path("/usr/bin/aws-vault".into());
        Caller {
            pid: 42,
            start_time: 7,
            executable,
            transport,
        }
    }

    #[test]
    fn codes_stay_off_the_bus_unless_the_user_says_so() {
        let allow = Policy {
            bus_codes: BusCodes::Allow,
        };
        let bus = caller(Transport::SessionBus);
        assert_eq!(Policy::default().codes(&bus), Decision::Deny);
        assert_eq!(allow.codes(&bus), Decision::Allow);
        assert_eq!(
            Policy::default().codes(&caller(Transport::Private)),
            Decision::Allow
        );
    }

    #[test]
    fn a_caller_is_named_by_its_program() {
        let mut caller = caller(Transport::Private);
        assert_eq!(caller.application(), "aws-vault");
        assert_eq!(caller.to_string(), "/usr/bin/aws-vault (pid 42)");
        caller.executable = Executable::Unreadable;
        assert_eq!(caller.application(), "?");
    }
}
