//! Wayland with the protocol virtual-keyboard, as sway and other compositors of wlroots have it. The keyboard is another
//! one than the user's: keys that the user holds do not change what is typed here.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::thread;
use std::time::Duration;

use rustix::fs::{MemfdFlags, memfd_create};
use wayland_client::globals::{BindError, GlobalListContents, registry_queue_init};
use wayland_client::protocol::wl_keyboard::{KeyState, KeymapFormat};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_seat::{self, Capability, WlSeat};
use wayland_client::{Connection, Dispatch, EventQueue, QueueHandle, WEnum, delegate_noop};
use wayland_protocols_misc::zwp_virtual_keyboard_v1::client::zwp_virtual_keyboard_manager_v1::ZwpVirtualKeyboardManagerV1;
use wayland_protocols_misc::zwp_virtual_keyboard_v1::client::zwp_virtual_keyboard_v1::ZwpVirtualKeyboardV1;

use super::keymap::Keymap;
use crate::keys::Key;
use crate::{Error, Keys};

/// The time that programs have to notice the first keyboard, where there was none. The compositor does not tell when they have.
const NOTICE: Duration = Duration::from_millis(300);

/// A compositor that lets us type.
pub(crate) struct Compositor {
    queue: EventQueue<Seat>,
    manager: ZwpVirtualKeyboardManagerV1,
    seat: WlSeat,
    state: Seat,
}

/// What is known of the seat, which is the keyboard and the pointer of a person.
struct Seat {
    has_keyboard: bool,
}

impl Compositor {
    /// Returns `None` if the compositor does not have the protocol, or not for us.
    pub(super) fn open() -> Result<Option<Self>, Error> {
        let connection = Connection::connect_to_env().map_err(unreachable)?;
        let (globals, mut queue) = registry_queue_init::<Seat>(&connection).map_err(unreachable)?;
        let handle = queue.handle();
        let manager = globals.bind(&handle, 1..=1, ());
        let seat = globals.bind(&handle, 1..=1, ());
        let (manager, seat) = match (manager, seat) {
            (Ok(manager), Ok(seat)) => (manager, seat),
            (Err(BindError::NotPresent), _) | (_, Err(BindError::NotPresent)) => return Ok(None),
            (Err(error), _) | (_, Err(error)) => return Err(unreachable(error)),
        };
        let mut state = Seat {
            has_keyboard: false,
        };
        queue.roundtrip(&mut state).map_err(unreachable)?;
        Ok(Some(Self {
            queue,
            manager,
            seat,
            state,
        }))
    }

    pub(super) fn press(&mut self, keys: &Keys) -> Result<(), Error> {
        let letter = keys.iter().find_map(|key| match key {
            Key::Letter(letter) if letter.is_ascii_alphabetic() => Some(letter),
            _ => None,
        });
        let keymap = Keymap::new(letter.is_some_and(|letter| letter.is_ascii_lowercase()));
        let codes: Option<Vec<_>> = keys.iter().map(|key| keymap.code(key)).collect();
        let codes = codes.ok_or(Error::NotACode)?;
        let had_keyboard = self.state.has_keyboard;
        let handle = self.queue.handle();
        let keyboard = self
            .manager
            .create_virtual_keyboard(&self.seat, &handle, ());
        let text = keymap.text();
        let file = file(&text).map_err(failed)?;
        // With the zero at its end.
        let size = u32::try_from(text.len() + 1).map_err(failed)?;
        keyboard.keymap(KeymapFormat::XkbV1.into(), file.as_fd(), size);
        self.wait()?;
        if !had_keyboard {
            thread::sleep(NOTICE);
        }
        for (time, code) in (0..).zip(codes) {
            keyboard.key(time, code, KeyState::Pressed.into());
            keyboard.key(time, code, KeyState::Released.into());
        }
        self.wait()?;
        keyboard.destroy();
        self.wait()
    }

    /// Waits until the compositor has done what it was asked to.
    fn wait(&mut self) -> Result<(), Error> {
        self.queue.roundtrip(&mut self.state).map_err(failed)?;
        Ok(())
    }
}

/// Returns a file that is in memory only.
fn file(text: &str) -> std::io::Result<File> {
    let mut file = File::from(memfd_create("mfactl-keymap", MemfdFlags::CLOEXEC)?);
    file.write_all(text.as_bytes())?;
    file.write_all(&[0])?;
    Ok(file)
}

impl Dispatch<WlRegistry, GlobalListContents> for Seat {
    fn event(
        _: &mut Self,
        _: &WlRegistry,
        _: wl_registry::Event,
        _: &GlobalListContents,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}

impl Dispatch<WlSeat, ()> for Seat {
    fn event(
        seat: &mut Self,
        _: &WlSeat,
        event: wl_seat::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let wl_seat::Event::Capabilities {
            capabilities: WEnum::Value(has),
        } = event
        {
            seat.has_keyboard = has.contains(Capability::Keyboard);
        }
    }
}

delegate_noop!(Seat: ignore ZwpVirtualKeyboardManagerV1);
delegate_noop!(Seat: ignore ZwpVirtualKeyboardV1);

fn unreachable(error: impl Into<crate::Source>) -> Error {
    Error::Unreachable(error.into())
}

fn failed(error: impl Into<crate::Source>) -> Error {
    Error::Failed(error.into())
}
