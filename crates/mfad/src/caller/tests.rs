//! Tests of who is asking, and of what is noticed when that changes.

use mfa_sys::peer::User;

use super::*;

#[test]
fn we_know_ourselves() {
    let peer = Peer::new(User::own(), std::process::id());
    let caller = identify(&peer, Transport::Private);
    assert_eq!(
        caller.executable,
        Executable::Path(std::env::current_exe().unwrap())
    );
    assert!(caller.start_time > 0);
}

#[test]
fn a_process_that_is_gone_is_no_program() {
    let caller = identify(&Peer::new(User::own(), u32::MAX), Transport::SessionBus);
    assert_eq!(caller.executable, Executable::Unreadable);
}

/// The bus gives no pidfd, and old kernels give none for a socket. Then the start time has to do.
#[cfg(target_os = "linux")]
#[test]
fn a_process_is_known_with_a_pidfd_and_without() {
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let connect =
        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.recv(1)";
    let mut child = Command::new("/usr/bin/python3");
    let mut child = child.args(["-c", connect]).arg(&path).spawn().unwrap();
    let (stream, _) = listener.accept().unwrap();
    let with = mfa_sys::peer::of(&stream).unwrap();
    assert_eq!(with.pid, child.id());
    let both = [with, Peer::new(User::own(), child.id())].map(Known::new);
    let python = std::fs::canonicalize("/usr/bin/python3").unwrap();
    for known in &both {
        assert_eq!(known.caller().executable, Executable::Path(python.clone()));
        assert!(known.is_same(known.caller()));
        // Another process got the same id.
        let mut reused = known.clone();
        reused.caller.start_time += 1;
        assert_eq!(reused.program(), Executable::Unreadable);
        assert!(!reused.is_same(known.caller()));
        assert_eq!(reused.look_again().who, Who::Unknown);
    }
    drop(stream);
    child.wait().unwrap();
    for known in &both {
        assert!(!known.is_same(known.caller()), "{known:?} has ended");
        assert_eq!(known.look_again().who, Who::Unknown);
    }
}
