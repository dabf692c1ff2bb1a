//! Battle.net: the settings files of Blizzard's Android apps.

use super::{Format, prefs};
use crate::damage::Damage;
use crate::document::Number;
use crate::draft::{Coded, Draft};
use crate::error::Error;
use crate::found::Found;
use crate::text;

/// The settings of Battle.net.
pub(super) struct BattleNet;

const SECRET: &str = "com.blizzard.messenger.AUTHENTICATOR_DEVICE_SECRET";
const SERIAL: &str = "com.blizzard.messenger.AUTHENTICATOR_SERIAL";
/// The setting of the old app, which holds both.
const HASH: &str = "com.blizzard.bma.AUTH_STORE.HASH";
/// The number of characters of the secret. The serial number follows.
const SECRET_LENGTH: usize = 40;
/// The mask that hides both, combined with XOR.
const MASK: [u8; 57] = [
    57, 142, 39, 252, 80, 39, 106, 101, 96, 101, 176, 229, 37, 244, 192, 108, 4, 198, 16, 117, 40,
    107, 142, 122, 237, 165, 157, 169, 129, 59, 93, 214, 200, 13, 47, 179, 128, 104, 119, 63, 165,
    155, 164, 124, 23, 202, 108, 100, 121, 1, 92, 29, 91, 139, 143, 107, 154,
];

impl Format for BattleNet {
    fn name(&self) -> &'static str {
        "battlenet"
    }

    fn title(&self) -> &'static str {
        "the settings file of Battle.net for Android"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        prefs::is_one(bytes) && (prefs::contains(bytes, SECRET) || prefs::contains(bytes, HASH))
    }

    fn decode(&self, bytes: &[u8], _password: Option<&[u8]>) -> Result<Found, Error> {
        let strings = prefs::strings(bytes)?;
        let get = |name| {
            let hidden = strings.iter().find(|(key, _)| key == name);
            hidden.and_then(|(_, hidden)| shown(&text::hex(hidden)?))
        };
        let (secret, serial) = match get(HASH) {
            Some(both) => {
                let (secret, serial) =
                    both.split_at_checked(SECRET_LENGTH).ok_or(Damage::CutOff)?;
                (secret.to_owned(), serial.to_owned())
            }
            None => (
                get(SECRET).ok_or(Damage::Field("AUTHENTICATOR_DEVICE_SECRET"))?,
                get(SERIAL).unwrap_or_default(),
            ),
        };
        let mut found = Found::default();
        found.add(&Draft {
            issuer: "Battle.net",
            username: &serial,
            secret: Coded::bytes(text::hex(&secret), "hexadecimal"),
            digits: Number::Whole(8),
            ..Draft::default()
        });
        Ok(found)
    }
}

fn shown(hidden: &[u8]) -> Option<String> {
    let shown = hidden.iter().zip(MASK).map(|(byte, mask)| byte ^ mask);
    String::from_utf8(shown.collect()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_app_has_both_in_one() {
        let both: Vec<u8> = "00ff"
            .repeat(10)
            .bytes()
            .chain(*b"US-1234-5678-9012")
            .collect();
        let hidden: Vec<u8> = both
            .iter()
            .zip(MASK)
            .map(|(byte, mask)| byte ^ mask)
            .collect();
        let hidden = data_encoding::HEXLOWER.encode(&hidden);
        let file = format!("<?xml?><map><string name=\"{HASH}\">{hidden}</string></map>");
        assert!(BattleNet.detect(file.as_bytes()));
        let found = BattleNet.read(file.as_bytes(), None).unwrap();
        assert_eq!(found.accounts[0].username, "US-1234-5678-9012");
        assert_eq!(found.accounts[0].secret.expose(), [0, 255].repeat(10));
        let file = format!("<map><string name=\"{HASH}\">00</string></map>");
        assert!(BattleNet.read(file.as_bytes(), None).is_err());
    }
}
