//! The databases of Android authenticator apps, as they are stored on the phone.

mod sqlite;

use std::borrow::Cow;

use serde_json::{Value, json};
use sqlite::Database;

use super::{Format, stratum};
use crate::damage::Damage;
use crate::document::{Fields, Number};
use crate::draft::{Coded, Draft, Type};
use crate::error::Error;
use crate::found::Found;
use crate::text;

/// A database of Google Authenticator, Microsoft Authenticator or Stratum.
pub(super) struct Databases;

impl Format for Databases {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn title(&self) -> &'static str {
        "an Android database of Google Authenticator, Microsoft Authenticator or Stratum"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(sqlite::MAGIC)
    }

    fn decode(&self, bytes: &[u8], _password: Option<&[u8]>) -> Result<Found, Error> {
        let database = Database::new(bytes)?;
        if database.has("authenticator", "secret") {
            return Ok(stratum_entries(&database)?);
        }
        if !database.has("accounts", "secret") && !database.has("accounts", "oath_secret_key") {
            return Err(Damage::Empty.into());
        }
        let mut found = Found::default();
        for row in database.rows("accounts")? {
            let row = Fields::new(&row);
            found.add(&if row.at("oath_secret_key").is_null() {
                google(row)
            } else {
                microsoft(row)
            });
        }
        Ok(found)
    }
}

fn google(row: Fields<'_>) -> Draft<'_> {
    Draft {
        kind: match row.number("type") {
            Number::Whole(0) | Number::Missing => Type::Totp,
            Number::Whole(1) => Type::Hotp,
            _ => Type::Unknown,
        },
        issuer: row.text("issuer"),
        username: row.text("email"),
        secret: Coded::base32(row.text("secret")),
        counter: row.number("counter"),
        ..Draft::default()
    }
}

fn microsoft(row: Fields<'_>) -> Draft<'_> {
    let key = row.text("oath_secret_key");
    // The account type of Microsoft's own codes, which have two more digits and a key in another encoding.
    let own = row.number("account_type") == Number::Whole(1);
    Draft {
        issuer: row.text("name"),
        username: row.text("username"),
        secret: match own {
            true => Coded::bytes(text::base64(key), "base64"),
            false => Coded::Base32(Cow::Borrowed(key)),
        },
        digits: Number::Whole(if own { 8 } else { 6 }),
        ..Draft::default()
    }
}

/// Reads a database of Stratum. Its tables have the names of the backup, in lower case.
fn stratum_entries(database: &Database<'_>) -> Result<Found, Damage> {
    let table = |name: &str, keys: &[&str]| -> Result<Value, Damage> {
        let rows = database.rows(name)?.into_iter();
        let rows = rows.map(|mut row| {
            let named = keys.iter().map(|key| {
                let value = row.get_mut(key.to_ascii_lowercase()).map(Value::take);
                ((*key).to_owned(), value.unwrap_or_default())
            });
            Value::Object(named.collect())
        });
        Ok(rows.collect())
    };
    let entries = [
        "Type",
        "Issuer",
        "Username",
        "Secret",
        "Pin",
        "Algorithm",
        "Digits",
        "Period",
        "Counter",
    ];
    let mut file = json!({ "Authenticators": table("authenticator", &entries)? });
    if database.has("category", "id") && database.has("authenticatorcategory", "categoryid") {
        file["Categories"] = table("category", &["Id", "Name"])?;
        let links = ["CategoryId", "AuthenticatorSecret"];
        file["AuthenticatorCategories"] = table("authenticatorcategory", &links)?;
    }
    stratum::entries(&file)
}
