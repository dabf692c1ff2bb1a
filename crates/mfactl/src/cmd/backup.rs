//! `mfactl backup`: an encrypted copy of all accounts, which any KeePass app opens.
//!
//! It is an export that holds everything, so what can go wrong on the way is in [`export`](super::export).

use std::path::{self, PathBuf};

use clap::Args as Arguments;
use mfa_core::Account;
use mfa_core::account::Kind;
use mfa_host::utc;
use mfa_intake::accounts;
use mfa_ipc::{Client, paths};

use super::context::{Context, connect, label};
use super::export::{self, Export};
use super::intake::short;
use super::validity::now;
use crate::error::Error;
use crate::platform::RESTART;
use crate::prompt;

/// The format that holds everything of an account.
const FORMAT: &str = "keepass";

/// The arguments of `backup`.
#[derive(Debug, Arguments)]
pub(crate) struct Backup {
    /// The new file, or - for standard output [default: mfactl-DATE.kdbx in the current folder]
    pub(super) file: Option<PathBuf>,
    /// Set up automatic backups: asks for their passphrase and shows the setting to add. FILE is the folder for them
    #[arg(long, conflicts_with = "allow_incomplete")]
    pub(super) automatic: bool,
    /// Also write what KeePass 2 reads; KeePassXC and most apps do not need it
    #[arg(long)]
    pub(super) keepass2: bool,
    /// Read the passphrase from the first line of FILE (- for standard input)
    #[arg(long, value_name = "FILE")]
    pub(super) password_file: Option<PathBuf>,
    /// Back up the other accounts if some cannot be read, as those of a newer version of mfactl
    #[arg(long)]
    pub(super) allow_incomplete: bool,
}

pub(super) async fn run(context: &Context, args: Backup) -> Result<(), Error> {
    if args.automatic {
        return automatic(context, args).await;
    }
    let file = args.file.unwrap_or_else(|| default(now()));
    let export = Export {
        queries: Vec::new(),
        format: FORMAT.to_owned(),
        output: Some(file),
        qr: false,
        invert: false,
        png: None,
        encrypt: true,
        keepass2: args.keepass2,
        password_file: args.password_file,
        yes_i_know: false,
        allow_incomplete: args.allow_incomplete,
    };
    let exported = export::write(context, &export).await?;
    // A backup that was printed has no name.
    if let [file] = &*exported.files {
        let (count, file) = (accounts(exported.count), short(file));
        context
            .output
            .line(format_args!("Saved {count} in {file}."))?;
        // A daemon of an earlier version does not count backups.
        let held = exported.accounts.iter();
        let held: Vec<_> = held
            .map(|account| (account.id.to_string(), account.modified))
            .collect();
        drop(connect().await?.backed_up(&held).await);
    }
    warn(context, &exported.accounts);
    context.output.hint(
        "KeePassXC and other KeePass apps open the backup with its passphrase. To restore: mfactl restore FILE",
    );
    Ok(())
}

/// Names the accounts for which KeePassXC shows wrong codes.
fn warn(context: &Context, accounts: &[Account]) {
    let odd = accounts.iter().filter(|account| !is_timed(account));
    let odd: Vec<_> = odd.map(label).collect();
    if !odd.is_empty() {
        let odd = odd.join(", ");
        context.output.hint(format_args!(
            "KeePassXC shows wrong codes for {odd}, because it knows only time-based ones"
        ));
    }
}

/// Returns whether KeePassXC shows the right codes of an account.
fn is_timed(account: &Account) -> bool {
    matches!(account.kind, Kind::Totp { .. } | Kind::Steam)
}

/// Sets the passphrase of automatic backups, and says what else is to do.
async fn automatic(context: &Context, args: Backup) -> Result<(), Error> {
    let client = connect().await?;
    let file = args.password_file.as_deref();
    let passphrase =
        prompt::passphrase(file, "Passphrase for automatic backups (not shown)", true)?;
    let keep = async |client: &Client| client.keep_backup_passphrase(&passphrase).await;
    context.ask(&client, keep).await?;
    let output = context.output;
    output.line(
        "The passphrase is in the keychain. Write it down: a backup is of no use without it.",
    )?;
    let wanted = args.file.map(path::absolute).transpose()?;
    let wanted = wanted.map(|folder| folder.display().to_string());
    let known = client.status().await?.backup_folder;
    match (known, wanted) {
        (Some(known), wanted) if wanted.as_ref().is_none_or(|wanted| *wanted == known) => {
            output.line(format_args!("Automatic backups go to {known}."))
        }
        (_, wanted) => {
            let folder = toml(&wanted.unwrap_or_else(|| "/path/of/a/folder".to_owned()));
            let configuration = paths::config();
            output.line(format_args!(
                "To turn them on, add this line at the top of {}:\n\n    backup-folder = {folder}\n\n{RESTART}",
                configuration.display()
            ))
        }
    }
}

/// Returns a text as a basic string of TOML.
fn toml(text: &str) -> String {
    let mut string = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => string.extend(['\\', c]),
            c if c.is_control() => string.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => string.push(c),
        }
    }
    string.push('"');
    string
}

/// Returns the name of a backup that is made now.
fn default(now: u64) -> PathBuf {
    format!("mfactl-{}.kdbx", utc::date(now)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_written_as_toml_reads_it() {
        assert_eq!(toml("/a b/ü\u{301}"), "\"/a b/ü\u{301}\"");
        assert_eq!(toml("/a\"\\\u{7}"), r#""/a\"\\\u0007""#);
    }

    #[test]
    fn the_name_of_a_backup_has_its_date() {
        assert_eq!(
            default(1_700_000_000),
            PathBuf::from("mfactl-2023-11-14.kdbx")
        );
    }
}
