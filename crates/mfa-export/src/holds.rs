//! What a format can hold, and what is lost. Nothing is dropped silently: what a format cannot hold is in the report,
//! which is made before anything is written.
//!
//! An account whose codes would be different ones is left out as a whole. Any other field is only lost.

use mfa_core::account::{Kind, Period};
use mfa_core::{Account, naming};
use mfa_helper::export::{LeftOut, Lost, TIMES};

use crate::names::Usual;

/// What a format can hold. All formats hold the issuer, the user name, the secret and the hash function.
#[derive(Clone, Copy, Debug)]
pub struct Holds {
    /// The kinds of codes, by their names in mfa-core.
    pub kinds: &'static [&'static str],
    /// The periods of time-based codes, in seconds. Empty if any is possible.
    pub periods: &'static [u64],
    /// The numbers of digits of codes. Empty if any is possible.
    pub digits: &'static [u8],
    /// Whether an account can be without an issuer. If not, another text takes its place.
    pub no_issuer: bool,
    /// Whether an account can have a name beside its issuer and its user name.
    pub name: bool,
    /// The number of tags.
    pub tags: Count,
    /// The number of domains.
    pub domains: Count,
    /// Whether an account can be pinned.
    pub pinned: bool,
    /// Whether an account can have a note.
    pub note: bool,
    /// Whether an account can have a serial number and fields that only a newer program knows.
    pub rest: bool,
    /// Whether an account can have the times at which it was added and changed.
    pub times: bool,
    /// What an account of Steam has beside its secret.
    pub steam: Steam,
}

/// What an account of Steam has beside its secret: some apps write only `steam://SECRET` and a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steam {
    /// What other accounts have.
    Whole,
    /// The issuer as its name, and the user name.
    WithoutName,
    /// The issuer as its name.
    IssuerOnly,
}

/// How many values of a field an account can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// None.
    None,
    /// One: of tags, a folder or a group.
    One,
    /// Any number.
    Many,
}

impl Count {
    /// Returns how many of an account's values can be kept.
    #[must_use]
    pub fn of(self, values: usize) -> usize {
        match self {
            Self::None => 0,
            Self::One => values.min(1),
            Self::Many => values,
        }
    }

    /// Returns whether all of an account's values are lost, and whether only those after the first are.
    fn loses(self, values: usize) -> [bool; 2] {
        let is_any_lost = self.of(values) < values;
        [Self::None, Self::One].map(|count| is_any_lost && self == count)
    }
}

impl Holds {
    /// A format that holds only what a link holds, with codes of these kinds.
    #[must_use]
    pub const fn only(kinds: &'static [&'static str]) -> Self {
        Self {
            kinds,
            periods: &[],
            digits: &[],
            no_issuer: true,
            name: false,
            tags: Count::None,
            domains: Count::None,
            pinned: false,
            note: false,
            rest: false,
            times: false,
            steam: Steam::Whole,
        }
    }

    /// A format that holds everything of an account.
    #[must_use]
    pub const fn all() -> Self {
        Self {
            name: true,
            tags: Count::Many,
            domains: Count::Many,
            pinned: true,
            note: true,
            rest: true,
            times: true,
            ..Self::only(&["totp", "hotp", "steam", "motp", "yandex"])
        }
    }

    /// Returns the reason why an account cannot be in this format.
    fn refuses(&self, account: &Account) -> Option<String> {
        let kind = account.kind;
        if kind == Kind::Unknown {
            return Some("its type requires a newer version of mfactl".to_owned());
        }
        if !self.kinds.contains(&kind.as_str()) {
            return Some(format!(
                "the format cannot hold codes of type {}",
                kind.as_str()
            ));
        }
        if kind.fixed().is_some() {
            return None;
        }
        let period = kind.period().map(Period::get);
        if let Some(period) = period.filter(|period| !is_possible(self.periods, period)) {
            let text = format!("the format cannot hold a period of {period} s");
            return Some(format!("{text}, only {} s", or(self.periods)));
        }
        let digits = account.digits.get();
        (!is_possible(self.digits, &digits)).then(|| {
            let text = format!("the format cannot hold codes of {digits} digits");
            format!("{text}, only of {}", or(self.digits))
        })
    }
}

fn is_possible<N: PartialEq>(possible: &[N], value: &N) -> bool {
    possible.is_empty() || possible.contains(value)
}

/// Joins numbers: “10, 30 or 60”.
fn or<N: ToString>(numbers: &[N]) -> String {
    let numbers: Vec<_> = numbers.iter().map(N::to_string).collect();
    match numbers.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => numbers.concat(),
    }
}

/// What a format cannot hold of some accounts.
#[derive(Debug, Default)]
pub struct Report {
    /// The accounts that are left out.
    pub left_out: Vec<LeftOut>,
    /// The fields that are lost.
    pub lost: Vec<Lost>,
    /// For each account, whether it is in the export.
    pub kept: Vec<bool>,
}

/// Finds what a format cannot hold. `refuses` returns further reasons to leave an account out.
#[must_use]
pub fn report(
    holds: &Holds,
    accounts: &[Account],
    refuses: impl Fn(&Account) -> Option<String>,
) -> Report {
    let mut report = Report::default();
    let mut usual = Usual::default();
    let mut lost = [const { Vec::new() }; FIELDS.len()];
    for account in accounts {
        let reason = holds.refuses(account).or_else(|| refuses(account));
        report.kept.push(reason.is_none());
        if let Some(reason) = reason {
            let account = account.label();
            report.left_out.push(LeftOut { account, reason });
            continue;
        }
        let is_lost = losses(holds, account, &mut usual);
        for (accounts, _) in lost.iter_mut().zip(is_lost).filter(|(_, is_lost)| *is_lost) {
            accounts.push(account.label());
        }
    }
    let lost = FIELDS.into_iter().zip(lost);
    let lost = lost.filter(|(_, accounts)| !accounts.is_empty());
    report.lost = lost
        .map(|(what, accounts)| Lost {
            what: what.to_owned(),
            accounts,
        })
        .collect();
    report
}

/// The fields that can be lost, for people, in the order of [`losses`].
const FIELDS: [&str; 12] = [
    "empty issuer",
    "user name",
    "name",
    "tags",
    "tags after the first",
    "pinned",
    "note",
    "serial",
    "domains",
    "domains after the first",
    "fields of a newer version",
    TIMES,
];

/// Returns which fields of an account are lost.
fn losses(holds: &Holds, account: &Account, usual: &mut Usual) -> [bool; FIELDS.len()] {
    let (issuer, username) = (&account.issuer, &account.username);
    let steam = match account.kind {
        Kind::Steam => holds.steam,
        _ => Steam::Whole,
    };
    let has_name = holds.name && steam == Steam::Whole;
    // An import chooses the same name, and finds the same serial.
    let is_usual = usual.is_usual(account);
    let is_known = naming::serial(issuer, username).is_some_and(|known| known == account.serial);
    let [tags, more_tags] = holds.tags.loses(account.tags.len());
    let [domains, more_domains] = holds.domains.loses(account.domains.len());
    [
        (!holds.no_issuer || steam != Steam::Whole) && issuer.is_empty(),
        // Without an issuer, the user name takes its place.
        steam == Steam::IssuerOnly && !username.is_empty() && !issuer.is_empty(),
        !has_name && !is_usual,
        tags,
        more_tags,
        !holds.pinned && account.pinned,
        !holds.note && !account.note.is_empty(),
        !holds.rest && !account.serial.is_empty() && !is_known,
        domains,
        more_domains,
        !holds.rest && !account.more.is_empty(),
        !holds.times && account.created.max(account.modified) > 0,
    ]
}

#[cfg(test)]
mod tests {
    use mfa_core::AccountId;
    use mfa_core::account::Digits;

    use super::*;

    fn account(name: &str, kind: Kind) -> Account {
        Account {
            name: name.into(),
            issuer: "Bank".into(),
            username: "jane".into(),
            ..Account::new(AccountId::from_random([1; 16]), kind, 0)
        }
    }

    fn totp(period: u64) -> Kind {
        let period = Period::new(period).unwrap();
        Kind::Totp { period }
    }

    const FEW: Holds = Holds {
        periods: &[30],
        digits: &[6, 8],
        ..Holds::only(&["totp"])
    };

    fn of(holds: &Holds, accounts: &[Account]) -> Report {
        report(holds, accounts, |_| None)
    }

    #[test]
    fn what_would_give_other_codes_is_left_out_with_its_reason() {
        let seven = Account {
            digits: Digits::new(7).unwrap(),
            ..account("bank", totp(30))
        };
        let accounts = [
            account("bank", totp(30)),
            account("bank", totp(60)),
            seven,
            account("bank", Kind::Hotp { counter: 1 }),
            account("bank", Kind::Unknown),
        ];
        let report = of(&FEW, &accounts);
        let reasons: Vec<_> = report.left_out.iter().map(|one| &*one.reason).collect();
        assert_eq!(
            reasons,
            [
                "the format cannot hold a period of 60 s, only 30 s",
                "the format cannot hold codes of 7 digits, only of 6 or 8",
                "the format cannot hold codes of type hotp",
                "its type requires a newer version of mfactl",
            ]
        );
        assert_eq!(report.left_out[0].account, "bank (jane)");
        assert_eq!(report.kept, [true, false, false, false, false]);
        assert!(report.lost.is_empty());
    }

    #[test]
    fn each_field_that_is_lost_is_named_with_its_accounts() {
        let full = Account {
            tags: vec!["a".into(), "b".into()],
            pinned: true,
            note: "n".into(),
            serial: "s".into(),
            domains: mfa_core::site::known(["bank.example", "b.example"]),
            modified: 7,
            ..account("mine", totp(30))
        };
        let plain = Account {
            issuer: "Shop".into(),
            ..account("shop", totp(30))
        };
        let report = of(&FEW, &[full.clone(), plain.clone()]);
        let lost: Vec<_> = report.lost.iter().map(|lost| &*lost.what).collect();
        assert_eq!(
            lost,
            ["name", "tags", "pinned", "note", "serial", "domains", TIMES]
        );
        assert!(
            report
                .lost
                .iter()
                .all(|lost| lost.accounts == ["mine (jane)"])
        );
        let most = Holds {
            name: true,
            tags: Count::One,
            domains: Count::One,
            pinned: true,
            note: true,
            ..FEW
        };
        let report = of(&most, &[full.clone(), plain.clone()]);
        let lost: Vec<_> = report.lost.iter().map(|lost| &*lost.what).collect();
        let expected = ["tags after the first", "serial", "domains after the first"];
        assert_eq!(lost, [&expected[..], &[TIMES]].concat());
        let mut newer = full;
        newer.more.insert("icon".into(), "a.png".into());
        let report = of(&most, &[newer.clone(), plain.clone()]);
        assert_eq!(report.lost[3].what, "fields of a newer version");
        assert!(of(&Holds::all(), &[newer, plain]).lost.is_empty());
    }

    #[test]
    fn a_name_and_a_serial_that_an_import_finds_again_are_not_lost() {
        let aws = |name: &str, username: &str| Account {
            issuer: "Amazon Web Services".into(),
            username: username.into(),
            serial: "arn:aws:iam::123456789012:mfa/root".into(),
            ..account(name, totp(30))
        };
        let first = aws("aws", "root@123456789012");
        let second = aws("aws-123456789012", "root@123456789012");
        assert!(of(&FEW, &[first, second.clone()]).lost.is_empty());
        assert_eq!(of(&FEW, &[second]).lost[0].what, "name");
    }

    #[test]
    fn what_a_bare_link_of_steam_lacks_is_lost() {
        let lost = |steam| {
            let holds = Holds {
                name: true,
                steam,
                ..Holds::only(&["steam"])
            };
            let report = of(&holds, &[account("mine", Kind::Steam)]);
            let lost = report.lost.into_iter().map(|lost| lost.what);
            lost.collect::<Vec<_>>()
        };
        assert!(lost(Steam::Whole).is_empty());
        assert_eq!(lost(Steam::WithoutName), ["name"]);
        assert_eq!(lost(Steam::IssuerOnly), ["user name", "name"]);
    }
}
