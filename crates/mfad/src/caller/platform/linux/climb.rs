//! Goes from mfactl up to whoever has started it, from parent to parent.
//!
//! A process may end meanwhile: a shell does, as soon as it has started a command in the background. Its children then
//! have another parent. So whoever climbs tells whether a process was lost, and begins anew.

use mfa_core::access::{Role, Who};
use mfa_sys::process;

use super::origin::{Origin, Step};
use super::{MAX_CHAIN, role_of, short_name};

/// The processes from mfactl up to the one that is looked at.
pub(super) struct Climb {
    pid: u32,
    steps: Vec<Step>,
    /// Whether the process that was looked at last is ending, so that its child will have another parent.
    parent_ends: bool,
    /// The names of the programs that were looked at.
    pub(super) names: Vec<String>,
}

impl Climb {
    /// Begins at mfactl.
    pub(super) fn from(pid: u32) -> Self {
        let (steps, names) = (Vec::new(), Vec::new());
        Self {
            pid,
            steps,
            parent_ends: false,
            names,
        }
    }

    /// Returns who is behind it, or `None` if a process changes or ends in between, or if its facts cannot be read.
    pub(super) fn up(&mut self) -> Option<(Who, Origin)> {
        let status = process::status(self.pid)?;
        let path = process::executable(self.pid);
        let pid = self.pid;
        self.steps.push(Step { pid, status, path });
        for _ in 0..MAX_CHAIN {
            let child = self.steps.last()?;
            let Some((parent, role)) = parent(child) else {
                let now = process::status(child.status.parent);
                self.parent_ends = now.is_none_or(|now| now.has_ended);
                return None;
            };
            self.names.push(short_name(parent.pid));
            match role {
                Role::End(who) => {
                    let end = (parent.pid, parent.status.start_time);
                    let steps = self.steps.split_off(1);
                    return Some((who, Origin { steps, end }));
                }
                Role::Step => self.steps.push(parent),
            }
        }
        None
    }

    /// Returns whether one of the processes has ended, other than mfactl.
    pub(super) fn has_lost_one(&self) -> bool {
        let has_ended = |step: &Step| process::status(step.pid).is_none_or(|now| !step.is(now));
        let others_have = self.steps.iter().skip(1).any(has_ended);
        let is_adopted = |step: &Step| {
            let now = process::status(step.pid);
            now.is_some_and(|now| step.is(now) && now.parent != step.status.parent)
        };
        self.parent_ends || others_have || self.steps.iter().any(is_adopted)
    }
}

/// Returns the parent of a process, and its role. Returns `None` if one of the two changes in between.
fn parent(child: &Step) -> Option<(Step, Role)> {
    let pid = child.status.parent;
    let status = process::status(pid)?;
    let path = process::executable(pid);
    let role = role_of(pid, path.as_deref(), status)?;
    let is_same = process::status(pid)? == status
        && process::executable(pid) == path
        // If the id of the parent was reused, the new process is younger than its child.
        && status.start_time <= child.status.start_time
        && process::status(child.pid)? == child.status;
    is_same.then_some((Step { pid, status, path }, role))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Child, ChildStdin, Command, Stdio};

    use super::*;

    /// A shell that has started a command in the background, and goes on when it is told to.
    struct Shell {
        child: Child,
        input: ChildStdin,
        background: u32,
    }

    impl Shell {
        fn and_then(next: &str) -> Self {
            let line = format!("sleep 60 >/dev/null & echo $!; read line; {next}");
            let mut shell = Command::new("/usr/bin/dash");
            shell.args(["-c", &line]);
            let mut child = shell
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut printed = String::new();
            let mut output = BufReader::new(child.stdout.take().unwrap());
            output.read_line(&mut printed).unwrap();
            let background = printed.trim().parse().unwrap();
            // The background process is a shell until it runs its program.
            while short_name(background) != "sleep" {
                std::thread::yield_now();
            }
            let input = child.stdin.take().unwrap();
            Self {
                child,
                input,
                background,
            }
        }

        fn goes_on(&mut self) {
            self.input.write_all(b"\n").unwrap();
        }
    }

    impl Drop for Shell {
        fn drop(&mut self) {
            let pid = self.background.to_string();
            Command::new("kill").arg(pid).status().ok();
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }

    #[test]
    fn a_shell_that_has_ended_is_no_other_program() {
        let mut shell = Shell::and_then("exit");
        let mut climb = Climb::from(shell.background);
        let (who, origin) = climb.up().unwrap();
        assert_eq!(climb.names[0], "dash");
        assert_eq!(origin.steps.len(), 1);
        assert_eq!(origin.end.0, std::process::id());
        climb.steps.extend(origin.steps.clone());
        assert!(!climb.has_lost_one());
        shell.goes_on();
        shell.child.wait().unwrap();
        assert!(climb.has_lost_one(), "the shell itself");
        climb.steps.truncate(1);
        assert!(climb.has_lost_one(), "the parent of its child");
        assert!(origin.is_still(&who), "nobody has become another one");
    }

    #[test]
    fn a_shell_that_becomes_another_program_is_noticed() {
        let mut shell = Shell::and_then("exec cat");
        let (who, origin) = Climb::from(shell.background).up().unwrap();
        assert!(origin.is_still(&who));
        shell.goes_on();
        while short_name(shell.child.id()) != "cat" {
            std::thread::yield_now();
        }
        assert!(!origin.is_still(&who));
    }
}
