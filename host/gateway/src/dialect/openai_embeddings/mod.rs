//! OpenAI's Embeddings: `POST /v1/embeddings`. Most of an answer is numbers,
//! so they are written straight into the bytes that are sent; clients that ask
//! for base64, as OpenAI's own do, save both sides most of the work.
//!
//! <https://platform.openai.com/docs/api-reference/embeddings>

mod input;

#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::embedding::{EmbedRequest, EmbedResponse, Encoding, Vector};

use self::input::Inputs;
use super::error::DecodeError;
use super::read::{self, Text};
use super::sound;
use super::write::Json;

object! {
    /// The body.
    Body {
        model: Text<'a> = "model",
        input: Inputs = "input",
        dimensions: u32 = "dimensions",
        encoding_format: Text<'a> = "encoding_format",
        user: Text<'a> = "user",
    }
}

/// How vectors are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// As lists of numbers.
    #[default]
    Numbers,
    /// As base64 of their little-endian bytes, where they are 32-bit floats.
    Base64,
}

/// A request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// What is asked.
    pub request: EmbedRequest,
    /// How the answer is to be written.
    pub form: Form,
}

/// Reads a request.
pub fn decode(body: &[u8]) -> Result<Decoded, DecodeError> {
    let body: Body<'_> = read::body(body)?;
    let model = body.model.filter(|model| !model.is_empty()).ok_or_else(|| DecodeError::missing("model"))?;
    let inputs = body.input.ok_or_else(|| DecodeError::missing("input"))?.0;
    if inputs.is_empty() {
        return Err(DecodeError::invalid("input", "holds nothing to embed"));
    }
    let mut request = EmbedRequest::new(model.into_string(), inputs);
    let mut form = Form::Numbers;
    request.encoding = match body.encoding_format.as_deref() {
        None | Some("float") => None,
        Some("base64") => {
            form = Form::Base64;
            None
        }
        Some("int8") => Some(Encoding::Int8),
        Some("uint8") => Some(Encoding::Uint8),
        Some("binary") => Some(Encoding::Binary),
        Some("ubinary") => Some(Encoding::Ubinary),
        Some(other) => {
            return Err(DecodeError::invalid(
                "encoding_format",
                format!("can't be `{other}`: take float, base64, int8, uint8, binary or ubinary"),
            ));
        }
    };
    request.dimensions = body.dimensions;
    request.user = body.user.map(Text::into_string);
    request.extra = body.rest.to_json();
    sound::extra(request.extra.as_deref())?;
    Ok(Decoded { request, form })
}

/// Writes an answer. `model` is told where the provider names none.
pub fn encode(answer: &EmbedResponse, form: Form, model: &str) -> Bytes {
    let numbers: usize = answer.vectors.iter().map(length).sum();
    let mut out = BytesMut::with_capacity(256 + answer.vectors.len() * 64 + numbers * 12);
    Json::new(&mut out).braces(|json| {
        json.text("object", "list").list("data", |json| {
            for (place, vector) in (0_u64..).zip(&answer.vectors) {
                json.entry(|json| {
                    json.text("object", "embedding").number("index", place).key("embedding");
                    write_vector(vector, form, json);
                });
            }
        });
        json.text("model", if answer.model.is_empty() { model } else { &answer.model });
        let tokens = answer.usage.as_ref().and_then(|usage| usage.input_tokens).unwrap_or(0);
        json.object("usage", |json| {
            json.number("prompt_tokens", tokens).number("total_tokens", tokens);
        });
    });
    out.freeze()
}

fn length(vector: &Vector) -> usize {
    match vector {
        Vector::Float32(numbers) => numbers.len(),
        Vector::Int8(numbers) => numbers.len(),
        Vector::Uint8(numbers) => numbers.len(),
        Vector::PerToken(vectors) => vectors.iter().map(Vec::len).sum(),
        Vector::Sparse(weights) => weights.len() * 2,
    }
}

/// Writes a vector alone.
pub(super) fn write_vector(vector: &Vector, form: Form, json: &mut Json<'_>) {
    match vector {
        Vector::Float32(numbers) if form == Form::Base64 => {
            let mut bytes = Vec::with_capacity(numbers.len() * 4);
            numbers.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
            // Base64 needs no escapes.
            json.literal("\"").literal(&STANDARD.encode(&bytes)).literal("\"");
        }
        Vector::Float32(numbers) => floats(numbers, json),
        Vector::Int8(numbers) => integers(numbers, json),
        Vector::Uint8(numbers) => integers(numbers, json),
        Vector::PerToken(vectors) => {
            json.literal("[");
            vectors.iter().for_each(|numbers| floats(numbers, json.item()));
            json.literal("]");
        }
        Vector::Sparse(weights) => {
            json.braces(|json| {
                json.list("indices", |json| {
                    for (index, _) in weights {
                        json.item().integer(*index);
                    }
                });
                json.list("values", |json| {
                    for (_, weight) in weights {
                        json.item().float32(*weight);
                    }
                });
            });
        }
    }
}

fn floats(numbers: &[f32], json: &mut Json<'_>) {
    json.literal("[");
    for number in numbers {
        json.item().float32(*number);
    }
    json.literal("]");
}

fn integers<T: Copy + Into<i128>>(numbers: &[T], json: &mut Json<'_>) {
    json.literal("[");
    for number in numbers {
        json.item().integer(*number);
    }
    json.literal("]");
}
