//! mfa-browser without a browser: its messages, and what it gives to whom.

use std::io::{Read, Write};
use std::process::{Child, ChildStdout, Stdio};

use serde_json::{Value, json};
use tests::{Desktop, LINK, binary, eventually, own_name, run};

use super::{EVIL, SITE, add_accounts, aws, is_right, use_on};
use crate::consent::{log, pending, wait_for_question};

/// mfa-browser, with the test in the place of the browser.
struct Host(Child);

impl Host {
    fn start(desktop: &Desktop) -> Self {
        let mut host = desktop.ours("mfa-browser");
        // As Chromium does.
        host.arg("chrome-extension://fehobofobmalafkjkehmlfpgajaboifo/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self(host.spawn().unwrap())
    }

    /// Writes bytes. A host that has seen enough does not read them.
    fn write(&mut self, bytes: &[u8]) {
        drop(self.0.stdin.as_mut().unwrap().write_all(bytes));
    }

    fn send(&mut self, message: &[u8]) {
        let length = u32::try_from(message.len()).unwrap();
        self.write(&[&length.to_ne_bytes()[..], message].concat());
    }

    fn ask(&mut self, request: &Value) -> Value {
        self.send(request.to_string().as_bytes());
        answer(self.0.stdout.as_mut().unwrap())
    }

    /// Ends the input. Returns what is left of the output, the errors, and the status.
    fn end(mut self) -> (Vec<u8>, String, i32) {
        drop(self.0.stdin.take());
        let output = self.0.wait_with_output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        (output.stdout, errors, output.status.code().unwrap())
    }
}

fn answer(output: &mut ChildStdout) -> Value {
    let mut length = [0; 4];
    output.read_exact(&mut length).unwrap();
    let mut text = vec![0; usize::try_from(u32::from_ne_bytes(length)).unwrap()];
    output.read_exact(&mut text).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn the_host_offers_accounts_and_gives_codes_where_they_are_used() {
    let desktop = Desktop::headless();
    desktop.rules(r#"{"verdict":"allow","subject":"anybody"}"#);
    add_accounts(&desktop);
    use_on(&desktop, "aws", SITE);
    desktop.add("other", LINK);
    use_on(&desktop, "other", "other.test");
    let mut host = Host::start(&desktop);
    let offered = host.ask(&json!({"id": 1, "type": "accounts", "site": SITE}));
    let [aws, github] = &offered["accounts"].as_array().unwrap()[..] else {
        panic!("{offered}");
    };
    assert_eq!(offered["id"], 1);
    assert!(aws["name"] == "aws" && aws["fits"] == true, "{offered}");
    assert!(github["name"] == "github" && github["fits"] == false);
    let code = json!({"id": 2, "type": "code", "site": SITE, "account": aws["id"]});
    let code = host.ask(&code);
    assert!(is_right(code["code"].as_str().unwrap()), "{code}");
    let line = log(&desktop).pop().unwrap();
    let asker = line["asker"].as_str().unwrap();
    let expected = format!("/{} https://{SITE}", own_name());
    assert!(asker.ends_with(&expected), "{line}");
    // The account is used on its own site only, whatever the rules say.
    for (site, said) in [(EVIL, SITE), ("", "this address"), ("com", "this address")] {
        let refused = json!({"id": 3, "type": "code", "site": site, "account": aws["id"]});
        let refused = host.ask(&refused);
        assert!(refused["id"] == 3 && refused["type"] == "error", "{site}");
        assert!(refused["text"].as_str().unwrap().contains(said), "{site}");
    }
    let unnamed = json!({"id": 4, "type": "code", "site": SITE, "account": "aws"});
    assert_eq!(host.ask(&unnamed)["text"], "there is no such account");
    assert_eq!(host.end(), (Vec::new(), String::new(), 0));
}

#[test]
fn what_is_no_message_ends_the_host_and_what_is_no_request_is_answered() {
    let desktop = Desktop::without_keychain();
    let spaces = " ".repeat(2_000_000);
    let two_million = 2_000_000_u32.to_ne_bytes();
    let five = 5_u32.to_ne_bytes();
    for (bytes, said) in [
        (vec![7], "stopped within a message"),
        (five.to_vec(), "stopped within a message"),
        ([&five[..], b"{}"].concat(), "stopped within a message"),
        ([&two_million[..], spaces.as_bytes()].concat(), "65536"),
        (vec![0; 4], "without content"),
    ] {
        let mut host = Host::start(&desktop);
        host.write(&bytes);
        let (output, errors, status) = host.end();
        assert!(errors.contains(said), "{said}: {errors}");
        assert_eq!((output, status), (Vec::new(), 1), "{said}");
    }
    let mut host = Host::start(&desktop);
    for (message, id) in [
        ("hunter2", 0),
        (r#"{"id":5,"type":"secret","text":"hunter2"}"#, 5),
        ("{}", 0),
    ] {
        host.send(message.as_bytes());
        let answer = answer(host.0.stdout.as_mut().unwrap());
        assert!(answer["id"] == id && answer["type"] == "error", "{answer}");
        assert!(!answer.to_string().contains("hunter2"));
    }
    assert_eq!(host.end(), (Vec::new(), String::new(), 0));
    // Somebody may try what it is.
    let line = format!("exec {}", binary("mfa-browser").display());
    let tried = run(&mut desktop.on_a_terminal(&line), "");
    assert_eq!(tried.status, 2, "{tried}");
    assert!(tried.stdout.contains("dist/install"), "{tried}");
}

/// Neither a script nor a person is a browser, and no other program can say that it asks on a site.
#[test]
fn only_a_browser_asks_on_a_site() {
    let desktop = Desktop::headless();
    desktop.rules(r#"{"verdict":"allow","subject":"anybody"}"#);
    add_accounts(&desktop);
    use_on(&desktop, "aws", SITE);
    let call = "busctl --user call org.mfactl.Authenticator1 /org/mfactl/Authenticator1 \
                org.mfactl.Authenticator1 GetCode 'sa{sv}' aws 1 site s";
    let named = desktop.shell(&format!("{call} {SITE} 2>&1"));
    assert!(named.stdout.contains("only the mfa-browser"), "{named}");
    let wrong = desktop.shell(&format!("{call} com 2>&1"));
    assert!(wrong.stdout.contains("has one part only"), "{wrong}");
    let request = json!({"id": 1, "type": "code", "site": SITE, "account": aws(&desktop)["id"]});
    let request = request.to_string();
    let length = u32::try_from(request.len()).unwrap().to_ne_bytes();
    let message = desktop.folder().join("message");
    std::fs::write(&message, [&length, request.as_bytes()].concat()).unwrap();
    let host = binary("mfa-browser").display().to_string();
    let message = message.display();
    // The beginning of the answer is enough, and the input stays open until it is there.
    let line = format!(
        "coproc H {{ exec {host} extension; }}; cat {message} >&${{H[1]}}; head -c 90 <&${{H[0]}}"
    );
    let python = format!(
        "python3 -c 'import subprocess as s
host = s.Popen([\"{host}\", \"extension\"], stdin=s.PIPE, stdout=s.PIPE)
host.stdin.write(open(\"{message}\", \"rb\").read())
host.stdin.flush()
print(host.stdout.read(90)[4:].decode())'"
    );
    for asked in [desktop.person(&[&line]), desktop.shell(&python)] {
        assert!(
            asked.stdout.contains("cannot tell which browser asks"),
            "{asked}"
        );
    }
}

/// The browser ends the input when the page is gone.
#[test]
fn a_question_ends_with_the_input() {
    let desktop = Desktop::strict(&["--display", "x11", "--no-tray"]);
    add_accounts(&desktop);
    let mut host = Host::start(&desktop);
    let code = json!({"id": 1, "type": "code", "site": SITE, "account": aws(&desktop)["id"]});
    host.send(code.to_string().as_bytes());
    wait_for_question(&desktop);
    assert_eq!(host.end(), (Vec::new(), String::new(), 0));
    eventually("the question is gone", || pending(&desktop).is_empty());
    assert_eq!(aws(&desktop)["domains"], Value::Null);
}
