//! Temperature and its kin. Their ranges are narrower here than elsewhere, and
//! nucleus sampling is on where nothing is said: `p` is 0.75 by default, so "all
//! tokens" has to be said too.

use jackfield_sdk::llm::ChatRequest;
use jackfield_sdk::notes::Notes;

use crate::wire::request::Sampling;

/// What goes into the body.
pub(super) fn sampling(request: &ChatRequest, notes: &mut Notes) -> Sampling {
    let mut within = |field: &str, value: Option<f64>, least: f64, most: f64| {
        let value = value?;
        let fitted = value.clamp(least, most);
        // Next to all tokens is what a caller means who says all.
        if fitted != value && (field, value) != ("top-p", 1.0) {
            notes.warn(format!("`{field}` became {fitted}: Cohere's API takes {least} to {most}"));
        }
        Some(fitted)
    };
    let temperature = within("temperature", request.temperature, 0.0, 1.0);
    let p = within("top-p", request.top_p, 0.01, 0.99);
    let k = within("top-k", request.top_k.map(f64::from), 0.0, 500.0).map(|k| k as u32);
    let frequency_penalty = within("frequency-penalty", request.frequency_penalty, 0.0, 1.0);
    let presence_penalty = within("presence-penalty", request.presence_penalty, 0.0, 1.0);
    let seed = request.seed.and_then(|seed| u64::try_from(seed).ok());
    notes.left_out(request.seed.is_some() && seed.is_none(), "seed", "Cohere's API takes none below zero");
    Sampling { temperature, p, k, frequency_penalty, presence_penalty, seed }
}
