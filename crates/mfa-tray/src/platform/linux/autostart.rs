//! Whether the tray starts at login. The autostart entry of the desktop determines this; see
//! <https://specifications.freedesktop.org/autostart-spec/latest/>.
//!
//! If systemd starts the tray instead, its unit runs `mfa-tray --at-login`, which also reads the entry. So
//! there is one place to turn it off, and the settings of desktops show it too. The entry of the user takes
//! precedence over that of the system, which is never changed.
//!
//! The installed entry has the line `X-systemd-skip=true`, so systemd ignores the entry because the unit
//! starts the tray. If the unit is disabled or masked, nothing would start the tray. So if an entry is turned
//! on without the unit, that line is removed from it.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mfa_host::replace::{Outlives, replace_file};

use super::folders;
use crate::input::{Input, Inputs};
use crate::model::Msg;

/// The name of the entry.
const ENTRY: &str = "autostart/org.mfactl.Tray.desktop";
/// The name of the systemd unit.
const UNIT: &str = "mfa-tray.service";
/// The folder that contains a link for each enabled unit.
const ENABLED: &str = "graphical-session.target.wants";
/// The folders of the system units, in order of precedence.
const UNITS: [&str; 4] = [
    "/etc/systemd/user",
    "/run/systemd/user",
    "/usr/local/lib/systemd/user",
    "/usr/lib/systemd/user",
];
/// The group that contains the values of an entry.
const GROUP: &str = "[Desktop Entry]";
/// The line with which systemd ignores an entry.
const SKIP: (&str, &str) = ("X-systemd-skip", "true");
/// The unit that is active if systemd runs the entries.
const TARGET: &str = "xdg-desktop-autostart.target";
/// The time that systemd may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether systemd runs the entries. Until it has answered, the desktop is assumed to.
static SYSTEMD: AtomicBool = AtomicBool::new(false);

/// Asks systemd whether it or the desktop runs the entries of this session. The tray is shown meanwhile.
pub(super) async fn ask_systemd(bus: zbus::Connection, inputs: Inputs) {
    match tokio::time::timeout(PATIENCE, is_active(&bus, TARGET)).await {
        Ok(Ok(runs_entries)) => SYSTEMD.store(runs_entries, Ordering::Relaxed),
        // Without systemd, or without that unit, the desktop runs the entries.
        Ok(Err(error)) => tracing::debug!(%error, "systemd runs no entries"),
        Err(_) => tracing::debug!("systemd does not answer"),
    }
    let starts = Msg::StartsAtLogin(starts_at_login());
    inputs.send(Input::Msg(starts)).await;
}

/// Returns whether the tray starts at login.
#[expect(clippy::unnecessary_wraps, reason = "other systems cannot tell")]
pub(crate) fn starts_at_login() -> Option<bool> {
    Some(Places::here().starts())
}

/// Returns whether the user has turned off starting at login.
pub(crate) fn is_unwanted_at_login() -> bool {
    Places::here().entry().is_some_and(|text| !is_on(&text))
}

/// Sets whether the tray starts at login.
pub(crate) fn start_at_login(is_on: bool) -> io::Result<()> {
    Places::here().turn(is_on)
}

async fn is_active(bus: &zbus::Connection, unit: &str) -> zbus::Result<bool> {
    let service = "org.freedesktop.systemd1";
    let manager = zbus::Proxy::new(
        bus,
        service,
        "/org/freedesktop/systemd1",
        "org.freedesktop.systemd1.Manager",
    )
    .await?;
    let path: zbus::OwnedObjectPath = manager.call("GetUnit", &(unit,)).await?;
    let unit = zbus::Proxy::new(bus, service, path, "org.freedesktop.systemd1.Unit").await?;
    let state: String = unit.get_property("ActiveState").await?;
    // The tray may start before the target is active. Until then, the target has a job.
    let (job, _): (u32, zbus::OwnedObjectPath) = unit.get_property("Job").await?;
    Ok(job != 0 || state == "active")
}

/// The folders of the entries and units, and the program that reads the entries.
struct Places {
    /// The configuration of the user.
    config: Option<PathBuf>,
    /// The configurations of the system, in order of precedence.
    system: Vec<PathBuf>,
    /// The folders of systemd units, in order of precedence.
    units: Vec<PathBuf>,
    /// Whether systemd runs the entries. If not, the desktop does.
    systemd: bool,
}

impl Places {
    fn here() -> Self {
        let config = folders::config();
        let own = [config.clone(), folders::runtime()];
        let own = own.iter().flatten();
        let own = own.map(|folder| folder.join("systemd/user"));
        Self {
            units: own.chain(UNITS.map(PathBuf::from)).collect(),
            system: folders::system_config(),
            systemd: SYSTEMD.load(Ordering::Relaxed),
            config,
        }
    }

    fn starts(&self) -> bool {
        match self.entry() {
            Some(text) if !is_on(&text) => false,
            Some(text) if self.systemd && is_skipped(&text) => self.is_unit_enabled(),
            Some(_) => true,
            None => self.is_unit_enabled(),
        }
    }

    fn turn(&self, on: bool) -> io::Result<()> {
        let user = self.config.as_ref().ok_or(ErrorKind::NotFound)?.join(ENTRY);
        let (own, system) = (read(&user)?, self.of_the_system()?);
        let text = match (&own, &system) {
            (Some(text), _) | (None, Some(text)) => turned(text, on),
            (None, None) => turned(&new_entry()?, on),
        };
        let text = if on && !self.is_unit_enabled() {
            not_skipped(&text)
        } else {
            text
        };
        let is_same = |other: &String| is_on(other) == on && says_the_same(&text, other);
        if system.as_ref().is_some_and(is_same) {
            // The entry of the system is sufficient.
            return match own {
                Some(_) => fs::remove_file(user),
                None => Ok(()),
            };
        }
        if let Some(folder) = user.parent() {
            fs::create_dir_all(folder)?;
        }
        let write = |file: &mut fs::File| file.write_all(text.as_bytes());
        replace_file(&user, Outlives::TheProgram, write).map(drop)
    }

    /// Returns the entry, if there is one.
    fn entry(&self) -> Option<String> {
        let user = self.config.as_ref()?.join(ENTRY);
        let text = read(&user).ok().flatten();
        text.or_else(|| self.of_the_system().ok().flatten())
    }

    fn of_the_system(&self) -> io::Result<Option<String>> {
        for folder in &self.system {
            if let Some(text) = read(&folder.join(ENTRY))? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// Returns whether systemd starts the tray. The first file with the name of the unit counts. An empty
    /// file, or a link to /dev/null, masks the unit.
    fn is_unit_enabled(&self) -> bool {
        let mut files = self.units.iter().map(|folder| folder.join(UNIT));
        let unit = files.find(|file| file.is_symlink() || file.exists());
        let is_masked = |file: PathBuf| fs::metadata(file).is_ok_and(|file| file.len() == 0);
        if unit.is_some_and(is_masked) {
            return false;
        }
        let mut links = self
            .units
            .iter()
            .map(|folder| folder.join(ENABLED).join(UNIT));
        let link = links.find(|link| link.is_symlink() || link.exists());
        link.is_some_and(|link| !is_masked(link))
    }
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns a new entry, for a system without an installed one.
fn new_entry() -> io::Result<String> {
    let program = std::env::current_exe()?;
    let program = program.to_str().ok_or(ErrorKind::InvalidFilename)?;
    // The kernel adds this suffix if the file was replaced by a newer version since the program started.
    let program = program.strip_suffix(" (deleted)").unwrap_or(program);
    Ok(format!(
        "{GROUP}\nType=Application\nName=mfactl\nComment=Copy one-time codes from the \
         tray\nExec={} --at-login\n\
         Icon=mfactl\nTerminal=false\nStartupNotify=false\n",
        quoted(program)
    ))
}

/// Returns the path of a program in the form of `Exec`. A value is unescaped once as a text, and once as a
/// command.
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

/// Returns whether two entries differ only in being on or off.
fn says_the_same(one: &str, other: &str) -> bool {
    let other = other.lines().filter(|line| !is_switch(line));
    one.lines().filter(|line| !is_switch(line)).eq(other)
}

/// Returns whether a line turns an entry on or off.
fn is_switch(line: &str) -> bool {
    let key = line.split('=').next().unwrap_or_default().trim();
    matches!(key, "Hidden" | "X-GNOME-Autostart-enabled")
}

/// Returns the lines of the group.
fn said(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().skip_while(|line| line.trim() != GROUP);
    lines.skip(1).take_while(|line| !line.starts_with('['))
}

fn says(text: &str, (key, value): (&str, &str)) -> bool {
    said(text).any(|line| pair(line) == Some((key, value)))
}

fn pair(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once('=')?;
    Some((key.trim(), value.trim()))
}

fn is_on(text: &str) -> bool {
    !says(text, ("Hidden", "true")) && !says(text, ("X-GNOME-Autostart-enabled", "false"))
}

/// Returns whether systemd ignores the entry.
fn is_skipped(text: &str) -> bool {
    says(text, SKIP)
}

/// Returns the entry without the line that makes systemd ignore it.
fn not_skipped(text: &str) -> String {
    let lines = text.lines().filter(|line| pair(line) != Some(SKIP));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Returns the entry turned on or off.
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
mod tests;
