//! Codes that are handed out together.

use mfa_core::otp::Code;

/// A code and those of the steps after it: never none.
pub(crate) struct CodeSeries {
    /// The first code.
    pub(crate) first: Code,
    following: Vec<Code>,
}

impl CodeSeries {
    /// Makes a series of `count` codes, at least one. `code` makes each by its place in the series.
    pub(super) fn of<E>(
        count: u32,
        mut code: impl FnMut(u64) -> Result<Code, E>,
    ) -> Result<Self, E> {
        Ok(Self {
            first: code(0)?,
            following: (1..u64::from(count)).map(code).collect::<Result<_, _>>()?,
        })
    }

    /// Returns all codes, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Code> {
        std::iter::once(&self.first).chain(&self.following)
    }
}
