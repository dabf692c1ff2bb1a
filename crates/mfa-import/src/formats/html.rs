//! A web page with links, as Stratum, Ente Auth and mfa-export write it for printing.

use std::collections::HashSet;

use super::{Format, prefs};
use crate::damage::Damage;
use crate::error::Error;
use crate::found::Found;
use crate::links::{self, Links};
use crate::text;

/// A web page with links.
pub(super) struct Html;

/// What all schemes have in common: `otpauth` and `motp`.
const SCHEME: &str = "otp";
/// The largest number of links.
const MAX_LINKS: usize = 100_000;

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn title(&self) -> &'static str {
        "a web page with links: otpauth://, as Stratum, Ente Auth and mfactl export it"
    }

    fn detect(&self, bytes: &[u8]) -> bool {
        let is_page = bytes.trim_ascii_start().starts_with(b"<") && !prefs::is_one(bytes);
        is_page && text::of(bytes).is_ok_and(|text| found_in(text).next().is_some())
    }

    fn decode(&self, bytes: &[u8], _password: Option<&[u8]>) -> Result<Found, Error> {
        let text = text::of(bytes).map_err(|_| Damage::NotUtf8)?;
        let mut seen = HashSet::new();
        let mut links = Links::default();
        for link in found_in(text) {
            // A page may contain a link both as text and as an address.
            if seen.insert(link) {
                links.read(&format!("link {}", seen.len()), &plain(link));
            }
            if seen.len() > MAX_LINKS {
                return Err(Damage::TooMuch.into());
            }
        }
        Ok(links.finish())
    }
}

/// Returns the links of a page, still escaped.
fn found_in(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'');
    let mut rest = text;
    let places = std::iter::from_fn(move || {
        let at = rest.find(SCHEME)?;
        let (_, place) = rest.split_at(at - usize::from(rest[..at].ends_with('m')));
        let link;
        (link, rest) = place.split_at(place.find(ends).unwrap_or(place.len()));
        Some(link)
    });
    places.filter(|link| links::is_link(link))
}

fn plain(link: &str) -> String {
    link.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_once() {
        let page = b"<!doctype html><p><a href=\"otpauth://totp/A:a?secret=JBSWY3DPEHPK3PXP&amp;digits=8\">x</a>\
            <code>otpauth://totp/A:a?secret=JBSWY3DPEHPK3PXP&amp;digits=8</code>otpauth is \
            <code>otpauth://totp/B:b?secret=1</code>";
        assert!(Html.detect(page));
        let found = Html.read(page, None).unwrap();
        assert_eq!(
            (found.accounts.len(), found.accounts[0].digits.get()),
            (1, 8)
        );
        assert_eq!(found.skipped[0].name, "link 2");
        assert!(!Html.detect(b"<p>otpauth motp"));
        let motp =
            b"<a href='motp://A:a?secret=00ff&amp;pin=1234'>otpauth://totp/B?secret=JBSWY3DP</a>";
        let found = Html.read(motp, None).unwrap();
        assert_eq!(found.accounts.len(), 2);
    }
}
