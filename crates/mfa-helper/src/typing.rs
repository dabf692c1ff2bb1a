//! The argument, the output and the exit codes of mfa-type.
//!
//! It prints [`READY`] once it can type, and then reads the code from standard input. So no code is taken that could not be
//! typed, and none waits while the desktop asks the user for permission.

/// The argument that has it press Enter after the code.
pub const ENTER: &str = "--enter";

/// The output once it can type.
pub const READY: &str = "ready\n";

/// The reason for a failure. Each is an exit code, which never changes. 0 means that the code was typed. The text on standard
/// error says the same to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Any other error.
    Other = 1,
    /// The command line is wrong: the other end is of another version.
    Usage = 2,
    /// There is no desktop, or it cannot be reached.
    NoDesktop = 3,
    /// The desktop has no way to type for other programs.
    Unsupported = 4,
    /// The user or the desktop refused.
    Refused = 5,
    /// A key is held down, or no window has the focus. Nothing was typed.
    NotNow = 6,
}

impl Exit {
    /// All reasons, in the order of their codes.
    pub const ALL: [Self; 6] = [
        Self::Other,
        Self::Usage,
        Self::NoDesktop,
        Self::Unsupported,
        Self::Refused,
        Self::NotNow,
    ];

    /// Returns the reason for an exit code other than 0.
    #[must_use]
    pub fn from_code(code: i32) -> Self {
        let named = Self::ALL
            .into_iter()
            .find(|exit| i32::from(*exit as u8) == code);
        named.unwrap_or(Self::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_exit_code_has_its_reason() {
        for (code, exit) in (1..).zip(Exit::ALL) {
            assert_eq!((exit as u8, Exit::from_code(code.into())), (code, exit));
        }
        assert_eq!(Exit::from_code(101), Exit::Other);
    }
}
