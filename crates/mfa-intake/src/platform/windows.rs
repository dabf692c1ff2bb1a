//! Windows.

/// Keeps a program from opening a console window, which a tray does not have.
pub(crate) fn quiet(command: &mut tokio::process::Command) {
    /// `CREATE_NO_WINDOW`
    const NO_CONSOLE: u32 = 0x0800_0000;
    command.creation_flags(NO_CONSOLE);
}
