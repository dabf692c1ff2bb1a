//! The formats, one file each, and the table of all.
//!
//! A new one is a file with a type that implements [`Format`], and a line in [`FORMATS`].
//!
//! What is known and not read: what is encrypted with OpenPGP (andOTP, Proton Pass, WinAuth), KeePass
//! databases with a key file, OTPClient's first database, which has no mark to know it by, the
//! archive of OTP Auth for iOS, and databases in SQLCipher (Authenticator Plus).

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

/// What a file can be.
pub trait Format: Sync {
    /// What it is called on the command line and in the answer.
    fn name(&self) -> &'static str;

    /// What it is, for people. The app is named before the first comma, colon or bracket.
    fn title(&self) -> &'static str;

    /// What it is, in few words.
    fn brief(&self) -> &'static str {
        let title = self.title();
        let end = title.find([',', ':', '(']).unwrap_or(title.len());
        title[..end].trim_end()
    }

    /// Whether a file is of this format, as far as a look at it tells.
    fn detect(&self, bytes: &[u8]) -> bool;

    /// Reads a file, with the password that it was encrypted with, if it is.
    ///
    /// # Errors
    /// When there is nothing in it that could be read. What is wrong with one entry is told in
    /// [`Found::skipped`].
    fn decode(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error>;

    /// Reads a file in which there has to be something.
    ///
    /// # Errors
    /// As [`decode`](Self::decode), and when there is no account.
    fn read(&self, bytes: &[u8], password: Option<&[u8]>) -> Result<Found, Error> {
        let found = self.decode(bytes, password)?;
        if found.accounts.is_empty() && found.skipped.is_empty() {
            return Err(Damage::Empty.into());
        }
        Ok(found)
    }
}

/// All formats, in the order in which files are tried: the more particular first.
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

/// The format of a file.
#[must_use]
pub fn detect(bytes: &[u8]) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.detect(bytes))
}

/// The format of a name.
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
        assert_eq!(aegis::Aegis.brief(), "a vault of Aegis");
        assert_eq!(Google.brief(), "an export of Google Authenticator");
    }
}
