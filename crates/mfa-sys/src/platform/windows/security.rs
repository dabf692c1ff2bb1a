//! Security descriptors: who owns an object, and who may do what with it.

use std::ffi::{OsString, c_void};
use std::io;
use std::marker::PhantomData;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::{AsHandle, AsRawHandle, BorrowedHandle};
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{GENERIC_ALL, GENERIC_READ, GENERIC_WRITE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo,
    SDDL_REVISION_1, SE_FILE_OBJECT, SE_KERNEL_OBJECT,
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

use super::user::User;
use super::{wide, worked};

/// Groups that other users of this machine are in, too: everyone, anonymous, the network, logged in
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

/// Memory that the system has allocated for us.
struct Local(*mut c_void);

impl Drop for Local {
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn drop(&mut self) {
        // SAFETY: it comes from a call that says to free it so, and is freed once.
        unsafe { LocalFree(self.0) };
    }
}

/// A security descriptor.
pub(super) struct Descriptor(Local);

impl Descriptor {
    /// Reads one in the language SDDL.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    pub(super) fn parse(text: &str) -> io::Result<Self> {
        let text = wide(text);
        let mut made: PSECURITY_DESCRIPTOR = null_mut();
        // SAFETY: the text ends with a zero; the pointer is to a live one that receives memory which
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

    /// For calls that only read it, while this is there.
    pub(super) fn as_raw(&self) -> PSECURITY_DESCRIPTOR {
        self.0.0
    }
}

/// What [`GetSecurityInfo`] says of an object. The pointers are into the descriptor, or null; only
/// [`look`] makes one.
struct Security {
    owner: PSID,
    dacl: *const ACL,
    sacl: *const ACL,
    #[cfg_attr(not(test), expect(dead_code, reason = "it keeps the memory"))]
    descriptor: Local,
}

impl Security {
    /// Who may do what, if that is limited at all.
    #[expect(unsafe_code, reason = "the list is found through a raw pointer")]
    fn dacl(&self) -> Option<List<'_>> {
        // SAFETY: the list is in the descriptor, which is borrowed.
        unsafe { List::new(self.dacl) }
    }

    /// What is recorded, and the label.
    #[expect(unsafe_code, reason = "the list is found through a raw pointer")]
    fn sacl(&self) -> Option<List<'_>> {
        // SAFETY: as above.
        unsafe { List::new(self.sacl) }
    }

    #[expect(unsafe_code, reason = "the SID is found through a raw pointer")]
    fn owner(&self) -> io::Result<User> {
        // SAFETY: the SID is in the descriptor, which is borrowed; or it is null.
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
    // SAFETY: the handle is borrowed, so it is open; the pointers are to live ones, and the memory
    // that the last one receives is freed by `Local`.
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

/// What an entry of a list says.
enum Entry {
    /// How trusted whoever made the object was.
    Label(u32),
    /// What somebody may do, and the SID of that.
    Allowed(u32, String),
    /// Something else.
    Other,
}

impl<'d> List<'d> {
    /// Nothing for a null pointer.
    ///
    /// # Safety
    /// The pointer is null, or to a list that the system has made and that stays for `'d`.
    #[expect(unsafe_code, reason = "the list comes as a raw pointer")]
    unsafe fn new(list: *const ACL) -> Option<Self> {
        (!list.is_null()).then_some(Self(list, PhantomData))
    }

    fn entries(self) -> impl Iterator<Item = io::Result<Entry>> {
        (0..).map_while(move |number| self.entry(number))
    }

    /// The entry of a number, or `None` behind the last one.
    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn entry(self, number: u32) -> Option<io::Result<Entry>> {
        let mut entry = null_mut();
        // SAFETY: the list is one of the system's that is still there, as this type says; the call fails
        // for a number that is not there.
        worked(unsafe { GetAce(self.0, number, &raw mut entry) }).ok()?;
        // SAFETY: every entry begins with its header.
        let header = unsafe { entry.cast::<ACE_HEADER>().read_unaligned() };
        Some(match u32::from(header.AceType) {
            SYSTEM_MANDATORY_LABEL_ACE_TYPE => {
                // SAFETY: an entry of this kind is this structure, whose last field is where the SID
                // begins; that of a label has one part.
                let level = unsafe {
                    let sid = &raw const (*entry.cast::<SYSTEM_MANDATORY_LABEL_ACE>()).SidStart;
                    *GetSidSubAuthority(sid.cast_mut().cast(), 0)
                };
                Ok(Entry::Label(level))
            }
            ACCESS_ALLOWED_ACE_TYPE => {
                let entry = entry.cast::<ACCESS_ALLOWED_ACE>();
                // SAFETY: an entry of this kind is this structure, whose last field is where the SID
                // begins.
                let (rights, sid) = unsafe {
                    let sid = &raw const (*entry).SidStart;
                    ((*entry).Mask, sid_to_string(sid.cast_mut().cast()))
                };
                sid.map(|sid| Entry::Allowed(rights, sid))
            }
            _ => Ok(Entry::Other),
        })
    }
}

/// The owner of a kernel object that was made with no fewer rights than ours.
pub(super) fn owner(object: BorrowedHandle<'_>) -> io::Result<User> {
    let label = look(object, SE_KERNEL_OBJECT, LABEL_SECURITY_INFORMATION)?;
    for entry in label.sacl().into_iter().flat_map(List::entries) {
        if matches!(entry?, Entry::Label(level) if level < SECURITY_MANDATORY_MEDIUM_RID.cast_unsigned())
        {
            let text = "it was made by a program with fewer rights";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
        }
    }
    look(object, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION)?.owner()
}

/// Whether a crowd may read a file.
pub(super) fn may_read(file: impl AsHandle) -> io::Result<bool> {
    may(file, FILE_READ_DATA | GENERIC_READ | GENERIC_ALL)
}

/// Whether a crowd may change a file.
pub(super) fn may_write(file: impl AsHandle) -> io::Result<bool> {
    let write = FILE_WRITE_DATA | FILE_APPEND_DATA | WRITE_DAC | WRITE_OWNER;
    may(file, write | GENERIC_WRITE | GENERIC_ALL)
}

/// Whether a crowd has one of these rights to a file. One without a list is open to everybody.
fn may(file: impl AsHandle, rights: u32) -> io::Result<bool> {
    let security = look(file.as_handle(), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION)?;
    security
        .dacl()
        .map_or(Ok(true), |list| crowds_have(list, rights))
}

fn crowds_have(list: List<'_>, rights: u32) -> io::Result<bool> {
    for entry in list.entries() {
        if matches!(entry?, Entry::Allowed(given, sid)
            if given & rights != 0 && CROWDS.contains(&sid.as_str()))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A SID as text.
///
/// # Safety
/// It has to be a SID, or null.
#[expect(unsafe_code, reason = "the SID comes as a raw pointer")]
pub(super) unsafe fn sid_to_string(sid: PSID) -> io::Result<String> {
    let mut text = null_mut();
    // SAFETY: the caller vouches for the SID, and the call refuses a null one; the pointer is to a
    // live one that receives memory which `Local` frees.
    worked(unsafe { ConvertSidToStringSidW(sid, &raw mut text) })?;
    let memory = Local(text.cast());
    // SAFETY: the call has put a text there, which a zero ends.
    let text = unsafe {
        let length = (0..).take_while(|at| *text.add(*at) != 0).count();
        OsString::from_wide(std::slice::from_raw_parts(text, length))
    };
    drop(memory);
    text.into_string()
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
}

/// Owner, list and label of a kernel object, in the language SDDL.
#[cfg(test)]
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub(super) fn sddl(object: BorrowedHandle<'_>) -> io::Result<String> {
    use windows_sys::Win32::Security::Authorization::ConvertSecurityDescriptorToStringSecurityDescriptorW as to_text;

    let what = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;
    let security = look(object, SE_KERNEL_OBJECT, what)?;
    let (mut text, mut length) = (null_mut(), 0);
    // SAFETY: the descriptor is one that the system has made; the pointers are to live ones, and the
    // memory that the first receives is freed by `Local`.
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
    // SAFETY: the call has put a text of that length there, with zeros at its end.
    let text = OsString::from_wide(unsafe { std::slice::from_raw_parts(text, length) });
    drop(memory);
    let text = text.to_string_lossy();
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
        // SAFETY: the descriptor is a live one; the pointers are to live variables.
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
