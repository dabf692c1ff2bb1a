//! The window behind an icon in the notification area: what the library that makes it does not tell,
//! and balloons.
//!
//! tray-icon makes that window, and handles its messages. It does not say when the menu opens and
//! closes, nor that the user logs off, and knows no balloons. So the window's messages are listened
//! to here, before they get there.

use std::io;
use std::ptr::{null_mut, without_provenance_mut};

use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows_sys::Win32::UI::HiDpi::{
    DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2, SetProcessDpiAwarenessContext,
};
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
/// The last message that a library makes up for its own windows.
const LAST_OF_LIBRARIES: u32 = WM_APP - 1;
/// Which listener of its window ours is; the others are the libraries'.
const LISTENER: usize = 0x6d66_6163;
/// The highest number that an icon of the window may have. The library does not tell it, but a window
/// has one icon, and the shell takes no other number.
const MAX_ICON: u32 = 16;

/// What happens to the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody has called [`Waker::wake`].
    Woken,
    /// The menu is there.
    MenuOpened,
    /// It is gone.
    MenuClosed,
    /// The user has clicked a balloon.
    BalloonClicked,
    /// The user logs off. The process may be ended as soon as the listener returns.
    SessionEnds,
}

type Listener = Box<dyn Fn(Event)>;

/// A window of this thread that is listened to, until it is destroyed.
#[derive(Debug)]
pub struct Window(HWND);

impl Window {
    /// Begins to listen. The listener is called on this thread, whenever it takes messages.
    ///
    /// # Errors
    /// What the system says, if this is no window, or one of another thread.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    pub fn listen(window: usize, listener: impl Fn(Event) + 'static) -> io::Result<Self> {
        let window: HWND = without_provenance_mut(window);
        let listener: *mut Listener = Box::into_raw(Box::new(Box::new(listener)));
        // SAFETY: the call refuses what is no window of this thread; `heard` takes the listener for
        // what it is, and frees it with the window.
        let worked = worked(unsafe {
            SetWindowSubclass(window, Some(heard), LISTENER, listener.expose_provenance())
        });
        match worked {
            Ok(()) => Ok(Self(window)),
            Err(error) => {
                // SAFETY: it comes from `into_raw`, and nobody has taken it.
                drop(unsafe { Box::from_raw(listener) });
                Err(error)
            }
        }
    }

    /// Wakes the thread of this window, from any other.
    #[must_use]
    pub fn waker(&self) -> Waker {
        Waker(self.0.addr())
    }

    /// Says something beside the icon, in place of what was said before. What is too long is cut.
    ///
    /// # Errors
    /// What the system says, if nobody shows the icon.
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
            // Without a text, what was said before goes.
            said.szInfo = [0; 256];
            // SAFETY: the structure is a live one, and is only read.
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

/// Puts a text there, with a zero at its end; as much as there is room for.
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
    /// Has the listener called with [`Event::Woken`].
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    pub fn wake(&self) {
        // SAFETY: it takes no pointers; a window that is no more is refused. If the queue is full,
        // there is enough in it to wake the thread.
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
        // A choice may be waiting, and the menu that it was made in must not be changed before.
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
            // SAFETY: this is the window's last message, so the listener is not called any more; it
            // comes from `into_raw`. The call takes what the system was given.
            unsafe {
                RemoveWindowSubclass(window, Some(heard), LISTENER);
                drop(Box::from_raw(listener));
            }
            None
        }
        _ => None,
    };
    if let Some(event) = event {
        // SAFETY: it is freed with the window's last message only, which this is not.
        unsafe { (*listener)(event) };
    }
    match message {
        WAKE => 0,
        // SAFETY: the arguments are those that we were called with.
        _ => unsafe { DefSubclassProc(window, message, wparam, lparam) },
    }
}

/// Whether something was chosen in the menu of the window that it has not been told of.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn choice_waits(window: HWND) -> bool {
    let mut message = MSG::default();
    // SAFETY: the pointer is to a live structure; the message stays where it is.
    unsafe {
        PeekMessageW(
            &raw mut message,
            window,
            WM_COMMAND,
            WM_COMMAND,
            PM_NOREMOVE,
        ) != 0
    }
}

/// Takes the messages to the windows of this thread, until [`end`] is called on it.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn take_messages() {
    let mut message = MSG::default();
    // SAFETY: the pointers are to a live structure. An error would be the message's that is no more.
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

/// Makes this process see the real pixels of all screens, and not those of a screen of old. To be
/// called before there is a window.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn see_real_pixels() {
    // SAFETY: it takes a constant. Systems that are too old for it show what is there a little blurred.
    unsafe { SetProcessDpiAwarenessContext(DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2) };
}

/// How wide an icon in the notification area is, in pixels.
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
    fn what_is_no_window_is_not_listened_to() {
        assert!(Window::listen(0, |_| {}).is_err());
    }
}
