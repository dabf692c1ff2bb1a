//! The manual pages of the programs.
//!
//! clap_mangen generates them from the command lines. This module adds the sections that a command line does
//! not have: files, exit codes and related pages.

use std::io;

use clap::builder::Resettable;
use clap::{Arg, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::files::{DAEMON_FILES, ON_WINDOWS, TRAY_FILES, TRAY_ON_WINDOWS, Term};
use super::{daemon_args, settings, tray_args};
use crate::error::EXIT_CODES;

/// A manual page, in the format of man.
pub(super) struct Page {
    /// The name of its file.
    pub(super) name: String,
    pub(super) text: Vec<u8>,
}

const DAEMON_EXITS: &[Term<'_>] = &[
    ("0", "The daemon was told to stop, or the session ended."),
    ("1", "The daemon cannot run. The log says why."),
    ("2", "The command line is invalid."),
];
const TRAY_EXITS: &[Term<'_>] = &[
    (
        "0",
        "The tray was told to stop, the session ended, or another tray is already running.",
    ),
    ("1", "The tray cannot run."),
    ("2", "The command line is invalid."),
];

/// Returns all pages.
pub(super) fn pages(program: Command) -> io::Result<Vec<Page>> {
    let mut command = program.clone();
    command.build();
    let mut pages = Vec::new();
    below(&command, &mut pages)?;
    pages.push(mfactl(program)?);
    let daemon = daemon_args::Args::command();
    let see = "mfactl(1), mfa-tray(1), mfactl.toml(5)";
    pages.push(page(daemon, |end| {
        end.list("FILES", DAEMON_FILES);
        end.paragraph(ON_WINDOWS);
        end.list("EXIT STATUS", DAEMON_EXITS);
        end.text("SEE ALSO", see);
    })?);
    let tray = tray_args::Args::command();
    let see = "mfactl(1), mfad(1), mfactl.toml(5)";
    pages.push(page(tray, |end| {
        end.list("FILES", TRAY_FILES);
        end.paragraph(TRAY_ON_WINDOWS);
        end.list("EXIT STATUS", TRAY_EXITS);
        end.text("SEE ALSO", see);
    })?);
    pages.push(Page {
        name: "mfactl.toml.5".into(),
        text: settings::page().into_bytes(),
    });
    Ok(pages)
}

/// Returns the page of mfactl itself.
pub(super) fn mfactl(program: Command) -> io::Result<Page> {
    page(program, |end| {
        end.list("EXIT STATUS", &exit_codes());
        end.text("SEE ALSO", "mfad(1), mfa-tray(1), mfactl.toml(5)");
    })
}

/// Adds the pages of the subcommands of a command.
fn below(command: &Command, pages: &mut Vec<Page>) -> io::Result<()> {
    let own = command.get_display_name().unwrap_or("mfactl");
    let see = match own {
        "mfactl" => "mfactl(1)".to_owned(),
        own => format!("{own}(1), mfactl(1)"),
    };
    for command in command.get_subcommands() {
        below(command, pages)?;
        pages.push(page(command.clone(), |end| {
            end.list("EXIT STATUS", &exit_codes());
            end.text("SEE ALSO", &see);
        })?);
    }
    Ok(())
}

/// Returns the exit codes, as the help lists them.
fn exit_codes() -> Vec<Term<'static>> {
    let codes = EXIT_CODES
        .lines()
        .skip(1)
        .flat_map(|line| line.split(" · "));
    codes
        .filter_map(|code| code.trim().split_once(' '))
        .collect()
}

/// The sections at the end of a page, which clap does not have.
struct End(Roff);

impl End {
    fn list(&mut self, title: &str, entries: &[Term<'_>]) {
        self.0.control("SH", [title]);
        for (what, text) in entries {
            self.0.control("TP", []);
            self.0.text([bold(*what)]);
            self.0.text([roman(*text)]);
        }
    }

    fn text(&mut self, title: &str, text: &str) {
        self.0.control("SH", [title]);
        self.0.text([roman(text)]);
    }

    fn paragraph(&mut self, text: &str) {
        self.0.control("PP", []);
        self.0.text([roman(text)]);
    }
}

fn page(mut command: Command, end: impl FnOnce(&mut End)) -> io::Result<Page> {
    command.build();
    let usage = usage(&command);
    // The exit codes have a section of their own, and the version is at the foot of the page.
    let command = command
        .override_usage(usage)
        .after_help(Resettable::Reset)
        .version(Resettable::Reset)
        .mut_args(|arg| match arg.get_id().as_str() {
            "help" => arg.help("Print help").long_help("Print help"),
            _ => arg,
        });
    let page = Man::new(command);
    let mut text = Vec::new();
    page.render(&mut text)?;
    let mut more = End(Roff::new());
    end(&mut more);
    let name = page.get_filename();
    let text = tidy(&name, &String::from_utf8_lossy(&text)) + &more.0.to_roff();
    Ok(Page {
        name,
        text: text.into_bytes(),
    })
}

/// Corrects what clap_mangen writes: a title whose fields are not where man expects them, and lines that are broken twice.
fn tidy(name: &str, text: &str) -> String {
    let (title, section) = name.rsplit_once('.').unwrap_or((name, "1"));
    let title = title.to_uppercase();
    let version = env!("CARGO_PKG_VERSION");
    let lines = text.lines().map(|line| match line.starts_with(".TH ") {
        true => format!(".TH {title} {section} \"\" \"mfactl {version}\" \"User Commands\"\n"),
        false => format!("{line}\n"),
    });
    let text: String = lines.collect();
    text.replace(".br\n\n.br\n", ".br\n")
}

/// Returns the synopsis: every option and argument of a command, with the names of the values.
fn usage(command: &Command) -> String {
    let mut usage = vec![
        command
            .get_bin_name()
            .unwrap_or(command.get_name())
            .to_owned(),
    ];
    let arguments = || command.get_arguments().filter(|arg| !arg.is_hide_set());
    usage.extend(arguments().filter(|arg| !arg.is_positional()).map(option));
    usage.extend(
        arguments()
            .filter(|arg| arg.is_positional())
            .map(positional),
    );
    if command.has_subcommands() {
        usage.push("COMMAND".into());
    }
    usage.join(" ")
}

fn option(arg: &Arg) -> String {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let names: Vec<_> = short.into_iter().chain(long).collect();
    let names = names.join("|");
    match arg.get_action().takes_values() {
        // A line does not break between an option and its value.
        true => format!("[{names}\u{a0}{}]", value(arg)),
        false => format!("[{names}]"),
    }
}

fn positional(arg: &Arg) -> String {
    let many = arg
        .get_num_args()
        .is_some_and(|count| count.max_values() > 1);
    let value = format!("{}{}", value(arg), if many { "…" } else { "" });
    match arg.is_required_set() {
        true => value,
        false => format!("[{value}]"),
    }
}

fn value(arg: &Arg) -> String {
    arg.get_value_names().unwrap_or_default().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str) -> String {
        let page = pages(crate::cmd::Args::command())
            .unwrap()
            .into_iter()
            .find(|page| page.name == name);
        String::from_utf8(page.unwrap().text).unwrap()
    }

    #[test]
    fn each_exit_code_has_an_entry() {
        let codes = exit_codes();
        let numbers: Vec<_> = codes.iter().map(|(number, _)| *number).collect();
        assert_eq!(
            numbers,
            ["0", "1", "2", "3", "4", "5", "6", "7", "8", "130"]
        );
        assert_eq!(codes[5], ("5", "locked or refused"));
        let page = text("mfactl.1");
        assert!(
            page.contains(".SH \"EXIT STATUS\"\n.TP\n\\fB0\\fR\nok\n"),
            "{page}"
        );
        assert!(!page.contains("EXTRA"), "{page}");
    }

    #[test]
    fn the_synopsis_has_the_names_of_the_values() {
        let page = text("mfactl-get.1").replace("\\-", "-");
        assert!(page.contains("[--min-ttl\u{a0}SEC]"), "{page}");
        assert!(page.contains("QUERY"), "{page}");
        let page = text("mfactl-import.1");
        assert!(page.contains(" FILE…"), "{page}");
    }

    #[test]
    fn no_page_has_what_belongs_to_a_terminal() {
        for page in pages(crate::cmd::Args::command()).unwrap() {
            let text = String::from_utf8(page.text).unwrap();
            for foreign in ["see a summary", "see more with", "`"] {
                assert!(!text.contains(foreign), "{}: {foreign}", page.name);
            }
        }
    }

    #[test]
    fn the_daemon_has_files_and_exit_codes() {
        let page = text("mfad.1");
        for part in [
            ".SH FILES",
            ".SH \"EXIT STATUS\"",
            ".SH \"SEE ALSO\"",
            "mfad.log",
            "state.json",
            "access.json",
            "access.log.1",
            "mfad/bus",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
}
