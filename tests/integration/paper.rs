//! Accounts on paper: the page is printed by a browser, on A4 and on Letter, and what was printed is read by others.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use mfa_core::uri;
use tests::{Desktop, SECRET, run};

/// Returns a desktop with accounts that an import has added.
fn with_accounts(links: &[String]) -> Desktop {
    let desktop = Desktop::headless();
    let file = desktop.folder().join("links");
    fs::write(&file, links.join("\n")).unwrap();
    desktop
        .mfactl(&["import", "--yes", file.to_str().unwrap()])
        .ok();
    desktop
}

/// Returns a secret with a number, which no other one has.
fn secret(number: usize) -> String {
    let bytes: Vec<u8> = (0..20)
        .map(|at| u8::try_from((number * 37 + at * 59 + at * number) % 251).unwrap())
        .collect();
    data_encoding::BASE32.encode(&bytes)
}

/// Returns the links that the page should hold.
fn links(desktop: &Desktop) -> BTreeSet<String> {
    let export = ["export", "--format", "otpauth", "--yes-i-know"];
    let links = desktop.mfactl(&export).ok();
    links.lines().map(str::to_owned).collect()
}

fn page(desktop: &Desktop) -> PathBuf {
    let page = desktop.folder().join("paper.html");
    let output = page.to_str().unwrap();
    let export = ["export", "--format", "paper", "--yes-i-know", "--output"];
    desktop.mfactl(&[&export[..], &[output]].concat()).ok();
    page
}

/// A printed page: its words, and the texts of its QR codes.
struct Sheet {
    words: Vec<String>,
    codes: Vec<String>,
}

/// Prints a page on paper of a size, as the user chooses it in the dialog of the browser.
fn printed(desktop: &Desktop, page: &Path, size: &str) -> Vec<Sheet> {
    let folder = desktop.folder().join(size);
    fs::create_dir(&folder).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    let text = fs::read_to_string(page).unwrap();
    let chosen = format!("<style>@page {{ size: {size} }}</style></head>");
    fs::write(path("page.html"), text.replace("</head>", &chosen)).unwrap();
    let mut chromium = desktop.command("chromium");
    chromium.args(["--headless", "--no-sandbox", "--disable-gpu"]);
    chromium.args(["--no-first-run", "--no-pdf-header-footer"]);
    chromium.arg(format!("--user-data-dir={}", path("profile")));
    chromium.arg(format!("--print-to-pdf={}", path("page.pdf")));
    run(chromium.arg(path("page.html")), "").ok();
    let shell = |line: &str| {
        let line = format!("cd {} && {line}", folder.display());
        run(desktop.command("bash").args(["-c", &line]), "").stdout
    };
    let info = shell("pdfinfo page.pdf");
    let field = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{info}")).trim().to_owned()
    };
    let is_a4 = field("Page size:").contains("(A4)");
    assert_eq!(is_a4, size == "A4", "{info}");
    let sheets: usize = field("Pages:").parse().unwrap();
    let sheet = |number: usize| {
        shell(&format!(
            "pdftoppm -r 200 -gray -png -singlefile -f {number} page.pdf {number}"
        ));
        let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let words = shell(&format!(
            "pdftotext -f {number} -l {number} page.pdf - | tr -s '[:space:]' '\\n'"
        ));
        Sheet {
            words: lines(words),
            codes: lines(shell(&format!("zbarimg --quiet --raw {number}.png"))),
        }
    };
    (1..=sheets).map(sheet).collect()
}

/// Checks that each account is on one sheet as a whole: its code, the groups of its key, and its user name.
fn assert_whole(sheets: &[Sheet], links: &BTreeSet<String>) {
    let codes = sheets.iter().flat_map(|sheet| &sheet.codes);
    let codes: Vec<_> = codes.cloned().collect();
    assert_eq!(
        codes.len(),
        links.len(),
        "a code is missing, or there twice"
    );
    assert_eq!(&codes.into_iter().collect::<BTreeSet<_>>(), links);
    for sheet in sheets {
        for code in &sheet.codes {
            let link = uri::parse(code).unwrap();
            let key = link.secret.to_base32();
            let groups = key.as_bytes().chunks(4);
            let mut groups = groups.map(|group| std::str::from_utf8(group).unwrap());
            let is_there = |text: &str| sheet.words.iter().any(|word| word == text);
            assert!(groups.all(is_there), "{}: {:?}", link.issuer, sheet.words);
            // Those from right to left come in another order.
            if link.username.is_ascii() && !link.username.contains(' ') {
                let whole = sheet.words.concat();
                assert!(whole.contains(&link.username), "{}", link.username);
            }
        }
    }
}

/// Returns links of usual accounts, and of those whose names, codes or lengths are not.
fn forty() -> Vec<String> {
    let mut all: Vec<_> = (0..34)
        .map(|number| {
            let secret = secret(number);
            format!("otpauth://totp/Service{number}:jane{number}@example.com?secret={secret}")
        })
        .collect();
    let long = "Long%20Name%20".repeat(14);
    let odd = [
        format!(
            "totp/%D7%93%D7%95%D7%90%D7%A8:%D7%99%D7%A2%D7%9C?secret={}",
            secret(40)
        ),
        format!(
            "totp/%D8%A8%D9%86%D9%83:jane?secret={}&period=60",
            secret(41)
        ),
        format!("totp/{long}:{}?secret={}", "name".repeat(40), secret(42)),
        format!(
            "totp/{}:jane?secret={}",
            "%E8%AA%9E".repeat(120),
            secret(43)
        ),
        format!("hotp/Bank:joe?secret={}&counter=7&digits=8", secret(44)),
        format!("steam/Steam:joe?secret={}", secret(45)),
    ];
    all.extend(odd.map(|link| format!("otpauth://{link}")));
    all
}

#[test]
fn forty_accounts_are_printed_whole_and_scanned() {
    let desktop = with_accounts(&forty());
    let links = links(&desktop);
    assert_eq!(links.len(), 40);
    let page = page(&desktop);
    for size in ["A4", "Letter"] {
        let sheets = printed(&desktop, &page, size);
        assert!((4..=7).contains(&sheets.len()), "{}", sheets.len());
        assert_whole(&sheets, &links);
        let words = sheets.iter().flat_map(|sheet| &sheet.words);
        let text = words.cloned().collect::<Vec<_>>().join(" ");
        for said in [
            "40 accounts. Made by mfactl on 20",
            "scan its QR code with any authenticator app",
            "The counter moves on with each code",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(
            !text.contains("Print this page"),
            "this is only for the screen"
        );
    }
    // The file itself can be imported again.
    let fresh = Desktop::headless();
    fresh
        .mfactl(&["import", "--yes", page.to_str().unwrap()])
        .ok();
    assert_eq!(self::links(&fresh), links);
}

#[test]
fn hostile_names_are_printed_as_texts() {
    let script = "%3Cscript%3Edocument.body.remove()%3C%2Fscript%3E";
    let picture = "%22%3E%3Cimg%20src=x%20onerror=document.body.remove()%3E";
    let link = format!("otpauth://totp/{script}:{picture}?secret={SECRET}");
    let desktop = with_accounts(&[link]);
    let sheets = printed(&desktop, &page(&desktop), "A4");
    assert_eq!(sheets.len(), 1);
    assert_eq!(sheets[0].codes.len(), 1);
    let text = sheets[0].words.concat();
    for shown in [
        "<script>document.body.remove()</script>",
        "\"><imgsrc=xonerror=document.body.remove()>",
    ] {
        assert!(text.contains(shown), "{text}");
    }
}
