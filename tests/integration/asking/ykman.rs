//! mfa-ykman, as scripts and aws-vault call ykman.

use std::fs;
use std::os::unix::fs::symlink;

use tests::{Desktop, Run, SECRET, binary};

use crate::consent::log;

const ARN: &str = "arn:aws:iam::123456789012:mfa/alice";

/// Starts a desktop with three accounts.
fn desktop() -> Desktop {
    let desktop = Desktop::with_two_accounts();
    let counter = format!("otpauth://hotp/Bank:jane?secret={SECRET}&counter=3");
    desktop.add("bank", &counter);
    desktop.mfactl(&["edit", "aws", "--serial", ARN]).ok();
    desktop
}

/// Runs `ykman` as it is found in `PATH`: a link to mfa-ykman.
fn ykman(desktop: &Desktop, line: &str) -> Run {
    let folder = desktop.folder().join("bin");
    if !folder.exists() {
        fs::create_dir(&folder).unwrap();
        symlink(binary("mfa-ykman"), folder.join("ykman")).unwrap();
    }
    desktop.shell(&format!("PATH={}:$PATH; {line}", folder.display()))
}

#[test]
fn the_line_of_aws_vault_gets_a_code_that_was_never_handed_out() {
    let desktop = desktop();
    let line = format!("ykman oath accounts code --single {ARN}");
    let first = ykman(&desktop, &line).ok();
    let second = ykman(&desktop, &line).ok();
    assert!(first.len() == 6 && second.len() == 6 && first != second);
    // Behind it is whoever has started it, and not ykman.
    let log = log(&desktop);
    let asker = log.last().unwrap()["asker"].as_str().unwrap();
    assert!(!asker.contains("ykman"), "{asker}");
}

#[test]
fn it_prints_and_ends_as_ykman_does() {
    let desktop = desktop();
    let mut text = String::new();
    let mut see = |line: &str| {
        let run = ykman(&desktop, line);
        text.push_str(&format!("$ {line}\n{}", digits(&run.stdout)));
        for error in run.stderr.lines() {
            text.push_str(&format!("! {error}\n"));
        }
        text.push_str(&format!("= {}\n", run.status));
    };
    see("ykman oath accounts list");
    see("ykman oath accounts list -o -P");
    see("ykman oath accounts code");
    see("ykman oath accounts code GITHUB");
    see("ykman oath accounts code -s bank");
    see("ykman oath accounts code a -s");
    see("ykman oath accounts code nothing -s");
    see("ykman oath accounts code nothing");
    see("ykman --device 1 oath accounts code -s -p hunter2 github | wc -l");
    see("ykman oath accounts uri x");
    see("ykman info hunter2");
    see("ykman --version");
    desktop.mfactl(&["lock"]).ok();
    see("ykman oath accounts list");
    assert!(
        !text
            .replace("-p hunter2", "")
            .replace("info hunter2", "")
            .contains("hunter2")
    );
    insta::assert_snapshot!("ykman", text);
}

/// Replaces the codes, which differ from run to run.
fn digits(text: &str) -> String {
    let word = |word: &str| {
        let is_code = word.len() > 5 && word.trim_end().bytes().all(|byte| byte.is_ascii_digit());
        match is_code {
            true => word.replace(|c: char| c.is_ascii_digit(), "0"),
            false => word.to_owned(),
        }
    };
    let words: Vec<_> = text.split_inclusive([' ', '\n']).map(word).collect();
    words.concat()
}

/// A list of codes is only looked at, so that it delays nobody who needs one.
#[test]
fn a_list_of_codes_uses_none_up() {
    let desktop = desktop();
    let listed = ykman(&desktop, "ykman oath accounts code").ok();
    let code = ykman(&desktop, "ykman oath accounts code -s github").ok();
    let again = ykman(&desktop, "ykman oath accounts code").ok();
    // The step may have changed in between.
    assert!(
        listed.contains(&code) || again.contains(&code),
        "{listed}\n{code}\n{again}"
    );
    assert!(listed.contains("[HOTP Account]"), "{listed}");
}
