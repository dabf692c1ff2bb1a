//! The formats, one file each, and their table.
//!
//! To add a format, add a file with a type that implements [`Format`], and a line in [`FORMATS`].
//!
//! These known formats are not supported: files encrypted with OpenPGP (andOTP, Proton Pass, WinAuth),
//! KeePass databases with a key file, the first version of OTPClient's database, which has no signature, the
//! archive of OTP Auth for iOS, and SQLCipher databases (Authenticator Plus).

mod aegis;
mod andotp;
mod archive;
mod authy;
mod battlenet;
mod bitwarden;
mod cotp;
mod database;
mod duo;
mod ente;
mod extract_otp_secrets;
mod freeotp;
mod google;
mod html;
mod keepass;
mod lastpass;
mod onepassword;
mod otpauth;
mod otpclient;
mod packed;
mod prefs;
mod proton;
mod proton_pass;
mod qr;
mod raivo;
mod steam;
mod stratum;
mod table;
mod totp_authenticator;
mod twofas;
mod xml;

pub(crate) use google::Google;

use crate::damage::Damage;
use crate::error::Error;
use crate::found::Found;

/// A file format.
pub trait Format: Sync {
    /// Returns the name of the format, on the command line and in the answer.
    fn name(&self) -> &'static str;

    /// Returns the title of the format, for people. It names the app before the first comma, colon or
    /// bracket.
    fn title(&self) -> &'static str;

    /// Returns the first part of the title.
    fn brief(&self) -> &'static str {
        let title = self.title();
        let end = title.find([',', ':', '(']).unwrap_or(title.len());
        title[..end].trim_end()
    }

    /// Checks whether a file looks like this format.
    fn detect(&self, bytes: &[u8]) -> bool;

    /// Reads a file. The password is needed only if the file is encrypted.
    ///
    /// # Errors
    /// If the file contains nothing that can be read. [`Found::skipped`] lists entries that cannot be used.
    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error>;

    /// Reads a file that must contain an entry.
    ///
    /// # Errors
    /// As [`decode`](Self::decode), and if there is no entry.
    fn read(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        let found = self.decode(bytes, password)?;
        if found.accounts.is_empty() && found.skipped.is_empty() {
            return Err(Damage::Empty.into());
        }
        Ok(found)
    }
}

/// All formats, in the order in which they are tried: the most specific first.
pub static FORMATS: &[&dyn Format] = &[
    &qr::Qr,
    &aegis::Aegis,
    &twofas::TwoFas,
    &ente::Ente,
    &bitwarden::Bitwarden,
    &proton::Proton,
    &andotp::AndOtp,
    &freeotp::FreeOtp,
    &stratum::Stratum,
    &lastpass::LastPass,
    &duo::Duo,
    &steam::Steam,
    &cotp::Cotp,
    &otpclient::OtpClient,
    &authy::Authy,
    &battlenet::BattleNet,
    &raivo::Raivo,
    &onepassword::OnePassword,
    &proton_pass::ProtonPass,
    &keepass::KeePass,
    &database::Databases,
    &extract_otp_secrets::ExtractOtpSecrets,
    &packed::Packed,
    &html::Html,
    &google::Google,
    &otpauth::Otpauth,
    &totp_authenticator::TotpAuthenticator,
    &andotp::AndOtpEncrypted,
];

/// Detects the format of a file.
#[must_use]
pub fn detect(bytes: &[u8]) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.detect(bytes))
}

/// Returns the format with a name.
#[must_use]
pub fn named(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_said_in_few_words() {
        for format in FORMATS {
            let brief = format.brief();
            let fits = brief.starts_with("a") || brief.starts_with("the ");
            assert!(fits && brief.len() > 8, "{brief}");
        }
        assert_eq!(aegis::Aegis.brief(), "an Aegis vault");
        assert_eq!(Google.brief(), "a Google Authenticator export");
    }
}
