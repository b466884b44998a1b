//! A small generator of numbers (xorshift), so that a failure can be had again: for seeds that are changed here, and for damaged streams in the
//! tests of `crates/media`.

/// Its state, which is not 0.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `sides`, or 0.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }
}
