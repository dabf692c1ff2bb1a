//! Keeps secrets out of the swap file and off the stack.

use std::hint::black_box;

use crate::platform;

/// The size of the stack that [`scrub_stack`] overwrites, in bytes. It is more than the keyring stores use
/// for decryption, which left copies of secrets on the stack.
const SCRUB: usize = 128 * 1024;

/// Keeps the pages that hold `bytes` in RAM. Returns whether that worked.
///
/// The pages stay locked when the bytes are freed: they are few, and other data on the same page may still
/// need the lock. If the limit on locked memory (`ulimit -l`, the working set) is exhausted, only this
/// protection is lost.
#[must_use]
pub fn lock(bytes: &[u8]) -> bool {
    platform::lock_pages(bytes)
}

/// Overwrites the part of the stack that earlier calls have used.
///
/// Ciphers leave plain text in stack frames that they have returned from. Call this on the same thread, from
/// no deeper than the call that may have left plain text.
#[inline(never)]
pub fn scrub_stack() {
    let mut area = [0_u8; SCRUB];
    black_box(&mut area);
}

/// Returns free memory to the system.
///
/// An allocator keeps freed memory for later. After a burst of requests that is many times what the program
/// needs at rest.
pub fn give_back() {
    platform::give_back();
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn locked_memory_is_counted_by_the_kernel() {
        let bytes = vec![1_u8; 4096];
        if !lock(&bytes) {
            return; // The limit is exhausted here, which is documented as harmless.
        }
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmLck:"))
            .unwrap();
        let locked: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        assert!(locked >= 4);
    }
}
