//! `mfactl man` and `mfactl completions`: both are made from the definitions of the command lines, and of
//! the configuration.

use std::io;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::Context;
use crate::args::Args;
use crate::error::Error;
use crate::{daemon_args, settings, tray_args};

pub(super) fn completions(context: &Context, shell: Shell) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "mfactl", &mut script);
    context.output.text(String::from_utf8_lossy(&script))
}

pub(super) fn run(context: &Context, folder: Option<&Path>) -> Result<(), Error> {
    let command = Args::command();
    let Some(folder) = folder else {
        return context
            .output
            .text(String::from_utf8_lossy(&page(command)?));
    };
    std::fs::create_dir_all(folder)?;
    for program in [
        command,
        daemon_args::Args::command(),
        tray_args::Args::command(),
    ] {
        clap_mangen::generate_to(program, folder)?;
    }
    Ok(std::fs::write(
        folder.join("mfactl.toml.5"),
        settings::page(),
    )?)
}

fn page(command: Command) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(command).render(&mut bytes)?;
    Ok(bytes)
}
