//! What the extension is told.

use serde::Serialize;
use zeroize::Zeroizing;

use crate::accounts::Offered;

/// An answer, without its number. It may hold a code, so it cannot be printed.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Answer {
    /// The accounts that may be used on the site, the likely ones first.
    Accounts {
        /// The accounts.
        accounts: Vec<Offered>,
    },
    /// A code.
    Code {
        /// The code.
        code: Zeroizing<String>,
    },
    /// There is no answer.
    Error {
        /// What to tell the user.
        text: String,
    },
}

/// An answer with the number of its request.
#[derive(Serialize)]
struct Numbered<'a> {
    id: u64,
    #[serde(flatten)]
    answer: &'a Answer,
}

impl Answer {
    /// Returns the text of the answer to the request with this number.
    ///
    /// # Errors
    /// None that can happen: all of it is text.
    pub(crate) fn to_json(&self, id: u64) -> serde_json::Result<Zeroizing<Vec<u8>>> {
        serde_json::to_vec(&Numbered { id, answer: self }).map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(id: u64, answer: &Answer) -> String {
        String::from_utf8(answer.to_json(id).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn answers_repeat_the_number_of_their_request() {
        let code = Answer::Code {
            code: "012345".to_owned().into(),
        };
        assert_eq!(json(2, &code), r#"{"id":2,"type":"code","code":"012345"}"#);
        let error = Answer::Error {
            text: "a\n“b”".to_owned(),
        };
        let expected = r#"{"id":18446744073709551615,"type":"error","text":"a\n“b”"}"#;
        assert_eq!(json(u64::MAX, &error), expected);
        let none = Answer::Accounts {
            accounts: Vec::new(),
        };
        let expected = r#"{"id":0,"type":"accounts","accounts":[]}"#;
        assert_eq!(json(0, &none), expected);
    }
}
