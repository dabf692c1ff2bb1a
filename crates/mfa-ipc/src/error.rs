//! What the daemon answers when it cannot do what was asked.
//!
//! The same type is returned by the daemon and matched by clients. On the wire an error is a name,
//! `org.mfactl.Error.<Code>`, which clients match, and a text for people, which they never match.
//! The text never holds what was sent in.

use zbus::DBusError;

/// An error of the interface. Each variant but the first is a code on the wire, and holds a text
/// for people.
#[derive(Clone, Debug, DBusError)]
#[zbus(prefix = "org.mfactl.Error")]
pub enum Error {
    /// Anything that D-Bus itself reports: a lost connection, an unknown method.
    #[zbus(error)]
    Bus(zbus::Error),
    /// No account matches.
    NotFound(String),
    /// Several accounts match; the text names them.
    Ambiguous(String),
    /// The vault or the keychain is locked, and the caller did not allow a prompt.
    Locked(String),
    /// The caller may not have what it asked for, or the passphrase is wrong.
    AccessDenied(String),
    /// There is no keychain, or it cannot be reached.
    KeychainUnavailable(String),
    /// The keychain did not answer in time.
    KeychainTimedOut(String),
    /// An account cannot be stored as it is described.
    InvalidAccount(String),
    /// There is such an account already.
    AlreadyExists(String),
    /// Waiting took longer than the caller or the daemon allows.
    TimedOut(String),
    /// A number or a text is outside its limits, or too much is asked for at once.
    LimitsExceeded(String),
    /// This account, this daemon or this desktop cannot do that.
    NotSupported(String),
    /// The daemon could not do it; its log says more.
    Failed(String),
}

impl Error {
    /// The text for people.
    #[must_use]
    pub fn text(&self) -> &str {
        DBusError::description(self).unwrap_or("the connection to the daemon was lost")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_the_name_on_the_wire() {
        let error = Error::KeychainUnavailable("none".into());
        assert_eq!(
            error.name().as_str(),
            "org.mfactl.Error.KeychainUnavailable"
        );
        assert_eq!(error.text(), "none");
    }
}
