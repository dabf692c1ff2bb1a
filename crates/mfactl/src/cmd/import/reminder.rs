//! Reminds the user, after an import, of the files of the other app. They still hold the secrets.

use std::path::{Path, PathBuf};

use crate::cmd::intake;

/// Returns the text of the reminder, or `None` if no file was imported.
pub(super) fn reminder(files: &[PathBuf]) -> Option<String> {
    let files: Vec<_> = files
        .iter()
        .filter(|file| *file != Path::new("-"))
        .collect();
    let (first, others) = files.split_first()?;
    let first = intake::short(first);
    let (what, still, them) = match others.len() {
        0 => (first, "still holds", "it"),
        1 => (format!("{first} and 1 other file"), "still hold", "them"),
        n => (format!("{first} and {n} other files"), "still hold", "them"),
    };
    Some(format!(
        "{what} {still} your secrets: delete {them}, or keep {them} somewhere safe"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reminded(files: &[&str]) -> Option<String> {
        let files: Vec<_> = files.iter().map(PathBuf::from).collect();
        reminder(&files)
    }

    #[test]
    fn files_that_still_hold_secrets_are_named() {
        for (files, expected) in [
            (&["/x/a.json"][..], "/x/a.json still holds your secrets"),
            (&["-", "/x/a"], "/x/a still holds your secrets"),
            (
                &["/x/a", "/x/b"],
                "/x/a and 1 other file still hold your secrets",
            ),
            (
                &["/x/a", "b", "c"],
                "/x/a and 2 other files still hold your secrets",
            ),
        ] {
            let text = reminded(files).unwrap();
            assert!(text.starts_with(expected), "{text}");
        }
        assert_eq!(
            reminded(&["-"]),
            None,
            "standard input leaves nothing behind"
        );
    }
}
