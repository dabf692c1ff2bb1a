//! Tests of tables of many accounts, at the widths that terminals have.

use mfa_core::AccountId;
use mfa_core::account::Kind;

use super::*;

const NOW: u64 = 1_000_000_029;

fn row(name: &str, issuer: &str, username: &str, code: &str, period: u64) -> Row {
    let account = Account {
        name: name.into(),
        issuer: issuer.into(),
        username: username.into(),
        ..Account::new(AccountId::from_random([0; 16]), Kind::Steam, 0)
    };
    let valid_from = NOW - NOW % period.max(1);
    let code = IssuedCode {
        code: code.to_owned().into(),
        valid_from,
        valid_until: valid_from + period,
    };
    (account, Some(code).filter(|code| !code.code.is_empty()))
}

/// Returns rows with short and long texts, in wide scripts and in scripts that are read from right to left.
fn forty() -> Vec<Row> {
    let kinds = [
        (
            "aws",
            "Amazon Web Services",
            "root-account-mfa-device@123456789012",
            "492039",
        ),
        (
            "mitsubishi",
            "三菱UFJ銀行インターネットバンキング",
            "田中太郎",
            "904553",
        ),
        ("bank", "بنك الكويت الوطني", "سلمان@example.com", "194412"),
        ("hapoalim", "בנק הפועלים", "דנה", "118420"),
        (
            "a-name-of-sixty-four-characters-as-long-as-names-may-ever-be-here",
            "",
            "",
            "12345",
        ),
    ];
    let rows = (0..40).map(|n| {
        let (name, issuer, username, code) = kinds[n % kinds.len()];
        row(&format!("{n}{name}"), issuer, username, code, 30)
    });
    rows.collect()
}

fn without_codes(rows: Vec<Row>) -> Vec<Row> {
    rows.into_iter()
        .map(|(account, _)| (account, None))
        .collect()
}

fn people(rows: &[Row], columns: usize) -> Vec<String> {
    for_people(Output::TERMINAL, rows, columns, NOW)
}

#[test]
fn it_is_no_wider_than_the_terminal_and_no_account_is_missing() {
    for columns in [40, 60, 80, 120] {
        for rows in [forty(), without_codes(forty())] {
            let lines = people(&rows, columns);
            for line in &lines {
                assert!(width(line) <= columns, "{columns}: {line}");
            }
            let text = lines.join("\n");
            for n in 0..40 {
                assert!(text.contains(&format!("{n}aws")) || n % 5 != 0, "{text}");
            }
            assert_eq!(
                text.matches("194 412").count(),
                if rows[0].1.is_some() { 8 } else { 0 }
            );
        }
    }
}

#[test]
fn the_user_name_is_shortened_first_and_then_the_issuer() {
    let rows = without_codes(forty()[..1].to_vec());
    let last = |columns| people(&rows, columns).pop().unwrap();
    assert_eq!(
        last(80),
        "0aws   Amazon Web Services   root-account-mfa-device@123456789012"
    );
    assert_eq!(
        last(60),
        "0aws   Amazon Web Services   root-account-mfa-device@123456…"
    );
    let rows = [row(
        "a-name-of-thirty-characters-and",
        "Amazon Web Services",
        "root@1234",
        "",
        0,
    )];
    let last = people(&rows, 60).pop().unwrap();
    assert_eq!(
        last,
        "a-name-of-thirty-characters-and   Amazon Web…   root@1234"
    );
}

#[test]
fn below_sixty_columns_an_account_takes_two_lines() {
    let rows = [forty().swap_remove(0), row("b", "", "", "904553", 30)];
    let lines = people(&rows, 40);
    assert_eq!(
        lines,
        [
            "Codes change in 21 s ███████░░░",
            "492 039   0aws",
            "          Amazon Web Services — root-ac…",
            "904 553   b",
        ]
    );
    let lines = people(&without_codes(rows.to_vec()), 40);
    assert_eq!(
        lines[..2],
        ["0aws", "  Amazon Web Services — root-account-mf…"]
    );
}

#[test]
fn codes_stand_first_and_nothing_turns_them_around() {
    let lines = people(&forty()[..3], 100);
    assert_eq!(lines[0], "Codes change in 21 s ███████░░░");
    assert!(lines[1].starts_with("CODE      NAME "), "{}", lines[1]);
    assert!(lines[2].starts_with("492 039   0aws "), "{}", lines[2]);
    let arabic = "\u{2066}194 412\u{2069}   \u{2068}2bank\u{2069}         \u{2068}بنك الكويت الوطني\u{2069} ";
    assert!(lines[4].starts_with(arabic), "{:?}", lines[4]);
    assert!(
        lines[4].ends_with("   \u{2068}سلمان@example.com\u{2069}"),
        "{:?}",
        lines[4]
    );
}

#[test]
fn there_is_one_countdown_for_each_period() {
    let rows = [
        row("a", "A", "a", "111111", 60),
        row("b", "B", "b", "222222", 30),
        row("c", "C", "c", "", 0),
        row("d", "D", "d", "333333", 30),
    ];
    assert_eq!(
        people(&rows, 80),
        [
            "30-second codes change in 21 s ███████░░░",
            "CODE      NAME   ISSUER   USERNAME",
            "222 222   b      B        b",
            "333 333   d      D        d",
            "",
            "60-second codes change in 51 s █████████░",
            "111 111   a      A        a",
            "",
            "Counter-based (showing a code uses it up): mfactl get NAME",
            "          c      C        c",
        ]
    );
}

#[test]
fn a_pipe_gets_a_plain_table() {
    let lines = for_programs(&forty(), true, NOW);
    let text = lines.join("\n");
    let turned = |c: char| ('\u{2066}'..='\u{2069}').contains(&c);
    assert!(
        !text.contains(turned) && !text.contains(['█', '…']),
        "{text}"
    );
    assert!(
        lines[0].starts_with("CODE        LEFT    NAME "),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].starts_with("492039      21 s    0aws "),
        "{}",
        lines[1]
    );
    // No text that is read from right to left stands before it.
    assert!(
        lines[3].starts_with("194412      21 s    2bank "),
        "{}",
        lines[3]
    );
    let without = for_programs(&without_codes(forty()), false, NOW);
    assert!(without[0].starts_with("NAME "), "{}", without[0]);
}
