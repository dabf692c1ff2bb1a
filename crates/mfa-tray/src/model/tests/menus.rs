//! Tests of the menu.

use super::*;
use crate::model::Backups;
use crate::model::view::Face;

fn many(count: usize) -> Vec<Account> {
    let name = |n: usize| {
        let letter = char::from(b'a' + u8::try_from(n % 26).unwrap());
        account(
            &format!("{letter}{n}"),
            &format!("{letter} issuer {n}"),
            "me",
        )
    };
    (0..count).map(name).collect()
}

/// Returns the size of the largest menu, and the number of accounts that can be copied.
fn measure(items: &[Item]) -> (usize, usize) {
    let mut largest = items.len();
    let mut copies = 0;
    for item in items {
        match item {
            Item::Menu { items, .. } => {
                let (size, inside) = measure(items);
                largest = largest.max(size);
                copies += inside;
            }
            Item::Action {
                choice: Choice::Copy(_),
                ..
            } => copies += 1,
            _ => {}
        }
    }
    (largest, copies)
}

#[test]
fn an_ordinary_menu() {
    let view = model().view(NOW);
    assert_eq!(view.face, Face::Unlocked);
    assert_eq!(view.hint, "2 accounts");
    assert_eq!(
        lines(&view.items),
        [
            "Amazon Web Services — root@1234",
            "GitHub — octo",
            "---",
            "Next code >",
            "  Amazon Web Services — root@1234",
            "  GitHub — octo",
            "Two codes in a row >",
            "  Amazon Web Services — root@1234",
            "  GitHub — octo",
            "Add from QR on screen…",
            "Add from clipboard…",
            "---",
            "☐ Show codes",
            "Lock",
            "Settings >",
            "  ◉ Icon in colour",
            "  ○ Light icon, for dark panels",
            "  ○ Dark icon, for light panels",
            "  ○ Symbolic icon, coloured by the panel",
            "  ---",
            "  Open settings file…",
            "Quit",
        ]
    );
}

#[test]
fn without_accounts_it_says_how_to_add_one() {
    let view = with(Settings::default(), Vec::new()).view(NOW);
    let lines = lines(&view.items);
    assert_eq!(lines[0], "(No accounts yet)");
    assert!(lines.contains(&"(In a terminal: mfactl add)".to_owned()));
    assert!(lines.contains(&"Add from clipboard…".to_owned()));
    let of_accounts = |line: &String| line.starts_with("Two codes") || line == "Next code >";
    assert!(!lines.iter().any(of_accounts));
}

#[test]
fn locked_it_shows_no_names() {
    let mut model = model();
    model.update(Msg::Locked, NOW);
    let view = model.view(NOW);
    assert_eq!(view.face, Face::Locked);
    let lines = lines(&view.items);
    assert_eq!(lines[..3], ["Unlock…", "---", "Settings >"]);
    assert_eq!(lines.last().unwrap(), "Quit");
}

#[test]
fn without_a_daemon_it_says_why() {
    let mut model = model();
    let problem = "The connection to the daemon was lost.".to_owned();
    let gone = Msg::Disconnected {
        problem,
        hint: None,
    };
    model.update(gone, NOW);
    let view = model.view(NOW);
    assert_eq!(view.face, Face::Locked);
    let lines = lines(&view.items);
    assert_eq!(lines[0], "(The daemon is not running)");
    assert_eq!(lines[3], "Try again");
    assert_eq!(model.update(Msg::MenuOpens, NOW), [Effect::Reconnect]);
}

#[test]
fn without_a_daemon_it_says_what_to_do_in_rows_that_fit() {
    let mut model = model();
    let folder = "/home/jane/.local/".to_owned() + &"x".repeat(60);
    let gone = Msg::Disconnected {
        problem: format!("Cannot start the daemon: {folder}/mfad: Permission denied."),
        hint: Some("Install mfad beside mfactl, or add its folder to PATH.".to_owned()),
    };
    model.update(gone, NOW);
    let lines = lines(&model.view(NOW).items);
    let end = lines.iter().position(|line| line == "Try again").unwrap();
    let rows = &lines[..end];
    assert!(
        rows.iter().all(|row| row.chars().count() <= 62),
        "{rows:#?}"
    );
    assert_eq!(rows[1], "(Cannot start the daemon:)");
    let text = rows.concat().replace(")(", " ");
    assert!(text.contains("x/mfad: Permission denied."), "{text}");
    assert_eq!(
        rows[end - 2],
        "(Install mfad beside mfactl, or add its folder to PATH.)"
    );
    assert_eq!(rows[end - 1], "(In a terminal: mfactl doctor)");
}

#[test]
fn pinned_accounts_come_first_then_those_used_last() {
    let mut accounts = ["Alpha", "Beta", "Gamma", "Delta"].map(|it| account(it, it, ""));
    accounts[2].pinned = true;
    let mut model = with(Settings::default(), accounts.to_vec());
    let order = |model: &Model| lines(&model.view(NOW).items)[..4].to_vec();
    assert_eq!(order(&model), ["Gamma", "Alpha", "Beta", "Delta"]);
    let mut uses = |name: &str| {
        let account = id(name);
        let application = "aws-vault".to_owned();
        model.update(
            Msg::Issued {
                account,
                application,
            },
            NOW,
        );
        order(&model)
    };
    uses("Delta");
    uses("Delta");
    assert_eq!(uses("Beta"), ["Gamma", "Beta", "Delta", "Alpha"]);
    assert_eq!(
        uses("Delta"),
        ["Gamma", "Delta", "Beta", "Alpha"],
        "the last use counts, however many there were"
    );
}

#[test]
fn no_menu_outgrows_the_screen_and_no_account_is_lost() {
    for count in (1..=60).chain([300, 10_000]) {
        let view = with(Settings::default(), many(count)).view(NOW);
        let (largest, copies) = measure(&view.items);
        assert_eq!(copies, count);
        assert!(largest <= 28, "{largest} rows with {count} accounts");
    }
    // All of them begin with the same letter.
    let same = (0..500)
        .map(|n| account(&format!("x{n}"), &format!("X {n:03}"), ""))
        .collect();
    let (largest, copies) = measure(&with(Settings::default(), same).view(NOW).items);
    assert_eq!(copies, 500);
    assert!(largest <= 28, "{largest}");
}

#[test]
fn what_does_not_fit_is_found_by_its_tag_or_its_letter() {
    let mut accounts = many(20);
    accounts.extend((0..16).map(|n| {
        let mut tagged = account(&format!("work{n}"), &format!("z work {n:02}"), "");
        tagged.tags = vec!["work".to_owned()];
        tagged
    }));
    let view = with(Settings::default(), accounts).view(NOW);
    let lines = lines(&view.items);
    let work = lines.iter().position(|line| line == "work >").unwrap();
    assert_eq!(lines[work + 1], "  z work 00");
    assert!(
        lines.iter().any(|line| line.starts_with("K – ")),
        "{lines:#?}"
    );
}

#[test]
fn nothing_moves_under_the_pointer() {
    let mut model = model();
    let order = |model: &Model| lines(&model.view(NOW).items)[..2].to_vec();
    let first = order(&model);
    let used = || Msg::Issued {
        account: id("gh"),
        application: "mfactl".to_owned(),
    };
    model.update(Msg::MenuOpens, NOW);
    model.update(used(), NOW + 1);
    assert_eq!(order(&model), first, "it moved while the menu was open");
    // New accounts come last, and the others stay in place.
    let accounts = ["AAA", "GitHub", "Amazon Web Services"].map(|issuer| match issuer {
        "GitHub" => account("gh", issuer, "octo"),
        "AAA" => account("aaa", issuer, ""),
        _ => account("aws", issuer, "root@1234"),
    });
    model.update(connected(accounts.to_vec()), NOW + 2);
    assert_eq!(order(&model), first);
    assert_eq!(lines(&model.view(NOW).items)[2], "AAA");
    choose(&mut model, Choice::OpenSettings, NOW + 3);
    assert_eq!(order(&model), ["GitHub — octo", "AAA"]);
    // A menu that was closed without a choice counts as closed after a while.
    model.update(Msg::MenuOpens, NOW + 4);
    let many = (0..5).flat_map(|_| {
        let used = Msg::Issued {
            account: id("aws"),
            application: "mfactl".to_owned(),
        };
        model.update(used, NOW + 200)
    });
    assert_eq!(many.count(), 0, "it is written down with the first one");
    assert_eq!(order(&model)[0], "Amazon Web Services — root@1234");
}

#[test]
fn a_keychain_that_cannot_be_used_is_no_empty_one() {
    let mut model = model();
    let problem = "No OS keychain answers, although one was asked twice and waited for each time.\n  On a desktop: \
                   install one."
        .to_owned();
    let connected = Msg::Connected {
        locked: false,
        accounts: Vec::new(),
        problem: Some(problem),
    };
    model.update(connected, NOW);
    let view = model.view(NOW);
    assert_eq!(view.face, Face::Locked);
    assert_eq!(view.hint, "the keychain cannot be used");
    assert_eq!(
        lines(&view.items)[..7],
        [
            "(The keychain cannot be used)",
            "(No OS keychain answers, although one was asked twice and)",
            "(waited for each time.)",
            "(In a terminal: mfactl doctor)",
            "Try again",
            "---",
            "Settings >",
        ]
    );
    assert_eq!(model.update(Msg::MenuOpens, NOW), [Effect::Reconnect]);
}

#[test]
fn twins_can_be_told_apart() {
    let accounts = vec![
        account("one", "GitHub", "octo"),
        account("two", "GitHub", "octo"),
    ];
    let mut model = with(Settings::default(), accounts);
    let rows = lines(&model.view(NOW).items);
    assert_eq!(rows[..2], ["GitHub — octo (one)", "GitHub — octo (two)"]);
    let effects = choose(&mut model, Choice::Copy(id("one")), NOW + 25);
    assert_eq!(said(&effects), ["Next code for GitHub (octo) in 2 s"]);
}

#[test]
fn names_cannot_play_tricks() {
    let tricky = account("t", "Bank\u{202e}knaB", &"x".repeat(200));
    let rows = lines(&with(Settings::default(), vec![tricky]).view(NOW).items);
    assert!(rows[0].starts_with("BankknaB — xxx"), "{}", rows[0]);
    assert_eq!(rows[0].chars().count(), 60);
}

#[test]
fn what_no_backup_holds_is_in_a_submenu() {
    let mut model = model();
    let shown = |model: &Model| lines(&model.view(NOW).items).join("\n");
    assert!(!shown(&model).contains("backup"));
    let missing = |count: u32| (0..count).map(|number| format!("a{number}")).collect();
    let said = |missing: Vec<String>, problem: &str| {
        Msg::BackedUp(Backups {
            missing,
            problem: problem.to_owned(),
        })
    };
    model.update(said(missing(1), ""), NOW);
    let menu = shown(&model);
    assert!(menu.contains("1 account is in no backup"), "{menu}");
    assert!(menu.contains("In a terminal: mfactl backup"), "{menu}");
    model.update(said(missing(12), ""), NOW);
    let menu = shown(&model);
    assert!(menu.contains("12 accounts are in no backup"), "{menu}");
    assert!(menu.contains("a9") && !menu.contains("a10"), "{menu}");
    assert!(menu.contains("and 2 more"), "{menu}");
    model.update(said(missing(0), "the folder is\nfull"), NOW);
    let menu = shown(&model);
    assert!(menu.contains("The last backup failed"), "{menu}");
    assert!(menu.contains("mfactl doctor"), "{menu}");
    model.update(Msg::Locked, NOW);
    assert!(!shown(&model).contains("backup"), "locked");
    model.update(said(missing(0), ""), NOW);
    assert!(!shown(&model).contains("backup"));
}
