//! What the system keeps of a process in the memory of that process: the line that it was started with, and its current
//! folder.
//!
//! The places are those of a 64-bit process, where all structures have kept them since Windows XP. Another process gets
//! an error.

use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::ptr::{null_mut, with_exposed_provenance};

use windows_sys::Wdk::System::Threading::{
    NtQueryInformationProcess, PROCESSINFOCLASS, ProcessBasicInformation,
};
use windows_sys::Win32::System::Diagnostics::Debug::ReadProcessMemory;
use windows_sys::Win32::System::Threading::IsWow64Process;

use super::super::worked;

/// Asks for the line of a process, since Windows 8.1.
const PROCESS_LINE: PROCESSINFOCLASS = 60;
/// The place of the pointer to the parameters in the description of a process (`PEB`).
const PARAMETERS: usize = 0x20;
/// The places of the current folder and of the line in the parameters (`RTL_USER_PROCESS_PARAMETERS`).
const FOLDER: usize = 0x38;
const LINE: usize = 0x70;
/// The longest text, in bytes: its length has 16 bits.
const MAX_TEXT: usize = 0x1_0000;

/// The facts about a process that the system keeps itself (`PROCESS_BASIC_INFORMATION`).
#[derive(Default)]
#[repr(C)]
struct Kept {
    exit_status: usize,
    description: usize,
    affinity: usize,
    priority: usize,
    pid: usize,
    parent: usize,
}

/// A text in the memory of a process (`UNICODE_STRING`).
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Text {
    /// In bytes.
    length: u16,
    room: u16,
    address: usize,
}

/// A type for which any bytes are a valid value.
trait Plain: Default {}
impl Plain for usize {}
impl Plain for Kept {}
impl Plain for Text {}

pub(super) struct Basics {
    /// The id of the process that started this one. Another process may have it by now.
    pub(super) parent: u32,
    /// The address of its description, in its own memory.
    description: usize,
}

/// Returns the facts that the system keeps.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub(super) fn basics(process: &OwnedHandle) -> io::Result<Basics> {
    let mut kept = Kept::default();
    let size = u32::try_from(size_of::<Kept>()).map_err(io::Error::other)?;
    // SAFETY: the handle is open and allows queries. The pointer is to a live structure of that size, for which any
    // bytes are valid.
    let status = unsafe {
        NtQueryInformationProcess(
            process.as_raw_handle(),
            ProcessBasicInformation,
            (&raw mut kept).cast(),
            size,
            null_mut(),
        )
    };
    succeeded(status)?;
    Ok(Basics {
        parent: u32::try_from(kept.parent).map_err(io::Error::other)?,
        description: kept.description,
    })
}

/// Returns the line of a process, from the system.
#[expect(unsafe_code, reason = "every call of Win32 is")]
pub(super) fn line(process: &OwnedHandle) -> io::Result<Vec<u16>> {
    // The description of the text comes first, then the text. The units have the alignment of the description.
    let mut room = vec![0_usize; (MAX_TEXT + size_of::<Text>()) / size_of::<usize>() + 1];
    let size = u32::try_from(size_of_val(&*room)).map_err(io::Error::other)?;
    // SAFETY: the handle is open and allows queries. Pointer and size are those of `room`.
    let status = unsafe {
        NtQueryInformationProcess(
            process.as_raw_handle(),
            PROCESS_LINE,
            room.as_mut_ptr().cast(),
            size,
            null_mut(),
        )
    };
    succeeded(status)?;
    // SAFETY: `room` is longer than the structure and aligned for it, and any bytes are a valid one.
    let text = unsafe { room.as_ptr().cast::<Text>().read() };
    let start = text.address.checked_sub(room.as_ptr().addr());
    let start = start.ok_or(io::ErrorKind::InvalidData)?;
    let bytes: Vec<u8> = room.iter().flat_map(|unit| unit.to_ne_bytes()).collect();
    let end = start.saturating_add(usize::from(text.length));
    let bytes = bytes.get(start..end).ok_or(io::ErrorKind::InvalidData)?;
    Ok(units(bytes))
}

/// Returns the line of a process, from its memory.
pub(super) fn line_in_memory(process: &OwnedHandle) -> io::Result<Vec<u16>> {
    text(process, LINE)
}

/// Returns the current folder of a process.
pub(super) fn folder(process: &OwnedHandle) -> io::Result<Vec<u16>> {
    text(process, FOLDER)
}

/// Returns a text of the parameters of a process.
fn text(process: &OwnedHandle, place: usize) -> io::Result<Vec<u16>> {
    if is_of_32_bits(process)? || cfg!(not(target_pointer_width = "64")) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let description = basics(process)?.description;
    let parameters: usize = read(process, description.wrapping_add(PARAMETERS))?;
    let text: Text = read(process, parameters.wrapping_add(place))?;
    let mut bytes = vec![0; usize::from(text.length)];
    read_into(process, text.address, &mut bytes)?;
    Ok(units(&bytes))
}

#[expect(unsafe_code, reason = "every call of Win32 is")]
fn is_of_32_bits(process: &OwnedHandle) -> io::Result<bool> {
    let mut answer = 0;
    // SAFETY: the handle is open and allows queries. The pointer is to a live integer.
    worked(unsafe { IsWow64Process(process.as_raw_handle(), &raw mut answer) })?;
    Ok(answer != 0)
}

#[expect(unsafe_code, reason = "the value comes as bytes")]
fn read<T: Plain>(process: &OwnedHandle, address: usize) -> io::Result<T> {
    let mut bytes = vec![0; size_of::<T>()];
    read_into(process, address, &mut bytes)?;
    // SAFETY: there are as many bytes as the value has, and any bytes are a valid one. It need not be aligned.
    Ok(unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
}

/// Fills `bytes` from the memory of a process.
#[expect(unsafe_code, reason = "every call of Win32 is")]
fn read_into(process: &OwnedHandle, address: usize, bytes: &mut [u8]) -> io::Result<()> {
    let mut count = 0;
    // SAFETY: the handle is open. The call reads the address in the other process only, and refuses one that is not
    // there. Pointer and size are those of `bytes`.
    worked(unsafe {
        ReadProcessMemory(
            process.as_raw_handle(),
            with_exposed_provenance(address),
            bytes.as_mut_ptr().cast(),
            bytes.len(),
            &raw mut count,
        )
    })?;
    match count == bytes.len() {
        true => Ok(()),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Converts the result of a call of the kernel.
fn succeeded(status: i32) -> io::Result<()> {
    match status {
        0.. => Ok(()),
        _ => Err(io::Error::other(format!("status {status:#x}"))),
    }
}

fn units(bytes: &[u8]) -> Vec<u16> {
    let pairs = bytes.chunks_exact(2);
    pairs
        .map(|pair| u16::from_ne_bytes([pair[0], pair[1]]))
        .collect()
}
