//! The command line of the daemon.

use std::path::PathBuf;

use clap::Parser;

/// Hold one-time password secrets and answer for codes
///
/// mfad is usually started by systemd, by D-Bus or by mfactl when it is needed. It keeps accounts
/// in the OS keychain, and answers on a private socket and on the session bus.
#[derive(Debug, Parser)]
#[command(name = "mfad", version, max_term_width = 100)]
pub struct Args {
    /// Keep accounts in this encrypted file instead of the OS keychain
    ///
    /// It is a KDBX 4 file, which KeePassXC opens too. `mfactl vault create` makes it.
    #[arg(long, value_name = "FILE")]
    pub vault: Option<PathBuf>,

    /// Read this configuration instead of ~/.config/mfactl/config.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Detach from the terminal, as mfactl does when it starts the daemon
    #[arg(long)]
    pub background: bool,
}
