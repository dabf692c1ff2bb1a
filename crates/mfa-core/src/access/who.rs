//! Who is behind a request: a person, a program, or an unknown process.
//!
//! `mfactl` asks for the person or program that started it. So mfad looks at its ancestors, beginning with its parent.
//! Shells that run a command, and programs such as `env`, only start other programs and are skipped. [`Role`] says
//! what a process is in this chain.

use std::fmt;
use std::path::{Path, PathBuf};

/// Shells.
const SHELLS: [&str; 5] = ["bash", "dash", "fish", "sh", "zsh"];
/// Programs that only start another program.
const WRAPPERS: [&str; 8] = [
    "env", "make", "nice", "nohup", "setsid", "sudo", "timeout", "xargs",
];
/// Options of shells whose value is the next argument.
const SHELL_OPTIONS: [&str; 4] = ["-O", "-o", "--init-file", "--rcfile"];

/// A program that runs a script.
struct Interpreter {
    /// Its name. A version may follow: `python3.11`.
    name: &'static str,
    /// Options whose value is the text of the script. Such a script has no file.
    inline: &'static [&'static str],
    /// Options whose value is the next argument.
    valued: &'static [&'static str],
}

const INTERPRETERS: [Interpreter; 4] = [
    Interpreter {
        name: "node",
        inline: &["-e", "-p", "--eval", "--print"],
        valued: &[
            "-C",
            "-r",
            "--conditions",
            "--import",
            "--loader",
            "--require",
        ],
    },
    Interpreter {
        name: "perl",
        inline: &["-e", "-E", "-ne", "-pe"],
        valued: &["-I"],
    },
    Interpreter {
        name: "python",
        inline: &["-c"],
        valued: &["-W", "-X"],
    },
    Interpreter {
        name: "ruby",
        inline: &["-e"],
        valued: &["-C", "-I", "-r"],
    },
];
/// The longest name of a script that is kept, in characters.
const MAX_SCRIPT: usize = 1000;
/// Programs that become the parent of a process when its own parent ends. So they may stand for any program.
const ADOPTERS: [&str; 2] = ["init", "systemd"];

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
        /// The script that the program runs: its absolute path, or a module of Python such as `-m awscli`.
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
    /// Returns a name that a person recognises. For a script, it is the last part of its path, and the interpreter.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
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
        let name = name(path);
        let program = |script: Option<String>| {
            let path = path.to_owned();
            Self::End(Who::Program { path, script })
        };
        let arguments = start.arguments.get(1..).unwrap_or_default();
        if let Some(interpreter) = interpreter(name) {
            return program(interpreter.script(arguments, start.folder));
        }
        if !start.is_of_system {
            return program(None);
        }
        if WRAPPERS.contains(&name) {
            return Self::Step;
        }
        if !SHELLS.contains(&name) {
            return program(None);
        }
        match shell(arguments) {
            Shell::Command => Self::Step,
            Shell::Script(file) => program(whole(file, start.folder)),
            Shell::Interactive if start.has_terminal => Self::End(Who::Person),
            // Another process sends the commands.
            Shell::Interactive => Self::Step,
        }
    }
}

/// How a shell was started.
enum Shell<'a> {
    /// With a command, or with the option to read commands from its standard input.
    Command,
    /// With the path of a script.
    Script(&'a str),
    /// Without a command or a script.
    Interactive,
}

fn shell(arguments: &[String]) -> Shell<'_> {
    let mut arguments = arguments.iter().map(String::as_str);
    while let Some(argument) = arguments.next() {
        match argument {
            "--" => break,
            _ if SHELL_OPTIONS.contains(&argument) => drop(arguments.next()),
            "--command" | "-s" => return Shell::Command,
            long if long.starts_with("--") => {}
            // Short options can be written together: `-ec`, and `-euo pipefail`.
            short if short.starts_with(['-', '+']) && short.len() > 1 => {
                if short.contains('c') {
                    return Shell::Command;
                }
                if short.contains(['o', 'O']) {
                    arguments.next();
                }
            }
            script => return Shell::Script(script),
        }
    }
    arguments.next().map_or(Shell::Interactive, Shell::Script)
}

impl Interpreter {
    /// Returns whether the value of an option is the text of the script. Short options can be written together: `-uc`.
    fn is_inline(&self, argument: &str) -> bool {
        let letters = argument.strip_prefix('-').unwrap_or_default();
        let short = self
            .inline
            .iter()
            .filter_map(|option| option.strip_prefix('-'));
        let mut short = short.filter(|letter| letter.len() == 1);
        self.inline.contains(&argument)
            || !letters.starts_with('-') && short.any(|letter| letters.contains(letter))
    }

    /// Returns the script or the module that the interpreter runs, or `None` if the script has no file.
    fn script(&self, arguments: &[String], folder: Option<&Path>) -> Option<String> {
        let mut arguments = arguments.iter().map(String::as_str);
        while let Some(argument) = arguments.next() {
            match argument {
                "-" => return None,
                "-m" => {
                    return arguments
                        .next()
                        .and_then(|module| shown(&format!("-m {module}")));
                }
                "--" => return arguments.next().and_then(|script| whole(script, folder)),
                _ if self.is_inline(argument) => return None,
                _ if self.valued.contains(&argument) => drop(arguments.next()),
                option if option.starts_with('-') => {}
                script => return whole(script, folder),
            }
        }
        None
    }
}

/// Returns the absolute path of a script. A relative path starts at the current folder of the process, if it is known.
fn whole(script: &str, folder: Option<&Path>) -> Option<String> {
    match folder {
        Some(folder) => shown(&folder.join(script).to_string_lossy()),
        None => shown(script),
    }
}

/// Returns a name that others chose, or `None` if it would have to be changed to be shown. Two names must not become
/// the same one.
fn shown(text: &str) -> Option<String> {
    let shown = crate::naming::tidy(text, MAX_SCRIPT);
    (shown == text).then_some(shown)
}

pub(super) fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("?")
}

fn interpreter(name: &str) -> Option<&'static Interpreter> {
    let name = without_version(name);
    INTERPRETERS.iter().find(|one| one.name == name)
}

/// Returns whether a program with this name becomes the parent of processes whose own parents have ended.
pub(super) fn adopts(name: &str) -> bool {
    ADOPTERS.contains(&name)
}

/// Returns whether a program is a shell or the interpreter of a language. Its path does not tell what it does.
pub(super) fn is_interpreter(path: &Path) -> bool {
    let name = name(path);
    interpreter(name).is_some() || SHELLS.contains(&name)
}

/// Returns whether the kernel says of the executable of a process that it was removed, as by an update.
#[must_use]
pub fn is_deleted(path: &Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    path.ends_with(b" (deleted)")
}

fn without_version(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
}

#[cfg(test)]
mod tests;
