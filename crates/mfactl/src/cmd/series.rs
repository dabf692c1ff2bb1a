//! Exports that are spread over several QR codes, of which some are missing.

use std::path::{Path, PathBuf};

use mfa_intake::Part;

use crate::error::{Error, Kind};

/// So many names are repeated at most.
const MAX_NAMES: usize = 5;

/// What is missing, as a sentence without its end: “QR codes 2 and 3 of 5 are missing”.
pub(super) fn missing(parts: &[Part]) -> Option<String> {
    let (last, others) = parts.split_last()?;
    let same = others
        .iter()
        .all(|part| (part.batch, part.of) == (last.batch, last.of));
    let number = |part: &Part| match same {
        true => part.number.to_string(),
        // Of several exports.
        false => format!("{} of {}", part.number, part.of),
    };
    let numbers: Vec<_> = others.iter().map(number).collect();
    Some(match numbers.join(", ") {
        numbers if numbers.is_empty() => {
            format!("QR code {} of {} is missing", last.number, last.of)
        }
        numbers => format!(
            "QR codes {numbers} and {} of {} are missing",
            last.number, last.of
        ),
    })
}

/// An export is not there as a whole: an error, whatever was stored of it. It says how to give all of it, as
/// nothing is kept of the pictures that were given before.
pub(super) fn complete(parts: &[Part], given: &[PathBuf]) -> Result<(), Error> {
    let Some(missing) = missing(parts) else {
        return Ok(());
    };
    let them = if parts.len() == 1 { "it" } else { "them" };
    let text = format!("{missing}: import again with {them}");
    let more = if parts.len() == 1 { "FILE" } else { "FILE…" };
    let all = together(given, more);
    Err(Error::new(Kind::Other, text).hint(format!("All pictures together: mfactl import {all}")))
}

/// The arguments for all pictures, where those that were given can be typed as they are called.
fn together(given: &[PathBuf], more: &str) -> String {
    let names: Option<Vec<_>> = given.iter().map(|path| typed(path)).collect();
    match names {
        Some(names) if (1..=MAX_NAMES).contains(&names.len()) => {
            format!("{} {more}", names.join(" "))
        }
        _ => "FILE…".to_owned(),
    }
}

/// A name that no shell reads as anything else.
fn typed(path: &Path) -> Option<&str> {
    let is_plain = |c: char| c.is_alphanumeric() || "/._+,@-".contains(c);
    path.to_str()
        .filter(|name| !name.starts_with('-') && name.chars().all(is_plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(batch: i64, number: u32) -> Part {
        Part {
            batch,
            number,
            of: 5,
        }
    }

    #[test]
    fn what_is_missing_is_said_in_one_sentence() {
        let said = |parts: &[Part]| missing(parts).unwrap_or_default();
        assert_eq!(said(&[]), "");
        assert_eq!(said(&[part(1, 2)]), "QR code 2 of 5 is missing");
        assert_eq!(
            said(&[part(1, 2), part(1, 3), part(1, 5)]),
            "QR codes 2, 3 and 5 of 5 are missing"
        );
        assert_eq!(
            said(&[part(1, 2), part(2, 3)]),
            "QR codes 2 of 5 and 3 of 5 are missing"
        );
        let said = |given: &[&str]| {
            let given: Vec<_> = given.iter().map(PathBuf::from).collect();
            let error = complete(&[part(1, 2), part(1, 3)], &given);
            error.unwrap_err().to_string()
        };
        let told = "QR codes 2 and 3 of 5 are missing: import again with them\n  \
                    All pictures together: mfactl import ";
        assert_eq!(
            said(&["a/1.png", "2.png"]),
            format!("{told}a/1.png 2.png FILE…")
        );
        assert_eq!(said(&["-"]), format!("{told}FILE…"));
        assert_eq!(said(&["my phone.png"]), format!("{told}FILE…"));
    }
}
