//! A real OpenVPN asks mfactl for the password and the code, and a real server checks them.
//!
//! Both ends run in a network of their own, with nothing in it but the loopback device.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tests::{Desktop, LINK, Run, SECRET, eventually, run};

/// Checks a user name and a password with a code, in each form. Each code counts once.
const CHECK: &str = r#"#!/bin/sh
{ read -r user; read -r given; } <"$1"
[ "$user" = jane ] || exit 1
if [ "$given" = 'pass word"' ]; then
  printf 'CRV1:R,E:state/1+:amFuZQ==:Your code, please: now' >"$auth_failed_reason_file"
  exit 1
fi
for code in $(oathtool --totp -w 2 -N '30 seconds ago' -b SECRET); do
  beside="SCRV1:$(printf 'pass word"' | base64):$(printf %s "$code" | base64)"
  for form in "$beside" "CRV1::state/1+::$code" "pass word\"$code"; do
    if [ "$given" = "$form" ]; then
      echo "${form%%:*}" >>"FOLDER/forms"
      exit 0
    fi
  done
done
exit 1
"#;

const SERVER: &str = "dev tun
server 10.77.0.0 255.255.255.0
topology subnet
local 127.0.0.1
ca cert.pem
cert cert.pem
key key.pem
dh none
verify-client-cert none
username-as-common-name
script-security 2
auth-user-pass-verify FOLDER/check via-file
";

const CLIENT: &str = "client
dev tun
nobind
remote 127.0.0.1 1194 udp
ca cert.pem
auth-user-pass
auth-retry interact
ifconfig-noexec
route-noexec
management FOLDER/socket unix
management-query-passwords
management-hold
";

/// Both ends of a tunnel. They end with this value.
struct Tunnel(Child);

impl Tunnel {
    /// Starts both, the client with more settings.
    fn start(folder: &Path, more: &str) -> Self {
        let filled = |text: &str| {
            let text = text.replace("FOLDER", &folder.display().to_string());
            text.replace("SECRET", SECRET)
        };
        let write = |name: &str, text: &str| {
            fs::write(folder.join(name), filled(text)).unwrap();
        };
        tests::script(&folder.join("check"), &filled(CHECK));
        write("server.conf", SERVER);
        write("client.conf", &format!("{CLIENT}{more}\n"));
        let mut openssl = Command::new("openssl");
        openssl
            .current_dir(folder)
            .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes".split(' '))
            .args("-keyout key.pem -out cert.pem -subj /CN=test -days 2".split(' '));
        run(&mut openssl, "").ok();
        let script = "ip link set lo up
                      openvpn --config server.conf --log server.log &
                      openvpn --config client.conf --log client.log";
        let child = Command::new("unshare")
            .args([
                "--net",
                "--pid",
                "--fork",
                "--kill-child",
                "sh",
                "-c",
                script,
            ])
            .current_dir(folder)
            .stdin(Stdio::null())
            .spawn();
        let tunnel = Self(child.unwrap());
        let socket = folder.join("socket");
        eventually("OpenVPN listens", || socket.exists());
        tunnel
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts a desktop with an account and a program that asks for passwords.
fn desktop(password: &str) -> Desktop {
    let desktop = Desktop::headless();
    desktop.add("vpn", LINK);
    let next = desktop.folder().join("next");
    let script =
        format!("#!/bin/sh\n[ \"$1\" = 'OpenVPN password of jane:' ] && echo '{password}'\n");
    tests::script(&next, &script);
    desktop.configure(&format!("askpass-next = {next:?}\n"));
    desktop
}

fn mfactl(desktop: &Desktop, more: &[&str]) -> Command {
    let mut mfactl = desktop.ours("mfactl");
    mfactl.args(["openvpn", "vpn", "--username", "jane", "--management"]);
    mfactl.arg(desktop.folder().join("socket")).args(more);
    mfactl
}

/// Returns whether a network can be made. Only root may do so.
fn has_network() -> bool {
    run(Command::new("id").arg("-u"), "").ok() == "0"
}

/// Connects, and returns the form in which the server got the code.
fn connect(more: &str, options: &[&str]) -> String {
    let desktop = desktop("pass word\"");
    let folder = desktop.folder();
    let tunnel = Tunnel::start(folder, more);
    let mut mfactl = mfactl(&desktop, options);
    let mut mfactl = mfactl
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(mfactl.stdout.take().unwrap()).lines();
    let first = said.next().map(Result::unwrap);
    let log = || fs::read_to_string(folder.join("client.log")).unwrap();
    assert_eq!(first.as_deref(), Some("Connected."), "{}", log());
    // It stays until OpenVPN ends, and that is no error.
    drop(tunnel);
    assert_eq!(mfactl.wait().unwrap().code(), Some(0));
    fs::read_to_string(folder.join("forms")).unwrap()
}

#[test]
fn a_static_challenge_is_answered() {
    if !has_network() {
        println!("not tried, since it needs root");
        return;
    }
    assert_eq!(connect("static-challenge \"Your code\" 1", &[]), "SCRV1\n");
}

#[test]
fn a_dynamic_challenge_is_answered() {
    if !has_network() {
        println!("not tried, since it needs root");
        return;
    }
    assert_eq!(connect("", &[]), "CRV1\n");
}

#[test]
fn a_code_is_appended_to_the_password() {
    if !has_network() {
        println!("not tried, since it needs root");
        return;
    }
    let form = connect("", &["--append"]);
    assert!(form.starts_with("pass word\""), "{form}");
}

#[test]
fn a_refusal_is_not_tried_again() {
    if !has_network() {
        println!("not tried, since it needs root");
        return;
    }
    let desktop = desktop("wrong");
    let _tunnel = Tunnel::start(desktop.folder(), "static-challenge \"Your code\" 1");
    let said = run(&mut mfactl(&desktop, &[]), "").fails(5);
    assert!(said.contains("did not accept"), "{said}");
}

/// Plays OpenVPN: says something, and returns how mfactl ends.
fn told(text: Vec<u8>) -> Run {
    let desktop = desktop("x");
    let listener = UnixListener::bind(desktop.folder().join("socket")).unwrap();
    let server = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        // mfactl may have given up in between.
        drop(client.write_all(&text));
        let mut heard = String::new();
        drop(std::io::Read::read_to_string(&mut client, &mut heard));
        heard
    });
    let run = run(&mut mfactl(&desktop, &[]), "");
    assert!(server.join().unwrap().starts_with("state on\n"));
    run
}

#[test]
fn what_is_too_much_is_given_up() {
    let endless = told(vec![b'x'; 100_000]).fails(1);
    assert!(endless.contains("more than it should"), "{endless}");
    let many = told(b">INFO:x\n".repeat(5000)).fails(1);
    assert!(many.contains("more than it should"), "{many}");
    let again = b">PASSWORD:Need 'Auth' username/password\n".repeat(50);
    let again = told(again).fails(5);
    assert!(again.contains("did not accept"), "{again}");
    let fatal = told(b">FATAL:\x1b[2Jover\n".to_vec()).fails(1);
    assert!(fatal.contains("over") && !fatal.contains('\x1b'), "{fatal}");
}

#[test]
fn a_socket_of_nobody_is_an_error() {
    let desktop = desktop("x");
    let said = run(&mut mfactl(&desktop, &[]), "").fails(1);
    assert!(said.contains("cannot use the management socket"), "{said}");
}
