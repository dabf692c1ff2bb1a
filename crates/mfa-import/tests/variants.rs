//! Variants that apps write but that no example contains: fields that are missing, null or of another type,
//! all types of codes, and unknown versions.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, at the line that failed"
)]

use mfa_core::account::Period;
use mfa_import::{Error, Found, detect};

const SECRET: &str = "JBSWY3DPEHPK3PXP";

/// Reads a file, which must be detected as a format.
fn read(format: &str, file: &str) -> Result<Found, Error> {
    // An S stands for a secret, which keeps the lines short.
    let file = file
        .replace("\"S\"", &format!("\"{SECRET}\""))
        .replace("=S", &format!("={SECRET}"));
    let known = detect(file.as_bytes()).unwrap_or_else(|| panic!("not recognised: {file}"));
    assert_eq!(known.name(), format, "{file}");
    known.read(file.as_bytes(), None)
}

/// Returns a line for each entry: issuer, user name, type, period or counter, and digits.
fn lines(found: &Found) -> Vec<String> {
    let accounts = found.accounts.iter().map(|account| {
        let moving = account
            .kind
            .counter()
            .or(account.kind.period().map(Period::get));
        format!(
            "{}/{} {} {} {} {}",
            account.issuer,
            account.username,
            account.kind.as_str(),
            moving.unwrap(),
            account.kind.hash(account.algorithm),
            account.digits.get(),
        )
    });
    let skipped = found
        .skipped
        .iter()
        .map(|skipped| format!("- {}", skipped.name));
    accounts.chain(skipped).collect()
}

#[track_caller]
fn holds(format: &str, file: &str, expected: &[&str]) {
    let found = read(format, file).unwrap_or_else(|error| panic!("{file}: {error}"));
    assert_eq!(lines(&found), expected, "{file}: {:?}", found.skipped);
}

#[track_caller]
fn refused(format: &str, file: &str, said: &str) {
    let error = read(format, file).unwrap_err();
    assert!(error.to_string().contains(said), "{file}: {error}");
    assert!(!error.advice().is_empty());
}

#[test]
fn aegis() {
    let vault = |version: u64, entries: &str| {
        format!(
            r#"{{"version":1,"header":{{"slots":null,"params":null}},"db":{{"version":{version},"entries":[{entries}]}}}}"#
        )
    };
    let entries = r#"
        {"type":"totp","name":"a","issuer":"I","info":{"secret":"S","algo":"SHA512","digits":8,"period":60}},
        {"type":"TOTP","name":"b","issuer":"I","note":null,"icon":null,"group":null,"info":{"secret":"S"}},
        {"type":"hotp","name":"c","issuer":"I","info":{"secret":"S","algo":"SHA1","digits":6,"counter":"9"}},
        {"type":"steam","name":"d","issuer":"Steam","info":{"secret":"S","algo":"SHA1","digits":5,"period":30}},
        {"type":"totp","name":"e","issuer":"I","info":{"secret":"S","digits":0,"period":30}},
        {"type":"totp","name":"f","issuer":"I","info":{"secret":"S","digits":6,"period":0}},
        {"type":"totp","name":"g","issuer":"I","info":{"secret":null}},
        {"type":"ocra","name":"h","issuer":"I","info":{"secret":"S"}}"#;
    let expected = [
        "I/a totp 60 SHA512 8",
        "I/b totp 30 SHA1 6",
        "I/c hotp 9 SHA1 6",
        "Steam/d steam 30 SHA1 5",
        "- I (e)",
        "- I (f)",
        "- I (g)",
        "- I (h)",
    ];
    for version in 1..=3 {
        holds("aegis", &vault(version, entries), &expected);
    }
    refused("aegis", &vault(4, entries), "version 4");
    refused("aegis", &vault(3, ""), "no account");
    refused("aegis", r#"{"version":2,"header":{},"db":{}}"#, "version 2");
    let phone =
        r#"{"version":1,"header":{"slots":[{"type":2},{"type":0}],"params":null},"db":"AAAA"}"#;
    refused("aegis", phone, "key that stays on the phone");
}

#[test]
fn twofas() {
    let services = r#""services":[
        {"name":"A","secret":"S","otp":{"account":"a","issuer":"I","tokenType":"TOTP","algorithm":null,"digits":null,"period":null}},
        {"name":"B","secret":"S","otp":{"tokenType":"HOTP"}},
        {"name":"C","secret":"S","otp":{"tokenType":"STEAM","digits":5}},
        {"name":"D","secret":"S","otp":{"link":"x","label":"I:d","issuer":"I","digits":"8","period":"20","source":"Link"}},
        {"name":"E","secret":"S"},
        {"name":"F","secret":"S","otp":{"tokenType":"OTHER"}}]"#;
    for version in 1..=4 {
        let file = format!(r#"{{{services},"groups":[],"schemaVersion":{version}}}"#);
        let expected = [
            "I/a totp 30 SHA1 6",
            "B/ hotp 0 SHA1 6",
            "C/ steam 30 SHA1 5",
            "I/d totp 20 SHA1 8",
            "E/ totp 30 SHA1 6",
            "- F",
        ];
        holds("2fas", &file, &expected);
    }
    refused("2fas", r#"{"services":[],"schemaVersion":9}"#, "version 9");
}

#[test]
fn andotp_and_gnome() {
    let file = r#"[
        {"secret":"S","issuer":"I","label":"a","digits":6,"type":"TOTP","algorithm":"SHA256","thumbnail":"Default","last_used":1,"used_frequency":0,"period":30,"tags":[]},
        {"secret":"S","issuer":"I","label":"b","digits":6,"type":"HOTP","algorithm":"SHA1","thumbnail":"Default","counter":4,"tags":null},
        {"secret":"S","issuer":"Steam","label":"c","digits":5,"type":"STEAM","algorithm":"SHA1","period":30},
        {"secret":"S","issuer":"I","label":"m","digits":6,"type":"MOTP","algorithm":"SHA1"},
        {"secret":"S","issuer":"I","label":"n","digits":9,"type":"TOTP","algorithm":"SHA1","period":15}]"#;
    let expected = [
        "I/a totp 30 SHA256 6",
        "I/b hotp 4 SHA1 6",
        "Steam/c steam 30 SHA1 5",
        "I/n totp 15 SHA1 9",
        "- I (m)",
    ];
    holds("andotp", file, &expected);
}

#[test]
fn freeotp() {
    let file = r#"{"tokenOrder":["a"],"tokens":[
        {"algo":"SHA256","counter":0,"digits":6,"issuerExt":"I","issuerInt":"J","label":"a","period":30,"secret":[-1,0,127],"type":"HOTP"},
        {"issuerInt":"J","label":"b","secret":[1,2],"type":"TOTP","algo":null,"digits":null,"period":null,"issuerExt":null},
        {"issuerExt":"I","label":"c","secret":[],"type":"TOTP"},
        {"issuerExt":"I","label":"d","secret":[1],"type":"OTHER"}]}"#;
    let expected = [
        "I/a hotp 1 SHA256 6",
        "J/b totp 30 SHA1 6",
        "- I (c)",
        "- I (d)",
    ];
    holds("freeotp", file, &expected);
}

#[test]
fn stratum() {
    let file = r#"{"Authenticators":[
        {"Type":1,"Issuer":"I","Username":"a","Secret":"S","Pin":null,"Algorithm":2,"Digits":8,"Period":0,"Counter":3},
        {"Type":2,"Issuer":"I","Username":null,"Secret":"S","Algorithm":0,"Digits":9,"Period":90,"Counter":0},
        {"Type":4,"Issuer":"Steam","Username":"c","Secret":"S","Algorithm":0,"Digits":5,"Period":30},
        {"Type":3,"Issuer":"M","Username":"d","Secret":"e3152afee62599c8","Pin":"1234","Algorithm":0,"Digits":6,"Period":10},
        {"Type":5,"Issuer":"Yandex","Username":"e","Secret":"LA2V6KMCGYMWWVEW64RNP3JA3I","Pin":"7586","Algorithm":1,"Digits":8,"Period":30},
        {"Type":6,"Issuer":"I","Username":"f","Secret":"S"}],"Categories":null,"AuthenticatorCategories":null,"CustomIcons":null,"IconPacks":null}"#;
    let expected = [
        "I/a hotp 3 SHA512 8",
        "I/ totp 90 SHA1 9",
        "Steam/c steam 30 SHA1 5",
        "M/d motp 10 MD5 6",
        "Yandex/e yandex 30 SHA256 8",
        "- I (f)",
    ];
    holds("stratum", file, &expected);
}

#[test]
fn password_managers() {
    let bitwarden = r#"{"encrypted":false,"collections":[],"items":[
        {"type":1,"name":"A","login":{"username":null,"totp":"otpauth://hotp/I:a?secret=S&counter=2"}},
        {"type":1,"name":"B","login":{"username":"b","totp":"S"}},
        {"type":1,"name":"C","login":null},{"type":2,"name":"D"},
        {"type":1,"name":"E","login":{"totp":"steam://x"}}]}"#;
    holds(
        "bitwarden",
        bitwarden,
        &["I/a hotp 2 SHA1 6", "B/b totp 30 SHA1 6", "- E"],
    );
    let proton = r#"{"version":1,"entries":[
        {"id":"1","content":{"uri":"otpauth://totp/a?secret=S&issuer=I&period=15","entry_type":"Totp","name":"a"},"note":null},
        {"id":"2","content":{"uri":"steam://S2","entry_type":"Steam","name":"Steam"}},
        {"id":"3","content":{"uri":null,"name":"c"}}]}"#.replace("S2", SECRET);
    holds(
        "proton",
        &proton,
        &["I/a totp 15 SHA1 6", "Steam/ steam 30 SHA1 5", "- c"],
    );
    refused("proton", r#"{"version":2,"entries":[]}"#, "version 2");
    let pass = r#"{"version":"1","userId":"u","encrypted":false,"vaults":{"v":{"name":"P","items":[
        {"state":1,"data":{"type":"login","metadata":{"name":"A"},"extraFields":[],"content":{"itemEmail":"","itemUsername":"a","totpUri":"S"}}},
        {"state":2,"data":{"type":"login","metadata":{"name":"B"},"content":{"totpUri":"S"}}}]}}}"#;
    holds("proton-pass", pass, &["A/a totp 30 SHA1 6", "- B"]);
}

#[test]
fn what_holds_only_one_kind() {
    let lastpass = r#"{"deviceId":"","localDeviceId":null,"version":1,"folders":[],"accounts":[
        {"issuerName":"I","userName":"","secret":"S","timeStep":30,"digits":6,"algorithm":"SHA1","isFavorite":false,"folderData":null},
        {"issuerName":null,"originalIssuerName":"J","userName":"b","secret":"S","timeStep":"60","digits":"8"}]}"#;
    holds(
        "lastpass",
        lastpass,
        &["I/ totp 30 SHA1 6", "J/b totp 60 SHA1 8"],
    );
    let duo = r#"[{"name":"a","otpGenerator":{"otpSecret":"S"}},{"name":"b","otpGenerator":{"otpSecret":"S","counter":7}}]"#;
    holds("duo", duo, &["/a totp 30 SHA1 6", "/b hotp 7 SHA1 6"]);
    let raivo = r#"[{"issuer":"I","account":"a","secret":"S","algorithm":"SHA512","digits":"8","kind":"HOTP","timer":"30","counter":"5","pinned":"false"}]"#;
    holds("raivo", raivo, &["I/a hotp 5 SHA512 8"]);
    let otpclient = r#"[{"type":"HOTP","label":"a","issuer":"I","digits":6,"algo":"SHA256","secret":"S","counter":8},
        {"type":"TOTP","label":"b","issuer":null,"digits":6,"algo":"SHA1","secret":"S","period":30}]"#;
    holds(
        "otpclient",
        otpclient,
        &["I/a hotp 8 SHA256 6", "/b totp 30 SHA1 6"],
    );
    let cotp = r#"{"version":2,"elements":[
        {"secret":"S","issuer":"I","label":"a","digits":6,"type":"HOTP","algorithm":"SHA1","period":30,"counter":1,"pin":null},
        {"secret":"e3152afee62599c8","issuer":"I","label":"b","digits":6,"type":"MOTP","algorithm":"MD5","period":10,"counter":null,"pin":"1234"},
        {"secret":"LA2V6KMCGYMWWVEW64RNP3JA3I","issuer":"I","label":"c","digits":8,"type":"YANDEX","algorithm":"SHA256","period":30,"counter":null,"pin":"7586"}]}"#;
    let expected = [
        "I/a hotp 1 SHA1 6",
        "I/b motp 10 MD5 6",
        "I/c yandex 30 SHA256 8",
    ];
    holds("cotp", cotp, &expected);
    let authy = r#"{"authenticator_tokens":[],"decrypted_authenticator_tokens":[{"account_type":"gmail","name":"I: a","issuer":null,"digits":7,"decrypted_seed":"S"}]}"#;
    holds("authy", authy, &["I/a totp 30 SHA1 7"]);
}

#[test]
fn links() {
    let text = "otpauth://totp/I:a?secret=S&digits=7&period=90&algorithm=sha512&image=x&lock=true\n\
        otpauth://totp/b?secret=S&issuer=Air+Canada\nsteam://1\n\
        motp://M:d?secret=e3152afee62599c8&pin=1234\n\
        otpauth://yaotp/e?secret=LA2V6KMCGYMWWVEW64RNP3JA3I&pin=G42TQNQ\n\
        motp://M:f?secret=e3152afee62599c8\n";
    let expected = [
        "I/a totp 90 SHA512 7",
        "Air Canada/b totp 30 SHA1 6",
        "M/d motp 10 MD5 6",
        "Yandex/e yandex 30 SHA256 8",
        "- line 3",
        "- line 6",
    ];
    holds("otpauth", text, &expected);
}

/// Returns the domains of the only account in a file.
fn domains(format: &str, file: &str) -> Vec<String> {
    let found = read(format, file).unwrap_or_else(|error| panic!("{file}: {error}"));
    assert_eq!(found.accounts.len(), 1, "{file}");
    let domains = found.accounts[0].domains.iter();
    domains.map(ToString::to_string).collect()
}

/// The address that a password manager fills in is the one that its user has given it.
#[test]
fn the_addresses_of_password_managers_say_where_an_account_is_used() {
    let bitwarden = r#"{"encrypted":false,"items":[{"name":"A","login":{"totp":"S","uris":[
        {"match":null,"uri":" https://Signin.A.example/login?x=1 "},{"match":1,"uri":"HTTPS://a.example:8443"},
        {"match":3,"uri":"https://a.example/again"},{"match":"0","uri":"https://b.example"},
        {"match":4,"uri":"https://expression.example"},{"match":5,"uri":"https://never.example"},
        {"match":"x","uri":"https://odd.example"},{"uri":"http://plain.example"},{"uri":"bare.example"},
        {"uri":"androidapp://app.example"},{"uri":"https://user@other.example"},{"uri":"https://intranet/"},
        {"uri":"https://b\u00fccher.example"},{"uri":"https:/\u00e9"},{"uri":null},7]}}]}"#;
    assert_eq!(
        domains("bitwarden", bitwarden),
        ["signin.a.example", "a.example", "b.example"]
    );
    let table = "name,login_uri,login_totp\nA,\"https://a.example/x,y,https://b.example,c.example\",\
        otpauth://totp/A:a?secret=S\n";
    assert_eq!(domains("bitwarden", table), ["a.example", "b.example"]);
    let pass = r#"{"userId":"u","vaults":{"v":{"items":[{"state":1,"data":{"metadata":{"name":"A"},
        "content":{"totpUri":"S","urls":["https://a.example/","ftp://b.example"]}}}]}}}"#;
    assert_eq!(domains("proton-pass", pass), ["a.example"]);
    let table = "name,url,email,totp,vault\nA,\"https://a.example, https://b.example\",,\
        otpauth://totp/A:a?secret=S,Personal\n";
    assert_eq!(domains("proton-pass", table), ["a.example", "b.example"]);
    let table = "Group,Title,Username,Password,URL,Notes,TOTP\n\
        Root,A,a,,https://a.example/login,,otpauth://totp/A:a?secret=S\n";
    assert_eq!(domains("keepass", table), ["a.example"]);
    let many = (0..99).map(|n| format!(r#"{{"uri":"https://{n}.example"}}"#));
    let many = many.collect::<Vec<_>>().join(",");
    let many = format!(
        r#"{{"encrypted":false,"items":[{{"name":"A","login":{{"totp":"S","uris":[{many}]}}}}]}}"#
    );
    assert_eq!(domains("bitwarden", &many).len(), 16);
}

/// Whoever makes a link or a QR code must not say where its codes may go.
#[test]
fn a_link_does_not_say_where_an_account_is_used() {
    let link = "otpauth://totp/a.example:a?secret=S&issuer=a.example&domain=a.example\
        &domains=a.example&url=https%3A%2F%2Fa.example&image=https%3A%2F%2Fa.example%2Fi.png";
    assert_eq!(domains("otpauth", &format!("{link}\n")), [""; 0]);
    let item = format!(
        r#"{{"encrypted":false,"items":[{{"name":"https://a.example","login":{{"totp":"{link}"}}}}]}}"#
    );
    assert_eq!(domains("bitwarden", &item), [""; 0]);
}

/// A note on a login may have anything. Where there is no password, it is one on the codes.
#[test]
fn a_note_beside_a_password_stays_where_it_is() {
    let notes = |format: &str, file: &str| {
        let found = read(format, file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let notes = found.accounts.into_iter().map(|account| account.note);
        notes.collect::<Vec<_>>()
    };
    let bitwarden = r#"{"encrypted":false,"items":[
        {"name":"A","notes":" one\ntwo ","login":{"password":null,"totp":"S"}},
        {"name":"B","notes":null,"login":{"password":"","totp":"S"}},
        {"name":"C","notes":"PRIVATE","login":{"password":"x","totp":"S"}}]}"#;
    assert_eq!(notes("bitwarden", bitwarden), ["one\ntwo", "", ""]);
    let link = "otpauth://totp/A:a?secret=S";
    let table = format!(
        "name,notes,login_password,login_totp\nA,\"one\ntwo\",,{link}\nB,PRIVATE,x,{link}\nC\n"
    );
    assert_eq!(notes("bitwarden", &table), ["one\ntwo", ""]);
    let table = format!(
        "Group,Title,Username,Password,URL,Notes,TOTP\n\
         Root,A,a,,,\"one\n\"\"two\"\"\",{link}\nRoot,B,b,x,,PRIVATE,{link}\n"
    );
    assert_eq!(notes("keepass", &table), ["one\n\"two\"", ""]);
}
