//! A memory allocator that wipes what is given back to it.
//!
//! A message that carries a secret passes through buffers of libraries that know nothing of it, and
//! a growing buffer leaves its old self behind. Wiping everything that is freed is the one place
//! where all of them end. It costs the daemon nothing that can be measured.

use std::alloc::{GlobalAlloc, Layout, System};
use std::mem::MaybeUninit;
use std::slice;

use zeroize::Zeroize;

/// The system's allocator, with freed memory wiped.
#[derive(Debug)]
pub struct Wiping;

#[expect(unsafe_code, reason = "an allocator hands out raw memory")]
// SAFETY: every request is passed on to the system's allocator with the layout that it came with,
// so its guarantees hold. `realloc` is left to the default, which allocates, copies and calls our
// `dealloc` for the old block.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises that the layout has a size.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises that the layout has a size.
        unsafe { System.alloc_zeroed(layout) }
    }

    // In line it would be in thousands of places, and a program a tenth larger.
    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller promises that the block was allocated with this layout and is not used
        // any more, so all its bytes are ours to write. Nothing may have been written to them yet, which
        // this type allows.
        unsafe { slice::from_raw_parts_mut(block.cast::<MaybeUninit<u8>>(), layout.size()) }
            .zeroize();
        // SAFETY: as above; the block came from the system's allocator.
        unsafe { System.dealloc(block, layout) }
    }
}

#[cfg(test)]
#[expect(unsafe_code, reason = "an allocator hands out raw memory")]
mod tests {
    use super::*;

    /// With Miri, which knows what was never written, this proves that it may be given back.
    #[test]
    fn what_was_never_written_can_be_given_back() {
        let layout = Layout::new::<[u64; 8]>();
        // SAFETY: the layout has a size, and the block is given back once, with the same layout.
        unsafe {
            let block = Wiping.alloc(layout);
            assert!(!block.is_null());
            Wiping.dealloc(block, layout);
        }
    }

    #[test]
    fn what_grows_stays_as_it_was() {
        let layout = Layout::new::<[u8; 8]>();
        // SAFETY: the layout has a size, the block is given back once, with the layout that it has.
        unsafe {
            let block = Wiping.alloc_zeroed(layout);
            block.write(7);
            let block = Wiping.realloc(block, layout, 4096);
            assert_eq!((block.read(), block.add(1).read()), (7, 0));
            let layout = Layout::from_size_align_unchecked(4096, layout.align());
            Wiping.dealloc(block, layout);
        }
    }
}
