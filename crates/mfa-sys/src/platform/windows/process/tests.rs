//! What is seen of processes.

use std::process::{Command, Stdio};

use super::*;

/// The name by which a test is started as a child, to be looked at.
const CHILD: &str = "platform::windows::process::tests::a_child_waits";

#[test]
fn we_can_see_ourselves() {
    let pid = std::process::id();
    assert_eq!(executable(pid), std::env::current_exe().ok());
    assert!(start_time(pid).is_some_and(|time| time > 0));
    let own = Process::open(pid).unwrap();
    assert_eq!(own.pid(), pid);
    assert_eq!(own.executable(), std::env::current_exe().ok());
    assert_eq!(own.user().unwrap(), User::own());
    assert!(!own.has_ended());
    let arguments = arguments(&own.line().unwrap());
    assert_eq!(arguments, std::env::args().collect::<Vec<_>>());
    let folder = own.folder().unwrap();
    let folder: PathBuf = folder.components().collect();
    assert_eq!(folder, std::env::current_dir().unwrap());
}

#[test]
fn a_child_knows_who_started_it() {
    let mut child = Command::new(std::env::current_exe().unwrap());
    let child = child.args(["--exact", CHILD, "--ignored", "a \"b\\"]);
    let mut child = child
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let seen = Process::open(child.id()).unwrap();
    let parent = seen.parent().unwrap();
    assert_eq!(parent.pid(), std::process::id());
    // It is not looked at before it runs.
    let line = (0..1000).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        seen.line()
    });
    let arguments = arguments(&line.unwrap());
    assert_eq!(arguments[1..], ["--exact", CHILD, "--ignored", "a \"b\\"]);
    drop(child.stdin.take());
    child.wait().unwrap();
    assert!(seen.has_ended());
    // The start time of what has ended is still known by its handle.
    assert!(seen.start_time >= parent.start_time);
}

#[test]
fn a_parent_that_has_ended_is_none() {
    let mut child = Command::new(std::env::current_exe().unwrap());
    let child = child.args(["--exact", CHILD, "--ignored"]);
    let mut child = child
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut seen = Process::open(child.id()).unwrap();
    // As if another process, which began later, had taken the id of the parent.
    let start_time = std::mem::replace(&mut seen.start_time, 1);
    assert!(seen.parent().is_none());
    seen.start_time = start_time;
    assert!(seen.parent().is_some());
    drop(child.stdin.take());
    child.wait().unwrap();
}

/// Waits for the end of its input. It does something only as a child of the other tests.
#[test]
#[ignore = "other tests start it"]
fn a_child_waits() {
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}

#[test]
fn nobody_has_the_highest_pid() {
    assert_eq!(start_time(u32::MAX), None);
    assert_eq!(executable(u32::MAX), None);
    assert!(Process::open(u32::MAX).is_err());
}

#[test]
fn a_line_is_split_as_programs_do() {
    for (line, expected) in [
        ("a", &["a"][..]),
        (r#""C:\a b\c.exe" x"#, &[r"C:\a b\c.exe", "x"]),
        (r#"a "b c" d"#, &["a", "b c", "d"]),
        (r#"a b\c "d\\" e"#, &["a", r"b\c", r"d\", "e"]),
        (r#"a "b\"c" \\"d e"#, &["a", "b\"c", r"\d e"]),
        (r#"a """b""" ""x"#, &["a", "\"b\"", "x"]),
        ("a\tb  c ", &["a", "b", "c"]),
        ("", &[""]),
    ] {
        assert_eq!(arguments(line), expected, "{line}");
    }
}
