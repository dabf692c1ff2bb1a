//! Linux.

pub mod boottime;
pub mod clock;
pub mod confine;
pub mod harden;
pub mod peer;
pub mod process;

/// Makes the allocator return free pages.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "malloc_trim is a function of C")]
pub(crate) fn give_back() {
    // SAFETY: it takes no pointers, and any thread may call it at any time (malloc_trim(3)).
    unsafe { libc::malloc_trim(0) };
}

/// Does nothing: other C libraries return pages by themselves.
#[cfg(not(target_env = "gnu"))]
pub(crate) fn give_back() {}
