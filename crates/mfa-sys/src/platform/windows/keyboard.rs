//! Types letters and digits into the window that has the focus, as if their keys were pressed.

use std::io;

use windows_sys::Win32::UI::Input::KeyboardAndMouse::{
    GetAsyncKeyState, INPUT, INPUT_0, INPUT_KEYBOARD, KEYBD_EVENT_FLAGS, KEYBDINPUT,
    KEYEVENTF_KEYUP, KEYEVENTF_UNICODE, SendInput, VIRTUAL_KEY, VK_CONTROL, VK_LWIN, VK_MENU,
    VK_RETURN, VK_RWIN, VK_SHIFT,
};
use windows_sys::Win32::UI::WindowsAndMessaging::GetForegroundWindow;

/// The keys that change what others do.
const MODIFIERS: [VIRTUAL_KEY; 5] = [VK_SHIFT, VK_CONTROL, VK_MENU, VK_LWIN, VK_RWIN];

/// A key to be pressed.
#[derive(Clone, Copy)]
pub enum Key {
    /// A character of UTF-16, whatever the layout of the keyboard is.
    Character(u16),
    /// The Enter key.
    Enter,
}

/// Returns whether a key is held that changes what others do, such as Shift.
#[must_use]
pub fn is_modifier_held() -> bool {
    MODIFIERS.into_iter().any(is_down)
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn is_down(key: VIRTUAL_KEY) -> bool {
    // SAFETY: it takes no pointers.
    let state = unsafe { GetAsyncKeyState(key.into()) };
    // The highest bit is set while the key is down.
    state < 0
}

/// Returns whether a window would get the keys.
#[expect(unsafe_code, reason = "every call of Win32 is")]
#[must_use]
pub fn has_target() -> bool {
    // SAFETY: it takes no pointers, and the handle is only compared.
    !unsafe { GetForegroundWindow() }.is_null()
}

/// Presses keys, one after the other. Nothing that a person presses comes in between.
///
/// # Errors
/// An error of the system. Windows does not tell if the window belongs to a program with more rights, which gets no keys.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn press(keys: &[Key]) -> io::Result<()> {
    let inputs: Vec<_> = keys
        .iter()
        .flat_map(|key| [event(*key, 0), event(*key, KEYEVENTF_KEYUP)])
        .collect();
    let count = u32::try_from(inputs.len()).map_err(io::Error::other)?;
    let size = i32::try_from(size_of::<INPUT>()).map_err(io::Error::other)?;
    // SAFETY: the pointer is to a live vector with that many structures of that size.
    let sent = unsafe { SendInput(count, inputs.as_ptr(), size) };
    if sent == count {
        return Ok(());
    }
    Err(match io::Error::last_os_error() {
        error if error.raw_os_error() == Some(0) => io::Error::other("Windows gives no reason"),
        error => error,
    })
}

fn event(key: Key, flags: KEYBD_EVENT_FLAGS) -> INPUT {
    let (virtual_key, character, kind) = match key {
        Key::Character(character) => (0, character, KEYEVENTF_UNICODE),
        Key::Enter => (VK_RETURN, 0, 0),
    };
    INPUT {
        r#type: INPUT_KEYBOARD,
        Anonymous: INPUT_0 {
            ki: KEYBDINPUT {
                wVk: virtual_key,
                wScan: character,
                dwFlags: kind | flags,
                ..KEYBDINPUT::default()
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_keys_are_no_error() {
        assert!(press(&[]).is_ok());
    }
}
