//! Vectors: the body of `POST /api/embed` and its answer.

use jackfield_sdk::embedding::{EmbedRequest, EmbedResponse, Truncation, Vector};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;
use jackfield_sdk::vectors::{floats_only, in_order, texts};

use super::body::written;
use super::usage;
use crate::settings::Settings;
use crate::wire::embed::{Embed, Embedded};

/// Writes the body, and says what of the request was left out.
pub(crate) fn prepare(request: &EmbedRequest, settings: &Settings) -> Result<(Vec<u8>, Vec<String>), Error> {
    let mut notes = Notes::default();
    floats_only(request)?;
    notes.left_out(request.user.is_some(), "user", "Ollama's API has nothing like it");
    let truncate = match request.truncation {
        None => None,
        Some(Truncation::None) => Some(false),
        Some(Truncation::End) => Some(true),
        Some(Truncation::Start) => {
            return Err(Error::unsupported(
                "Ollama cuts long inputs at their end only, not at their beginning",
            ));
        }
    };
    let body = Embed {
        model: &request.model,
        input: texts(&request.inputs)?,
        truncate,
        dimensions: request.dimensions,
        keep_alive: settings.keep_alive.as_ref(),
        options: settings.options.clone(),
    };
    Ok((written(&body, request.extra.as_deref(), None)?, notes.into_warnings()))
}

/// Reads the answer.
pub(crate) fn convert(
    body: &str,
    request: &EmbedRequest,
    warnings: Vec<String>,
) -> Result<EmbedResponse, Error> {
    let answer: Embedded = serde_json::from_str(body).map_err(|error| {
        Error::bad_answer(format!("the answer isn't a list of Ollama's vectors: {error}"))
    })?;
    let Some(vectors) = answer.embeddings else {
        return Err(Error::bad_answer("Ollama's answer has no `embeddings` in it"));
    };
    let vectors = in_order(vectors.into_iter().map(|vector| (None, vector)), request.inputs.len())?;
    Ok(EmbedResponse {
        model: answer.model.unwrap_or_else(|| request.model.clone()),
        vectors: vectors.into_iter().map(Vector::Float32).collect(),
        usage: usage::split(body).0,
        warnings,
    })
}

#[cfg(test)]
mod tests {
    use jackfield_sdk::embedding::{Encoding, Input};
    use jackfield_sdk::types::ErrorKind;
    use serde_json::{Value, json};

    use super::*;
    use crate::settings::tests::{settings, settings_with};

    fn request() -> EmbedRequest {
        EmbedRequest::new("tiny", vec![Input::Text("a".to_owned()), Input::Text("b".to_owned())])
    }

    fn sent(request: &EmbedRequest, settings: &Settings) -> Value {
        serde_json::from_slice(&prepare(request, settings).unwrap().0).unwrap()
    }

    #[test]
    fn every_parameter_has_its_member() {
        assert_eq!(sent(&request(), &settings()), json!({"model": "tiny", "input": ["a", "b"]}));
        let settings = settings_with(&[("options", json!(["num_ctx=9"])), ("keep-alive", json!("5m"))]);
        let full = EmbedRequest {
            dimensions: Some(64),
            truncation: Some(Truncation::None),
            extra: Some(r#"{"options":{"num_thread":2}}"#.to_owned()),
            ..request()
        };
        let expected = json!({"model": "tiny", "input": ["a", "b"], "truncate": false, "dimensions": 64,
            "keep_alive": "5m", "options": {"num_ctx": 9, "num_thread": 2}});
        assert_eq!(sent(&full, &settings), expected);
        assert_eq!(
            prepare(&EmbedRequest { user: Some("u".to_owned()), ..request() }, &settings).unwrap().1.len(),
            1
        );
    }

    #[test]
    fn what_it_cannot_do_is_refused() {
        for wrong in [
            EmbedRequest { truncation: Some(Truncation::Start), ..request() },
            EmbedRequest { encoding: Some(Encoding::Int8), ..request() },
            EmbedRequest::new("tiny", vec![Input::Tokens(vec![1])]),
        ] {
            assert_eq!(prepare(&wrong, &settings()).unwrap_err().kind, ErrorKind::Unsupported);
        }
    }

    #[test]
    fn there_is_a_vector_for_each_input() {
        let answer = convert(
            r#"{"model":"tiny:latest","embeddings":[[0.5],[1]],"prompt_eval_count":3}"#,
            &request(),
            Vec::new(),
        )
        .unwrap();
        assert_eq!(answer.vectors, [Vector::Float32(vec![0.5]), Vector::Float32(vec![1.0])]);
        assert_eq!((answer.model.as_str(), answer.usage.unwrap().input_tokens), ("tiny:latest", Some(3)));
        for body in [r#"{"embeddings":[[1]]}"#, "{}", "nonsense"] {
            let error = convert(body, &request(), Vec::new()).unwrap_err();
            assert_eq!(error.kind, ErrorKind::BadUpstreamAnswer, "{body}");
        }
    }
}
