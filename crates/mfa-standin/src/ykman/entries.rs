//! The accounts as ykman shows and finds them.
//!
//! On a YubiKey, an account has one name, `issuer:username`, with the period before it if it is not 30 seconds. The
//! accounts of mfactl are found by that, and also by their names and serials: aws-vault asks by the serial.

use mfa_core::account::{Kind, Period};
use mfa_core::{Account, naming};

/// The issuer of the accounts that ykman hides.
const HIDDEN: &str = "_hidden";
/// The usual period, which ykman does not show.
const PERIOD: u64 = 30;

/// Returns the accounts that are shown, in the order of ykman.
pub(super) fn shown(mut accounts: Vec<Account>, show_hidden: bool) -> Vec<Account> {
    accounts.retain(|account| show_hidden || account.issuer != HIDDEN);
    accounts.sort_by_cached_key(|account| {
        let name = user(account).to_lowercase();
        let issuer = account.issuer.to_lowercase();
        match issuer.is_empty() {
            true => (name.clone(), name),
            false => (issuer, name),
        }
    });
    accounts
}

/// Returns the accounts that a query means. One that is named by the whole query is the only one; otherwise a part
/// of the name is enough, in any case.
pub(super) fn search<'a>(accounts: &'a [Account], query: &str) -> Vec<&'a Account> {
    let is_whole = |name: &String| name == query;
    let whole = accounts
        .iter()
        .find(|account| names(account).iter().any(is_whole));
    if let Some(account) = whole {
        return vec![account];
    }
    let query = query.to_lowercase();
    let has_part = |name: &String| name.to_lowercase().contains(&query);
    let hits = accounts
        .iter()
        .filter(|account| names(account).iter().any(has_part));
    hits.collect()
}

/// Returns the texts by which an account is found.
fn names(account: &Account) -> Vec<String> {
    let texts = [id(account), account.name.clone(), account.serial.clone()];
    let texts = texts.into_iter().filter(|text| !text.is_empty());
    texts.collect()
}

/// Returns the name that ykman would show: `issuer:username`, or `60/issuer:username`.
pub(super) fn id(account: &Account) -> String {
    let mut id = String::new();
    if !is_counter_based(account) && period(account) != PERIOD {
        id.push_str(&format!("{}/", period(account)));
    }
    if !account.issuer.is_empty() {
        id.push_str(&account.issuer);
        id.push(':');
    }
    id.push_str(user(account));
    // Other programs can choose the names, and a line is an account.
    naming::tidy(&id, usize::MAX)
}

/// Returns the part behind the issuer. A YubiKey has no account without it.
fn user(account: &Account) -> &str {
    match account.username.is_empty() {
        true => &account.name,
        false => &account.username,
    }
}

pub(super) fn is_counter_based(account: &Account) -> bool {
    matches!(account.kind, Kind::Hotp { .. })
}

/// Returns the number of seconds that a code is valid. ykman says 30 for counter-based accounts, too.
pub(super) fn period(account: &Account) -> u64 {
    account.kind.period().map_or(PERIOD, Period::get)
}

#[cfg(test)]
pub(super) mod tests {
    use mfa_core::AccountId;

    use super::*;

    fn with(kind: Kind, [issuer, username, name]: [&str; 3]) -> Account {
        // Names are unique, so they make unique ids.
        let id = name.bytes().fold([0; 16], |mut id: [u8; 16], byte| {
            id.rotate_left(1);
            id[0] ^= byte;
            id
        });
        Account {
            issuer: issuer.into(),
            username: username.into(),
            name: name.into(),
            ..Account::new(AccountId::from_random(id), kind, 0)
        }
    }

    pub(in crate::ykman) fn account(issuer: &str, username: &str, name: &str) -> Account {
        let period = Period::default();
        with(Kind::Totp { period }, [issuer, username, name])
    }

    pub(in crate::ykman) fn counter_based(issuer: &str, username: &str, name: &str) -> Account {
        with(Kind::Hotp { counter: 0 }, [issuer, username, name])
    }

    fn found(accounts: &[Account], query: &str) -> Vec<String> {
        let found = search(accounts, query);
        found.iter().map(|account| account.name.clone()).collect()
    }

    #[test]
    fn the_names_are_those_of_ykman() {
        assert_eq!(id(&account("GitHub", "jane", "gh")), "GitHub:jane");
        assert_eq!(id(&account("", "jane", "gh")), "jane");
        assert_eq!(id(&account("GitHub", "", "gh")), "GitHub:gh");
        assert_eq!(id(&account("a\nb", "c", "x")), "a b:c");
        let period = Period::new(60).unwrap();
        let slow = with(Kind::Totp { period }, ["Bank", "jane", "b"]);
        assert_eq!((id(&slow), period.get()), ("60/Bank:jane".into(), 60));
        let counted = counter_based("Bank", "jane", "c");
        assert_eq!(
            (id(&counted), super::period(&counted)),
            ("Bank:jane".into(), 30)
        );
    }

    #[test]
    fn the_order_is_that_of_ykman_and_hidden_ones_are_left_out() {
        let all = [
            account("b", "z", "1"),
            account("", "Ab", "2"),
            account("A", "y", "3"),
            account("a", "X", "4"),
            account("_hidden", "x", "5"),
        ];
        let names = |hidden| {
            let shown = shown(all.to_vec(), hidden);
            shown.iter().map(|one| one.name.clone()).collect::<String>()
        };
        assert_eq!(names(false), "4321");
        assert_eq!(names(true), "54321");
    }

    #[test]
    fn a_whole_name_or_serial_is_the_only_match() {
        let mut aws = account("AWS", "jane", "aws");
        aws.serial = "arn:aws:iam::1:mfa/jane".into();
        let all = [
            aws,
            account("AWS", "jane2", "other"),
            account("x", "aws", "third"),
        ];
        assert_eq!(found(&all, "AWS:jane"), ["aws"]);
        assert_eq!(found(&all, "arn:aws:iam::1:mfa/jane"), ["aws"]);
        assert_eq!(found(&all, "aws"), ["aws"]);
        assert_eq!(found(&all, "AWS"), ["aws", "other", "third"]);
        assert_eq!(found(&all, "JANE2"), ["other"]);
        assert_eq!(found(&all, ""), ["aws", "other", "third"]);
        assert!(found(&all, "nothing").is_empty());
    }
}
