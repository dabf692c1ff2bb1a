//! Whether the controls of a window are where the user expects them.
//!
//! Another program can move them: the yes to the place of the no, or the text out of sight. The system itself moves them
//! when the window comes to a screen with another resolution, so their places are not compared with those of before.

use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{HWND, POINT, RECT};
use windows_sys::Win32::Graphics::Gdi::MapWindowPoints;
use windows_sys::Win32::UI::WindowsAndMessaging::{GetClientRect, GetDlgItem, GetWindowRect};

/// How much the sizes of two buttons may differ, in pixels: the system rounds.
const ROUNDING: i32 = 2;

/// Returns whether the text is above the buttons, the yes is left of the no and as large, and all of them are within the
/// window.
pub(super) fn are_fine(window: HWND, [text, yes, no]: [i32; 3]) -> bool {
    let place = |id| place(window, id);
    match (inside(window), place(text), place(yes), place(no)) {
        (Some(inside), Some(text), Some(yes), Some(no)) => are_arranged(&inside, &text, &yes, &no),
        _ => false,
    }
}

fn are_arranged(inside: &RECT, text: &RECT, yes: &RECT, no: &RECT) -> bool {
    let is_inside = |place: &RECT| {
        (inside.left..place.right).contains(&place.left)
            && (inside.top..place.bottom).contains(&place.top)
            && place.right <= inside.right
            && place.bottom <= inside.bottom
    };
    let size = |place: &RECT| [place.right - place.left, place.bottom - place.top];
    let as_large = |(one, other): (i32, i32)| (one - other).abs() <= ROUNDING;
    [text, yes, no].into_iter().all(is_inside)
        && text.bottom <= yes.top
        && text.bottom <= no.top
        && yes.right <= no.left
        && (yes.top - no.top).abs() <= ROUNDING
        && size(yes).into_iter().zip(size(no)).all(as_large)
}

/// Returns the part of a window that its controls are in.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn inside(window: HWND) -> Option<RECT> {
    let mut inside = RECT::default();
    // SAFETY: the pointer is to a live structure.
    let is_known = unsafe { GetClientRect(window, &raw mut inside) } != 0;
    is_known.then_some(inside)
}

/// Returns the place of a control in its window.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn place(window: HWND, id: i32) -> Option<RECT> {
    let mut place = RECT::default();
    // SAFETY: the pointer is to a live structure, and a control that does not exist is refused.
    let is_known = unsafe { GetWindowRect(GetDlgItem(window, id), &raw mut place) } != 0;
    let corners = (&raw mut place).cast::<POINT>();
    // SAFETY: a rectangle is two points, and this one is live.
    unsafe { MapWindowPoints(null_mut(), window, corners, 2) };
    is_known.then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(left: i32, top: i32, right: i32, bottom: i32) -> RECT {
        RECT {
            left,
            top,
            right,
            bottom,
        }
    }

    #[test]
    fn a_control_that_was_moved_is_noticed() {
        let inside = rect(0, 0, 448, 150);
        let text = rect(14, 14, 434, 94);
        let (yes, no) = (rect(200, 108, 310, 136), rect(324, 108, 434, 136));
        assert!(are_arranged(&inside, &text, &yes, &no));
        let larger = rect(199, 108, 311, 137);
        assert!(are_arranged(&inside, &text, &larger, &no), "rounded");
        assert!(!are_arranged(&inside, &text, &no, &yes), "exchanged");
        assert!(!are_arranged(&inside, &text, &inside, &no), "over all");
        assert!(!are_arranged(&rect(0, 0, 448, 90), &text, &yes, &no));
        let away = [rect(-500, 14, -80, 94), rect(14, 14, 434, 120)];
        for text in away {
            assert!(!are_arranged(&inside, &text, &yes, &no));
        }
        for yes in [rect(260, 108, 370, 136), rect(200, 30, 310, 58)] {
            assert!(!are_arranged(&inside, &text, &yes, &no));
        }
    }
}
