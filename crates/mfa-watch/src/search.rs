//! Finds accounts while a person types. First come those whose name begins so, last those that have all of its letters in
//! this order: `gtj` finds GitHub, jane.

use mfa_core::Account;

use crate::board::Board;

/// Returns the accounts that match what was typed, the best match first, and those that match as well in their order.
pub(crate) fn find<'b>(board: &'b Board, typed: &str) -> Vec<&'b Account> {
    let typed = typed.trim().to_lowercase();
    let ranked = board.accounts.iter();
    let ranked = ranked.filter_map(|one| Some((rank(one, &typed)?, one)));
    let mut ranked: Vec<_> = ranked.collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, account)| account).collect()
}

/// Returns how well an account matches; 0 is best.
fn rank(account: &Account, typed: &str) -> Option<u8> {
    let texts = [&account.name, &account.issuer, &account.username];
    let texts = texts.map(|text| text.to_lowercase());
    let all = texts.join(" ");
    let words = || typed.split_whitespace();
    let has_letters = |word: &str| {
        let mut letters = all.chars();
        word.chars()
            .all(|wanted| letters.any(|letter| letter == wanted))
    };
    if texts[0] == typed {
        Some(0)
    } else if texts[0].starts_with(typed) {
        Some(1)
    } else if texts.iter().any(|text| text.starts_with(typed)) {
        Some(2)
    } else if words().all(|word| all.contains(word)) {
        Some(3)
    } else {
        words().all(has_letters).then_some(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{accounts, open};

    fn names(typed: &str) -> Vec<String> {
        let board = open(accounts());
        let found = find(&board, typed).into_iter();
        found.map(|one| one.name.clone()).collect()
    }

    #[test]
    fn the_best_match_comes_first() {
        assert_eq!(names(""), ["aws", "github", "gitlab"]);
        assert_eq!(names("git"), ["github", "gitlab"]);
        assert_eq!(names("GITLAB "), ["gitlab"]);
        assert_eq!(names("gitla"), ["gitlab"]);
        assert_eq!(names("jane lab"), ["gitlab"]);
        assert_eq!(names("gtlb"), ["gitlab"]);
        assert_eq!(names("gtj"), ["github", "gitlab"]);
        assert_eq!(names("web root"), ["aws"]);
        assert_eq!(names("zzz"), [""; 0]);
    }
}
