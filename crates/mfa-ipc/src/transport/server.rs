//! Whether what serves us may be the daemon.
//!
//! It belongs to the same user, which the system vouches for; any program of that user could have made
//! the socket, though, and would be handed the secret of a new account. So a program that we can look
//! at has to be the daemon that was installed with us. On Unix the daemon hides what it runs, and one
//! that hides is taken at its word.

use std::io;
use std::path::Path;

use crate::platform::transport::is_installed;

/// Looks at the program that a server runs, if the system tells.
///
/// # Errors
/// `PermissionDenied` if it is another one.
pub(crate) fn check(program: Option<&Path>) -> io::Result<()> {
    let Some(program) = program else {
        return Ok(());
    };
    // That is what the kernel calls one that was replaced by a newer version since it started.
    let path = program.to_string_lossy();
    let path = Path::new(path.strip_suffix(" (deleted)").unwrap_or(&path));
    if is_beside_us(path) || is_ours(path) && is_installed(path) {
        return Ok(());
    }
    let text = format!(
        "another program serves there, {}: end it and try again",
        program.display()
    );
    Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
}

/// The daemon, or what makes its socket and starts it then.
fn is_ours(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy();
        name == "mfad" || name.starts_with("systemd")
    })
}

/// A daemon in our own folder; the one that tests use is called `memory-mfad`.
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
