//! The access rules and the access log on a disk that fails, and across kills at any step.
//!
//! The rules are the old ones or the new ones. Of the log, nothing is lost but the line that was being written.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use mfa_host::access_log;
use serde_json::Value;
use tests::{Desktop, LINK, binary};

use crate::strace::{assert_synchronised, calls, errors, inject, new, numbered};

/// The number of lines in a log that is full.
const FULL: usize = 1024;

/// Returns a desktop with one rule, and the file of the rules.
fn with_a_rule() -> (Desktop, PathBuf) {
    let desktop = Desktop::headless();
    let said = deny(&desktop, "first");
    assert!(is_set(&said), "{said}");
    let file = desktop
        .variable("XDG_STATE_HOME")
        .join("mfactl/access.json");
    (desktop, file)
}

/// Denies everybody the accounts with a tag, as a person does. Returns what mfactl says.
fn deny(desktop: &Desktop, tag: &str) -> String {
    let deny = format!("mfactl access deny anybody --tag {tag}");
    desktop.person(&[&deny]).stdout
}

fn is_set(said: &str) -> bool {
    said.contains("rule set: deny")
}

/// Returns the tags that rules are for.
fn tags(json: &str) -> BTreeSet<String> {
    let json: Value = serde_json::from_str(json).unwrap();
    let rules = json["rules"].as_array().unwrap().iter();
    let tags = rules.filter_map(|rule| rule["tag"].as_str());
    tags.map(str::to_owned).collect()
}

/// Returns the tags that the rules of the daemon are for.
fn followed(desktop: &Desktop) -> BTreeSet<String> {
    tags(&desktop.mfactl(&["access", "rules", "--json"]).ok())
}

#[test]
fn rules_that_cannot_be_written_stay_as_they_were_and_that_is_told() {
    let (desktop, file) = with_a_rule();
    let calls = calls(&desktop, &file, || assert!(is_set(&deny(&desktop, "next"))));
    assert_synchronised(&calls, &file);
    let mut failed = 0;
    for (number, step) in numbered(&calls).iter().enumerate() {
        for error in errors(&step.0) {
            let what = format!("{error} at {step:?}");
            let (before, mut expected) = (fs::read(&file).unwrap(), followed(&desktop));
            let traced = inject(&desktop, &file, step, &format!("error={error}"));
            let tag = format!("{error}{number}");
            let said = deny(&desktop, &tag);
            traced.detach();
            if is_set(&said) {
                expected.insert(tag);
            } else {
                assert!(said.contains("nothing was changed"), "{what}: {said}");
                assert_eq!(fs::read(&file).unwrap(), before, "{what}");
                failed += 1;
            }
            assert_eq!(followed(&desktop), expected, "{what}");
            let stored = fs::read_to_string(&file).unwrap();
            assert_eq!(tags(&stored), expected, "{what}");
            assert!(!new(&file).exists(), "{what}: something is left");
        }
    }
    // Opening, writing, synchronising and renaming.
    assert!(failed >= 8, "only {failed} errors were told");
}

#[test]
fn a_daemon_that_is_killed_leaves_the_old_rules_or_the_new_ones() {
    let (desktop, file) = with_a_rule();
    let calls = calls(&desktop, &file, || assert!(is_set(&deny(&desktop, "next"))));
    let steps = numbered(&calls);
    let mut stored = 0;
    for (number, step) in steps.iter().enumerate() {
        let old = followed(&desktop);
        let traced = inject(&desktop, &file, step, "signal=SIGKILL");
        let tag = format!("kill{number}");
        let said = deny(&desktop, &tag);
        traced.bury();
        assert!(!is_set(&said), "{step:?} was never reached: {said}");
        let now = followed(&desktop);
        let mut new_ones = old.clone();
        new_ones.insert(tag);
        assert!(now == old || now == new_ones, "{step:?}: {now:?}");
        stored += usize::from(now == new_ones);
        // The next write removes what the killed daemon has left.
        let said = deny(&desktop, "again");
        assert!(is_set(&said), "{step:?}: {said}");
        assert!(!new(&file).exists(), "after {step:?}");
    }
    assert!(!file.with_extension("damaged").exists());
    assert!((1..steps.len()).contains(&stored), "{stored} of {steps:?}");
}

/// Returns a desktop with an account, and the access log of its daemon.
fn with_a_log() -> (Desktop, PathBuf) {
    let desktop = Desktop::headless();
    desktop.configure("codes-per-minute = 0\n");
    desktop.add("aws", LINK);
    let log = desktop.variable("XDG_STATE_HOME").join("mfactl/access.log");
    (desktop, log)
}

/// Starts the daemon anew, with a full log. Unless its next line is to put that aside, it has done so already.
fn start(desktop: &Desktop, log: &Path, is_full: bool) {
    desktop.end_daemon("-TERM");
    let start = r#"{"time":1,"action":"code","outcome":"allowed","ground":"default","asker":"x","chain":"x","pid":1,"bus":false,"reason":""#;
    let end = "\"}\n";
    let reason = "x".repeat(1024 - start.len() - end.len());
    fs::write(log, format!("{start}{reason}{end}").repeat(FULL)).unwrap();
    drop(fs::remove_file(access_log::before(log)));
    desktop.mfactl(&["list"]).ok();
    if !is_full {
        desktop.mfactl(&["get", "aws"]).ok();
    }
}

/// Returns the calls of the daemon on its log, and not those on the other files in the folder.
fn calls_on_log(desktop: &Desktop, log: &Path, act: impl Fn()) -> Vec<String> {
    let mut calls = calls(desktop, log, act);
    calls.retain(|call| call.contains("access.log"));
    calls
}

/// Returns the number of lines in both files of a log, after checking that each is whole.
fn lines(log: &Path, what: &str) -> usize {
    let (lines, _) = access_log::all(log).unwrap();
    for line in &lines {
        assert!(access_log::record(line).is_some(), "{what}: {line}");
    }
    lines.len()
}

#[test]
fn a_log_that_cannot_be_written_loses_one_line_and_keeps_no_code_back() {
    let (desktop, log) = with_a_log();
    let get = || drop(desktop.mfactl(&["get", "aws"]).ok());
    let mut lost = 0;
    for is_full in [true, false] {
        start(&desktop, &log, is_full);
        let calls = calls_on_log(&desktop, &log, get);
        let has_renamed = calls.iter().any(|call| call.starts_with("rename"));
        assert_eq!(has_renamed, is_full, "{calls:#?}");
        for step in numbered(&calls) {
            for error in errors(&step.0) {
                let what = format!("{error} at {step:?}");
                start(&desktop, &log, is_full);
                let before = lines(&log, &what);
                let traced = inject(&desktop, &log, &step, &format!("error={error}"));
                get();
                traced.detach();
                let now = lines(&log, &what);
                assert!(
                    [before, before + 1].contains(&now),
                    "{what}: {before}, {now}"
                );
                lost += before + 1 - now;
                get();
                assert_eq!(lines(&log, &what), now + 1, "{what}");
            }
        }
    }
    assert!(lost >= 4, "only {lost} lines were lost");
}

#[test]
fn a_daemon_that_is_killed_loses_one_line_of_the_log() {
    let (desktop, log) = with_a_log();
    let get = || desktop.mfactl(&["get", "aws"]);
    for is_full in [true, false] {
        start(&desktop, &log, is_full);
        let calls = calls_on_log(&desktop, &log, || drop(get().ok()));
        for step in numbered(&calls) {
            let what = format!("{step:?}");
            start(&desktop, &log, is_full);
            let before = lines(&log, &what);
            let traced = inject(&desktop, &log, &step, "signal=SIGKILL");
            let killed = get();
            traced.bury();
            assert_ne!(killed.status, 0, "{what} was never reached: {killed}");
            let now = lines(&log, &what);
            assert!(
                [before, before + 1].contains(&now),
                "{what}: {before}, {now}"
            );
            get().ok();
            assert_eq!(lines(&log, &what), now + 1, "{what}");
        }
    }
}

/// Fills the log up with empty lines, which say nothing, so that the next line begins a new file. The daemon has ended.
fn fill(log: &Path) {
    let mut file = OpenOptions::new().append(true).open(log).unwrap();
    file.write_all(&[b'\n'; 1024 * 1024]).unwrap();
}

#[test]
fn rules_and_log_are_ours_alone_whatever_the_umask() {
    for umask in ["0777", "0000"] {
        let (desktop, log) = with_a_log();
        desktop.end_daemon("-TERM");
        let state = log.parent().unwrap();
        fs::remove_dir_all(state).unwrap();
        for round in 0..2 {
            let mut daemon = desktop.command("sh");
            daemon.args(["-c", &format!("umask {umask}; exec \"$0\"")]);
            let mut daemon = desktop.start_daemon(daemon.arg(binary("mfad")));
            let said = deny(&desktop, "any");
            assert!(is_set(&said), "{said}");
            desktop.mfactl(&["get", "aws"]).ok();
            desktop.end_daemon("-TERM");
            daemon.wait().unwrap();
            if round == 0 {
                fill(&log);
            }
        }
        for file in ["access.json", "access.log", "access.log.1"] {
            let mode = fs::metadata(state.join(file)).unwrap().mode() & 0o777;
            assert_eq!(mode, 0o600, "umask {umask}: {file}");
        }
    }
}

#[test]
fn who_follows_the_log_sees_each_line_once_also_when_a_new_file_begins() {
    let (desktop, log) = with_a_log();
    desktop
        .mfactl_with(&["get", "aws", "--reason", "before"], "")
        .ok();
    let mut follow = desktop.ours("mfactl");
    follow.args(["access", "log", "--follow", "--json"]);
    let mut follow = follow.stdout(Stdio::piped()).spawn().unwrap();
    let says = BufReader::new(follow.stdout.take().unwrap());
    let (sender, lines) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in says.lines() {
            drop(sender.send(line.unwrap()));
        }
    });
    let next = || {
        let line = lines.recv_timeout(Duration::from_secs(20)).unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        line["reason"].as_str().unwrap().to_owned()
    };
    let get = |reason: &str| drop(desktop.mfactl(&["get", "aws", "--reason", reason]).ok());
    assert_eq!(next(), "before");
    get("a new line");
    assert_eq!(next(), "a new line");
    desktop.end_daemon("-TERM");
    fill(&log);
    for reason in ["a new file", "and a line in it"] {
        get(reason);
        assert_eq!(next(), reason);
    }
    assert!(access_log::before(&log).exists());
    assert!(fs::metadata(&log).unwrap().len() < 2048);
    follow.kill().unwrap();
    follow.wait().unwrap();
    reader.join().unwrap();
    assert_eq!(lines.try_recv().ok(), None, "a line came twice");
}
