//! Codes in a browser: mfa-browser with the messages of native messaging, and the extension in a real Chromium.

mod chromium;
mod host;

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::{Value, json};
use tests::{Desktop, LINK, SECRET, eventually, eventually_within, now, oathtool, run};

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
    eventually_within(60, "the page is filled", || {
        let values = browser.evaluate(page, VALUES).unwrap_or_default();
        values.as_str().unwrap_or_default().clone_into(&mut code);
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
