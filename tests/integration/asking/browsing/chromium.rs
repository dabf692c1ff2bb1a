//! A real Chromium with the extension, driven by the protocol of its developer tools. That comes through a pipe, and can
//! click the button of an extension as a person does.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Desktop, binary, eventually_within, run};

/// How long the browser may take for an answer: far longer than it does. It gives none if a page goes meanwhile.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same for what becomes true in it, in seconds. A code has to be valid for a while, and is waited for.
const SOON: u64 = 60;
/// The folder of the extension.
const EXTENSION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../dist/browser");
/// What tells Chromium of mfa-browser, as dist/install fills it in.
const HOST: &str =
    include_str!("../../../../dist/browser/org.mfactl.authenticator.chromium.json.in");

/// The browser, as long as this value lives.
pub(super) struct Chromium {
    browser: Child,
    input: File,
    output: mpsc::Receiver<Value>,
    last: u64,
    profile: PathBuf,
    extension: String,
}

/// A page, a frame, the popup of the button or the background of the extension: a session of the protocol.
pub(super) struct Page(String);

impl Chromium {
    /// Starts a browser that finds all sites below `.test` at a port. It does not know mfa-browser yet.
    pub(super) fn start(desktop: &Desktop, port: &str) -> Self {
        let folder = desktop.folder().join("browser");
        fs::create_dir(&folder).unwrap();
        let (input, output) = (folder.join("input"), folder.join("output"));
        let profile = folder.join("profile");
        run(desktop.command("mkfifo").arg(&input).arg(&output), "").ok();
        let mut browser = desktop.command("sh");
        browser
            .args(["-c", r#"exec "$@" 3<"$INPUT" 4>"$OUTPUT""#, "sh"])
            .args(["chromium", "--headless=new", "--no-sandbox"])
            .args(["--disable-gpu", "--no-first-run", "--site-per-process"])
            .args(["--remote-debugging-pipe", "--ignore-certificate-errors"])
            .arg("--enable-unsafe-extension-debugging")
            .arg(format!("--host-resolver-rules=MAP *.test 127.0.0.1:{port}"))
            .arg(format!("--user-data-dir={}", profile.display()))
            .env("INPUT", &input)
            .env("OUTPUT", &output)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.join("log")).unwrap());
        let browser = browser.spawn().unwrap();
        let mut chromium = Self {
            browser,
            // In the order of the shell, since each waits for the other end.
            input: OpenOptions::new().write(true).open(&input).unwrap(),
            output: listen(File::open(&output).unwrap()),
            last: 0,
            profile,
            extension: String::new(),
        };
        let path = fs::canonicalize(EXTENSION).unwrap();
        let loaded = chromium.ask(None, "Extensions.loadUnpacked", &json!({ "path": path }));
        chromium.extension = loaded.unwrap()["id"].as_str().unwrap().to_owned();
        chromium
    }

    /// Tells the browser where mfa-browser is, as dist/install does.
    pub(super) fn install_host(&self) {
        let origin = format!("chrome-extension://{}/", self.extension);
        assert!(HOST.contains(&origin), "{origin}");
        let host = fs::canonicalize(binary("mfa-browser")).unwrap();
        let folder = host.parent().and_then(Path::to_str).unwrap();
        let hosts = self.profile.join("NativeMessagingHosts");
        fs::create_dir_all(&hosts).unwrap();
        let manifest = hosts.join("org.mfactl.authenticator.json");
        fs::write(manifest, HOST.replace("@bindir@", folder)).unwrap();
    }

    /// Opens a tab with a page.
    pub(super) fn open(&mut self, url: &str) -> Page {
        let made = self.ask(None, "Target.createTarget", &json!({"url": "about:blank"}));
        let made = made.unwrap();
        let page = self.attach(&made["targetId"]);
        let active = json!({"targetId": made["targetId"]});
        self.ask(None, "Target.activateTarget", &active).unwrap();
        self.go(&page, url);
        page
    }

    /// Has a tab show another page.
    pub(super) fn go(&mut self, page: &Page, url: &str) {
        let there = json!({ "url": url });
        self.ask(Some(&page.0), "Page.navigate", &there).unwrap();
        let is_there = format!("document.readyState === 'complete' && location.href === '{url}'");
        eventually_within(SOON, "the page is there", || {
            self.evaluate(page, &is_there) == Ok(Value::Bool(true))
        });
    }

    /// Clicks the button of the extension while this page is shown. Returns its popup.
    pub(super) fn click(&mut self, page: &Page) -> Page {
        let shown = self.see(page, "location.href");
        let mut tabs = self.targets("tab").into_iter();
        let tab = tabs.find(|tab| tab["url"] == shown).unwrap();
        let button = json!({"id": self.extension, "targetId": tab["targetId"]});
        self.ask(None, "Extensions.triggerAction", &button).unwrap();
        self.target("page", "/popup.html")
    }

    /// Waits until a popup says something.
    pub(super) fn says(&mut self, popup: &Page, text: &str) {
        let status = "document.getElementById('status').textContent";
        eventually_within(SOON, &format!("the popup says {text:?}"), || {
            let said = self.evaluate(popup, status).unwrap_or_default();
            said.as_str().is_some_and(|said| said.contains(text))
        });
    }

    /// Closes a popup, as a click elsewhere does.
    pub(super) fn close(&mut self, popup: &Page) {
        // Now, there would be nobody to answer.
        let close = "void setTimeout(() => window.close(), 0)";
        self.evaluate(popup, close).unwrap();
        self.wait_for_closed_popup();
    }

    /// Waits until no popup is open. One that has good news closes by itself.
    pub(super) fn wait_for_closed_popup(&mut self) {
        eventually_within(SOON, "the popup is closed", || {
            self.find("page", "/popup.html").is_none()
        });
    }

    /// Returns the value of an expression in a page.
    pub(super) fn see(&mut self, page: &Page, expression: &str) -> Value {
        self.evaluate(page, expression).unwrap()
    }

    /// Waits for a target of a kind, by the end of its address.
    pub(super) fn target(&mut self, kind: &str, end: &str) -> Page {
        let mut id = None;
        eventually_within(SOON, &format!("{end} is open"), || {
            id = self.find(kind, end);
            id.is_some()
        });
        self.attach(&id.unwrap())
    }

    fn find(&mut self, kind: &str, end: &str) -> Option<Value> {
        let is_it = |target: &Value| target["url"].as_str().is_some_and(|url| url.ends_with(end));
        let target = self.targets(kind).into_iter().find(is_it)?;
        Some(target["targetId"].clone())
    }

    fn targets(&mut self, kind: &str) -> Vec<Value> {
        let all = self.ask(None, "Target.getTargets", &json!({"filter": [{}]}));
        let all = all.unwrap();
        let all = all["targetInfos"].as_array().unwrap().iter();
        all.filter(|target| target["type"] == kind)
            .cloned()
            .collect()
    }

    fn attach(&mut self, target: &Value) -> Page {
        let target = json!({"targetId": target, "flatten": true});
        let attached = self.ask(None, "Target.attachToTarget", &target).unwrap();
        Page(attached["sessionId"].as_str().unwrap().to_owned())
    }

    /// Returns the value of an expression in a page, or why there is none.
    pub(super) fn evaluate(&mut self, page: &Page, expression: &str) -> Result<Value, String> {
        let expression =
            json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let done = self.ask(Some(&page.0), "Runtime.evaluate", &expression)?;
        match done.get("exceptionDetails") {
            Some(why) => Err(why.to_string()),
            None => Ok(done["result"]["value"].clone()),
        }
    }

    /// Calls a method of the protocol. Returns its result, or its error.
    fn ask(
        &mut self,
        session: Option<&str>,
        method: &str,
        parameters: &Value,
    ) -> Result<Value, String> {
        self.last += 1;
        let mut call = json!({"id": self.last, "method": method, "params": parameters});
        if let Some(session) = session {
            call["sessionId"] = session.into();
        }
        self.say(&call);
        loop {
            let Ok(answer) = self.output.recv_timeout(PATIENCE) else {
                return Err(format!("the browser does not answer to {method}"));
            };
            if answer["method"] == "Target.detachedFromTarget"
                && answer["params"]["sessionId"].as_str() == session
            {
                return Err(format!("what was asked by {method} is gone"));
            }
            if answer["id"] == self.last {
                return match answer.get("error") {
                    Some(error) => Err(error.to_string()),
                    None => Ok(answer["result"].clone()),
                };
            }
        }
    }

    fn say(&mut self, call: &Value) {
        let text = format!("{call}\0");
        self.input.write_all(text.as_bytes()).unwrap();
    }
}

impl Drop for Chromium {
    /// Its other processes end with it, if it may end by itself.
    fn drop(&mut self) {
        let close = b"{\"id\":0,\"method\":\"Browser.close\"}\0";
        if self.input.write_all(close).is_ok() {
            while self.output.recv_timeout(PATIENCE).is_ok() {}
        }
        drop(self.browser.kill());
        drop(self.browser.wait());
    }
}

/// Reads the messages of the browser until it ends.
fn listen(output: File) -> mpsc::Receiver<Value> {
    let (sender, messages) = mpsc::channel();
    thread::spawn(move || {
        for message in BufReader::new(output).split(0) {
            let message = message
                .ok()
                .and_then(|text| serde_json::from_slice(&text).ok());
            let Some(message) = message else { return };
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    messages
}
