//! PowerShell: its options may be cut short, and begin with several signs.

use super::Shell;

/// The one of Windows, and the later one.
const NAMES: [&str; 2] = ["powershell", LATER];
const LATER: &str = "pwsh";
/// The signs that an option may begin with.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// What an option means.
#[derive(Clone, Copy)]
enum Means {
    /// A command follows.
    Command,
    /// The path of a script follows.
    File,
    /// The shell goes on for a person after its command.
    NoExit,
    /// Nobody types into the shell.
    Nobody,
    /// A value follows.
    Value,
    Nothing,
}

/// The options: the whole name, the shortest beginning that is understood, and the meaning.
const OPTIONS: [(&str, &str, Means); 28] = [
    ("command", "c", Means::Command),
    ("commandwithargs", "commandw", Means::Command),
    ("cwa", "cwa", Means::Command),
    ("encodedcommand", "e", Means::Command),
    ("ec", "ec", Means::Command),
    ("file", "f", Means::File),
    ("noexit", "noe", Means::NoExit),
    ("noninteractive", "noni", Means::Nobody),
    ("noprofile", "nop", Means::Nothing),
    ("nologo", "nol", Means::Nothing),
    ("noprofileloadtime", "noprofilel", Means::Nothing),
    ("login", "l", Means::Nothing),
    ("interactive", "i", Means::Nothing),
    ("sta", "sta", Means::Nothing),
    ("mta", "mta", Means::Nothing),
    ("executionpolicy", "ex", Means::Value),
    ("ep", "ep", Means::Value),
    ("windowstyle", "w", Means::Value),
    ("workingdirectory", "wo", Means::Value),
    ("wd", "wd", Means::Value),
    ("inputformat", "in", Means::Value),
    ("if", "if", Means::Value),
    ("outputformat", "o", Means::Value),
    ("configurationname", "config", Means::Value),
    ("custompipename", "cus", Means::Value),
    ("settingsfile", "settings", Means::Value),
    ("psconsolefile", "p", Means::Value),
    ("version", "v", Means::Value),
];

/// Returns whether a program with this name is PowerShell.
pub(super) fn is_one(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Returns how it was started.
pub(super) fn started<'a>(name: &str, arguments: &'a [String]) -> Shell<'a> {
    let mut arguments = arguments.iter().map(String::as_str);
    let (mut stays, mut is_alone) = (false, false);
    let command = |stays: bool| match stays {
        true => Shell::Interactive,
        false => Shell::Command,
    };
    while let Some(argument) = arguments.next() {
        let Some(option) = argument.strip_prefix(DASHES) else {
            return match name {
                LATER => Shell::Script(argument),
                _ => command(stays),
            };
        };
        match meaning(option) {
            // The commands come from the standard input, or it is an option that is not known.
            None => return Shell::Command,
            Some(Means::Command) => return command(stays),
            Some(Means::File) => {
                let file = arguments.next().filter(|file| *file != "-");
                return file.map_or(Shell::Command, Shell::Script);
            }
            Some(Means::NoExit) => stays = true,
            Some(Means::Nobody) => is_alone = true,
            Some(Means::Value) => drop(arguments.next()),
            Some(Means::Nothing) => {}
        }
    }
    command(!is_alone)
}

fn meaning(option: &str) -> Option<Means> {
    let option = option.strip_prefix('-').unwrap_or(option);
    let option = option.to_ascii_lowercase();
    let is_meant = |(name, least, _): &&(&str, &str, Means)| {
        name.starts_with(&option) && option.starts_with(least)
    };
    OPTIONS.iter().find(is_meant).map(|(_, _, means)| *means)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_may_be_cut_short() {
        for (name, arguments, expected) in [
            ("powershell", &[][..], Shell::Interactive),
            ("powershell", &["-NoLogo", "-nop"], Shell::Interactive),
            ("pwsh", &["-Login", "-wd", "x"], Shell::Interactive),
            ("pwsh", &["-NoExit", "-Command", "x"], Shell::Interactive),
            ("powershell", &["-noe", "x"], Shell::Interactive),
            ("powershell", &["-NonInteractive"], Shell::Command),
            ("powershell", &["-c", "mfactl get aws"], Shell::Command),
            ("powershell", &["/Comm", "mfactl"], Shell::Command),
            ("powershell", &["-enc", "AAAA"], Shell::Command),
            ("powershell", &["mfactl", "get", "aws"], Shell::Command),
            ("powershell", &["-"], Shell::Command),
            ("pwsh", &["-sshs"], Shell::Command),
            ("powershell", &["-File", "-"], Shell::Command),
            ("powershell", &["-f", "a.ps1"], Shell::Script("a.ps1")),
            (
                "powershell",
                &["-ExecutionPolicy", "Bypass", "\u{2013}fi", "a.ps1", "-c"],
                Shell::Script("a.ps1"),
            ),
            ("pwsh", &["a.ps1", "-c"], Shell::Script("a.ps1")),
            ("pwsh", &["--file", "a.ps1"], Shell::Script("a.ps1")),
        ] {
            let arguments: Vec<_> = arguments.iter().map(|&text| text.to_owned()).collect();
            assert_eq!(started(name, &arguments), expected, "{name} {arguments:?}");
        }
    }
}
