//! The shapes that vectors come in, which changed as the server grew:
//!
//! * `{embedding: [f]}` for one input, `{results: [{embedding: [f]}]}` for several;
//! * `[{index, embedding: [[f]]}]`, with a vector for each token where the
//!   server doesn't pool, and otherwise one;
//! * `{data: [{index, embedding}]}` of its endpoint in OpenAI's form.

use jackfield_sdk::embedding::Vector;
use jackfield_sdk::types::Error;
use jackfield_sdk::vectors::{Pooling, in_order};
use serde::Deserialize;

use super::errors;

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) vectors: Vec<Vector>,
    /// Tokens of the inputs, where it told.
    pub(crate) tokens: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Item {
    #[serde(default)]
    index: Option<u64>,
    embedding: Numbers,
    /// llamafiler's name, and llama.cpp's.
    #[serde(default, alias = "tokens_evaluated")]
    tokens_used: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Numbers {
    One(Vec<f32>),
    Many(Vec<Vec<f32>>),
}

#[derive(Debug, Deserialize)]
struct Wrapped {
    #[serde(alias = "data")]
    results: Vec<Item>,
}

/// Reads the vectors of so many inputs.
pub(crate) fn read(text: &str, inputs: usize, pooling: Pooling) -> Result<Found, Error> {
    let items = items(text)?;
    let tokens = items.iter().map(|item| item.tokens_used).sum();
    if items.len() == 1 && inputs > 1 {
        return Err(Error::bad_answer(format!(
            "the server sent one vector for {inputs} inputs: set `config.one-by-one = true`"
        )));
    }
    let vectors = items
        .into_iter()
        .map(|item| Ok((item.index, vector(item.embedding, pooling)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(Found { vectors: in_order(vectors, inputs)?, tokens })
}

fn items(text: &str) -> Result<Vec<Item>, Error> {
    let list = text.trim_start().starts_with('[');
    let read = match list {
        true => serde_json::from_str(text),
        false => serde_json::from_str::<Wrapped>(text)
            .map(|wrapped| wrapped.results)
            .or_else(|_| serde_json::from_str::<Item>(text).map(|item| vec![item])),
    };
    read.map_err(|error| {
        errors::in_answer(text).unwrap_or_else(|| {
            let begin: String = text.chars().take(200).collect();
            Error::bad_answer(format!(
                "expected vectors, but the server answered `{begin}` ({error}); does `config.base-url` point at it?"
            ))
        })
    })
}

fn vector(numbers: Numbers, pooling: Pooling) -> Result<Vector, Error> {
    match numbers {
        Numbers::One(vector) => Ok(Vector::Float32(vector)),
        // A list of one is the server's own pooling, unless tokens are wanted.
        Numbers::Many(mut tokens) if tokens.len() == 1 && pooling != Pooling::None => {
            Ok(Vector::Float32(tokens.swap_remove(0)))
        }
        Numbers::Many(tokens) => pooling.pool(tokens),
    }
}

#[cfg(test)]
mod tests {
    use jackfield_sdk::types::ErrorKind;

    use super::*;

    fn shown(text: &str, inputs: usize, pooling: Pooling) -> String {
        let found = read(text, inputs, pooling).unwrap();
        format!("{:?} {:?}", found.vectors, found.tokens)
    }

    #[test]
    fn each_shape_that_servers_had_is_read() {
        let two = "[Vector::Float32([1.0, 2.0]), Vector::Float32([3.0, 4.0])] None";
        for text in [
            r#"{"results":[{"embedding":[1,2]},{"embedding":[3,4]}]}"#,
            r#"[{"index":1,"embedding":[[3,4]]},{"index":0,"embedding":[[1,2]]}]"#,
            r#"[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[3,4]}]"#,
            r#"{"object":"list","data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":[1,2]}]}"#,
        ] {
            assert_eq!(shown(text, 2, Pooling::Mean), two, "{text}");
        }
        let one = "[Vector::Float32([1.0, 2.0])] Some(3)";
        for text in [
            r#"{"embedding":[1,2],"tokens_provided":4,"tokens_used":3}"#,
            r#" [{"index":0,"embedding":[[1,2]],"tokens_evaluated":3}]"#,
        ] {
            assert_eq!(shown(text, 1, Pooling::Mean), one, "{text}");
        }
    }

    #[test]
    fn vectors_of_tokens_are_pooled_or_kept() {
        let text = r#"[{"index":0,"embedding":[[1,2],[3,4]]}]"#;
        assert_eq!(shown(text, 1, Pooling::Mean), "[Vector::Float32([2.0, 3.0])] None");
        assert_eq!(shown(text, 1, Pooling::None), "[Vector::PerToken([[1.0, 2.0], [3.0, 4.0]])] None");
        let single = r#"{"embedding":[[1,2]]}"#;
        assert_eq!(shown(single, 1, Pooling::None), "[Vector::PerToken([[1.0, 2.0]])] None");
    }

    #[test]
    fn a_server_of_one_text_says_how_to_ask_it() {
        let error = read(r#"{"embedding":[1]}"#, 2, Pooling::Mean).unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadUpstreamAnswer);
        assert!(error.message.contains("config.one-by-one = true"), "{}", error.message);
    }

    #[test]
    fn what_is_no_vector_is_the_upstreams_fault() {
        for text in ["", "{}", "[]", "[1]", r#"{"embedding":"x"}"#, r#"[{"index":0}]"#, r#"{"results":[]}"#] {
            assert_eq!(
                read(text, 1, Pooling::Mean).unwrap_err().kind,
                ErrorKind::BadUpstreamAnswer,
                "{text}"
            );
        }
        let error = read(r#"{"error":{"message":"no model"}}"#, 1, Pooling::Mean).unwrap_err();
        assert!(error.message.contains("no model"), "{}", error.message);
    }
}
