//! Names for accounts that come without one.
//!
//! All programs use this module, so that an account gets the same name from the command line, from
//! the tray and from the export of another app.

use crate::account::{MAX_NAME, NOT_IN_XML, is_invisible};

/// The issuer of codes of AWS.
const AWS: &str = "amazon web services";
/// Issuers with a common short name.
const SHORT_NAMES: &[(&str, &str)] = &[(AWS, "aws"), ("google cloud", "gcp")];
/// The number of digits of an AWS account number.
const AWS_DIGITS: usize = 12;

/// Chooses a free name for an account that comes without one: from its issuer, or else from its
/// user name.
///
/// A link of AWS names the user and the account, `jane@acme`. For AWS, the account is used first to
/// tell two names apart. `taken` returns whether a name is taken.
#[must_use]
pub fn suggest(issuer: &str, username: &str, taken: impl Fn(&str) -> bool) -> String {
    let folded = issuer.trim().to_lowercase();
    let base = SHORT_NAMES
        .iter()
        .find(|(long, _)| *long == folded)
        .map_or_else(|| slug(issuer), |(_, short)| (*short).to_owned());
    let user = slug(username);
    if base.is_empty() {
        let first = if user.is_empty() { "account" } else { &user };
        return free(first, taken);
    }
    let account = aws(issuer, username).map(|(_, account)| slug(account));
    let more = account
        .into_iter()
        .chain([user])
        .filter(|more| !more.is_empty())
        .map(|more| shorten(&format!("{base}-{more}")));
    let mut candidates = std::iter::once(base.clone()).chain(more);
    candidates
        .find(|name| !taken(name))
        .unwrap_or_else(|| free(&base, taken))
}

/// Returns the name, or, if it is taken, the name with a number.
///
/// It calls `taken` only a few times, because a file may have thousands of accounts of the same
/// name.
#[must_use]
pub fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(name) {
        return name.to_owned();
    }
    let base = shorten(name);
    let numbered = |n: u64| format!("{base}-{n}");
    let (mut last, mut free) = (1, 2);
    while taken(&numbered(free)) {
        (last, free) = (free, free * 2);
    }
    while free - last > 1 {
        let between = last.midpoint(free);
        if taken(&numbered(between)) {
            last = between;
        } else {
            free = between;
        }
    }
    numbered(free)
}

/// Returns the serial number of an AWS device, if its link contains the account number. The device
/// is assumed to have no path, as the console creates it.
#[must_use]
pub fn serial(issuer: &str, username: &str) -> Option<String> {
    let (device, account) = aws(issuer, username)?;
    let is_number = account.len() == AWS_DIGITS && account.bytes().all(|b| b.is_ascii_digit());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let known = is_number && !device.is_empty() && device.chars().all(is_plain);
    known.then(|| format!("arn:aws:iam::{account}:mfa/{device}"))
}

/// Returns a text that cannot play tricks on a terminal: control characters, and characters that reverse others, are
/// replaced by a visible sign.
#[must_use]
pub fn clean(text: &str) -> String {
    let show = |c: char| {
        if c.is_control() || is_invisible(c) {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(show).collect()
}

/// Returns a text of another app on one line, without invisible characters, cut to `max`
/// characters.
#[must_use]
pub fn tidy(text: &str, max: usize) -> String {
    let seen = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = text
        .chars()
        .filter(|c| !is_invisible(*c) && !NOT_IN_XML.contains(c))
        .map(seen)
        .collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&text, max)
}

/// Applies [`tidy`] to a text of another app. Returns whether it had to be cut.
#[must_use]
pub fn fit(text: &mut String, max: usize) -> bool {
    let whole = tidy(text, usize::MAX);
    *text = cut(&whole, max);
    *text != whole
}

/// Returns the remark on a text that was cut to fit: a sentence without its end.
#[must_use]
pub fn was_cut(what: &str, max: usize) -> String {
    format!("its {what} was cut to {max} characters")
}

/// Applies [`tidy`] to each line of a text.
#[must_use]
pub fn tidy_lines(text: &str, max: usize) -> String {
    let is_text = |c: &char| !c.is_control() && !NOT_IN_XML.contains(c);
    let keep = |c: &char| matches!(c, '\n' | '\t') || is_text(c);
    let text: String = text.trim().chars().filter(keep).collect();
    cut(&text, max)
}

fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(max - 1).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// Splits a user name of AWS into the device and the account.
fn aws<'n>(issuer: &str, username: &'n str) -> Option<(&'n str, &'n str)> {
    if !issuer.trim().eq_ignore_ascii_case(AWS) {
        return None;
    }
    username.trim().rsplit_once('@')
}

/// Returns the text in lower case, with a hyphen for each run of other characters than letters and
/// digits, so that it is easy to type in a shell.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    shorten(&slug)
}

/// Shortens a name to leave room for a number.
fn shorten(text: &str) -> String {
    let cut: String = text.chars().take(MAX_NAME - 12).collect();
    cut.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_suggested_free_and_easy_to_type() {
        let free = |_: &str| false;
        assert_eq!(suggest("Amazon Web Services", "root", free), "aws");
        assert_eq!(suggest("Big Company, Inc.", "", free), "big-company-inc");
        assert_eq!(suggest("", "jane@example.com", free), "jane-example-com");
        assert_eq!(suggest("", "", free), "account");
        assert_eq!(suggest("GitHub", "Jane", |n| n == "github"), "github-jane");
        assert_eq!(suggest("GitHub", "", |n| n == "github"), "github-2");
        let taken = ["github", "github-jane", "github-2"];
        let name = suggest("GitHub", "jane", |n| taken.contains(&n));
        assert_eq!(name, "github-3");
        let long = suggest(&"x".repeat(300), "y", free);
        assert!(long.chars().count() <= MAX_NAME);
    }

    #[test]
    fn accounts_of_aws_are_told_apart_by_the_account() {
        let issuer = "Amazon Web Services";
        let taken = |names: &'static [&str]| move |name: &str| names.contains(&name);
        let jane = |names| suggest(issuer, "jane@acme-prod", taken(names));
        assert_eq!(jane(&[]), "aws");
        assert_eq!(jane(&["aws"]), "aws-acme-prod");
        assert_eq!(jane(&["aws", "aws-acme-prod"]), "aws-jane-acme-prod");
        let all = &["aws", "aws-acme-prod", "aws-jane-acme-prod"];
        assert_eq!(jane(all), "aws-2");
        let number = suggest(issuer, "jane@123456789012", taken(&["aws"]));
        assert_eq!(number, "aws-123456789012");
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number_and_still_fits() {
        assert_eq!(free("Slack", |_| false), "Slack");
        assert_eq!(free("Slack", |name| name == "Slack"), "Slack-2");
        let long = "n".repeat(MAX_NAME);
        let other = free(&long, |name| name == long);
        assert!(other.ends_with("n-2") && other.chars().count() <= MAX_NAME);
    }

    #[test]
    fn thousands_of_one_name_are_numbered_without_trying_each() {
        let mut names = std::collections::HashSet::new();
        let asked = std::cell::Cell::new(0);
        for n in 1..=5000 {
            let taken = |name: &str| {
                asked.set(asked.get() + 1);
                names.contains(name)
            };
            let name = free("slack", taken);
            assert!(n == 1 || name == format!("slack-{n}"), "{name}");
            names.insert(name);
        }
        assert!(asked.get() < 5000 * 30, "{}", asked.get());
    }

    #[test]
    fn texts_of_other_apps_are_made_to_fit() {
        assert_eq!(tidy(" a\r\nb\u{202e}c  d ", 64), "a bc d");
        assert_eq!(tidy("abcdef", 4), "abc…");
        assert_eq!(tidy("ab  cdef", 4), "ab…");
        let mut text = " abcdef\n".to_owned();
        assert!(!fit(&mut text, 6) && text == "abcdef");
        assert!(fit(&mut text, 5) && text == "abcd…");
        assert_eq!(tidy_lines("a\r\nb\tc\0\n", 64), "a\nb\tc");
        assert_eq!(tidy_lines("語語語", 2), "語…");
    }

    #[test]
    fn serials_are_known_where_the_account_is_named_by_number() {
        let aws = |username| serial("Amazon Web Services", username);
        let arn = "arn:aws:iam::123456789012:mfa/jane@work";
        assert_eq!(aws("jane@work@123456789012").as_deref(), Some(arn));
        for unknown in [
            "jane@acme",
            "jane@1234",
            "@123456789012",
            "jane",
            "ä@123456789012",
        ] {
            assert_eq!(aws(unknown), None, "{unknown}");
        }
        assert_eq!(serial("GitHub", "jane@123456789012"), None);
    }
}
