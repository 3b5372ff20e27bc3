//! Between the contract and the wire, both ways. Everything here is a pure
//! function of its arguments and is tested natively.
//!
//! <https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md>

pub(crate) mod answer;
pub(crate) mod errors;

use jackfield_sdk::embedding::{EmbedRequest, Input, Truncation};
use jackfield_sdk::json::merge_extra;
use jackfield_sdk::notes::Notes;
use jackfield_sdk::settings::take_word;
use jackfield_sdk::types::{Error, Usage};
use jackfield_sdk::vectors::{Pooling, floats_only};
use serde_json::{Value, json};

use crate::settings::Settings;

/// A request, ready to be sent.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// Bodies, each with how many inputs it has.
    pub(crate) bodies: Vec<(Value, usize)>,
    pub(crate) pooling: Pooling,
    pub(crate) notes: Notes,
}

/// Writes the bodies, and says what of the request was left out.
pub(crate) fn prepare(request: &EmbedRequest, settings: &Settings) -> Result<Prepared, Error> {
    floats_only(request)?;
    let mut notes = Notes::default();
    let nothing = "the server has no such parameter";
    notes.left_out(request.dimensions.is_some(), "dimensions", nothing);
    notes.left_out(request.user.is_some(), "user", nothing);
    // It fails where an input is too long.
    let cut = matches!(request.truncation, Some(Truncation::Start | Truncation::End));
    notes.left_out(cut, "truncation", nothing);

    let mut contents = request.inputs.iter().map(content).collect::<Result<Vec<Value>, Error>>()?;
    let contents = match contents.len() {
        0 => Vec::new(),
        // Older servers tell one text from a list of one.
        1 => vec![(contents.swap_remove(0), 1)],
        _ if settings.one_by_one => contents.into_iter().map(|content| (content, 1)).collect(),
        count => vec![(Value::from(contents), count)],
    };
    let mut pooling = settings.pooling;
    let mut bodies = Vec::with_capacity(contents.len());
    for (content, count) in contents {
        let mut body = json!({ "content": content });
        if let Some(normalize) = settings.normalize {
            body["embd_normalize"] = normalize.into();
        }
        merge_extra(&mut body, request.extra.as_deref())?;
        if let Some(body) = body.as_object_mut() {
            pooling = take_word(body, "pooling", Pooling::WORDS)?.unwrap_or(pooling);
        }
        bodies.push((body, count));
    }
    Ok(Prepared { bodies, pooling, notes })
}

fn content(input: &Input) -> Result<Value, Error> {
    match input {
        Input::Text(text) => Ok(json!(text)),
        Input::Tokens(tokens) => Ok(json!(tokens)),
        Input::Image(_) => Err(Error::unsupported("this API embeds texts, not images")),
    }
}

/// The tokens of all answers, where each told them.
pub(crate) fn usage(tokens: &[Option<u64>]) -> Option<Usage> {
    let sum = tokens.iter().copied().sum::<Option<u64>>().filter(|_| !tokens.is_empty())?;
    Some(Usage { input_tokens: Some(sum), ..Usage::default() })
}

#[cfg(test)]
mod tests {
    use jackfield_sdk::embedding::Encoding;
    use jackfield_sdk::types::ErrorKind;

    use super::*;
    use crate::settings::tests::settings;

    fn request(texts: &[&str]) -> EmbedRequest {
        EmbedRequest::new("m", texts.iter().map(|text| Input::Text((*text).to_owned())).collect())
    }

    fn bodies(request: &EmbedRequest, settings: &Settings) -> Vec<(Value, usize)> {
        prepare(request, settings).unwrap().bodies
    }

    #[test]
    fn one_text_is_sent_as_such_and_several_as_a_list() {
        assert_eq!(bodies(&request(&["a"]), &settings()), [(json!({ "content": "a" }), 1)]);
        assert_eq!(bodies(&request(&["a", "b"]), &settings()), [(json!({ "content": ["a", "b"] }), 2)]);
        assert!(bodies(&request(&[]), &settings()).is_empty());
        let tokens = EmbedRequest::new("m", vec![Input::Tokens(vec![1, 2])]);
        assert_eq!(bodies(&tokens, &settings()), [(json!({ "content": [1, 2] }), 1)]);
    }

    #[test]
    fn a_server_of_one_text_gets_them_one_by_one() {
        let settings = Settings { one_by_one: true, normalize: Some(-1), ..settings() };
        assert_eq!(
            bodies(&request(&["a", "b"]), &settings),
            [
                (json!({ "content": "a", "embd_normalize": -1 }), 1),
                (json!({ "content": "b", "embd_normalize": -1 }), 1)
            ]
        );
    }

    #[test]
    fn extra_goes_to_the_server_and_the_pooling_stays_here() {
        let extra = |text: &str| EmbedRequest { extra: Some(text.to_owned()), ..request(&["a"]) };
        let prepared = prepare(&extra(r#"{"pooling":"last","embd_normalize":2}"#), &settings()).unwrap();
        assert_eq!(prepared.pooling, Pooling::Last);
        assert_eq!(prepared.bodies, [(json!({ "content": "a", "embd_normalize": 2 }), 1)]);
        let error = prepare(&extra(r#"{"pooling":"sum"}"#), &settings()).unwrap_err();
        assert!(error.message.contains("`extra.pooling`"), "{}", error.message);
    }

    #[test]
    fn what_can_not_be_asked_is_refused_or_said() {
        let request = EmbedRequest {
            dimensions: Some(1),
            user: Some("u".to_owned()),
            truncation: Some(Truncation::End),
            ..request(&["a"])
        };
        assert_eq!(prepare(&request, &settings()).unwrap().notes.into_warnings().len(), 3);
        let numbers = EmbedRequest { encoding: Some(Encoding::Binary), ..request };
        assert_eq!(prepare(&numbers, &settings()).unwrap_err().kind, ErrorKind::Unsupported);
    }

    #[test]
    fn tokens_are_summed_where_each_answer_tells_them() {
        let tokens = |told: &[Option<u64>]| usage(told).and_then(|usage| usage.input_tokens);
        assert_eq!(tokens(&[Some(2), Some(3)]), Some(5));
        assert_eq!((tokens(&[Some(2), None]), tokens(&[])), (None, None));
    }
}
