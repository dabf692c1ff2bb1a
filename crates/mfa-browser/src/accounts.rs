//! Which accounts are offered on a site, and in which order.
//!
//! Those whose domains cover the site come first. Those that have no domain yet follow, since one of them may be meant:
//! the daemon remembers the site with the account that the user takes. An account of other sites is never offered.

use mfa_core::site::Site;
use mfa_core::{Account, naming};
use serde::Serialize;

/// The greatest number of accounts in an answer.
const MAX_OFFERED: usize = 1000;
/// The longest label in an answer, in characters. So the longest answer is one that browsers accept.
const MAX_LABEL: usize = 120;
/// The shortest word of an issuer by which a site is recognised, in letters.
const MIN_WORD: usize = 3;

/// An account as the extension shows it.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(crate) struct Offered {
    id: String,
    name: String,
    label: String,
    /// Whether one of its domains covers the site.
    fits: bool,
}

/// Returns the accounts that may be used on a site: those that fit, then those that are likely, then by name.
pub(crate) fn offered(accounts: &[Account], site: &Site) -> Vec<Offered> {
    let may_be_used = |account: &&Account| account.domains.is_empty() || fits(account, site);
    let mut offered: Vec<_> = accounts.iter().filter(may_be_used).collect();
    offered.sort_by_cached_key(|account| {
        let is_further = !fits(account, site);
        (is_further, !is_likely(account, site), lowercase(account))
    });
    let offered = offered.into_iter().take(MAX_OFFERED);
    offered.map(|account| shown(account, site)).collect()
}

/// Returns the name for the order, in which capitals do not count.
fn lowercase(account: &Account) -> String {
    account.name.to_lowercase()
}

fn shown(account: &Account, site: &Site) -> Offered {
    Offered {
        id: account.id.to_string(),
        name: naming::tidy(&account.name, MAX_LABEL),
        label: naming::tidy(&account.label(), MAX_LABEL),
        fits: fits(account, site),
    }
}

fn fits(account: &Account, site: &Site) -> bool {
    account.domains.iter().any(|domain| domain.covers(site))
}

/// Returns whether a part of the name of the host contains all letters of the issuer or of the name, or is one of their
/// words: `github` for “GitHub”, `amazon` for “Amazon Web Services”. The last part, such as `com`, tells nothing.
fn is_likely(account: &Account, site: &Site) -> bool {
    let host = site.as_str();
    let parts = host.rsplit_once('.').map_or(host, |(parts, _)| parts);
    [&account.issuer, &account.name].into_iter().any(|text| {
        let text = text.to_lowercase();
        let words = || text.split(|c: char| !c.is_alphanumeric());
        let letters: String = words().collect();
        let is_it = |part: &str| {
            let has_letters = letters.chars().count() >= MIN_WORD && part.contains(&letters);
            has_letters || words().any(|word| word.chars().count() >= MIN_WORD && word == part)
        };
        parts.split('.').any(is_it)
    })
}

#[cfg(test)]
mod tests {
    use mfa_core::AccountId;
    use mfa_core::account::{Kind, Period};

    use super::*;

    fn site(text: &str) -> Site {
        Site::parse(text).unwrap()
    }

    fn account(name: &str, issuer: &str, domains: &[&str]) -> Account {
        let kind = Kind::Totp {
            period: Period::default(),
        };
        Account {
            name: name.into(),
            issuer: issuer.into(),
            username: "jane".into(),
            domains: domains.iter().map(|domain| site(domain)).collect(),
            ..Account::new(AccountId::from_random([7; 16]), kind, 0)
        }
    }

    /// Returns the names of the accounts that are offered; those that fit have a sign.
    fn names(accounts: &[Account], host: &str) -> Vec<String> {
        let offered = offered(accounts, &site(host)).into_iter();
        let name = |one: Offered| match one.fits {
            true => format!("+{}", one.name),
            false => one.name,
        };
        offered.map(name).collect()
    }

    #[test]
    fn those_that_fit_come_first_and_those_of_other_sites_never() {
        let all = [
            account("zoo", "", &[]),
            account("Bank", "", &[]),
            account("aws", "Amazon Web Services", &["aws.amazon.com"]),
            account("shop", "Amazon", &["amazon.com"]),
            account("amazon-old", "", &[]),
            account("evil", "", &["aws.amazon.com.example"]),
            account("sub", "", &["a.signin.aws.amazon.com"]),
            account("work", "Amazon", &["example.com", "signin.aws.amazon.com"]),
        ];
        assert_eq!(
            names(&all, "signin.aws.amazon.com"),
            ["+aws", "+shop", "+work", "amazon-old", "Bank", "zoo"]
        );
        // Here, the name of the site says nothing.
        assert_eq!(names(&all, "login.example"), ["amazon-old", "Bank", "zoo"]);
        assert_eq!(
            names(&all, "aws.amazon.com.example"),
            ["+evil", "amazon-old", "Bank", "zoo"]
        );
        assert!(names(&[], "login.example").is_empty());
    }

    #[test]
    fn an_account_is_likely_by_the_letters_of_its_issuer_or_name() {
        let likely = |issuer: &str, name: &str, host: &str| {
            is_likely(&account(name, issuer, &[]), &site(host))
        };
        for (issuer, name, host) in [
            ("GitHub", "", "github.com"),
            ("", "GitHub", "www.github.com"),
            ("Amazon Web Services", "x", "signin.aws.amazon.com"),
            ("Hetzner", "x", "accounts.myhetzner.de"),
            ("Red Hat", "x", "sso.redhat.com"),
            ("", "aws", "signin.aws.amazon.com"),
            ("Home", "", "localhost.home.arpa"),
        ] {
            assert!(likely(issuer, name, host), "{issuer} {name} {host}");
        }
        for (issuer, name, host) in [
            ("", "", "github.com"),
            ("Booking.com", "", "evil.com"),
            ("Amazon Web Services", "", "awesome.example.com"),
            ("X", "a b", "xab.example.com"),
            ("GitHub", "", "git.hub.com"),
        ] {
            assert!(!likely(issuer, name, host), "{issuer} {name} {host}");
        }
    }

    #[test]
    fn the_longest_answer_is_one_that_a_browser_takes() {
        let long = Account {
            username: "𝕏".repeat(200),
            ..account(&"𝕏".repeat(64), "", &[])
        };
        let all = vec![long; MAX_OFFERED + 5];
        let offered = offered(&all, &site("a.example"));
        assert_eq!(offered.len(), MAX_OFFERED);
        let json = serde_json::to_vec(&offered).unwrap();
        assert!(json.len() + 100 < crate::frame::MAX_ANSWER);
        assert!(offered[0].label.ends_with('…'));
    }

    #[test]
    fn names_are_shown_as_one_line() {
        let shown = shown(&account("a\u{202e}b\nc", "", &[]), &site("a.example"));
        assert_eq!((&*shown.name, &*shown.label), ("ab c", "ab c (jane)"));
    }
}
