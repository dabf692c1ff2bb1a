//! What another version has written: an earlier one is understood, and what a later one has added is kept or ignored.
//!
//! The samples are what a version writes. If a format changes, a sample of the new one is added, and the old ones stay.

use std::fs;
use std::path::PathBuf;

use mfa_host::config::{Codes, Daemon, Look, Tray};
use serde_json::Value;
use tests::{Desktop, LINK, SECRET, eventually, now, run};

/// The id of the account that the samples are about.
pub(crate) const ID: &str = "550e8400-e29b-41d4-a716-446655440000";

pub(crate) fn path(sample: &str) -> PathBuf {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/integration/samples/versions");
    PathBuf::from(samples).join(sample)
}

pub(crate) fn sample(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap()
}

/// Stores the text of an item in the keychain.
pub(crate) fn store(desktop: &Desktop, id: &str, text: &str) {
    let mut store = desktop.command("secret-tool");
    store.args(["store", "--label", "mfactl account", "service", "mfactl"]);
    run(store.args(["username", id]), text).ok();
}

/// Returns the text of an item, byte for byte.
fn stored(desktop: &Desktop, id: &str) -> String {
    let lookup = format!("secret-tool lookup service mfactl username {id}");
    desktop.shell(&lookup).stdout
}

fn state(desktop: &Desktop) -> PathBuf {
    let folder = desktop.variable("XDG_STATE_HOME").join("mfactl");
    fs::create_dir_all(&folder).unwrap();
    folder.join("state.json")
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn an_item_of_an_earlier_version_is_read() {
    let desktop = Desktop::headless();
    store(&desktop, ID, &sample("item-1.json"));
    assert_shown(
        &desktop,
        &[
            ("id", json(&format!("{ID:?}"))),
            ("created", 1_790_000_000.into()),
        ],
    );
}

/// Checks that the account of the samples is all there, with more fields, and gives its codes.
pub(crate) fn assert_shown(desktop: &Desktop, more: &[(&str, Value)]) {
    let shown = json(&desktop.mfactl(&["show", "work", "--json"]).ok());
    let fields = [
        ("issuer", "Acme".into()),
        ("username", "jane".into()),
        ("algorithm", "SHA256".into()),
        ("digits", 8.into()),
        ("period", 60.into()),
        ("tags", json(r#"["a","b"]"#)),
        ("pinned", true.into()),
        ("note", "two\nlines".into()),
        ("serial", "arn:aws:iam::123456789012:mfa/jane".into()),
    ];
    for (field, value) in fields.iter().chain(more) {
        assert_eq!(shown[field], *value, "{field}: {shown}");
    }
    let before = now();
    let code = desktop.mfactl(&["get", "work"]).ok();
    let oathtool = |time: u64| {
        let line = format!("oathtool --totp=SHA256 -d 8 -s 60s -N @{time} -b {SECRET}");
        desktop.shell(&line).ok()
    };
    assert!([oathtool(before), oathtool(now())].contains(&code));
}

/// If this fails, the format has changed: keep the sample, and add one of the new format.
#[test]
fn the_samples_are_what_this_version_writes() {
    let desktop = Desktop::headless();
    let expected = sample("item-1.json");
    let uri = json(&expected)["uri"].as_str().unwrap().to_owned();
    let note = ["--note", "two\nlines", "--tag", "a", "--tag", "b", "--pin"];
    let serial = ["--serial", "arn:aws:iam::123456789012:mfa/jane"];
    let add = [&["add", "work", "--uri", "-"], &note[..], &serial].concat();
    desktop.mfactl_with(&add, &uri).ok();
    let list = json(&desktop.mfactl(&["list", "--json"]).ok());
    let id = list["accounts"][0]["id"].as_str().unwrap();
    let text = stored(&desktop, id);
    let without_times = |text: &str| text.split(",\"created\"").next().unwrap().to_owned();
    assert_eq!(without_times(&text), without_times(&expected));

    desktop.mfactl(&["get", "work"]).ok();
    let written = json(&fs::read_to_string(state(&desktop)).unwrap());
    let expected = json(&sample("state-1.json"));
    for (field, value) in written.as_object().unwrap() {
        let known = &expected[field];
        let kind = |value: &Value| std::mem::discriminant(value);
        assert_eq!(kind(value), kind(known), "{field}: {written}");
    }
    let span = &written["handed_out"][id][0];
    assert!(span[0].is_u64() && span[1].is_u64(), "{written}");
}

#[test]
fn what_a_later_version_has_added_to_an_item_stays() {
    let desktop = Desktop::headless();
    let newer = sample("item-1-newer.json");
    store(&desktop, ID, &newer);
    assert_eq!(desktop.mfactl(&["get", "work"]).ok().len(), 6);
    assert_eq!(stored(&desktop, ID), newer, "reading it has changed it");
    desktop.mfactl(&["edit", "work", "--name", "office"]).ok();
    let written = json(&stored(&desktop, ID));
    assert_eq!(written["name"], "office");
    for field in ["icon", "uses", "uri", "created"] {
        assert_eq!(written[field], json(&newer)[field], "{field}");
    }
}

#[test]
fn an_item_of_a_later_version_stays_byte_for_byte() {
    let desktop = Desktop::headless();
    let later = sample("item-99.json");
    store(&desktop, ID, &later);
    desktop.add("aws", LINK);
    desktop.mfactl(&["edit", "aws", "--note", "n"]).ok();
    let _unknown = desktop.mfactl(&["edit", "later", "--note", "n"]).fails(3);
    desktop.mfactl(&["rm", "aws", "--yes"]).ok();
    desktop.mfactl(&["lock"]).ok();
    desktop.mfactl(&["unlock"]).ok();
    eventually("it is said that there is one", || {
        let status = json(&desktop.mfactl(&["status", "--json"]).ok());
        status["unreadable"] == 1
    });
    assert_eq!(stored(&desktop, ID), later);
}

/// Codes that were handed out then are not fresh, and the lock holds. The ids of an import that was not completed are
/// kept until their store is there.
#[test]
fn the_state_of_an_earlier_version_is_read() {
    for (name, is_locked, store_of_the_rest) in [
        ("state-0.json", true, ""),
        ("state-1.json", false, "another store"),
        ("state-2.json", false, "another store"),
    ] {
        let desktop = Desktop::headless();
        store(&desktop, ID, &sample("item-1.json"));
        let state = state(&desktop);
        fs::copy(path(name), &state).unwrap();
        if is_locked {
            let locked = desktop.mfactl(&["get", "work"]).fails(5);
            assert!(locked.contains("stay locked until you unlock"), "{locked}");
            desktop.mfactl(&["unlock"]).ok();
        }
        assert_eq!(desktop.mfactl(&["get", "work"]).ok().len(), 8);
        let fresh = ["get", "work", "--fresh", "--timeout", "0"];
        let none = desktop.mfactl(&fresh);
        assert_ne!(none.status, 0, "{name}: {none}");
        desktop.mfactl(&["lock"]).ok();
        let written = json(&fs::read_to_string(&state).unwrap());
        let rest = &written["unfinished_in"][store_of_the_rest];
        assert_eq!(rest[0], ID.replace("40000", "40001"), "{name}: {written}");
        for field in ["redo_in", "backed_up"] {
            assert_eq!(written[field], json(&sample(name))[field], "{field}");
        }
        assert_eq!(written["locked"], true);
    }
}

/// A field that we do not know says nothing about the others, and stays.
#[test]
fn what_a_later_version_has_added_to_the_state_stays() {
    let desktop = Desktop::headless();
    store(&desktop, ID, &sample("item-1.json"));
    let newer = json(&sample("state-1-newer.json"));
    fs::write(state(&desktop), newer.to_string()).unwrap();
    let _locked = desktop.mfactl(&["get", "work"]).fails(5);
    desktop.mfactl(&["unlock"]).ok();
    assert_eq!(desktop.mfactl(&["get", "work"]).ok().len(), 8);
    desktop.mfactl(&["lock"]).ok();
    let written = json(&fs::read_to_string(state(&desktop)).unwrap());
    assert_eq!(written["locked"], true);
    assert_ne!(written["handed_out"], newer["handed_out"]);
    for field in ["version", "grants"] {
        assert_eq!(written[field], newer[field], "{field}");
    }
    assert!(!state(&desktop).with_extension("damaged").exists());
}

/// The accounts are in the keychain, so nothing but the record of codes is lost. The lock may have been in it.
#[test]
fn a_damaged_state_costs_no_account() {
    let whole = sample("state-1.json");
    let half = &whole[..whole.len() / 2];
    let flipped = whole.replacen('{', "[", 1);
    let desktop = Desktop::with_two_accounts();
    let list = desktop.mfactl(&["list", "--json"]).ok();
    for damaged in ["", half, &flipped, "null", "\0\0\0\0"] {
        desktop.end_daemon("-TERM");
        fs::write(state(&desktop), damaged).unwrap();
        let locked = desktop.mfactl(&["list"]).fails(5);
        assert!(locked.contains("stay locked until you unlock"), "{locked}");
        desktop.mfactl(&["unlock"]).ok();
        assert_eq!(desktop.mfactl(&["list", "--json"]).ok(), list);
        let kept = fs::read_to_string(state(&desktop).with_extension("damaged"));
        assert_eq!(kept.unwrap(), damaged);
    }
}

#[test]
fn the_configuration_of_an_earlier_version_is_read() {
    let file = path("config-1.toml");
    let daemon = Daemon::load(&file).unwrap();
    assert_eq!(daemon.vault, Some("/home/jane/vault.kdbx".into()));
    assert_eq!(daemon.passphrase_file, Some("/home/jane/.pw".into()));
    assert_eq!(format!("{:?}", daemon.access().bus_codes), "Allow");
    assert_eq!(daemon.lock().idle.map(|idle| idle.as_secs()), Some(900));
    let tray = Tray::load(&file).unwrap();
    let chosen = (tray.codes, tray.clear_after, tray.icon);
    assert_eq!(chosen, (Some(Codes::Shown), Some(20), Some(Look::Dark)));
}

/// A setting that is not known is not ignored: it may be one that keeps something closed. The file stays as it is.
#[test]
fn a_setting_of_a_later_version_is_named() {
    let desktop = Desktop::headless();
    let newer = sample("config-1-newer.toml");
    desktop.configure(&newer);
    let refused = desktop.mfactl(&["list"]).fails(6);
    assert!(refused.contains("config.toml, line 2"), "{refused}");
    assert!(refused.contains("codes-for"), "{refused}");
    let file = desktop
        .variable("XDG_CONFIG_HOME")
        .join("mfactl/config.toml");
    assert_eq!(fs::read_to_string(&file).unwrap(), newer);
    // Those of the tray are not the daemon's business.
    desktop.configure(&newer.replace("codes-for", "# codes-for"));
    desktop.mfactl(&["list"]).ok();
    assert!(Tray::load(&file).is_err(), "the tray says so itself");
}
