//! `mfactl add` with QR codes: from pictures, the clipboard and the screen.

use std::process::{Child, Command, Stdio};

use tests::{Desktop, LINK, Run, SECRET, eventually};

use crate::monitor::Monitor;

/// The links that AWS shows for an account with a number and for one with an alias.
const NUMBER: &str = "otpauth://totp/Amazon%20Web%20Services:jane@123456789012?secret=\
    GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Amazon%20Web%20Services";
const ALIAS: &str = "otpauth://totp/Amazon%20Web%20Services:jane@acme-prod?secret=\
    MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U&issuer=Amazon%20Web%20Services";

/// Makes a picture of a QR code, and returns its path.
fn picture(desktop: &Desktop, text: &str) -> String {
    let path = desktop.folder().join("qr.png");
    let path = path.to_str().unwrap();
    desktop
        .shell(&format!("qrencode -s 6 -o {path} '{text}'"))
        .ok();
    path.to_owned()
}

/// An image viewer, closed when it is no longer needed.
struct Viewer(Child);

impl Drop for Viewer {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Shows a picture, and waits until another program finds the code on the screen.
fn show(desktop: &Desktop, viewer: &str, path: &str) -> Viewer {
    let mut viewer: Command = desktop.command(viewer);
    viewer.arg(path).stdout(Stdio::null()).stderr(Stdio::null());
    let viewer = Viewer(viewer.spawn().unwrap());
    let found = "ds-shot $DS_DIR/screen.png && zbarimg --quiet $DS_DIR/screen.png";
    eventually("the picture is drawn", || desktop.shell(found).status == 0);
    viewer
}

fn saved_as_aws(added: Run) {
    let added = added.ok();
    let found = "Found Amazon Web Services, root@1234.\nSaved as “aws” in gnome-keyring.";
    assert_eq!(added, found);
}

#[test]
fn a_picture_of_aws_gets_a_short_name_and_its_serial() {
    let desktop = Desktop::headless();
    let added = desktop
        .mfactl(&["add", "--qr", &picture(&desktop, NUMBER)])
        .ok();
    assert!(
        added.ends_with("Saved as “aws” in gnome-keyring."),
        "{added}"
    );
    let arn = "arn:aws:iam::123456789012:mfa/jane";
    assert_eq!(desktop.mfactl(&["get", arn]).ok().len(), 6);
    let file = picture(&desktop, ALIAS);
    let piped = format!("{} add --qr - < {file}", tests::binary("mfactl").display());
    let added = desktop.shell(&piped).ok();
    assert!(
        added.ends_with("Saved as “aws-acme-prod” in gnome-keyring."),
        "{added}"
    );
}

/// Nobody has to do anything about it, and `--yes` is there for who wants it twice.
#[test]
fn what_is_stored_already_is_no_error() {
    let desktop = Desktop::headless();
    let file = picture(&desktop, ALIAS);
    let add = |more: &[&str]| desktop.mfactl(&[&["add", "--qr", &file], more].concat());
    add(&["work"]).ok();
    for named in [&[][..], &["other"]] {
        assert_eq!(
            add(named).ok(),
            "Found Amazon Web Services, jane@acme-prod.\n\
             Nothing to add. The account is already stored as “work”."
        );
    }
    let mut asks = desktop.mfactl_on_a_terminal(&format!("add --qr {file}"));
    let asks = tests::run(&mut asks, "");
    assert_eq!(asks.status, 0, "{asks}");
    let hint = "To add it a second time: --yes";
    assert!(asks.stdout.contains(hint), "{asks}");
    let json = add(&["--json"]).ok();
    assert!(json.contains(r#""name":"work""#), "{json}");
    assert_eq!(desktop.mfactl(&["list", "--plain"]).ok().lines().count(), 1);
    let twice = add(&["--yes", "other"]);
    assert!(twice.stderr.contains("it is now stored twice"), "{twice}");
    assert!(twice.ok().ends_with("Saved as “other” in gnome-keyring."));
    // Other codes make another account, as in an import.
    add(&["eight", "--digits", "8"]).ok();
    assert_eq!(desktop.mfactl(&["get", "eight"]).ok().len(), 8);
    let import = desktop.mfactl(&["import", "--yes", &file]).ok();
    let told = "Nothing to add. The account is already stored as “";
    assert!(import.contains(told), "{import}");
}

#[test]
fn what_is_said_on_the_command_line_counts() {
    let desktop = Desktop::headless();
    let file = picture(&desktop, LINK);
    let arguments = [
        "add",
        "work",
        "--qr",
        &file,
        "--username",
        "me",
        "--tag",
        "x",
        "--pin",
        "--json",
    ];
    let json = desktop.mfactl(&arguments).ok();
    assert!(json.contains(r#""name":"work""#), "{json}");
    let shown = desktop.mfactl(&["show", "work", "--json"]).ok();
    for text in [
        r#""username":"me""#,
        r#""tags":["x"]"#,
        r#""pinned":true"#,
        "Amazon",
    ] {
        assert!(shown.contains(text), "{shown}");
    }
    let kind = desktop
        .mfactl(&["add", "--qr", &file, "--type", "hotp"])
        .fails(2);
    assert!(kind.contains("sets the type: omit --type"), "{kind}");
    let two = desktop.mfactl(&["add", "--qr", &file, "--screen"]).fails(2);
    assert!(two.contains("cannot be used with"), "{two}");
}

#[test]
fn several_codes_in_one_picture_are_all_added() {
    let desktop = Desktop::headless();
    let [one, two] = [LINK, ALIAS].map(|link| {
        let file = picture(&desktop, link);
        let kept = file.replace("qr", &link.len().to_string());
        std::fs::rename(file, &kept).unwrap();
        kept
    });
    let both = desktop.folder().join("both.webp");
    let both = both.to_str().unwrap();
    desktop
        .shell(&format!("convert {one} {two} +append {both}"))
        .ok();
    let named = desktop.mfactl(&["add", "x", "--qr", both]).fails(2);
    assert!(named.contains("found 2 accounts in"), "{named}");
    let added = desktop.mfactl(&["add", "--qr", both]).ok();
    assert!(
        added.ends_with("Added 2 accounts to gnome-keyring."),
        "{added}"
    );
    let names = desktop.mfactl(&["list", "--plain"]).ok();
    let names: Vec<_> = names
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    assert_eq!(names[0], "aws");
    assert!(
        ["aws-1234", "aws-acme-prod"].contains(&names[1]),
        "{names:?}"
    );
    let json = desktop.mfactl(&["add", "--qr", both, "--json"]).ok();
    assert!(
        json.contains(r#""added":0,"present":2,"skipped":0"#),
        "{json}"
    );
}

#[test]
fn what_holds_no_account_is_explained() {
    let desktop = Desktop::headless();
    let file = picture(&desktop, "https://example.com/PRIVATE");
    let error = desktop.mfactl(&["add", "--qr", &file]).fails(1);
    assert!(
        error.contains("qr.png: QR code 1: the QR code contains no account"),
        "{error}"
    );
    assert!(!error.contains("PRIVATE"), "{error}");
    let error = desktop.mfactl_with(&["add", "--qr", "-"], LINK).fails(1);
    assert!(
        error.contains("standard input: the picture is not PNG"),
        "{error}"
    );
    assert!(!error.contains(SECRET), "{error}");
    let error = desktop.mfactl(&["add", "--screen"]).fails(1);
    let expected = "cannot use the screen: no desktop is running \
     here\n  To read a picture of the QR code instead: \
     mfactl add --qr FILE";
    assert!(error.contains(expected), "{error}");
    let error = desktop.mfactl(&["add", "--clipboard"]).fails(1);
    let expected = "cannot use the clipboard: no desktop is running here\n  Pass a link or a secret on standard input: ";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn from_the_screen() {
    let desktop = Desktop::start(&["--display", "x11", "--no-tray", "--notify", "none"]);
    let none = desktop.mfactl(&["add", "--screen"]).fails(1);
    assert!(
        none.contains("the screen: cannot find a QR code in the picture"),
        "{none}"
    );
    assert!(
        none.contains("Show the whole QR code on the screen"),
        "{none}"
    );
    let _viewer = show(&desktop, "display", &picture(&desktop, LINK));
    saved_as_aws(desktop.mfactl(&["add", "--screen"]));
}

#[test]
fn from_the_screen_on_wayland() {
    let desktop = Desktop::start(&["--display", "wayland", "--portal"]);
    let _viewer = show(&desktop, "imv-wayland", &picture(&desktop, LINK));
    saved_as_aws(desktop.mfactl(&["add", "--screen"]));
    let left = desktop.shell("ls /tmp/out.png");
    assert_ne!(left.status, 0, "the picture of the screen is left behind");
}

/// The portal remembers for an application what the user allows. It has to know which one asks before anything else.
#[test]
fn the_portal_is_told_first_which_application_asks() {
    let desktop = Desktop::start(&["--display", "wayland"]);
    let monitor = Monitor::start(&desktop);
    let none = desktop.mfactl(&["add", "--screen"]).fails(1);
    assert!(none.contains("portal"), "{none}");
    let heard = monitor.heard(&desktop);
    let at = |what: &str| {
        heard
            .find(what)
            .unwrap_or_else(|| panic!("{what}: {heard}"))
    };
    assert!(at("member=Register") < at("string \"org.mfactl.Tray\""));
    assert!(at("member=Register") < at("member=Screenshot"));
}

#[test]
fn from_the_clipboard() {
    for display in ["x11", "wayland"] {
        let desktop = Desktop::start(&["--display", display, "--no-tray", "--notify", "none"]);
        let none = desktop.mfactl(&["add", "--clipboard"]).fails(1);
        assert!(none.contains("copy one first"), "{display}: {none}");
        desktop.copy(LINK);
        saved_as_aws(desktop.mfactl(&["add", "--clipboard"]));
        assert_eq!(
            desktop.clipboard(),
            "",
            "{display}: the link is still there"
        );
        let file = picture(&desktop, ALIAS);
        let copy = format!(
            "if [ -n \"$WAYLAND_DISPLAY\" ]; then wl-copy -t image/png <{file} >/dev/null 2>&1; \
             else xclip -selection clipboard -t image/png -i {file} >/dev/null 2>&1; fi"
        );
        desktop.shell(&copy).ok();
        let added = desktop.mfactl(&["add", "--clipboard"]).ok();
        assert!(
            added.ends_with("Saved as “aws-acme-prod” in gnome-keyring."),
            "{added}"
        );
        desktop.copy("jbsw y3dp ehpk 3pxp");
        let unnamed = desktop.mfactl(&["add", "--clipboard"]).fails(2);
        assert!(unnamed.contains("mfactl add NAME --clipboard"), "{unnamed}");
        let added = desktop.mfactl(&["add", "work", "--clipboard"]).ok();
        assert_eq!(added, "Saved as “work” in gnome-keyring.");
        assert_eq!(desktop.clipboard(), "", "{display}: the key is still there");
        desktop.copy("JBSWY3DPEHPK3PXQ");
        let mut asks = desktop.mfactl_on_a_terminal("add --clipboard");
        let added = tests::run(&mut asks, "typed\n").ok();
        assert!(
            added.contains("Name of the account") && added.contains("“typed”"),
            "{added}"
        );
        // To store it a second time, it needs a name of its own.
        desktop.copy("JBSWY3DPEHPK3PXQ");
        let again = ["add", "--clipboard", "--yes"];
        let unnamed = desktop.mfactl(&again).fails(2);
        assert!(unnamed.contains("mfactl add NAME --clipboard"), "{unnamed}");
        desktop.copy("PRIVATE");
        let none = desktop.mfactl(&["add", "--clipboard"]).fails(1);
        assert!(
            none.contains("copy one first") && !none.contains("PRIVATE"),
            "{none}"
        );
    }
}
