//! The window of an icon in the notification area: events that the library does not report, and balloons.
//!
//! tray-icon creates that window and handles its messages. It does not report when the menu opens and closes
//! or when the user logs off, and it has no balloons. So this module sees the messages of the window before
//! tray-icon does.

use std::io;
use std::ptr::{null_mut, without_provenance_mut};

use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows_sys::Win32::UI::Shell::{
    DefSubclassProc, NIF_INFO, NIIF_INFO, NIIF_WARNING, NIM_MODIFY, NIN_BALLOONUSERCLICK,
    NOTIFYICONDATAW, RemoveWindowSubclass, SetWindowSubclass, Shell_NotifyIconW,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    DispatchMessageW, GetMessageW, GetSystemMetrics, MSG, PM_NOREMOVE, PeekMessageW, PostMessageW,
    PostQuitMessage, SM_CXSMICON, TranslateMessage, WM_APP, WM_COMMAND, WM_ENDSESSION,
    WM_ENTERMENULOOP, WM_EXITMENULOOP, WM_NCDESTROY, WM_USER,
};

use super::worked;

/// The message that wakes the thread of a window.
const WAKE: u32 = WM_APP + 1;
/// The last message number that a library may use for its own windows.
const LAST_OF_LIBRARIES: u32 = WM_APP - 1;
/// The id of our listener of the window. The other listeners belong to libraries.
const LISTENER: usize = 0x6d66_6163;
/// The highest id of an icon that is tried. The library does not reveal the id, but a window has one icon,
/// and the shell accepts no other id.
const MAX_ICON: u32 = 16;

/// An event of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// [`Waker::wake`] was called.
    Woken,
    /// The menu has opened.
    MenuOpened,
    /// The menu has closed.
    MenuClosed,
    /// The user has clicked a balloon.
    BalloonClicked,
    /// The user is logging off. The process may be ended as soon as the listener returns.
    SessionEnds,
}

type Listener = Box<dyn Fn(Event)>;

/// A window of this thread with a listener, until the window is destroyed.
#[derive(Debug)]
pub struct Window(HWND);

impl Window {
    /// Adds the listener. It is called on this thread, whenever the thread handles messages.
    ///
    /// # Errors
    /// An error of the system, if this is not a window, or belongs to another thread.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    pub fn listen(window: usize, listener: impl Fn(Event) + 'static) -> io::Result<Self> {
        let window: HWND = without_provenance_mut(window);
        let listener: *mut Listener = Box::into_raw(Box::new(Box::new(listener)));
        // SAFETY: the call refuses anything that is not a window of this thread. `heard` uses the listener
        // with its real type, and frees it with the window.
        let worked = worked(unsafe {
            SetWindowSubclass(window, Some(heard), LISTENER, listener.expose_provenance())
        });
        match worked {
            Ok(()) => Ok(Self(window)),
            Err(error) => {
                // SAFETY: the pointer comes from `into_raw`, and no other code has taken it.
                drop(unsafe { Box::from_raw(listener) });
                Err(error)
            }
        }
    }

    /// Returns a waker for the thread of this window, for use on other threads.
    #[must_use]
    pub fn waker(&self) -> Waker {
        Waker(self.0.addr())
    }

    /// Shows a balloon beside the icon, in place of an earlier one. Texts that are too long are cut.
    ///
    /// # Errors
    /// An error of the system, if the icon is not shown.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    pub fn balloon(&self, title: &str, text: &str, is_problem: bool) -> io::Result<()> {
        let mut said = NOTIFYICONDATAW {
            cbSize: u32::try_from(size_of::<NOTIFYICONDATAW>()).map_err(io::Error::other)?,
            hWnd: self.0,
            uFlags: NIF_INFO,
            dwInfoFlags: if is_problem { NIIF_WARNING } else { NIIF_INFO },
            ..NOTIFYICONDATAW::default()
        };
        for number in 0..=MAX_ICON {
            said.uID = number;
            // An empty text removes the earlier balloon.
            said.szInfo = [0; 256];
            // SAFETY: the structure is live and only read.
            if unsafe { Shell_NotifyIconW(NIM_MODIFY, &raw const said) } == 0 {
                continue;
            }
            fill(&mut said.szInfoTitle, title);
            fill(&mut said.szInfo, text);
            // SAFETY: as above.
            return worked(unsafe { Shell_NotifyIconW(NIM_MODIFY, &raw const said) });
        }
        Err(io::ErrorKind::NotFound.into())
    }
}

/// Writes a text into a buffer, with a zero at its end. What does not fit is cut.
fn fill(room: &mut [u16], text: &str) {
    let mut at = 0;
    for letter in text.chars() {
        let mut units = [0; 2];
        let units = letter.encode_utf16(&mut units);
        if at + units.len() >= room.len() {
            break;
        }
        room[at..at + units.len()].copy_from_slice(units);
        at += units.len();
    }
    room[at..].fill(0);
}

/// Wakes the thread of a window.
#[derive(Clone, Debug)]
pub struct Waker(usize);

impl Waker {
    /// Makes the listener receive [`Event::Woken`].
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    pub fn wake(&self) {
        // SAFETY: it takes no pointers, and refuses a window that no longer exists. If the queue is full, its
        // messages wake the thread anyway.
        unsafe { PostMessageW(without_provenance_mut(self.0), WAKE, 0, 0) };
    }
}

#[expect(unsafe_code, reason = "the system calls it, with raw pointers")]
unsafe extern "system" fn heard(
    window: HWND,
    message: u32,
    wparam: WPARAM,
    lparam: LPARAM,
    _: usize,
    listener: usize,
) -> LRESULT {
    let listener: *mut Listener = std::ptr::with_exposed_provenance_mut(listener);
    let event = match message {
        // A choice from the menu may be pending, and the menu must not change before it is handled.
        WAKE if choice_waits(window) => {
            Waker(window.addr()).wake();
            None
        }
        WAKE => Some(Event::Woken),
        WM_ENTERMENULOOP => Some(Event::MenuOpened),
        WM_EXITMENULOOP => Some(Event::MenuClosed),
        WM_ENDSESSION if wparam != 0 => Some(Event::SessionEnds),
        WM_USER..=LAST_OF_LIBRARIES if u32::try_from(lparam) == Ok(NIN_BALLOONUSERCLICK) => {
            Some(Event::BalloonClicked)
        }
        WM_NCDESTROY => {
            // SAFETY: this is the last message of the window, so the listener is not called any more. The
            // pointer comes from `into_raw`. The call takes the arguments that the system was given.
            unsafe {
                RemoveWindowSubclass(window, Some(heard), LISTENER);
                drop(Box::from_raw(listener));
            }
            None
        }
        _ => None,
    };
    if let Some(event) = event {
        // SAFETY: the listener is freed only with the last message of the window, which this is not.
        unsafe { (*listener)(event) };
    }
    match message {
        WAKE => 0,
        // SAFETY: the arguments are those of this call.
        _ => unsafe { DefSubclassProc(window, message, wparam, lparam) },
    }
}

/// Checks whether a choice from the menu is pending.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn choice_waits(window: HWND) -> bool {
    let mut message = MSG::default();
    // SAFETY: the pointer is to a live structure. The message stays in the queue.
    let is_some = unsafe {
        PeekMessageW(
            &raw mut message,
            window,
            WM_COMMAND,
            WM_COMMAND,
            PM_NOREMOVE,
        ) != 0
    };
    // The message that ends the loop is returned too, whatever was asked for. Waiting for it with another
    // message would never end: it comes only when the queue is empty.
    is_some && message.message == WM_COMMAND
}

/// Handles the messages to the windows of this thread, until [`end`] is called on it.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn take_messages() {
    let mut message = MSG::default();
    // SAFETY: the pointers are to a live structure. The call could fail only for an invalid window or
    // pointer.
    unsafe {
        while GetMessageW(&raw mut message, null_mut(), 0, 0) > 0 {
            TranslateMessage(&raw const message);
            DispatchMessageW(&raw const message);
        }
    }
}

/// Ends [`take_messages`] on this thread.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn end() {
    // SAFETY: it takes no pointers.
    unsafe { PostQuitMessage(0) };
}

/// Returns the width of an icon in the notification area, in pixels.
#[expect(unsafe_code, reason = "every call of Win32 is")]
#[must_use]
pub fn icon_width() -> u32 {
    // SAFETY: it takes no pointers.
    let width = unsafe { GetSystemMetrics(SM_CXSMICON) };
    u32::try_from(width).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_between_letters() {
        let text = |units: &[u16]| {
            let end = units.iter().position(|unit| *unit == 0).unwrap();
            String::from_utf16(&units[..end]).unwrap()
        };
        let mut room = [1; 4];
        fill(&mut room, "ab");
        assert_eq!(text(&room), "ab");
        fill(&mut room, "abcd");
        assert_eq!(text(&room), "abc");
        fill(&mut room, "ab\u{1f511}");
        assert_eq!(text(&room), "ab");
    }

    #[test]
    fn the_end_is_no_choice() {
        let on_its_own = std::thread::spawn(|| {
            end();
            choice_waits(null_mut())
        });
        assert!(!on_its_own.join().unwrap());
    }

    #[test]
    fn what_is_no_window_is_not_listened_to() {
        assert!(Window::listen(0, |_| {}).is_err());
    }
}
