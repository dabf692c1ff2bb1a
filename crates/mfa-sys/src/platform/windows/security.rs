//! Security descriptors: who owns an object, and who may do what with it.

use std::ffi::{OsString, c_void};
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::{AsHandle, AsRawHandle, BorrowedHandle};
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{GENERIC_ALL, GENERIC_READ, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo,
    SDDL_REVISION_1, SE_FILE_OBJECT, SE_KERNEL_OBJECT,
};
use windows_sys::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACE_HEADER, ACL, DACL_SECURITY_INFORMATION, GetAce, GetSidSubAuthority,
    LABEL_SECURITY_INFORMATION, OBJECT_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION,
    PSECURITY_DESCRIPTOR, PSID, SYSTEM_MANDATORY_LABEL_ACE,
};
use windows_sys::Win32::Storage::FileSystem::FILE_READ_DATA;
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

/// What [`GetSecurityInfo`] says of an object. The pointers are into the descriptor, or null.
struct Security {
    owner: PSID,
    dacl: *const ACL,
    sacl: *const ACL,
    #[cfg_attr(not(test), expect(dead_code, reason = "it keeps the memory"))]
    descriptor: Local,
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

/// The entries of an access control list, each with its kind.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn entries(list: *const ACL) -> impl Iterator<Item = (u32, *const c_void)> {
    (0..).map_while(move |number| {
        if list.is_null() {
            return None;
        }
        let mut entry = null_mut();
        // SAFETY: the list is one that the system has made and that its owner keeps alive; the call
        // fails for a number that is not there.
        worked(unsafe { GetAce(list, number, &raw mut entry) }).ok()?;
        // SAFETY: every entry begins with its header.
        let header = unsafe { entry.cast::<ACE_HEADER>().read_unaligned() };
        Some((u32::from(header.AceType), entry.cast_const()))
    })
}

/// The owner of a kernel object that was made with no fewer rights than ours.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub(super) fn owner(object: BorrowedHandle<'_>) -> io::Result<User> {
    let label = look(object, SE_KERNEL_OBJECT, LABEL_SECURITY_INFORMATION)?;
    for (kind, entry) in entries(label.sacl) {
        if kind != SYSTEM_MANDATORY_LABEL_ACE_TYPE {
            continue;
        }
        // SAFETY: an entry of this kind is this structure, whose last field is where the SID begins;
        // that of a label has one part.
        let level = unsafe {
            let sid = &raw const (*entry.cast::<SYSTEM_MANDATORY_LABEL_ACE>()).SidStart;
            *GetSidSubAuthority(sid.cast_mut().cast(), 0)
        };
        if level < SECURITY_MANDATORY_MEDIUM_RID.cast_unsigned() {
            let text = "it was made by a program with fewer rights";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
        }
    }
    let security = look(object, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION)?;
    // SAFETY: the call has put the owner into the descriptor, which is still there.
    unsafe { sid_to_string(security.owner) }.map(User::from_sid)
}

/// Whether no crowd may read a file. One without a list is open to everybody.
pub(super) fn is_private(file: impl AsHandle) -> io::Result<bool> {
    let security = look(file.as_handle(), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION)?;
    Ok(!security.dacl.is_null() && closed_to_crowds(security.dacl)?)
}

#[expect(unsafe_code, reason = "entries are read through raw pointers")]
fn closed_to_crowds(list: *const ACL) -> io::Result<bool> {
    for (kind, entry) in entries(list) {
        if kind != ACCESS_ALLOWED_ACE_TYPE {
            continue;
        }
        let entry = entry.cast::<ACCESS_ALLOWED_ACE>();
        // SAFETY: an entry of this kind is this structure, whose last field is where the SID begins.
        let (rights, sid) = unsafe { ((*entry).Mask, &raw const (*entry).SidStart) };
        if rights & (FILE_READ_DATA | GENERIC_READ | GENERIC_ALL) == 0 {
            continue;
        }
        // SAFETY: as above.
        let sid = unsafe { sid_to_string(sid.cast_mut().cast()) }?;
        if CROWDS.contains(&sid.as_str()) {
            return Ok(false);
        }
    }
    Ok(true)
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
    fn a_list_that_lets_everybody_read_is_seen() {
        for (text, private) in [
            ("D:P(A;;GA;;;SY)(A;;GA;;;BA)", true),
            ("D:P(A;;GA;;;SY)(A;;GR;;;WD)", false),
            ("D:P(A;;0x1;;;BU)", false),
            ("D:P(A;;0x100000;;;BU)", true),
        ] {
            let descriptor = Descriptor::parse(text).unwrap();
            assert_eq!(
                closed_to_crowds(dacl(&descriptor)).unwrap(),
                private,
                "{text}"
            );
        }
    }

    #[expect(unsafe_code, reason = "every call of Win32 is")]
    fn dacl(descriptor: &Descriptor) -> *const ACL {
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
        list
    }
}
