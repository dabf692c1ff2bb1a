//! What OpenVPN says on its management socket, a line each, and how it is answered (management-notes.txt of OpenVPN).
//!
//! Some of the texts are those of the server. So nothing of a line is taken for granted, and what is not understood is
//! passed over.

use data_encoding::BASE64;
use zeroize::Zeroizing;

/// Asks for the user name and the password of the server.
const AUTH: &str = "Need 'Auth' username/password";
/// Asks for the passphrase of the private key.
const KEY: &str = "Need 'Private Key' password";
/// The flag of a static challenge by which the code is a part of the password.
const CONCATENATED: u32 = 2;

/// A line of OpenVPN.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// OpenVPN waits until it is told to begin.
    Hold,
    /// OpenVPN needs the user name and the password, and a code as the form says.
    Auth(Form),
    /// OpenVPN needs the passphrase of the private key.
    Key,
    /// OpenVPN needs the password of something else, such as a proxy.
    Unknown,
    /// The server has refused, or wants a code next.
    Failed(Option<Challenge>),
    /// The tunnel is there.
    Connected,
    /// OpenVPN ends. The text says why.
    Fatal(String),
    /// OpenVPN did not accept what we said.
    Refused,
    /// Anything else.
    Other,
}

/// How the code comes to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// There is no challenge: the server wants the password alone, or asks for the code afterwards.
    Alone,
    /// A static challenge: beside the password.
    Beside,
    /// A static challenge: behind the password, without anything between them.
    Behind,
}

/// A dynamic challenge: what the server wants to see again with the code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    pub(super) state: String,
    pub(super) username: String,
    /// Whether the server wants an answer.
    pub(super) wants_answer: bool,
}

impl Message {
    /// Reads a line.
    pub(super) fn read(line: &str) -> Self {
        if line.starts_with("ERROR:") {
            return Self::Refused;
        }
        let Some((kind, text)) = line.strip_prefix('>').and_then(|rest| rest.split_once(':'))
        else {
            return Self::Other;
        };
        match kind {
            "HOLD" => Self::Hold,
            "PASSWORD" => password(text),
            "STATE" if text.split(',').nth(1) == Some("CONNECTED") => Self::Connected,
            "FATAL" => Self::Fatal(text.to_owned()),
            _ => Self::Other,
        }
    }
}

fn password(text: &str) -> Message {
    if let Some(rest) = text.strip_prefix(AUTH) {
        return Message::Auth(form(rest.trim_start()));
    }
    if text.starts_with(KEY) {
        return Message::Key;
    }
    if text.starts_with("Need '") {
        return Message::Unknown;
    }
    match text.strip_prefix("Verification Failed: '") {
        Some(rest) => Message::Failed(challenge(rest)),
        // A token for the next connection, which is a secret of OpenVPN, for example.
        None => Message::Other,
    }
}

/// Reads `SC:1,Text`.
fn form(text: &str) -> Form {
    let flags = text
        .strip_prefix("SC:")
        .and_then(|rest| rest.split_once(','));
    match flags.map(|(flags, _)| flags.parse::<u32>().unwrap_or(0)) {
        None => Form::Alone,
        Some(flags) if flags & CONCATENATED != 0 => Form::Behind,
        Some(_) => Form::Beside,
    }
}

/// Reads `Auth' ['CRV1:R,E:STATE:BASE64:Text']`.
fn challenge(text: &str) -> Option<Challenge> {
    let (_, rest) = text.split_once("['CRV1:")?;
    let mut parts = rest.splitn(4, ':');
    let (flags, state, username) = (parts.next()?, parts.next()?, parts.next()?);
    let username = BASE64.decode(username.as_bytes()).ok()?;
    let state = Some(state.to_owned()).filter(|state| !state.is_empty())?;
    Some(Challenge {
        state,
        username: String::from_utf8(username).ok()?,
        wants_answer: flags.split(',').any(|flag| flag == "R"),
    })
}

/// Returns what the server takes for a password with a code.
pub(super) fn with_code(form: Form, password: &str, code: &str) -> Zeroizing<String> {
    let text = |text: &str| Zeroizing::new(BASE64.encode(text.as_bytes()));
    Zeroizing::new(match form {
        Form::Alone => password.to_owned(),
        Form::Beside => format!("SCRV1:{}:{}", *text(password), *text(code)),
        Form::Behind => format!("{password}{code}"),
    })
}

/// Returns what the server takes for the answer to a dynamic challenge.
pub(super) fn response(challenge: &Challenge, code: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("CRV1::{}::{code}", challenge.state))
}

/// Returns the line that gives OpenVPN a value, or `None` if the value cannot be in a line.
pub(super) fn line(command: &str, kind: &str, value: &str) -> Option<Zeroizing<String>> {
    let mut line = String::with_capacity(command.len() + kind.len() + 2 * value.len() + 8);
    line.push_str(&format!("{command} \"{kind}\" \""));
    for c in value.chars() {
        match c {
            '"' | '\\' => line.extend(['\\', c]),
            c if c.is_control() => return None,
            c => line.push(c),
        }
    }
    line.push_str("\"\n");
    Some(Zeroizing::new(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of OpenVPN that have no parts.
    const PLAIN: [(&str, Message); 9] = [
        (">HOLD:Waiting for hold release:0", Message::Hold),
        (">PASSWORD:Need 'Private Key' password", Message::Key),
        (
            ">PASSWORD:Need 'HTTP Proxy' username/password",
            Message::Unknown,
        ),
        (">PASSWORD:Auth-Token:secret", Message::Other),
        (
            ">STATE:1,CONNECTED,SUCCESS,10.8.0.2,,,,",
            Message::Connected,
        ),
        (">STATE:1,RECONNECTING,CONNECTED,,", Message::Other),
        ("ERROR: unknown command", Message::Refused),
        ("PASSWORD:Need 'Auth' username/password", Message::Other),
        ("", Message::Other),
    ];

    #[test]
    fn what_openvpn_needs_is_read() {
        for (line, message) in PLAIN {
            assert_eq!(Message::read(line), message, "{line}");
        }
        for (more, form) in [
            ("", Form::Alone),
            (" SC:1,Code", Form::Beside),
            (" SC:0,a,b", Form::Beside),
            (" SC:3,Code", Form::Behind),
        ] {
            let line = format!(">PASSWORD:Need 'Auth' username/password{more}");
            assert_eq!(Message::read(&line), Message::Auth(form), "{line}");
        }
        let fatal = Message::Fatal("it is over".into());
        assert_eq!(Message::read(">FATAL:it is over"), fatal);
    }

    #[test]
    fn a_dynamic_challenge_is_read() {
        let failed = ">PASSWORD:Verification Failed: 'Auth'";
        let read = |more: &str| Message::read(&format!("{failed}{more}"));
        let challenge = Challenge {
            state: "a+/1".into(),
            username: "jane".into(),
            wants_answer: true,
        };
        let found = read(" ['CRV1:R,E:a+/1:amFuZQ==:Code: please']");
        assert_eq!(found, Message::Failed(Some(challenge)));
        assert_eq!(read(""), Message::Failed(None));
        assert_eq!(read(" ['no']"), Message::Failed(None));
    }

    #[test]
    fn a_challenge_that_is_damaged_is_none() {
        for text in [
            "R:s:amFuZQ==",
            "R:s:%%:x",
            "R::amFuZQ==:x",
            "R:s:/w==:x",
            "",
        ] {
            let line = format!(">PASSWORD:Verification Failed: 'Auth' ['CRV1:{text}']");
            assert_eq!(Message::read(&line), Message::Failed(None), "{text}");
        }
        let notice = Message::read(">PASSWORD:Verification Failed: 'Auth' ['CRV1:E:s:amFuZQ==:x']");
        assert!(matches!(notice, Message::Failed(Some(challenge)) if !challenge.wants_answer));
    }

    #[test]
    fn the_code_comes_in_the_form_that_is_asked_for() {
        assert_eq!(*with_code(Form::Alone, "pw", "123"), "pw");
        assert_eq!(*with_code(Form::Beside, "pw", "123"), "SCRV1:cHc=:MTIz");
        assert_eq!(*with_code(Form::Behind, "pw", "123"), "pw123");
        let challenge = Challenge {
            state: "s".into(),
            username: String::new(),
            wants_answer: true,
        };
        assert_eq!(*response(&challenge, "123"), "CRV1::s::123");
    }

    #[test]
    fn a_value_cannot_end_its_line() {
        let line = |value| line("password", "Auth", value).map(|line| line.to_string());
        assert_eq!(line("a b"), Some("password \"Auth\" \"a b\"\n".to_owned()));
        assert_eq!(
            line("\"\\"),
            Some("password \"Auth\" \"\\\"\\\\\"\n".to_owned())
        );
        assert_eq!(line("a\nsignal SIGTERM"), None);
        assert_eq!(line("a\0"), None);
    }
}
