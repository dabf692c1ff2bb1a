//! Ctrl-C at a prompt that hides what is typed: the terminal has to show it again afterwards.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::SIGINT;
use signal_hook::flag::register_conditional_default;
use signal_hook::low_level::emulate_default_handler;

/// Asks for something that is not shown while it is typed. Ctrl-C ends this process, as ever.
pub(crate) fn ask_hidden(question: &str) -> io::Result<String> {
    let ends = interrupt_ends()?;
    // rpassword asks first and takes the terminal over then: what is typed in between would be shown, and
    // Ctrl-C be lost. It also raises the signal first, and sets the terminal right afterwards.
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

/// Whether Ctrl-C ends this process. A handler cannot be taken back, so there is one for all prompts.
fn interrupt_ends() -> io::Result<&'static AtomicBool> {
    static ENDS: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(ends) = ENDS.get() {
        return Ok(ends);
    }
    let ends = Arc::default();
    register_conditional_default(SIGINT, Arc::clone(&ends))?;
    Ok(ENDS.get_or_init(|| ends))
}

/// A terminal that shows nothing of what is typed, and leaves Ctrl-C to who reads it.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Quiet {
    /// None where there is no terminal.
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
