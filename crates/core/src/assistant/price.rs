//! What answers cost, and whether a day bears another.
//!
//! Money is whole numbers of millionths of whatever the prices are in, rounded up: a budget is rather kept too well. Which day it is, and what was
//! spent on it, comes in.

/// Fewer tokens than this are no answer: rather none is begun.
pub const ANSWER_LEAST: u32 = 128;

/// Tokens of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Of what was asked with, those that were cached among them.
    pub input: u64,
    /// Of what was answered.
    pub output: u64,
    /// Of the input, those that the provider still had.
    pub cached: u64,
}

/// Prices of a model, in millionths for a million tokens: 3 dollars are 3,000,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// Of input.
    pub input_per_million: u64,
    /// Of input that the provider still had; none: the same.
    pub cached_per_million: Option<u64>,
    /// Of output.
    pub output_per_million: u64,
}

impl Price {
    /// What it costs, in millionths.
    pub fn cost_micros(&self, usage: &Usage) -> u64 {
        let cached = usage.cached.min(usage.input);
        let cached_price = self.cached_per_million.unwrap_or(self.input_per_million);
        let of = |tokens: u64, price: u64| u128::from(tokens) * u128::from(price);
        let sum = [
            of(usage.input - cached, self.input_per_million),
            of(cached, cached_price),
            of(usage.output, self.output_per_million),
        ];
        let sum = sum.into_iter().fold(0u128, u128::saturating_add);
        u64::try_from(sum.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

/// What a day may cost. Nothing said: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// In millionths.
    pub micros: Option<u64>,
    /// In tokens, input and output together.
    pub tokens: Option<u64>,
}

/// What was spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// In millionths.
    pub micros: u64,
    /// In tokens.
    pub tokens: u64,
}

impl Spent {
    /// Adds an answer.
    pub fn add(&mut self, usage: &Usage, price: &Price) {
        self.micros = self.micros.saturating_add(price.cost_micros(usage));
        self.tokens = self.tokens.saturating_add(usage.input).saturating_add(usage.output);
    }
}

/// The budget of the day bears no further answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Its money is spent.
    Money,
    /// Its tokens are.
    Tokens,
}

impl Budget {
    /// How many tokens an answer may have: `most`, or fewer if the day bears no more after `input` tokens of question.
    ///
    /// # Errors
    /// What would be exceeded by an answer of [`ANSWER_LEAST`] tokens (or of `most`, if that is less).
    pub fn allow(&self, spent: &Spent, price: &Price, input: u64, most: u32) -> Result<u32, Over> {
        let by_tokens = self.tokens.map(|tokens| tokens.saturating_sub(spent.tokens).checked_sub(input));
        let by_money = self.micros.map(|micros| {
            let question = price.cost_micros(&Usage { input, ..Usage::default() });
            let left = micros.saturating_sub(spent.micros).checked_sub(question)?;
            if price.output_per_million == 0 {
                return Some(u64::MAX);
            }
            let tokens = u128::from(left) * 1_000_000 / u128::from(price.output_per_million);
            Some(u64::try_from(tokens).unwrap_or(u64::MAX))
        });
        let mut allowed = u64::from(most);
        for (bound, over) in [(by_money, Over::Money), (by_tokens, Over::Tokens)] {
            let Some(bound) = bound else { continue };
            let bound = bound.ok_or(over)?;
            if bound < u64::from(most.min(ANSWER_LEAST)) {
                return Err(over);
            }
            allowed = allowed.min(bound);
        }
        Ok(u32::try_from(allowed).unwrap_or(most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PRICE: Price = Price {
        input_per_million: 3_000_000,
        cached_per_million: Some(300_000),
        output_per_million: 15_000_000,
    };

    #[test]
    fn costs_are_rounded_up_and_what_was_cached_is_cheaper() {
        for (input, cached, output, micros) in [
            (0, 0, 0, 0),
            (1, 0, 0, 3),
            (1_000_000, 0, 1_000_000, 18_000_000),
            (1_000_000, 1_000_000, 0, 300_000),
            (1, 1, 0, 1),
            (10, 20, 0, 3),
            (u64::MAX, 0, u64::MAX, u64::MAX),
        ] {
            let usage = Usage { input, output, cached };
            assert_eq!(PRICE.cost_micros(&usage), micros, "{usage:?}");
        }
        let plain = Price { cached_per_million: None, ..PRICE };
        assert_eq!(plain.cost_micros(&Usage { input: 10, cached: 10, output: 0 }), 30);
    }

    #[test]
    fn a_day_bears_what_is_left_of_it() {
        let money = |micros| Budget { micros: Some(micros), tokens: None };
        let tokens = |tokens| Budget { micros: None, tokens: Some(tokens) };
        let spent = Spent { micros: 1_000, tokens: 1_000 };
        for (budget, input, most, allowed) in [
            (Budget::default(), u64::MAX, 1_000, Ok(1_000)),
            (money(1_000_000), 100, 1_000, Ok(1_000)),
            // 1,300 for the question leaves 7,500: 500 tokens.
            (money(1_000 + 300 + 7_500), 100, 1_000, Ok(500)),
            (money(1_000 + 300 + 1_000), 100, 1_000, Err(Over::Money)),
            (money(1_000 + 300 + 1_000), 100, 64, Ok(64)),
            (money(500), 0, 1_000, Err(Over::Money)),
            (tokens(1_000 + 100 + 128), 100, 1_000, Ok(128)),
            (tokens(1_000 + 100 + 127), 100, 1_000, Err(Over::Tokens)),
            (tokens(50), 100, 1_000, Err(Over::Tokens)),
        ] {
            assert_eq!(budget.allow(&spent, &PRICE, input, most), allowed, "{budget:?} {input} {most}");
        }
        let free = Price::default();
        assert_eq!(
            money(1_000).allow(&spent, &free, 9_999, 500),
            Ok(500),
            "what costs nothing fits any budget"
        );
    }

    proptest! {
        #[test]
        fn what_is_allowed_is_kept(
            micros in 0u64..100_000_000, tokens in 0u64..1_000_000, spent in 0u64..1_000_000, input in 0u64..100_000, most in 1u32..100_000,
        ) {
            let budget = Budget { micros: Some(micros), tokens: Some(tokens) };
            let mut day = Spent { micros: spent, tokens: spent };
            if let Ok(allowed) = budget.allow(&day, &PRICE, input, most) {
                prop_assert!(allowed <= most);
                day.add(&Usage { input, output: allowed.into(), cached: 0 }, &PRICE);
                // A millionth for each rounding.
                prop_assert!(day.micros <= micros + 1 && day.tokens <= tokens, "{day:?}");
            }
        }
    }
}
