//! Links in the form that most apps read.

use mfa_core::account::Kind;
use mfa_core::item::Entry;
use mfa_core::{Secret, uri};
use zeroize::Zeroizing;

/// Returns the link of an account.
///
/// mfa-core marks Steam by `encoder=steam`, which KeePassXC reads. Aegis and Ente read the type `steam`, so the link has
/// both.
pub(crate) fn of(entry: &Entry) -> Zeroizing<String> {
    let link = uri::print(&entry.account, &entry.secret);
    match (entry.account.kind, link.strip_prefix("otpauth://totp/")) {
        (Kind::Steam, Some(rest)) => Zeroizing::new(format!("otpauth://steam/{rest}")),
        _ => link,
    }
}

/// Returns the link that Bitwarden and Proton know for Steam. It has nothing but the secret.
pub(crate) fn bare_steam(secret: &Secret) -> Zeroizing<String> {
    Zeroizing::new(format!("steam://{}", *secret.to_base32()))
}
