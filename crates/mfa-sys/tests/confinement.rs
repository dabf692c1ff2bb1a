//! A confined process cannot do harm, even as root. The test runs in a process of its own, since confinement
//! is permanent.

#![cfg(target_os = "linux")]
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, Signal};

fn refused<T>(what: &str, result: Result<T, impl Into<std::io::Error>>) {
    let kind = result.err().map(|error| error.into().kind());
    assert_eq!(kind, Some(ErrorKind::PermissionDenied), "{what}");
}

#[test]
fn nothing_can_be_opened_started_or_reached() {
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("there");
    fs::write(&there, "x").unwrap();
    let mut open = File::options().append(true).open(&there).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let parent = rustix::process::getppid().unwrap();

    mfa_sys::confine::process(1 << 30, Duration::from_secs(30)).unwrap();

    refused("reading a file", fs::read(&there));
    refused("reading a folder", fs::read_dir(folder.path()));
    refused("making a file", File::create(folder.path().join("new")));
    refused("removing a file", fs::remove_file(&there));
    refused("writing to an open file", open.write(b"y"));
    refused("connecting", TcpStream::connect(address));
    refused("listening", TcpListener::bind("127.0.0.1:0"));
    refused("sending", UdpSocket::bind("127.0.0.1:0"));
    refused("the session bus", UnixStream::connect("/run/user/0/bus"));
    refused("starting a program", Command::new("/bin/true").status());
    refused(
        "a signal",
        rustix::process::kill_process(parent, Signal::CONT),
    );
    refused(
        "a signal to all",
        rustix::process::test_kill_process(Pid::INIT),
    );
    let thread = std::thread::Builder::new().spawn(|| ());
    refused("starting a thread", thread);

    // Everything that computing needs still works.
    let bytes = vec![1_u8; 50_000_000];
    assert_eq!(
        bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>(),
        50_000_000
    );
}
