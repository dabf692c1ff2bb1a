//! A tray in a desktop, and the user who clicks in its menu.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};

use crate::desktop::Desktop;
use crate::programs::{Run, binary, eventually, release_binary};

/// A tray that lasts as long as this value.
pub struct Tray<'d> {
    desktop: &'d Desktop,
    child: Child,
    log: PathBuf,
}

impl<'d> Tray<'d> {
    /// Starts a tray, and waits until its menu has this entry.
    ///
    /// # Panics
    /// If it does not come up.
    #[must_use]
    pub fn start(desktop: &'d Desktop, entry: &str) -> Self {
        Self::run(desktop, binary("mfa-tray"), &[], entry)
    }

    /// Starts a tray likewise, with other variables in its environment.
    ///
    /// # Panics
    /// If it does not come up.
    #[must_use]
    pub fn with(desktop: &'d Desktop, environment: &[(&str, &str)], entry: &str) -> Self {
        Self::run(desktop, binary("mfa-tray"), environment, entry)
    }

    /// Starts a tray likewise, by the first program of this name in `path`.
    ///
    /// # Panics
    /// If it does not come up.
    #[must_use]
    pub fn found(desktop: &'d Desktop, path: &str, entry: &str) -> Self {
        let environment = [("PATH", path)];
        Self::run(desktop, PathBuf::from("mfa-tray"), &environment, entry)
    }

    /// Starts a tray likewise, with the build that users get.
    ///
    /// # Panics
    /// If it does not come up.
    #[must_use]
    pub fn released(desktop: &'d Desktop, entry: &str) -> Self {
        Self::run(desktop, release_binary("mfa-tray"), &[], entry)
    }

    /// Starts a tray where nothing shows its icon, and waits until the daemon knows it.
    ///
    /// # Panics
    /// If it does not come up.
    #[must_use]
    pub fn without_panel(desktop: &'d Desktop) -> Self {
        let tray = Self::spawn(desktop, binary("mfa-tray"), &[]);
        eventually("the daemon knows the tray", || {
            let status = desktop.mfactl(&["status", "--json"]).ok();
            status.contains(r#""tray":true"#)
        });
        tray
    }

    fn run(
        desktop: &'d Desktop,
        program: PathBuf,
        environment: &[(&str, &str)],
        entry: &str,
    ) -> Self {
        let tray = Self::spawn(desktop, program, environment);
        tray.wait_for(entry);
        tray
    }

    fn spawn(desktop: &'d Desktop, program: PathBuf, environment: &[(&str, &str)]) -> Self {
        let log = desktop.folder().join("mfa-tray.log");
        let child = desktop
            .command(program)
            .env("MFA_TRAY_LOG", "mfa_tray=debug")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        Self {
            desktop,
            child,
            log,
        }
    }

    /// Returns its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns its menu, line by line, with submenus indented.
    #[must_use]
    pub fn menu(&self) -> Vec<String> {
        let menu = self.desktop.shell("ds-menu list");
        menu.stdout.lines().map(str::to_owned).collect()
    }

    /// Waits until an entry of its menu begins like this.
    ///
    /// # Panics
    /// If no entry ever does.
    pub fn wait_for(&self, entry: &str) {
        eventually(&format!("an entry {entry:?} in the menu"), || {
            self.menu().iter().any(|line| line.starts_with(entry))
        });
    }

    /// Chooses an entry, by its name in `ds-menu`.
    ///
    /// # Panics
    /// If there is no such entry.
    pub fn choose(&self, entry: &str) {
        self.desktop.shell(&format!("ds-menu click '{entry}'")).ok();
    }

    /// Returns its log.
    ///
    /// # Panics
    /// If the file cannot be read.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Tells it to end, and waits until it has ended.
    ///
    /// # Panics
    /// If it cannot be told.
    pub fn end(self) -> ExitStatus {
        self.desktop.shell(&format!("kill {}", self.pid())).ok();
        self.wait()
    }

    /// Waits until it has ended.
    ///
    /// # Panics
    /// If that cannot be waited for.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Tray<'_> {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Desktop {
    /// Returns the text on the clipboard; empty if there is none, or if the program that has it does not answer.
    #[must_use]
    pub fn clipboard(&self) -> String {
        let Run { stdout, .. } = self.shell(
            "if [ -n \"$WAYLAND_DISPLAY\" ]; then timeout 10 wl-paste -n; \
             else timeout 10 xclip -selection clipboard -o; fi",
        );
        stdout
    }

    /// Copies a text, as a user does in another program.
    ///
    /// # Panics
    /// If that fails.
    pub fn copy(&self, text: &str) {
        let line = format!(
            "if [ -n \"$WAYLAND_DISPLAY\" ]; then printf %s '{text}' | wl-copy >/dev/null 2>&1; \
             else printf %s '{text}' | xclip -selection clipboard -i >/dev/null 2>&1; fi"
        );
        self.shell(&line).ok();
        // xclip goes into the background before the screen knows of the copy.
        eventually("the text is on the clipboard", || self.clipboard() == text);
    }

    /// Returns all notifications of this desktop so far, as the notification daemon lists them. The characters
    /// that isolate texts of both directions are removed, because they are for the eye.
    #[must_use]
    pub fn notifications(&self) -> String {
        let line = "if [ -n \"$WAYLAND_DISPLAY\" ]; then makoctl list; makoctl history; \
                    else dunstctl close-all; dunstctl history; fi";
        let text = self.shell(line).stdout;
        text.replace(['\u{2066}', '\u{2068}', '\u{2069}'], "")
    }

    /// Puts a program of this name before all others, in a folder for the `PATH` of the tray. Returns the
    /// `PATH` to set. `script` is what the shell runs.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn stand_in(&self, program: &str, script: &str) -> String {
        let folder = self.folder().join("stand-ins");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(program);
        crate::script(&path, &format!("#!/bin/bash\n{script}\n"));
        let rest = self.variable("PATH");
        format!("{}:{}", folder.display(), rest.display())
    }

    /// Saves a picture of the screen for people, if `MFA_PICTURES` names a folder.
    pub fn picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("MFA_PICTURES") {
            let file = PathBuf::from(folder).join(name).with_extension("png");
            self.shell(&format!("ds-shot '{}'", file.display())).ok();
        }
    }
}
