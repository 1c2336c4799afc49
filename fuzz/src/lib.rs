//! Fuzz targets of kqlhunt, without its engine. `fuzz/run TARGET [RUNS]` builds and runs one; what it finds
//! goes into `fuzz/artifacts`, and its smallest form into `fuzz/corpus/TARGET`, which the tests replay.

pub mod checks;
pub mod generate;
pub mod mutate;

pub use libfuzzer_sys;

/// One target: its entry points for libFuzzer.
#[macro_export]
macro_rules! target {
    ($check:path) => {
        $crate::libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            $crate::checks::run($check, &String::from_utf8_lossy(data));
        });
        $crate::libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::mutate::mutate(data, size, max_size, seed)
        });
    };
}
