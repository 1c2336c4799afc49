//! xxHash64, as Kusto's `hash()` computes it: seed 0 over the bytes of the value, a string's UTF-8 and
//! a datetime's ticks in 8 bytes, the least first (both checked against recorded answers).

use super::{Cell, Kernel, Phys, infallible, lenient, strict};

pub const KERNELS: &[Kernel] = &infallible([
    strict("kql_hash_text", &[Phys::Text], Phys::Long, |args, _| {
        Cell::Long(xxhash64(args[0].text().unwrap_or("").as_bytes()) as i64)
    }),
    lenient("kql_hash_datetime", &[Phys::Long], Phys::Long, |args, _| {
        args[0].long().map(|ticks| xxhash64(&ticks.to_le_bytes()) as i64).into()
    }),
]);

const PRIMES: [u64; 5] = [
    0x9e37_79b1_85eb_ca87,
    0xc2b2_ae3d_27d4_eb4f,
    0x1656_67b1_9e37_79f9,
    0x85eb_ca77_c2b2_ae63,
    0x27d4_eb2f_1656_67c5,
];

fn mixed(lane: u64, input: u64) -> u64 {
    lane.wrapping_add(input.wrapping_mul(PRIMES[1])).rotate_left(31).wrapping_mul(PRIMES[0])
}

/// The bytes as a number, the least first.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The published algorithm (xxhash.com) with the seed 0.
pub fn xxhash64(bytes: &[u8]) -> u64 {
    let stripes = bytes.chunks_exact(32);
    let mut rest = stripes.remainder();
    let mut hash = if bytes.len() < 32 {
        PRIMES[4]
    } else {
        let mut lanes = [PRIMES[0].wrapping_add(PRIMES[1]), PRIMES[1], 0, 0u64.wrapping_sub(PRIMES[0])];
        for stripe in stripes {
            for (lane, input) in lanes.iter_mut().zip(stripe.chunks_exact(8)) {
                *lane = mixed(*lane, number(input));
            }
        }
        let turned = lanes.iter().zip([1, 7, 12, 18]).map(|(lane, turns)| lane.rotate_left(turns));
        let sum = turned.fold(0u64, u64::wrapping_add);
        lanes
            .iter()
            .fold(sum, |hash, lane| (hash ^ mixed(0, *lane)).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3]))
    };
    hash = hash.wrapping_add(bytes.len() as u64);
    while let Some((input, after)) = rest.split_first_chunk::<8>() {
        hash ^= mixed(0, number(input));
        hash = hash.rotate_left(27).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3]);
        rest = after;
    }
    if let Some((input, after)) = rest.split_first_chunk::<4>() {
        hash ^= number(input).wrapping_mul(PRIMES[0]);
        hash = hash.rotate_left(23).wrapping_mul(PRIMES[1]).wrapping_add(PRIMES[2]);
        rest = after;
    }
    for byte in rest {
        hash ^= u64::from(*byte).wrapping_mul(PRIMES[4]);
        hash = hash.rotate_left(11).wrapping_mul(PRIMES[0]);
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(PRIMES[1]);
    hash = (hash ^ (hash >> 29)).wrapping_mul(PRIMES[2]);
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::xxhash64;

    /// Values of the reference implementation (the `xxhash` package for Python) over a run of bytes.
    #[test]
    fn like_the_reference_implementation() {
        let bytes: Vec<u8> = (0..=255).collect();
        for (length, hash) in [
            (0, 0xef46_db37_51d8_e999),
            (3, 0xe5c7_bb45_33bc_65dd),
            (17, 0x5603_e60c_5275_99b6),
            (32, 0xcbf5_9c51_16ff_32b4),
            (101, 0xe990_3849_5f85_381e),
            (256, 0x1fac_be84_06cd_904b),
        ] {
            assert_eq!(xxhash64(&bytes[..length]), hash, "{length} bytes");
        }
    }
}
