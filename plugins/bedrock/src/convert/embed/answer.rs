//! Vectors out of the answers of InvokeModel.

use jackfield_sdk::embedding::{EmbedResponse, Encoding, Vector};
use jackfield_sdk::types::{Error, Usage};
use serde::Deserialize;

use super::request::{Plan, type_of};
use crate::convert::usage;
use crate::settings::model::Family;

/// One answer: its body and its headers.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) body: Vec<u8>,
    pub(crate) headers: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Titan {
    embedding: Vec<f32>,
    #[serde(default)]
    input_text_token_count: Option<u64>,
}

#[derive(Deserialize)]
struct Nova {
    embeddings: Vec<NovaVector>,
}

#[derive(Deserialize)]
struct NovaVector {
    embedding: Vec<f32>,
}

#[derive(Deserialize)]
struct Cohere {
    embeddings: Embeddings,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Embeddings {
    Floats(Vec<Vec<f32>>),
    ByType(ByType),
}

#[derive(Deserialize)]
struct ByType {
    #[serde(default)]
    float: Option<Vec<Vec<f32>>>,
    #[serde(default)]
    int8: Option<Vec<Vec<i8>>>,
    #[serde(default)]
    uint8: Option<Vec<Vec<u8>>>,
    #[serde(default)]
    binary: Option<Vec<Vec<i8>>>,
    #[serde(default)]
    ubinary: Option<Vec<Vec<u8>>>,
}

/// The answers to a plan's bodies as one.
pub(crate) fn response(plan: Plan, model: String, answers: &[Told]) -> Result<EmbedResponse, Error> {
    let mut vectors = Vec::new();
    let mut total: Option<Usage> = None;
    for ((_, expected), told) in plan.bodies.iter().zip(answers) {
        let (more, counted) = read(plan.family, plan.encoding, told)?;
        if more.len() != *expected {
            return Err(Error::bad_answer(format!(
                "the upstream sent {} vectors for {expected} inputs",
                more.len()
            )));
        }
        vectors.extend(more);
        let Some(counted) = usage::of_headers(&told.headers).or(counted) else { continue };
        let sum = total.get_or_insert_default();
        let tokens = sum.input_tokens.unwrap_or(0).saturating_add(counted.input_tokens.unwrap_or(0));
        sum.input_tokens = Some(tokens);
    }
    Ok(EmbedResponse { model, vectors, usage: total, warnings: plan.warnings })
}

fn read(family: Family, encoding: Encoding, told: &Told) -> Result<(Vec<Vector>, Option<Usage>), Error> {
    Ok(match family {
        Family::NovaEmbed => {
            let nova: Nova = parse(told)?;
            (nova.embeddings.into_iter().map(|vector| Vector::Float32(vector.embedding)).collect(), None)
        }
        Family::CohereEmbed | Family::CohereEmbed4 => {
            let cohere: Cohere = parse(told)?;
            (of_type(cohere.embeddings, encoding)?, None)
        }
        _ => {
            let titan: Titan = parse(told)?;
            let usage = titan
                .input_text_token_count
                .map(|tokens| Usage { input_tokens: Some(tokens), ..Usage::default() });
            (vec![Vector::Float32(titan.embedding)], usage)
        }
    })
}

fn of_type(embeddings: Embeddings, encoding: Encoding) -> Result<Vec<Vector>, Error> {
    fn all<T>(vectors: Option<Vec<Vec<T>>>, of: fn(Vec<T>) -> Vector) -> Option<Vec<Vector>> {
        vectors.map(|vectors| vectors.into_iter().map(of).collect())
    }
    let by_type = match embeddings {
        Embeddings::Floats(vectors) if encoding == Encoding::Float32 => {
            return Ok(vectors.into_iter().map(Vector::Float32).collect());
        }
        Embeddings::Floats(_) => None,
        Embeddings::ByType(by_type) => match encoding {
            Encoding::Float32 => all(by_type.float, Vector::Float32),
            Encoding::Int8 => all(by_type.int8, Vector::Int8),
            Encoding::Uint8 => all(by_type.uint8, Vector::Uint8),
            Encoding::Binary => all(by_type.binary, Vector::Int8),
            Encoding::Ubinary => all(by_type.ubinary, Vector::Uint8),
        },
    };
    by_type.ok_or_else(|| {
        Error::bad_answer(format!("the upstream sent no vectors of the type `{}`", type_of(encoding)))
    })
}

fn parse<T: serde::de::DeserializeOwned>(told: &Told) -> Result<T, Error> {
    let text = std::str::from_utf8(&told.body).unwrap_or_default();
    serde_json::from_str(text).map_err(|error| {
        let beginning: String = text.chars().take(200).collect();
        Error::bad_answer(format!(
            "expected vectors as the model gives them ({error}), but came: {beginning}"
        ))
    })
}
