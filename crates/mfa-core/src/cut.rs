//! Texts that are too long to be stored: other apps allow longer ones, and no account may be lost because of that.
//! The daemon cuts those of an import, and mfactl and the tray cut those of a single account.

use crate::account::{MAX_FIELD, MAX_NAME};
use crate::change::AccountChange;
use crate::{naming, uri};

/// Cuts texts that are too long to be stored, and returns a remark for each.
pub fn cut(account: &mut AccountChange) -> Vec<String> {
    // What a link says is read when the account is created, unless it is too long.
    if let Some(link) = account.uri.as_ref().and_then(|link| uri::parse(link).ok()) {
        let long = |text: String| (text.chars().count() > MAX_FIELD).then_some(text);
        account.issuer = account.issuer.take().or_else(|| long(link.issuer));
        account.username = account.username.take().or_else(|| long(link.username));
    }
    let texts = [
        ("name", &mut account.name, MAX_NAME),
        ("issuer", &mut account.issuer, MAX_FIELD),
        ("user name", &mut account.username, MAX_FIELD),
    ];
    let is_long = |text: &String, max| text.chars().count() > max;
    let cut = texts.into_iter().filter_map(|(what, text, max)| {
        let text = text.as_mut().filter(|text| is_long(text, max))?;
        let cut = naming::fit(text, max);
        cut.then(|| naming::was_cut(what, max))
    });
    cut.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_too_long_are_cut_and_said() {
        let long = "x".repeat(MAX_FIELD + 1);
        let mut account = AccountChange {
            uri: Some(format!("otpauth://totp/Bank:{long}?secret=JBSWY3DP").into()),
            name: Some("n".repeat(MAX_NAME + 1)),
            ..AccountChange::default()
        };
        let remarks = cut(&mut account);
        let expected = [
            "name was cut to 64 characters",
            "user name was cut to 200 characters",
        ];
        assert_eq!(remarks, expected.map(|text| format!("its {text}")));
        assert!(account.issuer.is_none(), "the link says it");
        assert!(cut(&mut account).is_empty());
    }
}
