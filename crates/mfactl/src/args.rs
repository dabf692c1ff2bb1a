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
/// QUERY is an account's name, its id, a linked serial (such as an AWS ARN) or issuer:username;
/// else the beginning or a part of its name, issuer or user name. It has to mean one account.
#[derive(Debug, Parser)]
#[command(name = "mfactl", version, max_term_width = 100, after_help = EXIT_CODES)]
#[command(disable_help_subcommand = true)]
pub struct Args {
    /// Print no hints
    #[arg(short, long, global = true)]
    pub quiet: bool,

    /// Never ask anything, and never wait for a prompt
    #[arg(long, global = true)]
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
    /// Print two consecutive codes, as services ask for when a device is bound
    ///
    /// Prints the first, waits until the second is valid, and prints that.
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
    /// What app it is from is found out: Aegis, 2FAS, Ente Auth, Google Authenticator, Bitwarden, andOTP,
    /// FreeOTP, KeePass and many others (all: mfa-import formats), encrypted or not, links in a text,
    /// and pictures of QR codes. What would be added is shown first, and then asked for.
    ///
    /// All accounts are stored and read back, or none is. One that is here already, with the same secret
    /// and the same parameters, is left as it is. One of the same name with another secret is kept
    /// beside it, under a name that is free.
    ///
    /// With a wrong password the exit code is 5; what cannot be read at all is another error, 1.
    Import(Import),
    /// Show what is known of an account
    Show(Show),
    /// Change an account
    ///
    /// Only what is given changes. An empty text removes what was there.
    Edit(Edit),
    /// Remove an account and its secret
    #[command(visible_alias = "remove")]
    Rm(Rm),
    /// Forget all secrets until they are unlocked again
    ///
    /// This lasts over a restart. It does not lock the keychain, which belongs to other programs too.
    Lock,
    /// Unlock the accounts
    ///
    /// Where they are in the OS keychain and that is locked, it asks for its password. Where they are
    /// in a vault file, its passphrase is asked for, or read from --password-file.
    Unlock(Passphrase),
    /// Say how the daemon and the keychain are
    ///
    /// A daemon that does not run is not started by this, and is an error with exit code 6.
    Status(Status),
    /// Look at everything that codes depend on
    ///
    /// Checks the daemon, the keychain, the clock and the desktop, and says what to do about what is
    /// wrong. It is an error if no codes are to be had.
    Doctor(Doctor),
    /// Use an encrypted file where there is no keychain
    #[command(subcommand)]
    Vault(Vault),
    /// Print a completion script
    ///
    /// For bash, for instance: mfactl completions bash > ~/.local/share/bash-completion/completions/mfactl
    Completions {
        /// For which shell
        shell: Shell,
    },
    /// Print the manual page, or write all of them
    Man {
        /// Write a page for each command into this folder
        #[arg(long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
}

/// The arguments of `get`.
#[derive(Debug, Arguments)]
pub struct Get {
    /// Which account
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
    /// Print a code that was never handed out before, waiting for it if need be
    #[arg(long)]
    pub fresh: bool,
    /// Wait no longer than SEC seconds [default: 90]
    #[arg(long, value_name = "SEC")]
    pub timeout: Option<u32>,
    /// Print the code and its validity as JSON
    #[arg(long)]
    pub json: bool,
    /// Take QUERY as a whole name, id, serial or issuer:username
    #[arg(long)]
    pub exact: bool,
}

/// The arguments of `pair`.
#[derive(Debug, Arguments)]
pub struct Pair {
    /// Which account
    pub query: String,
    /// Print both codes at once
    #[arg(long)]
    pub now: bool,
    /// Print codes that were never handed out before
    #[arg(long)]
    pub fresh: bool,
    /// Print both codes and their validity as JSON, at once
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `list`.
#[derive(Debug, Arguments)]
pub struct List {
    /// Only accounts that this matches
    pub query: Option<String>,
    /// One account a line: name, issuer, user name and id, with tabs between
    #[arg(long, conflicts_with = "json")]
    pub plain: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// With the current codes
    #[arg(long)]
    pub codes: bool,
}

/// The arguments of `add`.
#[derive(Debug, Arguments)]
pub struct Add {
    /// What to call it; found from the issuer if not given
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
    /// How its codes move [default: totp]
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<Kind>,
    /// What is known of it
    #[command(flatten)]
    pub details: Details,
    /// Put it at the top of menus
    #[arg(long)]
    pub pin: bool,
    /// Print its id and name as JSON; of several, what import --json prints
    #[arg(long)]
    pub json: bool,
}

/// How codes move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// With time
    Totp,
    /// With each use
    Hotp,
    /// With time, in Steam's alphabet
    Steam,
}

/// What is known of an account besides its name and its secret.
#[derive(Debug, Default, Arguments)]
pub struct Details {
    /// Who issued it
    #[arg(long)]
    pub issuer: Option<String>,
    /// Whose it is
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
    /// A word to group by; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// The serial number that the service knows it by, such as an AWS ARN
    #[arg(long)]
    pub serial: Option<String>,
    /// Anything to remember
    #[arg(long)]
    pub note: Option<String>,
}

/// The arguments of `import`.
#[derive(Debug, Arguments)]
pub struct Import {
    /// The exported files or the pictures; - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Take the files for ones of this format; found out if not given
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
    /// Print what became of each as JSON; with --yes or --dry-run
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `show`.
#[derive(Debug, Arguments)]
pub struct Show {
    /// Which account
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
    /// Which account
    pub query: String,
    /// What to call it
    #[arg(long)]
    pub name: Option<String>,
    /// What is known of it; tags replace the old ones
    #[command(flatten)]
    pub details: Details,
    /// Remove all tags
    #[arg(long, conflicts_with = "tags")]
    pub no_tags: bool,
    /// Put it at the top of menus
    #[arg(long)]
    pub pin: bool,
    /// Take it from the top of menus
    #[arg(long, conflicts_with = "pin")]
    pub unpin: bool,
}

/// The arguments of `rm`.
#[derive(Debug, Arguments)]
pub struct Rm {
    /// Which account
    pub query: String,
    /// Do not ask; QUERY has to be a whole name, id, serial or issuer:username then
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
    /// Make the file, and keep accounts in it from now on
    ///
    /// It is a KDBX 4 file, which KeePassXC opens too. There is no way to get at it without the
    /// passphrase.
    Create(Passphrase),
}
