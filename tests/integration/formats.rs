//! What another version has written to a vault file or as the access rules. For the other files, see `versions`.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use keepass::db::EntryRef;
use keepass::{Database, DatabaseKey};
use serde_json::Value;
use tests::{Desktop, LINK, SECRET};

use crate::vault::{PASSPHRASE, configure, passphrase_file};
use crate::versions::{ID, assert_shown, json, path, sample, store};

/// Returns a desktop whose accounts are in a copy of a sample.
fn with_vault(bytes: &[u8]) -> (Desktop, PathBuf) {
    let desktop = Desktop::without_keychain();
    let vault = desktop.folder().join("vault.kdbx");
    fs::write(&vault, bytes).unwrap();
    fs::set_permissions(&vault, Permissions::from_mode(0o600)).unwrap();
    configure(&desktop, &vault, &passphrase_file(&desktop));
    (desktop, vault)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(path(name)).unwrap()
}

fn open(vault: &Path) -> Database {
    let key = DatabaseKey::new().with_password(PASSPHRASE);
    Database::open(&mut File::open(vault).unwrap(), key).unwrap()
}

/// Returns all texts of an entry, by their names.
fn texts(database: &Database, title: &str) -> BTreeMap<String, String> {
    let is_one = |entry: &EntryRef<'_>| entry.get_title() == Some(title);
    let entry = database.iter_all_entries().find(is_one).unwrap();
    let texts = entry.fields.iter();
    let tags = ("tags".to_owned(), entry.tags.join(","));
    texts
        .map(|(name, value)| (name.clone(), value.get().clone()))
        .chain([tags])
        .collect()
}

#[test]
fn a_vault_of_an_earlier_version_is_read_and_written() {
    let (desktop, _) = with_vault(&bytes("vault-1.kdbx"));
    assert_shown(&desktop, &[]);
    let code = |counter: u32| {
        let line = format!("oathtool --hotp -c {counter} -b {SECRET}");
        desktop.shell(&line).ok()
    };
    assert_eq!(desktop.mfactl(&["get", "bank"]).ok(), code(3));
    desktop.mfactl(&["edit", "bank", "--note", "n"]).ok();
    desktop.end_daemon("-TERM");
    assert_shown(&desktop, &[]);
    assert_eq!(desktop.mfactl(&["get", "bank"]).ok(), code(4));
}

/// If this fails, the format has changed: keep the sample, and add one of the new format.
#[test]
fn the_sample_of_a_vault_is_what_this_version_writes() {
    let desktop = Desktop::without_keychain();
    let passphrase = passphrase_file(&desktop);
    let create = ["vault", "create", "--password-file"];
    let create = [&create[..], &[passphrase.to_str().unwrap()]].concat();
    desktop.mfactl(&create).ok();
    let uri = json(&sample("item-1.json"))["uri"].clone();
    let note = ["--note", "two\nlines", "--tag", "a", "--tag", "b", "--pin"];
    let serial = ["--serial", "arn:aws:iam::123456789012:mfa/jane"];
    let add = [&["add", "work", "--uri", "-"], &note[..], &serial].concat();
    desktop.mfactl_with(&add, uri.as_str().unwrap()).ok();
    let written = open(&desktop.variable("XDG_DATA_HOME").join("mfactl/vault.kdbx"));
    let expected = open(&path("vault-1.kdbx"));
    assert_eq!(texts(&written, "work"), texts(&expected, "work"));
    assert_eq!(written.config, expected.config);
}

#[test]
fn what_a_later_version_has_added_to_a_vault_stays() {
    let newer = bytes("vault-1-newer.kdbx");
    let (desktop, vault) = with_vault(&newer);
    let before = open(&vault);
    assert_shown(&desktop, &[]);
    assert_eq!(
        fs::read(&vault).unwrap(),
        newer,
        "reading it has changed it"
    );
    desktop.mfactl(&["edit", "work", "--note", "changed"]).ok();
    let after = open(&vault);
    let mut expected = texts(&before, "work");
    assert!(expected.contains_key("mfactl icon") && expected.contains_key("Kept by others"));
    expected.insert("Notes".into(), "changed".into());
    assert_eq!(texts(&after, "work"), expected);
    // An account of a kind that is not known is left alone.
    assert_eq!(texts(&after, "later"), texts(&before, "later"));
    let status = json(&desktop.mfactl(&["status", "--json"]).ok());
    assert_eq!(
        (&status["accounts"], &status["unreadable"]),
        (&1.into(), &1.into())
    );
}

/// The fifth format of KeePass does not exist yet.
#[test]
fn a_vault_of_a_later_format_stays_byte_for_byte() {
    let mut later = bytes("vault-1.kdbx");
    // The major version, after two signatures and the minor version.
    assert_eq!(later[10], 4);
    later[10] = 5;
    let (desktop, vault) = with_vault(&later);
    let passphrase = passphrase_file(&desktop);
    let passphrase = passphrase.to_str().unwrap();
    for command in [
        &["list"][..],
        &["get", "work"],
        &["unlock", "--password-file", passphrase],
        &["vault", "create", "--password-file", passphrase],
        &["rm", "work", "--yes"],
    ] {
        let refused = desktop.mfactl(command);
        assert_ne!(refused.status, 0, "{command:?}: {refused}");
        let is_named = refused.stderr.contains("of a newer format");
        assert!(is_named || command[0] == "vault", "{command:?}: {refused}");
    }
    let added = desktop.mfactl_with(&["add", "x", "--secret", "-"], SECRET);
    assert_ne!(added.status, 0, "{added}");
    assert_eq!(fs::read(&vault).unwrap(), later);
}

/// Returns a desktop with the account of the samples and with rules, and the file of the rules.
fn with_rules(name: &str) -> (Desktop, PathBuf) {
    let desktop = Desktop::strict(&["--display", "none", "--secrets", "gnome-keyring"]);
    store(&desktop, ID, &sample("item-1.json"));
    let folder = desktop.variable("XDG_STATE_HOME").join("mfactl");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("access.json");
    fs::copy(path(name), &file).unwrap();
    (desktop, file)
}

/// Has a person set a rule and forget it again. Returns what mfactl says.
fn change_and_change_back(desktop: &Desktop) -> String {
    let rule = "anybody --tag changed";
    let typed = [
        &format!("mfactl access deny {rule}"),
        &format!("mfactl access forget {rule}"),
    ];
    desktop.person(&typed.map(String::as_str)).stdout
}

/// Returns the rules in a text in one order, with all that is beside them.
fn sorted(text: &str) -> Value {
    let mut json = json(text);
    let rules = json["rules"].as_array_mut().unwrap();
    rules.sort_by_key(Value::to_string);
    json
}

/// If the texts differ, the format has changed: keep the sample, and add one of the new format.
#[test]
fn the_rules_of_an_earlier_version_hold_and_the_sample_is_what_this_version_writes() {
    let (desktop, file) = with_rules("access-1.json");
    let denied = desktop.mfactl(&["get", "work"]).fails(5);
    assert!(denied.contains("an access rule denies this"), "{denied}");
    let listed = json(&desktop.mfactl(&["access", "rules", "--json"]).ok());
    let listed = listed["rules"].as_array().unwrap().iter();
    let own: Vec<_> = listed.filter(|rule| rule["default"] == false).collect();
    let expected = json(&sample("access-1.json"));
    let expected = expected["rules"].as_array().unwrap();
    assert_eq!(own.len(), expected.len());
    for rule in expected {
        let is_one = |own: &&&Value| {
            let fields = ["verdict", "subject", "program", "script", "account", "tag"];
            fields.iter().all(|field| own[*field] == rule[*field])
        };
        assert_eq!(own.iter().filter(is_one).count(), 1, "{rule}");
    }
    let said = change_and_change_back(&desktop);
    assert!(said.contains("removed 1 rule"), "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), sample("access-1.json"));
}

/// A rule that denies holds, whatever has been added to it. One that allows does not: what has been added may restrict it.
#[test]
fn what_a_later_version_has_added_to_the_rules_stays() {
    let (desktop, file) = with_rules("access-1-newer.json");
    let newer = sample("access-1-newer.json");
    let denied = desktop.mfactl(&["get", "work"]).fails(5);
    assert!(denied.contains("an access rule denies this"), "{denied}");
    let rules = json(&desktop.mfactl(&["access", "rules", "--json"]).ok());
    let rules = rules["rules"].as_array().unwrap();
    assert!(
        !rules
            .iter()
            .any(|rule| rule["subject"] == "person" && rule["default"] == false)
    );
    // A rule that is not understood may be about any account, so nothing is given out where nobody can be asked.
    desktop.add("aws", LINK);
    let denied = desktop.mfactl(&["get", "aws"]).fails(5);
    assert!(denied.contains("nobody to ask"), "{denied}");
    let said = change_and_change_back(&desktop);
    assert!(said.contains("removed 1 rule"), "{said}");
    let written = fs::read_to_string(&file).unwrap();
    assert_eq!(sorted(&written), sorted(&newer));
}

#[test]
fn rules_of_a_later_version_stay_byte_for_byte_and_allow_nobody() {
    let (desktop, file) = with_rules("access-2.json");
    let denied = desktop.mfactl(&["get", "work"]).fails(5);
    assert!(denied.contains("nobody to ask"), "{denied}");
    let said = change_and_change_back(&desktop);
    assert!(said.contains("repair or remove the file"), "{said}");
    desktop.end_daemon("-TERM");
    let person = desktop.person(&["mfactl get work"]).stdout;
    let is_code = |line: &str| line.len() == 8 && line.parse::<u32>().is_ok();
    assert!(person.lines().any(|line| is_code(line.trim())), "{person}");
    assert_eq!(fs::read_to_string(&file).unwrap(), sample("access-2.json"));
}
