//! Windows.

/// Keeps a program from bringing a console up, which a tray has none of.
pub(crate) fn quiet(command: &mut tokio::process::Command) {
    /// `CREATE_NO_WINDOW`
    const NO_CONSOLE: u32 = 0x0800_0000;
    command.creation_flags(NO_CONSOLE);
}
