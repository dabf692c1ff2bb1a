//! Exports that are spread over several QR codes, some of which are missing.

use std::path::{Path, PathBuf};

use mfa_intake::{Part, missing};

use super::context::Context;
use crate::error::{Error, Kind};

/// The number of file names that a hint repeats.
const MAX_NAMES: usize = 5;

/// Returns an error if an export is incomplete, whatever was stored of it. It is the last line that is printed, so that
/// nobody overlooks it.
pub(super) fn complete(context: &Context, parts: &[Part], given: &[PathBuf]) -> Result<(), Error> {
    let Some(text) = incomplete(parts) else {
        return Ok(());
    };
    // Nothing is kept of the pictures that were given before.
    let more = if parts.len() == 1 { "FILE" } else { "FILE…" };
    context.output.warn(format_args!(
        "to import all pictures together: mfactl import {}",
        together(given, more)
    ));
    Err(Error::new(Kind::Other, text))
}

fn incomplete(parts: &[Part]) -> Option<String> {
    let them = if parts.len() == 1 { "it" } else { "them" };
    missing(parts).map(|missing| format!("{missing}: import again and include {them}"))
}

/// Returns the arguments for all pictures. The given ones are named if their names can be typed as they are.
fn together(given: &[PathBuf], more: &str) -> String {
    let names: Option<Vec<_>> = given.iter().map(|path| typed(path)).collect();
    match names {
        Some(names) if (1..=MAX_NAMES).contains(&names.len()) => {
            format!("{} {more}", names.join(" "))
        }
        _ => "FILE…".to_owned(),
    }
}

/// Returns a path if every shell reads it as it is.
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
    fn all_pictures_are_to_be_given_together() {
        let said = |given: &[&str]| {
            let given: Vec<_> = given.iter().map(PathBuf::from).collect();
            together(&given, "FILE…")
        };
        assert_eq!(said(&["a/1.png", "2.png"]), "a/1.png 2.png FILE…");
        assert_eq!(said(&["-"]), "FILE…");
        assert_eq!(said(&["my phone.png"]), "FILE…");
    }

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(
            incomplete(&[part(1, 2), part(1, 3)]).unwrap(),
            "QR codes 2 and 3 of 5 are missing: import again and include them"
        );
        assert_eq!(incomplete(&[]), None);
    }
}
