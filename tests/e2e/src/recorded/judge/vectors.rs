//! Embeddings.

use jackfield_runtime::api::embedding::{EmbedResponse, Vector};
use serde_json::Value;

use super::{Counter, Differences, counts, text};

const COUNTS: [Counter; 1] = [("prompt", |usage| usage.input_tokens)];

/// Compares all vectors, number by number and exactly.
pub fn compare(found: &mut Differences, ours: &EmbedResponse, expect: &Value) {
    found.same("model", &ours.model, &text(&expect["model"]).unwrap_or_default());
    counts(found, ours.usage.as_ref(), &expect["usage"], &COUNTS);
    let theirs = expect["vectors"].as_array().map(Vec::as_slice).unwrap_or_default();
    found.same("vectors", &ours.vectors.len(), &theirs.len());
    for vector in theirs {
        let place = vector["index"].as_u64().and_then(|index| usize::try_from(index).ok());
        let theirs: Option<Vec<f32>> =
            vector["values"].as_array().map(|values| values.iter().filter_map(number).collect());
        let ours = match place.and_then(|place| ours.vectors.get(place)) {
            Some(Vector::Float32(numbers)) => Some(numbers.clone()),
            _ => None,
        };
        let dims = vector["dims"].as_u64().and_then(|dims| usize::try_from(dims).ok());
        found.same(&format!("length of vector {place:?}"), &ours.as_ref().map(Vec::len), &dims);
        found.same(&format!("vector {place:?}"), &ours, &theirs);
    }
}

/// The oracle writes the shortest decimal of an `f32`. Read as an `f64` and cut
/// down it could be rounded twice.
fn number(value: &Value) -> Option<f32> {
    value.to_string().parse().ok()
}
