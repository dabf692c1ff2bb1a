//! A secret that is too short is refused, unless the user wants it: `--weak`.

use mfa_core::AccountChange;

use crate::error::{Error, Kind};

/// Refuses a secret that is too short, unless it is `wanted`. Returns a remark on a secret that is merely
/// short.
pub(super) fn check(account: &AccountChange, wanted: bool) -> Result<Option<String>, Error> {
    let Some(short) = mfa_intake::short(account) else {
        return Ok(None);
    };
    match short.objection() {
        Some(text) if !wanted => Err(Error::new(Kind::Other, text)
            .hint("Check that the secret is complete. To add it anyway: --weak")),
        _ => Ok(Some(short.remark())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_secret_has_to_be_wanted() {
        let account = |secret: &str| AccountChange {
            secret: Some(secret.to_owned().into()),
            ..AccountChange::default()
        };
        let weak = account("JBSWY3D");
        let error = check(&weak, false).unwrap_err().to_string();
        assert!(
            error.contains("32 bits") && error.contains("--weak"),
            "{error}"
        );
        assert!(check(&weak, true).unwrap().is_some());
        assert!(check(&account("JBSWY3DP"), false).unwrap().is_some());
        let long = check(&account("JBSWY3DPEHPK3PXP"), false);
        assert!(long.unwrap().is_none());
    }
}
