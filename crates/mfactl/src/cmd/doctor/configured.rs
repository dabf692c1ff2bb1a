//! The vault file that the configuration names, for when no daemon can be asked.

use std::io;
use std::path::{Path, PathBuf};

/// The error for a configuration that is not text, or that we do not understand.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// Returns the vault file that the configuration names.
///
/// mfad understands all of TOML. Here one line is enough, and a parser would make mfactl one sixteenth larger.
pub(super) fn vault(configuration: &Path) -> Result<Option<PathBuf>, Unreadable> {
    let text = match std::fs::read_to_string(configuration) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.map_err(|_| Unreadable)?,
    };
    let lines = text.lines().map(str::trim);
    // The lines after the first heading belong to a section.
    let mut pairs = lines
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='));
    let Some((_, value)) = pairs.find(|(key, _)| key.trim().trim_matches(QUOTES) == "vault") else {
        return Ok(None);
    };
    let vault = string(value.trim()).ok_or(Unreadable)?;
    Ok(Some(PathBuf::from(vault)))
}

/// The quotes that may surround a key.
const QUOTES: [char; 2] = ['"', '\''];

/// Parses a TOML string on one line. It knows only the escapes that a path needs.
fn string(value: &str) -> Option<String> {
    let quote = value.chars().next().filter(|c| QUOTES.contains(c))?;
    let mut rest = value[1..].chars();
    let mut text = String::new();
    loop {
        match rest.next()? {
            end if end == quote => break,
            '\\' if quote == '"' => text.push(rest.next().filter(|c| ['"', '\\'].contains(c))?),
            letter => text.push(letter),
        }
    }
    let rest = rest.as_str().trim_start();
    (rest.is_empty() || rest.starts_with('#')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vault_file_is_found_in_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert_eq!(vault(&path), Ok(None), "there is none");
        for (text, found) in [
            ("lock-after = 900\n[tray]\nvault = \"/x\"\n", Ok(None)),
            (
                "vault = '/a b.kdbx' # mine\n",
                Ok(Some(PathBuf::from("/a b.kdbx"))),
            ),
            (
                "bus-codes = 'deny'\nvault=\"/x#y\"\n",
                Ok(Some(PathBuf::from("/x#y"))),
            ),
            ("# vault = '/x'\n", Ok(None)),
            (
                "\"vault\" = \"C:\\\\a \\\"b\\\".kdbx\"\n",
                Ok(Some(PathBuf::from("C:\\a \"b\".kdbx"))),
            ),
            ("vault = 1\n", Err(Unreadable)),
            ("vault = \"/x\n", Err(Unreadable)),
            ("vault = '/x' y\n", Err(Unreadable)),
            ("vault = \"\"\"/x\"\"\"\n", Err(Unreadable)),
            ("vault = \"\\u0041\"\n", Err(Unreadable)),
            ("vault = /x\n", Err(Unreadable)),
        ] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(vault(&path), found, "{text}");
        }
    }
}
