//! `embedding`: vectors that count letters.
//!
//! The first dimension is the length of the input in bytes (of a token list,
//! the number of tokens), the others count the bytes that have the same rest
//! when divided by the number of the others. Three dimensions unless asked for
//! others. Models `per-token` and `sparse` answer in those forms, and `too-few`
//! breaks the contract: it leaves the last vector out. Usage has a unit `calls`,
//! one for each call. The manifest has models called `batch-...` asked for two
//! inputs at a time.

use jackfield_sdk::embedding::{EmbedRequest, EmbedResponse, Encoding, Guest, Input, Vector};
use jackfield_sdk::types::{Error, Source, Usage};

use crate::{Everything, fault};

impl Guest for Everything {
    fn embed(request: EmbedRequest) -> Result<EmbedResponse, Error> {
        fault::on_demand(&request.model)?;
        let dimensions = request.dimensions.unwrap_or(3).clamp(1, 4096) as usize;
        let mut bytes = 0;
        let vectors = request.inputs.iter().map(|input| {
            let floats = count(input, dimensions);
            bytes += floats[0] as u64;
            shape(&request, floats)
        });
        let mut vectors: Vec<_> = vectors.collect();
        if request.model == "too-few" {
            vectors.pop();
        }
        Ok(EmbedResponse { vectors, model: request.model, usage: Some(usage(bytes)), warnings: Vec::new() })
    }
}

fn count(input: &Input, dimensions: usize) -> Vec<f32> {
    let mut floats = vec![0.0; dimensions];
    let mut add = |bytes: &[u8]| {
        floats[0] += bytes.len() as f32;
        if dimensions > 1 {
            for byte in bytes {
                floats[1 + usize::from(*byte) % (dimensions - 1)] += 1.0;
            }
        }
    };
    match input {
        Input::Text(text) => add(text.as_bytes()),
        Input::Tokens(tokens) => tokens.iter().for_each(|token| add(&[*token as u8])),
        Input::Image(image) => match &image.source {
            Source::Data(bytes) => add(bytes),
            Source::Url(text) | Source::FileId(text) => add(text.as_bytes()),
        },
    }
    floats
}

fn shape(request: &EmbedRequest, floats: Vec<f32>) -> Vector {
    match request.model.as_str() {
        "per-token" => return Vector::PerToken(vec![floats.clone(), floats]),
        "sparse" => return Vector::Sparse((0..).zip(floats).filter(|(_, weight)| *weight != 0.0).collect()),
        _ => {}
    }
    match request.encoding.unwrap_or(Encoding::Float32) {
        Encoding::Float32 => Vector::Float32(floats),
        Encoding::Int8 | Encoding::Binary => Vector::Int8(floats.iter().map(|float| *float as i8).collect()),
        Encoding::Uint8 | Encoding::Ubinary => {
            Vector::Uint8(floats.iter().map(|float| *float as u8).collect())
        }
    }
}

fn usage(bytes: u64) -> Usage {
    Usage { input_tokens: Some(bytes), units: vec![("calls".to_owned(), 1.0)], ..Usage::default() }
}
