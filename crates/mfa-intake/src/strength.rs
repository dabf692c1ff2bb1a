//! The length of a secret: a short one was often not copied in full. mfactl and the tray judge it alike.

use mfa_core::AccountChange;
use mfa_core::secret::{SHORT_BITS, Secret, WEAK_BITS};
use mfa_core::uri;

/// A secret of fewer bits than services use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    bits: usize,
}

/// Returns the length of the secret if it is short. A text that is not a secret has none: the daemon explains it.
#[must_use]
pub fn short(account: &AccountChange) -> Option<Short> {
    let secret = match (&account.uri, &account.secret) {
        (Some(link), _) => uri::parse(link).ok()?.secret,
        (None, Some(text)) => Secret::from_base32(text).ok()?,
        (None, None) => return None,
    };
    let bits = Some(secret.bits()).filter(|bits| *bits < SHORT_BITS)?;
    Some(Short { bits })
}

impl Short {
    /// Returns why the account must not be added unless the user insists: a sentence without its end.
    #[must_use]
    pub fn objection(self) -> Option<String> {
        let bits = Some(self.bits).filter(|bits| *bits < WEAK_BITS)?;
        Some(format!(
            "the secret has only {bits} bits: anyone who sees a few of its codes can work it out"
        ))
    }

    /// Returns a remark on an account that is added: a sentence without its end.
    #[must_use]
    pub fn remark(self) -> String {
        let bits = self.bits;
        format!(
            "the secret has only {bits} bits, but most services use 80 to 256: check that it is complete"
        )
    }

    /// Returns a remark on one of several accounts, which fits into a table.
    #[must_use]
    pub fn short_remark(self) -> String {
        format!("its secret has only {} bits", self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(secret: &str) -> Option<Short> {
        short(&AccountChange {
            secret: Some(secret.to_owned().into()),
            ..AccountChange::default()
        })
    }

    #[test]
    fn short_secrets_are_told_from_weak_ones() {
        let weak = of("JBSWY3D").unwrap();
        assert!(weak.objection().unwrap().contains("only 32 bits:"));
        assert!(weak.remark().contains("only 32 bits,"));
        let short = of("JBSWY3DP").unwrap();
        assert_eq!(short.objection(), None);
        assert!(short.remark().contains("only 40 bits,"));
        assert_eq!(of("JBSWY3DPEHPK3PXP"), None);
        assert_eq!(of("no secret!"), None);
    }

    #[test]
    fn the_secret_of_a_link_counts_too() {
        let link = short(&AccountChange {
            uri: Some("otpauth://totp/a?secret=JBSWY3DP".to_owned().into()),
            ..AccountChange::default()
        });
        let remark = link.unwrap().short_remark();
        assert_eq!(remark, "its secret has only 40 bits");
        assert_eq!(short(&AccountChange::default()), None);
    }
}
