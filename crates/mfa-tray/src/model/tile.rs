//! The tile beside an account: a letter on a colour, by which a row is found faster. It is no mark of a service.

use mfa_core::Account;

/// The number of colours.
pub const COLOURS: u8 = 8;

/// A tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tile {
    /// The first letter or digit of the issuer, or else of the name, in upper case.
    pub letter: char,
    /// The number of its colour, below [`COLOURS`]. It is the same for all accounts of an issuer.
    pub colour: u8,
}

impl Tile {
    /// Returns the tile of an account.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let text = match account.issuer.as_str() {
            "" => &account.name,
            issuer => issuer,
        };
        let text = text.to_uppercase();
        let letter = text.chars().find(|first| first.is_alphanumeric());
        Self {
            letter: letter.unwrap_or(' '),
            colour: colour(&text),
        }
    }
}

/// Returns a number that depends on the text alone, so that the colour is the same tomorrow.
fn colour(text: &str) -> u8 {
    // FNV-1a, <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    // Its first bits depend on all letters, the last ones hardly.
    let [first, ..] = hash.to_be_bytes();
    first % COLOURS
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::model::tests::account;

    #[test]
    fn a_tile_has_the_first_letter_of_the_issuer() {
        let letter = |name, issuer| Tile::of(&account(name, issuer, "jane")).letter;
        assert_eq!(letter("work", "GitHub"), 'G');
        assert_eq!(letter("élysée", ""), 'É');
        assert_eq!(letter("x", "(1Password)"), '1');
        assert_eq!(letter("x", "בנק"), 'ב');
        assert_eq!(letter("x", "???"), ' ');
        // In upper case, it has two letters.
        assert_eq!(letter("ßeta", ""), 'S');
    }

    #[test]
    fn an_issuer_has_one_colour_and_issuers_have_several() {
        let tile = |issuer: &str| Tile::of(&account("x", issuer, "jane"));
        assert_eq!(tile("GitHub"), tile("github"));
        let names = [
            "AWS", "GitHub", "Google", "Okta", "Bank", "Mail", "VPN", "Shop",
        ];
        let colours: HashSet<_> = names.map(|name| tile(name).colour).into();
        assert!(colours.len() > 3 && colours.iter().all(|colour| *colour < COLOURS));
    }
}
