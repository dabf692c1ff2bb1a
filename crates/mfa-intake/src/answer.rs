//! The answer of mfa-import, which is JSON; its documentation says what is in it.

use mfa_ipc::types::AccountFields;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{Decoded, Part, Skipped};

#[derive(Deserialize)]
struct Answer {
    format: String,
    what: String,
    accounts: Vec<Account>,
    skipped: Vec<Skipped>,
    parts: Vec<Part>,
}

#[derive(Deserialize)]
struct Account {
    r#type: String,
    issuer: String,
    username: String,
    name: String,
    secret: String,
    pin: Option<String>,
    algorithm: String,
    digits: u32,
    period: Option<u32>,
    counter: Option<u64>,
    tags: Vec<String>,
    note: String,
    pinned: bool,
}

/// Reads the answer.
pub(crate) fn read(json: &[u8]) -> Result<Decoded, serde_json::Error> {
    let answer: Answer = serde_json::from_slice(json)?;
    Ok(Decoded {
        format: answer.format,
        what: answer.what,
        accounts: answer.accounts.into_iter().map(Into::into).collect(),
        skipped: answer.skipped,
        parts: answer.parts,
    })
}

impl From<Account> for AccountFields {
    /// Leaves out what is the default: the daemon takes so many bytes at once, and some types have
    /// nothing else.
    fn from(account: Account) -> Self {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        let fixed = !["totp", "hotp"].contains(&account.r#type.as_str());
        Self {
            uri: None,
            secret: Some(Zeroizing::new(account.secret)),
            pin: account.pin.map(Zeroizing::new),
            name: some(account.name),
            issuer: some(account.issuer),
            username: some(account.username),
            algorithm: Some(account.algorithm).filter(|name| !fixed && name != "SHA1"),
            digits: Some(account.digits).filter(|digits| !fixed && *digits != 6),
            period: account.period.filter(|period| *period != 30),
            counter: account.counter,
            kind: Some(account.r#type).filter(|kind| kind != "totp"),
            tags: Some(account.tags).filter(|tags| !tags.is_empty()),
            pinned: account.pinned.then_some(true),
            note: some(account.note),
            serial: None,
            duplicate: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#"{"schema":1,"format":"otpauth","what":"a text","accounts":[
        {"type":"hotp","issuer":"GitHub","username":"jane","name":"","secret":"JBSWY3DPEHPK3PXP",
         "algorithm":"SHA256","digits":8,"period":null,"counter":3,"tags":["a"],"note":"n","pinned":true},
        {"type":"steam","issuer":"Steam","username":"joe","name":"s","secret":"JBSWY3DPEHPK3PXP",
         "algorithm":"SHA1","digits":5,"period":null,"counter":null,"tags":[],"note":"","pinned":false}],
        "skipped":[{"name":"line 3","reason":"no secret"},
         {"name":"QR code 2 of 2","reason":"missing","part":{"batch":-1,"number":2,"of":2}}],
        "parts":[{"batch":-1,"number":1,"of":2}],"new":0}"#;

    #[test]
    fn what_is_said_is_kept_and_what_is_usual_is_left_out() {
        let decoded = read(ANSWER.as_bytes()).unwrap();
        assert_eq!((&*decoded.format, &*decoded.what), ("otpauth", "a text"));
        let [github, steam] = &decoded.accounts[..] else {
            panic!("there are two accounts");
        };
        assert_eq!(github.to_dict().len(), 10);
        assert_eq!((github.digits, github.counter), (Some(8), Some(3)));
        let mut fields: Vec<_> = steam.to_dict().into_keys().collect();
        fields.sort_unstable();
        assert_eq!(fields, ["issuer", "name", "secret", "type", "username"]);
        assert_eq!(decoded.skipped[0].part, None);
        assert_eq!(decoded.skipped[1].part.map(|part| part.number), Some(2));
        assert_eq!(decoded.parts[0].batch, -1);
    }

    #[test]
    fn another_answer_is_refused_without_showing_it() {
        let error = read(br#"{"format":"PRIVATE"}"#).err().unwrap();
        assert!(!error.to_string().contains("PRIVATE"), "{error}");
    }
}
