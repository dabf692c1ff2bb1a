//! `mfactl pick`, and `mfactl get` or `mfactl type` where a person has not said clearly which account: mfa-watch has the
//! person choose, and prints the id of the account. All that follows is the same as if the person had typed it.

use std::io::{self, IsTerminal, Read, Write};
use std::process::{Command, Stdio};

use clap::Args as Arguments;
use mfa_core::Account;
use mfa_ipc::{Client, launcher};

use super::context::{Context, connect, label, no_match};
use super::copy;
use super::get::{self, Get, Typing};
use super::typing;
use super::watch::missing;
use crate::error::{Error, Kind};
use crate::{platform, prompt};

/// The longest id that is read.
const LONGEST: u64 = 100;
/// The exit code if a person chooses no account.
const GIVEN_UP: i32 = 130;

/// The arguments of `pick`.
#[derive(Debug, Arguments)]
pub(crate) struct Pick {
    /// Begin with this search, in a terminal
    query: Option<String>,
    /// Print the code instead of copying it
    #[arg(short, long)]
    print: bool,
    /// Type the code into the window that has the focus then; see mfactl type
    #[arg(short, long = "type", conflicts_with_all = ["print", "rofi"])]
    types: bool,
    /// With --type: press Enter after the code
    #[arg(long, requires = "types")]
    enter: bool,
    /// With --type: wait SEC seconds before typing [default: 2 in a terminal, else 0]
    #[arg(long, value_name = "SEC", requires = "types", value_parser = typing::delays())]
    delay: Option<u32>,
    /// Use this menu, even in a terminal: rofi, fuzzel, wofi, bemenu, dmenu, or another program that reads lines and prints
    /// one of them
    #[arg(long, value_name = "PROGRAM")]
    with: Option<String>,
    /// Answer rofi: rofi -show mfa -modes "mfa:mfactl pick --rofi"
    #[arg(long, conflicts_with_all = ["print", "with"])]
    rofi: bool,
}

pub(super) async fn run(context: &Context, args: Pick) -> Result<(), Error> {
    if args.rofi {
        let error = platform::become_program(&mut program(&["--rofi"]));
        return Err(missing(&error));
    }
    if !context.may_be_asked_about {
        let text = "to choose an account, somebody has to be asked";
        return Err(Error::usage(text).hint("Do not use --no-input with mfactl pick."));
    }
    let chosen = choose(context, args.query.as_deref(), args.with.as_deref()).await?;
    let get = Get {
        copy: !args.print && !args.types,
        typing: args.types.then_some(Typing {
            enter: args.enter,
            delay: args.delay,
        }),
        ..Get::default()
    };
    once(context, &get.with_id(chosen)).await
}

/// `mfactl get` and `mfactl type`: prints, copies or types a code.
pub(super) async fn get(context: &Context, args: Get) -> Result<(), Error> {
    let args = with_query(context, args).await?;
    match once(context, &args).await {
        Ok(()) => Ok(()),
        Err(error) => once(context, &instead(context, args, error).await?).await,
    }
}

async fn once(context: &Context, args: &Get) -> Result<(), Error> {
    match args.typing {
        Some(how) => typing::run(context, args, how).await,
        None if args.copy => copy::run(context, args).await,
        None => get::run(context, args).await,
    }
}

/// Has a person choose an account, and returns its id.
async fn choose(
    context: &Context,
    query: Option<&str>,
    with: Option<&str>,
) -> Result<String, Error> {
    // Unlocks them first, and makes the daemon start.
    let client = connect().await?;
    let accounts = context.ask(&client, Client::list_accounts).await?;
    if accounts.is_empty() {
        return Err(no_match("", &accounts));
    }
    if context.output.plain() && context.may_ask && with.is_none() {
        let found = found(context, &client, query, accounts).await?;
        return by_number(&found);
    }
    drop(client);
    let mut program = program(&[]);
    if let Some(with) = with {
        program.arg("--with").arg(with);
    }
    if let Some(query) = query {
        program.arg("--").arg(query);
    }
    let mut running = program
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| missing(&error))?;
    let mut id = String::new();
    if let Some(output) = running.stdout.take() {
        output.take(LONGEST).read_to_string(&mut id)?;
    }
    let ended = running.wait()?;
    if !ended.success() {
        // It has said why, or the person has given up.
        std::process::exit(ended.code().unwrap_or(Kind::Other as i32));
    }
    Ok(id.trim().to_owned())
}

/// Returns the accounts that a query matches, or all.
async fn found(
    context: &Context,
    client: &Client,
    query: Option<&str>,
    mut accounts: Vec<Account>,
) -> Result<Vec<Account>, Error> {
    let Some(query) = query else {
        return Ok(accounts);
    };
    let find = async |client: &Client| client.find_accounts(query).await;
    let ids = context.ask(client, find).await?;
    if ids.is_empty() {
        return Err(no_match(query, &accounts));
    }
    accounts.retain(|account| ids.contains(&account.id.to_string()));
    Ok(accounts)
}

/// Has a person choose by number, in lines that a screen reader can follow.
fn by_number(accounts: &[Account]) -> Result<String, Error> {
    let mut stderr = io::stderr().lock();
    for (number, account) in (1..).zip(accounts) {
        writeln!(stderr, "{number}. {}", label(account))?;
    }
    drop(stderr);
    let answer = prompt::line("Number of the account")?;
    if answer.is_empty() {
        std::process::exit(GIVEN_UP);
    }
    let number = answer.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let chosen = number.and_then(|number| accounts.get(number));
    chosen.map(|account| account.id.to_string()).ok_or_else(|| {
        let last = accounts.len();
        Error::usage("no account has this number").hint(format!("Type a number from 1 to {last}."))
    })
}

/// Returns the command that runs mfa-watch.
fn program(arguments: &[&str]) -> Command {
    let mut program = Command::new(launcher::beside("mfa-watch"));
    program.arg("pick").args(arguments);
    program
}

/// Returns whether a person can choose in the terminal, and no script reads the errors.
fn is_possible(context: &Context, args: &Get) -> bool {
    context.may_ask && !args.json && io::stderr().is_terminal()
}

/// Returns the arguments with a query. If there is none, a person chooses an account.
async fn with_query(context: &Context, args: Get) -> Result<Get, Error> {
    if args.query.is_some() {
        return Ok(args);
    }
    if !is_possible(context, &args) {
        let text = "the following required arguments were not provided:";
        return Err(Error::usage(text).hint("<QUERY>"));
    }
    let id = choose(context, None, None).await?;
    Ok(args.with_id(id))
}

/// Returns the arguments with one of the accounts that the query matches, as a person chooses. If nobody can choose, returns
/// the error.
async fn instead(context: &Context, args: Get, error: Error) -> Result<Get, Error> {
    if error.kind != Kind::Ambiguous || !is_possible(context, &args) {
        return Err(error);
    }
    let id = choose(context, args.query.as_deref(), None).await?;
    Ok(args.with_id(id))
}
