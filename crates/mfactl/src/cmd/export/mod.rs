//! `mfactl export`: writes the accounts for another app.
//!
//! What the format cannot hold is said first, then the user agrees, and only then the daemon is asked for secrets.

mod accounts;
pub(super) mod helper;
mod screen;
pub(super) mod target;

use std::path::{Path, PathBuf};

use clap::Args as Arguments;
use mfa_core::Account;
use mfa_helper::export::{Answer, TIMES};
use mfa_intake::accounts;
use mfa_ipc::Client;
use zeroize::Zeroizing;

use super::context::{Context, connect};
use super::intake::short;
use super::validity::now;
use crate::error::{Error, Kind};
use crate::prompt;
use crate::text::clean;
use accounts::{changed, chosen, secrets, with_secret, without_secret};
use helper::Job;
use target::Target;

/// The question for the passphrase of an encrypted export.
const PASSWORD: &str = "Passphrase for the new file (not shown)";

/// The arguments of `export`.
#[derive(Debug, Arguments)]
pub(crate) struct Export {
    /// The accounts [default: all]; see mfactl --help
    #[arg(value_name = "QUERY")]
    pub(super) queries: Vec<String>,
    /// Format of the export
    #[arg(long, value_name = "NAME")]
    pub(super) format: String,
    /// Write to a new file that only you can read, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Show QR codes in the terminal
    #[arg(long, conflicts_with_all = ["output", "png"])]
    pub(super) qr: bool,
    /// Draw QR codes for a terminal with a light background and without colours
    #[arg(long, requires = "qr")]
    pub(super) invert: bool,
    /// Write QR codes to a new PNG file, or to several with numbers
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    pub(super) png: Option<PathBuf>,
    /// Encrypt the file with a password
    #[arg(long, conflicts_with_all = ["qr", "png"])]
    pub(super) encrypt: bool,
    /// Also write what KeePass 2 reads (KeePassXC does not need it); for the format keepass
    #[arg(long, requires = "encrypt")]
    pub(super) keepass2: bool,
    /// Read the password from the first line of FILE (- for standard input)
    #[arg(long, value_name = "FILE", requires = "encrypt")]
    pub(super) password_file: Option<PathBuf>,
    /// Do not ask before secrets are exported in plain text; required without a terminal
    #[arg(long)]
    pub(super) yes_i_know: bool,
    /// Export the other accounts if the format cannot hold some
    #[arg(long)]
    pub(super) allow_incomplete: bool,
}

pub(super) async fn run(context: &Context, args: Export) -> Result<(), Error> {
    let exported = write(context, &args).await?;
    if !exported.files.is_empty() {
        let count = accounts(exported.count);
        context.output.hint(format_args!("exported {count}"));
    }
    for file in exported.files.iter().filter(|_| !args.encrypt) {
        context.output.warn(format_args!(
            "{} holds your secrets: delete it after use, or keep it somewhere safe",
            short(file)
        ));
    }
    Ok(())
}

/// What was written.
pub(super) struct Exported {
    /// The number of accounts.
    pub(super) count: usize,
    /// The accounts, in their order.
    pub(super) accounts: Vec<Account>,
    /// The files, unless it was printed.
    pub(super) files: Vec<PathBuf>,
}

/// Writes the export, once the user has agreed.
pub(super) async fn write(context: &Context, args: &Export) -> Result<Exported, Error> {
    let target = target(context.output.terminal, args)?;
    target.check(None)?;
    check_output(context, args, &target)?;
    needs_person(context, args)?;
    let client = connect().await?;
    let chosen = chosen(context, &client, &args.queries).await?;
    let unread = match args.queries.is_empty() {
        true => warn_of_unreadable(context, &client).await?,
        false => 0,
    };
    let job = Job {
        format: &args.format,
        form: target.form(),
        encrypt: args.encrypt,
        keepass2: args.keepass2,
        now: now(),
    };
    let plan = helper::write(job, None, chosen.iter().map(without_secret).collect())?.answer;
    target.check(Some(plan.count))?;
    say(context, &plan);
    agree(context, args, &target, &plan, unread)?;
    let password = password(args)?;
    let all = args.queries.is_empty();
    let secrets = secrets(context, &client, chosen, all).await?;
    let written = helper::write(job, password, secrets.iter().map(with_secret).collect())?;
    if !is_same(&plan, &written.answer) {
        return Err(changed());
    }
    if plan.lost != written.answer.lost {
        // Only the accounts with their secrets have the fields that a newer version has added.
        say(context, &written.answer);
        agree(context, args, &target, &written.answer, unread)?;
    }
    let files = target.write(context, &written.parts()?)?;
    let accounts = secrets.into_iter().map(|(account, _)| account);
    Ok(Exported {
        count: plan.written,
        accounts: accounts.collect(),
        files,
    })
}

/// Says how many accounts cannot be read, and so cannot be written either. Returns that number.
async fn warn_of_unreadable(context: &Context, client: &Client) -> Result<usize, Error> {
    let unread = client.status().await?.unreadable;
    let which = match unread {
        0 => return Ok(0),
        1 => "1 account cannot be read and is left out".to_owned(),
        count => format!("{count} accounts cannot be read and are left out"),
    };
    let text = format!("{which} (see mfactl doctor)");
    context.output.warn(text);
    Ok(usize::try_from(unread).unwrap_or(usize::MAX))
}

/// Checks that nobody else can read the file that the secrets are printed to. The shell has made it, and not as we would.
fn check_output(context: &Context, args: &Export, target: &Target) -> Result<(), Error> {
    if args.encrypt || *target != Target::Output || target::is_output_private() {
        return Ok(());
    }
    let text = "other users may be able to read the file that standard output goes to";
    if args.yes_i_know {
        context.output.warn(text);
        return Ok(());
    }
    Err(Error::usage(text)
        .hint("To write a file that only you can read: --output FILE")
        .hint("To print the secrets to it anyway: --yes-i-know"))
}

/// Checks early that somebody can agree, or has agreed.
fn needs_person(context: &Context, args: &Export) -> Result<(), Error> {
    if context.may_ask {
        return Ok(());
    }
    if args.encrypt && args.password_file.is_none() {
        return Err(prompt::no_terminal());
    }
    if !args.encrypt && !args.yes_i_know {
        let text = "an export in plain text requires confirmation on a terminal";
        return Err(Error::usage(text).hint("Without a terminal, use --yes-i-know."));
    }
    Ok(())
}

/// Returns the password of an encrypted export. It is typed twice, since a mistake would make the file useless.
fn password(args: &Export) -> Result<Option<Zeroizing<String>>, Error> {
    if !args.encrypt {
        return Ok(None);
    }
    let file = args.password_file.as_deref();
    prompt::passphrase(file, PASSWORD, true).map(Some)
}

/// Returns where the export goes. Nothing is printed on a terminal by accident.
fn target(terminal: bool, args: &Export) -> Result<Target, Error> {
    if args.qr {
        return Ok(Target::Screen {
            inverted: args.invert,
        });
    }
    if let Some(path) = &args.png {
        return Ok(Target::Pictures(path.clone()));
    }
    match &args.output {
        Some(path) if path == Path::new("-") => Ok(Target::Output),
        Some(path) => Ok(Target::File(path.clone())),
        None if !terminal => Ok(Target::Output),
        None => Err(Error::usage("there is no file to write to")
            .hint("Name a new file: --output FILE, or - for standard output")),
    }
}

/// Says what the format cannot hold.
fn say(context: &Context, plan: &Answer) {
    for lost in &plan.lost {
        let accounts: Vec<_> = lost.accounts.iter().map(|label| clean(label)).collect();
        let accounts = match accounts.len() {
            all if all > 1 && all == plan.written => "all accounts".to_owned(),
            _ => accounts.join(", "),
        };
        let text = format!("the format cannot hold “{}” of {accounts}", lost.what);
        context.output.loss(text);
    }
    for left_out in &plan.left_out {
        let account = clean(&left_out.account);
        let text = format!("{account} is left out: {}", left_out.reason);
        context.output.loss(text);
    }
}

/// Makes sure that somebody has agreed: to secrets in plain text, and to what is lost. `unread` accounts are not in the plan.
fn agree(
    context: &Context,
    args: &Export,
    target: &Target,
    plan: &Answer,
    unread: usize,
) -> Result<(), Error> {
    let left_out = plan.left_out.len().saturating_add(unread);
    if plan.written == 0 {
        let text = "the format can hold none of the accounts";
        return Err(Error::new(Kind::Other, text));
    }
    if args.yes_i_know || !context.may_ask {
        if left_out > 0 && !args.allow_incomplete {
            let text = match unread {
                0 => format!("the format cannot hold {}", accounts(left_out)),
                _ => format!("{} would be missing", accounts(left_out)),
            };
            return Err(Error::new(Kind::Other, text)
                .hint("To export the others anyway: --allow-incomplete"));
        }
        return Ok(());
    }
    let is_whole = (left_out == 0 || args.allow_incomplete) && loses_no_choice(plan);
    let question = || question(target, args.encrypt, plan.written, left_out);
    if args.encrypt && is_whole || prompt::confirm(&question())? {
        return Ok(());
    }
    Err(Error::new(Kind::Other, "nothing was exported"))
}

/// Returns whether an export loses at most what nobody has typed.
fn loses_no_choice(plan: &Answer) -> bool {
    plan.lost.iter().all(|lost| lost.what == TIMES)
}

fn question(target: &Target, encrypt: bool, written: usize, left_out: usize) -> String {
    let count = accounts(written);
    let what = match target {
        _ if encrypt => format!("This exports {count}, encrypted"),
        Target::Screen { .. } => format!("This shows the secrets of {count}"),
        Target::Output => format!("This prints the secrets of {count} in plain text"),
        Target::File(path) | Target::Pictures(path) => {
            let path = short(path);
            format!("This writes the secrets of {count} in plain text to {path}")
        }
    };
    let left_out = match left_out {
        0 => String::new(),
        1 => " 1 account is left out.".to_owned(),
        count => format!(" {count} accounts are left out."),
    };
    let warning = match encrypt {
        true => "",
        false => " Anyone who sees them can generate the codes forever.",
    };
    format!("{what}.{warning}{left_out}")
}

/// Returns whether an export of the same accounts has as much in it as the user has agreed to.
fn is_same(plan: &Answer, written: &Answer) -> bool {
    (plan.written, &plan.left_out) == (written.written, &written.left_out)
}

#[cfg(test)]
mod tests;
