//! What programs and screen readers follow: a line when something changes, and nothing in between.

mod bar;
mod json;
mod plain;

use std::io::{self, Write};
use std::time::Duration;

use mfa_core::Account;

use crate::board::{Access, Board, changed_at, changes_at};
use crate::clock;
use crate::feed::{Feed, News};

pub(crate) use bar::Bar;
pub(crate) use json::Json;
pub(crate) use plain::Plain;

/// The longest time without a look at the clock, which may be set and which stands still while the computer sleeps.
const LONGEST: Duration = Duration::from_secs(60);

/// Makes lines of what is known.
pub(crate) trait Lines {
    /// Returns what has changed since the last call.
    fn lines(&mut self, board: &Board, now: u64) -> Vec<String>;

    /// Returns the accounts that it is about.
    fn about<'b>(&self, board: &'b Board) -> Vec<&'b Account>;

    /// Returns when the lines change next without news, in Unix seconds.
    fn changes_at(&self, _board: &Board, _now: u64) -> Option<u64> {
        None
    }
}

/// Prints lines until nobody reads them any more.
///
/// # Errors
/// Those of standard output.
pub(crate) async fn follow(
    mut feed: Feed,
    mut lines: impl Lines,
    with_codes: bool,
) -> io::Result<()> {
    let mut board = Board::default();
    let mut wished = Wished::default();
    let mut gone = std::pin::pin!(crate::platform::reader_gone());
    // Until then nothing is known, which is no change.
    board.hear(feed.next().await);
    loop {
        let now = clock::now();
        if with_codes && let Some(ids) = wished.next(&board, &lines.about(&board), now) {
            feed.wish(ids);
        }
        if !wished.is_waiting {
            print(&lines.lines(&board, now))?;
        }
        let at = [lines.changes_at(&board, now), wished.until];
        let at = at.into_iter().flatten().min();
        let pause = at.map_or(LONGEST, |at| clock::until(at).min(LONGEST));
        tokio::select! {
            news = feed.next() => {
                wished.hear(&news);
                board.hear(news);
            }
            () = tokio::time::sleep(pause) => {}
            () = &mut gone => return Ok(()),
        }
    }
}

fn print(lines: &[String]) -> io::Result<()> {
    let mut output = io::stdout().lock();
    for line in lines {
        writeln!(output, "{line}")?;
    }
    output.flush()
}

/// The codes that were wished for.
#[derive(Debug, Default)]
struct Wished {
    ids: Vec<String>,
    /// Before this time, which only a clock that is set back shows, they have to be asked for again too.
    since: Option<u64>,
    /// When they have to be asked for again.
    until: Option<u64>,
    /// Whether they have not arrived yet.
    is_waiting: bool,
}

impl Wished {
    /// Takes notice of news.
    fn hear(&mut self, news: &News) {
        self.is_waiting &= !matches!(news, News::Codes(_));
        if !matches!(news, News::Codes(Ok(_))) {
            // After a refusal, nobody is asked again before the accounts are told again.
            *self = Self::default();
        }
    }

    /// Returns the codes to wish for, if these are others than before or if they are not those of this time.
    fn next(&mut self, board: &Board, about: &[&Account], now: u64) -> Option<Vec<String>> {
        if board.access != Access::Open || board.refused.is_some() {
            return None;
        }
        let timed = about
            .iter()
            .filter(|account| account.kind.period().is_some());
        let ids: Vec<_> = timed.map(|account| account.id.to_string()).collect();
        let is_over = self.until.is_some_and(|until| now >= until);
        let is_early = self.since.is_some_and(|since| now < since);
        if ids == self.ids && !is_over && !is_early {
            return None;
        }
        self.since = about.iter().filter_map(|one| changed_at(one, now)).max();
        self.until = about.iter().filter_map(|one| changes_at(one, now)).min();
        self.is_waiting = !ids.is_empty();
        self.ids.clone_from(&ids);
        Some(ids)
    }
}

#[cfg(test)]
mod tests {
    use mfa_ipc::Error;

    use super::*;
    use crate::samples::{NOW, accounts, codes, open};

    #[test]
    fn codes_are_wished_for_once_in_each_period() {
        let all = accounts();
        let mut board = open(all.clone());
        let about = [&all[0]];
        let mut wished = Wished::default();
        let ids = Some(vec![all[0].id.to_string()]);
        assert_eq!(wished.next(&board, &about, NOW), ids);
        assert!(wished.is_waiting);
        let news = News::Codes(Ok(codes([(&all[0], "123456", NOW)])));
        wished.hear(&news);
        board.hear(news);
        assert!(!wished.is_waiting);
        assert_eq!(wished.next(&board, &about, NOW + 29), None);
        assert_eq!(wished.next(&board, &about, NOW + 30), ids);
    }

    #[test]
    fn a_clock_that_is_set_has_codes_wished_for_again_and_once() {
        let all = accounts();
        for later in [NOW - 3600, NOW + 3600] {
            let mut board = open(all.clone());
            let about = [&all[0]];
            let mut wished = Wished::default();
            let ids = Some(vec![all[0].id.to_string()]);
            assert_eq!(wished.next(&board, &about, NOW + 10), ids);
            assert_eq!(
                wished.next(&board, &about, NOW),
                None,
                "the code is the same"
            );
            for from in [NOW, later] {
                let news = News::Codes(Ok(codes([(&all[0], "123456", from)])));
                wished.hear(&news);
                board.hear(news);
                let again = wished.next(&board, &about, later);
                assert_eq!(again.is_some(), from == NOW, "{from} {later}");
                assert_eq!(wished.is_waiting, from == NOW);
            }
            assert!(board.code(all[0].id, later).is_some());
        }
    }

    #[test]
    fn nobody_is_asked_again_after_a_refusal() {
        let all = accounts();
        let mut board = open(all.clone());
        let about = [&all[0]];
        let mut wished = Wished::default();
        assert!(wished.next(&board, &about, NOW).is_some());
        let refusal = || News::Codes(Err(Error::AccessDenied("no".into())));
        wished.hear(&refusal());
        board.hear(refusal());
        assert!(!wished.is_waiting);
        assert_eq!(wished.next(&board, &about, NOW + 30), None);
    }

    #[test]
    fn a_board_without_accounts_needs_no_codes() {
        let mut wished = Wished::default();
        assert_eq!(wished.next(&Board::default(), &[], NOW), None);
    }
}
