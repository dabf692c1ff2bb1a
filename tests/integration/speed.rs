//! The cost of the hot path, in counts and ratios, because milliseconds depend on the machine.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tests::{Desktop, LINK, eventually, release_binary, rest, run};

/// The maximum size of the release binary of mfactl, in bytes. The commands of `mfactl access` take 0.2 MB of it.
const MAX_BINARY: u64 = 3_500_000;
/// The maximum memory of an idle daemon with ten accounts, in KiB. Listening to the session took 0.5 MiB of it.
const MAX_RESIDENT: u64 = 11 * 1024;

/// A daemon on a keychain in memory, with its own folders.
struct Memory {
    daemon: Child,
    folder: tempfile::TempDir,
}

impl Memory {
    fn with(accounts: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(tests::release_binary("memory-mfad"));
        command.arg(accounts.to_string()).stderr(Stdio::null());
        let daemon = Self::here(&mut command, &folder).spawn().unwrap();
        let memory = Self { daemon, folder };
        // Asking for the status starts no other daemon, even if this one is not ready yet.
        let all = format!("\"accounts\":{accounts},");
        eventually("all accounts are read", || {
            memory.mfactl(&["status", "--json"]).stdout.contains(&all)
        });
        memory
    }

    fn here<'c>(command: &'c mut Command, folder: &tempfile::TempDir) -> &'c mut Command {
        command
            .env("XDG_RUNTIME_DIR", folder.path())
            .env("XDG_STATE_HOME", folder.path());
        // Cargo's library path would make the loader look in many more places.
        command.env_remove("LD_LIBRARY_PATH");
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    }

    fn mfactl(&self, arguments: &[&str]) -> tests::Run {
        let mut command = Command::new(release_binary("mfactl"));
        run(Self::here(command.args(arguments), &self.folder), "")
    }

    fn time_of_one_get(&self) -> Duration {
        let start = Instant::now();
        let _code = self.mfactl(&["get", "aws"]).ok();
        start.elapsed()
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        drop(self.daemon.kill());
        drop(self.daemon.wait());
    }
}

#[test]
fn the_command_is_small() {
    let size = std::fs::metadata(release_binary("mfactl")).unwrap().len();
    assert!(size <= MAX_BINARY, "mfactl has {size} bytes");
}

/// The runs are interleaved and their medians compared, so that a busy machine slows both down.
#[test]
fn ten_thousand_accounts_cost_no_more_than_one() {
    const ROUNDS: usize = 300;
    let (one, many) = (Memory::with(1), Memory::with(10_000));
    let mut ratios = Vec::new();
    for _ in 0..3 {
        let mut times = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            // Neither daemon is always the first of a pair.
            if round % 2 == 0 {
                times.0.push(one.time_of_one_get());
                times.1.push(many.time_of_one_get());
            } else {
                times.1.push(many.time_of_one_get());
                times.0.push(one.time_of_one_get());
            }
        }
        let median = |times: &mut Vec<Duration>| {
            times.sort();
            times[times.len() / 2].as_secs_f64()
        };
        ratios.push(median(&mut times.1) / median(&mut times.0));
    }
    ratios.sort_by(f64::total_cmp);
    println!("10000 accounts against 1: {ratios:.3?}");
    assert!(ratios[1] < 1.10, "ratios {ratios:.3?}");
}

#[test]
fn one_connection_one_call_no_thread() {
    let memory = Memory::with(1);
    let trace = memory.folder.path().join("trace");
    let mut strace = Command::new("strace");
    strace
        .arg("-f")
        .arg("-o")
        .arg(&trace)
        .arg(release_binary("mfactl"))
        .args(["get", "aws"]);
    let _code = run(Memory::here(&mut strace, &memory.folder), "").ok();
    let trace = std::fs::read_to_string(trace).unwrap();
    let calls = |name: &str| trace.lines().filter(|line| line.contains(name)).count();
    assert_eq!(
        calls("clone"),
        0,
        "it starts a thread or a process: {trace}"
    );
    assert_eq!(calls(" connect("), 1, "{trace}");
    // One write each for the authentication, for the call itself and for the code.
    let writes = calls(" sendto(") + calls(" sendmsg(") + calls(" write(") + calls(" writev(");
    assert!(writes <= 4, "{writes} writes: {trace}");
    assert!(
        trace.lines().count() < 130,
        "{} system calls",
        trace.lines().count()
    );
}

#[test]
fn an_idle_daemon_sleeps_and_is_small() {
    let desktop = Desktop::headless();
    let start = || {
        let mut daemon = desktop.command(release_binary("mfad"));
        desktop.start_daemon(daemon.stderr(Stdio::null()))
    };
    let mut daemon = start();
    for number in 0..10 {
        desktop.add(
            &format!("a{number}"),
            &LINK.replace("root", &format!("u{number}")),
        );
    }
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();
    daemon = start();
    let _code = desktop.mfactl(&["get", "a1"]).ok();
    let pid = desktop.daemon();
    rest::sleeps(pid);
    let resident = rest::resident(pid);
    println!("mfad at rest: {resident} KiB resident");
    assert!(resident <= MAX_RESIDENT, "{resident} KiB resident");
    desktop.end_daemon("-TERM");
    daemon.wait().unwrap();
}
