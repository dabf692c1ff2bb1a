//! The deletion of an account, as long as anybody may still have it.
//!
//! It keeps how far the account was counted. If an edit elsewhere brings the account back, its counter must not be the
//! one that the other computer had: the service takes no code twice.

use data_encoding::HEXLOWER;
use serde_json::Value;

use super::marks::{MAX_TIME, Marks, Print};

/// The deletion of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deletion {
    /// When it was deleted.
    pub time: u64,
    /// The fingerprint of the secret that it had, if that is known. An account with the same id and another secret is not
    /// the one that was deleted.
    print: Option<Print>,
    /// The largest counter that it is known to have had, if it had one.
    counter: Option<u64>,
}

impl Deletion {
    /// A deletion of which only the time is known.
    #[must_use]
    pub fn at(time: u64) -> Self {
        Self {
            time: time.min(MAX_TIME),
            print: None,
            counter: None,
        }
    }

    /// A deletion at a time, of an account of which this was known.
    #[must_use]
    pub fn after(marks: &Marks, time: u64) -> Self {
        Self::at(time.max(marks.top() + 1)).or(marks, None)
    }

    /// Returns the deletion of an account that was counted so far.
    #[must_use]
    pub fn counted(self, counter: Option<u64>) -> Self {
        let counter = self.counter.max(counter);
        Self { counter, ..self }
    }

    /// Returns the deletion as JSON: `[time, "a fingerprint"]`, and the counter if there is one.
    #[must_use]
    pub fn to_json(self) -> Value {
        let print = self.print.map(|print| HEXLOWER.encode(&print));
        let mut all = vec![Value::from(self.time), print.into()];
        all.extend(self.counter.map(Value::from));
        all.into()
    }

    /// Reads what [`to_json`](Self::to_json) has written.
    #[must_use]
    pub fn from_json(json: &Value) -> Option<Self> {
        let print = json.get(1).and_then(Value::as_str);
        let print = print.and_then(|print| HEXLOWER.decode(print.as_bytes()).ok());
        Some(Self {
            time: json.get(0)?.as_u64()?.min(MAX_TIME),
            print: print.and_then(|print| Print::try_from(print).ok()),
            counter: json.get(2).and_then(Value::as_u64),
        })
    }

    /// The deletion of an account of which this was known.
    pub(super) fn of(marks: &Marks) -> Self {
        Self::after(marks, 0)
    }

    /// Returns the deletion with the secret and the counter that were known, if it does not say itself which secret it
    /// was, or means the same one.
    pub(super) fn or(self, marks: &Marks, counter: Option<u64>) -> Self {
        let known = marks.secret();
        let print = self.print.or(known);
        let counter = counter.filter(|_| print == known);
        Self { print, ..self }.counted(counter)
    }

    /// Returns what two deletions of one account say together: the later one, and how far either was counted.
    pub(super) fn with(self, other: Self) -> Self {
        let is_same = self.print.is_none() || other.print.is_none() || self.print == other.print;
        let (later, earlier) = (self.max(other), self.min(other));
        later.counted(earlier.counter.filter(|_| is_same))
    }

    /// Returns whether it is known which secret the account had.
    pub(super) fn is_certain(self) -> bool {
        self.print.is_some()
    }

    /// Returns whether it is later than the last change, and about this secret.
    pub(super) fn kills(self, alive: u64, secret: &Print) -> bool {
        self.time > alive && self.print.is_none_or(|print| print == *secret)
    }

    /// Returns whether it is known how far the account was counted.
    pub(super) fn is_counted(self) -> bool {
        self.counter.is_some()
    }

    /// Returns how far the account with this secret was counted, if that is known.
    pub(super) fn counter(self, secret: &Print) -> Option<u64> {
        self.counter.filter(|_| self.print == Some(*secret))
    }

    /// Returns whether an account with this secret may be the one that was deleted.
    pub(super) fn may_be_of(self, secret: &Print) -> bool {
        self.print.is_none_or(|print| print == *secret)
    }
}
