//! The little that routing needs of a body that is passed on unread. Everything
//! else is skipped, not parsed.
//!
//! Against a client that writes `model` twice, to be routed and billed by the
//! one and answered by the other: no member that is read here may come twice.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::DecodeError;
use super::read::{self, Text, whole};
use crate::endpoint::{ChatDialect, PathFacts};

/// What routing needs of a body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Head {
    /// The model asked for.
    pub model: Option<String>,
    /// Whether a stream is wanted.
    pub stream: bool,
    /// Whether the stream's usage is wanted by its client.
    pub include_usage: bool,
    /// The client's id of its user.
    pub user: Option<String>,
    /// The most tokens that the answer may have.
    pub output_limit: Option<u32>,
    /// How many answers are asked for.
    pub choices: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Scanned<'a> {
    #[serde(borrow)]
    model: Option<Text<'a>>,
    stream: Option<bool>,
    #[serde(borrow)]
    user: Option<Text<'a>>,
    stream_options: Option<Options>,
    #[serde(borrow)]
    max_completion_tokens: Option<&'a RawValue>,
    #[serde(borrow)]
    max_output_tokens: Option<&'a RawValue>,
    #[serde(borrow)]
    max_tokens: Option<&'a RawValue>,
    #[serde(borrow)]
    n: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Options {
    include_usage: Option<bool>,
}

/// Reads the head of any JSON body.
pub fn scan(body: &[u8]) -> Result<Head, DecodeError> {
    // A list would be read as the members in their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(DecodeError::invalid("", "the body must be a JSON object"));
    }
    let scanned: Scanned<'_> = read::body(body)?;
    Ok(Head {
        model: scanned.model.map(Text::into_string),
        stream: scanned.stream.unwrap_or_default(),
        include_usage: scanned.stream_options.and_then(|options| options.include_usage).unwrap_or_default(),
        user: scanned.user.map(Text::into_string),
        output_limit: [scanned.max_completion_tokens, scanned.max_output_tokens, scanned.max_tokens]
            .into_iter()
            .find_map(count),
        choices: count(scanned.n),
    })
}

/// Reads the head of a chat, of which some dialects say a part in the path.
pub fn of_chat(dialect: ChatDialect, path: &PathFacts, body: &[u8]) -> Result<Head, DecodeError> {
    let limits = match dialect {
        ChatDialect::GeminiGenerate => {
            let Limits { generation, generation_snake, .. } = limits(body)?;
            generation.or(generation_snake)
        }
        ChatDialect::BedrockConverse => limits(body)?.inference,
        _ => return scan(body),
    };
    let limits = limits.unwrap_or_default();
    Ok(Head {
        model: path.model.clone(),
        stream: path.stream,
        output_limit: count(
            limits.max_output_tokens.or(limits.max_output_tokens_snake).or(limits.max_tokens),
        ),
        choices: count(limits.candidate_count.or(limits.candidate_count_snake)),
        ..Head::default()
    })
}

fn limits(body: &[u8]) -> Result<Limits<'_>, DecodeError> {
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(DecodeError::invalid("", "the body must be a JSON object"));
    }
    read::body(body)
}

/// Where bounds of the answer are in dialects that name the model in the path.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Limits<'a> {
    #[serde(rename = "generationConfig", borrow)]
    generation: Option<Bounds<'a>>,
    #[serde(rename = "generation_config", borrow)]
    generation_snake: Option<Bounds<'a>>,
    #[serde(rename = "inferenceConfig", borrow)]
    inference: Option<Bounds<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Bounds<'a> {
    #[serde(borrow)]
    max_output_tokens: Option<&'a RawValue>,
    #[serde(rename = "max_output_tokens", borrow)]
    max_output_tokens_snake: Option<&'a RawValue>,
    #[serde(borrow)]
    max_tokens: Option<&'a RawValue>,
    #[serde(borrow)]
    candidate_count: Option<&'a RawValue>,
    #[serde(rename = "candidate_count", borrow)]
    candidate_count_snake: Option<&'a RawValue>,
}

/// What is no count is the upstream's to refuse.
fn count(raw: Option<&RawValue>) -> Option<u32> {
    whole(raw?.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_found_wherever_it_stands() {
        let head = scan(
            br#"{"messages": [{"role": "user", "content": "model"}], "stream_options": {"include_usage": true, "x": 1},
                "stream": true, "model": "a/b", "user": "u", "unheard": {"model": "c"}}"#,
        )
        .unwrap();
        let expected = Head {
            model: Some("a/b".to_owned()),
            stream: true,
            include_usage: true,
            user: Some("u".to_owned()),
            ..Head::default()
        };
        assert_eq!(head, expected);
        assert_eq!(scan(b"{}").unwrap(), Head::default());
        assert_eq!(scan(br#"{"stream": null, "stream_options": null}"#).unwrap(), Head::default());
    }

    #[test]
    fn bounds_of_the_answer_are_read_and_odd_ones_are_left_to_the_upstream() {
        for (body, limit, choices) in [
            (r#"{"max_tokens": 7, "n": 2}"#, Some(7), Some(2)),
            (r#"{"max_tokens": 7, "max_completion_tokens": 8}"#, Some(8), None),
            (r#"{"max_output_tokens": 9}"#, Some(9), None),
            (r#"{"max_tokens": 7.0, "n": 2e0}"#, Some(7), Some(2)),
            (r#"{"max_tokens": null, "n": "x"}"#, None, None),
            (r#"{"max_tokens": -1, "n": 1.5}"#, None, None),
            (r#"{"max_tokens": {"a": 1}}"#, None, None),
        ] {
            let head = scan(body.as_bytes()).unwrap();
            assert_eq!((head.output_limit, head.choices), (limit, choices), "{body}");
        }
    }

    #[test]
    fn dialects_that_name_the_model_in_the_path_have_their_bounds_deeper() {
        let path = PathFacts { model: Some("m".to_owned()), stream: true, list: false };
        for (dialect, body, limit, choices) in [
            (
                ChatDialect::GeminiGenerate,
                r#"{"generationConfig":{"maxOutputTokens":7,"candidateCount":2}}"#,
                Some(7),
                Some(2),
            ),
            (ChatDialect::GeminiGenerate, r#"{"generation_config":{"max_output_tokens":7}}"#, Some(7), None),
            (
                ChatDialect::BedrockConverse,
                r#"{"inferenceConfig":{"maxTokens":7},"model":"other"}"#,
                Some(7),
                None,
            ),
            (ChatDialect::GeminiGenerate, "{}", None, None),
        ] {
            let head = of_chat(dialect, &path, body.as_bytes()).unwrap();
            assert_eq!((head.model.as_deref(), head.stream), (Some("m"), true), "{body}");
            assert_eq!((head.output_limit, head.choices), (limit, choices), "{body}");
        }
        assert!(of_chat(ChatDialect::GeminiGenerate, &path, b"[]").is_err());
    }

    #[test]
    fn a_second_model_is_refused_however_it_is_spelt() {
        for body in [
            r#"{"model": "a", "model": "b"}"#,
            r#"{"model": "a", "m\u006fdel": "b"}"#,
            r#"{"stream": true, "stream": false}"#,
        ] {
            assert!(scan(body.as_bytes()).unwrap_err().message.contains("duplicate"), "{body}");
        }
    }

    #[test]
    fn what_is_no_request_is_an_error_with_its_place() {
        assert_eq!(scan(br#"{"model": 5}"#).unwrap_err().path, "model");
        assert_eq!(
            scan(br#"{"stream_options": {"include_usage": 1}}"#).unwrap_err().path,
            "stream_options.include_usage"
        );
        for body in ["", "[]", "{", "null", "{} {}"] {
            assert!(scan(body.as_bytes()).is_err(), "{body}");
        }
    }
}
