//! `docs/dbus.md`, the manual of the interface in one file. It is made from the files in `dist/dbus` and from the
//! documentation of mfa-ipc, so it says nothing that one of them does not say; and they must not contradict each other.

mod docs;
mod text;
mod xml;

use std::collections::HashMap;
use std::fmt::Write;
use std::path::PathBuf;

use docs::{Call, Field, Source, one_line};
use text::{Place, anchor, linked, sections, sentence, uncapitalised, without_table, words};
use xml::{Argument, Member};

/// The interfaces in the order of the manual, each with the module that documents it.
const INTERFACES: [(&str, &str); 4] = [
    ("org.mfactl.Authenticator1", "authenticator"),
    ("org.mfactl.Accounts1", "accounts"),
    ("org.mfactl.Access1", "access"),
    ("org.mfactl.Copier1", "copier"),
];

/// The dictionaries that are structs of mfa-ipc: the file of the codec, that of the struct, and the struct.
const DICTIONARIES: [(&str, &str, &str); 13] = [
    (CODE, CODE, "CodeOptions"),
    (ACCOUNT, ACCOUNT, "QueryOptions"),
    (ACCOUNT, "mfa-core/src/change.rs", "AccountChange"),
    (ACCOUNT, ACCOUNT, "AddOptions"),
    (ACCOUNT, ACCOUNT, "ExportOptions"),
    (IMPORT, IMPORT, "ImportOptions"),
    (IMPORT, IMPORT, "ImportResult"),
    (RESTORE, RESTORE, "RestoreOptions"),
    (RESTORE, RESTORE, "RestoreResult"),
    (SYNC, SYNC, "SyncOptions"),
    (SYNC, SYNC, "SyncReport"),
    (SYNC, SYNC, "SyncChange"),
    (STATUS, STATUS, "Status"),
];
const ACCOUNT: &str = "mfa-ipc/src/types/account.rs";
const CODE: &str = "mfa-ipc/src/types/code.rs";
const IMPORT: &str = "mfa-ipc/src/types/import.rs";
const RESTORE: &str = "mfa-ipc/src/types/restore.rs";
const STATUS: &str = "mfa-ipc/src/types/status.rs";
const SYNC: &str = "mfa-ipc/src/types/sync.rs";

/// The heading of the fields of an account.
const FIELDS: &str = "Fields of an account";

const HEAD: &str = "\
<!-- A test writes this file: MFA_WRITE=1 tests/run -- contract. The texts are in crates/mfa-ipc/src. -->

# The D-Bus interface of mfad

For programs that ask the daemon for codes. The types are those of D-Bus. `→` stands before what a method returns.
";

#[test]
fn the_manual_says_what_the_interface_and_its_documentation_say() {
    // The test of the interface writes it, once the files that it is made of are written.
    if std::env::var_os("MFA_WRITE").is_none() {
        let written = std::fs::read_to_string(file()).unwrap_or_default();
        let made = made();
        let differing = written
            .lines()
            .zip(made.lines())
            .find(|(is, should)| is != should);
        assert!(
            written == made,
            "docs/dbus.md is outdated: MFA_WRITE=1 tests/run -- contract. {differing:?}"
        );
    }
}

/// Writes the manual anew.
pub(super) fn write() {
    std::fs::write(file(), made()).unwrap();
}

fn file() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/dbus.md"))
}

fn made() -> String {
    let (_, general) = sections(&Source::read("mfa-ipc/src/lib.rs").module());
    let mut page = HEAD.to_owned();
    let mut dictionaries = String::new();
    for (title, text) in general {
        // What is common to all dictionaries precedes their fields.
        if title == "Dictionaries" {
            dictionaries = format!("\n## {title}\n\n{text}\n");
            continue;
        }
        let text = match title.as_str() {
            "The interfaces" => interfaces(&text),
            _ => text,
        };
        write!(page, "\n## {title}\n\n{text}\n").unwrap();
        if title == "Errors" {
            page.push_str(&errors());
        }
    }
    let mut places = HashMap::from([
        ("Error".to_owned(), Place::Words("the table below")),
        (
            "Client".to_owned(),
            Place::Words("`Client` of the crate mfa-ipc"),
        ),
        ("Client::watch".to_owned(), Place::Words("`Client::watch`")),
        (
            "types::account".to_owned(),
            Place::Heading(FIELDS.to_owned()),
        ),
        ("account".to_owned(), Place::Heading(FIELDS.to_owned())),
    ]);
    for (interface, module) in INTERFACES {
        page.push_str(&interface_part(interface, module));
        places.insert(module.to_owned(), Place::Heading(interface.to_owned()));
    }
    places.insert(
        "Client::get_code".to_owned(),
        Place::Heading("GetCode".to_owned()),
    );
    page.push_str(&dictionaries);
    page.push_str(&account());
    for (codec, file, name) in DICTIONARIES {
        page.push_str(&dictionary(codec, file, name));
        places.insert(name.to_owned(), Place::Heading(heading(name)));
    }
    let page = linked(&page, &places);
    let page = page.replace("`docs/examples`", "[docs/examples](examples)");
    page.replace("`dist/dbus`", "[dist/dbus](../dist/dbus)")
}

/// The table of the interfaces, without the column that only rustdoc needs.
fn interfaces(text: &str) -> String {
    let lines = text.lines().map(|line| match line.rsplit_once(" | ") {
        Some((start, members)) if members.starts_with("[`") => {
            let name = start.split('`').nth(1).unwrap_or_default();
            start.replacen(
                &format!("`{name}`"),
                &format!("[{name}](#{})", anchor(name)),
                1,
            ) + " |"
        }
        Some((start, _)) if start.starts_with("| interface") => format!("{start} |"),
        _ if line == "|---|---|---|" => "|---|---|".to_owned(),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The table of the errors that the daemon returns.
fn errors() -> String {
    let (_, codes) = Source::read("mfa-ipc/src/error.rs").of_type("Error");
    let mut table = "\n| code | meaning |\n|---|---|\n".to_owned();
    // The first is an error of D-Bus itself, and has no code.
    for code in &codes[1..] {
        writeln!(table, "| `{}` | {} |", code.name, one_line(&code.meaning)).unwrap();
    }
    table
}

/// An interface: its members, and what its module says besides.
fn interface_part(interface: &str, module: &str) -> String {
    let file = format!(
        "{}/../dist/dbus/{interface}.xml",
        env!("CARGO_MANIFEST_DIR")
    );
    let members = xml::members(&std::fs::read_to_string(file).unwrap());
    let source = Source::read(&format!("mfa-ipc/src/{module}.rs"));
    let calls = [
        source.calls(),
        Source::read("mfa-ipc/src/copier.rs").calls(),
    ];
    let (intro, more) = sections(&source.module());
    let (intro, mut rows) = without_table(&intro);
    let (_, intro) = intro
        .split_once(&format!("`{interface}`: "))
        .expect("what it is for");
    let mut part = format!("\n## {interface}\n\n{}\n", sentence(intro));
    for (name, member) in &members {
        let [signature, meaning] = rows
            .remove(name)
            .unwrap_or_else(|| panic!("{name} is not in the table of {module}.rs"));
        assert_eq!(
            signature,
            member.signature(),
            "{name} in the table of {module}.rs"
        );
        let call = calls.iter().find_map(|calls| calls.get(name));
        part.push_str(&one(name, member, &meaning, call));
    }
    assert!(
        rows.is_empty(),
        "{module}.rs lists what does not exist: {:?}",
        rows.keys()
    );
    if module == "authenticator" {
        lists(&source.module(), &Source::read(CODE).put_by("CodeOptions"));
    }
    if module == "access" {
        let put = ["RuleScope", "AccessRule", "Question"]
            .map(|name| Source::read("mfa-ipc/src/types/access.rs").put_by(name));
        lists(&source.module(), &put.concat());
    }
    for (title, text) in more {
        write!(part, "\n### {title}\n\n{text}\n").unwrap();
    }
    part
}

/// A member of an interface.
fn one(name: &str, member: &Member, meaning: &str, call: Option<&Call>) -> String {
    let signature = member.signature();
    let bare = signature.replace('`', "");
    let shown = match member {
        Member::Method(..) => format!("{name}{bare}"),
        Member::Signal(_) => format!("signal {name}{}", bare.trim_start_matches("signal ")),
        Member::Property(kind) => format!("property {kind} {name}"),
    };
    let text = format!("\n### {name}\n\n    {shown}\n\n{}\n", sentence(meaning));
    let Member::Method(taken, returned) = member else {
        return text;
    };
    let call = call.unwrap_or_else(|| panic!("no documentation says that it calls {name}"));
    assert_eq!(
        call.signature, signature,
        "the documentation of the call {name}"
    );
    text + &arguments(name, taken, returned, call)
}

/// The arguments of a method, and its errors.
fn arguments(name: &str, taken: &[Argument], returned: &[Argument], call: &Call) -> String {
    let mut text = String::new();
    let row = |mark: &str, argument: &Argument| {
        let known = format!("{mark}{}", argument.name);
        let meaning = call.arguments.get(&known);
        let meaning = meaning.unwrap_or_else(|| panic!("{name} does not say what {known} is"));
        let kind = &argument.kind;
        format!(
            "| {mark}`{}` | `{kind}` ({}) | {meaning} |\n",
            argument.name,
            words(kind)
        )
    };
    let rows: Vec<_> = taken
        .iter()
        .map(|argument| row("", argument))
        .chain(returned.iter().map(|argument| row("→ ", argument)))
        .collect();
    assert_eq!(
        call.arguments.len(),
        rows.len(),
        "{name} has other arguments"
    );
    if !rows.is_empty() {
        write!(
            text,
            "\n| argument | type | meaning |\n|---|---|---|\n{}",
            rows.concat()
        )
        .unwrap();
    }
    assert!(
        !call.errors.is_empty(),
        "{name} does not say which errors there are"
    );
    write!(text, "\nErrors: {}\n", uncapitalised(&call.errors)).unwrap();
    text
}

/// The fields of an account.
fn account() -> String {
    let source = Source::read(ACCOUNT);
    let (_, sections) = sections(&source.module());
    let (_, fields) = sections
        .into_iter()
        .find(|(title, _)| title == "Fields")
        .unwrap();
    lists(&fields, &source.put_by("Account"));
    format!("\n### {FIELDS}\n\n{fields}\n")
}

/// Checks that a list names all fields.
fn lists(text: &str, fields: &[String]) {
    assert!(!fields.is_empty());
    for field in fields {
        assert!(
            text.contains(&format!("`{field} ")),
            "the list does not have the field {field}"
        );
    }
}

/// The heading of a dictionary. A method may have the same name.
fn heading(dictionary: &str) -> String {
    match dictionary {
        "Status" => "Fields of the status".to_owned(),
        name => name.to_owned(),
    }
}

/// A dictionary that is a struct of Rust.
fn dictionary(codec: &str, file: &str, name: &str) -> String {
    let (about, fields) = Source::read(file).of_type(name);
    let codec = Source::read(codec);
    let is_sent = name.ends_with("Options") || name == "AccountChange";
    let mut text = format!("\n### {}\n\n{}\n", heading(name), one_line(&about));
    text.push_str("\n| field | type | meaning |\n|---|---|---|\n");
    let mut names = Vec::new();
    for Field {
        name,
        kind,
        meaning,
    } in fields
    {
        let name = if name == "kind" {
            "type".to_owned()
        } else {
            name
        };
        let (kind, is_option) = kind.expect("a field has a type");
        let absent = if is_option && !is_sent {
            " May be absent."
        } else {
            ""
        };
        let meaning = one_line(&meaning);
        let (kind, values) = on_the_wire(&kind, &codec);
        writeln!(
            text,
            "| `{name}` | `{kind}` ({}) | {meaning}{values}{absent} |",
            words(kind)
        )
        .unwrap();
        names.push(name);
    }
    let put = codec.put_by(name);
    assert_eq!(
        names, put,
        "the fields of {name}, and those that it is sent with"
    );
    text
}

/// The type on the wire, and the values of an enum.
fn on_the_wire(kind: &str, codec: &Source) -> (&'static str, String) {
    let kind = match kind {
        "bool" => "b",
        "u32" => "u",
        "u64" => "t",
        "String" => "s",
        "Vec<String>" => "as",
        kind => {
            let (_, values) = codec.of_type(kind);
            let values = values
                .iter()
                .map(|value| format!("`{}`", value.name.to_lowercase()));
            return (
                "s",
                format!(" One of {}.", values.collect::<Vec<_>>().join(", ")),
            );
        }
    };
    (kind, String::new())
}
