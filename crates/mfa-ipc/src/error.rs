//! The errors of the interface.
//!
//! The daemon returns this type, and clients match it. On the wire, an error is a name,
//! `org.mfactl.Error.<Code>`, which clients match, and a text for people, which clients never
//! match. The text never contains values from the request.

use thiserror::Error;
use zbus::DBusError;
use zbus::message::{Header, Message};
use zbus::names::ErrorName;

/// The common beginning of the names on the wire.
const PREFIX: &str = "org.mfactl.Error.";

/// An error of the interface. Each variant but the first is a code on the wire and holds a text for
/// people.
#[derive(Clone, Debug, Error)]
pub enum Error {
    /// An error of D-Bus itself, such as a lost connection or an unknown method.
    #[error("{0}")]
    Bus(#[source] zbus::Error),
    /// No account matches.
    #[error("{0}")]
    NotFound(String),
    /// Several accounts match. They follow the text as `a(ss)`.
    #[error("{0}")]
    Ambiguous(String, Vec<Candidate>),
    /// The accounts are locked, and the caller did not allow a prompt.
    #[error("{0}")]
    Locked(String),
    /// The caller is not allowed to do this, or the passphrase is wrong.
    #[error("{0}")]
    AccessDenied(String),
    /// The user has to allow this first, and was not asked: the request did not permit a question, or nobody could be
    /// asked. Ask again when somebody can be.
    #[error("{0}")]
    ConsentRequired(String),
    /// There is no keychain, or it cannot be reached.
    #[error("{0}")]
    KeychainUnavailable(String),
    /// The keychain did not answer in time.
    #[error("{0}")]
    KeychainTimedOut(String),
    /// The account cannot be stored with these fields.
    #[error("{0}")]
    InvalidAccount(String),
    /// The account exists already.
    #[error("{0}")]
    AlreadyExists(String),
    /// The request waited longer than the caller or the daemon allows.
    #[error("{0}")]
    TimedOut(String),
    /// A number or a text is outside its limits, or the caller asks for too much at once.
    #[error("{0}")]
    LimitsExceeded(String),
    /// This account, daemon or desktop does not support the request.
    #[error("{0}")]
    NotSupported(String),
    /// The daemon failed; its log has the details.
    #[error("{0}")]
    Failed(String),
}

/// An account that an ambiguous query matches: its id, and a label that a person recognises.
pub type Candidate = (String, String);

impl Error {
    /// Returns the text for people.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Bus(_) => "the connection to the daemon was lost",
            Self::NotFound(text)
            | Self::Ambiguous(text, _)
            | Self::Locked(text)
            | Self::AccessDenied(text)
            | Self::ConsentRequired(text)
            | Self::KeychainUnavailable(text)
            | Self::KeychainTimedOut(text)
            | Self::InvalidAccount(text)
            | Self::AlreadyExists(text)
            | Self::TimedOut(text)
            | Self::LimitsExceeded(text)
            | Self::NotSupported(text)
            | Self::Failed(text) => text,
        }
    }

    /// Returns the code on the wire, without the common beginning.
    fn code(&self) -> &'static str {
        match self {
            Self::Bus(_) => "Bus",
            Self::NotFound(_) => "NotFound",
            Self::Ambiguous(..) => "Ambiguous",
            Self::Locked(_) => "Locked",
            Self::AccessDenied(_) => "AccessDenied",
            Self::ConsentRequired(_) => "ConsentRequired",
            Self::KeychainUnavailable(_) => "KeychainUnavailable",
            Self::KeychainTimedOut(_) => "KeychainTimedOut",
            Self::InvalidAccount(_) => "InvalidAccount",
            Self::AlreadyExists(_) => "AlreadyExists",
            Self::TimedOut(_) => "TimedOut",
            Self::LimitsExceeded(_) => "LimitsExceeded",
            Self::NotSupported(_) => "NotSupported",
            Self::Failed(_) => "Failed",
        }
    }

    /// Returns the error for a code, or `None` for an unknown code.
    fn read(code: &str, text: String, message: &Message) -> Option<Self> {
        Some(match code {
            "NotFound" => Self::NotFound(text),
            "Ambiguous" => {
                let body = message.body();
                let read: Result<(String, Vec<Candidate>), _> = body.deserialize();
                Self::Ambiguous(text, read.map(|(_, accounts)| accounts).unwrap_or_default())
            }
            "Locked" => Self::Locked(text),
            "AccessDenied" => Self::AccessDenied(text),
            "ConsentRequired" => Self::ConsentRequired(text),
            "KeychainUnavailable" => Self::KeychainUnavailable(text),
            "KeychainTimedOut" => Self::KeychainTimedOut(text),
            "InvalidAccount" => Self::InvalidAccount(text),
            "AlreadyExists" => Self::AlreadyExists(text),
            "TimedOut" => Self::TimedOut(text),
            "LimitsExceeded" => Self::LimitsExceeded(text),
            "NotSupported" => Self::NotSupported(text),
            "Failed" => Self::Failed(text),
            _ => return None,
        })
    }
}

impl DBusError for Error {
    fn name(&self) -> ErrorName<'_> {
        ErrorName::from_string_unchecked(format!("{PREFIX}{}", self.code()))
    }

    fn description(&self) -> Option<&str> {
        Some(self.text())
    }

    fn create_reply(&self, call: &Header<'_>) -> zbus::Result<Message> {
        let reply = Message::error(call, self.name());
        match self {
            Self::Ambiguous(text, accounts) => reply.build(&(text, accounts)),
            _ => reply.build(&self.text()),
        }
    }
}

impl From<zbus::Error> for Error {
    fn from(error: zbus::Error) -> Self {
        let zbus::Error::MethodError(name, text, message) = &error else {
            return Self::Bus(error);
        };
        let code = name.as_str().strip_prefix(PREFIX);
        let text = text.clone().unwrap_or_default();
        code.and_then(|code| Self::read(code, text, message))
            .unwrap_or(Self::Bus(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the error that a client receives when the daemon returns `error`.
    fn sent(error: &Error) -> Error {
        let call = Message::method_call("/a", "B").build(&()).unwrap();
        let reply = error.create_reply(&call.header()).unwrap();
        Error::from(zbus::Error::from(reply))
    }

    #[test]
    fn the_code_is_the_name_on_the_wire() {
        let error = Error::KeychainUnavailable("none".into());
        assert_eq!(
            error.name().as_str(),
            "org.mfactl.Error.KeychainUnavailable"
        );
        assert_eq!(error.text(), "none");
    }

    #[test]
    fn each_error_arrives_as_it_was_sent() {
        let text = || "text".to_owned();
        for error in [
            Error::NotFound(text()),
            Error::Locked(text()),
            Error::AccessDenied(text()),
            Error::ConsentRequired(text()),
            Error::KeychainUnavailable(text()),
            Error::KeychainTimedOut(text()),
            Error::InvalidAccount(text()),
            Error::AlreadyExists(text()),
            Error::TimedOut(text()),
            Error::LimitsExceeded(text()),
            Error::NotSupported(text()),
            Error::Failed(text()),
        ] {
            let arrived = sent(&error);
            assert_eq!((arrived.code(), arrived.text()), (error.code(), "text"));
        }
    }

    #[test]
    fn the_accounts_that_were_meant_arrive_too() {
        let candidates = vec![("id".to_owned(), "aws (root)".to_owned())];
        let error = Error::Ambiguous("several".into(), candidates.clone());
        let Error::Ambiguous(text, arrived) = sent(&error) else {
            panic!("it is another error");
        };
        assert_eq!((&*text, arrived), ("several", candidates));
    }
}
