//! The search of the desktop, spoken to as KRunner and GNOME Shell do.

mod whole;

use tests::{Desktop, LINK, Tray, binary, eventually};

use crate::copying::{ROW, codes, copied, early_in_a_step, told, x11};

const RUNNER: &str = "busctl --user call org.mfactl.Authenticator1 /org/mfactl/Authenticator1/Runner org.kde.krunner1";
const SHELL: &str = "busctl --user call org.mfactl.Authenticator1 /org/mfactl/Authenticator1/Search \
                     org.gnome.Shell.SearchProvider2";

/// Returns the ids of the accounts, by name.
fn id(desktop: &Desktop, name: &str) -> String {
    let shown = desktop.mfactl(&["show", name, "--json"]).ok();
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    shown["id"].as_str().unwrap().to_owned()
}

#[test]
fn krunner_finds_an_account_by_the_word_before_it() {
    let desktop = Desktop::with_two_accounts();
    let aws = id(&desktop, "aws");
    let found = |query: &str| desktop.shell(&format!("{RUNNER} Match s '{query}'")).ok();
    let rows = found("mfa aws");
    assert!(rows.starts_with("a(sssida{sv}) 1 "), "{rows}");
    for part in [
        &*aws,
        "aws (Amazon Web Services)",
        "Copy the code of root@1234",
    ] {
        assert!(rows.contains(part), "{rows}");
    }
    let code = desktop.mfactl(&["get", "aws"]).ok();
    assert!(!rows.contains(code.trim()), "no row has a code");
    assert!(found("MFA").starts_with("a(sssida{sv}) 2 "));
    assert!(found("mfa git octo").contains("github"));
    for nothing in ["aws", "mfa nobody", "mfa aws octo", ""] {
        assert_eq!(found(nothing), "a(sssida{sv}) 0", "{nothing}");
    }
    desktop.shell(&format!("{RUNNER} Actions")).ok();
    desktop.shell(&format!("{RUNNER} Teardown")).ok();
    let long = "x".repeat(100_000);
    assert!(found(&format!("mfa {long}")).ends_with(" 0"));
}

#[test]
fn gnome_shell_finds_accounts_by_each_of_its_terms() {
    let desktop = Desktop::with_two_accounts();
    let (aws, github) = (id(&desktop, "aws"), id(&desktop, "github"));
    let call = |call: &str| desktop.shell(&format!("{SHELL} {call}")).ok();
    let one = |id: &str| format!("as 1 \"{id}\"");
    assert_eq!(call("GetInitialResultSet as 1 amazon"), one(&aws));
    assert_eq!(call("GetInitialResultSet as 2 git octo"), one(&github));
    assert_eq!(call("GetInitialResultSet as 2 git amazon"), "as 0");
    assert_eq!(call("GetInitialResultSet as 1 aw"), "as 0", "too short");
    assert_eq!(call("GetInitialResultSet as 2 mfa aw"), one(&aws));
    let again = format!("GetSubsearchResultSet asas 1 {aws} 1 github");
    assert_eq!(call(&again), one(&github));
    let gone = "00000000-0000-4000-8000-000000000000";
    let metas = call(&format!("GetResultMetas as 3 {github} {gone} {aws}"));
    assert!(metas.starts_with("aa{sv} 3 "), "one for each: {metas}");
    for part in ["github", "Copy the code of octocat", "Unknown account"] {
        assert!(metas.contains(part), "{metas}");
    }
    let code = desktop.mfactl(&["get", "github"]).ok();
    assert!(!metas.contains(code.trim()), "no result has a code");
}

/// Who wants GNOME Shell to copy by itself has to say so twice: in the configuration, and by a rule.
#[test]
fn the_shell_gets_codes_only_if_the_configuration_and_a_rule_say_so() {
    const ALLOW: &str = r#"{"verdict":"allow","subject":"anybody"}"#;
    for (configuration, rule, expected) in [
        ("", ALLOW, false),
        ("search-codes = true\n", "", false),
        ("search-codes = true\n", ALLOW, true),
    ] {
        let desktop = Desktop::headless();
        desktop.configure(configuration);
        desktop.rules(rule);
        desktop.add("aws", LINK);
        let metas = format!("{SHELL} GetResultMetas as 1 {}", id(&desktop, "aws"));
        let metas = desktop.shell(&metas).ok();
        let has_one = codes(30).iter().any(|code| {
            let text = format!("\"clipboardText\" s \"{code}\"");
            metas.contains(&text)
        });
        assert_eq!(has_one, expected, "{configuration} {rule}: {metas}");
        assert_eq!(metas.contains("clipboardText"), expected, "{metas}");
    }
}

/// The tray is started for the first code, and the failure of a copy is told, since nobody waits for an answer.
#[test]
fn a_chosen_row_is_copied_even_if_the_tray_is_not_running() {
    let desktop = x11();
    desktop.add("aws", LINK);
    let id = id(&desktop, "aws");
    desktop.shell(&format!("{RUNNER} Run ss {id} ''")).ok();
    told(&desktop, "Cannot copy the code");
    assert_eq!(desktop.clipboard(), "");
    let service = format!(
        "mkdir -p \"$XDG_DATA_HOME/dbus-1/services\"; printf '%s\\n' '[D-BUS Service]' Name=org.mfactl.Tray Exec={} \
         >\"$XDG_DATA_HOME/dbus-1/services/org.mfactl.Tray.service\"; \
         busctl --user call org.freedesktop.DBus / org.freedesktop.DBus ReloadConfig",
        binary("mfa-tray").display()
    );
    desktop.shell(&service).ok();
    early_in_a_step();
    let activate = format!("{SHELL} ActivateResult sasu {id} 1 aws 0");
    desktop.shell(&activate).ok();
    copied(&desktop);
    told(&desktop, "copied, valid for ");
}

#[test]
fn another_program_that_chooses_a_row_is_asked_about() {
    let desktop = Desktop::strict(&["--display", "none", "--secrets", "gnome-keyring"]);
    desktop.add("aws", LINK);
    let id = id(&desktop, "aws");
    let refused = desktop.shell(&format!("{RUNNER} Run ss {id} ''"));
    assert_eq!(refused.ok(), "", "KRunner expects no answer");
    let log = desktop.mfactl(&["access", "log"]).ok();
    assert!(!log.contains("allowed"), "{log}");
}

#[test]
fn locked_accounts_have_one_row_which_unlocks_them_for_the_user() {
    let desktop = Desktop::with_two_accounts();
    desktop.mfactl(&["lock"]).ok();
    let shown = desktop.shell(&format!("{RUNNER} Match s 'mfa aws'")).ok();
    assert!(
        shown.contains("\"unlock\" \"Unlock the accounts of mfactl\""),
        "{shown}"
    );
    let other = desktop.shell(&format!("{SHELL} GetInitialResultSet as 1 aws"));
    assert_eq!(
        other.ok(),
        "as 0",
        "a search for something else does not show it"
    );
    desktop
        .shell(&format!("{RUNNER} SetActivationToken s token"))
        .ok();
    desktop.shell(&format!("{RUNNER} Run ss unlock ''")).ok();
    // What has called is neither KRunner nor GNOME Shell, and nobody can be asked about it.
    let log = desktop.mfactl(&["access", "log"]).ok();
    assert!(log.contains("refused: unlock for /usr/bin/busctl"), "{log}");
    desktop.mfactl(&["unlock"]).ok();
    let found = desktop.shell(&format!("{RUNNER} Match s 'mfa aws'")).ok();
    assert!(found.contains("Amazon"), "{found}");
}

/// The actions of the desktop entry, as a launcher calls them.
#[test]
fn the_actions_of_the_desktop_entry_work() {
    let desktop = x11();
    desktop.add("aws", LINK);
    let call = |action: &str| {
        let call =
            "busctl --user call org.mfactl.Tray /org/mfactl/Tray org.freedesktop.Application";
        desktop.shell(&format!("{call} ActivateAction 'sava{{sv}}' {action} 0 0"))
    };
    let tray = Tray::start(&desktop, ROW);
    call("copy-last").ok();
    told(&desktop, "No code was used yet");
    early_in_a_step();
    tray.choose(ROW);
    copied(&desktop);
    desktop.copy("something else");
    early_in_a_step();
    call("copy-last").ok();
    copied(&desktop);
    let wrong = call("explode");
    assert!(wrong.stderr.contains("no such action"), "{wrong}");
    call("lock").ok();
    eventually("the accounts are locked", || {
        desktop.mfactl(&["status"]).stdout.contains("locked")
    });
}
