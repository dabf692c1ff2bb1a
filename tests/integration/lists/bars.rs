//! The bars of desktops, with the configurations of docs/bars.md: an account is shown, and a click copies its code.

use std::fs;
use std::process::{Child, Stdio};

use tests::{Desktop, LINK, SECRET, binary, eventually};

use crate::consent::is_code;

/// Colours that nothing else on the screen has, so that a picture tells what the module shows.
const COLOURS: &str = "
#custom-aws { background: #ff00ff; min-width: 200px; }
#custom-aws.locked { background: #00ff00; opacity: 1; }
";
const OPEN: &str = "#FF00FF";
const LOCKED: &str = "#00FF00";

/// Returns the first block of a language in the documentation.
fn documented(language: &str) -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/bars.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// Returns whether much of the upper edge of the screen has a colour.
fn shows(desktop: &Desktop, colour: &str) -> bool {
    let count = format!(
        "ds-shot bar.png && convert bar.png -crop 1280x40+0+0 txt:- | grep -c -F '{colour}'"
    );
    let count = format!("cd '{}' && {count}", desktop.folder().display());
    let pixels = desktop.shell(&count).stdout;
    pixels.trim().parse().unwrap_or(0) > 1000
}

fn stop(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn waybar_shows_the_account_and_a_click_copies() {
    let options = ["--display", "wayland", "--no-tray", "--notify", "none"];
    let desktop = Desktop::start(&options);
    desktop.add("aws", LINK);
    let folder = desktop.folder();
    let (config, style) = (folder.join("bar.json"), folder.join("bar.css"));
    fs::write(&config, format!("{{\n{}}}\n", documented("json"))).unwrap();
    fs::write(&style, documented("css") + COLOURS).unwrap();
    let programs = binary("mfactl").parent().unwrap().display().to_string();
    let path = format!("{programs}:{}", desktop.variable("PATH").display());
    let mut waybar = desktop.command("waybar");
    waybar.args(["--config".as_ref(), config.as_os_str()]);
    waybar.args(["--style".as_ref(), style.as_os_str()]);
    waybar.env("PATH", path).stdin(Stdio::null());
    let waybar = waybar.stdout(Stdio::null()).stderr(Stdio::null());
    let waybar = waybar.spawn().unwrap();
    eventually("the bar shows the account", || shows(&desktop, OPEN));
    desktop.picture("bar-waybar");
    let mouse = desktop.command("ds-point").args(["1200", "15"]).spawn();
    eventually("the code is copied", || is_code(&desktop.clipboard()));
    desktop.mfactl(&["lock"]).ok();
    eventually("the bar shows the lock", || shows(&desktop, LOCKED));
    stop(mouse.unwrap());
    stop(waybar);
}

/// An account without an issuer and a user name has empty columns.
#[test]
fn the_script_for_argos_names_each_account_by_its_id() {
    let desktop = Desktop::headless();
    desktop.add("aws", LINK);
    desktop.add(
        "bare",
        &format!("otpauth://totp/bare?secret={SECRET}&digits=8"),
    );
    let programs = binary("mfactl").parent().unwrap().display().to_string();
    let script = format!("PATH={programs}:$PATH\n{}", documented("sh"));
    let shown = desktop.shell(&script).ok();
    let list = desktop.mfactl(&["list", "--json"]).ok();
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let accounts = list["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 2, "{list}");
    for account in accounts {
        let [name, id] = ["name", "id"].map(|field| account[field].as_str().unwrap());
        let row = format!(
            "{name} | bash='mfactl get --copy --exact {id}' terminal=false useMarkup=false"
        );
        assert!(shown.lines().any(|line| line == row), "{row}: {shown}");
    }
}
