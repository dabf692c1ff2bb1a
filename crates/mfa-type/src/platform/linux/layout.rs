//! Finds the keys of a keyboard layout (XKB): which key, with which modifiers and in which group, makes a symbol. On a French
//! keyboard, digits need Shift; a Russian one has Latin letters in another group only.

use x11rb::protocol::xkb::{GetMapReply, KeySymMap, KeyType};
use x11rb::protocol::xproto::{Keycode, Keysym};

/// The symbols of keys that are modifiers while they are held: both Shifts and AltGr.
const SHIFTS: [&[Keysym]; 2] = [&[0xffe1, 0xffe2], &[0xfe03]];

/// A layout of a keyboard.
pub(super) struct Layout {
    types: Vec<KeyType>,
    /// The symbols of the keys, from `first` on.
    keys: Vec<KeySymMap>,
    first: Keycode,
    /// The keys that can be held, and the modifiers that each of them sets.
    shifts: Vec<(Keycode, u8)>,
}

/// How a symbol is made.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stroke {
    /// The group that the keyboard has to be in.
    pub(super) group: u8,
    /// The keys to hold.
    pub(super) held: Vec<Keycode>,
    /// The key to press.
    pub(super) key: Keycode,
}

impl Layout {
    /// Returns the layout that the server describes.
    pub(super) fn new(reply: GetMapReply) -> Self {
        let modifiers = reply.map.modmap_rtrn.unwrap_or_default();
        let mut layout = Self {
            types: reply.map.types_rtrn.unwrap_or_default(),
            keys: reply.map.syms_rtrn.unwrap_or_default(),
            first: reply.first_key_sym,
            shifts: Vec::new(),
        };
        for symbols in SHIFTS {
            let shift = modifiers.iter().find(|modifier| {
                let symbol = layout.symbol(modifier.keycode, 0, 0);
                u16::from(modifier.mods) != 0 && symbol.is_some_and(|it| symbols.contains(&it))
            });
            let sets = |mods| u8::try_from(u16::from(mods)).unwrap_or(0);
            layout
                .shifts
                .extend(shift.map(|it| (it.keycode, sets(it.mods))));
        }
        layout
    }

    /// Finds a symbol in the groups, in their order. `locked` are the modifiers that stay on.
    pub(super) fn find(
        &self,
        symbol: Keysym,
        groups: impl IntoIterator<Item = u8>,
        locked: u8,
    ) -> Option<Stroke> {
        let codes = || (self.first..=u8::MAX).take(self.keys.len());
        groups.into_iter().find_map(|group| {
            self.chords().into_iter().find_map(|held| {
                let modifiers = held.iter().fold(locked, |all, (_, sets)| all | sets);
                let key =
                    codes().find(|key| self.symbol(*key, group, modifiers) == Some(symbol))?;
                let held = held.into_iter().map(|(key, _)| key).collect();
                Some(Stroke { group, held, key })
            })
        })
    }

    /// Returns the keys that have no symbols.
    pub(super) fn spare(&self) -> impl Iterator<Item = Keycode> {
        let codes = self.first..=u8::MAX;
        let keys = codes.zip(&self.keys);
        keys.filter(|(_, key)| key.syms.iter().all(|symbol| *symbol == 0))
            .map(|(code, _)| code)
    }

    /// Returns the sets of keys to hold, smaller ones first.
    fn chords(&self) -> Vec<Vec<(Keycode, u8)>> {
        let mut chords = vec![Vec::new()];
        chords.extend(self.shifts.iter().map(|shift| vec![*shift]));
        if self.shifts.len() > 1 {
            chords.push(self.shifts.clone());
        }
        chords
    }

    /// Returns the symbol of a key, as section 12 of the XKB protocol finds it.
    fn symbol(&self, code: Keycode, group: u8, modifiers: u8) -> Option<Keysym> {
        let key = self.keys.get(usize::from(code.checked_sub(self.first)?))?;
        let group = usize::from(own_group(key.group_info, group)?);
        let kind = self.types.get(usize::from(*key.kt_index.get(group)?))?;
        let active = u16::from(kind.mods_mask) & u16::from(modifiers);
        let level = kind
            .map
            .iter()
            .find(|entry| entry.active && u16::from(entry.mods_mask) == active)
            .map_or(0, |entry| usize::from(entry.level));
        key.syms
            .get(group * usize::from(key.width) + level)
            .copied()
    }
}

/// Returns the group of a key for a group of the keyboard, of which it may have fewer.
fn own_group(info: u8, group: u8) -> Option<u8> {
    const CLAMPS: u8 = 0x40;
    const REDIRECTS: u8 = 0x80;
    let count = info & 0x0f;
    let last = count.checked_sub(1)?;
    Some(match info & (CLAMPS | REDIRECTS) {
        _ if group <= last => group,
        CLAMPS => last,
        REDIRECTS => Some((info >> 4) & 3).filter(|to| *to <= last).unwrap_or(0),
        _ => group % count,
    })
}

#[cfg(test)]
mod tests {
    use x11rb::protocol::xkb::KTMapEntry;

    use super::*;

    const SHIFT: u8 = 1;
    const ALTGR: u8 = 0x80;
    const SHIFT_KEY: Keycode = 50;
    const ALTGR_KEY: Keycode = 92;

    fn kind(levels: &[u8]) -> KeyType {
        let entry = |(level, mods): (usize, &u8)| KTMapEntry {
            active: true,
            mods_mask: u16::from(*mods).into(),
            level: level.try_into().unwrap(),
            ..KTMapEntry::default()
        };
        let all = levels.iter().fold(0, |all, mods| all | mods);
        KeyType {
            mods_mask: u16::from(all).into(),
            map: levels.iter().enumerate().map(entry).collect(),
            ..KeyType::default()
        }
    }

    /// A key with its groups, each of which has the same number of levels.
    fn key(kind: u8, groups: &[&str]) -> KeySymMap {
        let width = groups.first().map_or(0, |group| group.len());
        KeySymMap {
            kt_index: [kind; 4],
            group_info: groups.len().try_into().unwrap(),
            width: width.try_into().unwrap(),
            syms: groups.concat().bytes().map(Keysym::from).collect(),
        }
    }

    fn layout(keys: Vec<KeySymMap>) -> Layout {
        Layout {
            types: vec![kind(&[0, SHIFT]), kind(&[0, SHIFT, ALTGR, SHIFT | ALTGR])],
            keys,
            first: 8,
            shifts: vec![(SHIFT_KEY, SHIFT), (ALTGR_KEY, ALTGR)],
        }
    }

    fn stroke(group: u8, held: &[Keycode], key: Keycode) -> Stroke {
        let held = held.to_vec();
        Stroke { group, held, key }
    }

    #[test]
    fn levels_are_reached_by_the_keys_to_hold() {
        let layout = layout(vec![key(0, &["&1"]), key(1, &["abcd"])]);
        let find = |letter: u8| layout.find(letter.into(), [0], 0);
        assert_eq!(find(b'&'), Some(stroke(0, &[], 8)));
        assert_eq!(find(b'1'), Some(stroke(0, &[SHIFT_KEY], 8)));
        assert_eq!(find(b'c'), Some(stroke(0, &[ALTGR_KEY], 9)));
        assert_eq!(find(b'd'), Some(stroke(0, &[SHIFT_KEY, ALTGR_KEY], 9)));
        assert_eq!(find(b'e'), None);
    }

    #[test]
    fn a_modifier_that_stays_on_counts() {
        let layout = layout(vec![key(0, &["rR"])]);
        assert_eq!(
            layout.find(b'R'.into(), [0], SHIFT),
            Some(stroke(0, &[], 8))
        );
        assert_eq!(layout.find(b'r'.into(), [0], SHIFT), None);
    }

    #[test]
    fn another_group_is_used_only_where_the_current_one_does_not_do() {
        let layout = layout(vec![key(0, &["xX", "rR"]), key(0, &["1!"])]);
        let find = |letter: u8, current: u8| layout.find(letter.into(), [current, 1 - current], 0);
        assert_eq!(find(b'R', 0), Some(stroke(1, &[SHIFT_KEY], 8)));
        assert_eq!(find(b'R', 1), Some(stroke(1, &[SHIFT_KEY], 8)));
        // A key with one group has it everywhere.
        assert_eq!(find(b'1', 1), Some(stroke(1, &[], 9)));
    }

    #[test]
    fn a_key_with_fewer_groups_says_which_one_counts() {
        assert_eq!(own_group(0, 0), None);
        assert_eq!(own_group(0x02, 3), Some(1));
        assert_eq!(own_group(0x42, 2), Some(1));
        assert_eq!(own_group(0x92, 3), Some(1));
        assert_eq!(own_group(0xb2, 3), Some(0));
    }

    #[test]
    fn a_key_without_symbols_is_spare() {
        let layout = layout(vec![key(0, &["aA"]), key(0, &[]), key(0, &["\0\0"])]);
        assert_eq!(layout.spare().collect::<Vec<_>>(), [9, 10]);
    }
}
