//! A memory allocator that wipes freed memory.
//!
//! A message with a secret passes through buffers of libraries that do not know about secrets, and a growing
//! buffer leaves copies behind. All of them are freed in the end, so wiping freed memory covers them all. The
//! cost for the daemon is too small to measure.

use std::alloc::{GlobalAlloc, Layout, System};
use std::mem::MaybeUninit;
use std::slice;

use zeroize::Zeroize;

/// The allocator of the system, which wipes freed memory.
#[derive(Debug)]
pub struct Wiping;

#[expect(unsafe_code, reason = "an allocator hands out raw memory")]
// SAFETY: every request is passed on to the system's allocator with its layout, so that allocator's
// guarantees hold. `realloc` keeps the default, which allocates, copies and calls our `dealloc` for the old
// block.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises that the layout has a size.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises that the layout has a size.
        unsafe { System.alloc_zeroed(layout) }
    }

    // Inlined, this would appear in thousands of places and make a program a tenth larger.
    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller promises that the block was allocated with this layout and is not used any more,
        // so all its bytes are ours to write. They may be uninitialised, which this type allows.
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

    /// A block may be given back before all of it was written. The type in `dealloc` makes that sound; this test sees
    /// only that nothing breaks.
    #[test]
    fn what_was_never_written_can_be_given_back() {
        let layout = Layout::new::<[u64; 8]>();
        // SAFETY: the layout has a size, and the block is freed once, with the same layout.
        unsafe {
            let block = Wiping.alloc(layout);
            assert!(!block.is_null());
            Wiping.dealloc(block, layout);
        }
    }

    #[test]
    fn what_grows_stays_as_it_was() {
        let layout = Layout::new::<[u8; 8]>();
        // SAFETY: the layout has a size, and the block is freed once, with its current layout.
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
