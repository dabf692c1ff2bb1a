//! The command line, and the commands: one file each, with its arguments, its text and its JSON.
//!
//! Help, manual pages and completions are made from [`Args`].

mod access;
mod add;
mod askpass;
mod backup;
mod columns;
mod context;
mod copy;
mod details;
mod doctor;
mod edit;
mod export;
mod found;
mod get;
mod import;
mod intake;
mod known;
mod list;
mod lock;
mod man;
mod openvpn;
mod pair;
mod pick;
mod plan;
mod restore;
mod rm;
mod scan;
mod series;
mod show;
mod status;
mod strength;
mod sync;
mod table;
mod typing;
mod validity;
mod vault;
mod watch;

use clap::{CommandFactory, Parser, Subcommand};

use crate::error::{EXIT_CODES, Error};
use crate::output::Output;
use crate::{platform, prompt};
use context::Context;

/// Print one-time codes from the command line
///
/// Secrets are in the keychain of your desktop or in an encrypted vault file. The daemon mfad reads them;
/// it starts when it is needed.
///
/// QUERY is the name, id, serial (such as an AWS ARN) or issuer:username of an account, or a part of its
/// name, issuer or user name. It must match exactly one account.
#[derive(Debug, Parser)]
#[command(name = "mfactl", version, max_term_width = 100, after_help = EXIT_CODES)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Args {
    /// Do not print hints or warnings
    #[arg(short, long, global = true, display_order = 100, help_heading = GLOBAL)]
    pub(crate) quiet: bool,

    /// Print plain lines without colours, for a screen reader or a script
    #[arg(long, global = true, display_order = 102, help_heading = GLOBAL)]
    pub(crate) plain: bool,

    /// Never ask for input or open a prompt
    #[arg(long, global = true, display_order = 101, help_heading = GLOBAL)]
    pub(crate) no_input: bool,

    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The heading under which the help lists the options of all commands.
const GLOBAL: &str = "Global options";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the code of an account
    ///
    /// Prints only the code and a newline to standard output.
    #[command(visible_aliases = ["code", "totp"])]
    Get(get::Get),
    /// Print two codes in a row, as AWS and others require when you register a device
    ///
    /// Prints the first code, waits until the second one is valid, then prints that one.
    Pair(pair::Pair),
    /// List the accounts
    ///
    /// With --plain, prints one account per line, separated by tabs: name, issuer, user name and id; with --codes also the
    /// code and the seconds that it remains valid.
    #[command(visible_alias = "ls")]
    List(list::List),
    /// Choose an account and copy or type its code
    ///
    /// In a terminal, shows the accounts and searches while you type; with --plain, lists them and asks for a number.
    /// Elsewhere, uses a menu of the desktop: rofi, fuzzel, wofi, bemenu or dmenu. No code is shown in the list. If you
    /// choose none, the exit code is 130.
    Pick(pick::Pick),
    /// Type the code of an account into the window that has the focus
    ///
    /// The window gets the code as if you pressed the keys. In a terminal, you have 2 seconds to focus another window. For a
    /// shortcut of the desktop: mfactl type QUERY, or mfactl pick --type.
    ///
    /// Works on X11 and Windows, with any keyboard layout, and on Wayland where the compositor lets programs type
    /// (virtual-keyboard, as in sway) or has a portal for it (RemoteDesktop, as in GNOME and KDE), which asks you the first
    /// time. If you refuse, the exit code is 5. If you hold a key down for 5 seconds on X11, or Shift, Ctrl, Alt or the
    /// Windows key on Windows, nothing is typed and the exit code is 8.
    Type(typing::Type),
    /// Show the accounts while they change
    ///
    /// In a terminal, shows a list that you search by typing, and the code of the chosen account. Enter copies it.
    ///
    /// Elsewhere, or with --plain, --json or --waybar, prints a line for each change, and nothing in between. It goes on
    /// when the accounts are locked or when the daemon restarts. Codes are only looked at, which does not use them up.
    Watch(watch::Watch),
    /// Add an account from a link or a secret
    ///
    /// The secret comes from a QR code (--qr, --screen, --clipboard) or from standard input (--uri,
    /// --secret). Without any of these options, mfactl asks for the secret and does not show it while you
    /// type.
    ///
    /// If an account from a QR code or the clipboard is already stored, mfactl says so and adds nothing; the
    /// exit code is 0. If you type a secret that is already stored, mfactl asks whether to store it twice.
    Add(add::Add),
    /// Import accounts from another app's export
    ///
    /// Reads the exports of Aegis, 2FAS, Ente Auth, Google Authenticator, Bitwarden, andOTP, FreeOTP,
    /// KeePass and many other apps, encrypted or not. Also reads pictures of QR codes, and text files with
    /// links. For the full list, run mfa-import formats. Shows what would be added, and asks before it adds
    /// anything.
    ///
    /// Stores all accounts or none. An account whose secret is already stored is left unchanged. If another
    /// account has the same name, the new account gets a free name.
    ///
    /// The exit code is 5 if the password is wrong, and 1 if a file cannot be read or a QR code of the
    /// export is missing.
    Import(import::Import),
    /// Back up all accounts to an encrypted file
    ///
    /// Writes a KDBX file with everything of all accounts. KeePassXC, KeePassDX and other KeePass apps open it with its
    /// passphrase and show the codes. Before the file counts as written, it is opened again and compared.
    ///
    /// To restore the accounts: mfactl restore FILE.
    ///
    /// The daemon can make such backups by itself, after each change of the accounts. For that, --automatic asks for a
    /// passphrase, which is kept in the keychain, and says which line the configuration needs.
    Backup(backup::Backup),
    /// Restore accounts from a backup
    ///
    /// Reads a file that mfactl backup has written, or a vault file. First shows how each account differs from the one
    /// here: an account is the same if it has the same id, or the same secret. Then asks whether to keep or to replace
    /// those that differ. Accounts that are not in the backup stay.
    ///
    /// Restores all of it or nothing. Each account has its id, times, tags and notes again. A counter never goes back.
    /// The exit code is 3 if there is no such file, and 5 if the passphrase is wrong.
    Restore(restore::Restore),
    /// Keep accounts in step with those in a file that a folder service carries between your computers
    ///
    /// Merges the accounts with those in a KDBX file, field by field, so that both have the same afterwards. Syncthing,
    /// Nextcloud, Dropbox or git carry the file, and KeePassXC can edit it. Whatever else is in the file stays.
    ///
    /// If both sides changed a field, the later value wins; the other one is kept in the history of the entry in the file.
    /// No secret is ever replaced by another one. Conflict copies beside the file are merged too.
    ///
    /// The daemon can do so by itself, whenever the accounts or the file have changed. For that, --remember keeps the
    /// passphrase in the keychain, and tells which setting turns it on.
    Sync(sync::Sync),
    /// Export accounts for another app
    ///
    /// Writes a list of otpauth:// links, the format of another app, or a page to print (paper). For the full list, run
    /// mfa-export formats.
    /// The file is in plain text. For Aegis, Ente Auth and KeePass, --encrypt encrypts it. With --qr or --png, makes QR codes
    /// that a phone can scan.
    ///
    /// First says what the format cannot hold. Then asks before it exports any secret.
    Export(export::Export),
    /// Show the details of an account
    Show(show::Show),
    /// Change an account
    ///
    /// Only the given fields change. An empty value clears a field. The given tags replace all tags, and the given domains
    /// all domains.
    Edit(edit::Edit),
    /// Remove an account and its secret
    #[command(visible_alias = "remove")]
    Rm(rm::Rm),
    /// Answer prompts of ssh, sudo and git for codes
    ///
    /// For SSH_ASKPASS, SUDO_ASKPASS and GIT_ASKPASS, which take a program without arguments: set them to the program
    /// mfa-askpass, which this command runs.
    ///
    /// The tables [[askpass]] in the configuration say which prompts are answered with a code of which account; see man
    /// mfactl.toml. The code is one that was never handed out before. Every other prompt goes to the program in
    /// askpass-next. Without one, nothing is printed and the exit code is 1.
    Askpass(askpass::Askpass),
    /// Give OpenVPN your password and a code
    ///
    /// Connects to the management socket of OpenVPN, and answers it when it asks for a user name and a password, also when
    /// the server asks for a code after them (static and dynamic challenge). Start OpenVPN with these options:
    ///
    /// --management SOCKET unix --management-query-passwords --management-hold --auth-retry interact
    ///
    /// Asks for the password in the terminal. Without a terminal, mfa-askpass asks for it. Stays until OpenVPN ends. The
    /// exit code is 5 if the server does not accept the answer.
    Openvpn(openvpn::Openvpn),
    /// Lock the accounts until you unlock them
    ///
    /// The daemon wipes all secrets from memory and stays locked even after a restart. The keychain itself
    /// does not change, because other programs use it too.
    Lock,
    /// Unlock the accounts
    ///
    /// If the accounts are in the OS keychain and it is locked, the keychain asks for its password. If they
    /// are in a vault file, mfactl asks for the passphrase or reads it from --password-file.
    Unlock(lock::Passphrase),
    /// Show the state of the daemon and the keychain
    ///
    /// Does not start the daemon. If the daemon is not running, the exit code is 6.
    Status(status::Status),
    /// Check everything that codes depend on
    ///
    /// Checks the daemon, the keychain, the clock and the desktop, and says how to fix each problem. The
    /// exit code is 1 if mfactl cannot produce codes.
    Doctor(doctor::Doctor),
    /// Choose which programs may have codes, and see which ones got codes
    ///
    /// By default, you and the tray need no permission to get codes. Before any other program gets one, a notification
    /// asks you. If a program runs mfactl, the question is about that program.
    #[command(subcommand)]
    Access(access::Access),
    /// Keep accounts in an encrypted file if there is no keychain
    #[command(subcommand)]
    Vault(vault::Vault),
    /// Print a shell completion script
    ///
    /// For example, in bash: mfactl completions bash > ~/.local/share/bash-completion/completions/mfactl
    Completions(man::Completions),
    /// Print the manual page, or write all manual pages to a folder
    Man(man::Man),
}

/// Runs a command.
pub(crate) async fn run(args: Args, output: &Output) -> Result<(), Error> {
    let context = Context {
        output: *output,
        may_ask: !args.no_input && prompt::possible(),
        may_prompt: !args.no_input && platform::has_screen(),
        may_be_asked_about: !args.no_input,
    };
    match args.command {
        Command::Get(args) => pick::get(&context, args).await,
        Command::Pick(args) => pick::run(&context, args).await,
        Command::Type(args) => pick::get(&context, args.into()).await,
        Command::Pair(args) => pair::run(&context, args).await,
        Command::List(args) => list::run(&context, args).await,
        Command::Watch(args) => watch::run(&context, &args),
        Command::Add(args) => add_account(&context, args).await,
        Command::Import(args) => import::run(&context, args).await,
        Command::Backup(args) => backup::run(&context, args).await,
        Command::Restore(args) => restore::run(&context, args).await,
        Command::Sync(args) => sync::run(&context, args).await,
        Command::Export(args) => export::run(&context, args).await,
        Command::Show(args) => show::run(&context, args).await,
        Command::Edit(args) => edit::run(&context, args).await,
        Command::Rm(args) => rm::run(&context, args).await,
        Command::Askpass(args) => askpass::run(&args),
        Command::Openvpn(args) => openvpn::run(&context, args).await,
        Command::Lock => lock::lock(&context).await,
        Command::Unlock(args) => lock::unlock(&context, args).await,
        Command::Status(args) => status::run(&context, args).await,
        Command::Access(args) => access::run(&context, args).await,
        Command::Vault(args) => vault::run(&context, args).await,
        Command::Completions(args) => man::completions(&context, &args, &mut Args::command()).await,
        Command::Doctor(args) => doctor::run(&context, args).await,
        Command::Man(args) => man::run(&context, &args, Args::command()),
    }
}

/// Adds what a picture or the clipboard has, or what is typed.
async fn add_account(context: &Context, args: add::Add) -> Result<(), Error> {
    match args.qr.is_some() || args.screen || args.clipboard {
        true => scan::run(context, args).await,
        false => add::run(context, args).await,
    }
}
