//! Tests of the file of the rules: it survives damage, and what other versions have written.

use super::*;

fn rule(subject: Subject, accounts: Accounts) -> Rule {
    Rule {
        verdict: Verdict::Deny,
        subject,
        accounts,
        seen: Files::default(),
    }
}

fn rules() -> Rules {
    let id = AccountId::from_random([1; 16]);
    let program = |script: Option<&str>| Subject::Program {
        path: "/usr/bin/python3.11".into(),
        script: script.map(Into::into),
    };
    let seen = Seen {
        size: 7,
        modified: 8,
        is_writable: true,
    };
    Rules::new(vec![
        rule(Subject::Anybody, Accounts::All),
        rule(Subject::Person, Accounts::Tag("prod".into())),
        rule(Subject::Tray, Accounts::All),
        rule(Subject::Search, Accounts::All),
        rule(Subject::System("cron".into()), Accounts::One(id)),
        rule(Subject::App("flatpak:org.gnome.Maps".into()), Accounts::All),
        rule(program(None), Accounts::All),
        Rule {
            seen: Files {
                executable: Some(seen),
                script: Some(Seen { size: 9, ..seen }),
            },
            ..rule(program(Some("/srv/a.py")), Accounts::One(id))
        },
    ])
}

#[test]
fn rules_survive() {
    let folder = tempfile::tempdir().unwrap();
    let (mut book, none) = FileBook::open(folder.path());
    assert_eq!(none, Some(Rules::default()));
    assert!(book.is_understood());
    book.store(&rules()).unwrap();
    assert_eq!(FileBook::open(folder.path()).1, Some(rules()));
}

#[test]
fn a_damaged_file_is_kept_and_the_user_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (mut book, _) = FileBook::open(folder.path());
    book.store(&rules()).unwrap();
    let path = folder.path().join("access.json");
    let whole = std::fs::read(&path).unwrap();
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert_eq!(FileBook::open(folder.path()).1, None);
        let kept = std::fs::read(folder.path().join("access.damaged")).unwrap();
        assert_eq!(kept, &whole[..length]);
    }
}

#[test]
fn a_rule_that_is_not_understood_holds_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.json");
    let text = r#"{"version":1,"rules":[
        {"verdict":"perhaps","subject":"anybody"},
        {"verdict":"allow","subject":"program"},
        {"verdict":"allow","subject":"anybody","account":"1","tag":"2"},
        {"verdict":"allow","subject":"moon","more":1},
        {"verdict":"deny","subject":"tray","more":1}]}"#;
    std::fs::write(&path, text).unwrap();
    let (book, rules) = FileBook::open(folder.path());
    let expected = Rules::new(vec![rule(Subject::Tray, Accounts::All)]);
    assert_eq!(rules, Some(expected));
    assert!(!book.is_understood());
}

#[test]
fn a_file_of_a_newer_version_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.json");
    let text = r#"{"version":2,"rules":[{"verdict":"allow","subject":"anybody"}]}"#;
    std::fs::write(&path, text).unwrap();
    let (mut book, found) = FileBook::open(folder.path());
    assert_eq!(found, None);
    assert!(book.store(&rules()).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

/// Rules that are not understood, unknown fields and unknown texts are there after the next write too.
#[test]
fn what_a_newer_version_has_added_is_written_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.json");
    let text = r#"{"version":1,"rules":[
        {"verdict":"deny","subject":"tray","because":"it is Tuesday"},
        {"verdict":"deny","subject":"moon","phase":[1,null]},
        {"verdict":"allow","subject":"anybody","until":1800000000},
        {"verdict":"deny","subject":"search"}],"asked":{"last":7}}"#;
    std::fs::write(&path, text).unwrap();
    let (mut book, found) = FileBook::open(folder.path());
    let [tray, search] = [Subject::Tray, Subject::Search].map(|one| rule(one, Accounts::All));
    let mut found = found.unwrap();
    assert_eq!(found, Rules::new(vec![tray, search.clone()]));
    let sorted = || {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut json: Value = serde_json::from_str(&text).unwrap();
        let rules = json["rules"].as_array_mut().unwrap();
        rules.sort_by_key(Value::to_string);
        json
    };
    let before = sorted();
    book.store(&found).unwrap();
    assert_eq!(sorted(), before);
    // A rule that is forgotten takes with it what was added to it, and nothing else.
    found.forget(|rule| *rule != search);
    book.store(&found).unwrap();
    let left = sorted()["rules"].as_array().unwrap().len();
    assert_eq!(left, 3);
    assert_eq!(sorted()["asked"], before["asked"]);
}

/// Whatever a broken disk leaves of the file, it is read, left alone as one of a newer version, or kept aside.
#[test]
fn a_file_with_any_damage_is_read_or_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.json");
    let aside = folder.path().join("access.damaged");
    let (mut book, _) = FileBook::open(folder.path());
    let few = [Subject::Tray, Subject::App("flatpak:org.gnome.Maps".into())];
    let few = few.map(|one| rule(one, Accounts::Tag("prod".into())));
    book.store(&Rules::new(few.into())).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut kept = 0;
    for bit in 0..whole.len() * 8 {
        let mut damaged = whole.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, &damaged).unwrap();
        let (book, found) = FileBook::open(folder.path());
        if found.is_none() {
            let file = if book.is_unread { &path } else { &aside };
            assert_eq!(std::fs::read(file).unwrap(), damaged, "bit {bit}");
            kept += 1;
        }
    }
    assert!(kept > 100, "{kept}");
}

/// The file may have said "never", so it is not replaced.
#[test]
fn a_file_that_cannot_be_read_stays() {
    let folder = tempfile::tempdir().unwrap();
    // It stands for a file that a broken disk does not give out.
    let path = folder.path().join("access.json/it");
    std::fs::create_dir_all(&path).unwrap();
    let (mut book, found) = FileBook::open(folder.path());
    assert_eq!(found, None);
    assert!(!book.is_understood());
    let refused = book.store(&rules()).unwrap_err().to_string();
    assert!(refused.contains("could not be read"), "{refused}");
    assert!(path.exists());
}
