//! Chance out of a seed: the same seed, the same numbers, on every machine and in every version.
//!
//! Nothing is kept: a number is a function of the seed and of what it is for. `mix` is the finaliser of SplitMix64, a bijection of 64 bits, so
//! that keys made of different ids with one seed never collide.

/// Scrambles 64 bits; different inputs give different outputs.
pub(super) const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// One seed out of two.
pub(super) const fn join(seed: u64, more: u64) -> u64 {
    mix(seed ^ mix(more))
}

/// One seed out of a seed and a name.
pub(super) fn named(seed: u64, name: &str) -> u64 {
    name.bytes().fold(join(seed, name.len() as u64), |hash, byte| mix(hash ^ u64::from(byte)))
}

/// A number below `bound` (0 if that is 0), out of 64 random bits.
pub(super) const fn below(bits: u64, bound: u64) -> u64 {
    ((bits as u128 * bound as u128) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_are_the_same_for_ever() {
        // SplitMix64's published first outputs for the seed 0 and 1234567.
        assert_eq!(mix(0), 0xE220_A839_7B1D_CDAF);
        assert_eq!(mix(1_234_567), 6_457_827_717_110_365_317);
        assert_eq!((below(u64::MAX, 6), below(0, 6), below(1 << 63, 6), below(7, 0)), (5, 0, 3, 0));
    }

    #[test]
    fn ids_do_not_collide_and_throws_are_even() {
        let keys: BTreeSet<u64> = (0..10_000).map(|id| join(7, id)).collect();
        assert_eq!(keys.len(), 10_000);
        let mut counts = [0_u32; 6];
        for throw in 0..60_000 {
            counts[below(join(3, throw), 6) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
        assert_ne!(named(1, "ab"), named(1, "ba"));
    }
}
