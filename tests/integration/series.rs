//! Exports that consist of more than one QR code.

use serde_json::Value;
use tests::Desktop;

use crate::importing::{listed, picture, terminal};

/// An export of Google Authenticator in two QR codes.
pub(crate) const GOOGLE: [&str; 2] = [
    "otpauth-migration://offline?data=ChEKBUhlbGxvEgRqYW5lGgJHSBABGAIgACgH",
    "otpauth-migration://offline?data=ChAKBVdvcmxkEgNqb2UaAkdIEAEYAiABKAc%3D",
];

#[test]
fn an_export_in_several_pictures_is_put_together() {
    let desktop = Desktop::headless();
    let [one, two] = [0, 1].map(|n| picture(&desktop, &format!("{n}.png"), GOOGLE[n]));
    let [one, two] = [&one, &two].map(|path| path.to_str().unwrap());
    let both = desktop.mfactl(&["import", "--yes", two, one, two]).ok();
    let first = "Found 3 accounts in a Google Authenticator export.\n";
    assert!(both.starts_with(first), "{both}");
    assert!(both.contains("add    GH   joe    as gh"), "{both}");
    assert!(
        both.contains("add    GH   jane   as gh-jane; its secret has only 40 bits\n"),
        "{both}"
    );
    assert!(!both.contains("missing"), "{both}");
    assert_eq!(listed(&desktop), 2);
}

/// A user who gives one picture of two is told so last, and decides.
#[test]
fn a_part_of_an_export_is_not_taken_for_all_of_it() {
    let desktop = Desktop::headless();
    let two = picture(&desktop, "two.png", GOOGLE[1]);
    let two = two.to_str().unwrap();
    let last = format!(
        "mfactl: to import all pictures together: mfactl import {two} FILE\n\
         mfactl: QR code 1 of 2 is missing: import again and include it"
    );
    let looked = desktop.mfactl(&["import", "--dry-run", two]);
    assert!(
        looked.stdout.ends_with("1 account would be added.\n"),
        "{looked}"
    );
    assert_eq!(looked.fails(1), last);
    let refused = desktop.mfactl(&["import", "--yes", "--json", two]);
    let json: Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!(
        (&json["dry_run"], &json["missing"][0]["number"]),
        (&true.into(), &1.into())
    );
    assert!(
        refused
            .fails(1)
            .ends_with("To add the accounts that were found: --allow-incomplete")
    );
    let no = terminal(&desktop, &format!("import {two}"), "no\n");
    assert!(
        no.stdout
            .contains("QR code 1 of 2 is missing. This adds 1 account."),
        "{no}"
    );
    assert_eq!(listed(&desktop), 0);
    let yes = terminal(&desktop, &format!("import {two}"), "yes\n");
    assert_eq!(yes.status, 1, "{yes}");
    assert_eq!(listed(&desktop), 1);
    desktop.mfactl(&["rm", "--yes", "gh"]).ok();
    let some = desktop.mfactl(&["import", "--yes", "--allow-incomplete", two]);
    assert!(some.stdout.contains("Added 1 account"), "{some}");
    let said = some.fails(1);
    assert!(said.contains("two.png still holds your secrets"), "{said}");
    assert!(said.ends_with(&last), "{said}");
    assert_eq!(listed(&desktop), 1);
}

#[test]
fn a_part_of_an_export_is_added_only_if_the_user_says_so() {
    let desktop = Desktop::headless();
    let two = picture(&desktop, "two.png", GOOGLE[1]);
    let two = two.to_str().unwrap();
    let some = ["import", "--yes", "--allow-incomplete", two];
    let last = desktop.mfactl(&some).fails(1);
    assert!(last.ends_with("include it"), "{last}");
    let add = desktop.mfactl(&["add", "--qr", two]).fails(1);
    assert!(
        add.contains("QR code 1 of 2 is missing\n  To import all"),
        "{add}"
    );
    let add = desktop.mfactl(&["add", "x", "--yes", "--qr", two]).fails(1);
    assert!(
        add.ends_with("To add the accounts that were found: --allow-incomplete"),
        "{add}"
    );
    assert_eq!(listed(&desktop), 1);
    let some = ["add", "x", "--yes", "--allow-incomplete", "--qr", two];
    let some = desktop.mfactl(&some).fails(1);
    let last = format!(
        "mfactl: to import all pictures together: mfactl import {two} FILE\n\
         mfactl: QR code 1 of 2 is missing: import again and include it"
    );
    assert!(some.ends_with(&last), "{some}");
    assert!(some.contains("as “gh”; it is now stored twice"), "{some}");
    assert_eq!(listed(&desktop), 2);
}

/// The missing QR code is told of even if the others hold nothing that can be added.
#[test]
fn a_part_without_accounts_is_not_all_of_an_export() {
    let desktop = Desktop::headless();
    // The second of two QR codes, whose only account has no secret.
    let link = "otpauth-migration://offline?data=CgsKABIDam9lGgJHSBABGAIgASgH";
    let two = picture(&desktop, "two.png", link);
    let import = [
        "import",
        "--yes",
        "--allow-incomplete",
        two.to_str().unwrap(),
    ];
    let said = desktop.mfactl(&import).fails(1);
    assert!(said.contains("two.png still holds your secrets"), "{said}");
    let last = "\nmfactl: QR code 1 of 2 is missing: import again and include it";
    assert!(said.ends_with(last), "{said}");
    assert_eq!(listed(&desktop), 0);
}

/// The advice about a missing QR code completes the import.
#[test]
fn both_pictures_together_end_an_import_in_parts() {
    let desktop = Desktop::headless();
    let two = picture(&desktop, "two.png", GOOGLE[1]);
    let two = two.to_str().unwrap();
    let some = ["import", "--yes", "--allow-incomplete", two];
    assert!(
        desktop
            .mfactl(&some)
            .fails(1)
            .contains("to import all pictures together")
    );
    let one = picture(&desktop, "one.png", GOOGLE[0]);
    let all = desktop.mfactl(&["import", "--yes", two, one.to_str().unwrap()]);
    assert!(
        all.stderr.contains("two.png and 1 other file still hold"),
        "{all}"
    );
    let all = desktop.mfactl(&["import", "--yes", two, one.to_str().unwrap()]);
    assert!(all.stderr.contains("still hold your secrets"), "{all}");
    assert!(all.ok().contains("Nothing to add."));
    assert_eq!(listed(&desktop), 2);
}

/// What was added does not stay on the clipboard, even if the rest of the export is missing.
#[test]
fn a_part_from_the_clipboard_does_not_stay_there() {
    let desktop = Desktop::start(&["--display", "x11", "--no-tray", "--notify", "none"]);
    desktop.copy(GOOGLE[1]);
    let refused = desktop.mfactl(&["add", "--clipboard"]).fails(1);
    assert!(refused.contains("QR code 1 of 2 is missing"), "{refused}");
    assert_eq!(desktop.clipboard(), GOOGLE[1], "nothing was added");
    let some = ["add", "--clipboard", "--allow-incomplete"];
    let some = desktop.mfactl(&some).fails(1);
    assert!(some.contains("import again and include it"), "{some}");
    assert_eq!((listed(&desktop), desktop.clipboard()), (1, String::new()));
}
