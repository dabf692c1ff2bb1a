//! Converts the accounts of a request.

use mfa_core::account::{Algorithm, Digits, Kind, Period};
use mfa_core::item::Entry;
use mfa_core::{Account, AccountId, site, uri};
use mfa_helper::export::Fields;
use serde_json::Value;

use crate::failure::Failure;

/// Returns the account that the fields describe. A field that is not known is kept, too.
pub(crate) fn account(fields: Value) -> Result<Account, Failure> {
    let Value::Object(mut more) = fields.clone() else {
        return Err(Failure::Request);
    };
    let mut account = known(serde_json::from_value(fields).map_err(|_| Failure::Request)?)?;
    if let Ok(Value::Object(own)) = serde_json::to_value(&account) {
        more.retain(|field, _| !own.contains_key(field));
    }
    // An account without any does not name them.
    more.remove("domains");
    account.more = more.into_iter().collect();
    Ok(account)
}

fn known(fields: Fields) -> Result<Account, Failure> {
    let id = AccountId::parse(&fields.id).ok_or(Failure::Request)?;
    // As mfa-ipc does, what is not understood is of an unknown kind.
    let (kind, algorithm, digits) =
        codes(&fields).unwrap_or((Kind::Unknown, Algorithm::default(), Digits::default()));
    Ok(Account {
        name: fields.name,
        issuer: fields.issuer,
        username: fields.username,
        algorithm,
        digits,
        tags: fields.tags,
        domains: site::known(fields.domains.iter().map(String::as_str)),
        pinned: fields.pinned,
        note: fields.note,
        serial: fields.serial,
        modified: fields.modified,
        ..Account::new(id, kind, fields.created)
    })
}

fn codes(fields: &Fields) -> Option<(Kind, Algorithm, Digits)> {
    let kind = match Kind::parse(&fields.kind).ok()? {
        Kind::Totp { .. } => Kind::Totp {
            period: Period::new(fields.period?).ok()?,
        },
        Kind::Hotp { .. } => Kind::Hotp {
            counter: fields.counter?,
        },
        kind => kind,
    };
    if let Some((algorithm, digits)) = kind.fixed() {
        return Some((kind, algorithm, digits));
    }
    let algorithm = Algorithm::parse(fields.algorithm.as_deref()?).ok()?;
    Some((kind, algorithm, Digits::new(fields.digits?).ok()?))
}

/// Adds what the link of an account says: the secret, and how the codes are made.
pub(crate) fn entry(account: Account, link: &str) -> Result<Entry, Failure> {
    let link = uri::parse(link).map_err(Failure::Link)?;
    if link.kind.as_str() != account.kind.as_str() {
        return Err(Failure::Request);
    }
    // The link is newer than the list of accounts: a counter may have moved since.
    let account = Account {
        kind: link.kind,
        algorithm: link.algorithm,
        digits: link.digits,
        ..account
    };
    Ok(Entry {
        account,
        secret: link.secret,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another value than the field has.
    fn unusual(field: &str, value: &Value) -> Value {
        match value {
            Value::Null if field == "counter" => Value::Null,
            Value::Bool(is) => (!is).into(),
            Value::Number(number) => (number.as_u64().unwrap() + 1).into(),
            // Domains have to be some.
            Value::Array(_) => vec!["x.example"].into(),
            Value::String(_) if field == "id" => "550e8400-e29b-41d4-a716-446655440000".into(),
            Value::String(_) if field == "type" => value.clone(),
            Value::String(_) if field == "algorithm" => "SHA256".into(),
            Value::String(text) => format!("{text}x").into(),
            other => panic!("say what an unusual value of {field}, {other}, is"),
        }
    }

    /// Goes through all fields that an account has in JSON, so that a new one is tested too.
    #[test]
    fn no_field_of_an_account_is_lost_on_the_way() {
        let kind = Kind::Totp {
            period: Period::default(),
        };
        let plain = Account {
            // They are not in the JSON if there are none.
            domains: site::known(["bank.example"]),
            ..Account::new(AccountId::from_random([7; 16]), kind, 0)
        };
        let Ok(Value::Object(mut fields)) = serde_json::to_value(&plain) else {
            panic!("an account is an object");
        };
        for (field, value) in &mut fields {
            *value = unusual(field, value);
        }
        fields.insert("icon".into(), vec!["of a newer version"].into());
        let sent = Value::Object(fields);
        let account = account(sent.clone()).unwrap();
        assert_eq!(account.more.len(), 1);
        assert_eq!(serde_json::to_value(&account).unwrap(), sent);
        let mut bare = sent;
        bare["domains"] = vec!["-"].into();
        let bare = self::account(bare).unwrap();
        // It is for some sites, and nobody knows which.
        assert!(!bare.domains[0].covers(&site::known(["bank.example"])[0]));
        assert_eq!((bare.domains.len(), bare.more.len()), (1, 1));
    }

    #[test]
    fn a_counter_never_goes_back() {
        let listed = Account::new(
            AccountId::from_random([7; 16]),
            Kind::Hotp { counter: 3 },
            0,
        );
        let link = "otpauth://hotp/Bank:jane?secret=GEZDGNBVGY3TQOJQ&counter=5";
        let written = entry(listed, link).unwrap().account.kind;
        assert_eq!(written, Kind::Hotp { counter: 5 });
    }

    #[test]
    fn what_is_no_account_is_refused() {
        for wrong in ["[]", "{}", r#"{"id":"PRIVATE"}"#, r#"{"id":1}"#] {
            let wrong = serde_json::from_str(wrong).unwrap();
            assert!(matches!(account(wrong), Err(Failure::Request)));
        }
    }
}
