//! The allocator of the Rust side: the system's, with lists of freed blocks in front of it while a query is translated.
//! A translation makes some thousand small things and drops them again, and the system's allocator takes a quarter of
//! its time; off the lists a block takes a few instructions.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr;

/// Alignments that the system's allocator gives without being asked.
const ALIGN: usize = 16;
/// Up to here each 16 bytes are a class of their own, of 24, 40, 56 bytes and so on: what glibc's blocks have room for.
const SMALL_MAX: usize = 1032;
/// Above, each doubling has four classes. Blocks that are larger than this are the system's alone.
const LARGE_MAX: usize = 16 << 10;
const SMALL_CLASSES: usize = 64;
const CLASSES: usize = SMALL_CLASSES + 16;
/// How many bytes a thread keeps in its lists.
const KEPT_MAX: usize = 1 << 20;

#[global_allocator]
static HEAP: Heap = Heap;

struct Heap;

/// The lists of a thread: blocks of one class, each of which begins with the address of the next.
struct Lists {
    open: Cell<bool>,
    kept: Cell<usize>,
    first: [Cell<*mut u8>; CLASSES],
}

/// Gives back what the lists of a thread keep when it ends. Apart from them, since what has no destructor can be
/// reached to the very end of a thread, and by fewer instructions.
struct Keeper;

thread_local! {
    static LISTS: Lists = const {
        Lists {
            open: Cell::new(false),
            kept: Cell::new(0),
            first: [const { Cell::new(ptr::null_mut()) }; CLASSES],
        }
    };
    static KEEPER: Keeper = const { Keeper };
}

/// Does `work` with the lists of this thread at hand. At most a megabyte stays in them, until the thread ends.
pub fn pooled<T>(work: impl FnOnce() -> T) -> T {
    struct Reset(bool);
    impl Drop for Reset {
        fn drop(&mut self) {
            LISTS.with(|lists| lists.open.set(self.0));
        }
    }
    // Of a thread that is about to end nobody would give them back.
    if KEEPER.try_with(|_| ()).is_err() {
        return work();
    }
    let _reset = Reset(LISTS.with(|lists| lists.open.replace(true)));
    work()
}

impl Drop for Keeper {
    fn drop(&mut self) {
        LISTS.with(|lists| {
            lists.open.set(false);
            for (class, first) in lists.first.iter().enumerate() {
                while let Some(block) = lists.pop(class, first) {
                    // SAFETY: `block` came from the system by this layout, and nobody has it any more.
                    unsafe { System.dealloc(block, layout_of(class)) };
                }
            }
        });
    }
}

impl Lists {
    #[inline]
    fn pop(&self, class: usize, first: &Cell<*mut u8>) -> Option<*mut u8> {
        let block = first.get();
        if block.is_null() {
            return None;
        }
        // SAFETY: a block in a list begins with the address of the next, or null.
        first.set(unsafe { block.cast::<*mut u8>().read() });
        self.kept.set(self.kept.get().wrapping_sub(bytes_of(class)));
        Some(block)
    }

    /// Whether the block was kept.
    #[inline]
    fn push(&self, class: usize, block: *mut u8) -> bool {
        let kept = self.kept.get().wrapping_add(bytes_of(class));
        let Some(first) = self.first.get(class).filter(|_| kept <= KEPT_MAX) else { return false };
        // SAFETY: the block is of this class, so that an address has room in it, and is aligned for one.
        unsafe { block.cast::<*mut u8>().write(first.get()) };
        first.set(block);
        self.kept.set(kept);
        true
    }
}

/// The class of a block that fits this; `None` for what the system alone has.
#[inline]
fn class_of(layout: Layout) -> Option<usize> {
    let size = layout.size();
    if layout.align() > ALIGN {
        None
    } else if size <= SMALL_MAX {
        Some(size.saturating_sub(9) / 16)
    } else if size <= LARGE_MAX {
        let last = size.wrapping_sub(1);
        let quarter = last.ilog2().wrapping_sub(2);
        // Of 1,033 bytes `quarter` is 8 and `last >> quarter` is 4.
        Some(
            (quarter as usize).wrapping_mul(4).wrapping_add(last >> quarter).wrapping_add(SMALL_CLASSES - 36),
        )
    } else {
        None
    }
}

#[inline]
fn bytes_of(class: usize) -> usize {
    match class.checked_sub(SMALL_CLASSES) {
        None => class.wrapping_mul(16).wrapping_add(24),
        Some(large) => (large % 4).wrapping_add(5) << (large / 4).wrapping_add(8),
    }
}

#[inline]
fn layout_of(class: usize) -> Layout {
    // SAFETY: 16 is a power of two, and no class is anywhere near `isize::MAX`.
    unsafe { Layout::from_size_align_unchecked(bytes_of(class), ALIGN) }
}

// SAFETY: every block comes from `System`, by the layout of its class where it has one, and goes back by the same. A
// block is in one list of one thread or in use, never both: it is pushed when it is freed and popped when it is given.
// Nothing here panics or allocates.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    // SAFETY: as the trait says.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(class) = class_of(layout) else {
            // SAFETY: the caller's.
            return unsafe { System.alloc(layout) };
        };
        let kept = LISTS.try_with(|lists| match lists.first.get(class) {
            Some(first) if lists.open.get() => lists.pop(class, first),
            _ => None,
        });
        match kept {
            Ok(Some(block)) => block,
            // SAFETY: no class is empty.
            _ => unsafe { System.alloc(layout_of(class)) },
        }
    }

    #[inline]
    // SAFETY: as the trait says.
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if class_of(layout).is_none() {
            // SAFETY: the caller's.
            return unsafe { System.alloc_zeroed(layout) };
        }
        // SAFETY: the caller's.
        let block = unsafe { self.alloc(layout) };
        if !block.is_null() {
            // SAFETY: the block has at least so many bytes.
            unsafe { block.write_bytes(0, layout.size()) };
        }
        block
    }

    #[inline]
    // SAFETY: as the trait says.
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(class) = class_of(layout) else {
            // SAFETY: the caller's.
            return unsafe { System.dealloc(block, layout) };
        };
        let kept = LISTS.try_with(|lists| lists.open.get() && lists.push(class, block));
        if kept != Ok(true) {
            // SAFETY: it came from the system by this layout.
            unsafe { System.dealloc(block, layout_of(class)) };
        }
    }

    #[inline]
    // SAFETY: as the trait says.
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's: `size` is not beyond what a layout may have.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        let classes = (class_of(layout), class_of(wanted));
        match classes {
            (Some(class), Some(next)) if class == next => return block,
            // SAFETY: the caller's.
            (None, None) => return unsafe { System.realloc(block, layout, size) },
            (Some(class), Some(next)) if !LISTS.try_with(|lists| lists.open.get()).unwrap_or(false) => {
                // SAFETY: it came from the system by this layout.
                return unsafe { System.realloc(block, layout_of(class), bytes_of(next)) };
            }
            _ => {}
        }
        // SAFETY: the caller's; the two blocks are not the same, and both have the bytes that are copied.
        unsafe {
            let other = self.alloc(wanted);
            if !other.is_null() {
                ptr::copy_nonoverlapping(block, other, layout.size().min(size));
                self.dealloc(block, layout);
            }
            other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, 8).expect("a layout")
    }

    #[test]
    fn each_class_has_room_for_what_is_of_it() {
        let mut before = 0;
        for size in 1..=LARGE_MAX {
            let class = class_of(layout(size)).expect("has a class");
            assert!(class < CLASSES && class >= before, "{size}");
            let bytes = bytes_of(class);
            assert!(bytes >= size && bytes <= (size + 23).max(size + size / 4), "{size}: {bytes}");
            assert_eq!(class_of(layout(bytes)), Some(class), "{size}");
            before = class;
        }
        assert_eq!(before, CLASSES - 1);
        assert_eq!(class_of(layout(LARGE_MAX + 1)), None);
        assert_eq!(class_of(Layout::from_size_align(8, 32).expect("a layout")), None);
    }

    #[test]
    fn blocks_come_back_and_hold_what_was_written() {
        pooled(|| {
            let texts: Vec<String> = (0..2000).map(|at| "x".repeat(at % 300)).collect();
            let lengths: Vec<usize> = texts.iter().map(String::len).collect();
            drop(texts);
            let kept = LISTS.with(|lists| lists.kept.get());
            assert!(kept > 100_000, "{kept}");
            let mut grown: Vec<Vec<usize>> = lengths.iter().map(|length| vec![*length]).collect();
            for at in 0..100 {
                grown.iter_mut().for_each(|list| list.push(at));
            }
            assert!(grown.iter().zip(&lengths).all(|(list, length)| list[0] == *length && list[100] == 99));
            assert!(vec![0_u64; 100].iter().all(|word| *word == 0));
        });
        assert!(!LISTS.with(|lists| lists.open.get()));
    }

    #[test]
    fn no_more_is_kept_than_is_said_and_nothing_outside() {
        let blocks = || (0..3000).map(|_| vec![1_u8; 1000]).collect::<Vec<_>>();
        std::thread::spawn(move || {
            drop(blocks());
            assert_eq!(LISTS.with(|lists| lists.kept.get()), 0);
            pooled(|| drop(blocks()));
            let kept = LISTS.with(|lists| lists.kept.get());
            assert!(kept > KEPT_MAX - 2000 && kept <= KEPT_MAX, "{kept}");
        })
        .join()
        .expect("ends");
    }

    #[test]
    fn a_panic_closes_the_lists() {
        let ended = std::panic::catch_unwind(|| pooled(|| panic!("as asked")));
        assert!(ended.is_err() && !LISTS.with(|lists| lists.open.get()));
    }
}
