//! Token counts of dialects that tell fresh input, input read from a cache and
//! input written to one apart; the typed form has their sum.

use jackfield_runtime::api::types::Usage;

/// Counts as such dialects have them. What nobody told is 0, since they demand
/// all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) fresh: u64,
    pub(super) written: u64,
    pub(super) read: u64,
    pub(super) output: u64,
}

impl Counts {
    pub(super) fn of(usage: Option<&Usage>) -> Self {
        let count = |pick: fn(&Usage) -> Option<u64>| usage.and_then(pick).unwrap_or(0);
        let written = count(|usage| usage.cache_write_tokens);
        let read = count(|usage| usage.cache_read_tokens);
        let input = count(|usage| usage.input_tokens);
        Counts {
            fresh: input.saturating_sub(written).saturating_sub(read),
            written,
            read,
            output: count(|usage| usage.output_tokens),
        }
    }
}
