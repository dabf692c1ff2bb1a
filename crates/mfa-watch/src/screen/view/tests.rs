//! Screens, as text.

use mfa_core::account::Kind;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::feed::News;
use crate::samples::{NOW, account, accounts, codes};
use crate::screen::model::{Key, Msg};

fn watch(accounts: Vec<Account>) -> Model {
    let mut model = Model::new(Purpose::Watch, String::new());
    model.update(Msg::News(News::Accounts(Ok(accounts))), NOW);
    model
}

fn with_code(model: &mut Model, code: &str) {
    let account = model.account().unwrap().clone();
    let news = News::Codes(Ok(codes([(&account, code, NOW)])));
    model.update(Msg::News(news), NOW);
}

fn terminal(model: &mut Model, columns: u16, rows: u16, now: u64) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal
        .draw(|frame| draw(frame, model, false, now))
        .unwrap();
    terminal
}

/// Returns the lines of a screen, without the space behind them.
fn screen(model: &mut Model, columns: u16, rows: u16, now: u64) -> String {
    let terminal = terminal(model, columns, rows, now);
    let buffer = terminal.backend().buffer();
    let line = |row| {
        let cells = (0..columns).map(|column| buffer[(column, row)].symbol());
        cells.collect::<String>().trim_end().to_owned()
    };
    (0..rows).map(line).collect::<Vec<_>>().join("\n")
}

fn many() -> Vec<Account> {
    let one = |number: u8| {
        account(
            number,
            &format!("account-{number:02}"),
            "Issuer",
            "jane@example.com",
        )
    };
    (1..=40).map(one).collect()
}

#[test]
#[cfg_attr(windows, ignore = "a program in wine does not find the snapshots")]
fn forty_columns_are_enough() {
    let mut model = watch(many());
    with_code(&mut model, "123456");
    insta::assert_snapshot!("forty", screen(&mut model, 40, 20, NOW + 7));
}

#[test]
#[cfg_attr(windows, ignore = "a program in wine does not find the snapshots")]
fn a_hundred_columns_show_all_details() {
    let mut model = watch(accounts());
    model.update(Msg::Key(Key::Move(1)), NOW);
    with_code(&mut model, "12345678");
    insta::assert_snapshot!("hundred", screen(&mut model, 100, 18, NOW + 28));
}

#[test]
#[cfg_attr(windows, ignore = "a program in wine does not find the snapshots")]
fn a_low_screen_shows_the_code_without_big_digits() {
    let mut model = watch(accounts());
    with_code(&mut model, "123456");
    insta::assert_snapshot!("low", screen(&mut model, 40, 8, NOW));
    for (columns, rows) in [(1, 1), (5, 3), (3, 9), (40, 4), (9, 60), (300, 2)] {
        screen(&mut model, columns, rows, NOW);
    }
}

#[test]
fn the_list_scrolls_with_the_choice() {
    let mut model = watch(many());
    screen(&mut model, 40, 20, NOW);
    for _ in 0..4 {
        model.update(Msg::Key(Key::Page(1)), NOW);
    }
    let shown = screen(&mut model, 40, 20, NOW);
    let chosen = shown.lines().find(|line| line.starts_with('>')).unwrap();
    let (before, _) = shown.split_once(chosen).unwrap();
    assert!(before.lines().count() > 2, "{shown}");
    model.update(Msg::Key(Key::Last), NOW);
    let shown = screen(&mut model, 40, 20, NOW);
    assert!(
        shown.contains("> account-40") && !shown.contains("account-01"),
        "{shown}"
    );
}

#[test]
fn a_search_says_how_many_match() {
    let mut model = watch(accounts());
    for letter in "git".chars() {
        model.update(Msg::Key(Key::Letter(letter)), NOW);
    }
    let shown = screen(&mut model, 40, 16, NOW);
    assert!(shown.starts_with("Search: git"), "{shown}");
    assert!(shown.lines().next().unwrap().ends_with("2 of 3"), "{shown}");
    model.update(Msg::Key(Key::Letter('z')), NOW);
    let shown = screen(&mut model, 40, 16, NOW);
    assert!(shown.contains("Nothing matches."), "{shown}");
}

#[test]
fn a_lock_leaves_nothing_and_says_how_to_unlock() {
    let mut model = watch(accounts());
    with_code(&mut model, "123456");
    model.update(Msg::News(News::Locked), NOW);
    let shown = screen(&mut model, 40, 16, NOW);
    assert!(
        shown.contains("mfactl unlock") && shown.ends_with("\nq ends"),
        "{shown}"
    );
    assert!(
        !shown.contains("123 456") && !shown.contains('█') && !shown.contains("aws"),
        "{shown}"
    );
}

#[test]
fn a_code_that_has_run_out_is_gone() {
    let mut model = watch(accounts());
    with_code(&mut model, "123456");
    assert!(screen(&mut model, 40, 16, NOW + 29).contains("123 456"));
    let shown = screen(&mut model, 40, 16, NOW + 30);
    assert!(
        !shown.contains("123 456") && !shown.contains('█'),
        "{shown}"
    );
}

#[test]
fn a_counter_says_that_its_codes_are_used_once() {
    let mut counter = account(1, "bank", "Bank", "");
    counter.kind = Kind::Hotp { counter: 3 };
    let mut model = watch(vec![counter]);
    assert!(!model.ticks());
    let shown = screen(&mut model, 60, 16, NOW);
    assert!(shown.contains("Each code is used once."), "{shown}");
}

#[test]
fn text_from_right_to_left_is_isolated() {
    let mut model = watch(vec![account(1, "בנק", "بنك", "dana")]);
    with_code(&mut model, "123456");
    let shown = screen(&mut model, 60, 16, NOW);
    let row = shown.lines().nth(1).unwrap();
    assert!(row.contains("\u{2068}בנק\u{2069}"), "{row:?}");
    assert!(row.contains("\u{2068}بنك · dana\u{2069}"), "{row:?}");
    let code = shown.lines().find(|line| line.contains("123 456")).unwrap();
    assert!(!turns_around(code), "{code:?}");
}

#[test]
fn without_colours_there_are_none() {
    let mut model = watch(accounts());
    with_code(&mut model, "123456");
    let plain = terminal(&mut model, 40, 16, NOW);
    let cells = &plain.backend().buffer().content;
    assert!(
        cells
            .iter()
            .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
    );
}

#[test]
#[cfg_attr(windows, ignore = "a program in wine does not find the snapshots")]
fn a_picker_shows_no_code() {
    let mut model = Model::new(Purpose::Pick, String::new());
    model.update(Msg::News(News::Accounts(Ok(accounts()))), NOW);
    insta::assert_snapshot!("picker", screen(&mut model, 40, 8, NOW));
}
