//! What a model answered, and where in it the text is; and the answer to a
//! request that was queued.

use jackfield_sdk::llm::{ChatResponse, Choice, FinishReason, Part};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;
use serde_json::Value;

use super::errors;

/// The answer of a model. `body` is JSON, or else is the text itself.
pub(crate) fn response(
    body: &str,
    model: String,
    pointer: &str,
    notes: Notes,
) -> Result<ChatResponse, Error> {
    let mut answer: Value = match serde_json::from_str(body) {
        Ok(answer) => answer,
        Err(_) if pointer.is_empty() && !body.trim_start().starts_with('<') => Value::from(body),
        Err(error) => {
            let begin: String = body.chars().take(200).collect();
            return Err(Error::bad_answer(format!(
                "expected JSON, but the model answered `{begin}` ({error})"
            )));
        }
    };
    // An error can come with status 200 from a model that catches its own.
    if let Some(error) = errors::in_piece(&answer) {
        return Err(error);
    }
    let text = find(&answer, pointer).ok_or_else(|| nothing_at(pointer, body))?;
    if !pointer.is_empty()
        && let Some(place) = answer.pointer_mut(pointer)
    {
        *place = Value::Null;
    }
    let extra = (!pointer.is_empty() && answer.is_object()).then(|| answer.to_string());
    Ok(whole(None, model, vec![Part::text(text)], FinishReason::Stop, notes, extra))
}

/// The answer to a request that was queued: nothing but its id, until the
/// webhook gets the rest.
pub(crate) fn queued(request_id: String, model: String, answer: &Value, notes: Notes) -> ChatResponse {
    let finish = FinishReason::Other("queued".to_owned());
    whole(Some(request_id), model, Vec::new(), finish, notes, Some(answer.to_string()))
}

fn whole(
    id: Option<String>,
    model: String,
    content: Vec<Part>,
    finish_reason: FinishReason,
    notes: Notes,
    extra: Option<String>,
) -> ChatResponse {
    let choice = Choice { index: 0, content, finish_reason, stop_sequence: None, logprobs: Vec::new() };
    let warnings = notes.into_warnings();
    ChatResponse { id, model, created: None, choices: vec![choice], usage: None, warnings, extra }
}

/// The text at a place: a string as it is, a list of strings joined, other JSON
/// as it is written.
pub(crate) fn find(answer: &Value, pointer: &str) -> Option<String> {
    let place = answer.pointer(pointer)?;
    let texts = |values: &[Value]| values.iter().map(|value| value.as_str()).collect::<Option<String>>();
    Some(match place {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Array(values) if !values.is_empty() => texts(values).unwrap_or_else(|| place.to_string()),
        other => other.to_string(),
    })
}

fn nothing_at(pointer: &str, body: &str) -> Error {
    let begin: String = body.chars().take(200).collect();
    let place = if pointer.is_empty() { "itself" } else { pointer };
    Error::bad_answer(format!(
        "the model's answer has no text at {place}: set `config.output-pointer` to where it is; the answer begins `{begin}`"
    ))
}

#[cfg(test)]
mod tests {
    use jackfield_sdk::types::ErrorKind;
    use serde_json::json;

    use super::*;

    fn read(body: &str, pointer: &str) -> Result<(String, Option<String>), Error> {
        let response = response(body, "m".to_owned(), pointer, Notes::default())?;
        let [Part::Text(text)] = response.choices[0].content.as_slice() else { panic!("one text") };
        Ok((text.text.clone(), response.extra))
    }

    #[test]
    fn the_text_is_where_the_pointer_says() {
        for (body, pointer, text) in [
            (r#""hello""#, "", "hello"),
            ("hello, plainly", "", "hello, plainly"),
            (r#"{"a":[{"text":"x"}]}"#, "/a/0/text", "x"),
            (r#"{"output":["a","b"]}"#, "/output", "ab"),
            (r#"{"output":{"a":1}}"#, "/output", r#"{"a":1}"#),
            (r#"{"a":1}"#, "", r#"{"a":1}"#),
            ("[1,2]", "", "[1,2]"),
        ] {
            assert_eq!(read(body, pointer).unwrap().0, text, "{body}");
        }
    }

    #[test]
    fn the_rest_of_an_answer_is_kept() {
        let (_, extra) = read(r#"{"text":"x","usage":{"tokens":3}}"#, "/text").unwrap();
        assert_eq!(extra.unwrap(), r#"{"text":null,"usage":{"tokens":3}}"#);
    }

    #[test]
    fn an_answer_without_its_text_says_where_to_look() {
        let error = read(r#"{"completion":"x"}"#, "/text").unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadUpstreamAnswer);
        assert!(
            error.message.contains("no text at /text") && error.message.contains("config.output-pointer")
        );
        for (body, pointer) in [("null", ""), ("plain", "/text"), ("<html>", "")] {
            assert_eq!(read(body, pointer).unwrap_err().kind, ErrorKind::BadUpstreamAnswer, "{body}");
        }
        for pointer in ["/text", ""] {
            let error = read(r#"{"error":"no memory","text":"x"}"#, pointer).unwrap_err();
            assert!(error.message.contains("no memory"), "{}", error.message);
        }
    }

    #[test]
    fn a_queued_request_answers_its_id_and_nothing_else() {
        let answer = json!({ "request_id": "r1" });
        let response = queued("r1".to_owned(), "m".to_owned(), &answer, Notes::default());
        assert_eq!(response.id.as_deref(), Some("r1"));
        let choice = &response.choices[0];
        assert!(choice.content.is_empty());
        assert!(matches!(&choice.finish_reason, FinishReason::Other(word) if word == "queued"));
        assert_eq!(response.extra.as_deref(), Some(r#"{"request_id":"r1"}"#));
    }
}
