//! Shared code of Linux and macOS.

pub mod detach;
pub mod files;
mod user;

pub use user::User;

/// Locks the pages that hold `bytes`. Returns whether that worked.
#[expect(unsafe_code, reason = "mlock takes a raw pointer")]
pub(crate) fn lock_pages(bytes: &[u8]) -> bool {
    // SAFETY: pointer and length come from a live slice. mlock changes neither contents nor access rights, it
    // only locks the pages. The kernel rounds to whole pages by itself.
    unsafe { rustix::mm::mlock(bytes.as_ptr().cast_mut().cast(), bytes.len()) }.is_ok()
}
