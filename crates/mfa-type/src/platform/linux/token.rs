//! The token with which the portal remembers that the user allowed us to type. It is worth a permission, so nobody else may
//! read it.

use std::io::{self, Read, Write};
use std::path::Path;

use mfa_host::replace::{Outlives, replace_file};
use mfa_ipc::paths;
use mfa_sys::files;

/// The name of the file, in the folder of the state.
const FILE: &str = "type-permission";
/// The longest token, in bytes.
const LONGEST: u64 = 1024;

/// Returns the token of the last time. Without one, the user is asked.
pub(super) fn load() -> Option<String> {
    load_from(&paths::state().join(FILE))
}

/// Keeps a token, or forgets the last one: each is good for one time.
pub(super) fn keep(token: Option<&str>) -> io::Result<()> {
    let folder = paths::state();
    files::create_private_folder(&folder)?;
    keep_in(&folder.join(FILE), token)
}

fn load_from(path: &Path) -> Option<String> {
    let mut token = String::new();
    let file = files::open_regular(path).ok()?;
    file.take(LONGEST).read_to_string(&mut token).ok()?;
    (!token.is_empty()).then_some(token)
}

fn keep_in(path: &Path, token: Option<&str>) -> io::Result<()> {
    match token {
        Some(token) => {
            let write = |file: &mut std::fs::File| file.write_all(token.as_bytes());
            replace_file(path, Outlives::TheProgram, write).map(drop)
        }
        None => match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_token_is_kept_for_the_user_alone_until_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        assert_eq!(load_from(&path), None);
        for token in ["first", "second"] {
            keep_in(&path, Some(token)).unwrap();
            assert_eq!(load_from(&path).as_deref(), Some(token));
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        keep_in(&path, None).unwrap();
        keep_in(&path, None).unwrap();
        assert_eq!(load_from(&path), None);
    }
}
