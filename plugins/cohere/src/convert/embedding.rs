//! Vectors: the bodies of `POST /v2/embed` and their answers. The API wants to
//! know what vectors are for, and takes texts, images, or both mixed.

use std::borrow::Cow;

use jackfield_sdk::embedding::{EmbedRequest, EmbedResponse, Encoding, Input, Purpose, Truncation, Vector};
use jackfield_sdk::media;
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::{Error, Media, Usage};

use super::{usage, written};
use crate::settings::{Counts, Settings};
use crate::wire::embed::{Address, Embed, Embedded, Inputs, Mixed, Piece, Vectors};

/// Writes the bodies, one for most models, and says what of the request was
/// left out.
pub(crate) fn prepare(
    request: &EmbedRequest,
    settings: &Settings,
) -> Result<(Vec<Vec<u8>>, Vec<String>), Error> {
    let mut notes = Notes::default();
    notes.left_out(request.user.is_some(), "user", "Cohere's API has nothing like it");
    let images = request.inputs.iter().filter(|input| matches!(input, Input::Image(_))).count();
    let input_type = match request.purpose {
        None | Some(Purpose::Document) if images > 0 && images == request.inputs.len() => "image",
        None | Some(Purpose::Document) => "search_document",
        Some(Purpose::Query) => "search_query",
        Some(Purpose::Classification) => "classification",
        Some(Purpose::Clustering) => "clustering",
        Some(Purpose::Similarity) => {
            notes.warn("the purpose `similarity` became `clustering`, the nearest that Cohere's API knows");
            "clustering"
        }
    };
    // Models that take one image a request take it alone.
    let at_once = match images > 0 && settings.one_image.contain(&request.model) {
        true => 1,
        false => request.inputs.len().max(1),
    };
    let bodies = request.inputs.chunks(at_once).map(|inputs| {
        let alone = inputs.len() < request.inputs.len();
        let input_type = match inputs {
            [Input::Image(_)] if alone => "image",
            _ if alone && input_type == "image" => "search_document",
            _ => input_type,
        };
        let body = Embed {
            model: &request.model,
            input_type,
            inputs: translate(inputs)?,
            embedding_types: [word_of(request.encoding)],
            output_dimension: request.dimensions,
            truncate: request.truncation.map(|truncation| match truncation {
                Truncation::None => "NONE",
                Truncation::Start => "START",
                Truncation::End => "END",
            }),
        };
        written(&body, request.extra.as_deref())
    });
    let bodies = bodies.collect::<Result<_, Error>>()?;
    Ok((bodies, notes.into_warnings()))
}

fn translate(inputs: &[Input]) -> Result<Inputs<'_>, Error> {
    if inputs.iter().all(|input| matches!(input, Input::Image(_))) && !inputs.is_empty() {
        let images = inputs.iter().filter_map(|input| match input {
            Input::Image(image) => Some(data_url(image)),
            _ => None,
        });
        return images.collect::<Result<_, Error>>().map(Inputs::Images);
    }
    if inputs.iter().any(|input| matches!(input, Input::Image(_))) {
        let mixed = inputs.iter().map(|input| {
            let piece = match input {
                Input::Image(image) => Piece::ImageUrl { image_url: Address { url: data_url(image)? } },
                input => Piece::Text { text: text(input)? },
            };
            Ok(Mixed { content: [piece] })
        });
        return mixed.collect::<Result<_, Error>>().map(Inputs::Mixed);
    }
    inputs.iter().map(text).collect::<Result<_, Error>>().map(Inputs::Texts)
}

fn text(input: &Input) -> Result<&str, Error> {
    match input {
        Input::Text(text) => Ok(text),
        _ => Err(Error::unsupported("Cohere's API embeds texts and images: send the text, not its tokens")),
    }
}

fn data_url(image: &Media) -> Result<Cow<'_, str>, Error> {
    let url = media::address(image, "an image")?;
    if media::data_url(&url).is_none() {
        return Err(Error::unsupported("Cohere's API fetches no images to embed: send their bytes"));
    }
    Ok(url)
}

fn word_of(encoding: Option<Encoding>) -> &'static str {
    match encoding {
        None | Some(Encoding::Float32) => "float",
        Some(Encoding::Int8) => "int8",
        Some(Encoding::Uint8) => "uint8",
        Some(Encoding::Binary) => "binary",
        Some(Encoding::Ubinary) => "ubinary",
    }
}

/// Reads the answers to all bodies of a request, in their order.
pub(crate) fn convert(
    answers: Vec<Embedded>,
    request: &EmbedRequest,
    counts: Counts,
    mut warnings: Vec<String>,
) -> Result<EmbedResponse, Error> {
    let mut vectors = Vec::with_capacity(request.inputs.len());
    let mut total: Option<Usage> = None;
    for answer in answers {
        let sent = answer.embeddings.and_then(|sent| pick(sent, request.encoding)).ok_or_else(|| {
            Error::bad_answer(format!("Cohere sent no vectors of the type `{}`", word_of(request.encoding)))
        })?;
        vectors.extend(sent);
        if let Some(more) = usage::of_meta(answer.meta.as_deref(), counts, &mut warnings) {
            total = Some(match total {
                None => more,
                Some(sum) => usage::sum(sum, more),
            });
        }
    }
    if vectors.len() != request.inputs.len() {
        return Err(Error::bad_answer(format!(
            "Cohere sent {} vectors for {} inputs",
            vectors.len(),
            request.inputs.len()
        )));
    }
    Ok(EmbedResponse { model: request.model.clone(), vectors, usage: total, warnings })
}

fn pick(sent: Vectors, encoding: Option<Encoding>) -> Option<Vec<Vector>> {
    let signed = |sent: Vec<Vec<i8>>| sent.into_iter().map(Vector::Int8).collect();
    let unsigned = |sent: Vec<Vec<u8>>| sent.into_iter().map(Vector::Uint8).collect();
    match encoding {
        None | Some(Encoding::Float32) => {
            sent.float.map(|sent| sent.into_iter().map(Vector::Float32).collect())
        }
        Some(Encoding::Int8) => sent.int8.map(signed),
        Some(Encoding::Binary) => sent.binary.map(signed),
        Some(Encoding::Uint8) => sent.uint8.map(unsigned),
        Some(Encoding::Ubinary) => sent.ubinary.map(unsigned),
    }
}

#[cfg(test)]
mod tests;
