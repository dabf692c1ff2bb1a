//! Takes a picture of the whole screen, all monitors, with GDI, and tells whether there is a screen.

use std::ffi::c_void;
use std::io;
use std::ptr::null_mut;

use windows_sys::Win32::Graphics::Gdi::{
    BI_RGB, BITMAPINFO, BITMAPINFOHEADER, BitBlt, CAPTUREBLT, CreateCompatibleDC, CreateDIBSection,
    DIB_RGB_COLORS, DeleteDC, DeleteObject, GdiFlush, GetDC, HBITMAP, HDC, HGDIOBJ, ReleaseDC,
    SRCCOPY, SelectObject,
};
use windows_sys::Win32::System::StationsAndDesktops::{
    GetProcessWindowStation, GetUserObjectInformationW, UOI_FLAGS, USEROBJECTFLAGS,
};
use windows_sys::Win32::UI::HiDpi::{
    DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2, SetProcessDpiAwarenessContext,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    GetSystemMetrics, SM_CXVIRTUALSCREEN, SM_CYVIRTUALSCREEN, SM_XVIRTUALSCREEN, SM_YVIRTUALSCREEN,
};
use zeroize::{Zeroize, Zeroizing};

use super::worked;

/// The flag of a window station that has a screen (`WSF_VISIBLE`).
const VISIBLE: u32 = 1;

/// A picture, which may show a secret.
pub struct Capture {
    /// The number of pixels in a row.
    pub width: usize,
    /// The number of rows.
    pub height: usize,
    /// The blue, green and red of each pixel and an unused byte, row by row.
    pub pixels: Zeroizing<Vec<u8>>,
}

/// Takes the picture.
///
/// # Errors
/// An error of the system. Some have no reason, such as when the screen is locked.
pub fn picture() -> io::Result<Capture> {
    let [left, top, width, height] = [
        SM_XVIRTUALSCREEN,
        SM_YVIRTUALSCREEN,
        SM_CXVIRTUALSCREEN,
        SM_CYVIRTUALSCREEN,
    ]
    .map(metric);
    let screen = Screen::open()?;
    let canvas = Canvas::new(&screen, width, height)?;
    canvas.copy(&screen, left, top)?;
    canvas.picture()
}

/// Returns whether windows of this process can be seen by a person. Those of a service or of a remote shell cannot.
#[expect(unsafe_code, reason = "every call of Win32 is")]
#[must_use]
pub fn is_visible() -> bool {
    let mut flags = USEROBJECTFLAGS::default();
    let size = u32::try_from(size_of::<USEROBJECTFLAGS>()).unwrap_or(0);
    // SAFETY: the first call takes no pointers, and its handle is never closed. The pointer is to a live structure of
    // that size. The null one is allowed.
    let is_known = unsafe {
        let station = GetProcessWindowStation();
        GetUserObjectInformationW(
            station,
            UOI_FLAGS,
            (&raw mut flags).cast(),
            size,
            null_mut(),
        )
    } != 0;
    is_known && flags.dwFlags & VISIBLE != 0
}

/// Makes this process see the real pixels of all screens, and not a scaled picture. Call it before there is a
/// window.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub fn see_real_pixels() {
    // SAFETY: it takes a constant. Old systems do not support it and give a slightly blurred picture.
    unsafe { SetProcessDpiAwarenessContext(DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2) };
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn metric(number: i32) -> i32 {
    // SAFETY: it takes no pointers.
    unsafe { GetSystemMetrics(number) }
}

/// The screen, to read from.
struct Screen(HDC);

impl Screen {
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn open() -> io::Result<Self> {
        // SAFETY: without a window, the whole screen is opened.
        let screen = unsafe { GetDC(null_mut()) };
        made(screen).map(Self)
    }
}

impl Drop for Screen {
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn drop(&mut self) {
        // SAFETY: it comes from `GetDC` without a window, and is released once.
        unsafe { ReleaseDC(null_mut(), self.0) };
    }
}

/// A bitmap to draw on, whose pixels are in our memory.
struct Canvas {
    context: HDC,
    bitmap: HBITMAP,
    before: HGDIOBJ,
    pixels: *mut c_void,
    width: i32,
    height: i32,
}

impl Canvas {
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn new(screen: &Screen, width: i32, height: i32) -> io::Result<Self> {
        // SAFETY: the screen is open.
        let context = made(unsafe { CreateCompatibleDC(screen.0) })?;
        let mut canvas = Self {
            context,
            bitmap: null_mut(),
            before: null_mut(),
            pixels: null_mut(),
            width,
            height,
        };
        let info = BITMAPINFO {
            bmiHeader: BITMAPINFOHEADER {
                biSize: u32::try_from(size_of::<BITMAPINFOHEADER>()).map_err(io::Error::other)?,
                biWidth: width,
                // A negative height means that the first row is the topmost.
                biHeight: -height,
                biPlanes: 1,
                biBitCount: 32,
                biCompression: BI_RGB,
                ..BITMAPINFOHEADER::default()
            },
            ..BITMAPINFO::default()
        };
        // SAFETY: the structure is live. The pointer is to a live variable that receives the address of the
        // pixels, which is valid as long as the bitmap. The null argument is allowed.
        canvas.bitmap = made(unsafe {
            CreateDIBSection(
                context,
                &raw const info,
                DIB_RGB_COLORS,
                &raw mut canvas.pixels,
                null_mut(),
                0,
            )
        })?;
        // SAFETY: both have just been made.
        canvas.before = made(unsafe { SelectObject(context, canvas.bitmap) })?;
        Ok(canvas)
    }

    /// Copies the screen, including transparent windows.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn copy(&self, screen: &Screen, left: i32, top: i32) -> io::Result<()> {
        let (width, height) = (self.width, self.height);
        let how = SRCCOPY | CAPTUREBLT;
        // SAFETY: both are open. Drawing is complete once `GdiFlush` returns.
        unsafe {
            worked(BitBlt(
                self.context,
                0,
                0,
                width,
                height,
                screen.0,
                left,
                top,
                how,
            ))?;
            worked(GdiFlush())
        }
    }

    #[expect(unsafe_code, reason = "the pixels are where the system has put them")]
    fn picture(&self) -> io::Result<Capture> {
        let width = usize::try_from(self.width).map_err(io::Error::other)?;
        let height = usize::try_from(self.height).map_err(io::Error::other)?;
        // SAFETY: the system has put that many pixels there, of four bytes each, and no longer writes to
        // them. No other code knows them.
        let pixels =
            unsafe { std::slice::from_raw_parts_mut(self.pixels.cast::<u8>(), width * height * 4) };
        let picture = Capture {
            width,
            height,
            pixels: Zeroizing::new(pixels.to_vec()),
        };
        pixels.zeroize();
        Ok(picture)
    }
}

impl Drop for Canvas {
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn drop(&mut self) {
        // SAFETY: every object is released once, and the bitmap only when no context uses it any more.
        // Objects that were not made are null, which the calls refuse.
        unsafe {
            SelectObject(self.context, self.before);
            DeleteObject(self.bitmap);
            DeleteDC(self.context);
        }
    }
}

/// Checks the result of a call, which is null if the call has failed.
fn made(object: *mut c_void) -> io::Result<*mut c_void> {
    if object.is_null() {
        return Err(match io::Error::last_os_error() {
            error if error.raw_os_error() == Some(0) => io::Error::other("GDI gives no reason"),
            error => error,
        });
    }
    Ok(object)
}
