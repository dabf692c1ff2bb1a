//! The answer of mfa-import. One of another version must not be half understood: accounts would be lost or wrong.

use mfa_helper::import::{Answer, SCHEMA};
use serde::Deserialize;

use crate::{Decoded, Error};

/// The field that each version has.
#[derive(Deserialize)]
struct Version {
    schema: u32,
}

/// Reads an answer.
pub(crate) fn read(answer: &[u8]) -> Result<Decoded, Error> {
    let Version { schema } = serde_json::from_slice(answer).map_err(Error::Answer)?;
    if schema != SCHEMA {
        return Err(Error::Version(schema));
    }
    let answer = serde_json::from_slice::<Answer>(answer);
    answer.map(Decoded::from).map_err(Error::Answer)
}

impl From<Answer> for Decoded {
    fn from(answer: Answer) -> Self {
        Self {
            format: answer.format,
            what: answer.what,
            accounts: answer.accounts,
            skipped: answer.skipped,
            parts: answer.parts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_another_version_is_refused() {
        let ours = br#"{"schema":1,"format":"f","what":"w","accounts":[],"skipped":[],"parts":[],"new":0}"#;
        assert_eq!(
            read(ours).ok().map(|found| found.what).as_deref(),
            Some("w")
        );
        let error = |answer: &[u8]| read(answer).err();
        let newer = error(br#"{"schema":2,"entries":[]}"#);
        assert!(matches!(newer, Some(Error::Version(2))));
        let text = newer.map(|error| error.to_string()).unwrap_or_default();
        assert!(text.ends_with("Install both from one release."), "{text}");
        for invalid in [&br#"{"schema":1}"#[..], b"{}", b""] {
            assert!(matches!(error(invalid), Some(Error::Answer(_))));
        }
    }
}
