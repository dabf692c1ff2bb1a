//! The validity of codes, as text and as JSON; and an account with its code, as `get` and `list` print it.

use mfa_core::Account;
use mfa_ipc::types::IssuedCode;
use serde::Serialize;

/// The validity of a code in Unix seconds; `null` for a counter-based one.
#[derive(Serialize)]
pub(super) struct Validity {
    valid_from: Option<u64>,
    valid_until: Option<u64>,
}

impl Validity {
    pub(super) fn of(code: &IssuedCode) -> Self {
        let timed = code.valid_until > 0;
        Self {
            valid_from: timed.then_some(code.valid_from),
            valid_until: timed.then_some(code.valid_until),
        }
    }
}

/// An account as JSON, with a code if one was asked for.
#[derive(Serialize)]
pub(super) struct WithCode<'a> {
    #[serde(flatten)]
    account: &'a Account,
    #[serde(flatten)]
    current: Option<Current<'a>>,
}

/// A code, and how long it is valid.
#[derive(Serialize)]
struct Current<'a> {
    code: &'a str,
    #[serde(flatten)]
    validity: Validity,
    remaining: Option<u64>,
}

impl<'a> WithCode<'a> {
    pub(super) fn new(account: &'a Account, code: Option<&'a IssuedCode>, now: u64) -> Self {
        let current = |code: &'a IssuedCode| Current {
            code: &code.code,
            validity: Validity::of(code),
            remaining: remaining(code, now),
        };
        Self {
            account,
            current: code.map(current),
        }
    }
}

/// Returns how many seconds a code is still valid for, or `None` for a counter-based one.
pub(super) fn remaining(code: &IssuedCode, now: u64) -> Option<u64> {
    (code.valid_until > 0).then(|| code.valid_until.saturating_sub(now))
}

/// Returns the time in Unix seconds.
pub(super) fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |time| time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(valid_from: u64, valid_until: u64) -> IssuedCode {
        IssuedCode {
            code: "123456".to_owned().into(),
            valid_from,
            valid_until,
        }
    }

    #[test]
    fn a_code_that_has_run_out_is_valid_for_no_second_more() {
        assert_eq!(remaining(&code(30, 60), 31), Some(29));
        assert_eq!(remaining(&code(30, 60), 60), Some(0));
        assert_eq!(remaining(&code(30, 60), 90), Some(0));
    }

    #[test]
    fn a_counter_based_code_has_no_times() {
        assert_eq!(remaining(&code(0, 0), 31), None);
        let json = serde_json::to_value(Validity::of(&code(0, 0))).unwrap();
        let nothing = serde_json::json!({"valid_from": null, "valid_until": null});
        assert_eq!(json, nothing);
    }
}
