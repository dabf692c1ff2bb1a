//! `mfactl backup`: an encrypted copy of all accounts, which any KeePass app opens.
//!
//! It is an export that holds everything, so what can go wrong on the way is in [`export`](super::export).

use std::path::PathBuf;

use clap::Args as Arguments;
use mfa_host::utc;
use mfa_intake::accounts;

use super::context::Context;
use super::export::{self, Export};
use super::intake::short;
use super::validity::now;
use crate::error::Error;

/// The format that holds everything of an account.
const FORMAT: &str = "keepass";

/// The arguments of `backup`.
#[derive(Debug, Arguments)]
pub(crate) struct Backup {
    /// The new file, or - for standard output [default: mfactl-DATE.kdbx in the current folder]
    pub(super) file: Option<PathBuf>,
    /// Read the passphrase from the first line of FILE (- for standard input)
    #[arg(long, value_name = "FILE")]
    pub(super) password_file: Option<PathBuf>,
    /// Back up the other accounts if some require a newer version of mfactl
    #[arg(long)]
    pub(super) allow_incomplete: bool,
}

pub(super) async fn run(context: &Context, args: Backup) -> Result<(), Error> {
    let file = args.file.unwrap_or_else(|| default(now()));
    let export = Export {
        queries: Vec::new(),
        format: FORMAT.to_owned(),
        output: Some(file),
        qr: false,
        invert: false,
        png: None,
        encrypt: true,
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
    }
    context.output.hint(
        "KeePassXC and other KeePass apps open the backup with its passphrase. To restore: mfactl import FILE",
    );
    Ok(())
}

/// Returns the name of a backup that is made now.
fn default(now: u64) -> PathBuf {
    format!("mfactl-{}.kdbx", utc::date(now)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_backup_has_its_date() {
        assert_eq!(
            default(1_700_000_000),
            PathBuf::from("mfactl-2023-11-14.kdbx")
        );
    }
}
