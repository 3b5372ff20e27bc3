//! Reranking in the shape that Cohere and Jina share: `POST /v1/rerank`.
//!
//! <https://docs.cohere.com/reference/rerank>, <https://jina.ai/reranker>

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::rerank::{RerankRequest, RerankResponse};
use jackfield_runtime::api::types::Usage;
use serde_json::value::RawValue;

use super::error::DecodeError;
use super::read::{self, Text};
use super::write::Json;
use super::{Identity, sound};

object! {
    /// The body.
    Body {
        model: Text<'a> = "model",
        query: Text<'a> = "query",
        documents: Vec<&'a RawValue> = "documents",
        top_n: u32 = "top_n",
        max_tokens_per_doc: u32 = "max_tokens_per_doc",
        return_documents: bool = "return_documents",
    }
}

object! {
    /// A document that is an object.
    Document {
        text: Text<'a> = "text",
    }
}

/// A request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// What is asked.
    pub request: RerankRequest,
    /// The documents, where the answer is to hold them.
    pub documents: Option<Vec<String>>,
}

/// Reads a request.
pub fn decode(body: &[u8]) -> Result<Decoded, DecodeError> {
    let body: Body<'_> = read::body(body)?;
    let model = body.model.filter(|model| !model.is_empty()).ok_or_else(|| DecodeError::missing("model"))?;
    let query = body.query.ok_or_else(|| DecodeError::missing("query"))?;
    let wire = body.documents.ok_or_else(|| DecodeError::missing("documents"))?;
    if wire.is_empty() {
        return Err(DecodeError::invalid("documents", "holds no document"));
    }
    let documents: Vec<String> =
        wire.into_iter().enumerate().map(|(place, raw)| document(place, raw)).collect::<Result<_, _>>()?;
    let told = body.return_documents.unwrap_or_default().then(|| documents.clone());
    let request = RerankRequest {
        model: model.into_string(),
        query: query.into_string(),
        documents,
        top_n: body.top_n,
        max_tokens_per_document: body.max_tokens_per_doc,
        extra: body.rest.to_json(),
    };
    sound::extra(request.extra.as_deref())?;
    Ok(Decoded { request, documents: told })
}

/// A text, an object with one, or an object that is ranked by its JSON.
fn document(place: usize, raw: &RawValue) -> Result<String, DecodeError> {
    let path = format!("documents[{place}]");
    if raw.get().starts_with('"') {
        return read::raw(&path, raw);
    }
    let document: Document<'_> = read::raw(&path, raw)?;
    Ok(match document.text {
        Some(text) if document.rest.is_empty() => text.into_string(),
        _ => raw.get().to_owned(),
    })
}

/// Writes an answer, with the documents where they were asked for.
pub fn encode(answer: &RerankResponse, documents: Option<&[String]>, identity: &Identity) -> Bytes {
    let mut out = BytesMut::with_capacity(128 + answer.results.len() * 64);
    Json::new(&mut out).braces(|json| {
        json.text("id", answer.id.as_deref().unwrap_or(&identity.id)).text("object", "list");
        json.text("model", if answer.model.is_empty() { &identity.model } else { &answer.model });
        json.list("results", |json| {
            for result in &answer.results {
                json.entry(|json| {
                    json.number("index", result.index).key("relevance_score").float(result.score);
                    let place = usize::try_from(result.index).unwrap_or(usize::MAX);
                    if let Some(text) = documents.and_then(|documents| documents.get(place)) {
                        json.object("document", |json| {
                            json.text("text", text);
                        });
                    }
                });
            }
        });
        if let Some(usage) = &answer.usage {
            write_usage(usage, json);
        }
    });
    out.freeze()
}

/// Jina's `usage` and Cohere's `meta`: clients of each look for their own.
fn write_usage(usage: &Usage, json: &mut Json<'_>) {
    if let Some(tokens) = usage.input_tokens {
        json.object("usage", |json| {
            json.number("prompt_tokens", tokens);
            json.number("total_tokens", tokens.saturating_add(usage.output_tokens.unwrap_or(0)));
        });
    }
    json.object("meta", |json| {
        if !usage.units.is_empty() {
            json.object("billed_units", |json| {
                for (name, amount) in &usage.units {
                    json.key(name).float(*amount);
                }
            });
        }
        if let Some(tokens) = usage.input_tokens {
            json.object("tokens", |json| {
                json.number("input_tokens", tokens);
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use jackfield_runtime::api::rerank::Ranked;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn documents_are_texts_or_objects() {
        let decoded = decode(
            br#"{"model":"m","query":"q","documents":["a",{"text":"b"},{"title":"c","text":"d"}],"top_n":2,
                "max_tokens_per_doc":9,"return_documents":true,"rank_fields":["title"]}"#,
        )
        .unwrap();
        let request = decoded.request;
        assert_eq!(request.documents, ["a", "b", r#"{"title":"c","text":"d"}"#]);
        assert_eq!((request.top_n, request.max_tokens_per_document), (Some(2), Some(9)));
        assert_eq!(request.extra.as_deref(), Some(r#"{"rank_fields":["title"]}"#));
        assert_eq!(decoded.documents.unwrap().len(), 3);
    }

    #[test]
    fn errors_name_the_place() {
        for (members, path) in [
            (r#""query":"q","documents":["a"]"#, "model"),
            (r#""model":"m","documents":["a"]"#, "query"),
            (r#""model":"m","query":"q","documents":[]"#, "documents"),
            (r#""model":"m","query":"q","documents":["a",5]"#, "documents[1]"),
        ] {
            assert_eq!(decode(format!("{{{members}}}").as_bytes()).unwrap_err().path, path);
        }
    }

    #[test]
    fn an_answer_suits_clients_of_both() {
        let usage = Usage {
            input_tokens: Some(5),
            output_tokens: None,
            cache_read_tokens: None,
            cache_write_tokens: None,
            reasoning_tokens: None,
            audio_input_tokens: None,
            audio_output_tokens: None,
            units: vec![("search_units".to_owned(), 1.0)],
            raw: None,
        };
        let answer = RerankResponse {
            id: None,
            model: "m-1".to_owned(),
            results: vec![Ranked { index: 1, score: 0.5 }],
            usage: Some(usage),
            warnings: Vec::new(),
        };
        let identity = Identity { id: "r".to_owned(), created: 0, model: "m".to_owned() };
        let documents = ["a".to_owned(), "b".to_owned()];
        let told: Value = serde_json::from_slice(&encode(&answer, Some(&documents), &identity)).unwrap();
        assert_eq!(
            told,
            json!({"id": "r", "object": "list", "model": "m-1",
                "results": [{"index": 1, "relevance_score": 0.5, "document": {"text": "b"}}],
                "usage": {"prompt_tokens": 5, "total_tokens": 5},
                "meta": {"billed_units": {"search_units": 1.0}, "tokens": {"input_tokens": 5}}})
        );
    }
}
