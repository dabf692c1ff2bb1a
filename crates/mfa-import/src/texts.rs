//! All errors of the program, to be read in one sitting.

use std::fmt::{Debug, Display};
use std::io;

use mfa_sys::confine;

use crate::damage::Damage;
use crate::draft::{Reason, TRASHED};
use crate::error::Error;
use crate::failure::Failure;
use crate::{migration, picture, scan};

fn failures() -> Vec<Failure> {
    let error = io::Error::from;
    let confine = confine::Error::Limits(error(io::ErrorKind::PermissionDenied));
    vec![
        Failure::Read(error(io::ErrorKind::NotFound)),
        Failure::TooLarge,
        Failure::Password(error(io::ErrorKind::PermissionDenied)),
        Failure::LongPassword,
        Failure::Confine(confine),
        Failure::Print(error(io::ErrorKind::StorageFull)),
    ]
}

fn damages() -> [Damage; 16] {
    [
        Damage::NotUtf8,
        Damage::NotJson,
        Damage::NotZip,
        Damage::NotXml,
        Damage::TooMuch,
        Damage::Field("salt"),
        Damage::Empty,
        Damage::AccountKey,
        Damage::Header,
        Damage::CutOff,
        Damage::Inside,
        Damage::Work,
        Damage::Version(9),
        Damage::Cipher,
        Damage::Pgp,
        Damage::PhoneKey,
    ]
}

/// Returns the errors without advice: reasons to skip an entry, and errors in links and pictures.
fn reasons() -> String {
    let reasons = [
        Reason::NoPin,
        Reason::Unusual,
        Reason::Type,
        Reason::Code("base64"),
        Reason::Sealed,
        Reason::OtherPassword,
        Reason::Counter,
        Reason::Unwanted(TRASHED),
    ];
    let links = [
        migration::Error::TooLong,
        migration::Error::NoData,
        migration::Error::NotBase64,
        migration::Error::Empty,
        migration::Error::Batch,
    ];
    let pictures = [
        picture::Error::Format,
        picture::Error::TooLarge,
        picture::Error::Damaged,
    ];
    let scans = [
        scan::Error::Size,
        scan::Error::TooLarge,
        scan::Error::Crowded,
    ];
    lines(&reasons) + &lines(&links) + &lines(&pictures) + &lines(&scans)
}

fn name(error: &impl Debug) -> String {
    let debug = format!("{error:?}");
    debug.split('(').next().unwrap_or_default().to_owned()
}

fn lines<E: Debug + Display>(errors: &[E]) -> String {
    let line = |error: &E| format!("{}: {error}\n", name(error));
    errors.iter().map(line).collect()
}

/// Each line has the name of the error, and the text and the advice that people read.
#[test]
fn all_texts_are_as_they_were_read() {
    let files = [
        Error::NotRecognised,
        Error::PasswordNeeded,
        Error::WrongPassword,
    ];
    let of_failure = |error: Failure| format!("{}: {error}. {}\n", name(&error), error.advice());
    let of_file = |error: Error| format!("{}: {error}. {}\n", name(&error), error.advice());
    let of_damage = |damage: Damage| {
        let name = name(&damage);
        let error = Error::from(damage);
        format!("{name}: {error}. {}\n", error.advice())
    };
    let failures: String = failures().into_iter().map(of_failure).collect();
    let files: String = files.into_iter().map(of_file).collect();
    let damages: String = damages().into_iter().map(of_damage).collect();
    let texts = failures + &files + &damages + &reasons();
    assert_eq!(texts, include_str!("texts.txt"), "\n{texts}");
}
