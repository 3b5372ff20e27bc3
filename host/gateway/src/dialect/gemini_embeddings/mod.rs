//! Gemini's embeddings: `embedContent` of one content, and `batchEmbedContents`
//! of several. What an API says of a request once, this one says of each content
//! of a batch, so a batch has to say the same of all.
//!
//! <https://ai.google.dev/api/embeddings>

#[cfg(test)]
mod tests;

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::embedding::{EmbedRequest, EmbedResponse, Input, Purpose};
use jackfield_runtime::api::llm::Part;
use serde_json::value::RawValue;

use super::error::DecodeError;
use super::gemini_generate::parts;
use super::openai_embeddings::{Form, write_vector};
use super::read::{self, Text};
use super::sound;
use super::write::Json;
use crate::endpoint::PathFacts;

/// The two methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `embedContent`.
    One,
    /// `batchEmbedContents`.
    Batch,
}

object! {
    /// The body of a batch. The model stands in the path; some clients write it
    /// here too.
    Batch {
        _model: &'a RawValue = "model",
        requests: Vec<&'a RawValue> = "requests",
    }
}

object! {
    /// What of a content is to be embedded: the whole body, or an item of a batch.
    One {
        model: Text<'a> = "model",
        content: &'a RawValue = "content",
        task_type: Text<'a> = "taskType" | "task_type",
        title: Text<'a> = "title",
        dimensions: u32 = "outputDimensionality" | "output_dimensionality",
    }
}

/// A request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// What is asked.
    pub request: EmbedRequest,
    /// What of the body was left out, each in a sentence that names its place.
    pub warnings: Vec<String>,
}

/// What is said of a content beside the content itself.
#[derive(Debug, Clone, Copy, PartialEq)]
struct About {
    purpose: Option<Purpose>,
    dimensions: Option<u32>,
}

/// Reads a request.
///
/// # Errors
/// It isn't one of this dialect, or says of one content what it doesn't say of
/// another.
pub fn decode(body: &[u8], path: &PathFacts, method: Method) -> Result<Decoded, DecodeError> {
    let model = path.model.clone().ok_or_else(|| DecodeError::missing("model"))?;
    let mut warnings = Vec::new();
    let (inputs, about, extra) = match method {
        Method::One => {
            let one: One<'_> = read::body(body)?;
            let (input, about) = content("", &one, &model, &mut warnings)?;
            (vec![input], about, one.rest.to_json())
        }
        Method::Batch => {
            let batch: Batch<'_> = read::body(body)?;
            let requests = batch.requests.ok_or_else(|| DecodeError::missing("requests"))?;
            let (inputs, about) = all(&requests, &model, &mut warnings)?;
            (inputs, about, batch.rest.to_json())
        }
    };
    let mut request = EmbedRequest::new(model, inputs);
    (request.purpose, request.dimensions, request.extra) = (about.purpose, about.dimensions, extra);
    sound::extra(request.extra.as_deref())?;
    Ok(Decoded { request, warnings })
}

fn all(
    requests: &[&RawValue],
    model: &str,
    warnings: &mut Vec<String>,
) -> Result<(Vec<Input>, About), DecodeError> {
    let mut inputs = Vec::with_capacity(requests.len());
    let mut first: Option<About> = None;
    for (place, raw) in requests.iter().enumerate() {
        let path = format!("requests[{place}]");
        let one: One<'_> = read::raw(&path, raw)?;
        let (input, about) = content(&format!("{path}."), &one, model, warnings)?;
        for name in one.rest.names() {
            warnings
                .push(format!("`{path}.{name}` was left out: other APIs say nothing like it of one input"));
        }
        inputs.push(input);
        let first = first.get_or_insert(about);
        for (name, same) in [
            ("taskType", first.purpose == about.purpose),
            ("outputDimensionality", first.dimensions == about.dimensions),
        ] {
            if !same {
                let message = "isn't that of `requests[0]`: send contents that differ in it one batch each";
                return Err(DecodeError::unsupported(format!("{path}.{name}"), message));
            }
        }
    }
    let about = first.ok_or_else(|| DecodeError::invalid("requests", "holds nothing to embed"))?;
    Ok((inputs, about))
}

/// The name of a model, without what the API writes before it.
fn bare(name: &str) -> &str {
    name.strip_prefix("models/").unwrap_or(name)
}

/// One content as one input. `path` is where it stands, with its dot.
fn content(
    path: &str,
    one: &One<'_>,
    model: &str,
    warnings: &mut Vec<String>,
) -> Result<(Input, About), DecodeError> {
    if one.model.as_deref().is_some_and(|named| bare(named) != bare(model)) {
        let message = format!("must be the model in the path, models/{}", bare(model));
        return Err(DecodeError::invalid(format!("{path}model"), message));
    }
    let place = format!("{path}content");
    let raw = one.content.ok_or_else(|| DecodeError::missing(place.as_str()))?;
    if one.title.is_some() {
        warnings.push(format!("`{path}title` was left out: only Google's models look at it"));
    }
    let purpose = match &one.task_type {
        Some(word) => purpose(&format!("{path}taskType"), word, warnings)?,
        None => None,
    };
    let input = input(&place, parts(&place, raw, warnings)?, warnings)?;
    Ok((input, About { purpose, dimensions: one.dimensions }))
}

/// The parts of a content, of which Google makes one vector.
fn input(place: &str, parts: Vec<Part>, warnings: &mut Vec<String>) -> Result<Input, DecodeError> {
    let count = parts.len();
    let mut texts = Vec::with_capacity(count);
    for part in parts {
        match part {
            Part::Text(part) => texts.push(part.text),
            Part::Image(image) if count == 1 => return Ok(Input::Image(image)),
            _ => {
                let message = "must be texts, or one image: other APIs make no vector of anything else";
                return Err(DecodeError::unsupported(format!("{place}.parts"), message));
            }
        }
    }
    match texts.len() {
        0 => Err(DecodeError::invalid(format!("{place}.parts"), "holds nothing to embed")),
        1 => Ok(Input::Text(texts.concat())),
        _ => {
            warnings.push(format!("the texts of `{place}.parts` became one, a line each"));
            Ok(Input::Text(texts.join("\n")))
        }
    }
}

/// <https://ai.google.dev/gemini-api/docs/embeddings#supported-task-types>
fn purpose(path: &str, word: &str, warnings: &mut Vec<String>) -> Result<Option<Purpose>, DecodeError> {
    Ok(match word {
        "" | "TASK_TYPE_UNSPECIFIED" => None,
        "RETRIEVAL_DOCUMENT" => Some(Purpose::Document),
        "RETRIEVAL_QUERY" => Some(Purpose::Query),
        "CLASSIFICATION" => Some(Purpose::Classification),
        "CLUSTERING" => Some(Purpose::Clustering),
        "SEMANTIC_SIMILARITY" => Some(Purpose::Similarity),
        "QUESTION_ANSWERING" | "FACT_VERIFICATION" | "CODE_RETRIEVAL_QUERY" => {
            let warning = format!("`{path}` {word} became RETRIEVAL_QUERY, the nearest that other APIs know");
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
            Some(Purpose::Query)
        }
        _ => {
            let message = "must be RETRIEVAL_QUERY, RETRIEVAL_DOCUMENT, SEMANTIC_SIMILARITY, CLASSIFICATION, \
                           CLUSTERING, QUESTION_ANSWERING, FACT_VERIFICATION or CODE_RETRIEVAL_QUERY";
            return Err(DecodeError::invalid(path, message));
        }
    })
}

/// Writes an answer.
pub fn encode(answer: &EmbedResponse, method: Method) -> Bytes {
    let mut out = BytesMut::with_capacity(128 + answer.vectors.len() * 10_000);
    Json::new(&mut out).braces(|json| {
        let values = |vector, json: &mut Json<'_>| {
            json.key("values");
            write_vector(vector, Form::Numbers, json);
        };
        match (method, answer.vectors.as_slice()) {
            (Method::One, [vector, ..]) => {
                json.object("embedding", |json| values(vector, json));
            }
            (Method::One, []) => {}
            (Method::Batch, vectors) => {
                json.list("embeddings", |json| {
                    for vector in vectors {
                        json.entry(|json| values(vector, json));
                    }
                });
            }
        }
        if let Some(tokens) = answer.usage.as_ref().and_then(|usage| usage.input_tokens) {
            json.object("usageMetadata", |json| {
                json.number("promptTokenCount", tokens).number("totalTokenCount", tokens);
            });
        }
    });
    out.freeze()
}
