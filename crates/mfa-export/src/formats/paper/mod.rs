//! Accounts on paper: a web page to print, with the QR code and the key of each account. It needs nothing but itself: no
//! script, no font, no picture from elsewhere.
//!
//! The texts of accounts come from anywhere, so each of them is escaped, and isolated from the text beside it.

mod card;

use mfa_core::item::Entry;
use zeroize::Zeroizing;

use super::{Bytes, Format, Options};
use crate::failure::Failure;
use crate::holds::Holds;
use card::Card;

/// A page to print.
pub(super) struct Paper;

const STYLE: &str = include_str!("style.css");
/// Even if a text were not escaped, nothing could be loaded or run.
const POLICY: &str = include_str!("policy.txt");

impl Format for Paper {
    fn name(&self) -> &'static str {
        "paper"
    }

    /// As a web page with links.
    fn read_as(&self) -> &'static str {
        "html"
    }

    fn title(&self) -> &'static str {
        "a page to print, with the QR code and the key of each account (HTML)"
    }

    fn holds(&self) -> Holds {
        Holds {
            name: true,
            ..Holds::only(&["totp", "hotp", "steam", "motp", "yandex"])
        }
    }

    fn write(&self, entries: &[Entry], options: Options<'_>) -> Result<Bytes, Failure> {
        let cards = entries.iter().map(Card::new);
        let rows = rows(cards.collect::<Result<_, _>>()?);
        let mut page = Zeroizing::new(String::with_capacity(length(&rows)));
        page.push_str(&head(entries.len(), &escaped(options.date)));
        for row in &rows {
            page.push_str("<div class=\"row\">\n");
            row.iter().for_each(|card| page.push_str(&card.html));
            page.push_str("</div>\n");
        }
        page.push_str("</main>\n</body>\n</html>\n");
        Ok(Bytes::new(page.as_bytes().to_vec()))
    }
}

/// Returns enough room for a page: one that has to grow would leave copies of the secrets behind.
fn length(rows: &[Vec<Card>]) -> usize {
    let cards: usize = rows.iter().flatten().map(|card| card.html.len() + 64).sum();
    cards + STYLE.len() + 4096
}

/// Puts the cards into rows of two. A wide one has a row of its own.
fn rows(cards: Vec<Card>) -> Vec<Vec<Card>> {
    let mut rows: Vec<Vec<Card>> = Vec::new();
    for card in cards {
        match rows.last_mut() {
            Some(row) if row.len() == 1 && !row[0].is_wide && !card.is_wide => row.push(card),
            _ => rows.push(vec![card]),
        }
    }
    rows
}

/// Returns everything above the accounts.
fn head(count: usize, date: &str) -> String {
    let accounts = match count {
        1 => "1 account".to_owned(),
        count => format!("{count} accounts"),
    };
    let policy = POLICY.trim();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"generator\" content=\"mfactl\">\n\
         <title>Accounts for one-time codes, {date}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n\
         <h1>Accounts for one-time codes</h1>\n<p>{accounts}. Made by mfactl on {date}.</p>\n<ul>\n<li>{USE}</li>\n\
         <li>{KEEP}</li>\n<li class=\"screen\">{PRINT}</li>\n</ul>\n</header>\n<main>\n"
    )
}

const USE: &str = "To use an account, scan its QR code with any authenticator app. Without a camera, type its key into \
                   the app.";
const KEEP: &str = "Keep this paper in a safe place, away from your passwords. Anyone who sees it can generate the codes \
                    forever.";
const PRINT: &str = "Print this page, then delete the file: it holds your secrets in plain text.";

/// Returns a text that has no meaning in HTML, neither between tags nor in the value of an attribute.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() || reorders(c) => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Returns whether a character can change the order of those after it, and so make another name of one.
fn reorders(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use mfa_core::account::Kind;
    use mfa_core::{Account, AccountId, Secret};

    use super::*;

    #[test]
    fn a_text_cannot_leave_its_place() {
        let hostile = "</bdi><script>alert('1')</script>\" onload=\"x\0&amp;";
        assert_eq!(
            escaped(hostile),
            "&lt;/bdi&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onload=&quot;x\u{fffd}&amp;amp;"
        );
        assert_eq!(escaped("a\u{202e}gpj.exe"), "a\u{fffd}gpj.exe");
        assert_eq!(escaped("Ä 語 שלום"), "Ä 語 שלום");
    }

    #[test]
    fn hostile_names_stay_texts() {
        let hostile = "\"><script>x</script><img src=a onerror=b>";
        let kind = Kind::Hotp { counter: 1 };
        let entry = Entry {
            account: Account {
                name: hostile.into(),
                issuer: hostile.into(),
                username: hostile.into(),
                ..Account::new(AccountId::from_random([1; 16]), kind, 0)
            },
            secret: Secret::from_bytes(vec![1; 20]).unwrap(),
        };
        let options = Options {
            date: "<b>",
            ..Options::default()
        };
        let page = Paper.write(&[entry], options).unwrap();
        let page = String::from_utf8(page.to_vec()).unwrap();
        for tag in [
            "<script",
            "<img",
            "<b>",
            "src=\"",
            "onerror=\"",
            "http://",
            "https://",
        ] {
            let page = page.replace("http://www.w3.org/2000/svg", "");
            assert!(!page.contains(tag), "{tag}");
        }
        assert_eq!(page.matches("&lt;script&gt;x&lt;/script&gt;").count(), 3);
        assert!(page.contains(POLICY.trim()));
    }

    #[test]
    fn a_wide_card_has_a_row_of_its_own() {
        let card = |is_wide| Card {
            html: Zeroizing::default(),
            is_wide,
        };
        let of = |wide: &[bool]| {
            let rows = rows(wide.iter().copied().map(card).collect());
            rows.iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(of(&[false; 5]), [2, 2, 1]);
        assert_eq!(of(&[false, true, false, false]), [1, 1, 2]);
        assert_eq!(of(&[true, true, false]), [1, 1, 1]);
    }
}
