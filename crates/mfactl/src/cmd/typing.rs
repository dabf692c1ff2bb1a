//! `mfactl type`: mfa-type types the code, since mfactl links nothing that talks to a screen.
//!
//! mfa-type first says that it can type, so that a code that is used up is not lost to a desktop that refuses. It gets the code
//! through a pipe. Whatever window has the focus gets it, so in a terminal there is a while to choose another one.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use clap::Args as Arguments;
use clap::builder::RangedI64ValueParser;
use mfa_helper::typing::{ENTER, Exit, READY};
use mfa_ipc::launcher;

use super::context::{Context, connect};
use super::get::{Get, Typing, because, code, options, query};
use super::validity::{now, remaining};
use crate::error::{Error, Kind};
use crate::platform;

/// The seconds to choose a window, if mfactl is started in one.
const DELAY: u32 = 2;
/// The longest delay, in seconds.
const LONGEST: i64 = 60;
/// The longest message that is read, in bytes.
const MESSAGE: u64 = 4096;

/// The arguments of `type`.
#[derive(Debug, Arguments)]
pub(crate) struct Type {
    /// The account; see mfactl --help. In a terminal, you can choose it if there is none, or if several match
    query: Option<String>,
    /// Press Enter after the code
    #[arg(long)]
    enter: bool,
    /// Wait SEC seconds before typing, up to 60, so that you can focus the window [default: 2 in a terminal, else 0]
    #[arg(long, value_name = "SEC", value_parser = delays())]
    delay: Option<u32>,
    /// Wait for the next code if the current one is valid for less than SEC seconds
    #[arg(long, value_name = "SEC")]
    min_ttl: Option<u32>,
    /// Type a code that was never handed out before; wait for the next one if necessary
    #[arg(long)]
    fresh: bool,
    /// Wait at most SEC seconds for the code, up to 300 [default: 90]
    #[arg(long, value_name = "SEC")]
    timeout: Option<u32>,
    /// Match only a whole name, id, serial or issuer:username
    #[arg(long)]
    exact: bool,
    /// Say why the code is needed, for the question to the user and the access log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl From<Type> for Get {
    fn from(args: Type) -> Self {
        Self {
            query: args.query,
            typing: Some(Typing {
                enter: args.enter,
                delay: args.delay,
            }),
            min_ttl: args.min_ttl,
            fresh: args.fresh,
            timeout: args.timeout,
            exact: args.exact,
            reason: args.reason,
            ..Self::default()
        }
    }
}

/// The delays that can be given.
pub(super) fn delays() -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(..=LONGEST)
}

/// Types the code.
pub(super) async fn run(context: &Context, args: &Get, how: Typing) -> Result<(), Error> {
    if !platform::has_screen() {
        let text = "cannot type: no desktop is running here";
        return Err(Error::new(Kind::Other, text).hint("To print the code instead: mfactl get"));
    }
    // The output may go elsewhere.
    let in_a_terminal = context.output.terminal || io::stderr().is_terminal();
    let delay = how.delay.unwrap_or(if in_a_terminal { DELAY } else { 0 });
    let client = &because(connect().await?, args);
    let query = &*query(context, client, args).await?;
    let typist = Typist::start(how.enter)?;
    if delay > 0 {
        let text = format_args!("focus the window: typing in {delay} s");
        context.output.hint(text);
        tokio::time::sleep(Duration::from_secs(delay.into())).await;
    }
    // Only now, or it would grow old meanwhile.
    let code = match code(context, client, query, options(args)).await {
        Ok(code) => code,
        Err(error) => return Err(context.explain(client, query, error).await),
    };
    typist.press(&code.code)?;
    context.output.hint(typed(remaining(&code, now())));
    Ok(())
}

/// Says how long the code is valid.
fn typed(left: Option<u64>) -> String {
    match left {
        Some(left) => format!("typed; valid for {left} s"),
        None => "typed".into(),
    }
}

/// A running mfa-type, which can type.
struct Typist(Child);

impl Typist {
    /// Starts it, and waits until it says that it can type.
    fn start(enter: bool) -> Result<Self, Error> {
        let program = launcher::beside("mfa-type");
        let mut child = Command::new(&program)
            .args(enter.then_some(ENTER))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                let text = format!("cannot type: cannot run {}: {error}", program.display());
                Error::new(Kind::Other, text).hint("Install mfa-type beside mfactl.")
            })?;
        let mut said = String::new();
        if let Some(output) = child.stdout.take() {
            let longest = READY.len().try_into().unwrap_or(u64::MAX);
            BufReader::new(output.take(longest)).read_line(&mut said)?;
        }
        let typist = Self(child);
        match &*said {
            READY => Ok(typist),
            _ => Err(typist.reason()?),
        }
    }

    /// Has it type the code.
    fn press(mut self, code: &str) -> Result<(), Error> {
        if let Some(mut input) = self.0.stdin.take() {
            // If it has ended, it says why.
            drop(input.write_all(code.as_bytes()));
        }
        if self.0.wait()?.success() {
            return Ok(());
        }
        Err(self.reason()?)
    }

    /// Returns why it has not typed.
    fn reason(mut self) -> Result<Error, Error> {
        drop(self.0.stdin.take());
        let said = self.0.stderr.take().map(read).unwrap_or_default();
        let status = self.0.wait()?;
        Ok(failure(status.code(), said.trim()))
    }
}

fn read(output: ChildStderr) -> String {
    let mut said = Vec::new();
    // Without a message, the exit code still says what has happened.
    drop(output.take(MESSAGE).read_to_end(&mut said));
    String::from_utf8_lossy(&said).into_owned()
}

/// Returns the error for an exit code of mfa-type and its message.
fn failure(code: Option<i32>, said: &str) -> Error {
    let said = match said {
        "" => "cannot type: mfa-type ended unexpectedly".to_owned(),
        said => crate::text::clean(said),
    };
    match code.map(Exit::from_code) {
        Some(Exit::Usage) => {
            Error::new(Kind::Other, "mfa-type does not match the version of mfactl")
                .hint("Install mfa-type again.")
        }
        Some(Exit::NotNow) => Error::new(Kind::TimedOut, said)
            .hint("Release all keys, click into the field, then try again."),
        Some(Exit::Refused) => Error::new(Kind::Locked, said),
        Some(Exit::Unsupported) => {
            Error::new(Kind::Other, said).hint("To copy the code instead: mfactl get --copy")
        }
        _ => Error::new(Kind::Other, said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_exit_code() {
        let kind = |exit: Exit| failure(Some(i32::from(exit as u8)), "why").kind;
        assert_eq!(kind(Exit::NotNow), Kind::TimedOut);
        assert_eq!(kind(Exit::Refused), Kind::Locked);
        assert_eq!(kind(Exit::NoDesktop), Kind::Other);
        let silent = failure(None, "");
        assert_eq!(
            (silent.kind, silent.message()),
            (Kind::Other, "cannot type: mfa-type ended unexpectedly")
        );
        assert_eq!(failure(Some(1), "a\u{1b}b").message(), "a\u{fffd}b");
    }

    #[test]
    fn what_was_typed_says_how_long_it_is_valid() {
        assert_eq!(typed(Some(7)), "typed; valid for 7 s");
        assert_eq!(typed(None), "typed");
    }
}
