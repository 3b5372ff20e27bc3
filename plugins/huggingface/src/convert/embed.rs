//! Vectors: the body of a request and what its answer means.
//!
//! <https://huggingface.co/docs/text-embeddings-inference>,
//! <https://huggingface.co/docs/inference-providers/tasks/feature-extraction>

use jackfield_sdk::embedding::{EmbedRequest, EmbedResponse, Input, Truncation, Vector};
use jackfield_sdk::json::merge_extra;
use jackfield_sdk::notes::Notes;
use jackfield_sdk::settings::take_word;
use jackfield_sdk::types::{Error, Usage};
use jackfield_sdk::vectors::{Pooling, floats_only, normalize, texts};
use serde_json::{Map, Value, json};

use super::shapes;
use crate::settings::{Api, Settings, Vectors, check};

/// A request, ready to be sent.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) body: Value,
    pub(crate) vectors: Vectors,
    pub(crate) pooling: Pooling,
    pub(crate) normalize: bool,
    pub(crate) dimensions: Option<u32>,
    pub(crate) notes: Notes,
}

/// Writes the body, and says what of the request was left out.
pub(crate) fn prepare(request: &EmbedRequest, settings: &Settings) -> Result<Prepared, Error> {
    floats_only(request)?;
    let mut notes = Notes::default();
    let mut body = Map::new();
    body.insert("inputs".to_owned(), inputs(&request.inputs, settings.api)?);
    if let Some(normalize) = settings.normalize {
        body.insert("normalize".to_owned(), normalize.into());
    }
    let prompt = settings.prompts.iter().find(|(purpose, _)| Some(*purpose) == request.purpose);
    if let Some((_, prompt)) = prompt {
        body.insert("prompt_name".to_owned(), prompt.as_str().into());
    }
    truncation(&mut body, request.truncation, settings);
    if let Some(dimensions) = request.dimensions {
        body.insert("dimensions".to_owned(), dimensions.into());
    }
    notes.left_out(request.user.is_some(), "user", "this API has no such parameter");
    let mut body = Value::Object(body);
    merge_extra(&mut body, request.extra.as_deref())?;
    let Value::Object(mut body) = body else { return Err(Error::internal("the body is no object")) };
    let vectors = take_word(&mut body, "vectors", Vectors::WORDS)?.unwrap_or(settings.vectors);
    let pooling = take_word(&mut body, "pooling", Pooling::WORDS)?.unwrap_or(settings.pooling);
    check(settings.api, vectors)?;
    let normalize = body.get("normalize").and_then(Value::as_bool).unwrap_or(false);
    if vectors != Vectors::Dense {
        // The other paths give vectors as the model makes them.
        for name in ["normalize", "dimensions"] {
            notes.left_out(body.remove(name).is_some(), name, "it is for dense vectors only");
        }
    }
    let body = Value::Object(body);
    let dimensions = request.dimensions.filter(|_| vectors == Vectors::Dense);
    Ok(Prepared { body, vectors, pooling, normalize, dimensions, notes })
}

fn inputs(inputs: &[Input], api: Api) -> Result<Value, Error> {
    if api == Api::Hosted || !inputs.iter().any(|input| matches!(input, Input::Tokens(_))) {
        return texts(inputs).map(Value::from);
    }
    let one = |input: &Input| match input {
        Input::Text(text) => Ok(json!(text)),
        Input::Tokens(tokens) => Ok(json!(tokens)),
        Input::Image(_) => Err(Error::unsupported("this API embeds texts, not images")),
    };
    inputs.iter().map(one).collect()
}

/// The end is what is cut unless the direction says otherwise. The two APIs
/// spell the direction differently.
fn truncation(body: &mut Map<String, Value>, asked: Option<Truncation>, settings: &Settings) {
    let truncate = match asked {
        Some(Truncation::None) => Some(false),
        Some(Truncation::Start | Truncation::End) => Some(true),
        None => settings.truncate,
    };
    if let Some(truncate) = truncate {
        body.insert("truncate".to_owned(), truncate.into());
    }
    if asked == Some(Truncation::Start) {
        let left = match settings.api {
            Api::Hosted => "left",
            Api::Tei => "Left",
        };
        body.insert("truncation_direction".to_owned(), left.into());
    }
}

/// Reads the answer to a request for the vectors of `expected` inputs.
pub(crate) fn response(
    text: &str,
    model: String,
    expected: usize,
    prepared: Prepared,
    usage: Option<Usage>,
) -> Result<EmbedResponse, Error> {
    let mut vectors = match prepared.vectors {
        Vectors::Dense => shapes::dense(text, expected, prepared.pooling)?,
        Vectors::Tokens => shapes::dense(text, expected, Pooling::None)?,
        Vectors::Sparse => shapes::sparse(text, expected)?,
    };
    let mut notes = prepared.notes;
    for vector in &mut vectors {
        if let Vector::Float32(numbers) = vector {
            if prepared.normalize {
                normalize(numbers);
            }
            let length = numbers.len();
            if let Some(asked) = prepared.dimensions.filter(|asked| *asked as usize != length) {
                notes.warn(format!(
                    "the vectors have {length} dimensions, not {asked}: the model can't shorten them"
                ));
            }
        }
    }
    Ok(EmbedResponse { model, vectors, usage, warnings: notes.into_warnings() })
}

/// What Text Embeddings Inference says of a request's size in its headers.
pub(crate) fn usage(headers: &[(String, String)]) -> Option<Usage> {
    let count = |name: &str| -> Option<u64> {
        headers.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.trim().parse().ok())
    };
    let (tokens, characters) = (count("x-compute-tokens"), count("x-compute-characters"));
    tokens.or(characters)?;
    let units = characters.map(|characters| ("characters".to_owned(), characters as f64));
    Some(Usage { input_tokens: tokens, units: units.into_iter().collect(), ..Usage::default() })
}

#[cfg(test)]
pub(crate) mod tests;
