//! What the extension may ask.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::error::Error;

/// A request, without its number.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Request {
    /// The accounts that may be used on a site.
    Accounts {
        /// The name of the host.
        site: String,
    },
    /// A code of an account, for a site.
    Code {
        /// The name of the host.
        site: String,
        /// The id of the account.
        account: String,
    },
}

/// What is read of a message before the rest: the answer repeats it, whatever else is wrong.
#[derive(Deserialize)]
struct Numbered {
    id: u64,
}

/// Reads a message. Returns its number, 0 if it has none, and the request.
pub(crate) fn read(message: &[u8]) -> (u64, Result<Request, Error>) {
    // First as a whole: what is not used would not be looked at otherwise.
    let Ok(message) = std::str::from_utf8(message) else {
        return (0, Err(Error::NoJson));
    };
    if serde_json::from_str::<IgnoredAny>(message).is_err() {
        return (0, Err(Error::NoJson));
    }
    match serde_json::from_str::<Numbered>(message) {
        Ok(Numbered { id }) => {
            let request = serde_json::from_str(message);
            (id, request.map_err(|_| Error::NotKnown))
        }
        Err(_) => (0, Err(Error::NoNumber)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read() {
        let site = || "a.example".to_owned();
        let (id, accounts) = read(br#"{"id":1,"type":"accounts","site":"a.example"}"#);
        assert_eq!(id, 1);
        assert_eq!(accounts.unwrap(), Request::Accounts { site: site() });
        let most = u64::MAX;
        let code =
            format!(r#"{{"account":"x","site":"a.example","type":"code","id":{most},"new":[1]}}"#);
        let (id, code) = read(code.as_bytes());
        assert_eq!(id, most);
        let expected = Request::Code {
            site: site(),
            account: "x".to_owned(),
        };
        assert_eq!(code.unwrap(), expected);
    }

    #[test]
    fn what_is_no_request_is_an_error_with_its_number() {
        for message in [
            r#"{"id":7,"type":"secret","site":"a.example"}"#,
            r#"{"id":7,"type":"code","site":"a.example"}"#,
            r#"{"id":7,"type":"accounts","site":5}"#,
            r#"{"id":7}"#,
        ] {
            let (id, request) = read(message.as_bytes());
            assert_eq!(id, 7, "{message}");
            assert!(matches!(request, Err(Error::NotKnown)), "{message}");
        }
    }

    #[test]
    fn what_has_no_number_or_is_no_json_is_an_error_too() {
        for message in [
            r#"{"type":"accounts","site":"a.example"}"#,
            r#"{"id":-1,"type":"accounts","site":"a.example"}"#,
            r#"{"id":1.5,"type":"accounts","site":"a.example"}"#,
            "[]",
            "5",
        ] {
            let read = read(message.as_bytes());
            assert!(matches!(read, (0, Err(Error::NoNumber))), "{message}");
        }
        for message in [
            &b"{"[..],
            b"hello",
            b"\xff\xfe",
            b"{\"id\":1,\"type\":\"\xff\"}",
            b"{\"id\":1} {\"id\":2}",
        ] {
            assert!(matches!(read(message), (0, Err(Error::NoJson))));
        }
    }
}
