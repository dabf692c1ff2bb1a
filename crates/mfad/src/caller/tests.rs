//! Tests of who is asking, and of what is noticed when that changes.

use mfa_sys::peer::User;

use super::*;

fn on_bus(pid: u32) -> origin::OnBus {
    origin::OnBus(Peer::new(User::own(), pid))
}

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

#[test]
fn another_script_of_the_same_interpreter_is_another_program() {
    let pid = std::process::id();
    let caller = identify(&Peer::new(User::own(), pid), Transport::SessionBus);
    assert!(on_bus(pid).is_same(&caller));
    let other = Caller {
        who: Who::Program {
            path: std::env::current_exe().unwrap(),
            script: Some("/tmp/other.py".into()),
        },
        ..caller
    };
    assert!(!on_bus(pid).is_same(&other));
}

/// Buses of version 1.16 give a pidfd, and older ones none.
#[cfg(target_os = "linux")]
#[test]
fn a_process_on_the_bus_is_known_with_a_pidfd_and_without() {
    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    let sleep = || {
        let mut sleep = std::process::Command::new("/usr/bin/sleep");
        sleep.arg("600").spawn().unwrap()
    };
    for has_handle in [true, false] {
        let mut child = sleep();
        let credentials = zbus::fdo::ConnectionCredentials::default()
            .set_unix_user_id(rustix::process::getuid().as_raw())
            .set_process_id(child.id());
        let credentials = if has_handle {
            let pid = Pid::from_child(&child);
            let handle = pidfd_open(pid, PidfdFlags::empty()).unwrap();
            credentials.set_process_fd(handle.into())
        } else {
            credentials
        };
        let peer = crate::platform::peer(credentials).unwrap();
        assert_eq!((peer.pid, &peer.user), (child.id(), &User::own()));
        let caller = identify(&peer, Transport::SessionBus);
        let witness = origin::OnBus(peer.clone());
        assert!(witness.is_same(&caller), "{has_handle}");
        assert!(!peer.has_ended());
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(peer.has_ended(), has_handle, "without one, nobody knows");
        assert!(!witness.is_same(&caller), "{has_handle}");
    }
}

/// Old kernels give no pidfd for a socket. Then the start time has to do.
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
        let caller = known.look_again();
        assert!(known.is_same(&caller));
        // Another process got the same id.
        let mut reused = Known::clone(known);
        reused.caller.start_time += 1;
        assert_eq!(reused.program(), Executable::Unreadable);
        let now = reused.look_again();
        assert!(!reused.is_same(&caller));
        assert_eq!(now.who, Who::Unknown);
    }
    drop(stream);
    child.wait().unwrap();
    for known in &both {
        let now = known.look_again();
        assert!(!known.is_same(known.caller()), "{known:?} has ended");
        assert_eq!(now.who, Who::Unknown);
    }
}
