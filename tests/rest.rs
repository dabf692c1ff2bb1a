//! Measures what a process does while nobody asks anything of it.

use std::thread;
use std::time::{Duration, Instant};

/// Makes sure that a process does nothing at all for 30 seconds, once it has come to rest.
///
/// # Panics
/// If it wakes up.
pub fn sleeps(pid: u32) {
    come_to_rest(pid);
    let before = switches(pid);
    // The time during which switches are counted.
    thread::sleep(Duration::from_secs(30));
    let woken = switches(pid) - before;
    assert_eq!(woken, 0, "it woke up while nobody asked for anything");
}

/// Returns how much memory a process holds, in KiB.
///
/// # Panics
/// If there is no such process.
#[must_use]
pub fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    field(&status, "VmRSS:")
}

/// Waits until a process is at rest. Idle threads end after ten seconds; then nothing may happen at all.
fn come_to_rest(pid: u32) {
    let start = Instant::now();
    let (mut last, mut since) = (switches(pid), Instant::now());
    while since.elapsed() < Duration::from_secs(11) {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "it never comes to rest"
        );
        // Wait until the next count.
        thread::sleep(Duration::from_millis(500));
        let now = switches(pid);
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
}

/// Returns how often the threads of a process were put to sleep or interrupted.
fn switches(pid: u32) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    tasks
        .filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("status")).ok())
        .map(|status| {
            field::<u64>(&status, "voluntary_ctxt_switches:")
                + field::<u64>(&status, "nonvoluntary_ctxt_switches:")
        })
        .sum()
}

fn field<T: std::str::FromStr<Err: std::fmt::Debug>>(status: &str, name: &str) -> T {
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
