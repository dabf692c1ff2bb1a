//! `mfactl get`: the hot path.

use std::time::Duration;

use clap::Args as Arguments;
use mfa_ipc::Client;
use mfa_ipc::types::{CodeOptions, IssuedCode};
use mfa_sys::clock;

use super::context::{Context, connect};
use super::validity::{WithCode, now, remaining};
use crate::error::Error;

/// How long to wait for an answer before saying so.
const PATIENCE: Duration = Duration::from_millis(300);
/// The validity in seconds up to which a hint is given.
const SHORT: u64 = 5;
/// The hint if nothing keeps the clock right.
const UNSYNCHRONISED: &str =
    "nothing synchronises this computer's clock. If the code is rejected: mfactl doctor";

/// The arguments of `get`.
#[derive(Debug, Default, Arguments)]
pub(crate) struct Get {
    /// The account; see mfactl --help. In a terminal, you can choose it if there is none, or if several match
    pub(super) query: Option<String>,
    /// Copy the code instead of printing it
    ///
    /// If the tray is running, it copies the code and clears the clipboard after a while. Otherwise, a
    /// small process does so and clears the clipboard after 30 seconds.
    ///
    /// Without a desktop, as over SSH, the terminal is told to copy (OSC 52). Many terminals do; tmux does with
    /// set-clipboard on. The code is not cleared then.
    #[arg(short, long, conflicts_with_all = ["json", "no_newline"])]
    pub(super) copy: bool,
    /// Omit the newline after the code
    #[arg(short = 'n', long = "no-newline")]
    pub(super) no_newline: bool,
    /// Print the next code instead of the current one
    #[arg(long, conflicts_with = "fresh")]
    pub(super) next: bool,
    /// Wait for the next code if the current one is valid for less than SEC seconds
    #[arg(long, value_name = "SEC")]
    pub(super) min_ttl: Option<u32>,
    /// Print a code that was never handed out before; wait for the next one if necessary
    #[arg(long)]
    pub(super) fresh: bool,
    /// Wait at most SEC seconds, up to 300 [default: 90]
    #[arg(long, value_name = "SEC")]
    pub(super) timeout: Option<u32>,
    /// Print the account, the code and its validity as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Match only a whole name, id, serial or issuer:username
    #[arg(long)]
    pub(super) exact: bool,
    /// Say why the code is needed, for the question to the user and the access log
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// Types the code instead of printing it, which is a command of its own
    #[arg(skip)]
    pub(super) typing: Option<Typing>,
}

/// How a code is typed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typing {
    /// Whether Enter follows.
    pub(super) enter: bool,
    /// The seconds to wait before, if the user has chosen.
    pub(super) delay: Option<u32>,
}

impl Get {
    /// Returns the same arguments for the account with this id.
    pub(super) fn with_id(self, id: String) -> Self {
        Self {
            query: Some(id),
            exact: true,
            ..self
        }
    }

    /// Returns what was typed.
    fn typed(&self) -> &str {
        self.query.as_deref().unwrap_or_default()
    }
}

/// Prints the code.
pub(super) async fn run(context: &Context, args: &Get) -> Result<(), Error> {
    let client = because(connect().await?, args);
    if args.json {
        return print_json(context, &client, args).await;
    }
    let query = query(context, &client, args).await?;
    let code = match code(context, &client, &query, options(args)).await {
        Ok(code) => code,
        Err(error) => return Err(context.explain(&client, &query, error).await),
    };
    let end = if args.no_newline { "" } else { "\n" };
    context.output.text(format_args!("{}{end}", *code.code))?;
    if let Some(left @ ..=SHORT) = remaining(&code, now())
        && !args.next
    {
        context.output.hint(format_args!(
            "valid for only {left} s. To wait for the next code: --min-ttl {}",
            SHORT * 2
        ));
    }
    if context.output.hints() && clock::is_synchronised() == Some(false) {
        context.output.hint(UNSYNCHRONISED);
    }
    Ok(())
}

/// Returns the client, whose requests say why they are made if the user gives a reason.
pub(super) fn because(client: Client, args: &Get) -> Client {
    match &args.reason {
        Some(reason) => client.because(reason),
        None => client,
    }
}

/// Returns the query for the daemon: what was typed, or with `--exact` the id of the account that it names.
pub(super) async fn query(context: &Context, client: &Client, args: &Get) -> Result<String, Error> {
    if !args.exact {
        return Ok(args.typed().to_owned());
    }
    let account = context.whole(client, args.typed()).await?;
    Ok(account.id.to_string())
}

/// Prints the code as JSON. It finds the account first: a code that is used up must not be lost to a changed
/// name.
async fn print_json(context: &Context, client: &Client, args: &Get) -> Result<(), Error> {
    let account = if args.exact {
        context.whole(client, args.typed()).await?
    } else {
        context.account(client, args.typed()).await?
    };
    let code = code(context, client, &account.id.to_string(), options(args)).await?;
    context
        .output
        .json(&WithCode::new(&account, Some(&code), now()))
}

/// Returns the options of the code.
pub(super) fn options(args: &Get) -> CodeOptions {
    CodeOptions {
        next: args.next,
        fresh: args.fresh,
        min_remaining: args.min_ttl,
        timeout: args.timeout,
        ..CodeOptions::default()
    }
}

/// Asks for the code. If it takes a while, says what it waits for.
pub(super) async fn code(
    context: &Context,
    client: &Client,
    query: &str,
    options: CodeOptions,
) -> Result<IssuedCode, Error> {
    let asking = context.ask(client, async |client| client.get_code(query, options).await);
    if !options.fresh && options.min_remaining.is_none() {
        return asking.await;
    }
    let mut asking = std::pin::pin!(asking);
    if let Ok(code) = tokio::time::timeout(PATIENCE, &mut asking).await {
        return code;
    }
    context.output.hint("waiting for the next code…");
    asking.await
}

#[cfg(test)]
mod tests {
    use mfa_core::account::{Kind, Period};
    use mfa_core::{Account, AccountId};

    use super::*;

    fn args(arguments: &[&str]) -> Get {
        #[derive(clap::Parser)]
        struct Program {
            #[command(flatten)]
            get: Get,
        }
        let arguments = ["get"].into_iter().chain(arguments.iter().copied());
        let program: Program = clap::Parser::try_parse_from(arguments).unwrap();
        program.get
    }

    #[test]
    fn what_the_arguments_say_is_what_the_daemon_is_asked() {
        assert_eq!(options(&args(&["aws"])), CodeOptions::default());
        let asked = options(&args(&[
            "aws",
            "--fresh",
            "--min-ttl",
            "9",
            "--timeout",
            "7",
        ]));
        let expected = CodeOptions {
            fresh: true,
            min_remaining: Some(9),
            timeout: Some(7),
            ..CodeOptions::default()
        };
        assert_eq!(asked, expected);
        assert!(options(&args(&["aws", "--next"])).next);
    }

    #[test]
    fn json_says_whose_code_it_is_and_how_long_it_is_valid() {
        let period = Period::new(30).unwrap();
        let account = Account {
            name: "aws".into(),
            issuer: "Amazon Web Services".into(),
            ..Account::new(AccountId::from_random([1; 16]), Kind::Totp { period }, 0)
        };
        let code = IssuedCode {
            code: "012345".to_owned().into(),
            valid_from: 60,
            valid_until: 90,
        };
        let json = serde_json::to_value(WithCode::new(&account, Some(&code), 71)).unwrap();
        let mut expected = serde_json::to_value(&account).unwrap();
        expected["code"] = "012345".into();
        expected["valid_from"] = 60.into();
        expected["valid_until"] = 90.into();
        expected["remaining"] = 19.into();
        assert_eq!(json, expected);
    }
}
