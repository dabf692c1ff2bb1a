//! Checks that the server is the daemon.
//!
//! The system guarantees that the server belongs to the same user. But any program of that user
//! could have created the socket, and would receive the secret of a new account. So if the program
//! of the server can be read, it must be the installed daemon. On Unix, the daemon hides its
//! program; a server that hides it is trusted.

use std::io;
use std::path::Path;

use crate::platform::transport::is_installed;

/// Checks the program of a server, if the system reports it.
///
/// # Errors
/// `PermissionDenied` if it is not the daemon.
pub(crate) fn check(program: Option<&Path>) -> io::Result<()> {
    let Some(program) = program else {
        return Ok(());
    };
    // The kernel adds this suffix if the file was replaced by a newer version since the program
    // started.
    let path = program.to_string_lossy();
    let path = Path::new(path.strip_suffix(" (deleted)").unwrap_or(&path));
    if is_beside_us(path) || is_ours(path) && is_installed(path) {
        return Ok(());
    }
    let text = format!(
        "another program answers instead of the daemon, {}: end it and try again",
        program.display()
    );
    Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
}

/// Returns whether the path is that of the daemon, or of systemd, which creates the socket and
/// starts the daemon.
fn is_ours(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy();
        name == "mfad" || name.starts_with("systemd")
    })
}

/// Returns whether the path is that of a daemon in the folder of the current program. The daemon of
/// the tests is called `memory-mfad`.
fn is_beside_us(path: &Path) -> bool {
    let is_daemon = path.file_stem().is_some_and(|name| {
        let name = name.to_string_lossy();
        name == "mfad" || name.ends_with("-mfad")
    });
    is_daemon && std::env::current_exe().is_ok_and(|own| own.parent() == path.parent())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_daemon_is_trusted() {
        let own = std::env::current_exe().unwrap();
        assert!(check(None).is_ok());
        assert!(check(Some(&own.with_file_name("mfad"))).is_ok());
        assert!(check(Some(&own.with_file_name("mfad (deleted)"))).is_ok());
        assert!(check(Some(&own.with_file_name("python3"))).is_err());
        assert!(check(Some(Path::new("/tmp/mfad"))).is_err());
        assert!(check(Some(Path::new("/usr/bin/python3"))).is_err());
    }
}
