//! The subject of a rule, as a person names it: a word such as `tray`, a program, or a sandboxed application.

use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};

use mfa_core::access::rules::Subject;
use mfa_core::site::Site;

use crate::error::Error;
use crate::platform::whole;
use crate::text::{clean, word};

/// How a person names a subject, for the help.
pub(super) const NAMES: &str = "\
A program is given as its path, its name in PATH, flatpak:ID or snap:NAME. These words also work:
  - person: you at a terminal
  - tray: mfa-tray
  - search: the desktop search, which may only copy codes
  - system:NAME: a process of root that is known only by its name, such as cron
  - anybody: every program; with --account or --tag, also you and the tray";
/// The beginnings of the ids of sandboxed applications.
const SANDBOXES: [&str; 2] = ["flatpak:", "snap:"];
/// The beginning of the word for a process of root. Its name follows.
const SYSTEM: &str = "system:";
/// The beginning of a site, which takes the place of a script.
const SITE: &str = "https://";
/// The beginning of a module of Python, which takes the place of a script.
const MODULE: &str = "-m ";

/// Returns the subject with a name. Its program and its script must be there, if they `must_exist`.
pub(super) fn named(name: &str, script: Option<&Path>, must_exist: bool) -> Result<Subject, Error> {
    let subject = match name {
        "anybody" => Subject::Anybody,
        "person" => Subject::Person,
        "tray" => Subject::Tray,
        "search" => Subject::Search,
        app if SANDBOXES.iter().any(|sandbox| app.starts_with(sandbox)) => {
            Subject::App(app.to_owned())
        }
        SYSTEM => {
            return Err(Error::usage(
                "system: needs the name of a process, such as system:cron",
            ));
        }
        root if root.starts_with(SYSTEM) => Subject::System(root.replacen(SYSTEM, "", 1)),
        program => {
            let script = script.map(|script| script_path(script, must_exist));
            return Ok(Subject::Program {
                path: program_path(program, must_exist)?,
                script: script.transpose()?,
            });
        }
    };
    match script {
        None => Ok(subject),
        Some(_) => Err(Error::usage(
            "--script needs a program that runs the script",
        )),
    }
}

/// Returns the words that name a subject on the command line.
pub(super) fn words(subject: Option<&Subject>) -> String {
    match subject {
        None | Some(Subject::Anybody) => "anybody".to_owned(),
        Some(Subject::Person) => "person".to_owned(),
        Some(Subject::Tray) => "tray".to_owned(),
        Some(Subject::Search) => "search".to_owned(),
        Some(Subject::App(id)) => word(id),
        Some(Subject::System(name)) => word(&format!("{SYSTEM}{name}")),
        Some(Subject::Program { path, script }) => {
            let path = word(&path.to_string_lossy());
            let script = script.as_deref().map(word);
            script.map_or(path.clone(), |script| format!("{path} --script {script}"))
        }
    }
}

/// Returns the path of a program as the kernel gives it: whole, without links.
fn program_path(program: &str, must_exist: bool) -> Result<PathBuf, Error> {
    let path = Path::new(program);
    // On Windows, a program may be named without its ending.
    let names = [program.to_owned(), format!("{program}{EXE_SUFFIX}")];
    let paths: Vec<_> = if path.components().count() > 1 {
        names.map(PathBuf::from).to_vec()
    } else {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&folders);
        let inside = |folder: PathBuf| names.clone().map(|name| folder.join(name));
        folders.flat_map(inside).collect()
    };
    let mut files = paths.iter().filter(|path| path.is_file());
    let found = files.find_map(|path| whole(path).ok());
    let gone = || (!must_exist && path.is_absolute()).then(|| path.to_owned());
    found.or_else(gone).ok_or_else(|| {
        Error::usage(format!("there is no program {}", clean(program)))
            .hint("Give its path, or its name if its folder is in PATH.")
    })
}

/// Returns the path of a script as the daemon names it, a module, or a site in a browser.
fn script_path(script: &Path, must_exist: bool) -> Result<String, Error> {
    let shown = script.to_string_lossy();
    if shown.starts_with(MODULE) {
        return Ok(shown.into_owned());
    }
    if let Some(address) = shown.strip_prefix(SITE) {
        let site = Site::of_address(address).map_err(|error| Error::usage(error.to_string()))?;
        return Ok(format!("{SITE}{site}"));
    }
    let path = std::path::absolute(script).map_err(Error::from)?;
    if must_exist && !path.is_file() {
        let text = format!("there is no script {}", clean(&shown));
        return Err(Error::usage(text));
    }
    Ok(path.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn programs_are_found_in_path_and_without_links() {
        let path = |name| program_path(name, true);
        let sh = path("sh").unwrap();
        assert_eq!(sh, std::fs::canonicalize("/bin/sh").unwrap());
        assert_eq!(path("/bin/sh").unwrap(), sh);
        let error = path("no-such-program\u{1b}").unwrap_err();
        assert!(error.message().starts_with("there is no program"));
        assert!(!error.message().contains('\u{1b}'));
    }

    #[cfg(windows)]
    #[test]
    fn programs_of_windows_are_found_without_their_ending() {
        let path = |name: &str| program_path(name, true);
        let cmd = path("cmd").unwrap();
        assert!(
            cmd.to_string_lossy().to_lowercase().ends_with(r"\cmd.exe"),
            "{cmd:?}"
        );
        assert!(!cmd.to_string_lossy().starts_with(r"\\?\"), "{cmd:?}");
        assert_eq!(path(&cmd.to_string_lossy()).unwrap(), cmd);
        assert_eq!(
            path(&cmd.with_extension("").to_string_lossy()).unwrap(),
            cmd
        );
        assert!(path(r"C:\nowhere\program.exe").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_gone_can_still_be_named() {
        let gone = Path::new("/nowhere/job.py");
        assert!(named("/nowhere/program", None, true).is_err());
        assert!(named("no-such-program", None, false).is_err());
        assert!(named("/bin/sh", Some(gone), true).is_err());
        assert_eq!(
            named("/nowhere/program", Some(gone), false).unwrap(),
            Subject::Program {
                path: "/nowhere/program".into(),
                script: Some("/nowhere/job.py".into()),
            }
        );
    }

    #[test]
    fn words_and_applications_are_no_programs() {
        let script = Some(Path::new("/x"));
        for (name, expected) in [
            ("anybody", Subject::Anybody),
            ("person", Subject::Person),
            ("tray", Subject::Tray),
            ("search", Subject::Search),
            (
                "flatpak:org.gnome.Maps",
                Subject::App("flatpak:org.gnome.Maps".into()),
            ),
            ("snap:firefox", Subject::App("snap:firefox".into())),
            ("system:cron", Subject::System("cron".into())),
        ] {
            assert_eq!(named(name, None, true).unwrap(), expected);
            assert!(named(name, script, true).is_err(), "{name}");
            assert_eq!(words(Some(&expected)), name);
        }
        let nobody = named("system:", None, true).unwrap_err();
        assert!(nobody.message().contains("system:cron"));
    }

    #[test]
    fn a_subject_is_shown_as_it_can_be_typed() {
        let program = |path: &str, script: Option<&str>| Subject::Program {
            path: path.into(),
            script: script.map(str::to_owned),
        };
        for (subject, expected) in [
            (program("/usr/bin/aws", None), "/usr/bin/aws"),
            (
                program("/usr/bin/python3.11", Some("/srv/job.py")),
                "/usr/bin/python3.11 --script /srv/job.py",
            ),
            (
                program("/opt/my tools/py", Some("-m awscli")),
                "\"/opt/my tools/py\" --script \"-m awscli\"",
            ),
            (Subject::System("(sd-pam)".into()), "\"system:(sd-pam)\""),
        ] {
            assert_eq!(words(Some(&subject)), expected);
        }
        assert_eq!(words(None), "anybody");
    }

    #[cfg(unix)]
    #[test]
    fn a_site_is_named_as_a_browser_shows_it() {
        let site = "https://signin.aws.amazon.com";
        for typed in [site, "https://Signin.AWS.amazon.com/console"] {
            let browser = named("sh", Some(Path::new(typed)), true).unwrap();
            let words = words(Some(&browser));
            assert!(
                words.ends_with(" --script https://signin.aws.amazon.com"),
                "{words}"
            );
        }
        assert!(named("sh", Some(Path::new("https://com")), true).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_module_is_named_as_python_is_told() {
        let module = named("sh", Some(Path::new("-m awscli")), true).unwrap();
        assert!(
            matches!(module, Subject::Program { script: Some(script), .. } if script == "-m awscli")
        );
    }
}
