//! The fields of an account, each of which is merged for itself.
//!
//! The counter is none of them: the larger one is right, whoever counted. Neither are the times.

use std::borrow::Cow;

use crate::account::{Account, Kind, Period};

/// The name of a field.
pub(super) type Field = Cow<'static, str>;

/// Stands for the secret, which has no value here.
pub(super) const SECRET: &str = "secret";
/// Stands for the place in the file, which has no value here either. An account that was moved out of a recycle bin is
/// not deleted any more.
pub(super) const PLACE: &str = "place";
/// The parameters that make codes. One field, because they belong together.
const CODES: &str = "codes";
/// The beginning of the names of fields that only a newer program knows.
const MORE: &str = "more.";

/// The fields that every account has, in the order in which a person reads them.
const OWN: [&str; 10] = [
    "name", "issuer", "username", CODES, "tags", "domains", "pinned", "note", "serial", SECRET,
];

/// Returns the names of the fields of an account.
pub(super) fn names(account: &Account) -> impl Iterator<Item = Field> {
    let more = account.more.keys();
    let more = more.map(|name| Cow::Owned(format!("{MORE}{name}")));
    OWN.into_iter().map(Cow::Borrowed).chain(more)
}

/// Returns the value of a field as text, or `None` if it is the usual one.
pub(super) fn value<'a>(account: &'a Account, field: &str) -> Option<Cow<'a, str>> {
    let text = |text: &'a str| (!text.is_empty()).then_some(Cow::Borrowed(text));
    match field {
        "name" => text(&account.name),
        "issuer" => text(&account.issuer),
        "username" => text(&account.username),
        "note" => text(&account.note),
        "serial" => text(&account.serial),
        "pinned" => account.pinned.then_some(Cow::Borrowed("true")),
        "tags" if account.tags.is_empty() => None,
        "tags" => serde_json::to_string(&account.tags).ok().map(Cow::Owned),
        "domains" if account.domains.is_empty() => None,
        "domains" => serde_json::to_string(&account.domains).ok().map(Cow::Owned),
        CODES => {
            let kind = account.kind;
            let period = kind.period().map_or(0, Period::get);
            let (algorithm, digits) = (account.algorithm.as_str(), account.digits.get());
            let codes = format!("{} {period} {algorithm} {digits}", kind.as_str());
            Some(Cow::Owned(codes))
        }
        _ => {
            let more = account.more.get(field.strip_prefix(MORE)?)?;
            Some(Cow::Owned(more.to_string()))
        }
    }
}

/// Returns all values of an account as one text, by which two accounts can be put in an order.
pub(super) fn describe(account: &Account) -> String {
    let lines = names(account).filter_map(|field| {
        let value = value(account, &field)?;
        Some(format!("{field}={value}\n"))
    });
    lines.collect()
}

/// Returns whether two accounts have the same value of a field.
pub(super) fn same(one: &Account, other: &Account, field: &str) -> bool {
    value(one, field) == value(other, field)
}

/// Sets a field to the value that another account has.
pub(super) fn set(account: &mut Account, field: &str, from: &Account) {
    match field {
        "name" => account.name.clone_from(&from.name),
        "issuer" => account.issuer.clone_from(&from.issuer),
        "username" => account.username.clone_from(&from.username),
        "note" => account.note.clone_from(&from.note),
        "serial" => account.serial.clone_from(&from.serial),
        "pinned" => account.pinned = from.pinned,
        "tags" => account.tags.clone_from(&from.tags),
        "domains" => account.domains.clone_from(&from.domains),
        CODES => {
            account.kind = from.kind;
            account.algorithm = from.algorithm;
            account.digits = from.digits;
        }
        _ => {
            let Some(name) = field.strip_prefix(MORE) else {
                return;
            };
            match from.more.get(name) {
                Some(value) => drop(account.more.insert(name.to_owned(), value.clone())),
                None => drop(account.more.remove(name)),
            }
        }
    }
}

/// Returns the name of a field for a person: the one that `mfactl show` uses, which knows no fields of newer programs.
pub(super) fn label(field: &str) -> &str {
    match field {
        _ if field.starts_with(MORE) => "other fields",
        _ => field,
    }
}

/// Raises the counter of a counter-based account to that of another one.
pub(super) fn count(account: &mut Account, other: &Account) {
    if let (Kind::Hotp { counter }, Kind::Hotp { counter: more }) = (&mut account.kind, other.kind)
    {
        *counter = more.max(*counter);
    }
}

/// Returns whether the codes of two accounts are made the same way, apart from the secret and the counter.
pub(super) fn same_codes(one: &Account, other: &Account) -> bool {
    same(one, other, CODES)
}

/// Returns whether two accounts are of different services. An account without an issuer may be of any.
pub(super) fn other_issuers(one: &Account, other: &Account) -> bool {
    let issuer = |account: &Account| account.issuer.trim().to_lowercase();
    let (one, other) = (issuer(one), issuer(other));
    !one.is_empty() && !other.is_empty() && one != other
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item;
    use crate::item::tests::entry;

    /// Goes through all fields of an item, so that a new one is not forgotten here.
    #[test]
    fn every_field_of_an_account_is_one() {
        let mut full = entry(1, "aws", "Amazon", "root").account;
        full.tags = vec!["work".into()];
        full.domains = crate::site::known(["aws.amazon.com"]);
        full.pinned = true;
        full.note = "note".into();
        full.serial = "serial".into();
        full.more.insert("icon".into(), 7.into());
        let bare = entry(2, "x", "", "").account;
        let mut copy = bare.clone();
        for field in names(&full) {
            set(&mut copy, &field, &full);
            assert!(same(&copy, &full, &field), "{field}");
        }
        let expected = Account {
            id: full.id,
            ..copy.clone()
        };
        assert_eq!(item::fields(&expected), item::fields(&full));
        for field in names(&full) {
            set(&mut copy, &field, &bare);
        }
        assert_eq!(copy, bare);
    }
}
