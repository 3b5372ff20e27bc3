//! What a call costs, by the catalog's prices, and what it may cost before it
//! is made.
//!
//! Prices are turned into whole pico-dollars a token once; from there on nothing
//! is a float. A price that isn't known makes a cost that isn't known, never one
//! of zero: a report that says 0 would be believed.

use jackfield_runtime::api::types::Usage;
use jackfield_runtime::catalog::Price;

mod estimate;
mod money;
#[cfg(test)]
mod tests;

pub use estimate::{Estimate, body_tokens, prompt_tokens, text_tokens};
pub use money::Money;

/// A price of one token, in pico-dollars: exact for every published price,
/// since a dollar a million tokens is a million of them.
type Rate = u64;

/// What the tokens of one model cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    input: Rate,
    cache_read: Option<Rate>,
    cache_write: Option<Rate>,
    output: Option<Rate>,
}

impl Rates {
    /// From the catalog's price. `None` if one of its numbers is no price.
    pub fn new(price: &Price) -> Option<Self> {
        let optional = |dollars: Option<f64>| dollars.map(rate).map_or(Some(None), |rate| rate.map(Some));
        Some(Self {
            input: rate(price.input)?,
            cache_read: optional(price.cache_read)?,
            cache_write: optional(price.cache_write)?,
            output: optional(price.output)?,
        })
    }

    /// What a call cost, summed exactly and then rounded up to a whole
    /// nano-dollar.
    ///
    /// `None` unless it is certain: a count that the price needs is absent, a
    /// kind of token that was used has no price (a prompt cache, output), or
    /// something was used that the catalog has no prices for (sound, units
    /// that aren't tokens).
    pub fn cost(&self, usage: &Usage) -> Option<Money> {
        let audio = used(usage.audio_input_tokens) || used(usage.audio_output_tokens);
        if audio || usage.units.iter().any(|(_, amount)| *amount > 0.0) {
            return None;
        }
        let output = match (usage.output_tokens, self.output) {
            (Some(tokens), Some(rate)) => times(tokens, rate),
            (None | Some(0), None) => 0,
            _ => return None,
        };
        let part = |tokens: u64, rate: Option<Rate>| match rate {
            Some(rate) => Some(times(tokens, rate)),
            None => (tokens == 0).then_some(0),
        };
        let (fresh, read, written) = inputs(usage)?;
        let read = part(read, self.cache_read)?;
        let written = part(written, self.cache_write)?;
        Some(whole(times(fresh, self.input) + read + written + output))
    }

    /// What a budget books for a call: as near to its cost as can be told.
    /// Kinds of token without a price of their own count as plain input or
    /// output, counts that are absent as none, and units that aren't tokens
    /// not at all. `None` only where output was made and has no price.
    pub fn booked(&self, usage: &Usage) -> Option<Money> {
        let (fresh, read, written) = inputs(usage).unwrap_or_default();
        let output = match (usage.output_tokens.unwrap_or(0), self.output) {
            (tokens, Some(rate)) => times(tokens, rate),
            (0, None) => 0,
            _ => return None,
        };
        let read = times(read, self.cache_read.unwrap_or(self.input));
        let written = times(written, self.cache_write.unwrap_or(self.input));
        Some(whole(times(fresh, self.input) + read + written + output))
    }
}

/// Input tokens: those that no cache is involved in, read from one, written to
/// one. The contract counts all three as input.
fn inputs(usage: &Usage) -> Option<(u64, u64, u64)> {
    let read = usage.cache_read_tokens.unwrap_or(0);
    let written = usage.cache_write_tokens.unwrap_or(0);
    Some((usage.input_tokens?.saturating_sub(read.saturating_add(written)), read, written))
}

fn used(tokens: Option<u64>) -> bool {
    tokens.is_some_and(|tokens| tokens > 0)
}

/// Whole pico-dollars for what may be no whole number of dollars a million.
fn rate(dollars: f64) -> Option<Rate> {
    let picos = (dollars * 1e6).round();
    // Beyond this a price is a mistake, and four sums of it could overflow.
    (0.0..1e15).contains(&picos).then_some(picos as Rate)
}

fn times(tokens: u64, rate: Rate) -> u128 {
    u128::from(tokens) * u128::from(rate)
}

fn whole(picos: u128) -> Money {
    Money::from_nanos(u64::try_from(picos.div_ceil(1_000)).unwrap_or(u64::MAX))
}
