//! Linux: `/proc` names the parent of each process and the program that it runs.
//!
//! A process can change while it is read. So each process is read twice. If it has changed in between, the answer is
//! [`Who::Unknown`]. Reading ends at the first process that does more than start others ([`Role::End`]).

mod climb;
mod origin;
mod sandbox;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use mfa_core::access::rules::Seen;
use mfa_core::access::{Role, Start, Who};
use mfa_sys::peer::User;
use mfa_sys::process::{self, Status};

use super::{UNKNOWN, short_name, with_its_script};
use climb::Climb;
pub(in crate::caller) use origin::Origin;
pub(in crate::caller) use sandbox::{is_here, running};

/// The number of processes that are looked at. After a longer chain, the answer is [`Who::Unknown`].
const MAX_CHAIN: usize = 32;
/// The number of times that the processes are looked at, if one of them ends meanwhile.
const MAX_LOOKS: usize = 4;
/// The time between two looks.
const A_MOMENT: Duration = Duration::from_millis(1);
/// A program that runs as root and starts programs for other users. The kernel hides its path from the daemon.
const ROOTS_WRAPPER: &str = "sudo";
/// The flag `O_CLOEXEC` in `/proc/PID/fdinfo` (proc_pid_fdinfo(5)).
const CLOSES_ON_EXEC: u32 = 0o2_000_000;

/// Returns who is behind a process that asks for itself: its program, its script or its sandbox.
pub(in crate::caller) fn own(pid: u32, path: &Path) -> Who {
    match role(pid, path, false) {
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
    for _ in 0..MAX_LOOKS {
        let mut climb = Climb::from(pid);
        if let Some((who, origin)) = climb.up() {
            chain.append(&mut climb.names);
            return (who, Some(origin));
        }
        if !climb.has_lost_one() {
            break;
        }
        // The kernel needs a moment to give its children another parent.
        std::thread::sleep(A_MOMENT);
    }
    chain.push(UNKNOWN.to_owned());
    (Who::Unknown, None)
}

/// Returns the names of a process and of those that started it, for a person to read: `bash`, `kitty`.
pub(in crate::caller) fn line(pid: u32) -> Vec<String> {
    let parent = |pid: &u32| process::status(*pid).map(|status| status.parent);
    let all = std::iter::successors(Some(pid), parent);
    // Process 1 has started all others, so its name tells nothing.
    let all = all.take_while(|pid| *pid > 1).take(MAX_CHAIN);
    all.map(short_name).collect()
}

/// Returns whether the program that a process runs has opened its connections itself. Programs usually open a
/// connection so that the next program of the process does not inherit it. So the process must have such a connection,
/// and none that would be inherited.
pub(in crate::caller) fn has_opened_its_connections(pid: u32) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    let mut has_one = false;
    for file in files.flatten() {
        let is_socket = fs::read_link(file.path()).is_ok_and(|target| {
            target
                .as_os_str()
                .as_encoded_bytes()
                .starts_with(b"socket:")
        });
        let number = file.file_name();
        let is_standard = ["0", "1", "2"].iter().any(|standard| number == *standard);
        if !is_socket || is_standard {
            continue;
        }
        match closes_on_exec(pid, &number.to_string_lossy()) {
            Some(true) => has_one = true,
            Some(false) => return false,
            // The file was closed in between.
            None => {}
        }
    }
    has_one
}

/// Returns whether a file of a process is closed when the process executes another program, or `None` if the file is
/// not open any more.
fn closes_on_exec(pid: u32, file: &str) -> Option<bool> {
    let info = fs::read_to_string(format!("/proc/{pid}/fdinfo/{file}")).ok()?;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"))?;
    let flags = u32::from_str_radix(flags.trim(), 8).ok()?;
    Some(flags & CLOSES_ON_EXEC != 0)
}

/// Returns the facts about the file of a program by which a later change is noticed.
pub(in crate::caller) fn seen(path: &Path) -> Option<Seen> {
    let file = fs::metadata(path).ok()?;
    let folder = fs::metadata(path.parent()?).ok()?;
    let own = User::own();
    let is_ours = |found: &fs::Metadata| {
        found.uid() != 0 && own == User::from_uid(found.uid()) || found.mode() & 0o022 != 0
    };
    let seconds = u64::try_from(file.mtime()).unwrap_or(0);
    let nanoseconds = u64::try_from(file.mtime_nsec()).unwrap_or(0);
    Some(Seen {
        size: file.size(),
        modified: seconds
            .saturating_mul(1_000_000_000)
            .saturating_add(nanoseconds),
        is_writable: is_ours(&file) || is_ours(&folder),
    })
}

/// Returns the role of a process that runs the program at a path, if the kernel tells it.
fn role_of(pid: u32, path: Option<&Path>, status: Status) -> Option<Role> {
    match path {
        Some(path) => role(pid, path, status.has_terminal && status.leads_session),
        None => hidden(pid),
    }
}

/// Returns the role of a process, or `None` if its arguments cannot be read or it runs in another file system.
fn role(pid: u32, path: &Path, has_terminal: bool) -> Option<Role> {
    if let Some(app) = sandbox::app(pid, path) {
        return Some(Role::End(Who::App(app)));
    }
    if !is_here(pid, path) {
        return None;
    }
    // mfactl runs mfa-watch, which runs mfactl to copy.
    if super::super::passes_on(path) {
        return Some(Role::Step);
    }
    let folder = process::folder(pid);
    let start = Start {
        arguments: &process::arguments(pid)?,
        folder: folder.as_deref(),
        has_terminal,
        is_of_system: process::is_of_system(pid),
    };
    // The descriptor by which bash reads its script.
    let opened = || fs::read_link(format!("/proc/{pid}/fd/255")).ok();
    Some(with_its_script(Role::of(path, start), opened))
}

/// Returns the role of a process whose path the kernel does not tell. The process is known by its name, which counts
/// only if the process belongs to root: any other process can choose its name, and so can whoever starts a program that
/// runs as root for its caller.
fn hidden(pid: u32) -> Option<Role> {
    if !process::is_of_root(pid) {
        return None;
    }
    let name = process::short_name(pid)?;
    match name.as_str() {
        // Behind it is whoever has started it.
        ROOTS_WRAPPER => Some(Role::Step),
        _ if process::is_of_root_alone(pid) => Some(Role::End(Who::System(name))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_process_that_is_gone_is_unknown() {
        let mut chain = Vec::new();
        assert!(matches!(behind(u32::MAX, &mut chain), (Who::Unknown, None)));
        assert_eq!(chain, [UNKNOWN]);
        assert!(line(u32::MAX).iter().all(|name| name == UNKNOWN));
        assert!(!has_opened_its_connections(u32::MAX));
    }

    #[test]
    fn those_that_started_us_are_named() {
        let line = line(std::process::id());
        assert!(line.len() > 1, "{line:?}");
        assert_eq!(line[0], short_name(std::process::id()));
    }

    /// An update removes the file of a shell that still runs. Whoever runs the tests as root has one of the system.
    #[test]
    fn a_shell_whose_file_is_gone_is_one_if_only_root_could_change_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = fs::canonicalize(folder.path()).unwrap().join("sh");
        // A file that this process had written could be open in a child of another test, and would not run.
        let mut copy = Command::new("/bin/cp");
        let copied = copy.arg("/usr/bin/dash").arg(&path).status();
        assert!(copied.unwrap().success());
        let mut shell = Command::new(&path);
        let shell = shell.args(["-c", "read line; :"]).stdin(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        let pid = child.id();
        let runs = || process::executable(pid).is_some_and(|now| now == path);
        // The kernel sets the arguments a moment later.
        while !runs() || process::arguments(pid).is_none() {
            std::thread::yield_now();
        }
        fs::remove_file(&path).unwrap();
        let gone = process::executable(pid).unwrap();
        let (found, of_system) = (role(pid, &gone, true), process::is_of_system(pid));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(gone, path.with_file_name("sh (deleted)"));
        let script = None;
        let program = Role::End(Who::Program { path: gone, script });
        assert_eq!(found, Some(if of_system { Role::Step } else { program }));
    }

    #[test]
    fn the_file_of_a_program_is_looked_at() {
        let system = seen(Path::new("/usr/bin/env")).unwrap();
        assert!(system.size > 0 && system.modified > 0);
        assert_eq!(seen(Path::new("/nowhere")), None);
        let folder = tempfile::tempdir().unwrap();
        let open = folder.path().join("program");
        fs::write(&open, "x").unwrap();
        let mut all = fs::metadata(&open).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut all, 0o777);
        fs::set_permissions(&open, all).unwrap();
        assert!(seen(&open).unwrap().is_writable);
    }

    #[test]
    fn a_connection_that_would_be_inherited_is_told_from_one_that_would_not() {
        let (one, _other) = UnixStream::pair().unwrap();
        let own = std::process::id();
        let number =
            |stream: &UnixStream| std::os::fd::AsRawFd::as_raw_fd(&stream.as_fd()).to_string();
        assert_eq!(closes_on_exec(own, &number(&one)), Some(true));
        rustix::io::fcntl_setfd(&one, rustix::io::FdFlags::empty()).unwrap();
        assert_eq!(closes_on_exec(own, &number(&one)), Some(false));
        assert_eq!(closes_on_exec(own, "100000"), None);
    }
}
