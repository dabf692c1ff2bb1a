//! A real ssh logs in to a real sshd, which asks PAM for a code (libpam-google-authenticator).

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tests::{Desktop, Run, SECRET, eventually, run};

use super::{RULE, desktop};
use crate::consent::log;

/// The settings of the server: only a code lets anybody in.
const OPTIONS: [&str; 5] = [
    "ListenAddress=127.0.0.1",
    "PidFile=none",
    "UsePAM=yes",
    "AuthenticationMethods=keyboard-interactive",
    "PermitRootLogin=yes",
];

/// A server with a PAM service of its own, which goes with it.
struct Server {
    sshd: Child,
    service: PathBuf,
    port: u16,
}

impl Server {
    /// Starts a server. sshd calls its PAM service by its own name, so a link gives it one that nobody else has.
    fn start(folder: &Path) -> Self {
        let name = format!("mfactl-test-{}", std::process::id());
        let service = Path::new("/etc/pam.d").join(&name);
        fs::write(&service, pam(folder)).unwrap();
        let key = folder.join("key");
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]);
        run(keygen.arg(&key), "").ok();
        // sshd wants this folder, which the system's own service would make.
        fs::create_dir_all("/run/sshd").unwrap();
        let program = folder.join(&name);
        symlink("/usr/sbin/sshd", &program).unwrap();
        let port = free_port();
        let mut sshd = Command::new(&program);
        sshd.args(["-D", "-e", "-f", "/dev/null"])
            .args(["-p", &port.to_string(), "-h"])
            .arg(&key);
        for option in OPTIONS {
            sshd.args(["-o", option]);
        }
        sshd.stdin(Stdio::null());
        sshd.stderr(fs::File::create(folder.join("sshd.log")).unwrap());
        let server = Self {
            sshd: sshd.spawn().unwrap(),
            service,
            port,
        };
        eventually("sshd listens", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        server
    }

    /// Logs in, and nobody types.
    fn log_in(&self, desktop: &Desktop) -> Run {
        let mut ssh = desktop.command("ssh");
        ssh.env("SSH_ASKPASS", tests::binary("mfa-askpass"))
            .env("SSH_ASKPASS_REQUIRE", "force")
            .args(["-F", "none", "-p", &self.port.to_string()])
            .args([
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
            ])
            .args(["root@127.0.0.1", "echo it is $((6 * 7))"]);
        run(&mut ssh, "")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.service));
        drop(self.sshd.kill());
        drop(self.sshd.wait());
    }
}

/// Returns the PAM service, which asks for a code of the secret in a file of its own.
fn pam(folder: &Path) -> String {
    let secret = folder.join("google-authenticator");
    let text = format!("{SECRET}\n\" WINDOW_SIZE 3\n\" DISALLOW_REUSE\n\" TOTP_AUTH\n");
    fs::write(&secret, text).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o400)).unwrap();
    format!(
        "auth required pam_google_authenticator.so secret={} user=root\n\
         account required pam_permit.so\nsession required pam_permit.so\n",
        secret.display()
    )
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn ssh_logs_in_with_a_code_that_nobody_types() {
    let desktop = desktop(&RULE.replace("good.example", "127.0.0.1"));
    if desktop.shell("id -u").ok() != "0" {
        println!("not tried, since it needs root");
        return;
    }
    let server = Server::start(desktop.folder());
    let said = server.log_in(&desktop);
    let sshd = fs::read_to_string(desktop.folder().join("sshd.log")).unwrap();
    assert_eq!(said.stdout, "it is 42\n", "{said}\n{sshd}");
    // ssh is who asks, and the reason says where the code is for.
    let given = log(&desktop);
    let last = given.last().unwrap();
    assert!(last["asker"].as_str().unwrap().ends_with("/ssh"), "{last}");
    assert_eq!(last["reason"], "for a sign-in at 127.0.0.1");
    // The same server gets no code of the account of another host.
    desktop.configure(RULE);
    let refused = server.log_in(&desktop);
    assert_eq!((refused.status, &*refused.stdout), (255, ""), "{refused}");
    assert_eq!(log(&desktop).len(), given.len());
}
