//! Who is behind a request: a person, a program, or an unknown process.
//!
//! `mfactl` asks for the person or program that started it. So mfad looks at its ancestors, beginning with its parent.
//! Shells that run a command, and programs such as `env`, only start other programs and are skipped. [`Role`] says
//! what a process is in this chain.

mod interpreter;
mod name;
mod shell;

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::site::Site;
use interpreter::Interpreter;
pub use name::is_same_path;
use name::{DELETED, before_update, whole};
pub(super) use name::{is_same_text, name, stem};
use shell::Shell;

/// Programs that only start another program.
const WRAPPERS: [&str; 11] = [
    "conhost",
    "env",
    "make",
    "nice",
    "nohup",
    "openconsole",
    "setsid",
    "sudo",
    "timeout",
    "winpty",
    "xargs",
];
/// Programs that start others for anybody who asks them, or that become the parent of a process when its own parent
/// ends. So they may stand for any program.
const SERVANTS: [&str; 20] = [
    "dllhost",
    "explorer",
    "flatpak-portal",
    "flatpak-session-helper",
    "init",
    "mshta",
    "powershell_ise",
    "regsvr32",
    "rundll32",
    "runtimebroker",
    "svchost",
    "systemd",
    "taskhostw",
    "wininit",
    "wmiprvse",
    "wsl",
    "wslhost",
    "wslrelay",
    "xdg-desktop-portal",
    "xdg-native-messaging-proxy",
];
/// Programs of Windows that start a shell for a person to type into, and give it a window or a connection.
const TERMINALS: [&str; 12] = [
    "alacritty",
    "code",
    "conemu",
    "conemu64",
    "conemuc",
    "conemuc64",
    "explorer",
    "mintty",
    "sshd",
    "sshd-session",
    "wezterm-gui",
    "windowsterminal",
];

/// The beginning of a site, which takes the place of a script.
const SITE: &str = "https://";
/// The number of characters of a site that a title shows.
const MAX_SITE: usize = 40;

/// Who is behind a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// A person who types into the shell of a terminal.
    Person,
    /// The tray that is installed beside the daemon.
    Tray,
    /// A program.
    Program {
        /// The path of its executable.
        path: PathBuf,
        /// The script that the program runs: its absolute path, or a module of Python such as `-m awscli`. Of a browser, it
        /// is the site that asks, such as `https://signin.aws.amazon.com`.
        script: Option<String>,
    },
    /// An application in a sandbox, by the id that the sandbox gives it: `flatpak:org.gnome.Maps` or `snap:firefox`.
    App(String),
    /// A process of root, by its name: `cron`, for example. The kernel does not tell its path.
    System(String),
    /// The process is unknown. Never treat this as a known program.
    Unknown,
}

impl Who {
    /// Returns a short name: the last part of the path, or `?`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Person => "person".to_owned(),
            Self::Tray => "mfa-tray".to_owned(),
            Self::Program { path, .. } => name(path).to_owned(),
            Self::App(id) => id.split_once(':').map_or(&**id, |(_, id)| id).to_owned(),
            Self::System(name) => name.clone(),
            Self::Unknown => "?".to_owned(),
        }
    }
}

impl Who {
    /// Returns this browser on a site: for a rule or a question, it is another one on each site. Returns `None` for whoever
    /// cannot be a browser, such as a shell or a script.
    #[must_use]
    pub fn on_site(&self, site: &Site) -> Option<Self> {
        match self {
            Self::Program { path, script: None }
                if !is_interpreter(path) && !serves_anybody(&stem(path)) =>
            {
                Some(Self::Program {
                    path: path.clone(),
                    script: Some(format!("{SITE}{site}")),
                })
            }
            _ => None,
        }
    }

    /// Returns the asker without the site: a browser is one program on all its sites, for what is counted.
    #[must_use]
    pub fn anywhere(&self) -> Cow<'_, Self> {
        match self {
            Self::Program {
                path,
                script: Some(site),
            } if is_site(site) => Cow::Owned(Self::Program {
                path: path.clone(),
                script: None,
            }),
            who => Cow::Borrowed(who),
        }
    }

    /// Returns a name that a person recognises. For a script, it is the last part of its path, and the interpreter.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Program {
                path,
                script: Some(site),
            } if is_site(site) => format!("{} on {}", name(path), shortened(&site[SITE.len()..])),
            Self::Program {
                path,
                script: Some(script),
            } if !script.starts_with('-') => {
                format!("{} ({})", name(Path::new(script)), name(path))
            }
            Self::Program {
                path,
                script: Some(module),
            } => format!("{} {module}", name(path)),
            Self::Person => "A person at a terminal".to_owned(),
            Self::Unknown => "An unknown program".to_owned(),
            who => who.name(),
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person => f.write_str("a person at a terminal"),
            Self::Tray => f.write_str("the tray"),
            Self::Program { path, script } => {
                let path = crate::naming::tidy(&path.to_string_lossy(), usize::MAX);
                f.write_str(&path)?;
                script.iter().try_for_each(|script| write!(f, " {script}"))
            }
            Self::App(id) => f.write_str(id),
            Self::System(name) => write!(f, "{name} (system process)"),
            Self::Unknown => f.write_str("?"),
        }
    }
}

/// The facts about a process other than its path.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    /// The arguments that it was started with, its own name first.
    pub arguments: &'a [String],
    /// Its current folder. The path of its script may be relative to it.
    pub folder: Option<&'a Path>,
    /// Whether it leads a session with a controlling terminal. A shell that another program started for itself does
    /// not.
    pub has_terminal: bool,
    /// Whether only root can change its executable. If others can, a program with the name `sh` counts as no shell.
    pub is_of_system: bool,
}

/// The role of a process in the chain of processes that led to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The process only starts others: look at its parent.
    Step,
    /// The request is made for it.
    End(Who),
}

impl Role {
    /// Returns the role of a process that runs `path`.
    #[must_use]
    pub fn of(path: &Path, start: Start<'_>) -> Self {
        // An update may have replaced the file of a program that still runs. Others than root could give a program of
        // theirs that end. The path stays as it is, so no rule is for the program.
        let known = match start.is_of_system {
            true => before_update(path),
            false => path,
        };
        let name = stem(known);
        let program = |script: Option<String>| {
            let path = path.to_owned();
            Self::End(Who::Program { path, script })
        };
        let arguments = start.arguments.get(1..).unwrap_or_default();
        if let Some(interpreter) = Interpreter::named(&name) {
            return program(interpreter.script(arguments, start.folder));
        }
        if !start.is_of_system || starts_linux(known) {
            return program(None);
        }
        let (name, words) = shell::applet(&name, start.arguments);
        let arguments = start.arguments.get(words..).unwrap_or_default();
        if WRAPPERS.contains(&&*name) {
            return Self::Step;
        }
        match shell::started(&name, arguments) {
            None => program(None),
            Some(Shell::Command) => Self::Step,
            Some(Shell::Script(file)) => program(whole(file, start.folder)),
            Some(Shell::Interactive) if start.has_terminal => Self::End(Who::Person),
            // Another process sends the commands.
            Some(Shell::Interactive) => Self::Step,
        }
    }
}

/// Returns whether a program is the `bash` in the folder of Windows, which starts that of a Linux, as `wsl` does. Any
/// program there may be behind it.
fn starts_linux(path: &Path) -> bool {
    let folder = path.parent().map_or("", name);
    stem(path) == "bash" && folder.eq_ignore_ascii_case("system32")
}

/// Returns whether a program with this name starts others for anybody, or becomes the parent of processes whose own
/// parents have ended.
pub(super) fn serves_anybody(name: &str) -> bool {
    SERVANTS.contains(&name)
}

/// Returns whether a program of Windows starts shells for a person to type into. On Unix, the kernel tells of each
/// process whether it has a terminal.
#[must_use]
pub fn is_terminal(path: &Path) -> bool {
    TERMINALS.contains(&&*stem(path))
}

/// Returns whether a program reads its line by rules of its own, so that it is one argument to [`Role::of`].
#[must_use]
pub fn reads_whole_line(path: &Path) -> bool {
    stem(path) == shell::CMD
}

/// Returns whether a program is a shell or the interpreter of a language. Its path does not tell what it does.
pub(super) fn is_interpreter(path: &Path) -> bool {
    let name = stem(path);
    Interpreter::named(&name).is_some() || shell::is_shell(&name)
}

/// Returns the name of a host without its beginning, if it is long. Whoever has the end decides about all of it.
fn shortened(host: &str) -> Cow<'_, str> {
    let end = host.len().saturating_sub(MAX_SITE);
    match host.get(end..) {
        Some(kept) if end > 0 => Cow::Owned(format!("…{kept}")),
        _ => Cow::Borrowed(host),
    }
}

/// Returns whether the script of a program is a site in a browser.
#[must_use]
pub fn is_site(script: &str) -> bool {
    script
        .strip_prefix(SITE)
        .is_some_and(|site| Site::parse(site).is_ok())
}

/// Returns whether the kernel says of the executable of a process that it was removed, as by an update.
#[must_use]
pub fn is_deleted(path: &Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    path.ends_with(DELETED.as_bytes())
}

#[cfg(test)]
mod tests;
