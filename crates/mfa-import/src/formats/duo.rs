//! Duo Mobile, from the storage of the phone.

use super::Format;
use crate::document::{self, Fields, Number, Shape};
use crate::draft::{Coded, Draft, Type};
use crate::error::Error;
use crate::found::Found;

/// The accounts of Duo Mobile.
pub(super) struct Duo;

impl Format for Duo {
    fn name(&self) -> &'static str {
        "duo"
    }

    fn title(&self) -> &'static str {
        "the accounts of Duo Mobile (duokit/accounts.json)"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        Shape::of(bytes).lists(&["otpGenerator"])
    }

    fn decode(&self, bytes: &[u8], _password: Option<&[u8]>) -> Result<Found, Error> {
        let file = document::parse(bytes)?;
        let mut found = Found::default();
        for account in Fields::new(&file).entries() {
            let otp = account.at("otpGenerator");
            let counter = otp.number("counter");
            found.add(&Draft {
                kind: if counter == Number::Missing {
                    Type::Totp
                } else {
                    Type::Hotp
                },
                username: account.text("name"),
                secret: Coded::base32(otp.text("otpSecret")),
                counter,
                ..Draft::default()
            });
        }
        Ok(found)
    }
}
