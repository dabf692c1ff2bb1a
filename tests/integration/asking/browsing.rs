//! Codes in a browser: mfa-browser with the messages of native messaging, and the extension in a real Chromium.

mod chromium;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Stdio};

use serde_json::{Value, json};
use tests::{
    Desktop, LINK, SECRET, binary, eventually, eventually_within, now, oathtool, own_name, run,
};

use crate::consent::{log, pending, wait_for_question};
use chromium::{Chromium, Page};

/// The site of `aws`.
const SITE: &str = "signin.aws.test";
/// A site that has no account.
const EVIL: &str = "login.evil.test";
/// The values of all fields of a page, one after the other.
const VALUES: &str = "[...document.querySelectorAll('input')].map((field) => field.value).join('')";
/// What the list in the popup shows.
const OFFERED: &str =
    "[...document.querySelectorAll('#accounts button')].map((one) => one.textContent)";

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

/// Adds `aws` and `github`.
fn add_accounts(desktop: &Desktop) {
    desktop.add("aws", LINK);
    let github = format!("otpauth://totp/GitHub:octocat?secret={SECRET}&digits=8");
    desktop.add("github", &github);
}

/// Says on which site an account is used, as only a person can.
fn use_on(desktop: &Desktop, account: &str, site: &str) {
    let edit = format!("mfactl edit {account} --domain https://{site}/");
    desktop.person(&[&edit]).ok();
}

/// Returns `aws` as JSON.
fn aws(desktop: &Desktop) -> Value {
    let shown = desktop.mfactl(&["show", "aws", "--json"]).ok();
    serde_json::from_str(&shown).unwrap()
}

/// Returns whether this is the code of `aws`: of now, or of the step that has just ended.
fn is_right(code: &str) -> bool {
    let codes = [0, 30].map(|ago| oathtool(SECRET, 30, now() - ago));
    codes.iter().any(|right| right == code)
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

/// What the documentation promises of the extension.
#[test]
fn the_extension_may_see_only_the_page_of_the_click() {
    let manifest = include_str!("../../../dist/browser/manifest.json");
    let manifest: Value = serde_json::from_str(manifest).unwrap();
    let expected = json!(["activeTab", "nativeMessaging", "scripting"]);
    assert_eq!(manifest["permissions"], expected);
    for none in [
        "content_scripts",
        "externally_connectable",
        "host_permissions",
        "optional_host_permissions",
        "optional_permissions",
        "web_accessible_resources",
    ] {
        assert_eq!(manifest[none], Value::Null, "{none}");
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

/// The server of the pages.
struct Pages {
    server: Child,
    port: String,
}

impl Pages {
    fn start(desktop: &Desktop) -> Self {
        let path = |name: &str| desktop.folder().join(name).display().to_string();
        let (certificate, key) = (path("certificate"), path("key"));
        let mut openssl = desktop.command("openssl");
        openssl.args("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test".split(' '));
        run(openssl.args(["-keyout", &key, "-out", &certificate]), "").ok();
        let mut server = desktop.command("/usr/bin/python3");
        server.args(["-c", include_str!("browsing/pages.py"), &certificate, &key]);
        server.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = server.spawn().unwrap();
        let mut port = String::new();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        said.read_line(&mut port).unwrap();
        let port = port.trim().to_owned();
        Self { server, port }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

/// A desktop on which the user can be asked, with the accounts and a browser.
fn on_a_screen() -> (Desktop, Pages, Chromium) {
    let desktop = Desktop::strict(&["--display", "x11", "--no-tray"]);
    add_accounts(&desktop);
    let pages = Pages::start(&desktop);
    let browser = Chromium::start(&desktop, &pages.port);
    (desktop, pages, browser)
}

fn url(site: &str, path: &str) -> String {
    format!("https://{site}/{path}")
}

/// Waits until a page has a code in its fields, and the popup has closed.
fn filled(browser: &mut Chromium, page: &Page) {
    let mut code = String::new();
    eventually_within(40, "the page is filled", || {
        browser
            .see(page, VALUES)
            .as_str()
            .unwrap()
            .clone_into(&mut code);
        !code.is_empty()
    });
    assert!(is_right(&code), "{code}");
    assert_eq!(browser.see(page, "document.title"), "Sign in", "it is sent");
    browser.wait_for_closed_popup();
}

#[test]
fn a_page_is_filled_once_the_user_has_chosen_an_account_and_agreed() {
    let (desktop, _pages, mut browser) = on_a_screen();
    let page = browser.open(&url(SITE, "login"));
    let popup = browser.click(&page);
    browser.says(&popup, "does not find mfactl");
    browser.close(&popup);
    browser.install_host();
    first_use(&desktop, &mut browser, &page);
    // “Always” holds for this browser on this site.
    for path in ["login", "plain", "boxes"] {
        browser.go(&page, &url(SITE, path));
        browser.click(&page);
        filled(&mut browser, &page);
    }
    // Another field has the focus, which is for something else.
    browser.go(&page, &url(SITE, "captcha"));
    browser.click(&page);
    filled(&mut browser, &page);
    assert_eq!(browser.see(&page, "document.activeElement.name"), "otp");
    assert_eq!(log(&desktop).pop().unwrap()["ground"], "rule");
    another_site(&desktop, &mut browser, &page);
    desktop.mfactl(&["lock"]).ok();
    browser.go(&page, &url(SITE, "login"));
    let popup = browser.click(&page);
    browser.says(&popup, "To unlock: mfactl unlock");
    assert_eq!(browser.see(&page, VALUES), "");
}

/// The user chooses the account, and allows its codes on this site for good.
fn first_use(desktop: &Desktop, browser: &mut Chromium, page: &Page) {
    let popup = browser.click(page);
    browser.says(&popup, &format!("Which account is used on {SITE}?"));
    let offered = browser.see(&popup, OFFERED);
    assert_eq!(offered, json!(["aws (root@1234)", "github (octocat)"]));
    browser.see(&popup, "document.querySelector('#accounts button').click()");
    let question = wait_for_question(desktop);
    let asker = question["asker"].as_str().unwrap();
    assert!(
        asker.ends_with(&format!("/chromium https://{SITE}")),
        "{question}"
    );
    let line = question["chain"].as_str().unwrap();
    assert!(
        line.starts_with(&format!("chromium on {SITE}")),
        "{question}"
    );
    assert_eq!(browser.see(page, VALUES), "");
    let id = &question["id"];
    desktop
        .person(&[&format!("mfactl access approve {id} --always")])
        .ok();
    filled(browser, page);
    assert_eq!(aws(desktop)["domains"], json!([SITE]));
}

/// On another site, the account is not offered, and even the extension would get no code of it.
fn another_site(desktop: &Desktop, browser: &mut Chromium, page: &Page) {
    browser.go(page, &url(EVIL, "login"));
    let popup = browser.click(page);
    browser.says(&popup, &format!("Which account is used on {EVIL}?"));
    assert_eq!(browser.see(&popup, OFFERED), json!(["github (octocat)"]));
    let background = browser.target("service_worker", "/background.js");
    let request = json!({"type": "code", "site": EVIL, "account": aws(desktop)["id"]});
    let ask = format!("new Host().ask({request}).catch((problem) => problem.message)");
    let refused = browser.see(&background, &ask);
    let refused = refused.as_str().unwrap();
    assert!(refused.contains("and not on this site"), "{refused}");
    browser.close(&popup);
    assert_eq!(browser.see(page, VALUES), "");
    assert!(pending(desktop).is_empty());
}

/// A code that arrives after all goes into no other document, be it of another site or of the same one.
fn another_document(desktop: &Desktop, browser: &mut Chromium, page: &Page) {
    for other in [url(EVIL, "login"), url(SITE, "plain")] {
        browser.go(page, &url(SITE, "login"));
        let popup = browser.click(page);
        let id = wait_for_question(desktop)["id"].to_string();
        // Nobody stops the work when the page changes.
        let background = browser.target("service_worker", "/background.js");
        let deaf = "api.tabs.onUpdated.removeListener(watch), true";
        assert_eq!(browser.see(&background, deaf), true);
        browser.go(page, &other);
        let approve = format!("mfactl access approve {id}");
        desktop.person(&[&approve]).ok();
        browser.says(&popup, "has changed in the meantime");
        assert_eq!(log(desktop).pop().unwrap()["outcome"], "allowed");
        assert_eq!(browser.see(page, VALUES), "");
        browser.close(&popup);
    }
}

#[test]
fn what_is_denied_or_has_changed_is_not_filled() {
    let (desktop, _pages, mut browser) = on_a_screen();
    use_on(&desktop, "aws", SITE);
    browser.install_host();
    let page = browser.open(&url(SITE, "frame"));
    for path in ["frame", "none"] {
        browser.go(&page, &url(SITE, path));
        let popup = browser.click(&page);
        browser.says(&popup, "No field for a code was found.");
        if path == "frame" {
            let frame = browser.target("iframe", "/login");
            assert_eq!(browser.see(&frame, "document.forms.length"), 1);
            assert_eq!(browser.see(&frame, VALUES), "");
        }
        browser.close(&popup);
    }
    // The page becomes one of another site while the user is asked.
    browser.go(&page, &url(SITE, "login"));
    let popup = browser.click(&page);
    wait_for_question(&desktop);
    browser.go(&page, &url(EVIL, "login"));
    browser.says(&popup, "has changed in the meantime");
    eventually("nobody is asked any longer", || {
        pending(&desktop).is_empty()
    });
    assert_eq!(browser.see(&page, VALUES), "");
    browser.close(&popup);
    another_document(&desktop, &mut browser, &page);
    browser.go(&page, &url(SITE, "login"));
    let popup = browser.click(&page);
    let id = wait_for_question(&desktop)["id"].to_string();
    desktop.person(&[&format!("mfactl access deny {id}")]).ok();
    browser.says(&popup, "the user denied this request");
    assert_eq!(browser.see(&page, VALUES), "");
    assert_eq!(log(&desktop).pop().unwrap()["outcome"], "refused");
}
