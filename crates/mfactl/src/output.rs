//! Everything that mfactl prints: results on standard output, the rest on standard error.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use data_encoding::BASE64;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::error::{Error, Kind};
use crate::platform;

/// The longest misspelt command, in bytes; anything longer may be a secret.
const LONGEST_COMMAND: usize = 12;

/// The version of all JSON that we print. Fields may be added; any other change makes a new version.
const SCHEMA: u32 = 1;

/// A result as it is printed, with the version first.
#[derive(Serialize)]
struct Versioned<T> {
    schema: u32,
    #[serde(flatten)]
    value: T,
}

/// The place where output goes, and what may be printed there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// Whether a person reads the results.
    pub(crate) terminal: bool,
    hints: bool,
    warnings: bool,
    colours: bool,
    /// Whether nothing that is printed changes or has a colour, for a screen reader.
    plain: bool,
}

impl Output {
    pub(crate) fn new(quiet: bool, plain: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let hints = !quiet && io::stderr().is_terminal();
        Self {
            terminal,
            hints,
            warnings: !quiet,
            colours: terminal && !plain && !is_unwanted && platform::obeys_escapes(),
            plain,
        }
    }

    /// Returns whether nothing that is printed may change or have a colour.
    pub(crate) fn plain(self) -> bool {
        self.plain
    }

    /// Returns whether a line on standard output may be replaced by the next one.
    pub(crate) fn may_replace(self) -> bool {
        self.terminal && !self.plain
    }

    /// Prints a line of the result.
    pub(crate) fn line(self, text: impl Display) -> Result<(), Error> {
        self.text(format_args!("{text}\n"))
    }

    /// Prints a part of the result as it is, and flushes it.
    #[expect(clippy::unused_self, reason = "printing is what an output does")]
    pub(crate) fn text(self, text: impl Display) -> Result<(), Error> {
        let mut stdout = io::stdout().lock();
        write!(stdout, "{text}")?;
        Ok(stdout.flush()?)
    }

    /// Prints a value as JSON, on one line for programs and indented for people.
    pub(crate) fn json(self, value: &impl Serialize) -> Result<(), Error> {
        let value = Versioned {
            schema: SCHEMA,
            value,
        };
        let print = if self.terminal {
            serde_json::to_string_pretty
        } else {
            serde_json::to_string
        };
        let text = print(&value).map_err(io::Error::from)?;
        self.line(text)
    }

    /// Returns whether hints are printed.
    pub(crate) fn hints(self) -> bool {
        self.hints
    }

    /// Prints a hint for a person on standard error.
    pub(crate) fn hint(self, text: impl Display) {
        if self.hints {
            say(text);
        }
    }

    /// Prints on standard error what is lost, also with `--quiet`: whoever agrees to a loss has to know of it.
    #[expect(clippy::unused_self, reason = "printing is what an output does")]
    pub(crate) fn loss(self, text: impl Display) {
        say(text);
    }

    /// Prints a warning on standard error, which the log of a script should have too.
    pub(crate) fn warn(self, text: impl Display) {
        if self.warnings {
            say(text);
        }
    }

    /// Returns whether there is a terminal that may be told to copy a text.
    pub(crate) fn may_copy(self) -> bool {
        let is_dumb = std::env::var_os("TERM").is_none_or(|kind| kind.is_empty() || kind == "dumb");
        !is_dumb && platform::obeys_escapes() && (self.terminal || io::stderr().is_terminal())
    }

    /// Tells the terminal to copy a text (OSC 52). A terminal does not say whether it does.
    pub(crate) fn copy(self, text: &str) -> io::Result<()> {
        let sequence = Zeroizing::new(copying(text));
        if self.terminal {
            let mut stdout = io::stdout().lock();
            stdout.write_all(sequence.as_bytes())?;
            stdout.flush()
        } else {
            io::stderr().lock().write_all(sequence.as_bytes())
        }
    }

    /// Returns the number of columns of the terminal on standard output.
    #[expect(clippy::unused_self, reason = "it is the output that is so wide")]
    pub(crate) fn columns(self) -> Option<usize> {
        let (terminal_size::Width(columns), _) = terminal_size::terminal_size_of(io::stdout())?;
        // Some terminals do not know their size.
        Some(usize::from(columns)).filter(|columns| *columns > 0)
    }

    /// Returns the numbers of columns and of lines of the terminal on standard output.
    #[expect(clippy::unused_self, reason = "it is the output that has this size")]
    pub(crate) fn size(self) -> Option<(usize, usize)> {
        let (columns, rows) = terminal_size::terminal_size_of(io::stdout())?;
        // Some terminals do not know their size.
        let size = (usize::from(columns.0), usize::from(rows.0));
        Some(size).filter(|(columns, rows)| *columns > 0 && *rows > 0)
    }

    /// Replaces the last line on a terminal.
    pub(crate) fn replace_line(self, text: impl Display) -> Result<(), Error> {
        self.text(format_args!("\r\x1b[K{text}"))
    }

    /// Replaces the last line on standard error, where a person looks.
    pub(crate) fn progress(self, text: impl Display) {
        if self.shows_progress() {
            let mut stderr = io::stderr().lock();
            // Progress that cannot be shown is not needed.
            drop(write!(stderr, "\r\x1b[K{text}").and_then(|()| stderr.flush()));
        }
    }

    /// Returns whether progress is visible.
    pub(crate) fn shows_progress(self) -> bool {
        self.hints && !self.plain && platform::obeys_escapes()
    }

    /// Sets off what a person looks for: a code, a name.
    pub(crate) fn strong(self, text: &str) -> String {
        self.styled("1", text)
    }

    /// Takes back what stands around it: a heading, a label.
    pub(crate) fn faint(self, text: &str) -> String {
        self.styled("2", text)
    }

    /// Marks what is in order.
    pub(crate) fn good(self, text: &str) -> String {
        self.styled("32", text)
    }

    /// Marks what needs attention.
    pub(crate) fn caution(self, text: &str) -> String {
        self.styled("33", text)
    }

    /// Marks what fails.
    pub(crate) fn bad(self, text: &str) -> String {
        self.styled("31", text)
    }

    /// Makes a text white on black, whatever the colours of the terminal are.
    pub(crate) fn white_on_black(self, text: &str) -> String {
        self.styled("38;5;231;48;5;16", text)
    }

    fn styled(self, style: &str, text: &str) -> String {
        if self.colours {
            format!("\x1b[{style}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Prints an error and returns its exit code.
pub(crate) fn fail(error: &Error) -> ExitCode {
    say(error);
    ExitCode::from(error.kind as u8)
}

/// Prints clap's message: help and version are results, anything else is an error.
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
        // The argument may be a secret, which must not be repeated where a log could keep it.
        Some(argument) => text.replace(&format!("'{argument}'"), "'…'"),
        None => text.to_owned(),
    });
    ExitCode::from(Kind::Usage as u8)
}

/// Returns the argument that does not fit, unless it may be a misspelt word that the user wants to see.
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

/// The sequence with which a terminal copies a text.
fn copying(text: &str) -> String {
    let mut sequence = String::from("\x1b]52;c;");
    BASE64.encode_append(text.as_bytes(), &mut sequence);
    sequence.push('\x07');
    sequence
}

fn say(text: impl Display) {
    // If standard error is closed, there is nobody to tell.
    drop(writeln!(io::stderr().lock(), "mfactl: {text}"));
}

#[cfg(test)]
impl Output {
    /// A terminal without colours.
    pub(crate) const TERMINAL: Self = Self {
        terminal: true,
        hints: false,
        warnings: false,
        colours: false,
        plain: false,
    };
}
