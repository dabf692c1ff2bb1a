//! Linux.

pub mod boottime;
pub mod harden;
pub mod peer;
pub mod process;

/// Has the allocator return free pages.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "malloc_trim is a function of C")]
pub(crate) fn give_back() {
    // SAFETY: it takes no pointers, and may be called by any thread at any time (malloc_trim(3)).
    unsafe { libc::malloc_trim(0) };
}

/// Other libraries return pages by themselves.
#[cfg(not(target_env = "gnu"))]
pub(crate) fn give_back() {}
