//! Windows: the system names the process that started another one, and the program of each.
//!
//! A process runs one program until its end. While it is looked at, a handle keeps its id. A parent counts only if it
//! began before its child, since the id of a process that has ended may be used again. Reading ends at the first process
//! that does more than start others ([`Role::End`]).
//!
//! Windows does not tell who types into a shell. So a shell has a person behind it only if a program that shows shells to
//! people has started it, directly or through other shells.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use mfa_core::access::rules::Seen;
use mfa_core::access::{Role, Start, Who, is_terminal, reads_whole_line};
use mfa_sys::folders;
use mfa_sys::process::{self, Process};

pub(in crate::caller) use super::constant::Origin;
use super::{UNKNOWN, short_name, with_its_script};

/// The number of processes that are looked at. After a longer chain, the answer is [`Who::Unknown`].
const MAX_CHAIN: usize = 32;

/// Returns who is behind a process that asks for itself: its program or its script.
pub(in crate::caller) fn own(pid: u32, path: &Path) -> Who {
    let process = Process::open(pid).ok();
    match process.and_then(|process| role(&process, path, false)) {
        None => Who::Unknown,
        Some(Role::End(who)) => who,
        // A shell that asks the daemon itself, and not through mfactl, counts as a program.
        Some(Role::Step) => Who::Program {
            path: path.to_owned(),
            script: None,
        },
    }
}

/// Returns who is behind mfactl: the person or program that started it. Adds the names of the programs up to that one
/// to the chain.
pub(in crate::caller) fn behind(pid: u32, chain: &mut Vec<String>) -> (Who, Option<Origin>) {
    match look(pid, chain) {
        Some(who) => (who, Some(Origin)),
        None => {
            chain.push(UNKNOWN.to_owned());
            (Who::Unknown, None)
        }
    }
}

/// Goes up from parent to parent. Returns `None` if one of them has ended, or if its facts cannot be read.
fn look(pid: u32, chain: &mut Vec<String>) -> Option<Who> {
    let mut child = Process::open(pid).ok()?;
    for _ in 0..MAX_CHAIN {
        let parent = child.parent()?;
        let path = parent.executable()?;
        let role = role(&parent, &path, true)?;
        chain.push(short_name(parent.pid()));
        match role {
            Role::End(Who::Person) if !is_shown(&parent) => {}
            Role::End(who) => return Some(who),
            Role::Step => {}
        }
        child = parent;
    }
    None
}

/// Returns whether a program that shows shells to people has started a shell, directly or through other shells.
fn is_shown(shell: &Process) -> bool {
    let mut parent = shell.parent();
    for _ in 0..MAX_CHAIN {
        let Some(process) = parent else { return false };
        let Some(path) = process.executable() else {
            return false;
        };
        // A program of the user could have the name of one.
        if is_terminal(&path) && folders::are_of_system(&path) {
            return true;
        }
        match role(&process, &path, true) {
            Some(Role::Step | Role::End(Who::Person)) => parent = process.parent(),
            _ => return false,
        }
    }
    false
}

/// Returns the names of a process and of those that started it, for a person to read: `cmd.exe`, `explorer.exe`.
pub(in crate::caller) fn line(pid: u32) -> Vec<String> {
    let first = Process::open(pid).ok();
    let all = std::iter::successors(first, Process::parent);
    let names: Vec<_> = all
        .take(MAX_CHAIN)
        .map(|process| short_name(process.pid()))
        .collect();
    match names.is_empty() {
        true => vec![UNKNOWN.to_owned()],
        false => names,
    }
}

/// Returns `true`: a process does not become another program, so it has opened what it holds.
pub(in crate::caller) fn has_opened_its_connections(_pid: u32) -> bool {
    true
}

/// Returns `None`: a process runs the same file until its end.
pub(in crate::caller) fn running(_pid: u32) -> Option<(u64, u64)> {
    None
}

/// Returns `true`: all programs have the same file system.
pub(in crate::caller) fn is_here(_pid: u32, _path: &Path) -> bool {
    true
}

/// Returns the facts about the file of a program by which a later change is noticed.
pub(in crate::caller) fn seen(path: &Path) -> Option<Seen> {
    let file = fs::metadata(path).ok()?;
    let modified = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Seen {
        size: file.len(),
        modified: u64::try_from(modified.as_nanos()).unwrap_or(u64::MAX),
        is_writable: !folders::are_of_system(path),
    })
}

/// Returns the role of a process, or `None` if the line that it was started with cannot be read.
fn role(process: &Process, path: &Path, has_terminal: bool) -> Option<Role> {
    // mfactl runs mfa-watch, which runs mfactl to copy.
    if super::super::passes_on(path) {
        return Some(Role::Step);
    }
    // A process that has just begun may not have its line yet.
    let line = process.line().filter(|line| !line.is_empty())?;
    let arguments = match reads_whole_line(path) {
        true => whole_line(&line),
        false => process::arguments(&line),
    };
    let folder = process.folder();
    let start = Start {
        arguments: &arguments,
        folder: folder.as_deref(),
        has_terminal,
        is_of_system: folders::are_of_system(path),
    };
    Some(with_its_script(Role::of(path, start), || None))
}

/// Returns the name at the beginning of a line, and all that follows it.
fn whole_line(line: &str) -> Vec<String> {
    let (name, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"'),
        None => line.split_once([' ', '\t']),
    }
    .unwrap_or((line, ""));
    vec![name.to_owned(), rest.to_owned()]
}

#[cfg(test)]
mod tests {
    use std::os::windows::process::CommandExt;
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// Starts a program that waits for the end of its input. The system tells its line a moment later.
    fn waiting(program: &str, line: &str) -> Child {
        let mut child = Command::new(program);
        let child = child
            .raw_arg(line)
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let child = child.spawn().unwrap();
        let process = Process::open(child.id()).unwrap();
        let begun = std::time::Instant::now();
        while !process.line().is_some_and(|found| found.ends_with(line)) {
            assert!(begun.elapsed().as_secs() < 20, "there is no line");
            std::thread::yield_now();
        }
        child
    }

    fn end(mut child: Child) {
        drop(child.stdin.take());
        child.kill().ok();
        child.wait().unwrap();
    }

    fn system(name: &str) -> String {
        format!(r"{}\System32\{name}", std::env::var("SystemRoot").unwrap())
    }

    #[test]
    fn a_process_that_is_gone_is_unknown() {
        let mut chain = Vec::new();
        assert_eq!(behind(u32::MAX, &mut chain).0, Who::Unknown);
        assert_eq!(chain, [UNKNOWN]);
        assert_eq!(own(u32::MAX, Path::new(r"C:\a.exe")), Who::Unknown);
        assert_eq!(line(u32::MAX), [UNKNOWN]);
    }

    #[test]
    fn we_are_behind_what_we_start_even_through_a_shell() {
        let path = std::env::current_exe().unwrap();
        let us = Who::Program { path, script: None };
        let child = waiting(&system("cmd.exe"), "/q");
        let mut chain = Vec::new();
        assert_eq!(behind(child.id(), &mut chain).0, us);
        assert_eq!(chain, [short_name(std::process::id())]);
        let line = line(child.id());
        assert!(line.len() >= 2 && line[0] == "cmd.exe", "{line:?}");
        end(child);
    }

    /// A program that starts a shell and writes into it is no person, whether the shell is shown or not.
    #[test]
    fn a_shell_of_a_program_is_no_person() {
        let path = std::env::current_exe().unwrap();
        let us = Who::Program { path, script: None };
        for line in ["/q", "/k", "/q /k cd ."] {
            let child = waiting(&system("cmd.exe"), line);
            let shell = Process::open(child.id()).unwrap();
            let found = role(&shell, &shell.executable().unwrap(), true);
            assert_eq!(found, Some(Role::End(Who::Person)), "{line}");
            assert!(!is_shown(&shell), "{line}");
            assert_eq!(behind(child.id(), &mut Vec::new()).0, us, "{line}");
            end(child);
        }
    }

    #[test]
    fn a_script_is_named_with_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("a job.bat");
        fs::write(&script, "@pause\r\n").unwrap();
        let line = format!("/d /c \"\"{}\" x\"", script.display());
        let child = waiting(&system("cmd.exe"), &line);
        let path = Process::open(child.id()).unwrap().executable().unwrap();
        let expected = Who::Program {
            path: path.clone(),
            script: Some(script.display().to_string()),
        };
        assert_eq!(own(child.id(), &path), expected);
        end(child);
    }

    #[test]
    fn the_file_of_a_program_is_looked_at() {
        let found = seen(Path::new(&system("cmd.exe"))).unwrap();
        assert!(found.size > 0 && found.modified > 0 && !found.is_writable);
        let own = seen(&std::env::current_exe().unwrap()).unwrap();
        assert!(own.is_writable);
        assert_eq!(seen(Path::new(r"C:\nowhere.exe")), None);
    }

    #[test]
    fn a_line_is_cut_behind_the_name() {
        for (line, expected) in [
            (r#""C:\a b\cmd.exe" /c x"#, [r"C:\a b\cmd.exe", " /c x"]),
            ("cmd /c \"a b\"", ["cmd", "/c \"a b\""]),
            ("cmd", ["cmd", ""]),
        ] {
            assert_eq!(whole_line(line), expected, "{line}");
        }
    }
}
