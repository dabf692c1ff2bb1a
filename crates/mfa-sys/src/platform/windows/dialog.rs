//! A small window that asks the user for a yes or a no.
//!
//! It takes no keys away from the program that the user works with, and its default button is the no. Other programs of
//! the user can send it any message, move it, and put it in front of the user. So a yes counts only if Windows says that
//! the click or the key came from a device, if the window was where it is for a second, and if its controls are in place.

mod font;
mod places;

use std::cell::{Cell, RefCell};
use std::io;
use std::ptr::{null, null_mut, without_provenance_mut};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::{HWND, LPARAM, RECT, WPARAM};
use windows_sys::Win32::UI::Input::KeyboardAndMouse::{EnableWindow, SetFocus};
use windows_sys::Win32::UI::Input::{
    GetCurrentInputMessageSource, IMO_HARDWARE, IMO_SYSTEM, INPUT_MESSAGE_SOURCE,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    AdjustWindowRectEx, BN_CLICKED, BS_DEFPUSHBUTTON, BS_PUSHBUTTON, CreateDialogIndirectParamW,
    CreateWindowExW, DLGTEMPLATE, DM_SETDEFID, DS_NOIDLEMSG, DestroyWindow, DispatchMessageW,
    GetDlgItem, GetMessageW, HMENU, IDCANCEL, ISMEX_NOSEND, InSendMessageEx, IsDialogMessageW,
    KillTimer, MSG, PostMessageW, PostQuitMessage, SPI_GETWORKAREA, SW_SHOWNOACTIVATE,
    SWP_NOACTIVATE, SWP_NOZORDER, SendMessageW, SetTimer, SetWindowPos, SetWindowTextW, ShowWindow,
    SystemParametersInfoW, TranslateMessage, WA_ACTIVE, WM_ACTIVATE, WM_APP, WM_COMMAND,
    WM_KEYDOWN, WM_KEYFIRST, WM_KEYLAST, WM_KEYUP, WM_LBUTTONUP, WM_MOVE, WM_NEXTDLGCTL,
    WM_SETFONT, WM_SHOWWINDOW, WM_SIZE, WM_TIMER, WS_CAPTION, WS_CHILD, WS_EX_APPWINDOW,
    WS_EX_TOPMOST, WS_POPUP, WS_SYSMENU, WS_TABSTOP, WS_VISIBLE,
};

use super::{wide, worked};
use font::Font;

/// The message by which the owner closes the window.
const END: u32 = WM_APP + 1;
/// The ids of the buttons. That of the no is also the one of the key Esc and of the button in the title.
const YES: i32 = 100;
const NO: i32 = 101;
/// The id of the text.
const TEXT: i32 = 102;
/// The styles of a text: it shows `&` as it is, and breaks words that are too long (`SS_NOPREFIX`, `SS_EDITCONTROL`).
const PLAIN_TEXT: u32 = 0x0080 | 0x2000;
const STYLE: u32 = WS_POPUP | WS_CAPTION | WS_SYSMENU;
const EX_STYLE: u32 = WS_EX_TOPMOST | WS_EX_APPWINDOW;
/// Sizes in pixels, on a screen with 96 of them in an inch: the text, the buttons, and the room around them.
const TEXT_WIDTH: i32 = 420;
const BUTTON: (i32, i32) = (110, 28);
const GAP: i32 = 14;
/// How long the yes cannot be pressed: a click or a key may be meant for what was there before.
const PAUSE: Duration = Duration::from_secs(1);
/// The same for the timer that enables the button.
const PAUSE_MILLISECONDS: u32 = 1000;
/// The number of the timer for this.
const TIMER: usize = 1;
/// How far a window is from the one before, so that none hides another.
const STEP: i32 = 32;

/// The words of a window.
#[derive(Clone, Debug)]
pub struct Words {
    /// The title.
    pub title: String,
    /// The text, which may have several lines.
    pub text: String,
    /// The button for a yes.
    pub yes: String,
    /// The button for a no.
    pub no: String,
    /// The number of the place that the window has, from 0, so that none hides another.
    pub before: u8,
}

/// The answer of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The button for a yes.
    Yes,
    /// The button for a no.
    No,
    /// The window was closed without an answer.
    Closed,
}

/// A window, on its own thread. It closes when this is dropped.
#[derive(Debug)]
pub struct Dialog(usize);

impl Dialog {
    /// Opens the window. `answered` is called once, on the thread of the window, unless the owner closes it.
    ///
    /// # Errors
    /// An error of the system, such as where there is no desktop.
    pub fn open(words: Words, answered: impl FnOnce(Answer) + Send + 'static) -> io::Result<Self> {
        let (ready, opened) = sync_channel(1);
        let thread = std::thread::Builder::new().name("dialog".into());
        thread.spawn(move || {
            let answer = work(&words, &ready);
            drop(ready);
            if let Some(answer) = answer {
                answered(answer);
            }
        })?;
        let handle = opened.recv().map_err(io::Error::other)??;
        Ok(Self(handle))
    }
}

impl Drop for Dialog {
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn drop(&mut self) {
        // SAFETY: it takes no pointers, and refuses a window that no longer exists.
        unsafe { PostMessageW(without_provenance_mut(self.0), END, 0, 0) };
    }
}

/// What the procedure of a window has heard. It is not kept in the window, where other programs could change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Answer(Answer),
    /// The owner closes the window.
    End,
}

thread_local! {
    #[expect(clippy::missing_const_for_thread_local, reason = "it is const")]
    static HEARD: RefCell<Option<Heard>> = const { RefCell::new(None) };
    /// Whether the message that is handled is a click or a key of the user.
    #[expect(clippy::missing_const_for_thread_local, reason = "it is const")]
    static IS_PRESS: Cell<bool> = const { Cell::new(false) };
    /// Since when the window is where the user sees it.
    #[expect(clippy::missing_const_for_thread_local, reason = "it is const")]
    static SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Shows the window until it is answered or closed. Returns `None` if its owner has closed it.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn work(words: &Words, ready: &SyncSender<io::Result<usize>>) -> Option<Answer> {
    let font = Font::of_messages();
    let window = match open(words, &font) {
        Ok(window) => window,
        Err(error) => {
            drop(ready.send(Err(error)));
            return None;
        }
    };
    drop(ready.send(Ok(window.addr())));
    let mut message = MSG::default();
    let heard = loop {
        if let Some(heard) = HEARD.take() {
            break heard;
        }
        // SAFETY: the pointers are to a live structure. The window belongs to this thread.
        unsafe {
            // Another program can end the loop. Then nobody has answered.
            if GetMessageW(&raw mut message, null_mut(), 0, 0) <= 0 {
                break HEARD.take().unwrap_or(Heard::Answer(Answer::Closed));
            }
            IS_PRESS.set(is_press(&message));
            // Keys of other programs reach the buttons, but do not move from one to another.
            let is_key = (WM_KEYFIRST..=WM_KEYLAST).contains(&message.message);
            let is_foreign = is_key && !IS_PRESS.get();
            if is_foreign || IsDialogMessageW(window, &raw const message) == 0 {
                TranslateMessage(&raw const message);
                DispatchMessageW(&raw const message);
            }
            // Messages that others send are handled while the loop waits for the next one.
            IS_PRESS.set(false);
        }
    };
    // SAFETY: the window belongs to this thread.
    unsafe { DestroyWindow(window) };
    match heard {
        Heard::Answer(answer) => Some(answer),
        Heard::End => None,
    }
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn open(words: &Words, font: &Font) -> io::Result<HWND> {
    // A description without controls, menu, class and title, whose three places come after it.
    #[repr(C)]
    struct Template(DLGTEMPLATE, [u16; 3]);
    let template = Template(
        DLGTEMPLATE {
            style: STYLE | u32::try_from(DS_NOIDLEMSG).map_err(io::Error::other)?,
            dwExtendedStyle: EX_STYLE,
            ..DLGTEMPLATE::default()
        },
        [0; 3],
    );
    // SAFETY: the template is live, complete and only read. The procedure is a function.
    let window = unsafe {
        CreateDialogIndirectParamW(
            null_mut(),
            (&raw const template).cast(),
            null_mut(),
            Some(heard),
            0,
        )
    };
    if window.is_null() {
        return Err(io::Error::last_os_error());
    }
    let [gap, wide_text, width, tall, step] =
        [GAP, TEXT_WIDTH, BUTTON.0, BUTTON.1, STEP].map(|size| font.scaled(size));
    let height = font.height(&words.text, wide_text);
    let buttons = gap + height + gap;
    let title = wide(&words.title);
    // SAFETY: the title is live and ends with a zero. The window is ours.
    unsafe { SetWindowTextW(window, title.as_ptr()) };
    let place = (gap, gap, wide_text, height);
    control(window, font, "STATIC", &words.text, PLAIN_TEXT, place, TEXT)?;
    let right = gap + wide_text - width;
    let style = |style: i32| WS_TABSTOP | style.cast_unsigned();
    let (plain, default) = (style(BS_PUSHBUTTON), style(BS_DEFPUSHBUTTON));
    let place = (right - gap - width, buttons, width, tall);
    let yes = control(window, font, "BUTTON", &words.yes, plain, place, YES)?;
    let place = (right, buttons, width, tall);
    let no = control(window, font, "BUTTON", &words.no, default, place, NO)?;
    // SAFETY: the windows are ours, and no call takes a pointer to memory.
    unsafe {
        EnableWindow(yes, 0);
        SetTimer(window, TIMER, PAUSE_MILLISECONDS, None);
        SetFocus(no);
    }
    let size = (wide_text + 2 * gap, buttons + tall + gap);
    put(window, size, step.saturating_mul(words.before.into()))?;
    // SAFETY: the window is ours. It does not become the active one, which may be getting the keys of the user.
    unsafe { ShowWindow(window, SW_SHOWNOACTIVATE) };
    SINCE.set(Some(Instant::now()));
    Ok(window)
}

/// Creates a control at a place: left, top, width, height.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn control(
    window: HWND,
    font: &Font,
    class: &str,
    text: &str,
    style: u32,
    (x, y, width, height): (i32, i32, i32, i32),
    id: i32,
) -> io::Result<HWND> {
    let (class, text) = (wide(class), wide(text.replace('\n', "\r\n")));
    let id: HMENU = without_provenance_mut(usize::try_from(id).map_err(io::Error::other)?);
    // SAFETY: the texts are live and end with a zero. The other pointers may be null.
    let made = unsafe {
        CreateWindowExW(
            0,
            class.as_ptr(),
            text.as_ptr(),
            WS_CHILD | WS_VISIBLE | style,
            x,
            y,
            width,
            height,
            window,
            id,
            null_mut(),
            null(),
        )
    };
    if made.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the control is ours. It uses the font, which lives longer.
    unsafe { SendMessageW(made, WM_SETFONT, font.handle(), 0) };
    Ok(made)
}

/// Puts the window in the middle of the screen, beside those that may be there already.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn put(window: HWND, (width, height): (i32, i32), beside: i32) -> io::Result<()> {
    let (mut frame, mut screen) = (RECT::default(), RECT::default());
    (frame.right, frame.bottom) = (width, height);
    // SAFETY: the pointers are to live structures, and the window is ours.
    unsafe {
        worked(AdjustWindowRectEx(&raw mut frame, STYLE, 0, EX_STYLE))?;
        worked(SystemParametersInfoW(
            SPI_GETWORKAREA,
            0,
            (&raw mut screen).cast(),
            0,
        ))?;
        let (width, height) = (frame.right - frame.left, frame.bottom - frame.top);
        let x = (screen.left + screen.right - width) / 2 + beside;
        let y = (screen.top + screen.bottom - height) / 3 + beside;
        let flags = SWP_NOACTIVATE | SWP_NOZORDER;
        worked(SetWindowPos(window, null_mut(), x, y, width, height, flags))
    }
}

#[expect(unsafe_code, reason = "the system calls it, with raw handles")]
unsafe extern "system" fn heard(window: HWND, message: u32, wparam: WPARAM, _: LPARAM) -> isize {
    let heard = match (message, id(wparam)) {
        (WM_TIMER, _) => {
            // SAFETY: the windows are those of this call, and no call takes a pointer to memory.
            unsafe {
                KillTimer(window, TIMER);
                EnableWindow(GetDlgItem(window, YES), 1);
            }
            return 1;
        }
        // The button in front must stay the one that denies, and other programs must not move to another one.
        (DM_SETDEFID, _) => return 1,
        (WM_NEXTDLGCTL, _) if !is_own() => return 1,
        // A click that brings the window to the front was made on what the user saw. A key may be meant for another one.
        (WM_ACTIVATE, _) if u32::try_from(wparam & 0xffff) != Ok(WA_ACTIVE) => return 0,
        (WM_ACTIVATE | WM_MOVE | WM_SIZE | WM_SHOWWINDOW, _) => {
            SINCE.set(Some(Instant::now()));
            return 0;
        }
        (WM_COMMAND, YES) if is_click(wparam) && is_own() && is_as_seen(window) => {
            Heard::Answer(Answer::Yes)
        }
        (WM_COMMAND, NO) => Heard::Answer(Answer::No),
        (WM_COMMAND, IDCANCEL) => Heard::Answer(Answer::Closed),
        (END, _) => Heard::End,
        _ => return 0,
    };
    HEARD.with_borrow_mut(|place| *place.get_or_insert(heard));
    // The loop is woken, if a message was sent to the window and did not come from its queue.
    // SAFETY: it takes no pointers.
    unsafe { PostQuitMessage(0) };
    1
}

/// Returns the id of the control that a command is from.
fn id(wparam: WPARAM) -> i32 {
    i32::try_from(wparam & 0xffff).unwrap_or(0)
}

/// Returns whether a command says that a button was pressed.
fn is_click(wparam: WPARAM) -> bool {
    u32::try_from(wparam >> 16) == Ok(BN_CLICKED)
}

/// Returns whether what is handled follows from a click or a key of the user. Another program may send a message while
/// one is handled.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn is_own() -> bool {
    // SAFETY: the pointer must be null.
    IS_PRESS.get() && unsafe { InSendMessageEx(null()) } == ISMEX_NOSEND
}

/// Returns whether the user has had time to see the window, and its controls are in place.
fn is_as_seen(window: HWND) -> bool {
    SINCE.get().is_some_and(|since| since.elapsed() >= PAUSE)
        && places::are_fine(window, [TEXT, YES, NO])
}

/// Returns whether a message that was just taken is a click or a key, and came from a device and not from another
/// program. Keyboards on the screen count as devices.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn is_press(message: &MSG) -> bool {
    let mut source = INPUT_MESSAGE_SOURCE::default();
    // SAFETY: the pointer is to a live structure.
    let is_known = unsafe { GetCurrentInputMessageSource(&raw mut source) } != 0;
    matches!(message.message, WM_LBUTTONUP | WM_KEYDOWN | WM_KEYUP)
        && is_known
        && matches!(source.originId, IMO_HARDWARE | IMO_SYSTEM)
}

#[cfg(test)]
mod tests;
