//! The state of the daemon, as far as the tray knows it.

/// The state of the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Daemon {
    Starting,
    There {
        problem: Option<String>,
    },
    Gone {
        problem: String,
        hint: Option<String>,
    },
}

impl Daemon {
    /// Returns whether no code can be produced at present although the accounts are not locked.
    pub(super) fn is_in_trouble(&self) -> bool {
        match self {
            Self::Starting => false,
            Self::There { problem } => problem.is_some(),
            Self::Gone { .. } => true,
        }
    }
}
