//! Shells: those of Unix, `cmd` and PowerShell, and what their arguments say they do.

mod powershell;

use std::path::Path;

use super::name::stem;

/// Shells with the options of Unix.
const UNIX: [&str; 10] = [
    "ash", "bash", "dash", "fish", "ksh", "ksh93", "mksh", "nu", "sh", "zsh",
];
/// The program that is a shell by the name that it was started with, and many other programs by other names.
const BUSYBOX: &str = "busybox";
/// Their options whose value is the next argument.
const UNIX_VALUED: [&str; 6] = [
    "-O",
    "-o",
    "--config",
    "--env-config",
    "--init-file",
    "--rcfile",
];
/// The shell of Windows that is named after its file. It gets its line as one argument, since it reads it by rules of
/// its own.
pub(super) const CMD: &str = "cmd";
/// The signs in a command of `cmd` that make more of it than one program with its arguments.
const SIGNS: [char; 10] = ['&', '|', '<', '>', '^', '%', '(', ')', '\n', '\r'];
/// The ends of the names of the scripts of `cmd`.
const BATCHES: [&str; 2] = [".bat", ".cmd"];

/// How a shell was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shell<'a> {
    /// With a command, or with the option to read commands from its standard input.
    Command,
    /// With the path of a script.
    Script(&'a str),
    /// Without a command or a script.
    Interactive,
}

/// Returns whether a program with this name is a shell, or may be one.
pub(super) fn is_shell(name: &str) -> bool {
    UNIX.contains(&name) || powershell::is_one(name) || name == CMD || name == BUSYBOX
}

/// Returns the name by which a program does its work, and the arguments that follow. It is its own one, but for
/// `busybox`: `busybox sh -c …`, or `sh -c …` as a link to it.
pub(super) fn applet(name: &str, arguments: &[String]) -> (String, usize) {
    if name != BUSYBOX {
        return (name.to_owned(), 1);
    }
    let called = |place: usize| {
        let word = arguments.get(place).map_or("", String::as_str);
        // A shell at login has a dash before its name.
        stem(Path::new(word.strip_prefix('-').unwrap_or(word)))
    };
    match called(0) {
        first if first == BUSYBOX => (called(1), 2),
        first => (first, 1),
    }
}

/// Returns how the shell with this name was started, or `None` if it is no shell.
pub(super) fn started<'a>(name: &str, arguments: &'a [String]) -> Option<Shell<'a>> {
    match name {
        CMD => Some(cmd(arguments.first().map_or("", String::as_str))),
        _ if UNIX.contains(&name) => Some(unix(arguments)),
        _ if powershell::is_one(name) => Some(powershell::started(name, arguments)),
        _ => None,
    }
}

fn unix(arguments: &[String]) -> Shell<'_> {
    let mut arguments = arguments.iter().map(String::as_str);
    while let Some(argument) = arguments.next() {
        match argument {
            "--" => break,
            _ if UNIX_VALUED.contains(&argument) => drop(arguments.next()),
            "--command" | "--commands" | "-s" => return Shell::Command,
            long if long.starts_with("--command=") || long.starts_with("--commands=") => {
                return Shell::Command;
            }
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

/// Reads what follows the name of `cmd` in its line: `/d /c job.bat x`, or `/k` with a command that comes first.
fn cmd(line: &str) -> Shell<'_> {
    let mut at = line;
    while let Some(place) = at.find('/') {
        let option = at.get(place + 1..).unwrap_or_default();
        let mut letters = option.chars();
        match letters.next().map(|letter| letter.to_ascii_lowercase()) {
            Some('c' | 'r') => return batch(letters.as_str()),
            Some('k') => return Shell::Interactive,
            _ => at = option,
        }
    }
    Shell::Interactive
}

/// Returns the script of a command of `cmd`, if that runs a script and nothing else.
fn batch(command: &str) -> Shell<'_> {
    let command = command.trim();
    // Such a command has quotes of its own around it, which `cmd` removes.
    let inner = command
        .strip_prefix('"')
        .and_then(|inner| inner.strip_suffix('"'));
    let command = match inner {
        Some(inner) if inner.contains('"') => inner.trim(),
        _ => command,
    };
    let (script, rest) = match command.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => command.split_once(' ').unwrap_or((command, "")),
    };
    let end = script.to_ascii_lowercase();
    let is_script = BATCHES.iter().any(|batch| end.ends_with(batch));
    if is_script && !script.contains(SIGNS) && !rest.contains(SIGNS) {
        return Shell::Script(script);
    }
    Shell::Command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cmd_reads_its_line_by_rules_of_its_own() {
        for (line, expected) in [
            ("", Shell::Interactive),
            ("/q /d", Shell::Interactive),
            ("/k", Shell::Interactive),
            (r"/k C:\tools\setup.bat", Shell::Interactive),
            ("/c mfactl get aws", Shell::Command),
            ("/D/C mfactl get aws", Shell::Command),
            ("/s /c\"mfactl get aws\"", Shell::Command),
            ("/r mfactl get aws", Shell::Command),
            ("nonsense /c mfactl", Shell::Command),
            ("/c job.bat", Shell::Script("job.bat")),
            ("/d /s /c job.CMD a b", Shell::Script("job.CMD")),
            (
                r#"/c ""C:\my jobs\job.bat" "a b"""#,
                Shell::Script(r"C:\my jobs\job.bat"),
            ),
            (
                r#"/c "C:\my jobs\job.bat" a"#,
                Shell::Script(r"C:\my jobs\job.bat"),
            ),
            (r#"/c "job.bat""#, Shell::Script("job.bat")),
            // These run more than the script, or another one.
            ("/c job.bat & mfactl get aws", Shell::Command),
            ("/c \"job.bat&mfactl get aws\"", Shell::Command),
            ("/c job.bat | mfactl", Shell::Command),
            ("/c %X%.bat", Shell::Command),
        ] {
            assert_eq!(cmd(line), expected, "{line}");
        }
    }

    #[test]
    fn only_shells_are_shells() {
        for name in ["bash", "ksh", "mksh", "nu", "cmd", "powershell", "pwsh"] {
            assert!(is_shell(name) && started(name, &[]) == Some(Shell::Interactive));
        }
        assert!(!is_shell("env") && started("env", &[]).is_none());
    }
}
