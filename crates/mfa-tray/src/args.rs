//! The command line of the tray. What can be set is in the configuration, and in the menu.

use clap::Parser;

/// Show one-time codes in the tray
///
/// Click an account in the menu of the icon, and its code is on the clipboard. The desktop starts
/// this when you log in; a second one says where the first is, and ends. What can be set is in the menu,
/// and in the file config.toml, which the menu opens.
#[derive(Debug, Parser)]
#[command(name = "mfa-tray", version, max_term_width = 100)]
pub struct Args {
    /// End at once if “Start at login” was turned off in the menu
    ///
    /// It is for what starts the tray at login: where systemd does, its unit has this option.
    #[arg(long)]
    pub at_login: bool,
}
