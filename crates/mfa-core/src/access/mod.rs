//! Who asks, and who may have a code.
//!
//! The transport of a request determines its [`Caller`]; the content of a message does not. This can
//! defend only the boundary of the user account: another process of the same user can read the
//! keychain itself. Within that boundary, access is a matter of consent and of knowing who asked.

pub mod grants;
pub mod question;
pub mod rate;
pub mod record;
pub mod rules;
pub mod silence;
mod who;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use grants::{Grants, Wanted};
pub use question::{Answer, Question};
pub use rate::Rates;
pub use record::Record;
pub use rules::{Rule, Rules, Verdict};
pub use silence::Silences;
pub use who::{Role, Start, Who, is_deleted, is_same_path, is_site, is_terminal, reads_whole_line};

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
    /// The path of the program, from the kernel.
    Path(PathBuf),
    /// The kernel does not tell the path: the process hides, or is gone. Never treat this as a known
    /// program.
    Unreadable,
}

impl Executable {
    fn is(&self, other: &Path) -> bool {
        matches!(self, Self::Path(path) if path == other)
    }
}

impl fmt::Display for Executable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Unreadable => f.write_str("?"),
        }
    }
}

/// The process that made a request. It belongs to the user that the daemon runs as: transports turn
/// others away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The process id.
    pub pid: u32,
    /// The start time, as the system counts it. With the pid, it identifies one process even after
    /// the pid is used again.
    pub start_time: u64,
    /// The program that the process runs.
    pub executable: Executable,
    /// The way the request came in.
    pub transport: Transport,
    /// The asker: the one behind the process.
    pub who: Who,
    /// The names of the programs from the caller up to the asker.
    pub chain: Vec<String>,
}

/// The purpose of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// To get codes.
    Code,
    /// To have a code copied, without getting it.
    Copy,
    /// To get secrets.
    Secret,
    /// To undo the lock of the user, without getting anything yet.
    Unlock,
}

impl Use {
    /// Returns whether a permission for this use includes the other.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self == other || (self, other) == (Self::Code, Self::Copy)
    }
}

impl Caller {
    /// Returns the name of the asker for `CodeIssued`: the last part of the path of a program, or `?`. For a person, it
    /// is the program that they use.
    #[must_use]
    pub fn application(&self) -> String {
        match (&self.who, &self.executable) {
            (Who::Person, Executable::Path(path)) => who::name(path).to_owned(),
            (who, _) => who.name(),
        }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (pid {})", self.executable, self.pid)?;
        match &self.who {
            Who::Program { path, script: None } if self.executable.is(path) => Ok(()),
            who => write!(f, " for {who}"),
        }
    }
}

/// Whether codes are given out on the session bus, where every process of the user can read them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BusCodes {
    /// To nobody: programs that want codes use the private address.
    Deny,
    /// To programs for which the user allows it.
    #[default]
    Ask,
    /// To everybody, unless a rule says otherwise.
    Allow,
}

impl BusCodes {
    /// Returns the name in the configuration and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Ask => "ask",
            Self::Allow => "allow",
        }
    }
}

/// The treatment of a request on the private connection that needs a question if nobody can be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unattended {
    /// The request is served, as ssh-agent does, and logged.
    #[default]
    Allow,
    /// The request is refused.
    Deny,
}

/// The choices of the user for all requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether codes are given out on the session bus.
    pub bus_codes: BusCodes,
    /// The treatment of requests if nobody can be asked.
    pub unattended: Unattended,
    /// The time that a question stays open.
    pub patience: Duration,
    /// The number of codes that an asker may have in a minute; 0 means no limit.
    pub codes_per_minute: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            bus_codes: BusCodes::default(),
            unattended: Unattended::default(),
            patience: Duration::from_secs(30),
            codes_per_minute: 60,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(transport: Transport) -> Caller {
        Caller {
            pid: 42,
            start_time: 7,
            executable: Executable::Path("/usr/bin/aws-vault".into()),
            transport,
            who: program("/usr/bin/aws-vault"),
            chain: vec!["aws-vault".into()],
        }
    }

    fn program(path: &str) -> Who {
        Who::Program {
            path: path.into(),
            script: None,
        }
    }

    #[test]
    fn who_may_have_a_code_may_copy_it_and_nothing_else_follows() {
        let all = [Use::Code, Use::Copy, Use::Secret, Use::Unlock];
        for one in all {
            for other in all {
                let expected = one == other || one == Use::Code && other == Use::Copy;
                assert_eq!(one.covers(other), expected, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_caller_is_named_by_who_is_behind_it() {
        let mut caller = caller(Transport::Private);
        assert_eq!(caller.application(), "aws-vault");
        assert_eq!(caller.to_string(), "/usr/bin/aws-vault (pid 42)");
        caller.executable = Executable::Path("/usr/bin/mfactl".into());
        assert_eq!(caller.application(), "aws-vault");
        assert_eq!(
            caller.to_string(),
            "/usr/bin/mfactl (pid 42) for /usr/bin/aws-vault"
        );
        caller.who = Who::Person;
        assert_eq!(caller.application(), "mfactl");
        assert_eq!(
            caller.to_string(),
            "/usr/bin/mfactl (pid 42) for a person at a terminal"
        );
        caller.who = Who::Unknown;
        assert_eq!(caller.application(), "?");
    }
}
