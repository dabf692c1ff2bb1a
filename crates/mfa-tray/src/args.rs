//! The command line of the tray, which has nothing to set: the configuration has.

use clap::Parser;

/// Show one-time codes in the tray
///
/// Click an account in the menu of the icon, and its code is on the clipboard. The desktop starts
/// this when you log in; a second one ends at once. What can be set is in the file config.toml, which
/// the menu opens.
#[derive(Debug, Parser)]
#[command(name = "mfa-tray", version, max_term_width = 100)]
pub struct Args {}
