//! A real git asks for a user name and for a password that ends with a code.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tests::{SECRET, run};

use super::{desktop, is_code, next};

/// A server for one repository. It prints its port, and the password of each attempt to sign in.
const SERVER: &str = r#"
import base64, http.server, subprocess, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        given = self.headers.get('Authorization', '')
        user, _, password = base64.b64decode(given.removeprefix('Basic ')).decode().partition(':')
        if given:
            print(password, flush=True)
        codes = subprocess.run(['oathtool', '--totp', '-w', '2', '-N', '30 seconds ago', '-b', sys.argv[1]],
                               capture_output=True, text=True).stdout.split()
        good = user == 'jane' and password[:-6] == 'pass' and password[-6:] in codes
        self.send_response(200 if good else 401)
        if not good:
            self.send_header('WWW-Authenticate', 'Basic realm="x"')
        body = b'1' * 40 + b'\trefs/heads/main\n' if good and 'info/refs' in self.path else b'ref: refs/heads/main\n'
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"#;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn git_signs_in_with_a_password_and_a_code() {
    let desktop = desktop("");
    let next = next(
        &desktop,
        "case $1 in Username*) echo jane ;; *) echo pass ;; esac",
    );
    let rule =
        "[[askpass]]\nprompt = \"Password for *\"\nhost = \"127.0.0.1\"\naccount = \"server\"\n";
    desktop.configure(&format!(
        "askpass-next = {next:?}\n{rule}password-first = true\n"
    ));
    let mut server = Command::new("python3");
    server.args(["-c", SERVER, SECRET]).stdout(Stdio::piped());
    let mut server = Server(server.spawn().unwrap());
    let mut said = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let port = said.next().unwrap().unwrap();
    let mut git = desktop.command("git");
    git.env("GIT_ASKPASS", tests::binary("mfa-askpass"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args(["-c", "credential.helper=", "ls-remote"])
        .arg(format!("http://127.0.0.1:{port}/x"));
    let listed = run(&mut git, "").ok();
    assert!(listed.contains("refs/heads/main"), "{listed}");
    let password = said.next().unwrap().unwrap();
    assert!(is_code(password.strip_prefix("pass").unwrap()));
}
