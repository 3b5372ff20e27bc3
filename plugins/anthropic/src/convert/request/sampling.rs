//! Temperature and its kin, as far as the model and its thinking allow them.
//! Temperature ends at 1 here; while a model thinks it is 1, and newer models
//! take no such parameter at all.

use jackfield_sdk::llm::ChatRequest;

use super::notes::Notes;
use crate::settings::Settings;
use crate::wire::request::Thinking;

/// The least `top_p` that is allowed while the model thinks.
const LEAST_TOP_P: f64 = 0.95;

/// What goes into the body.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Sampling {
    pub(super) temperature: Option<f64>,
    pub(super) top_p: Option<f64>,
    pub(super) top_k: Option<u32>,
}

/// Decides from the caller's parameters. Values that change nothing are left
/// out without a word where they would be refused.
pub(super) fn sampling(
    request: &ChatRequest,
    thinking: Option<Thinking>,
    settings: &Settings,
    notes: &mut Notes,
) -> Sampling {
    let (temperature, top_p, top_k) = (request.temperature, request.top_p, request.top_k);
    if settings.fixed_sampling.contain(&request.model) {
        for (set, name) in [
            (temperature.is_some_and(|value| value != 1.0), "temperature"),
            (top_p.is_some_and(|value| value != 1.0), "top-p"),
            (top_k.is_some(), "top-k"),
        ] {
            if set {
                notes.warn(format!("`{name}` was left out: this model takes no sampling parameters"));
            }
        }
        return Sampling::default();
    }
    if matches!(thinking, Some(Thinking::Enabled { .. } | Thinking::Adaptive { .. })) {
        let top_p_fits = |value: &f64| *value >= LEAST_TOP_P;
        for (set, name) in [
            (temperature.is_some_and(|value| value != 1.0), "temperature"),
            (top_p.is_some_and(|value| !top_p_fits(&value)), "top-p"),
            (top_k.is_some(), "top-k"),
        ] {
            if set {
                notes.warn(format!(
                    "`{name}` was left out: Anthropic's API doesn't take it while the model thinks"
                ));
            }
        }
        return Sampling {
            temperature: None,
            top_p: top_p.filter(|value| top_p_fits(value) && *value != 1.0),
            top_k: None,
        };
    }
    if temperature.is_some_and(|value| value > 1.0) {
        notes.warn("`temperature` became 1, the highest of Anthropic's API");
    }
    Sampling {
        temperature: temperature.map(|value| value.min(1.0)),
        // Some models refuse the two together, and 1 means nothing.
        top_p: top_p.filter(|value| temperature.is_none() || *value != 1.0),
        top_k,
    }
}
