//! `POST /v1/embeddings`. A text's vector is the sum of vectors that its words
//! have by their spelling: texts that share words are near each other, which
//! is enough to try out a vector store or a semantic cache.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::error::ApiError;
use super::super::knobs::Knobs;
use super::super::reply::{Call, Reply};

/// The most inputs of one request.
const MOST_INPUTS: usize = 2048;
/// The longest vector.
const MOST_DIMENSIONS: usize = 16 << 10;

#[derive(Debug, Deserialize)]
struct Request<'a> {
    #[serde(borrow, default)]
    model: Option<Cow<'a, str>>,
    #[serde(default)]
    input: Option<Input>,
    #[serde(borrow, default)]
    encoding_format: Option<Cow<'a, str>>,
    #[serde(default)]
    dimensions: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Input {
    Text(String),
    Texts(Vec<String>),
    Tokens(Vec<u64>),
    TokenLists(Vec<Vec<u64>>),
}

#[derive(Serialize)]
struct Embedding {
    object: &'static str,
    index: usize,
    embedding: Vector,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Vector {
    Numbers(Vec<f32>),
    /// Little-endian numbers of 32 bits, in base64.
    Encoded(String),
}

/// Embeds texts.
pub(crate) fn embeddings(call: Call<'_>) -> Result<Reply, ApiError> {
    let request: Request<'_> =
        serde_json::from_slice(&call.request.body).map_err(|error| ApiError::unreadable(&error))?;
    let model = request.model.ok_or_else(|| ApiError::missing("model"))?;
    let knobs = Knobs::of_model(&model)?;
    let texts = request.input.ok_or_else(|| ApiError::missing("input"))?.texts();
    if texts.is_empty() || texts.len() > MOST_INPUTS || texts.iter().any(String::is_empty) {
        return Err(ApiError::value(
            "input",
            format!("1 to {MOST_INPUTS} texts, none of them empty, are right"),
        ));
    }
    let dimensions = request.dimensions.unwrap_or(call.state.options.dimensions);
    if !(1..=MOST_DIMENSIONS).contains(&dimensions) {
        return Err(ApiError::value(
            "dimensions",
            format!("{dimensions} is outside of 1 to {MOST_DIMENSIONS}"),
        ));
    }
    let encode = match request.encoding_format.as_deref() {
        None | Some("float") => Vector::Numbers,
        Some("base64") => encoded,
        Some(other) => {
            return Err(ApiError::value("encoding_format", format!("'{other}' is neither float nor base64")));
        }
    };
    let tokens: u64 = texts.iter().map(|text| text.len().div_ceil(4) as u64).sum();
    let data: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| Embedding {
            object: "embedding",
            index,
            embedding: encode(vector(text, dimensions)),
        })
        .collect();
    let mut body = json!({ "object": "list", "data": data, "model": model });
    if !knobs.no_usage {
        body["usage"] = json!({ "prompt_tokens": tokens, "total_tokens": tokens });
    }
    Reply::json(&model, knobs, &body)
}

impl Input {
    fn texts(self) -> Vec<String> {
        let spell = |tokens: &[u64]| tokens.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
        match self {
            Self::Text(text) => vec![text],
            Self::Texts(texts) => texts,
            Self::Tokens(tokens) => vec![spell(&tokens)],
            Self::TokenLists(lists) => lists.iter().map(|tokens| spell(tokens)).collect(),
        }
    }
}

fn encoded(vector: Vec<f32>) -> Vector {
    let bytes: Vec<u8> = vector.into_iter().flat_map(f32::to_le_bytes).collect();
    Vector::Encoded(STANDARD.encode(bytes))
}

/// A vector of length 1.
fn vector(text: &str, dimensions: usize) -> Vec<f32> {
    let mut sum = vec![0.0_f32; dimensions];
    let text = text.to_lowercase();
    let words = text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    for word in words {
        add(&mut sum, word);
    }
    if sum.iter().all(|value| *value == 0.0) {
        add(&mut sum, &text);
    }
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
    sum.iter_mut().for_each(|value| *value /= length);
    sum
}

/// Adds a word's vector: numbers between -1 and 1 drawn by a generator that the
/// word's hash (FNV-1a) starts.
fn add(sum: &mut [f32], word: &str) {
    let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let mut state = word.bytes().fold(0xcbf2_9ce4_8422_2325, hash) | 1;
    for value in sum {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *value += (state >> 40) as f32 / (1 << 23) as f32 - 1.0;
    }
}
