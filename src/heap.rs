//! The allocator of the Rust side. A translation makes some thousand small things and drops them again, which takes
//! glibc's a quarter of its time. DuckDB's own memory stays with the system's.
#![allow(unsafe_code)]

use std::ffi::c_char;

use tikv_jemallocator::Jemalloc;

#[global_allocator]
static HEAP: Jemalloc = Jemalloc;

/// What jemalloc reads when it starts. Memory goes back to the system a fifth of a second after it is free, address space
/// and all, which counts against the limit of `sys::leave_memory_to_others`; where it goes back at once, loading spends
/// twice the time in the kernel. Two arenas take less memory after the start than eight, and no longer to load.
// SAFETY: jemalloc asks for a pointer to a text that ends with a NUL under this name, and nobody else defines it.
#[unsafe(export_name = "_rjem_malloc_conf")]
pub static SETTINGS: &c_char = {
    let text = c"narenas:2,dirty_decay_ms:200,muzzy_decay_ms:0,retain:false";
    // SAFETY: the text lives as long as the program.
    unsafe { &*text.as_ptr() }
};
