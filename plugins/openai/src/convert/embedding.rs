//! Vectors: the body of `POST /embeddings` and its answer.
//!
//! <https://platform.openai.com/docs/api-reference/embeddings/create>

use std::borrow::Cow;

use jackfield_sdk::base64;
use jackfield_sdk::embedding::{EmbedRequest, EmbedResponse, Encoding, Input, Purpose, Truncation, Vector};
use jackfield_sdk::types::Error;

use super::request::edit;
use super::{Whole, errors, usage};
use crate::settings::{EmbeddingSettings, VectorTransfer};
use crate::wire::body::{Body, Member};
use crate::wire::embedding::{Embeddings, InputObject, Numbers};
use crate::wire::value::{Raw, Text, filled};

/// Writes the body, and says what of the request was left out.
pub(crate) fn prepare<'a>(
    request: &'a EmbedRequest,
    model: &'a str,
    settings: &'a EmbeddingSettings,
) -> Result<(Body<'a>, Vec<String>), Error> {
    let mut warnings = Vec::new();
    if !matches!(request.encoding, None | Some(Encoding::Float32)) {
        return Err(Error::unsupported(
            "this API gives vectors of 32-bit floats only; leave `encoding` out or set it to `float32`",
        ));
    }
    let mut body = Body::default();
    body.set("model", Member::Text(model.into()));
    body.set(
        "input",
        if has_images(request) { objects(&request.inputs, settings)? } else { inputs(&request.inputs)? },
    );
    match settings.transfer {
        VectorTransfer::Base64 => body.set("encoding_format", Member::Text("base64".into())),
        VectorTransfer::Float => body.set("encoding_format", Member::Text("float".into())),
        VectorTransfer::Unsaid => {}
    }
    body.integer("dimensions", request.dimensions);
    body.text("user", request.user.as_ref());
    if !settings.purposes.is_empty() {
        // Upstreams that tell the uses apart demand to be told.
        let purpose = name_of_purpose(request.purpose.unwrap_or(Purpose::Document));
        match settings.purposes.iter().find(|(name, _)| name == purpose) {
            Some((_, word)) => body.set(settings.purpose_field.as_str(), Member::Text(word.as_str().into())),
            None => warnings.push(format!(
                "the purpose `{purpose}` was left out: the provider's configuration has no word for it"
            )),
        }
    }
    match (request.truncation, &settings.truncate_field) {
        (Some(truncation), Some(field)) => {
            set_truncation(&mut body, field, truncation, settings, &mut warnings)
        }
        (Some(_), None) => {
            warnings.push("`truncation` was left out: this API has no such parameter".to_owned())
        }
        (None, _) => {}
    }
    edit(&mut body, &settings.edits, &request.model, &mut warnings);
    body.merge(request.extra.as_deref())?;
    Ok((body, warnings))
}

/// In the upstream's own words, where it has any: some have a switch.
fn set_truncation<'a>(
    body: &mut Body<'a>,
    field: &'a str,
    truncation: Truncation,
    settings: &'a EmbeddingSettings,
    warnings: &mut Vec<String>,
) {
    let word = word_of_truncation(truncation);
    if settings.truncations.is_empty() {
        body.set(field, Member::Text(word.into()));
        return;
    }
    let known = settings.truncations.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
    match known.map(|(_, word)| word.as_str()) {
        Some("true") => body.set(field, Member::Flag(true)),
        Some("false") => body.set(field, Member::Flag(false)),
        Some(word) => body.set(field, Member::Text(word.into())),
        None => warnings.push(format!(
            "the truncation `{}` was left out: the provider's configuration has no word for it",
            word.to_ascii_lowercase()
        )),
    }
}

/// Whether a request has images, which some APIs embed at a path of their own.
pub(crate) fn has_images(request: &EmbedRequest) -> bool {
    request.inputs.iter().any(|input| matches!(input, Input::Image(_)))
}

/// Texts and images as objects, for APIs that embed images.
fn objects<'a>(inputs: &'a [Input], settings: &EmbeddingSettings) -> Result<Member<'a>, Error> {
    let Some(path) = &settings.image_path else {
        return Err(Error::unsupported("this API embeds texts, not images (`config.image-embeddings-path`)"));
    };
    // At a path of their own there are only images.
    let mixed = *path == settings.path;
    let objects = inputs.iter().map(|input| match input {
        Input::Image(media) => {
            jackfield_sdk::media::address(media, "an image").map(|image| InputObject::Image { image })
        }
        Input::Text(text) if mixed => Ok(InputObject::Text { text }),
        Input::Text(_) | Input::Tokens(_) => {
            Err(Error::unsupported("this API embeds texts and images in requests of their own: split them"))
        }
    });
    Ok(Member::InputObjects(objects.collect::<Result<_, _>>()?))
}

fn inputs(inputs: &[Input]) -> Result<Member<'_>, Error> {
    let texts: Option<Vec<&str>> = inputs
        .iter()
        .map(|input| if let Input::Text(text) = input { Some(text.as_str()) } else { None })
        .collect();
    if let Some(texts) = texts {
        return Ok(Member::TextRefs(texts));
    }
    let tokens: Option<Vec<&[u32]>> = inputs
        .iter()
        .map(|input| if let Input::Tokens(tokens) = input { Some(tokens.as_slice()) } else { None })
        .collect();
    tokens
        .map(Member::Tokens)
        .ok_or_else(|| Error::unsupported("this API takes texts or tokens in one request, not both"))
}

fn name_of_purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Document => "document",
        Purpose::Query => "query",
        Purpose::Classification => "classification",
        Purpose::Clustering => "clustering",
        Purpose::Similarity => "similarity",
    }
}

fn word_of_truncation(truncation: Truncation) -> &'static str {
    match truncation {
        Truncation::None => "NONE",
        Truncation::Start => "START",
        Truncation::End => "END",
    }
}

/// Reads the answer to a request for `expected` vectors of `model`.
pub(crate) fn convert(
    answer: Whole<'_>,
    model: &str,
    expected: usize,
    warnings: Vec<String>,
) -> Result<EmbedResponse, Error> {
    let wire: Embeddings<'_> = answer.parse("a list of embeddings")?;
    if let Some(error) = wire.error {
        return Err(errors::in_answer(error.text(), Some(answer.status)));
    }
    let data = wire.data.unwrap_or_default();
    if data.len() != expected {
        return Err(Error::bad_answer(format!(
            "the upstream sent {} vectors for {expected} inputs",
            data.len()
        ))
        .with_status(answer.status));
    }
    let mut vectors: Vec<Option<Vector>> = (0..expected).map(|_| None).collect();
    for (place, item) in data.into_iter().enumerate() {
        let place = item.index.0.and_then(|index| usize::try_from(index).ok()).unwrap_or(place);
        match vectors.get_mut(place) {
            Some(slot @ None) => *slot = Some(vector(item.embedding)?),
            _ => {
                return Err(Error::bad_answer(format!(
                    "the upstream sent two vectors for one input, or one for an input that isn't there (index {place})"
                )));
            }
        }
    }
    Ok(EmbedResponse {
        model: filled(wire.model).map_or_else(|| model.to_owned(), Cow::into_owned),
        vectors: vectors.into_iter().flatten().collect(),
        usage: wire.usage.and_then(usage::of_input),
        warnings,
    })
}

/// A vector in base64, as numbers, or as one list of numbers a token. Servers
/// may ignore the encoding asked for.
fn vector(raw: Option<Raw<'_>>) -> Result<Vector, Error> {
    let raw = raw.ok_or_else(|| Error::bad_answer("the upstream sent an item without a vector in it"))?;
    if raw.text().starts_with('"') {
        let Text(text) = raw.read().unwrap_or_default();
        return Ok(Vector::Float32(base64::floats_le(&text)?));
    }
    let numbers = serde_json::from_str(raw.text()).map_err(|error| {
        Error::bad_answer(format!("the upstream sent a vector that is neither base64 nor numbers: {error}"))
    })?;
    Ok(match numbers {
        Numbers::One(vector) => Vector::Float32(vector),
        Numbers::Many(mut vectors) if vectors.len() == 1 => {
            Vector::Float32(vectors.pop().unwrap_or_default())
        }
        Numbers::Many(vectors) => Vector::PerToken(vectors),
    })
}

#[cfg(test)]
mod tests;
