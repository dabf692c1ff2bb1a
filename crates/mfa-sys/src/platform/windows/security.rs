//! Security descriptors: the owner of an object, and the rights to it.

use std::io;
use std::marker::PhantomData;
use std::os::windows::io::{AsHandle, AsRawHandle, BorrowedHandle};
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{GENERIC_ALL, GENERIC_READ, GENERIC_WRITE};
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo, SDDL_REVISION_1,
    SE_FILE_OBJECT, SE_KERNEL_OBJECT,
};
use windows_sys::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACE_HEADER, ACL, DACL_SECURITY_INFORMATION, GetAce, GetSidSubAuthority,
    LABEL_SECURITY_INFORMATION, OBJECT_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION,
    PSECURITY_DESCRIPTOR, PSID, SYSTEM_MANDATORY_LABEL_ACE,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_APPEND_DATA, FILE_READ_DATA, FILE_WRITE_DATA, WRITE_DAC, WRITE_OWNER,
};
use windows_sys::Win32::System::SystemServices::{
    ACCESS_ALLOWED_ACE_TYPE, SECURITY_MANDATORY_MEDIUM_RID, SYSTEM_MANDATORY_LABEL_ACE_TYPE,
};

use super::sid::sid_to_string;
use super::user::User;
use super::{Local, wide, worked};

/// The groups that also contain other users of this machine: everyone, anonymous, the network, logged in
/// interactively, authenticated, restricted, users, guests.
const CROWDS: [&str; 8] = [
    "S-1-1-0",
    "S-1-5-7",
    "S-1-5-2",
    "S-1-5-4",
    "S-1-5-11",
    "S-1-5-12",
    "S-1-5-32-545",
    "S-1-5-32-546",
];

/// A security descriptor.
pub(super) struct Descriptor(Local);

impl Descriptor {
    /// Parses a descriptor in the language SDDL.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    pub(super) fn parse(text: &str) -> io::Result<Self> {
        let text = wide(text);
        let mut made: PSECURITY_DESCRIPTOR = null_mut();
        // SAFETY: the text ends with a zero. The pointer is to a live variable that receives memory, which
        // `Local` frees.
        worked(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut made,
                null_mut(),
            )
        })?;
        Ok(Self(Local(made)))
    }

    /// Returns a pointer for calls that only read the descriptor. It is valid as long as this value.
    pub(super) fn as_raw(&self) -> PSECURITY_DESCRIPTOR {
        self.0.0
    }
}

/// The result of [`GetSecurityInfo`]. The pointers are into the descriptor, or null. Only [`look`] creates a
/// value.
struct Security {
    owner: PSID,
    dacl: *const ACL,
    sacl: *const ACL,
    #[cfg_attr(not(test), expect(dead_code, reason = "it keeps the memory"))]
    descriptor: Local,
}

impl Security {
    /// Returns the list of rights, if there is one.
    #[expect(unsafe_code, reason = "the list is found through a raw pointer")]
    fn dacl(&self) -> Option<List<'_>> {
        // SAFETY: the list is in the descriptor, which is borrowed.
        unsafe { List::new(self.dacl) }
    }

    /// Returns the list of audit entries and the label.
    #[expect(unsafe_code, reason = "the list is found through a raw pointer")]
    fn sacl(&self) -> Option<List<'_>> {
        // SAFETY: as above.
        unsafe { List::new(self.sacl) }
    }

    #[expect(unsafe_code, reason = "the SID is found through a raw pointer")]
    fn owner(&self) -> io::Result<User> {
        // SAFETY: the SID is in the descriptor, which is borrowed, or it is null.
        unsafe { sid_to_string(self.owner) }.map(User::from_sid)
    }
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn look(
    object: BorrowedHandle<'_>,
    kind: i32,
    what: OBJECT_SECURITY_INFORMATION,
) -> io::Result<Security> {
    let mut owner: PSID = null_mut();
    let (mut dacl, mut sacl): (*mut ACL, *mut ACL) = (null_mut(), null_mut());
    let mut descriptor: PSECURITY_DESCRIPTOR = null_mut();
    // SAFETY: the handle is borrowed, so it is open. The pointers are to live variables, and `Local` frees
    // the memory that the last one receives.
    let code = unsafe {
        GetSecurityInfo(
            object.as_raw_handle(),
            kind,
            what,
            &raw mut owner,
            null_mut(),
            &raw mut dacl,
            &raw mut sacl,
            &raw mut descriptor,
        )
    };
    match code {
        0 => Ok(Security {
            owner,
            dacl,
            sacl,
            descriptor: Local(descriptor),
        }),
        code => Err(io::Error::from_raw_os_error(code.cast_signed())),
    }
}

/// An access control list in a descriptor that lives as long as `'d`.
#[derive(Clone, Copy)]
struct List<'d>(*const ACL, PhantomData<&'d Local>);

/// An entry of an access control list.
enum Ace {
    /// The integrity level of the program that made the object.
    Label(u32),
    /// The rights of a user or group, and its SID.
    Allowed(u32, String),
    /// Any other entry.
    Other,
}

impl<'d> List<'d> {
    /// Returns `None` for a null pointer.
    ///
    /// # Safety
    /// The pointer must be null, or point to a list that the system has made and that stays valid for `'d`.
    #[expect(unsafe_code, reason = "the list comes as a raw pointer")]
    unsafe fn new(list: *const ACL) -> Option<Self> {
        (!list.is_null()).then_some(Self(list, PhantomData))
    }

    fn entries(self) -> impl Iterator<Item = io::Result<Ace>> {
        (0..).map_while(move |number| self.entry(number))
    }

    /// Returns the entry with a number, or `None` after the last one.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn entry(self, number: u32) -> Option<io::Result<Ace>> {
        let mut entry = null_mut();
        // SAFETY: the list was made by the system and is still valid, as this type guarantees. The call fails
        // for a number that does not exist.
        worked(unsafe { GetAce(self.0, number, &raw mut entry) }).ok()?;
        // SAFETY: every entry begins with a header.
        let header = unsafe { entry.cast::<ACE_HEADER>().read_unaligned() };
        Some(match u32::from(header.AceType) {
            SYSTEM_MANDATORY_LABEL_ACE_TYPE => {
                // SAFETY: an entry of this kind has this structure, and the SID begins at its last field. The
                // SID of a label has one part.
                let level = unsafe {
                    let sid = &raw const (*entry.cast::<SYSTEM_MANDATORY_LABEL_ACE>()).SidStart;
                    *GetSidSubAuthority(sid.cast_mut().cast(), 0)
                };
                Ok(Ace::Label(level))
            }
            ACCESS_ALLOWED_ACE_TYPE => {
                let entry = entry.cast::<ACCESS_ALLOWED_ACE>();
                // SAFETY: an entry of this kind has this structure, and the SID begins at its last field.
                let (rights, sid) = unsafe {
                    let sid = &raw const (*entry).SidStart;
                    ((*entry).Mask, sid_to_string(sid.cast_mut().cast()))
                };
                sid.map(|sid| Ace::Allowed(rights, sid))
            }
            _ => Ok(Ace::Other),
        })
    }
}

/// Returns the owner of a kernel object, if the object was made with no fewer privileges than ours.
pub(super) fn owner(object: BorrowedHandle<'_>) -> io::Result<User> {
    let label = look(object, SE_KERNEL_OBJECT, LABEL_SECURITY_INFORMATION)?;
    for entry in label.sacl().into_iter().flat_map(List::entries) {
        if matches!(entry?, Ace::Label(level) if level < SECURITY_MANDATORY_MEDIUM_RID.cast_unsigned())
        {
            let text = "it was created by a program with fewer privileges";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
        }
    }
    look(object, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION)?.owner()
}

/// Checks whether one of the groups may read a file.
pub(super) fn may_read(file: impl AsHandle) -> io::Result<bool> {
    may(file, FILE_READ_DATA | GENERIC_READ | GENERIC_ALL)
}

/// Checks whether one of the groups may change a file.
pub(super) fn may_write(file: impl AsHandle) -> io::Result<bool> {
    let write = FILE_WRITE_DATA | FILE_APPEND_DATA | WRITE_DAC | WRITE_OWNER;
    may(file, write | GENERIC_WRITE | GENERIC_ALL)
}

/// Checks whether one of the groups has one of these rights to a file. A file without a list is open to
/// everyone.
fn may(file: impl AsHandle, rights: u32) -> io::Result<bool> {
    let security = look(file.as_handle(), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION)?;
    security
        .dacl()
        .map_or(Ok(true), |list| crowds_have(list, rights))
}

fn crowds_have(list: List<'_>, rights: u32) -> io::Result<bool> {
    for entry in list.entries() {
        if matches!(entry?, Ace::Allowed(given, sid)
            if given & rights != 0 && CROWDS.contains(&sid.as_str()))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the owner, list and label of a kernel object, in the language SDDL.
#[cfg(test)]
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub(super) fn sddl(object: BorrowedHandle<'_>) -> io::Result<String> {
    use windows_sys::Win32::Security::Authorization::ConvertSecurityDescriptorToStringSecurityDescriptorW as to_text;

    let what = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;
    let security = look(object, SE_KERNEL_OBJECT, what)?;
    let (mut text, mut length) = (null_mut(), 0);
    // SAFETY: the descriptor was made by the system. The pointers are to live variables, and `Local` frees
    // the memory that the first one receives.
    worked(unsafe {
        to_text(
            security.descriptor.0,
            SDDL_REVISION_1,
            what,
            &raw mut text,
            &raw mut length,
        )
    })?;
    let memory = Local(text.cast());
    let length = usize::try_from(length).map_err(io::Error::other)?;
    // SAFETY: the call has stored a text of that length there, with zeros at its end.
    let text = String::from_utf16_lossy(unsafe { std::slice::from_raw_parts(text, length) });
    drop(memory);
    Ok(text.trim_end_matches('\0').to_owned())
}

#[cfg(test)]
mod tests {
    use windows_sys::Win32::Security::GetSecurityDescriptorDacl;

    use super::*;

    #[test]
    fn what_no_descriptor_is_is_refused() {
        assert!(Descriptor::parse("D:P(A;;GA;;;OW)").is_ok());
        assert!(Descriptor::parse("X").is_err());
    }

    #[test]
    fn a_list_that_lets_everybody_in_is_seen() {
        for (text, readable, writable) in [
            ("D:P(A;;GA;;;SY)(A;;GA;;;BA)", false, false),
            ("D:P(A;;GA;;;SY)(A;;GR;;;WD)", true, false),
            ("D:P(A;;GA;;;SY)(A;;GW;;;WD)", false, true),
            ("D:P(A;;GA;;;WD)", true, true),
            ("D:P(A;;0x1;;;BU)", true, false),
            ("D:P(A;;0x2;;;BU)", false, true),
            ("D:P(A;;0x100000;;;BU)", false, false),
        ] {
            let descriptor = Descriptor::parse(text).unwrap();
            let list = dacl(&descriptor);
            let read = crowds_have(list, FILE_READ_DATA | GENERIC_READ | GENERIC_ALL).unwrap();
            let write = crowds_have(list, FILE_WRITE_DATA | GENERIC_WRITE | GENERIC_ALL).unwrap();
            assert_eq!((read, write), (readable, writable), "{text}");
        }
    }

    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn dacl(descriptor: &Descriptor) -> List<'_> {
        let (mut present, mut defaulted, mut list) = (0, 0, null_mut());
        // SAFETY: the descriptor is live. The pointers are to live variables.
        worked(unsafe {
            GetSecurityDescriptorDacl(
                descriptor.as_raw(),
                &raw mut present,
                &raw mut list,
                &raw mut defaulted,
            )
        })
        .unwrap();
        // SAFETY: the list is in the descriptor, which is borrowed.
        unsafe { List::new(list) }.unwrap()
    }
}
