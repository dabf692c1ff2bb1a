//! The terminal while the program has it, and how it gets it back: at the end, after a panic, and while the program is
//! stopped.

use std::io::{self, BufWriter, Write};
use std::panic;
use std::sync::atomic::{AtomicU8, Ordering};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::layout::{Position, Rect};

/// The stream that leads to the terminal: the other one may be a pipe.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Stream {
    /// Standard output.
    Output = 1,
    /// Standard error.
    Error = 2,
}

/// The stream of the screen that is shown; 0 if there is none.
static SHOWN: AtomicU8 = AtomicU8::new(0);

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Output => io::stdout().write(bytes),
            Self::Error => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Output => io::stdout().flush(),
            Self::Error => io::stderr().flush(),
        }
    }
}

/// The screen of the program.
pub(crate) struct Screen {
    pub(crate) terminal: Terminal<CrosstermBackend<BufWriter<Stream>>>,
    stream: Stream,
}

impl Screen {
    /// Shows the screen.
    ///
    /// # Errors
    /// Those of the terminal.
    pub(crate) fn show(stream: Stream) -> io::Result<Self> {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            hide();
            before(info);
        }));
        let backend = CrosstermBackend::new(BufWriter::new(stream));
        let terminal = Terminal::new(backend)?;
        let mut screen = Self { terminal, stream };
        screen.show_again()?;
        Ok(screen)
    }

    /// Shows the screen, also if it is shown already.
    ///
    /// # Errors
    /// Those of the terminal.
    pub(crate) fn show_again(&mut self) -> io::Result<()> {
        SHOWN.store(self.stream as u8, Ordering::Relaxed);
        enable_raw_mode()?;
        execute!(self.stream, EnterAlternateScreen)?;
        // This draws everything anew. `clear` would also ask the terminal where its cursor is, and the thread that reads
        // the keys would take the answer.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        hide();
    }
}

/// Gives the terminal back as it was.
pub(crate) fn hide() {
    let mut stream = match SHOWN.swap(0, Ordering::Relaxed) {
        1 => Stream::Output,
        2 => Stream::Error,
        _ => return,
    };
    // Nothing can be done about a terminal that is gone.
    execute!(stream, LeaveAlternateScreen, Show).ok();
    disable_raw_mode().ok();
}
