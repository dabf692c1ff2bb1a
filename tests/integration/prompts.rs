//! The keychain's own prompt: raised only where there is a person, and never in the way of others.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tests::{Desktop, LINK, SECRET, eventually};

/// Starts a desktop with a screen, an account and a locked keyring.
fn locked_desktop() -> Desktop {
    locked_desktop_with("gnome-keyring")
}

fn locked_desktop_with(secrets: &str) -> Desktop {
    let desktop = Desktop::start(&[
        "--display",
        "x11",
        "--no-tray",
        "--notify",
        "none",
        "--secrets",
        secrets,
    ]);
    desktop.add("aws", LINK);
    desktop.lock_keychain();
    desktop
}

fn start(desktop: &Desktop, arguments: &str) -> Child {
    let mut command = desktop.mfactl_on_a_terminal(arguments);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn output(child: Child) -> (String, i32) {
    let output = child.wait_with_output().unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code().unwrap(),
    )
}

#[test]
fn a_person_is_asked_and_gets_the_code() {
    let desktop = locked_desktop();
    let get = start(&desktop, "get aws");
    desktop.shell("ds-secrets answer").ok();
    let (text, status) = output(get);
    assert_eq!(status, 0, "{text}");
    let mut lines = text.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .contains("waiting up to 60 s for you to unlock it"),
        "{text}"
    );
    assert_eq!(lines.next().unwrap().trim().len(), 6, "{text}");
    // Now the keychain is open for everybody.
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
}

/// This is how a launcher starts it, which has no terminal.
#[test]
fn unlocking_raises_the_prompt_without_a_terminal_too() {
    let desktop = locked_desktop();
    let refused = desktop.mfactl(&["unlock", "--no-input"]).fails(5);
    assert!(refused.contains("the keychain is locked"), "{refused}");
    assert_eq!(desktop.shell("ds-secrets prompting").status, 1);
    let mut unlock = desktop.ours("mfactl");
    let unlock = unlock.arg("unlock").stdin(Stdio::null());
    let unlock = unlock.stdout(Stdio::piped()).spawn().unwrap();
    desktop.shell("ds-secrets answer").ok();
    let (text, status) = output(unlock);
    assert_eq!(status, 0, "{text}");
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
}

/// Nobody should type a secret in vain.
#[test]
fn the_prompt_comes_before_the_secret_is_asked_for() {
    let desktop = locked_desktop();
    let mut add = desktop.mfactl_on_a_terminal("add x --yes");
    let add = add.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut add = add.spawn().unwrap();
    desktop.shell("ds-secrets answer").ok();
    let mut keyboard = add.stdin.take().unwrap();
    keyboard
        .write_all(format!("{SECRET}\n").as_bytes())
        .unwrap();
    let (text, status) = output(add);
    assert_eq!(status, 0, "{text}");
    let waiting = text.find("waiting up to 60 s").unwrap();
    assert!(waiting < text.find("Secret or").unwrap(), "{text}");
}

#[test]
fn a_person_who_declines_gets_no_code() {
    let desktop = locked_desktop();
    let get = start(&desktop, "get aws");
    desktop.shell("ds-secrets cancel").ok();
    let (text, status) = output(get);
    assert_eq!(status, 5, "{text}");
    assert!(text.contains("stays locked"), "{text}");
}

/// gnome-keyring ends when a prompt on the screen is dismissed, so the prompt stays there.
#[test]
fn gnome_keyring_outlives_a_lock_while_it_asks() {
    let desktop = locked_desktop();
    let keyring = owner(&desktop);
    let get = start(&desktop, "get aws");
    await_prompt(&desktop);
    desktop.mfactl(&["lock"]).ok();
    let (text, status) = output(get);
    assert_eq!(status, 5, "{text}");

    // A user who unlocks waits for the prompt that is there already.
    let unlock = start(&desktop, "unlock");
    eventually("the daemon asks again", || {
        let status = desktop.mfactl(&["status", "--json"]).ok();
        status.contains(r#""locked_by_user":false"#)
    });
    assert_eq!(prompts(&desktop), 1);
    desktop.shell("ds-secrets answer").ok();
    let (text, status) = output(unlock);
    assert_eq!(status, 0, "{text}");
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
    assert_eq!(owner(&desktop), keyring, "it has ended");
}

/// Checks that a prompt that nobody answers in time still unlocks the keychain when it is answered later.
fn assert_is_answered_late(desktop: &Desktop, unlock: Child) {
    let (text, status) = output(unlock);
    assert_eq!(status, 8, "{text}");
    assert!(
        text.contains("nobody answered the prompt of the keychain"),
        "{text}"
    );
    assert_others_are_served(desktop);
    desktop.shell("ds-secrets answer").ok();
    eventually("the daemon notices that it is open", || {
        desktop.mfactl(&["get", "aws"]).status == 0
    });
}

#[test]
fn gnome_keyring_may_be_left_unanswered() {
    let desktop = locked_desktop();
    let keyring = owner(&desktop);
    assert_is_answered_late(&desktop, start(&desktop, "unlock"));
    assert_eq!(owner(&desktop), keyring, "it has ended");
}

#[test]
fn an_answer_that_nobody_waited_for_is_none_to_the_next() {
    for secrets in ["gnome-keyring", "keepassxc"] {
        let desktop = locked_desktop_with(secrets);
        let get = start(&desktop, "get aws");
        await_prompt(&desktop);
        desktop.mfactl(&["lock"]).ok();
        let (text, status) = output(get);
        assert_eq!(status, 5, "{text}");
        desktop.shell("ds-secrets cancel").ok();
        eventually("the prompt is gone", || {
            desktop.shell("ds-secrets prompting").status != 0
        });
        let unlock = start(&desktop, "unlock");
        desktop.shell("ds-secrets answer").ok();
        let (text, status) = output(unlock);
        assert_eq!(status, 0, "{secrets}: {text}");
    }
}

#[test]
fn without_input_nobody_is_asked() {
    let desktop = locked_desktop();
    let (text, status) = output(start(&desktop, "get aws --no-input"));
    assert_eq!(status, 5, "{text}");
    assert_eq!(desktop.shell("ds-secrets prompting").status, 1);
}

#[test]
fn a_prompt_that_nobody_answers_blocks_nobody() {
    let desktop = locked_desktop();
    desktop.shell("ds-secrets hang-prompter").ok();
    let mut waiting = start(&desktop, "get aws");
    eventually("the prompt is raised", || prompts(&desktop) != 0);
    assert_others_are_served(&desktop);
    assert!(
        waiting.try_wait().unwrap().is_none(),
        "the one who asked still waits"
    );
    waiting.kill().unwrap();
    waiting.wait().unwrap();
}

/// KeePassXC never closes its dialog: it stays on the screen whatever becomes of the program that asked.
#[test]
fn keepassxc_may_be_left_unanswered() {
    let desktop = locked_desktop_with("keepassxc");
    let unlock = start(&desktop, "unlock");
    await_prompt(&desktop);
    let mut given_up = start(&desktop, "get aws");
    let mut said = String::new();
    let mut says = BufReader::new(given_up.stdout.take().unwrap());
    says.read_line(&mut said).unwrap();
    assert!(said.contains("waiting up to 60 s"), "{said}");
    assert_others_are_served(&desktop);
    given_up.kill().unwrap();
    given_up.wait().unwrap();
    assert_others_are_served(&desktop);

    assert_is_answered_late(&desktop, unlock);
}

#[test]
fn keepassxc_asks_again_after_a_refusal() {
    let desktop = locked_desktop_with("keepassxc");
    let get = start(&desktop, "get aws");
    desktop.shell("ds-secrets cancel").ok();
    let (text, status) = output(get);
    assert_eq!(status, 5, "{text}");
    assert!(text.contains("stays locked"), "{text}");
    assert_others_are_served(&desktop);

    let get = start(&desktop, "get aws");
    desktop.shell("ds-secrets answer").ok();
    let (text, status) = output(get);
    assert_eq!(status, 0, "{text}");
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
}

#[test]
fn an_answer_to_keepassxc_does_not_undo_a_lock() {
    let desktop = locked_desktop_with("keepassxc");
    let get = start(&desktop, "get aws");
    await_prompt(&desktop);
    desktop.mfactl(&["lock"]).ok();
    let (text, status) = output(get);
    assert_eq!(status, 5, "{text}");
    desktop.shell("ds-secrets answer").ok();
    eventually("KeePassXC is open", || {
        desktop.shell("ds-secrets locked").ok() == "false"
    });
    let still = desktop.mfactl(&["get", "aws"]).fails(5);
    assert!(still.contains("stay locked until you unlock"), "{still}");
    desktop.mfactl(&["unlock"]).ok();
    assert_eq!(desktop.mfactl(&["get", "aws"]).ok().len(), 6);
}

fn await_prompt(desktop: &Desktop) {
    eventually("the prompt is on the screen", || {
        desktop.shell("ds-secrets prompting").status == 0
    });
}

/// Returns the number of prompts of gnome-keyring.
fn prompts(desktop: &Desktop) -> u32 {
    let count = "gdbus introspect --session -d org.freedesktop.secrets \
        -o /org/freedesktop/secrets/prompt --only-properties --recurse | grep -c 'node .*prompt/'";
    desktop.shell(count).stdout.trim().parse().unwrap()
}

/// Returns the process that provides the keychain.
fn owner(desktop: &Desktop) -> String {
    let owner = "busctl --user call org.freedesktop.DBus /org/freedesktop/DBus \
        org.freedesktop.DBus GetConnectionUnixProcessID s org.freedesktop.secrets";
    desktop.shell(owner).ok()
}

/// Checks that programs that want no prompt get an answer at once, on the private connection and on the bus.
fn assert_others_are_served(desktop: &Desktop) {
    for _ in 0..5 {
        let start = Instant::now();
        assert!(desktop.mfactl(&["status"]).ok().contains("locked"));
        let refused = desktop.mfactl(&["get", "aws"]).fails(5);
        assert!(refused.contains("the keychain is locked"), "{refused}");
        assert_eq!(desktop.property("Locked"), "b true");
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "others were kept waiting"
        );
    }
}
