//! Tests of adding and changing accounts.

use super::*;

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn create(change: &AccountChange) -> Result<Entry, Error> {
    change.create(AccountId::from_random([1; 16]), 7, &Unlocked::default())
}

fn secret(kind: &str) -> AccountChange {
    AccountChange {
        secret: Some(SECRET.to_owned().into()),
        kind: Some(kind.into()),
        issuer: Some("Bank".into()),
        ..AccountChange::default()
    }
}

#[test]
fn a_link_or_a_secret_makes_an_account() {
    let link = format!("otpauth://totp/Bank:jane?secret={SECRET}&digits=8");
    let link = AccountChange {
        uri: Some(link.into()),
        ..AccountChange::default()
    };
    let entry = create(&link).unwrap();
    let account = &entry.account;
    assert_eq!((&*account.name, account.digits.get()), ("bank", 8));
    assert_eq!((account.created, account.modified), (7, 7));
    assert!(
        entry
            .secret
            .same_as(&create(&secret("totp")).unwrap().secret)
    );
    assert_eq!(
        create(&AccountChange::default()).unwrap_err(),
        Error::NoSecret
    );
    let both = AccountChange {
        secret: Some(SECRET.to_owned().into()),
        ..link
    };
    assert_eq!(create(&both).unwrap_err(), Error::LinkAndSecret);
}

#[test]
fn what_a_type_leaves_no_choice_in_cannot_be_chosen() {
    let with = |kind: &str, change: AccountChange| {
        let given = secret(kind);
        let result = create(&AccountChange {
            secret: given.secret,
            kind: given.kind,
            issuer: given.issuer,
            ..change
        });
        result.err()
    };
    let digits = |digits| AccountChange {
        digits: Some(digits),
        ..AccountChange::default()
    };
    let period = || AccountChange {
        period: Some(60),
        ..AccountChange::default()
    };
    assert_eq!(with("steam", digits(5)), None);
    let no_choice = Error::NoChoice {
        kind: "steam",
        length: 5,
        hash: "SHA1",
    };
    assert_eq!(with("steam", digits(6)), Some(no_choice));
    assert_eq!(with("steam", period()), Some(Error::FixedPeriod));
    assert_eq!(with("hotp", period()), Some(Error::CounterBased));
    let counter = AccountChange {
        counter: Some(1),
        ..AccountChange::default()
    };
    assert_eq!(with("totp", counter), Some(Error::TimeBased));
}

#[test]
fn domains_are_replaced_as_a_whole_and_checked() {
    let mut account = create(&secret("totp")).unwrap().account;
    let domains = |texts: &[&str]| AccountChange {
        domains: Some(texts.iter().map(|&text| text.to_owned()).collect()),
        ..AccountChange::default()
    };
    let set = domains(&["AWS.amazon.com", " localhost", "aws.amazon.com", ""]);
    account = set.change(&account, 9).unwrap();
    assert_eq!(
        account.domains,
        site::known(["aws.amazon.com", "localhost"])
    );
    let note = AccountChange {
        note: Some("n".into()),
        ..AccountChange::default()
    };
    assert_eq!(note.change(&account, 9).unwrap().domains, account.domains);
    let or = domains(&["a.example"]).or(set);
    assert_eq!(or.domains, domains(&["a.example"]).domains);
    for (wrong, error) in [
        ("https://a.com/", site::Error::NotAHost),
        ("com", site::Error::TooShort),
    ] {
        let refused = domains(&["a.com", wrong]).change(&account, 9);
        assert_eq!(refused, Err(Error::Site(error)));
    }
    let many: Vec<_> = (0..=MAX_DOMAINS).map(|n| format!("{n}.com")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let refused = domains(&many).change(&account, 9);
    let too_many = Error::Account(account::Error::TooManyDomains);
    assert_eq!(refused, Err(too_many));
    let full = domains(&many[1..]).change(&account, 9).unwrap();
    assert_eq!(full.domains.len(), MAX_DOMAINS);
    for none in [&[""][..], &[]] {
        let cleared = domains(none).change(&account, 9).unwrap();
        assert!(cleared.domains.is_empty());
    }
}

#[test]
fn a_change_touches_only_what_it_says() {
    let old = create(&secret("totp")).unwrap().account;
    let change = AccountChange {
        note: Some(" n ".into()),
        pinned: Some(true),
        ..AccountChange::default()
    };
    let expected = Account {
        note: "n".into(),
        pinned: true,
        modified: 9,
        ..old.clone()
    };
    assert_eq!(change.change(&old, 9), Ok(expected));
    assert_eq!(secret("totp").change(&old, 9), Err(Error::Fixed));
}
