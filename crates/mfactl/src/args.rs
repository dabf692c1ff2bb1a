//! The command line, as clap reads it. Help, manual pages and completions are made from this.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args as Arguments, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Print one-time codes from the command line
///
/// The secrets are in the keychain of your desktop, or in an encrypted file; the daemon mfad reads
/// them and is started when it is needed.
///
/// QUERY is an account's name, its id, its serial (such as an AWS ARN) or issuer:username, or the beginning
/// or a part of its name, issuer or user name. It has to match one account.
#[derive(Debug, Parser)]
#[command(name = "mfactl", version, max_term_width = 100, after_help = EXIT_CODES)]
#[command(disable_help_subcommand = true)]
pub struct Args {
    /// Print no hints and no warnings
    #[arg(short, long, global = true, display_order = 100)]
    pub quiet: bool,

    /// Ask nothing, and raise no prompt
    #[arg(long, global = true, display_order = 101)]
    pub no_input: bool,

    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0 ok · 1 other error · 2 usage · 3 no match · 4 ambiguous · 5 locked or refused
  6 daemon unreachable · 7 keychain unavailable · 8 timed out · 130 interrupted";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the code of an account
    ///
    /// Prints the digits and a newline on standard output, and nothing else.
    #[command(visible_aliases = ["code", "totp"])]
    Get(Get),
    /// Print two codes in a row, which AWS and others ask for when you set up a device
    ///
    /// Prints the first code, waits until the second is valid, and prints it.
    Pair(Pair),
    /// List the accounts
    #[command(visible_alias = "ls")]
    List(List),
    /// Add an account from a link or a secret
    ///
    /// The secret comes from a QR code (--qr, --screen, --clipboard) or from standard input (--uri,
    /// --secret). Without any of these it is asked for, and not shown while it is typed.
    Add(Add),
    /// Import accounts from another app's export
    ///
    /// It recognises the exports of Aegis, 2FAS, Ente Auth, Google Authenticator, Bitwarden, andOTP,
    /// FreeOTP, KeePass and many others (all: mfa-import formats), encrypted or not, texts with links, and
    /// pictures of QR codes. It shows what would be added, and asks before it adds anything.
    ///
    /// Either all accounts are stored, or none. An account that is here already, with the same secret, is
    /// left as it is. If a name is taken by another account, the new one gets a name that is free.
    ///
    /// The exit code is 5 if the password is wrong, and 1 if a file cannot be read or if a QR code of the
    /// export is missing.
    Import(Import),
    /// Show the details of an account
    Show(Show),
    /// Change an account
    ///
    /// Only what is given changes. An empty text removes what was there.
    Edit(Edit),
    /// Remove an account and its secret
    #[command(visible_alias = "remove")]
    Rm(Rm),
    /// Lock the accounts until you unlock them
    ///
    /// The daemon forgets all secrets, and a restart does not bring them back. The keychain itself stays as
    /// it is, since other programs use it too.
    Lock,
    /// Unlock the accounts
    ///
    /// If they are in the OS keychain and it is locked, the keychain asks for its password. If they are in a
    /// vault file, mfactl asks for the passphrase, or reads it from --password-file.
    Unlock(Passphrase),
    /// Show the state of the daemon and the keychain
    ///
    /// This does not start the daemon. If it is not running, the exit code is 6.
    Status(Status),
    /// Check everything that codes depend on
    ///
    /// It looks at the daemon, the keychain, the clock and the desktop, and says how to repair what is
    /// wrong. The exit code is 1 if mfactl cannot give codes.
    Doctor(Doctor),
    /// Keep accounts in an encrypted file where there is no keychain
    #[command(subcommand)]
    Vault(Vault),
    /// Print a completion script
    ///
    /// In bash, for example: mfactl completions bash > ~/.local/share/bash-completion/completions/mfactl
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or write all of them
    Man {
        /// Write all pages into this folder: the commands, mfad, mfa-tray and the configuration
        #[arg(long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
}

/// The arguments of `get`.
#[derive(Debug, Arguments)]
pub struct Get {
    /// The account; see mfactl --help
    pub query: String,
    /// Copy the code instead of printing it
    ///
    /// The tray copies it, if it is running, and clears the clipboard after a while. Without a tray
    /// a small process does, for 30 seconds.
    #[arg(short, long, conflicts_with_all = ["json", "no_newline"])]
    pub copy: bool,
    /// Print no newline
    #[arg(short = 'n', long = "no-newline")]
    pub no_newline: bool,
    /// Print the next code instead of the current one
    #[arg(long, conflicts_with = "fresh")]
    pub next: bool,
    /// Wait for the next code if this one is valid for less than SEC seconds
    #[arg(long, value_name = "SEC")]
    pub min_ttl: Option<u32>,
    /// Print a code that was never given out before; wait for the next one if need be
    #[arg(long)]
    pub fresh: bool,
    /// Wait no longer than SEC seconds, 300 at most [default: 90]
    #[arg(long, value_name = "SEC")]
    pub timeout: Option<u32>,
    /// Print the code and its validity as JSON
    #[arg(long)]
    pub json: bool,
    /// Match only a whole name, id, serial or issuer:username
    #[arg(long)]
    pub exact: bool,
}

/// The arguments of `pair`.
#[derive(Debug, Arguments)]
pub struct Pair {
    /// The account; see mfactl --help
    pub query: String,
    /// Print both codes at once
    #[arg(long)]
    pub now: bool,
    /// Print codes that were never given out before
    #[arg(long)]
    pub fresh: bool,
    /// Print both codes and their validity as JSON, at once
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `list`.
#[derive(Debug, Arguments)]
pub struct List {
    /// List only the accounts that match this
    pub query: Option<String>,
    /// Print one account per line: name, issuer, user name and id, separated by tabs
    #[arg(long, conflicts_with = "json")]
    pub plain: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Show the current codes too
    #[arg(long)]
    pub codes: bool,
}

/// The arguments of `add`.
#[derive(Debug, Arguments)]
pub struct Add {
    /// What to call it [default: made from the issuer]
    pub name: Option<String>,
    /// Read the QR codes in a picture: PNG, JPEG, WebP, BMP, GIF or PNM; - for standard input
    #[arg(long, value_name = "FILE", group = "source")]
    pub qr: Option<PathBuf>,
    /// Read the QR codes on the screen
    #[arg(long, group = "source")]
    pub screen: bool,
    /// Take the link or the key that is on the clipboard, or the QR codes in the picture
    #[arg(long, group = "source")]
    pub clipboard: bool,
    /// Read an otpauth:// link from standard input; the value is always “-”
    #[arg(long, value_name = "-", group = "source")]
    pub uri: Option<OsString>,
    /// Read a base32 secret from standard input; the value is always “-”
    #[arg(long, value_name = "-", group = "source")]
    pub secret: Option<OsString>,
    /// Kind of code [default: totp]
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<Kind>,
    /// Its details
    #[command(flatten)]
    pub details: Details,
    /// Show it first in menus
    #[arg(long)]
    pub pin: bool,
    /// Do not ask: add it even if its secret is here already
    #[arg(short, long)]
    pub yes: bool,
    /// Add what there is, even if a QR code of the export is missing
    #[arg(long)]
    pub allow_incomplete: bool,
    /// Add it even if its secret is shorter than 40 bits
    #[arg(long)]
    pub weak: bool,
    /// Print its id and name as JSON; of several, what import --json prints
    #[arg(long)]
    pub json: bool,
}

/// The kinds of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Time-based
    Totp,
    /// Counter-based
    Hotp,
    /// Time-based, in the letters and digits of Steam
    Steam,
}

/// What is known of an account besides its name and its secret.
#[derive(Debug, Default, Arguments)]
pub struct Details {
    /// The service that it is for
    #[arg(long)]
    pub issuer: Option<String>,
    /// The user name at that service
    #[arg(long)]
    pub username: Option<String>,
    /// The hash function: SHA1, SHA256 or SHA512
    #[arg(long)]
    pub algorithm: Option<String>,
    /// How many digits a code has: 5 to 9
    #[arg(long, value_name = "N")]
    pub digits: Option<u32>,
    /// How many seconds a code is valid for
    #[arg(long, value_name = "SEC")]
    pub period: Option<u32>,
    /// The counter of the next code, for the type hotp
    #[arg(long, value_name = "N")]
    pub counter: Option<u64>,
    /// A tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// The serial number that the service has given it, such as an AWS ARN
    #[arg(long)]
    pub serial: Option<String>,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
}

/// The arguments of `import`.
#[derive(Debug, Arguments)]
pub struct Import {
    /// The exported files or the pictures; - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The format of the files [default: recognised]
    #[arg(long, value_name = "NAME")]
    pub format: Option<String>,
    /// Read the password of encrypted files from the first line of FILE, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Show what would be added, and add nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask; needed where there is no terminal
    #[arg(short, long)]
    pub yes: bool,
    /// Add what there is, even if a QR code of the export is missing
    #[arg(long)]
    pub allow_incomplete: bool,
    /// Print what became of each as JSON; with --yes or --dry-run
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `show`.
#[derive(Debug, Arguments)]
pub struct Show {
    /// The account; see mfactl --help
    pub query: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Show the secret, after a confirmation
    #[arg(long, conflicts_with_all = ["json", "uri"])]
    pub secret: bool,
    /// Show the otpauth:// link with the secret, after a confirmation
    #[arg(long, conflicts_with = "json")]
    pub uri: bool,
}

/// The arguments of `edit`.
#[derive(Debug, Arguments)]
pub struct Edit {
    /// The account; see mfactl --help
    pub query: String,
    /// What to call it
    #[arg(long)]
    pub name: Option<String>,
    /// Its details; tags replace the old ones
    #[command(flatten)]
    pub details: Details,
    /// Remove all tags
    #[arg(long, conflicts_with = "tags")]
    pub no_tags: bool,
    /// Show it first in menus
    #[arg(long)]
    pub pin: bool,
    /// Do not show it first any more
    #[arg(long, conflicts_with = "pin")]
    pub unpin: bool,
}

/// The arguments of `rm`.
#[derive(Debug, Arguments)]
pub struct Rm {
    /// The account; see mfactl --help
    pub query: String,
    /// Do not ask; QUERY must then be a whole name, id, serial or issuer:username
    #[arg(short, long)]
    pub yes: bool,
}

/// Where a passphrase comes from.
#[derive(Debug, Arguments)]
pub struct Passphrase {
    /// Read the passphrase of the vault file from the first line of FILE, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// The arguments of `status`.
#[derive(Debug, Arguments)]
pub struct Status {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `doctor`.
#[derive(Debug, Arguments)]
pub struct Doctor {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// The commands below `vault`.
#[derive(Debug, Subcommand)]
pub enum Vault {
    /// Create the file, and keep accounts in it from now on
    ///
    /// It is a KDBX 4 file, which KeePassXC opens too. Nobody can open it without the passphrase.
    Create(Passphrase),
}
