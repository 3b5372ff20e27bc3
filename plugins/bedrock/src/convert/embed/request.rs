//! An embedding request as the bodies that go out, one after the other.

use std::borrow::Cow;

use jackfield_sdk::embedding::{EmbedRequest, Encoding, Input, Purpose, Truncation};
use jackfield_sdk::media::{address, bare_base64};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;
use jackfield_sdk::vectors::floats_only;
use serde_json::{Map, Value, json};

use crate::convert::converse::media;
use crate::convert::route::Extra;
use crate::settings::model::Family;

/// The most characters of a text that Cohere's third embedding models take on
/// Bedrock.
const LONGEST: usize = 2048;

/// What is to be sent.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) family: Family,
    pub(crate) encoding: Encoding,
    /// Bodies, each with the number of inputs in it, in order.
    pub(crate) bodies: Vec<(Vec<u8>, usize)>,
    pub(crate) warnings: Vec<String>,
}

/// Translates a request to a model of this family.
pub(crate) fn plan(request: &EmbedRequest, family: Family, extra: Extra) -> Result<Plan, Error> {
    let mut notes = Notes::default();
    notes.left_out(request.user.is_some(), "user", "InvokeModel knows no end users");
    let bodies = match family {
        Family::TitanEmbed1 | Family::TitanEmbed2 | Family::TitanEmbedImage => {
            titan(request, family, &mut notes)?
        }
        Family::NovaEmbed => nova(request, &mut notes)?,
        Family::CohereEmbed | Family::CohereEmbed4 => cohere(request, family, &mut notes)?,
        other => {
            return Err(Error::invalid_request(format!(
                "a model of the family {other:?} doesn't embed: correct config.families or `modelFamily`"
            )));
        }
    };
    let bodies = bodies.into_iter().map(|(mut body, count)| {
        for (name, value) in &extra.members {
            match value {
                Value::Null => drop(body.remove(name)),
                value => drop(body.insert(name.clone(), value.clone())),
            }
        }
        let written = serde_json::to_vec(&body)
            .map_err(|error| Error::internal(format!("the request can't be written as JSON: {error}")))?;
        Ok((written, count))
    });
    Ok(Plan {
        family,
        encoding: request.encoding.unwrap_or(Encoding::Float32),
        bodies: bodies.collect::<Result<_, Error>>()?,
        warnings: notes.into_warnings(),
    })
}

type Bodies = Vec<(Map<String, Value>, usize)>;

fn titan(request: &EmbedRequest, family: Family, notes: &mut Notes) -> Result<Bodies, Error> {
    floats_only(request)?;
    let because = "Titan has nothing like it";
    notes.left_out(request.truncation.is_some_and(|way| way != Truncation::None), "truncation", because);
    let dimensions = match family {
        Family::TitanEmbed1 => {
            notes.left_out(
                request.dimensions.is_some(),
                "dimensions",
                "this model's vectors have one length",
            );
            None
        }
        _ => request.dimensions,
    };
    let body = |input: &Input| {
        let mut body = Map::new();
        match input {
            Input::Text(text) => body.insert("inputText".to_owned(), Value::from(text.as_str())),
            Input::Image(image) if family == Family::TitanEmbedImage => {
                body.insert("inputImage".to_owned(), Value::from(bare_base64(image, "an image")?))
            }
            Input::Image(_) => return Err(Error::unsupported("this model embeds texts, not images")),
            Input::Tokens(_) => return Err(tokens()),
        };
        if let Some(dimensions) = dimensions {
            let (name, value) = match family {
                Family::TitanEmbedImage => {
                    ("embeddingConfig", json!({ "outputEmbeddingLength": dimensions }))
                }
                _ => ("dimensions", Value::from(dimensions)),
            };
            body.insert(name.to_owned(), value);
        }
        Ok((body, 1))
    };
    request.inputs.iter().map(body).collect()
}

fn nova(request: &EmbedRequest, notes: &mut Notes) -> Result<Bodies, Error> {
    floats_only(request)?;
    let purpose = match request.purpose {
        None | Some(Purpose::Document) => "GENERIC_INDEX",
        Some(Purpose::Query) => "GENERIC_RETRIEVAL",
        Some(Purpose::Classification) => "CLASSIFICATION",
        Some(Purpose::Clustering) => "CLUSTERING",
        Some(Purpose::Similarity) => {
            notes.warn("`purpose` `similarity` was sent as `clustering`, the nearest that Nova knows");
            "CLUSTERING"
        }
    };
    let body = |input: &Input| {
        let mut params = json!({ "embeddingPurpose": purpose });
        if let Some(dimensions) = request.dimensions {
            params["embeddingDimension"] = Value::from(dimensions);
        }
        match input {
            Input::Text(text) => {
                params["text"] = json!({ "truncationMode": truncation(request, "END"), "value": text });
            }
            Input::Image(image) => {
                let block = serde_json::to_value(media::image(image)?).map_err(|error| {
                    Error::internal(format!("an image can't be written as JSON: {error}"))
                })?;
                params["image"] = block;
            }
            Input::Tokens(_) => return Err(tokens()),
        }
        let mut body = Map::new();
        body.insert("taskType".to_owned(), Value::from("SINGLE_EMBEDDING"));
        body.insert("singleEmbeddingParams".to_owned(), params);
        Ok((body, 1))
    };
    request.inputs.iter().map(body).collect()
}

fn cohere(request: &EmbedRequest, family: Family, notes: &mut Notes) -> Result<Bodies, Error> {
    let purpose = match request.purpose {
        None | Some(Purpose::Document) => "search_document",
        Some(Purpose::Query) => "search_query",
        Some(Purpose::Classification) => "classification",
        Some(Purpose::Clustering) => "clustering",
        Some(Purpose::Similarity) => {
            notes.warn("`purpose` `similarity` was sent as `clustering`, the nearest that Cohere knows");
            "clustering"
        }
    };
    let mut rest = Map::new();
    if let Some(dimensions) = request.dimensions {
        if family == Family::CohereEmbed4 {
            rest.insert("output_dimension".to_owned(), Value::from(dimensions));
        } else {
            notes.left_out(true, "dimensions", "this model's vectors have one length");
        }
    }
    if request.truncation.is_some() {
        rest.insert("truncate".to_owned(), Value::from(truncation(request, "END")));
    }
    if let Some(encoding) = request.encoding.filter(|encoding| *encoding != Encoding::Float32) {
        rest.insert("embedding_types".to_owned(), json!([type_of(encoding)]));
    }
    let body = |name: &str, inputs: Value, count: usize| {
        let mut body = rest.clone();
        let purpose = if name == "images" { "image" } else { purpose };
        // The fourth model embeds images for search as it does texts.
        let purpose =
            if name == "images" && family == Family::CohereEmbed4 { "search_document" } else { purpose };
        body.insert(name.to_owned(), inputs);
        body.insert("input_type".to_owned(), Value::from(purpose));
        (body, count)
    };
    // Texts go together as far as they follow each other, images alone.
    let mut bodies = Bodies::new();
    let mut texts: Vec<Cow<'_, str>> = Vec::new();
    for input in &request.inputs {
        match input {
            Input::Text(text) => texts.push(cut(text, request, family, notes)),
            Input::Tokens(_) => return Err(tokens()),
            Input::Image(image) => {
                if !texts.is_empty() {
                    bodies.push(body("texts", json!(texts), texts.len()));
                    texts.clear();
                }
                bodies.push(body("images", json!([address(image, "an image")?]), 1));
            }
        }
    }
    if !texts.is_empty() {
        bodies.push(body("texts", json!(texts), texts.len()));
    }
    Ok(bodies)
}

/// Texts longer than the API takes are refused by it even where it may cut
/// them, so they are cut here.
fn cut<'a>(text: &'a str, request: &EmbedRequest, family: Family, notes: &mut Notes) -> Cow<'a, str> {
    let length = text.chars().count();
    if family != Family::CohereEmbed || length <= LONGEST {
        return Cow::Borrowed(text);
    }
    let cut: String = match request.truncation {
        None | Some(Truncation::None) => return Cow::Borrowed(text),
        Some(Truncation::Start) => text.chars().skip(length - LONGEST).collect(),
        Some(Truncation::End) => text.chars().take(LONGEST).collect(),
    };
    notes.warn(format!("texts were cut to {LONGEST} characters: Bedrock takes no more of them"));
    Cow::Owned(cut)
}

fn truncation(request: &EmbedRequest, default: &'static str) -> &'static str {
    match request.truncation {
        None => default,
        Some(Truncation::None) => "NONE",
        Some(Truncation::Start) => "START",
        Some(Truncation::End) => "END",
    }
}

/// Cohere's word for an encoding.
pub(super) fn type_of(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Float32 => "float",
        Encoding::Int8 => "int8",
        Encoding::Uint8 => "uint8",
        Encoding::Binary => "binary",
        Encoding::Ubinary => "ubinary",
    }
}

fn tokens() -> Error {
    Error::unsupported("this API embeds texts and images: send the text, not its tokens")
}
