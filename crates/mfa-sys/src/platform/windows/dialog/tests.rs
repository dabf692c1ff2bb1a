//! What answers a window, and what does not. These tests need a screen, which tests/windows starts for wine.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

use windows_sys::Win32::UI::WindowsAndMessaging::{
    BM_CLICK, BM_GETSTATE, BM_SETSTATE, DM_GETDEFID, GUITHREADINFO, GetGUIThreadInfo,
    GetWindowTextW, GetWindowThreadProcessId, IsWindow, SET_WINDOW_POS_FLAGS, WA_CLICKACTIVE,
    WA_INACTIVE, WM_CLOSE,
};

use super::*;

/// The state of a button that is held (`BST_PUSHED`).
const PUSHED: isize = 4;
const LONG: Duration = Duration::from_secs(60);

fn dialog() -> (Dialog, Receiver<Answer>) {
    let (sender, answers) = channel();
    let words = Words {
        title: "mfactl".into(),
        text: "terraform wants a code\n\nProgram: C:\\x & y.exe".into(),
        yes: "Allow once".into(),
        no: "Deny".into(),
        before: 2,
    };
    let answered = move |answer| sender.send(answer).unwrap();
    let dialog = Dialog::open(words, answered).unwrap();
    (dialog, answers)
}

fn window(dialog: &Dialog) -> HWND {
    without_provenance_mut(dialog.0)
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn send(window: HWND, message: u32, code: i32) {
    let code = usize::try_from(code).unwrap();
    // SAFETY: the messages take no pointers.
    unsafe { SendMessageW(window, message, code, 0) };
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn control(dialog: &Dialog, id: i32) -> HWND {
    // SAFETY: it takes no pointers.
    unsafe { GetDlgItem(window(dialog), id) }
}

#[test]
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn the_buttons_are_called_what_they_should_be() {
    let (dialog, _answers) = dialog();
    for (id, expected) in [(YES, "Allow once"), (NO, "Deny")] {
        let mut text = [0; 32];
        // SAFETY: pointer and length are those of `text`.
        let length = unsafe { GetWindowTextW(control(&dialog, id), text.as_mut_ptr(), 32) };
        let length = usize::try_from(length).unwrap();
        assert_eq!(String::from_utf16_lossy(&text[..length]), expected);
    }
}

#[test]
fn messages_of_other_programs_allow_nothing() {
    let (dialog, answers) = dialog();
    // As if the time were over in which the button does nothing.
    send(window(&dialog), WM_TIMER, 1);
    send(window(&dialog), WM_COMMAND, YES);
    send(control(&dialog, YES), BM_CLICK, 0);
    let answer = answers.recv_timeout(Duration::from_millis(500));
    assert_eq!(answer, Err(RecvTimeoutError::Timeout));
    // To deny is always possible.
    send(window(&dialog), WM_COMMAND, NO);
    assert_eq!(answers.recv_timeout(LONG), Ok(Answer::No));
}

/// Returns the control that has the keys, as far as the window has them.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn focus(dialog: &Dialog) -> HWND {
    let mut found = GUITHREADINFO {
        cbSize: u32::try_from(size_of::<GUITHREADINFO>()).unwrap(),
        ..GUITHREADINFO::default()
    };
    // SAFETY: the structure is live, and its size is said. The null pointer is allowed.
    unsafe {
        let thread = GetWindowThreadProcessId(window(dialog), null_mut());
        assert_ne!(GetGUIThreadInfo(thread, &raw mut found), 0);
    }
    found.hwndFocus
}

#[test]
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn other_programs_do_not_choose_the_button_that_a_key_presses() {
    let (dialog, _answers) = dialog();
    assert_eq!(focus(&dialog), control(&dialog, NO));
    send(window(&dialog), DM_SETDEFID, YES);
    // SAFETY: the messages take no pointers.
    unsafe {
        let default = SendMessageW(window(&dialog), DM_GETDEFID, 0, 0);
        assert_ne!(default & 0xffff, isize::try_from(YES).unwrap());
        EnableWindow(control(&dialog, YES), 1);
        SendMessageW(
            window(&dialog),
            WM_NEXTDLGCTL,
            control(&dialog, YES).addr(),
            1,
        );
    }
    // The key Tab of another program does not move there either.
    let tab = 9;
    for message in [WM_KEYDOWN, WM_KEYUP] {
        // SAFETY: the message takes no pointers.
        unsafe { PostMessageW(control(&dialog, NO), message, tab, 0) };
    }
    // What is posted last is handled last.
    let yes = control(&dialog, YES);
    // SAFETY: the messages take no pointers.
    unsafe {
        PostMessageW(yes, BM_SETSTATE, 1, 0);
        while SendMessageW(yes, BM_GETSTATE, 0, 0) & PUSHED == 0 {
            std::thread::yield_now();
        }
    }
    assert_eq!(focus(&dialog), control(&dialog, NO));
}

/// Tells what a window has heard, on this thread, which has what the user has seen and pressed for itself.
#[expect(unsafe_code, reason = "as the system does")]
fn tell(window: HWND, message: u32, code: u32) -> bool {
    let code = usize::try_from(code).unwrap();
    // SAFETY: the window exists.
    unsafe { heard(window, message, code, 0) };
    HEARD.take().is_some()
}

#[test]
fn a_yes_is_a_press_on_a_window_that_the_user_has_seen() {
    let (dialog, _answers) = dialog();
    let tell = |message, code| tell(window(&dialog), message, code);
    let yes = || tell(WM_COMMAND, YES.cast_unsigned());
    let just_now = Instant::now();
    let before = just_now.checked_sub(PAUSE).unwrap();
    IS_PRESS.set(true);
    assert!(!yes(), "it is not shown");
    for (since, expected) in [(just_now, false), (before, true)] {
        SINCE.set(Some(since));
        assert_eq!(yes(), expected);
    }
    // It was moved, shown again, or brought to the front by other means than a click on it.
    for (message, code, expected) in [
        (WM_MOVE, 0, false),
        (WM_SIZE, 0, false),
        (WM_SHOWWINDOW, 1, false),
        (WM_ACTIVATE, WA_ACTIVE, false),
        (WM_ACTIVATE, WA_CLICKACTIVE, true),
        (WM_ACTIVATE, WA_INACTIVE, true),
    ] {
        SINCE.set(Some(before));
        assert!(!tell(message, code));
        assert_eq!(yes(), expected, "{message} {code}");
    }
    SINCE.set(Some(before));
    assert!(!tell(WM_COMMAND, YES.cast_unsigned() | 1 << 16), "no click");
    IS_PRESS.set(false);
    assert!(!yes());
    IS_PRESS.set(true);
    assert!(yes());
    // Another program moves the button.
    let flags = SWP_NOACTIVATE | SWP_NOZORDER;
    let place = (300, 10, 110, 28);
    let moved = put_control(control(&dialog, YES), place, flags);
    assert!(moved && !yes());
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn put_control(
    control: HWND,
    (x, y, width, height): (i32, i32, i32, i32),
    flags: SET_WINDOW_POS_FLAGS,
) -> bool {
    // SAFETY: it takes no pointers to memory.
    unsafe { SetWindowPos(control, null_mut(), x, y, width, height, flags) != 0 }
}

#[test]
fn a_window_that_is_closed_has_no_answer() {
    let (dialog, answers) = dialog();
    send(window(&dialog), WM_CLOSE, 0);
    assert_eq!(answers.recv_timeout(LONG), Ok(Answer::Closed));
}

#[test]
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn the_window_closes_with_its_owner() {
    let (dialog, answers) = dialog();
    let window = window(&dialog);
    drop(dialog);
    let answer = answers.recv_timeout(LONG);
    assert_eq!(answer, Err(RecvTimeoutError::Disconnected));
    // SAFETY: it takes no pointers.
    assert_eq!(unsafe { IsWindow(window) }, 0);
}
