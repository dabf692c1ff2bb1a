//! Applications in a sandbox, and programs in another file system than the daemon's.
//!
//! The kernel gives the path of an executable as it is in the file system of its process. A Flatpak application, a
//! container or a program with a file system of its own can have any file at any path. So the path tells nothing about
//! them. For Flatpak and Snap, the id of the application takes the place of the path.

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path};

use mfa_core::access::is_deleted;
use mfa_core::naming;
use mfa_sys::files;

/// The maximum that is read from the file in which Flatpak describes a sandbox, in bytes.
const MAX_INFO: u64 = 64 * 1024;
/// The longest id, in characters. The ids of Flatpak are D-Bus names, which have at most 255.
const MAX_ID: usize = 255;
/// The folders with the files of snaps. Only root can write there.
const SNAPS: [&str; 2] = ["/snap", "/var/lib/snapd/snap"];

/// Returns the id of the sandboxed application that a process belongs to: `flatpak:org.gnome.Maps` or `snap:firefox`.
pub(super) fn app(pid: u32, path: &Path) -> Option<String> {
    let id = match flatpak_info(pid) {
        Some(info) => format!("flatpak:{}", flatpak_id(&info)?),
        // Another file can be shown at the path of a snap.
        None => format!("snap:{}", snap_name(path).filter(|_| is_here(pid, path))?),
    };
    // Two ids must not become the same one.
    (naming::tidy(&id, MAX_ID) == id).then_some(id)
}

/// Returns whether the executable of a process is the file that the daemon sees at its path.
pub(in crate::caller) fn is_here(pid: u32, path: &Path) -> bool {
    if is_deleted(path) {
        // There is no file to compare with, but the path is one of ours.
        let files = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/mnt")).ok();
        let own = files("self");
        return own.is_some() && own == files(&pid.to_string());
    }
    let running = running(pid);
    running.is_some() && running == file(path)
}

/// Returns the identity of the file that a process runs: its device and its number there.
pub(in crate::caller) fn running(pid: u32) -> Option<(u64, u64)> {
    file(Path::new(&format!("/proc/{pid}/exe")))
}

fn file(path: &Path) -> Option<(u64, u64)> {
    let found = fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

/// Reads the file in which Flatpak describes the sandbox of a process. Flatpak's proxy for D-Bus has the same file.
fn flatpak_info(pid: u32) -> Option<String> {
    // What is not a regular file could block for ever.
    let path = format!("/proc/{pid}/root/.flatpak-info");
    let file = files::open_regular(Path::new(&path)).ok()?;
    let mut info = String::new();
    file.take(MAX_INFO).read_to_string(&mut info).ok()?;
    Some(info)
}

/// Returns the id of the application from the file of Flatpak (flatpak-metadata(5)).
fn flatpak_id(info: &str) -> Option<&str> {
    let mut lines = info.lines().map(str::trim);
    lines.find(|line| *line == "[Application]")?;
    let mut group = lines.take_while(|line| !line.starts_with('['));
    let id = group.find_map(|line| line.strip_prefix("name="))?;
    Some(id).filter(|id| !id.is_empty())
}

/// Returns the name of the snap from the path of one of its programs: `/snap/NAME/REVISION/…`.
fn snap_name(path: &Path) -> Option<&str> {
    let mut inside = SNAPS
        .iter()
        .filter_map(|snaps| path.strip_prefix(snaps).ok());
    let mut parts = inside.next()?.components();
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Component::Normal(name)), Some(_), Some(_)) => name.to_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_application_is_the_one_of_its_group() {
        let info = "[Runtime]\nname=org.gnome.Platform\n\n[Application]\nruntime=x\nname=org.gnome.Maps\n[Context]\n";
        assert_eq!(flatpak_id(info), Some("org.gnome.Maps"));
        for none in [
            "",
            "[Runtime]\nname=org.gnome.Platform\n",
            "[Application]\nruntime=x\n[Context]\nname=org.gnome.Maps\n",
            "[Application]\nname=\n",
        ] {
            assert_eq!(flatpak_id(none), None, "{none:?}");
        }
    }

    #[test]
    fn the_path_of_a_snap_names_it() {
        let name = |path: &'static str| snap_name(Path::new(path));
        assert_eq!(name("/snap/firefox/4000/usr/lib/firefox"), Some("firefox"));
        assert_eq!(name("/var/lib/snapd/snap/jq/6/usr/bin/jq"), Some("jq"));
        assert_eq!(name("/snap/firefox"), None);
        assert_eq!(name("/usr/bin/firefox"), None);
        assert_eq!(name("/home/snap/firefox/1/firefox"), None);
    }

    #[test]
    fn a_path_names_the_file_that_is_here() {
        let own = std::process::id();
        let path = std::env::current_exe().unwrap();
        assert!(is_here(own, &path));
        assert!(!is_here(own, Path::new("/usr/bin/env")));
        assert!(!is_here(own, Path::new("/nowhere")));
        assert!(!is_here(u32::MAX, &path));
        assert!(is_here(own, Path::new("/usr/bin/gone (deleted)")));
        assert_eq!(app(own, &path), None);
    }
}
