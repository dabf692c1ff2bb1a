//! Sites that ask for codes in a browser, by the name of their host.
//!
//! Names are compared as browsers write them: in small letters, and in ASCII (`xn--…`), so that two names that look
//! alike never count as one.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

/// The maximum number of domains of an account.
pub const MAX_DOMAINS: usize = 16;
/// The maximum length of the name of a host, in characters (RFC 1035 section 2.3.4, without the last dot).
const MAX_HOST: usize = 253;
/// The maximum length of a part of it, in characters (RFC 1035 section 2.3.4).
const MAX_LABEL: usize = 63;
/// The one name without a dot, which is always this computer (RFC 6761 section 6.3).
const LOCALHOST: &str = "localhost";
/// The beginnings of the addresses of pages.
const SCHEMES: [&str; 2] = ["https://", "http://"];

/// The name of a host: `signin.aws.amazon.com`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Site(String);

/// A text is not the name of a host. Never contains the text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The name has other characters than browsers use.
    #[error(
        "the domain must be written as in signin.aws.amazon.com; write one with other letters as xn--…"
    )]
    NotAHost,
    /// The name has one part only, such as `com`. It would stand for many sites.
    #[error("the domain has one part only: write it in full, as in signin.aws.amazon.com")]
    TooShort,
}

impl Site {
    /// Reads the name of a host. Capital letters become small ones.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let host = text.to_ascii_lowercase();
        if host.len() > MAX_HOST || !host.split('.').all(is_label) {
            return Err(Error::NotAHost);
        }
        if !host.contains('.') && host != LOCALHOST {
            return Err(Error::TooShort);
        }
        Ok(Self(host))
    }

    /// Reads the name of a host, or the address of a page of it, as a person copies it from a browser:
    /// `https://signin.aws.amazon.com/console`.
    ///
    /// # Errors
    /// Each variant of [`enum@Error`].
    pub fn of_address(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let without = |scheme: &str| {
            let (begin, rest) = text.split_at_checked(scheme.len())?;
            begin.eq_ignore_ascii_case(scheme).then_some(rest)
        };
        let address = SCHEMES.into_iter().find_map(without).unwrap_or(text);
        let host = address.split(['/', '?', '#']).next().unwrap_or_default();
        let host = match host.rsplit_once(':') {
            Some((host, port)) if is_number(port) => host,
            _ => host,
        };
        Self::parse(host)
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether this is the other site, or one above it: `amazon.com` covers `signin.aws.amazon.com`. Whoever has a
    /// domain decides about all names below it. An address of numbers covers only itself.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        let above = other.0.strip_suffix(&self.0);
        !self.is_address() && above.is_some_and(|names| names.ends_with('.'))
    }

    fn is_address(&self) -> bool {
        is_number(self.0.rsplit('.').next().unwrap_or_default())
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name that no host can have (RFC 6761 section 6.4).
const NOWHERE: &str = "unreadable.invalid";

/// Reads a list of names of hosts, each of them once and at most [`MAX_DOMAINS`]. What is none is left out: it is never the
/// site that a browser shows. Of a list without a name that can be read, one is left that no host can have: the account is
/// for some sites, and not for the first one that asks.
#[must_use]
pub fn known<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<Site> {
    let mut sites = Vec::new();
    let mut is_empty = true;
    for text in texts {
        is_empty = false;
        if sites.len() == MAX_DOMAINS {
            break;
        }
        if let Ok(site) = Site::parse(text.trim())
            && !sites.contains(&site)
        {
            sites.push(site);
        }
    }
    if sites.is_empty() && !is_empty {
        sites.push(Site(NOWHERE.to_owned()));
    }
    sites
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

fn is_label(label: &str) -> bool {
    let is_known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=MAX_LABEL).contains(&label.len())
        && label.chars().all(is_known)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(text: &str) -> Site {
        Site::parse(text).unwrap()
    }

    #[test]
    fn names_of_hosts_are_read() {
        for (text, expected) in [
            ("signin.aws.amazon.com", "signin.aws.amazon.com"),
            ("GitHub.com", "github.com"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
        ] {
            assert_eq!(site(text).as_str(), expected);
        }
        for text in ["com", "intranet", "42"] {
            assert_eq!(Site::parse(text), Err(Error::TooShort), "{text}");
        }
        let long = format!("{}.com", "a".repeat(MAX_LABEL + 1));
        let whole = ["a"; 128].join(".");
        for text in [
            "",
            ".",
            ".com",
            "github.com.",
            "a..b",
            "-a.com",
            "a-.com",
            "a b.com",
            "bücher.example",
            "https://github.com",
            "github.com:443",
            "[::1]",
            "a_b.com",
            "*.github.com",
            "a.com\n",
            &long,
            &whole,
        ] {
            assert_eq!(Site::parse(text), Err(Error::NotAHost), "{text}");
        }
    }

    #[test]
    fn an_address_is_read_as_its_host() {
        for text in [
            "signin.aws.amazon.com",
            " https://signin.aws.amazon.com/console?region=eu#top ",
            "HTTP://Signin.AWS.amazon.com:8443/",
            "signin.aws.amazon.com:443/x",
            "https://signin.aws.amazon.com?a=https://b.example/",
        ] {
            assert_eq!(Site::of_address(text), Ok(site("signin.aws.amazon.com")));
        }
        assert_eq!(
            Site::of_address("http://localhost:80"),
            Ok(site("localhost"))
        );
        assert_eq!(Site::of_address("https://com/"), Err(Error::TooShort));
        for text in [
            "",
            "https://",
            "ftp://a.com/",
            "otpauth://totp/a.com?secret=x",
            "https://user@a.com/",
            "https://a.com:x/",
            "https://a.com:/",
            "https://[::1]/",
            "https:/a.com",
            "ä",
        ] {
            assert_eq!(Site::of_address(text), Err(Error::NotAHost), "{text}");
        }
    }

    #[test]
    fn of_a_list_what_is_no_host_is_left_out() {
        let texts = ["b.com", "", "x y", " A.com", "a.com", "com", "B.com"];
        assert_eq!(known(texts), [site("b.com"), site("a.com")]);
        let many: Vec<_> = (0..=MAX_DOMAINS)
            .map(|number| format!("{number}.com"))
            .collect();
        assert_eq!(known(many.iter().map(String::as_str)).len(), MAX_DOMAINS);
    }

    #[test]
    fn a_domain_covers_itself_and_what_is_below_it() {
        let domain = site("aws.amazon.com");
        for below in [
            "aws.amazon.com",
            "signin.aws.amazon.com",
            "a.b.aws.amazon.com",
        ] {
            assert!(domain.covers(&site(below)), "{below}");
        }
        for other in [
            "amazon.com",
            "myaws.amazon.com",
            "aws.amazon.com.example",
            "aws.amazon.co",
            "aws-amazon.com",
        ] {
            assert!(!domain.covers(&site(other)), "{other}");
        }
        assert!(site("127.0.0.1").covers(&site("127.0.0.1")));
        assert!(!site("0.0.1").covers(&site("127.0.0.1")));
    }
}
