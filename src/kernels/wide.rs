//! Loops over bytes that are built twice: for every machine, and for the wide registers (AVX2) that most have, which
//! take half the time. Which of the two runs is asked when it is called.

/// A function whose body, and what is inlined into it, is built for wide registers too.
macro_rules! wide {
    ($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?) -> $ret:ty $body:block) => {
        $(#[$doc])*
        #[allow(unsafe_code)]
        fn $name($($arg: $ty),*) -> $ret {
            // With a body of its own, so that closures in it are built so too.
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn avx2($($arg: $ty),*) -> $ret $body

            fn plain($($arg: $ty),*) -> $ret $body

            #[cfg(target_arch = "x86_64")]
            if std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: the machine has what the function is built for.
                return unsafe { avx2($($arg),*) };
            }
            plain($($arg),*)
        }
    };
}

pub(in crate::kernels) use wide;
