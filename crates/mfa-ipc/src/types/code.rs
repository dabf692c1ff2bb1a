//! Codes, and the options of requests for codes.

use std::time::Duration;

use mfa_core::ledger::{self, Wish};
use zeroize::Zeroizing;

use crate::Error;
use crate::dict::{Dict, Fields, Reader, Writer};

/// A code as `GetCode` returns it.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedCode {
    /// The code, with its leading zeros.
    pub code: Zeroizing<String>,
    /// The first second at which the code is valid, in Unix time; 0 for a counter-based account.
    pub valid_from: u64,
    /// The first second at which the code is no longer valid, in Unix time; 0 for a counter-based
    /// account.
    pub valid_until: u64,
}

impl std::fmt::Debug for IssuedCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "IssuedCode(redacted, {}..{})",
            self.valid_from, self.valid_until
        )
    }
}

/// The maximum number of accounts in one call of `PeekCodes`.
pub const MAX_PEEKED: usize = 1000;

/// The options of `GetCode` and `GetCodes`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeOptions {
    /// Returns the code of the next step instead of the current one, without waiting.
    pub next: bool,
    /// Returns only a code that was never handed out before.
    pub fresh: bool,
    /// The number of seconds that the code must still be valid.
    pub min_remaining: Option<u32>,
    /// The number of seconds to wait at most; never more than 300.
    pub timeout: Option<u32>,
    /// Returns a code only to look at. It does not count as handed out.
    pub peek: bool,
}

impl CodeOptions {
    /// Returns the dictionary, without default values.
    #[must_use]
    pub fn to_dict(self) -> Fields<'static> {
        Writer::default()
            .put_some("next", self.next.then_some(true))
            .put_some("fresh", self.fresh.then_some(true))
            .put_some("min-remaining", self.min_remaining)
            .put_some("timeout", self.timeout)
            .put_some("peek", self.peek.then_some(true))
            .done()
    }

    /// Reads the dictionary.
    ///
    /// # Errors
    /// [`Error::NotSupported`] for an unknown field or a wrong type.
    pub fn from_dict(dict: Dict) -> Result<Self, Error> {
        let mut reader = Reader::new(dict);
        let options = Self {
            next: reader.take("next")?.unwrap_or(false),
            fresh: reader.take("fresh")?.unwrap_or(false),
            min_remaining: reader.take("min-remaining")?,
            timeout: reader.take("timeout")?,
            peek: reader.take("peek")?.unwrap_or(false),
        };
        reader.finish()?;
        Ok(options)
    }

    /// Returns the time that the daemon may wait before it replies.
    pub(crate) fn wait(self) -> Duration {
        let timeout = self.timeout.map_or(ledger::DEFAULT_TIMEOUT, u64::from);
        Duration::from_secs(timeout.min(ledger::MAX_TIMEOUT))
    }

    /// Returns the wish for `count` codes.
    #[must_use]
    pub fn wish(self, count: u32) -> Wish {
        Wish {
            count,
            next: self.next,
            fresh: self.fresh,
            min_remaining: self.min_remaining.unwrap_or(0).into(),
            timeout: self.timeout.map_or(ledger::DEFAULT_TIMEOUT, u64::from),
            peek: self.peek,
        }
    }
}
