//! The command line of the tray. All settings are in the configuration and in the menu.

use clap::Parser;

/// Copy one-time codes from the tray
///
/// Click an account in the menu of the icon to copy its code. The desktop starts mfa-tray when you log in.
/// If mfa-tray is already running, starting it again only shows a notification that says where the icon
/// is. The settings are in the menu and in the file config.toml, which the menu can open.
#[derive(Debug, Parser)]
#[command(name = "mfa-tray", version, max_term_width = 100)]
pub struct Args {
    /// Exit at once if “Start at login” is turned off in the menu
    ///
    /// The desktop and systemd start the tray with this option at login.
    #[arg(long)]
    pub at_login: bool,
}
