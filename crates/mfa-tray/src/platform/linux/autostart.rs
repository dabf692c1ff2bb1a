//! Whether the desktop starts us at login: its autostart entry says so, see
//! <https://specifications.freedesktop.org/autostart-spec/latest/>.
//!
//! Where systemd starts us instead, its unit runs `mfa-tray --at-login`, which looks at the entry as well:
//! so there is one place to turn it off, which the settings of desktops show too. The user's entry stands
//! before that of the system, which is never touched.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::folders;

/// The name of the entry.
const ENTRY: &str = "autostart/org.mfactl.Tray.desktop";
/// How systemd's unit is enabled.
const ENABLED: &str = "systemd/user/graphical-session.target.wants/mfa-tray.service";
/// The group that holds what an entry says.
const GROUP: &str = "[Desktop Entry]";

/// Whether we are started at login.
#[expect(clippy::unnecessary_wraps, reason = "elsewhere that cannot be told")]
pub(crate) fn starts_at_login() -> Option<bool> {
    Some(entry().unwrap_or_else(is_unit_enabled))
}

/// Whether the user has said that we are not to be started at login.
pub(crate) fn is_unwanted_at_login() -> bool {
    entry() == Some(false)
}

/// Has us started at login from now on, or not.
pub(crate) fn start_at_login(is_on: bool) -> io::Result<()> {
    let user = folders::config().ok_or(ErrorKind::NotFound)?.join(ENTRY);
    let (own, system) = (read(&user)?, of_the_system()?);
    let text = match (&own, &system) {
        (Some(text), _) | (None, Some(text)) => turned(text, is_on),
        (None, None) => turned(&new_entry()?, is_on),
    };
    if own.is_some() && system.as_ref() == Some(&text) {
        // It says nothing of its own any more.
        return fs::remove_file(user);
    }
    if let Some(folder) = user.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = user.with_extension("desktop.new");
    fs::write(&new, text)?;
    fs::rename(new, user)
}

/// What the entry says, if there is one.
fn entry() -> Option<bool> {
    let user = folders::config()?.join(ENTRY);
    let text = read(&user).ok().flatten();
    let text = text.or_else(|| of_the_system().ok().flatten())?;
    Some(is_on(&text))
}

fn of_the_system() -> io::Result<Option<String>> {
    for folder in folders::system_config() {
        if let Some(text) = read(&folder.join(ENTRY))? {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

fn is_unit_enabled() -> bool {
    let folders = [folders::config(), Some(PathBuf::from("/etc"))];
    let mut links = folders
        .into_iter()
        .flatten()
        .map(|folder| folder.join(ENABLED));
    links.any(|link| link.is_symlink())
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// An entry where none was installed.
fn new_entry() -> io::Result<String> {
    let program = std::env::current_exe()?;
    let program = program.to_str().ok_or(ErrorKind::InvalidFilename)?;
    // That is what the kernel calls one that was replaced by a newer version since it started.
    let program = program.strip_suffix(" (deleted)").unwrap_or(program);
    Ok(format!(
        "{GROUP}\nType=Application\nName=mfactl\nComment=One-time codes, from the tray\nExec={} --at-login\n\
         Icon=mfactl\nTerminal=false\nStartupNotify=false\n",
        quoted(program)
    ))
}

/// A program's path as `Exec` takes it. A value is unescaped once as a text, and once as a command.
fn quoted(path: &str) -> String {
    let mut quoted = String::from("\"");
    for c in path.chars() {
        match c {
            '"' | '`' | '$' => quoted.push_str("\\\\"),
            '\\' => quoted.push_str("\\\\\\"),
            '%' => quoted.push('%'),
            _ => {}
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// Whether a line turns an entry off, or on again.
fn is_switch(line: &str) -> bool {
    let key = line.split('=').next().unwrap_or_default().trim();
    matches!(key, "Hidden" | "X-GNOME-Autostart-enabled")
}

/// The lines of the group that counts.
fn said(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().skip_while(|line| line.trim() != GROUP);
    lines.skip(1).take_while(|line| !line.starts_with('['))
}

fn is_on(text: &str) -> bool {
    let says = |key: &str, value: &str| {
        let mut pairs = said(text).filter_map(|line| line.split_once('='));
        pairs.any(|(other, said)| other.trim() == key && said.trim() == value)
    };
    !says("Hidden", "true") && !says("X-GNOME-Autostart-enabled", "false")
}

/// The same entry, turned on or off.
fn turned(text: &str, on: bool) -> String {
    if is_on(text) == on {
        return text.to_owned();
    }
    let mut turned = String::with_capacity(text.len() + 16);
    for line in text.lines().filter(|line| !is_switch(line)) {
        turned.push_str(line);
        turned.push('\n');
        if !on && line.trim() == GROUP {
            turned.push_str("Hidden=true\n");
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTALLED: &str =
        include_str!("../../../../../dist/org.mfactl.Tray-autostart.desktop.in");

    #[test]
    fn an_entry_is_turned_off_and_on_again() {
        assert!(is_on(INSTALLED));
        let off = turned(INSTALLED, false);
        assert!(!is_on(&off), "{off}");
        let on = turned(&off, true);
        assert!(is_on(&on), "{on}");
        assert!(on.contains("\nX-systemd-skip=true\n"), "{on}");
        assert_eq!(turned(INSTALLED, true), INSTALLED);
    }

    #[test]
    fn what_desktops_write_is_understood() {
        for off in [
            "Hidden=true",
            "Hidden = true",
            "X-GNOME-Autostart-enabled=false",
        ] {
            let text = format!("# mine\n{GROUP}\nExec=x\n{off}\n[Other]\nx=y\n");
            assert!(!is_on(&text), "{off}");
            assert_eq!(
                turned(&text, true),
                format!("# mine\n{GROUP}\nExec=x\n[Other]\nx=y\n")
            );
        }
        let other = format!("{GROUP}\nExec=x\n[Other]\nHidden=true\n");
        assert!(is_on(&other), "that is of another group");
    }

    #[test]
    fn a_path_may_hold_anything() {
        assert_eq!(quoted("/opt/my apps/mfa-tray"), "\"/opt/my apps/mfa-tray\"");
        assert_eq!(quoted("/a\"$%\\"), r#""/a\\"\\$%%\\\\""#);
    }
}
