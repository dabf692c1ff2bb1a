//! Ctrl-C at a prompt that hides what is typed: the terminal has to show input again afterwards.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::SIGINT;
use signal_hook::flag::register_conditional_default;
use signal_hook::low_level::emulate_default_handler;

/// Asks for a text that is not shown while it is typed. Ctrl-C ends this process, as usual.
pub(crate) fn ask_hidden(question: &str) -> io::Result<String> {
    let ends = interrupt_ends()?;
    // rpassword prints the question before it takes the terminal over: input in between would be shown, and a
    // Ctrl-C would be lost. It also raises the signal before it restores the terminal.
    let quiet = Quiet::terminal();
    ends.store(false, Ordering::Relaxed);
    let answer = rpassword::prompt_password(question);
    ends.store(true, Ordering::Relaxed);
    drop(quiet);
    if matches!(&answer, Err(error) if error.kind() == ErrorKind::Interrupted) {
        emulate_default_handler(SIGINT)?;
    }
    answer
}

/// Returns the flag for whether Ctrl-C ends this process. A handler cannot be removed, so all prompts share
/// one.
fn interrupt_ends() -> io::Result<&'static AtomicBool> {
    static ENDS: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(ends) = ENDS.get() {
        return Ok(ends);
    }
    let ends = Arc::default();
    register_conditional_default(SIGINT, Arc::clone(&ends))?;
    Ok(ENDS.get_or_init(|| ends))
}

/// A terminal that shows no input and leaves Ctrl-C to the program that reads it.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Quiet {
    /// Returns `None` if there is no terminal.
    fn terminal() -> Option<Self> {
        let terminal = File::open("/dev/tty").ok()?;
        let before = tcgetattr(&terminal).ok()?;
        let mut quiet = before.clone();
        quiet.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        tcsetattr(&terminal, OptionalActions::Now, &quiet).ok()?;
        Some(Self { terminal, before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that is gone.
        tcsetattr(&self.terminal, OptionalActions::Now, &self.before).ok();
    }
}
