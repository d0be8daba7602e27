//! A set of small numbers: what was noted of things that are counted, a bit each.

/// The numbers that were noted.
#[derive(Debug, Default)]
pub(crate) struct Numbers(Vec<u64>);

impl Numbers {
    /// Whether a number was noted.
    pub(crate) fn has(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Notes a number; whether that is new.
    pub(crate) fn add(&mut self, number: usize) -> bool {
        let at = number / 64;
        if at >= self.0.len() {
            self.0.resize((at + 1).next_power_of_two(), 0);
        }
        let bit = 1 << (number % 64);
        let Some(word) = self.0.get_mut(at) else { return false };
        std::mem::replace(word, *word | bit) & bit == 0
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
