//! What is pressed on the keyboard. Reading waits for it, on a thread of its own.

use std::thread;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::sync::mpsc;

use super::model::Key;

/// The number of keys that may wait.
const QUEUE: usize = 64;

/// What a person does with the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A key.
    Key(Key),
    /// Ctrl-Z
    Stop,
    /// The terminal has another size, or is to be drawn anew.
    Redraw,
}

/// Starts to read. The queue ends with the terminal.
pub(crate) fn read() -> std::io::Result<mpsc::Receiver<Input>> {
    let (sender, keys) = mpsc::channel(QUEUE);
    thread::Builder::new().spawn(move || {
        while let Ok(event) = event::read() {
            if let Some(input) = input(&event)
                && sender.blocking_send(input).is_err()
            {
                return;
            }
        }
    })?;
    Ok(keys)
}

fn input(event: &Event) -> Option<Input> {
    match event {
        Event::Resize(..) => Some(Input::Redraw),
        Event::Key(key) if key.kind != KeyEventKind::Release => pressed(*key),
        _ => None,
    }
}

fn pressed(key: KeyEvent) -> Option<Input> {
    let with = |modifier| key.modifiers.contains(modifier);
    // AltGr, which many letters need, is both of them.
    let is_letter = with(KeyModifiers::CONTROL) == with(KeyModifiers::ALT);
    Some(Input::Key(match key.code {
        KeyCode::Char(letter) if is_letter => Key::Letter(letter),
        KeyCode::Char('z') if with(KeyModifiers::CONTROL) => return Some(Input::Stop),
        KeyCode::Char('l') if with(KeyModifiers::CONTROL) => return Some(Input::Redraw),
        KeyCode::Char('c') if with(KeyModifiers::CONTROL) => Key::Interrupt,
        KeyCode::Char('u') if with(KeyModifiers::CONTROL) => Key::Clear,
        KeyCode::Char('p') if with(KeyModifiers::CONTROL) => Key::Move(-1),
        KeyCode::Char('n') if with(KeyModifiers::CONTROL) => Key::Move(1),
        KeyCode::Up | KeyCode::BackTab => Key::Move(-1),
        KeyCode::Down | KeyCode::Tab => Key::Move(1),
        KeyCode::PageUp => Key::Page(-1),
        KeyCode::PageDown => Key::Page(1),
        KeyCode::Home => Key::First,
        KeyCode::End => Key::Last,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Backspace => Key::Backspace,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_told_from_commands() {
        let of = |code, modifiers| pressed(KeyEvent::new(code, modifiers));
        let (none, control) = (KeyModifiers::NONE, KeyModifiers::CONTROL);
        let key = |key| Some(Input::Key(key));
        assert_eq!(of(KeyCode::Char('z'), none), key(Key::Letter('z')));
        assert_eq!(of(KeyCode::Char('z'), control), Some(Input::Stop));
        assert_eq!(of(KeyCode::Char('c'), control), key(Key::Interrupt));
        let right_alt = control | KeyModifiers::ALT;
        assert_eq!(of(KeyCode::Char('@'), right_alt), key(Key::Letter('@')));
        assert_eq!(of(KeyCode::Char('x'), control), None);
        assert_eq!(of(KeyCode::F(1), none), None);
    }
}
