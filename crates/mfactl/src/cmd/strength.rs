//! How long a secret is: what is short was often not copied in full.

use mfa_core::secret::{SHORT_BITS, Secret, WEAK_BITS};
use mfa_core::uri;
use mfa_ipc::types::AccountFields;

use crate::error::{Error, Kind};

/// Refuses a secret that is too short, unless that is `wanted`; of one that is short it has something to
/// say.
pub(super) fn check(account: &AccountFields, wanted: bool) -> Result<Option<String>, Error> {
    match bits(account) {
        Some(bits @ ..WEAK_BITS) if !wanted => {
            let text = format!(
                "the secret has only {bits} bits: whoever sees a few of its codes can find it out"
            );
            Err(Error::new(Kind::Other, text)
                .hint("Was all of it typed or copied? To add it all the same: --weak"))
        }
        Some(bits @ ..SHORT_BITS) => Ok(Some(format!(
            "the secret has only {bits} bits; most services give 80 to 256. Was all of it copied?"
        ))),
        _ => Ok(None),
    }
}

/// What an import remarks of one that is short.
pub(super) fn remark(account: &AccountFields) -> Option<String> {
    let bits = bits(account).filter(|bits| *bits < SHORT_BITS)?;
    Some(format!("its secret has only {bits} bits"))
}

/// How long the secret is; nothing if it is none, which the daemon explains.
fn bits(account: &AccountFields) -> Option<usize> {
    let secret = match (&account.uri, &account.secret) {
        (Some(link), _) => uri::parse(link).ok()?.secret,
        (None, Some(text)) => Secret::from_base32(text).ok()?,
        (None, None) => return None,
    };
    Some(secret.bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(secret: &str) -> AccountFields {
        AccountFields {
            secret: Some(secret.to_owned().into()),
            ..AccountFields::default()
        }
    }

    #[test]
    fn short_secrets_are_told_from_weak_ones() {
        let weak = account("JBSWY3D");
        let error = check(&weak, false).unwrap_err().to_string();
        assert!(
            error.contains("32 bits") && error.contains("--weak"),
            "{error}"
        );
        assert!(check(&weak, true).unwrap().is_some());
        assert!(check(&account("JBSWY3DP"), false).unwrap().is_some());
        assert!(
            check(&account("JBSWY3DPEHPK3PXP"), false)
                .unwrap()
                .is_none()
        );
        assert!(check(&account("no secret!"), false).unwrap().is_none());
        let link = AccountFields {
            uri: Some("otpauth://totp/a?secret=JBSWY3DP".to_owned().into()),
            ..AccountFields::default()
        };
        assert_eq!(
            remark(&link).as_deref(),
            Some("its secret has only 40 bits")
        );
    }
}
