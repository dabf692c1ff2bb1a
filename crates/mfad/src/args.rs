//! The command line of the daemon.

use std::path::PathBuf;

use clap::Parser;

/// Keep the secrets of accounts and hand out one-time codes
///
/// Usually systemd, D-Bus or mfactl starts mfad when it is needed. mfad keeps accounts in the OS keychain,
/// and answers on a private socket and on the session bus.
#[derive(Debug, Parser)]
#[command(name = "mfad", version, max_term_width = 100)]
pub struct Args {
    /// Keep accounts in this encrypted file instead of the OS keychain
    ///
    /// The file is in KDBX 4 format, so KeePassXC can open it too. To create it, run mfactl vault create.
    #[arg(long, value_name = "FILE")]
    pub vault: Option<PathBuf>,

    /// Read this configuration instead of ~/.config/mfactl/config.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Detach from the terminal, as mfactl does when it starts the daemon
    #[arg(long)]
    pub background: bool,
}
