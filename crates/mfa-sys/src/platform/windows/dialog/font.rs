//! The font of the window that asks, and the sizes that follow from it.

use std::ptr::null_mut;

use windows_sys::Win32::Foundation::RECT;
use windows_sys::Win32::Graphics::Gdi::{
    CreateFontIndirectW, DT_CALCRECT, DT_EDITCONTROL, DT_EXPANDTABS, DT_NOPREFIX, DT_WORDBREAK,
    DeleteObject, DrawTextW, GetDC, GetDeviceCaps, HFONT, LOGPIXELSX, ReleaseDC, SelectObject,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    NONCLIENTMETRICSW, SPI_GETNONCLIENTMETRICS, SystemParametersInfoW,
};

use super::super::wide;

/// The font of messages, and the number of pixels in an inch.
pub(super) struct Font(HFONT, i32);

impl Font {
    /// Returns the font, or none if the system does not tell it. Then the system uses another one.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    pub(super) fn of_messages() -> Self {
        let size = u32::try_from(size_of::<NONCLIENTMETRICSW>()).unwrap_or(0);
        let mut metrics = NONCLIENTMETRICSW {
            cbSize: size,
            ..NONCLIENTMETRICSW::default()
        };
        // SAFETY: the structure is live, and its size is said.
        unsafe {
            SystemParametersInfoW(SPI_GETNONCLIENTMETRICS, size, (&raw mut metrics).cast(), 0);
            let device = GetDC(null_mut());
            let pixels = GetDeviceCaps(device, LOGPIXELSX.cast_signed());
            ReleaseDC(null_mut(), device);
            Self(
                CreateFontIndirectW(&raw const metrics.lfMessageFont),
                pixels,
            )
        }
    }

    /// Returns the handle, for the controls.
    pub(super) fn handle(&self) -> usize {
        self.0.addr()
    }

    /// Returns a size for this screen.
    pub(super) fn scaled(&self, size: i32) -> i32 {
        match self.1 {
            pixels @ 1.. => size.saturating_mul(pixels) / 96,
            _ => size,
        }
    }

    /// Returns the height of a text in this width.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    pub(super) fn height(&self, text: &str, width: i32) -> i32 {
        let text = wide(text.replace('\n', "\r\n"));
        let mut room = RECT {
            right: width,
            ..RECT::default()
        };
        let how = DT_CALCRECT | DT_EDITCONTROL | DT_EXPANDTABS | DT_NOPREFIX | DT_WORDBREAK;
        // SAFETY: the text is live and ends with a zero. The structure is live. The font is put back before the device
        // is released.
        unsafe {
            let device = GetDC(null_mut());
            let before = SelectObject(device, self.0);
            DrawTextW(device, text.as_ptr(), -1, &raw mut room, how);
            SelectObject(device, before);
            ReleaseDC(null_mut(), device);
        }
        room.bottom
    }
}

impl Drop for Font {
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn drop(&mut self) {
        // SAFETY: the font is ours, and the controls that used it are gone. A null one is refused.
        unsafe { DeleteObject(self.0) };
    }
}
