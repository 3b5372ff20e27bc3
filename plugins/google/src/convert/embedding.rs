//! Vectors. Each platform, and on Vertex AI each family of models, has its own
//! method and its own number of inputs for a request, so a call may take
//! several requests; the host cuts calls so that they are few.

use jackfield_sdk::embedding::{EmbedRequest, EmbedResponse, Input, Purpose, Truncation, Vector};
use jackfield_sdk::json::merge_extra;
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::{Error, Usage};
use jackfield_sdk::vectors::{floats_only, in_order};
use serde_json::{Map, Value, json};

use super::request::media_of;
use super::usage;
use crate::settings::{Endpoint, Platform, Settings};
use crate::wire::embedding::{Answer, Content, EmbedContent, Embedding, Instance, Parameters, Statistics};
use crate::wire::request::{Data, Part};

/// Inputs of one `batchEmbedContents`, and of one `predict`.
const BATCH: usize = 100;
const INSTANCES: usize = 250;

/// How a model is embedded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    BatchEmbedContents,
    Predict { inputs: usize },
    EmbedContent,
}

impl Method {
    pub(crate) fn of(model: &str, settings: &Settings) -> Self {
        match settings.endpoint.platform {
            Platform::Gemini => Method::BatchEmbedContents,
            Platform::Vertex if settings.embed_content.contain(model) => Method::EmbedContent,
            Platform::Vertex if settings.one_text.contain(model) => Method::Predict { inputs: 1 },
            Platform::Vertex => Method::Predict { inputs: INSTANCES },
        }
    }

    /// Its name in the address.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Method::BatchEmbedContents => "batchEmbedContents",
            Method::Predict { .. } => "predict",
            Method::EmbedContent => "embedContent",
        }
    }

    fn inputs(self) -> usize {
        match self {
            Method::BatchEmbedContents => BATCH,
            Method::Predict { inputs } => inputs,
            Method::EmbedContent => 1,
        }
    }
}

/// Requests with the number of vectors that each is to bring.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) bodies: Vec<(Value, usize)>,
    pub(crate) warnings: Vec<String>,
}

/// Writes the bodies for all inputs, in their order.
pub(crate) fn prepare(request: &EmbedRequest, method: Method) -> Result<Prepared, Error> {
    floats_only(request)?;
    let mut notes = Notes::default();
    notes.left_out(request.user.is_some(), "user", "Google's API has nothing like it");
    let auto_truncate = truncation(request, method, &mut notes)?;
    let model = Endpoint::full_name(&request.model);
    let bodies = request
        .inputs
        .chunks(method.inputs())
        .map(|inputs| {
            let mut body = body(request, inputs, method, &model, auto_truncate)?;
            merge_extra(&mut body, request.extra.as_deref())?;
            Ok((body, inputs.len()))
        })
        .collect::<Result<_, Error>>()?;
    Ok(Prepared { bodies, warnings: notes.into_warnings() })
}

fn body(
    request: &EmbedRequest,
    inputs: &[Input],
    method: Method,
    model: &str,
    auto_truncate: Option<bool>,
) -> Result<Value, Error> {
    let task_type = request.purpose.map(task_type);
    let content = |input| {
        Ok(EmbedContent {
            model: (method == Method::BatchEmbedContents).then_some(model),
            content: Content { parts: [part(input)?] },
            task_type,
            output_dimensionality: request.dimensions,
            auto_truncate,
        })
    };
    let written = match method {
        Method::BatchEmbedContents => {
            let requests = inputs.iter().map(content).collect::<Result<Vec<_>, Error>>()?;
            Ok(json!({ "requests": requests }))
        }
        Method::EmbedContent => match inputs {
            [input] => serde_json::to_value(content(input)?),
            _ => return Err(Error::internal("`embedContent` takes one input")),
        },
        Method::Predict { .. } => {
            let texts = jackfield_sdk::vectors::texts(inputs)?;
            let instances: Vec<Instance<'_>> =
                texts.into_iter().map(|content| Instance { content, task_type }).collect();
            let parameters = Parameters { output_dimensionality: request.dimensions, auto_truncate };
            let mut body = Map::from_iter([("instances".to_owned(), json!(instances))]);
            if parameters != Parameters::default() {
                body.insert("parameters".to_owned(), json!(parameters));
            }
            Ok(Value::Object(body))
        }
    };
    written.map_err(|error| Error::internal(format!("the request can't be written as JSON: {error}")))
}

fn part(input: &Input) -> Result<Part<'_>, Error> {
    match input {
        Input::Text(text) => Ok(Data::Text(text).into()),
        Input::Image(media) => media_of(media).map(Into::into),
        Input::Tokens(_) => {
            Err(Error::unsupported("Google's API embeds texts: send the text, not its tokens"))
        }
    }
}

/// <https://ai.google.dev/gemini-api/docs/embeddings#supported-task-types>
fn task_type(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Document => "RETRIEVAL_DOCUMENT",
        Purpose::Query => "RETRIEVAL_QUERY",
        Purpose::Classification => "CLASSIFICATION",
        Purpose::Clustering => "CLUSTERING",
        Purpose::Similarity => "SEMANTIC_SIMILARITY",
    }
}

/// Vertex AI cuts the end of long texts unless told not to.
fn truncation(request: &EmbedRequest, method: Method, notes: &mut Notes) -> Result<Option<bool>, Error> {
    match (request.truncation, method) {
        (None, _) => Ok(None),
        (Some(Truncation::Start), _) => Err(Error::unsupported(
            "Google's API drops the end of a long text, or fails, but never drops its beginning",
        )),
        (Some(_), Method::BatchEmbedContents) => {
            notes.left_out(true, "truncation", "the Gemini API has no such parameter");
            Ok(None)
        }
        (Some(truncation), _) => Ok(Some(truncation == Truncation::End)),
    }
}

/// The vectors of one answer to `expected` inputs, and what they cost.
pub(crate) fn vectors(answer: Answer, expected: usize) -> Result<(Vec<Vector>, Option<Usage>), Error> {
    let billed = answer.metadata.and_then(|metadata| metadata.billable_character_count);
    let embeddings: Vec<Embedding> = match (answer.embeddings, answer.embedding, answer.predictions) {
        (Some(embeddings), ..) => embeddings,
        (_, Some(embedding), _) => vec![embedding],
        (.., Some(predictions)) => predictions.into_iter().map(|prediction| prediction.embeddings).collect(),
        _ => Vec::new(),
    };
    let counted: f64 = embeddings
        .iter()
        .filter_map(|embedding| embedding.statistics.as_ref().and_then(|statistics| statistics.token_count))
        .sum();
    let mut usage = answer.usage_metadata.and_then(|counts| usage::of_counts(&counts, None));
    if usage.is_none() && (counted > 0.0 || billed.is_some()) {
        usage = Some(Usage { input_tokens: (counted > 0.0).then_some(counted as u64), ..Usage::default() });
    }
    if let (Some(usage), Some(billed)) = (&mut usage, billed) {
        usage.units.push(("characters".to_owned(), billed));
    }
    if embeddings.iter().any(|embedding| embedding.values.is_empty()) {
        return Err(Error::bad_answer("the upstream sent an embedding without numbers in it"));
    }
    let vectors = embeddings.into_iter().map(|embedding| (None, Vector::Float32(embedding.values)));
    Ok((in_order(vectors, expected)?, usage))
}

/// Whether an answer says that a text was cut.
pub(crate) fn was_cut(answer: &Answer) -> bool {
    let predictions = answer.predictions.iter().flatten().map(|prediction| &prediction.embeddings);
    let cut = |statistics: &Statistics| statistics.truncated;
    answer.truncated == Some(true)
        || predictions.into_iter().any(|embedding| embedding.statistics.as_ref().is_some_and(cut))
}

/// The answers to all requests as one.
pub(crate) fn response(
    model: String,
    parts: Vec<(Vec<Vector>, Option<Usage>)>,
    warnings: Vec<String>,
) -> EmbedResponse {
    let mut vectors = Vec::new();
    let mut total: Option<Usage> = None;
    for (more, usage) in parts {
        vectors.extend(more);
        total = match (total, usage) {
            (None, usage) => usage,
            (total, None) => total,
            (Some(total), Some(usage)) => Some(sum(total, usage)),
        };
    }
    EmbedResponse { model, vectors, usage: total, warnings }
}

fn sum(a: Usage, b: Usage) -> Usage {
    let add = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (None, None) => None,
        (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
    };
    let mut units = a.units;
    for (name, amount) in b.units {
        match units.iter_mut().find(|(known, _)| *known == name) {
            Some((_, total)) => *total += amount,
            None => units.push((name, amount)),
        }
    }
    Usage { input_tokens: add(a.input_tokens, b.input_tokens), units, ..Usage::default() }
}

#[cfg(test)]
mod tests;
