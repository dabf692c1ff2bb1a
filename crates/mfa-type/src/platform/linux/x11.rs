//! X11: the server takes keys from any client (XTEST). They are real keys of the keyboard's layout, so the layout, the
//! locks and the keys that the user holds decide what a window sees.

use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::{Connection, RequestConnection};
use x11rb::protocol::xinput::{ConnectionExt as _, DeviceType, XIDeviceInfo};
use x11rb::protocol::xkb::{self, ConnectionExt as _, GetStateReply, Group, MapPart};
use x11rb::protocol::xproto::{
    ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, Keycode, Keysym, ModMask, Window,
};
use x11rb::protocol::xtest::{self, ConnectionExt as _};
use x11rb::rust_connection::RustConnection;

use super::layout::{Layout, Stroke};
use crate::keys::Key;
use crate::{Error, Keys};

/// The time that the user has to release all keys.
const PATIENCE: Duration = Duration::from_secs(5);
/// The time between two looks at the keys. The server does not tell when the last one is up.
const PAUSE: Duration = Duration::from_millis(20);
/// The time that the window has to read the changed layout before the keys are put back. X11 does not tell when it has.
const ADOPTION: Duration = Duration::from_millis(500);
/// Too few keys are free for a code that the layout has no keys for.
const NO_KEY: Error =
    Error::Unsupported("cannot type: the keyboard layout has no keys for the code");
/// The keyboard that the user's keys come to.
const CORE: u16 = 0x100;
/// The number of groups that a layout can have.
const GROUPS: u8 = 4;

/// The X server.
pub(crate) struct Server {
    connection: RustConnection,
    root: Window,
    /// The keyboard that XTEST types on. Its layout is the one that counts: the server switches to it at the first key.
    keyboard: u16,
}

impl Server {
    pub(super) fn open() -> Result<Self, Error> {
        let (connection, number) = x11rb::connect(None).map_err(unreachable)?;
        let root = connection.setup().roots.get(number);
        let root = root.ok_or(Error::NoDesktop)?.root;
        for name in [xtest::X11_EXTENSION_NAME, xkb::X11_EXTENSION_NAME] {
            let has = connection
                .extension_information(name)
                .map_err(unreachable)?;
            has.ok_or(Error::Unsupported(
                "the X server lets no program type: it has no XTEST or no XKEYBOARD extension",
            ))?;
        }
        let version = connection.xkb_use_extension(1, 0).map_err(unreachable)?;
        version.reply().map_err(unreachable)?;
        let keyboard = keyboard(&connection).unwrap_or(CORE);
        let server = Self {
            connection,
            root,
            keyboard,
        };
        // Before there is a code, which would be lost if the user went on holding a key.
        server.at_rest()?;
        Ok(server)
    }

    pub(super) fn press(&self, keys: &Keys) -> Result<(), Error> {
        let symbols: Vec<_> = keys.iter().map(Key::symbol).collect();
        let state = self.at_rest()?;
        let mut layout = self.layout()?;
        let absent = missing(&layout, &symbols, &state);
        let spare: Vec<_> = layout.spare().take(absent.len()).collect();
        let typed = self.lend(&spare, &absent).and_then(|()| {
            if !spare.is_empty() {
                layout = self.layout()?;
            }
            let strokes = symbols.iter().map(|symbol| find(&layout, *symbol, &state));
            let strokes: Option<Vec<_>> = strokes.collect();
            self.strike(&strokes.ok_or(NO_KEY)?, &state)
        });
        // Whatever went wrong: these keys had no symbols before.
        let put_back = self.put_back(&spare);
        typed.and(put_back)
    }

    /// Waits until no key is down and a window has the focus: a shortcut may have started this, and its keys and the
    /// window with the menu are still there.
    fn at_rest(&self) -> Result<GetStateReply, Error> {
        let end = Instant::now() + PATIENCE;
        loop {
            let state = self.connection.xkb_get_state(CORE).map_err(failed)?;
            let state = state.reply().map_err(failed)?;
            let keys = self.connection.query_keymap().map_err(failed)?;
            let keys = keys.reply().map_err(failed)?.keys;
            let modifiers = u16::from(state.base_mods) | u16::from(state.latched_mods);
            let is_up = modifiers == 0 && keys.iter().all(|keys| *keys == 0);
            let focus = self.connection.get_input_focus().map_err(failed)?;
            let has_focus = focus.reply().map_err(failed)?.focus != x11rb::NONE;
            if is_up && has_focus {
                return Ok(state);
            }
            if Instant::now() >= end {
                return Err(match is_up {
                    true => Error::NoFocus,
                    false => Error::KeyHeld,
                });
            }
            thread::sleep(PAUSE);
        }
    }

    fn layout(&self) -> Result<Layout, Error> {
        let parts = MapPart::KEY_TYPES | MapPart::KEY_SYMS | MapPart::MODIFIER_MAP;
        let none = MapPart::from(0_u8);
        let map = self.connection.xkb_get_map(
            self.keyboard,
            parts,
            none,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            xkb::VMod::from(0_u16),
            0,
            0,
            0,
            0,
            0,
            0,
        );
        let map = map.map_err(failed)?.reply().map_err(failed)?;
        Ok(Layout::new(map))
    }

    /// Gives symbols that no key has to keys that have none.
    fn lend(&self, keys: &[Keycode], symbols: &[Keysym]) -> Result<(), Error> {
        for (key, symbol) in keys.iter().zip(symbols) {
            // Twice, since a letter alone would become a pair of a small and a capital one.
            self.map(*key, &[*symbol, *symbol])?;
        }
        Ok(())
    }

    /// Takes the symbols away again.
    fn put_back(&self, keys: &[Keycode]) -> Result<(), Error> {
        if keys.is_empty() {
            return Ok(());
        }
        thread::sleep(ADOPTION);
        keys.iter()
            .try_for_each(|key| self.map(*key, &[x11rb::NONE]))
    }

    fn map(&self, key: Keycode, symbols: &[Keysym]) -> Result<(), Error> {
        let width = u8::try_from(symbols.len()).map_err(failed)?;
        let change = self
            .connection
            .change_keyboard_mapping(1, key, width, symbols);
        change.map_err(failed)?.check().map_err(failed)
    }

    /// Presses the keys, without Caps Lock, and restores the locks and the group.
    fn strike(&self, strokes: &[Stroke], state: &GetStateReply) -> Result<(), Error> {
        let has_caps_lock = u16::from(state.locked_mods) & u16::from(ModMask::LOCK) != 0;
        if has_caps_lock {
            self.set_caps_lock(false)?;
        }
        let current = u8::from(state.group);
        let mut group = current;
        let typed = strokes.iter().try_for_each(|stroke| {
            if stroke.group != group {
                self.lock_group(stroke.group.into())?;
                group = stroke.group;
            }
            self.stroke(stroke)
        });
        let group = match group == current {
            true => Ok(()),
            false => self.lock_group(state.locked_group),
        };
        let locks = match has_caps_lock {
            true => self.set_caps_lock(true),
            false => Ok(()),
        };
        typed.and(group).and(locks)
    }

    fn stroke(&self, stroke: &Stroke) -> Result<(), Error> {
        let down = stroke.held.iter().chain([&stroke.key]);
        let up = [&stroke.key].into_iter().chain(stroke.held.iter().rev());
        let pressed = down.map(|key| self.fake(KEY_PRESS_EVENT, *key));
        let released = up.map(|key| self.fake(KEY_RELEASE_EVENT, *key));
        // All of them, since a key that was pressed has to be released, whatever went wrong in between.
        pressed.chain(released).fold(Ok(()), Result::and)
    }

    fn fake(&self, kind: u8, key: Keycode) -> Result<(), Error> {
        let (time, root) = (x11rb::CURRENT_TIME, self.root);
        let event = self
            .connection
            .xtest_fake_input(kind, key, time, root, 0, 0, 0);
        event.map_err(failed)?.check().map_err(failed)
    }

    fn set_caps_lock(&self, on: bool) -> Result<(), Error> {
        let locks = if on { ModMask::LOCK } else { none() };
        self.lock(ModMask::LOCK, locks, None)
    }

    fn lock_group(&self, group: Group) -> Result<(), Error> {
        self.lock(none(), none(), Some(group))
    }

    fn lock(&self, which: ModMask, locks: ModMask, group: Option<Group>) -> Result<(), Error> {
        let to = group.unwrap_or_default();
        let locked = self.connection.xkb_latch_lock_state(
            CORE,
            which,
            locks,
            group.is_some(),
            to,
            none(),
            false,
            0,
        );
        locked.map_err(failed)?.check().map_err(failed)
    }
}

/// No modifiers.
fn none() -> ModMask {
    ModMask::from(0_u8)
}

/// Returns the keyboard of the server that XTEST types on.
fn keyboard(connection: &RustConnection) -> Option<u16> {
    /// All devices.
    const ALL: u16 = 0;
    let version = connection.xinput_xi_query_version(2, 0).ok()?;
    version.reply().ok()?;
    let devices = connection.xinput_xi_query_device(ALL).ok()?.reply().ok()?;
    let is_ours = |device: &&XIDeviceInfo| {
        device.type_ == DeviceType::SLAVE_KEYBOARD && device.name.ends_with(b"XTEST keyboard")
    };
    let device = devices.infos.iter().find(is_ours)?;
    Some(device.deviceid)
}

/// Returns the symbols that no key has, each of them once.
fn missing(layout: &Layout, symbols: &[Keysym], state: &GetStateReply) -> Vec<Keysym> {
    let is_missing = |symbol: &Keysym| find(layout, *symbol, state).is_none();
    let mut missing: Vec<_> = symbols.iter().copied().filter(is_missing).collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}

fn find(layout: &Layout, symbol: Keysym, state: &GetStateReply) -> Option<Stroke> {
    let groups = [u8::from(state.group)].into_iter().chain(0..GROUPS);
    let locks = u16::from(state.locked_mods) & !u16::from(ModMask::LOCK);
    layout.find(symbol, groups, u8::try_from(locks).unwrap_or(0))
}

fn unreachable(error: impl Into<crate::Source>) -> Error {
    Error::Unreachable(error.into())
}

fn failed(error: impl Into<crate::Source>) -> Error {
    Error::Failed(error.into())
}
