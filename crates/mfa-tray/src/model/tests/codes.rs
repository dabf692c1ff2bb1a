//! Tests of the codes in the menu.

use super::*;

/// Returns the rows of the accounts, with the line above them.
fn rows(model: &Model, now: u64) -> Vec<String> {
    let lines = lines(&model.view(now).items);
    let end = lines.iter().position(|line| line == "---").unwrap();
    lines[..end].to_vec()
}

fn answer(account: AccountId, digits: &str, from: u64, period: u64) -> Msg {
    Msg::Shown {
        account,
        result: Ok(code(digits, from, period)),
    }
}

#[test]
fn codes_stand_first_and_one_line_counts_for_each_period() {
    let mut slow = account("slow", "Bank", "me");
    (slow.kind, slow.digits) = (every(45), Digits::new(8).unwrap());
    let mut hotp = account("hotp", "Counter", "");
    hotp.kind = Kind::Hotp { counter: 0 };
    let accounts = vec![account("aws", "AWS", "root"), hotp, slow];
    let mut model = with(shown(), accounts);
    assert_eq!(
        rows(&model, NOW),
        [
            "(Codes change in ‒‒ s, 45-second codes in ‒‒ s)",
            "‒‒‒ ‒‒‒\u{2007}\u{2007}   AWS — root",
            "‒‒‒‒ ‒‒‒‒   Bank — me   (45 s)",
            "\u{2007}\u{2007}\u{2007} \u{2007}\u{2007}\u{2007}\u{2007}\u{2007}   Counter",
        ]
    );
    let effects = model.update(Msg::MenuOpens, NOW);
    let asked = Effect::Show(vec![id("aws"), id("slow")]);
    assert_eq!(effects[0], asked, "the one with a counter would move");
    model.update(answer(id("aws"), "118420", NOW - 3, 30), NOW);
    model.update(answer(id("slow"), "11842005", NOW - 3, 45), NOW);
    assert_eq!(
        rows(&model, NOW)[..3],
        [
            "(Codes change in 27 s, 45-second codes in 42 s)",
            "118 420\u{2007}\u{2007}   AWS — root",
            "1184 2005   Bank — me   (45 s)",
        ]
    );
    assert_eq!(
        rows(&model, NOW + 9)[0],
        "(Codes change in 18 s, 45-second codes in 33 s)"
    );
    // When the step ends, the old code disappears and the new one is requested.
    let effects = model.update(Msg::Elapsed(Timer::Tick), NOW + 27);
    assert!(effects.contains(&Effect::Show(vec![id("aws")])));
    assert_eq!(
        rows(&model, NOW + 27)[1],
        "‒‒‒ ‒‒‒\u{2007}\u{2007}   AWS — root"
    );
    model.update(answer(id("aws"), "005924", NOW + 27, 30), NOW + 27);
    assert_eq!(
        rows(&model, NOW + 27)[1],
        "005 924\u{2007}\u{2007}   AWS — root"
    );
    assert_eq!(rows(&model, NOW + 27)[2], "1184 2005   Bank — me   (45 s)");
}

#[test]
fn a_clock_that_is_set_shows_no_code_of_another_time() {
    for later in [NOW - 3600, NOW + 3600] {
        let mut model = with(shown(), vec![account("aws", "AWS", "")]);
        model.update(Msg::MenuOpens, NOW);
        model.update(answer(id("aws"), "118420", NOW - 3, 30), NOW);
        assert_eq!(rows(&model, NOW)[1], "118 420   AWS");
        assert_eq!(rows(&model, later)[1], "‒‒‒ ‒‒‒   AWS");
        let effects = model.update(Msg::Elapsed(Timer::Tick), later);
        let shows = Effect::Show(vec![id("aws")]);
        assert!(effects.contains(&shows), "{effects:?}");
        model.update(answer(id("aws"), "005924", later - 3, 30), later);
        assert_eq!(rows(&model, later)[1], "005 924   AWS");
        let effects = model.update(Msg::Elapsed(Timer::Tick), later + 1);
        assert!(!effects.contains(&shows), "{effects:?}");
    }
}

#[test]
fn rows_of_one_period_have_one_countdown() {
    let slow = |name, issuer| Account {
        kind: every(45),
        ..account(name, issuer, "")
    };
    let accounts = vec![
        account("aws", "AWS", "root"),
        slow("bank", "Bank"),
        slow("club", "Club"),
    ];
    let mut model = with(shown(), accounts);
    model.update(Msg::MenuOpens, NOW);
    let rows = rows(&model, NOW);
    assert_eq!(rows[0], "(Codes change in 42 s, 30-second codes in 27 s)");
    let marked: Vec<_> = rows[1..].iter().filter(|row| row.contains(" s)")).collect();
    assert_eq!(marked, ["‒‒‒ ‒‒‒   AWS — root   (30 s)"]);
}

#[test]
fn the_code_of_a_right_to_left_issuer_is_read_from_the_left() {
    let accounts = vec![
        account("bank", "بنك", "ليلى"),
        account("leumi", "לאומי", ""),
    ];
    let mut model = with(shown(), accounts);
    model.update(Msg::MenuOpens, NOW);
    model.update(answer(id("bank"), "194412", NOW - 3, 30), NOW);
    let items = model.view(NOW).items;
    let row = items.iter().find_map(|item| match item {
        Item::Action { label, choice, .. } if *choice == Choice::Copy(id("bank")) => Some(label),
        _ => None,
    });
    assert_eq!(
        row.unwrap(),
        "\u{200e}\u{2066}194\u{a0}412\u{2069}   \u{200e}\u{2068}بنك\u{2069} — \u{2068}ليلى\u{2069}"
    );
}

#[test]
fn other_rows_hold_nothing_that_sees_to_a_direction() {
    let mut slow = account("slow", "Bank 1", "me");
    slow.kind = every(45);
    let accounts = vec![
        account("aws", "AWS", "root"),
        account("gh", "語 Zürich", ""),
        account("leumi", "לאומי", ""),
        slow,
    ];
    for settings in [Settings::default(), shown()] {
        let mut model = with(settings, accounts.clone());
        model.update(Msg::MenuOpens, NOW);
        model.update(answer(id("aws"), "194412", NOW - 3, 30), NOW);
        for item in model.view(NOW).items {
            let Item::Action { label, .. } = item else {
                continue;
            };
            let is_marked = label.contains(['\u{200e}', '\u{2066}', '\u{2068}', '\u{2069}']);
            assert_eq!(is_marked, label.contains("לאומי"), "{label:?}");
        }
    }
}

#[test]
fn a_menu_that_stays_open_goes_on_and_then_says_why_it_does_not() {
    let mut model = with(shown(), vec![account("aws", "AWS", "")]);
    model.update(Msg::MenuOpens, NOW);
    let mut now = NOW;
    loop {
        model.update(answer(id("aws"), "118420", now - now % 30, 30), now);
        if model.update(Msg::Elapsed(Timer::Tick), now).is_empty() {
            break;
        }
        now += 1;
        assert_eq!(rows(&model, now - 1)[1], "118 420   AWS");
        assert!(now < NOW + 1000, "it ticks for ever");
    }
    assert_eq!(now - NOW, 180);
    let over = ["(Open the menu again to see codes)", "‒‒‒ ‒‒‒   AWS"];
    assert_eq!(rows(&model, now), over);
    assert_eq!(
        model.update(Msg::Elapsed(Timer::Tick), now),
        [],
        "a tick that was on its way"
    );
    model.update(answer(id("aws"), "118420", now - now % 30, 30), now);
    assert_eq!(rows(&model, now), over, "nor a code");
    model.update(Msg::MenuOpens, now);
    assert!(rows(&model, now)[0].starts_with("(Codes change in "));
}

/// A panel may report that the menu opens whenever the menu has changed, or all the time.
#[test]
fn a_menu_that_is_said_to_open_all_the_time_does_not_tick_for_ever() {
    let mut model = with(shown(), vec![account("aws", "AWS", "")]);
    assert_eq!(model.update(Msg::MenuOpens, NOW).len(), 2);
    let mut now = NOW;
    loop {
        for _ in 0..1000 {
            assert_eq!(model.update(Msg::MenuOpens, now), [], "it is the same menu");
        }
        model.update(answer(id("aws"), "118420", now - now % 30, 30), now);
        if model.update(Msg::Elapsed(Timer::Tick), now).is_empty() {
            break;
        }
        now += 1;
        assert!(now < NOW + 1000, "it ticks for ever");
    }
    assert_eq!(model.update(Msg::MenuOpens, now + 1), []);
    assert_eq!(
        rows(&model, now + 1)[0],
        "(Open the menu again to see codes)"
    );
    assert_eq!(
        model.update(Msg::MenuOpens, now + 5).len(),
        2,
        "it was closed"
    );
}

#[test]
fn a_daemon_is_looked_for_once_a_second_at_most() {
    let mut model = model();
    let gone = Msg::Disconnected {
        problem: "gone".to_owned(),
        hint: None,
    };
    model.update(gone, NOW);
    let mut opens = |now| {
        (0..1000)
            .map(|_| model.update(Msg::MenuOpens, now).len())
            .sum()
    };
    let tries: [usize; 2] = [opens(NOW), opens(NOW + 1)];
    assert_eq!(tries, [1, 1]);
}

#[test]
fn a_choice_closes_the_menu() {
    let mut model = with(shown(), vec![account("aws", "AWS", "")]);
    model.update(Msg::MenuOpens, NOW);
    let effects = choose(&mut model, Choice::OpenSettings, NOW);
    assert_eq!(effects, [Effect::Stop(Timer::Tick), Effect::OpenSettings]);
    model.update(answer(id("aws"), "118420", NOW - 3, 30), NOW);
    assert_eq!(rows(&model, NOW)[1], "‒‒‒ ‒‒‒   AWS");
}

#[test]
fn hidden_codes_are_not_even_asked_for() {
    let mut model = model();
    assert_eq!(model.update(Msg::MenuOpens, NOW), []);
}

#[test]
fn texts_are_shortened_before_a_panel_cuts_them() {
    let long = |name, issuer: usize, username: usize| {
        account(name, &"i".repeat(issuer), &"u".repeat(username))
    };
    let row = |account| {
        let rows = rows(&with(Settings::default(), vec![account]), NOW);
        rows[0].clone()
    };
    assert_eq!(
        row(long("a", 20, 37)),
        format!("{} — {}", "i".repeat(20), "u".repeat(37))
    );
    // The user name is shortened first. The issuer is shortened when little of the user name is
    // left.
    let shorter = format!("{} — {}…", "i".repeat(30), "u".repeat(26));
    assert_eq!(row(long("a", 30, 50)), shorter);
    let both = format!("{}… — {}…", "i".repeat(44), "u".repeat(11));
    assert_eq!(row(long("a", 80, 50)), both);
    let wide = row(account("a", &"語".repeat(40), ""));
    assert_eq!(
        wide,
        format!("{}…", "語".repeat(28)),
        "these are two columns wide"
    );
    // A code and an unusual period come on top.
    let mut slow = long("slow", 80, 50);
    (slow.kind, slow.digits) = (every(45), Digits::new(8).unwrap());
    let accounts = vec![slow, long("a", 80, 50), long("b", 80, 51)];
    let rows = rows(&with(shown(), accounts), NOW);
    let widest = rows.iter().map(|row| row.chars().count()).max();
    assert_eq!(widest, Some(81));
}

#[test]
fn what_was_shortened_to_the_same_can_be_told_apart() {
    let start = "u".repeat(60);
    let accounts = vec![
        account("one", "GitHub", &format!("{start}1")),
        account("two", "GitHub", &format!("{start}2")),
    ];
    let rows = rows(&with(Settings::default(), accounts), NOW);
    assert!(rows[0].ends_with("… (one)"), "{rows:?}");
    assert!(rows[1].ends_with("… (two)"), "{rows:?}");
    assert_eq!(rows[0].chars().count(), 60);
}

/// A newer daemon can make its codes, so the account can still be copied.
#[test]
fn an_account_of_a_type_that_is_not_known_breaks_nothing() {
    let mut newer = account("ocra", "Bank", "");
    newer.kind = Kind::Unknown;
    let mut model = with(shown(), vec![account("aws", "AWS", "root"), newer]);
    let effects = model.update(Msg::MenuOpens, NOW);
    assert_eq!(effects[0], Effect::Show(vec![id("aws")]));
    let rows = rows(&model, NOW);
    assert!(rows.iter().any(|row| row.ends_with("Bank")), "{rows:?}");
    let effects = choose(&mut model, Choice::Copy(id("ocra")), NOW);
    assert_eq!(fetched(&effects), Some((1, 1, 0)));
}
