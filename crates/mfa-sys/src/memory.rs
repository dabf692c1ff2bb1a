//! Keeps secrets out of the swap file and off the stack.

use std::hint::black_box;

use crate::platform;

/// How much of the stack [`scrub_stack`] overwrites, in bytes: more than the keyring stores use
/// for decrypting, which is where copies were found.
const SCRUB: usize = 128 * 1024;

/// Keeps the pages that hold `bytes` in RAM. Says whether that worked.
///
/// The pages stay locked when the bytes are freed: they are few, and others on the same page may
/// still need it. Where the limit on locked memory (`ulimit -l`, the working set) is used up, nothing is lost but
/// this protection.
#[must_use]
pub fn lock(bytes: &[u8]) -> bool {
    platform::lock_pages(bytes)
}

/// Overwrites the part of the stack that calls made before have used.
///
/// Ciphers leave plain text in stack frames that they have returned from. Call this on the same
/// thread, from no deeper than the call that may have left something.
#[inline(never)]
pub fn scrub_stack() {
    let mut area = [0_u8; SCRUB];
    black_box(&mut area);
}

/// Hands memory that is free back to the system.
///
/// An allocator keeps what was freed for the next time. After a burst of requests that would be
/// many times what the program needs at rest.
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
            return; // no limit left here: documented to be harmless
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
