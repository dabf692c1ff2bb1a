//! The processes behind a request, to be looked at again before the request is answered.

use std::path::PathBuf;

use mfa_core::access::{Role, Who};
use mfa_sys::process::{self, Status};

use super::role_of;

/// A process that only starts others, such as a shell.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) pid: u32,
    pub(super) status: Status,
    /// The program that it runs, if the kernel tells it.
    pub(super) path: Option<PathBuf>,
}

/// The processes behind a request.
#[derive(Clone, Debug)]
pub(in crate::caller) struct Origin {
    /// Those between mfactl and the end of the chain.
    pub(super) steps: Vec<Step>,
    /// The process at the end, and its start time.
    pub(super) end: (u32, u64),
}

impl Step {
    /// Returns whether this is the status of the same process, which has not ended.
    pub(super) fn is(&self, now: Status) -> bool {
        now.start_time == self.status.start_time && !now.has_ended
    }

    /// Returns whether the process still runs its program, or has ended.
    fn is_still(&self) -> bool {
        let has_ended = || process::status(self.pid).is_none_or(|now| !self.is(now));
        // It may end between two looks.
        has_ended() || process::executable(self.pid) == self.path || has_ended()
    }
}

impl Origin {
    /// Returns whether each process is still who it was, or has ended: nobody can act in its name then.
    pub(in crate::caller) fn is_still(&self, who: &Who) -> bool {
        let (pid, start_time) = self.end;
        let is_it = |status: &Status| status.start_time == start_time && !status.has_ended;
        let is_end_still = match process::status(pid).filter(is_it) {
            None => true,
            Some(status) => {
                let path = process::executable(pid);
                let role = role_of(pid, path.as_deref(), status);
                matches!(role, Some(Role::End(now)) if now == *who)
                    || process::status(pid).filter(is_it).is_none()
            }
        };
        is_end_still && self.steps.iter().all(Step::is_still)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::own;
    use super::*;

    /// Its program is gone before it counts as ended, so both looks are needed.
    #[test]
    fn a_process_that_ends_while_it_is_looked_at_is_no_other_program() {
        for _ in 0..200 {
            let mut child = std::process::Command::new("/usr/bin/sleep");
            let mut child = child.arg("60").spawn().unwrap();
            let pid = child.id();
            let sleep = fs::canonicalize("/usr/bin/sleep").ok();
            while process::executable(pid) != sleep || process::arguments(pid).is_none() {
                std::thread::yield_now();
            }
            let status = process::status(pid).unwrap();
            let who = own(pid, sleep.as_deref().unwrap());
            let step = Step {
                pid,
                status,
                path: sleep,
            };
            let origin = Origin {
                steps: vec![step],
                end: (pid, status.start_time),
            };
            assert!(matches!(who, Who::Program { .. }));
            child.kill().unwrap();
            while process::status(pid).is_some_and(|now| !now.has_ended) {
                assert!(origin.steps[0].is_still() && origin.is_still(&who));
            }
            assert!(origin.is_still(&who));
            child.wait().unwrap();
        }
    }

    /// A program that has had mfactl ask, and then becomes another one, gets nothing. One that has ended gets nothing
    /// either, but whoever it has left behind does.
    #[test]
    fn the_origin_of_a_request_is_looked_at_again() {
        let mut child = std::process::Command::new("/usr/bin/python3");
        let becomes = "import os; input(); os.execv('/usr/bin/sleep', ['sleep', '60'])";
        let child = child.args(["-c", becomes]);
        let mut child = child.stdin(std::process::Stdio::piped()).spawn().unwrap();
        let pid = child.id();
        let start_time = process::start_time(pid).unwrap();
        let (steps, end) = (Vec::new(), (pid, start_time));
        let origin = Origin { steps, end };
        let runs = |name: &str| {
            let runs = || process::executable(pid).is_some_and(|path| path.ends_with(name));
            // The kernel sets the arguments a moment later.
            while !runs() || process::arguments(pid).is_none() {
                std::thread::yield_now();
            }
        };
        let python = fs::canonicalize("/usr/bin/python3").unwrap();
        runs(python.file_name().unwrap().to_str().unwrap());
        let who = own(pid, &python);
        assert!(matches!(who, Who::Program { .. }), "{who:?}");
        assert!(origin.is_still(&who));
        let mut other = origin.clone();
        other.end.1 += 1;
        assert!(other.is_still(&Who::Person), "that one has ended");
        let mut input = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut input, b"\n").unwrap();
        runs("sleep");
        assert!(!origin.is_still(&who));
        child.kill().unwrap();
        while !process::status(pid).unwrap().has_ended {
            std::thread::yield_now();
        }
        assert!(origin.is_still(&who), "nobody has noticed its end yet");
        child.wait().unwrap();
        assert!(origin.is_still(&who));
    }
}
