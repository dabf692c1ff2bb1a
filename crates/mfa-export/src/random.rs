//! Random bytes and ids.

use mfa_core::AccountId;

use crate::failure::Failure;

/// Returns random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Failure::Random)?;
    Ok(bytes)
}

/// Returns a random UUID, for what is not an account: a group or a folder.
pub(crate) fn uuid() -> Result<String, Failure> {
    Ok(AccountId::from_random(bytes()?).to_string())
}
