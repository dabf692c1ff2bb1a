//! Lists the system calls of a running program on a file, lets each of them fail, or kills the program there.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tests::{Desktop, binary, eventually, eventually_within, is_gone, run};

/// strace on a running program.
pub(crate) struct Traced {
    strace: Child,
    pid: String,
}

impl Traced {
    /// Traces the calls of the daemon on these paths, with more options for strace.
    fn attach(desktop: &Desktop, paths: &[PathBuf], options: &[&str]) -> Self {
        let options = with_paths(paths, options);
        Self::attach_to(desktop, &desktop.daemon().to_string(), &options)
    }

    /// Starts a daemon whose calls on these paths are traced from the first one on, with more options for strace.
    pub(crate) fn start(desktop: &Desktop, paths: &[PathBuf], options: &[&str]) -> Self {
        let mut strace = desktop.command("strace");
        strace.args(["-f", "-qq"]).args(with_paths(paths, options));
        let strace = strace.arg(binary("mfad")).stdout(Stdio::null());
        let strace = desktop.start_daemon(strace.stderr(Stdio::null()));
        let id = strace.id().to_string();
        let pid = run(Command::new("pgrep").args(["-P", &id]), "").ok();
        Self { strace, pid }
    }

    /// Traces the program with this process id, with more options for strace.
    pub(crate) fn attach_to(desktop: &Desktop, pid: &str, options: &[&str]) -> Self {
        let mut strace = desktop.command("strace");
        strace.args(["-f", "-qq", "-p", pid]).args(options);
        let strace = strace.stderr(Stdio::null()).spawn().unwrap();
        let tracer = format!("TracerPid:\t{}", strace.id());
        let is_traced = |task: &Path| {
            fs::read_to_string(task.join("status")).is_ok_and(|status| status.contains(&tracer))
        };
        eventually("strace has attached", || {
            let mut tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
            tasks.all(|task| is_traced(&task.unwrap().path()))
        });
        Self {
            strace,
            pid: pid.to_owned(),
        }
    }

    /// Waits up to the given number of seconds until strace has killed the program.
    pub(crate) fn wait(&self, seconds: u64) {
        eventually_within(seconds, "the program is killed", || is_gone(&self.pid));
    }

    /// Ends strace after it has killed the program. It does not always notice by itself.
    pub(crate) fn bury(mut self) {
        self.strace.kill().unwrap();
        self.strace.wait().unwrap();
        eventually("the program is gone", || is_gone(&self.pid));
    }

    /// Lets the program go on without strace.
    pub(crate) fn detach(mut self) {
        let id = self.strace.id().to_string();
        drop(run(Command::new("kill").args(["-INT", &id]), ""));
        self.strace.wait().unwrap();
    }
}

fn with_paths<'p>(paths: &'p [PathBuf], options: &[&'p str]) -> Vec<&'p str> {
    let paths = paths.iter().map(|path| path.to_str().unwrap());
    let paths = paths.flat_map(|path| ["-P", path]);
    paths.chain(options.iter().copied()).collect()
}

/// Returns what is traced to follow one file: the file, the new one beside it, and their folder.
pub(crate) fn around(file: &Path) -> [PathBuf; 3] {
    [file.into(), new(file), file.parent().unwrap().into()]
}

/// Returns the path of the file that is written beside a file, to replace it.
pub(crate) fn new(file: &Path) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(".new");
    path.into()
}

/// Returns the calls of the daemon on a file while something is done, one in a line, in order.
pub(crate) fn calls(desktop: &Desktop, file: &Path, act: impl Fn()) -> Vec<String> {
    calls_on(desktop, &around(file), act)
}

/// Returns the same for several paths.
pub(crate) fn calls_on(desktop: &Desktop, paths: &[PathBuf], act: impl Fn()) -> Vec<String> {
    let log = desktop.folder().join("calls");
    let traced = Traced::attach(desktop, paths, &logging(&log));
    act();
    traced.detach();
    listed(&log)
}

/// Returns the options for strace that have it list all calls on paths in a log.
pub(crate) fn logging(log: &Path) -> [&str; 5] {
    let log = log.to_str().unwrap();
    ["-y", "-e", "trace=%file,%desc", "-o", log]
}

/// Returns the calls that a log lists, one in a line, in order.
pub(crate) fn listed(log: &Path) -> Vec<String> {
    let log = fs::read_to_string(log).unwrap();
    // After the process id. What was resumed has been listed before.
    let lines = log.lines().filter_map(|line| line.split_once(' '));
    lines
        .map(|(_, call)| call.trim().to_owned())
        .filter(|call| !call.starts_with(['<', '+', '-']))
        .collect()
}

/// Returns each call by its name and its number among those of this name. Nothing depends on how a file is closed.
pub(crate) fn numbered(calls: &[String]) -> Vec<(String, usize)> {
    let mut numbers = HashMap::new();
    let names = calls.iter().map(|call| call.split('(').next().unwrap());
    names
        .filter(|name| *name != "close")
        .map(|name| {
            let number = numbers.entry(name).or_insert(0);
            *number += 1;
            (name.to_owned(), *number)
        })
        .collect()
}

/// Traces the daemon, and lets one of its calls on a file fail or be its last.
pub(crate) fn inject(desktop: &Desktop, file: &Path, step: &(String, usize), what: &str) -> Traced {
    inject_on(desktop, &around(file), step, what)
}

/// Does the same with one of its calls on several paths.
pub(crate) fn inject_on(
    desktop: &Desktop,
    paths: &[PathBuf],
    step: &(String, usize),
    what: &str,
) -> Traced {
    let [trace, inject] = injecting(step, what);
    let options = ["-e", &trace, "-e", &inject, "-o", "/dev/null"];
    Traced::attach(desktop, paths, &options)
}

/// Returns the expressions for strace by which one call fails or is the last one.
pub(crate) fn injecting((name, number): &(String, usize), what: &str) -> [String; 2] {
    let inject = format!("inject={name}:{what}:when={number}");
    [format!("trace={name}"), inject]
}

/// Checks that a new file is on the disk before it takes the place of the old one, and its name after that.
pub(crate) fn assert_synchronised(calls: &[String], file: &Path) {
    let new = format!("{}>", new(file).display());
    let folder = format!("{}>", file.parent().unwrap().display());
    let position = |what: &str, path: &str| {
        let is_it = |call: &String| call.starts_with(what) && call.contains(path);
        let at = calls.iter().rposition(is_it);
        at.unwrap_or_else(|| panic!("there is no {what} {path}: {calls:#?}"))
    };
    let order = [
        position("write(", &new),
        position("fsync(", &new),
        position("rename", ""),
        position("fsync(", &folder),
    ];
    assert!(order.is_sorted(), "{order:?}: {calls:#?}");
}

/// Returns the errors to try at a call.
pub(crate) fn errors(call: &str) -> &'static [&'static str] {
    match call {
        "write" | "fsync" | "openat" => &["EIO", "ENOSPC", "EDQUOT"],
        _ => &["EIO"],
    }
}
