//! Everything that is printed: results on standard output, the rest on standard error.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use mfa_core::account::is_invisible;
use serde::Serialize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::error::{Error, Kind};
use crate::platform;

/// Anything longer is no misspelt command.
const LONGEST_COMMAND: usize = 12;

/// Where output goes, and what may be said there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// Whether results are read by a person.
    pub(crate) terminal: bool,
    hints: bool,
    warnings: bool,
    colours: bool,
}

impl Output {
    pub(crate) fn new(quiet: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let hints = !quiet && io::stderr().is_terminal();
        Self {
            terminal,
            hints,
            warnings: !quiet,
            colours: terminal && !plain && platform::obeys_escapes(),
        }
    }

    /// Prints a line of the result.
    pub(crate) fn line(self, text: impl Display) -> Result<(), Error> {
        self.text(format_args!("{text}\n"))
    }

    /// Prints a part of the result as it is, and makes sure that it is out.
    #[expect(clippy::unused_self, reason = "printing is what an output does")]
    pub(crate) fn text(self, text: impl Display) -> Result<(), Error> {
        let mut stdout = io::stdout().lock();
        write!(stdout, "{text}")?;
        Ok(stdout.flush()?)
    }

    /// Prints a value as JSON, on one line for programs and indented for people.
    pub(crate) fn json(self, value: &impl Serialize) -> Result<(), Error> {
        let print = if self.terminal {
            serde_json::to_string_pretty
        } else {
            serde_json::to_string
        };
        let text = print(value).map_err(io::Error::from)?;
        self.line(text)
    }

    /// Says something to a person, on standard error.
    pub(crate) fn hint(self, text: impl Display) {
        if self.hints {
            say(text);
        }
    }

    /// Says something on standard error that also who reads the log of a script should know.
    pub(crate) fn warn(self, text: impl Display) {
        if self.warnings {
            say(text);
        }
    }

    /// How many columns a line has where results are read by a person.
    #[expect(clippy::unused_self, reason = "it is the output that is so wide")]
    pub(crate) fn columns(self) -> Option<usize> {
        let (terminal_size::Width(columns), _) = terminal_size::terminal_size_of(io::stdout())?;
        // Some terminals do not say.
        Some(usize::from(columns)).filter(|columns| *columns > 0)
    }

    /// Replaces the last line on a terminal.
    pub(crate) fn replace_line(self, text: impl Display) -> Result<(), Error> {
        self.text(format_args!("\r\x1b[K{text}"))
    }

    /// Replaces the last line on standard error, where a person looks.
    pub(crate) fn progress(self, text: impl Display) {
        if self.shows_progress() {
            let mut stderr = io::stderr().lock();
            // Nobody needs it who cannot be told.
            drop(write!(stderr, "\r\x1b[K{text}").and_then(|()| stderr.flush()));
        }
    }

    /// Whether anybody sees it.
    pub(crate) fn shows_progress(self) -> bool {
        self.hints && platform::obeys_escapes()
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.styled("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.styled("2", text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.styled("32", text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.styled("33", text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.styled("31", text)
    }

    fn styled(self, style: &str, text: &str) -> String {
        if self.colours {
            format!("\x1b[{style}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Prints an error and gives its exit code.
pub(crate) fn fail(error: &Error) -> ExitCode {
    say(error);
    ExitCode::from(error.kind as u8)
}

/// Prints what clap has to say: help and version are results, anything else is an error.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        drop(write!(io::stdout().lock(), "{}", error.render()));
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        drop(write!(io::stderr().lock(), "{text}"));
        return ExitCode::from(Kind::Usage as u8);
    }
    let text = text.trim_end();
    let text = text.strip_prefix("error: ").unwrap_or(text);
    say(match unfit(error) {
        // It may be a secret, which is not to be repeated where a log could keep it.
        Some(argument) => text.replace(&format!("'{argument}'"), "'…'"),
        None => text.to_owned(),
    });
    ExitCode::from(Kind::Usage as u8)
}

/// An argument that does not fit, and is nothing that one misspells and wants to see.
fn unfit(error: &clap::Error) -> Option<String> {
    let get = |kind| error.get(kind).map(ToString::to_string);
    let is_secret_like = |argument: &String| !argument.starts_with('-');
    get(ContextKind::InvalidValue)
        .or_else(|| get(ContextKind::InvalidArg).filter(|_| is_unknown(error)))
        .or_else(|| get(ContextKind::InvalidSubcommand).filter(|name| name.len() > LONGEST_COMMAND))
        .filter(is_secret_like)
}

fn is_unknown(error: &clap::Error) -> bool {
    error.kind() == ErrorKind::UnknownArgument
}

fn say(text: impl Display) {
    // Where standard error is closed there is nobody to tell.
    drop(writeln!(io::stderr().lock(), "mfactl: {text}"));
}

/// A text padded to a width in columns, wide characters counted as two and invisible ones, such as those
/// that isolate, not at all.
pub(crate) fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// A text that is no wider than so many columns: at the end of a word, if that leaves half of it.
pub(crate) fn shorten(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| {
        let rest = left.checked_sub(c.width().unwrap_or(0));
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    let mut short: String = text.chars().take_while(fits).collect();
    let whole_words = if text[short.len()..].starts_with(' ') {
        None
    } else {
        short.rfind(' ')
    };
    if let Some(end) = whole_words
        && end * 2 >= short.len()
    {
        short.truncate(end);
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// A text that cannot play tricks on a terminal: control characters, and those that turn others
/// around, are shown, not obeyed.
pub(crate) fn clean(text: &str) -> String {
    let show = |c: char| {
        if c.is_control() || is_invisible(c) {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(show).collect()
}

#[cfg(test)]
impl Output {
    /// A terminal without colours.
    pub(crate) const TERMINAL: Self = Self {
        terminal: true,
        hints: false,
        warnings: false,
        colours: false,
    };
}

/// A bar of ten columns that shows how much is left.
pub(crate) fn bar(left: u64, whole: u64) -> String {
    let full = usize::try_from((left * 10).div_ceil(whole.max(1)))
        .unwrap_or(10)
        .min(10);
    format!("{}{}", "█".repeat(full), "░".repeat(10 - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_full_at_first_and_never_empty_before_the_end() {
        assert_eq!(bar(30, 30), "██████████");
        assert_eq!(bar(1, 30), "█░░░░░░░░░");
        assert_eq!(bar(0, 30), "░░░░░░░░░░");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(pad("語", 4), "語  ");
        assert_eq!(pad("ab", 1), "ab");
    }

    #[test]
    fn what_isolates_takes_no_column() {
        assert_eq!(width(&mfa_core::bidi::isolate("בנק")), 3);
        assert_eq!(pad("\u{2066}12\u{2069}", 4), "\u{2066}12\u{2069}  ");
    }

    #[test]
    fn texts_are_shortened_between_words() {
        for (columns, expected) in [
            (19, "Amazon Web Services"),
            (18, "Amazon Web…"),
            (11, "Amazon Web…"),
            (10, "Amazon…"),
            (5, "Amaz…"),
        ] {
            assert_eq!(shorten("Amazon Web Services", columns), expected);
        }
        assert_eq!(shorten("root-account-mfa-device", 8), "root-ac…");
        assert_eq!(shorten("三菱銀行", 6), "三菱…");
    }

    #[test]
    fn control_characters_do_nothing() {
        assert_eq!(clean("a\x1b[31mb\n"), "a\u{fffd}[31mb\u{fffd}");
    }
}
