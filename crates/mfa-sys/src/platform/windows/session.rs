//! The session of the user: a window that nobody sees, and that the system tells when the screen is locked, when the
//! system is about to sleep and when the session ends.
//!
//! The system tells this to windows only. Sleep and the end of the session are told to top-level windows, so this is
//! one. Other programs of the user can send it the same messages. So it trusts no message by which it would end, or by
//! which the screen would be unlocked: it asks the system.

use std::cell::RefCell;
use std::io;
use std::ptr::{null, null_mut, without_provenance_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows_sys::Win32::System::RemoteDesktop::{
    NOTIFY_FOR_THIS_SESSION, WTS_CURRENT_SESSION, WTS_SESSIONSTATE_LOCK, WTS_SESSIONSTATE_UNLOCK,
    WTSFreeMemory, WTSINFOEXW, WTSQuerySessionInformationW, WTSRegisterSessionNotification,
    WTSSessionInfoEx, WTSUnRegisterSessionNotification,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DestroyWindow, PBT_APMRESUMEAUTOMATIC, PBT_APMRESUMECRITICAL,
    PBT_APMRESUMESUSPEND, PBT_APMSUSPEND, PostMessageW, RegisterClassW, WM_APP, WM_CLOSE,
    WM_ENDSESSION, WM_POWERBROADCAST, WM_WTSSESSION_CHANGE, WNDCLASSW, WTS_CONSOLE_CONNECT,
    WTS_CONSOLE_DISCONNECT, WTS_REMOTE_CONNECT, WTS_REMOTE_DISCONNECT, WTS_SESSION_LOCK,
    WTS_SESSION_LOGOFF, WTS_SESSION_UNLOCK,
};

use super::{harden, tray, wide, worked};

/// The name of the class of the window.
const CLASS: &str = "mfactl session";
/// The message that ends the window, if its owner wants that.
const END: u32 = WM_APP + 1;
/// How often the system is asked whether the screen was really unlocked, and how long to wait in between.
const LOOKS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(100);

/// Something that happened to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Whether the screen is locked, or belongs to another user for now.
    Screen(bool),
    /// The system is about to sleep, or is awake again. It sleeps as soon as the listener returns.
    Sleep(bool),
    /// The session ends. The process may be ended as soon as the listener returns.
    End,
}

type Listener = Box<dyn Fn(Event) + Send>;

/// The window, on its own thread. It ends when this is dropped.
#[derive(Debug)]
pub struct Window {
    handle: usize,
    is_ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Window {
    /// Opens the window. The listener is called on the thread of the window. It must return soon, since the system
    /// waits only for a moment.
    ///
    /// # Errors
    /// An error of the system, such as where there is no desktop.
    pub fn open(listener: impl Fn(Event) + Send + 'static) -> io::Result<Self> {
        Self::below(0, listener)
    }

    /// Opens the window below another one.
    fn below(parent: usize, listener: impl Fn(Event) + Send + 'static) -> io::Result<Self> {
        // Programs with windows can be made to load the libraries of others.
        harden::keep_libraries_out()?;
        let is_ending = Arc::new(AtomicBool::new(false));
        let state = State {
            listener: Box::new(listener),
            is_ending: Arc::clone(&is_ending),
        };
        let (ready, opened) = sync_channel(1);
        let thread = std::thread::Builder::new().name("session".into());
        let thread = thread.spawn(move || work(parent, state, &ready))?;
        let handle = opened.recv().map_err(io::Error::other)??;
        Ok(Self {
            handle,
            is_ending,
            thread: Some(thread),
        })
    }

    /// Makes the system tell when the screen is locked. Sleep and the end of the session are told without this.
    ///
    /// # Errors
    /// An error of the system. Soon after its start, it may work a moment later.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    pub fn hear_of_screen(&self) -> io::Result<()> {
        let window = without_provenance_mut(self.handle);
        // SAFETY: it takes no pointers, and refuses what is no window of this process.
        worked(unsafe { WTSRegisterSessionNotification(window, NOTIFY_FOR_THIS_SESSION) })
    }
}

impl Drop for Window {
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn drop(&mut self) {
        self.is_ending.store(true, Ordering::Release);
        // SAFETY: it takes no pointers, and refuses a window that no longer exists.
        let is_told = unsafe { PostMessageW(without_provenance_mut(self.handle), END, 0, 0) } != 0;
        if is_told && let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// Returns whether the screen is locked, or `None` if the system does not tell.
#[expect(unsafe_code, reason = "every call of Win32 is")]
#[must_use]
pub fn is_screen_locked() -> Option<bool> {
    let (mut answer, mut length) = (null_mut(), 0);
    // SAFETY: the pointers are to live variables. The null pointer names this computer.
    worked(unsafe {
        WTSQuerySessionInformationW(
            null_mut(),
            WTS_CURRENT_SESSION,
            WTSSessionInfoEx,
            &raw mut answer,
            &raw mut length,
        )
    })
    .ok()?;
    let is_whole = usize::try_from(length).is_ok_and(|length| length >= size_of::<WTSINFOEXW>());
    let flags = if is_whole && !answer.is_null() {
        // SAFETY: the memory is as long as the structure, whose fields are integers. It may not be aligned.
        let info: WTSINFOEXW = unsafe { answer.cast::<WTSINFOEXW>().read_unaligned() };
        // SAFETY: it is the only variant, and it consists of integers.
        let flags = unsafe { info.Data.WTSInfoExLevel1.SessionFlags };
        (info.Level == 1).then_some(flags)
    } else {
        None
    };
    // SAFETY: the memory comes from the call above, and is freed once.
    unsafe { WTSFreeMemory(answer.cast()) };
    match flags?.cast_unsigned() {
        WTS_SESSIONSTATE_LOCK => Some(true),
        WTS_SESSIONSTATE_UNLOCK => Some(false),
        _ => None,
    }
}

/// What the window of a thread needs to know. It is not kept in the window, where other programs could change it.
struct State {
    listener: Listener,
    is_ending: Arc<AtomicBool>,
}

thread_local! {
    #[expect(clippy::missing_const_for_thread_local, reason = "it is const")]
    static STATE: RefCell<Option<State>> = const { RefCell::new(None) };
}

/// Opens the window, and handles its messages until its owner ends it.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn work(parent: usize, state: State, ready: &SyncSender<io::Result<usize>>) {
    let window = match open(parent) {
        Ok(window) => window,
        // Whoever opens the window waits for this.
        Err(error) => return drop(ready.send(Err(error))),
    };
    let is_ending = Arc::clone(&state.is_ending);
    STATE.set(Some(state));
    drop(ready.send(Ok(window.addr())));
    // Other programs can end the loop too.
    while !is_ending.load(Ordering::Acquire) {
        tray::take_messages();
    }
    // SAFETY: the window belongs to this thread.
    unsafe {
        WTSUnRegisterSessionNotification(window);
        DestroyWindow(window);
    }
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn open(parent: usize) -> io::Result<HWND> {
    let name = wide(CLASS);
    let class = WNDCLASSW {
        lpfnWndProc: Some(heard),
        lpszClassName: name.as_ptr(),
        ..WNDCLASSW::default()
    };
    // SAFETY: the structure and the name are live and only read. If there is such a class, it is this one.
    unsafe { RegisterClassW(&raw const class) };
    // SAFETY: the name is live and ends with a zero. The null pointers are allowed. Without a style, the window is
    // not shown.
    let window = unsafe {
        CreateWindowExW(
            0,
            name.as_ptr(),
            null(),
            0,
            0,
            0,
            0,
            0,
            without_provenance_mut(parent),
            null_mut(),
            null_mut(),
            null(),
        )
    };
    if window.is_null() {
        return Err(io::Error::last_os_error());
    }
    Ok(window)
}

#[expect(unsafe_code, reason = "the system calls it, with raw handles")]
unsafe extern "system" fn heard(
    window: HWND,
    message: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> LRESULT {
    let is_ending = STATE.with_borrow(|state| {
        let Some(state) = state else { return false };
        if let Some(event) = meaning(message, wparam) {
            (state.listener)(event);
        }
        state.is_ending.load(Ordering::Acquire)
    });
    match message {
        END if is_ending => tray::end(),
        // Nobody sees the window, so nobody closes it: it ends with its owner.
        END | WM_CLOSE => {}
        // SAFETY: the arguments are those of this call.
        _ => return unsafe { DefWindowProcW(window, message, wparam, lparam) },
    }
    0
}

/// Returns what a message says about the session.
fn meaning(message: u32, wparam: WPARAM) -> Option<Event> {
    match (message, u32::try_from(wparam).ok()?) {
        (
            WM_WTSSESSION_CHANGE,
            // Without a screen, nobody is in front of the session.
            WTS_SESSION_LOCK | WTS_CONSOLE_DISCONNECT | WTS_REMOTE_DISCONNECT,
        ) => Some(Event::Screen(true)),
        (WM_WTSSESSION_CHANGE, WTS_SESSION_UNLOCK) => {
            (!stays_locked()).then_some(Event::Screen(false))
        }
        // The screen that comes back may be locked.
        (WM_WTSSESSION_CHANGE, WTS_CONSOLE_CONNECT | WTS_REMOTE_CONNECT) => {
            is_screen_locked().map(Event::Screen)
        }
        (WM_WTSSESSION_CHANGE, WTS_SESSION_LOGOFF) | (WM_ENDSESSION, 1..) => Some(Event::End),
        (WM_POWERBROADCAST, PBT_APMSUSPEND) => Some(Event::Sleep(true)),
        (
            WM_POWERBROADCAST,
            PBT_APMRESUMEAUTOMATIC | PBT_APMRESUMESUSPEND | PBT_APMRESUMECRITICAL,
        ) => Some(Event::Sleep(false)),
        _ => None,
    }
}

/// Returns whether the screen is locked all the same: another program of the user can send the message too. The
/// system may need a moment.
fn stays_locked() -> bool {
    for _ in 0..LOOKS {
        if is_screen_locked() != Some(true) {
            return false;
        }
        // Windows has no event for the moment when this becomes true.
        std::thread::sleep(PAUSE);
    }
    true
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use windows_sys::Win32::UI::WindowsAndMessaging::{
        HWND_MESSAGE, IsWindow, PBT_APMPOWERSTATUSCHANGE, SendMessageW, WM_DESTROY, WM_QUIT,
    };

    use super::*;

    /// Opens a window that needs no screen, which wine does not always have.
    fn window() -> (Window, Receiver<Event>) {
        let (sender, events) = channel();
        let listener = move |event| sender.send(event).unwrap();
        (
            Window::below(HWND_MESSAGE.addr(), listener).unwrap(),
            events,
        )
    }

    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn send(window: &Window, message: u32, code: u32) {
        let code = usize::try_from(code).unwrap();
        // SAFETY: the message takes no pointers.
        unsafe { SendMessageW(without_provenance_mut(window.handle), message, code, 0) };
    }

    #[test]
    fn the_window_reports_what_the_system_says() {
        let (window, events) = window();
        for (message, code, event) in [
            (WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK, Event::Screen(true)),
            (
                WM_WTSSESSION_CHANGE,
                WTS_SESSION_UNLOCK,
                Event::Screen(false),
            ),
            (
                WM_WTSSESSION_CHANGE,
                WTS_CONSOLE_DISCONNECT,
                Event::Screen(true),
            ),
            (
                WM_WTSSESSION_CHANGE,
                WTS_REMOTE_DISCONNECT,
                Event::Screen(true),
            ),
            (WM_WTSSESSION_CHANGE, WTS_SESSION_LOGOFF, Event::End),
            (WM_POWERBROADCAST, PBT_APMSUSPEND, Event::Sleep(true)),
            (
                WM_POWERBROADCAST,
                PBT_APMRESUMEAUTOMATIC,
                Event::Sleep(false),
            ),
            (WM_POWERBROADCAST, PBT_APMRESUMESUSPEND, Event::Sleep(false)),
            (WM_ENDSESSION, 1, Event::End),
        ] {
            send(&window, message, code);
            assert_eq!(events.try_recv(), Ok(event), "{message} {code}");
        }
    }

    #[test]
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn what_does_not_matter_is_not_reported_and_ends_nothing() {
        let (window, events) = window();
        // The end of the session was called off.
        send(&window, WM_ENDSESSION, 0);
        for end in [WM_CLOSE, WM_DESTROY, WM_QUIT, END] {
            send(&window, end, 0);
        }
        send(&window, WM_POWERBROADCAST, PBT_APMPOWERSTATUSCHANGE);
        assert!(events.try_recv().is_err());
        // SAFETY: it takes no pointers.
        unsafe { PostMessageW(without_provenance_mut(window.handle), WM_QUIT, 0, 0) };
        send(&window, WM_POWERBROADCAST, PBT_APMSUSPEND);
        assert_eq!(events.try_recv(), Ok(Event::Sleep(true)));
    }

    #[test]
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn the_window_ends_with_its_owner() {
        let (window, events) = window();
        let (other, _) = self::window();
        let handle = window.handle;
        drop(window);
        // SAFETY: it takes no pointers.
        assert_eq!(unsafe { IsWindow(without_provenance_mut(handle)) }, 0);
        assert!(events.recv().is_err(), "the listener is gone");
        send(&other, WM_CLOSE, 0);
    }

    #[test]
    fn to_be_refused_is_an_error() {
        let gone = Window {
            handle: 0,
            is_ending: Arc::default(),
            thread: None,
        };
        // wine accepts everything here. What Windows says differs.
        drop(gone.hear_of_screen());
        let _: Option<bool> = is_screen_locked();
        assert!(Window::below(1, |_| {}).is_err());
    }
}
