//! Ctrl-C at a prompt that hides what is typed: the terminal has to show it again afterwards.

use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::SIGINT;
use signal_hook::flag::register_conditional_default;
use signal_hook::low_level::emulate_default_handler;

/// Asks for something that is not shown while it is typed. Ctrl-C ends this process, as ever.
pub(crate) fn ask_hidden(question: &str) -> io::Result<String> {
    let ends = interrupt_ends()?;
    // rpassword raises the signal first and sets the terminal right afterwards.
    ends.store(false, Ordering::Relaxed);
    let answer = rpassword::prompt_password(question);
    ends.store(true, Ordering::Relaxed);
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
