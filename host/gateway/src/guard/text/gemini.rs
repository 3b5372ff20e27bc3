//! The texts of Gemini's dialect, whose messages are contents of parts.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Part, Source, Unreadable};
use crate::dialect::Rest;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, default, deserialize_with = "one_or_many")]
    contents: Vec<Content<'a>>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow, default, deserialize_with = "one_or_many")]
    parts: Vec<Said<'a>>,
}

#[derive(Deserialize)]
struct Embedded<'a> {
    #[serde(borrow)]
    content: Option<Content<'a>>,
    #[serde(borrow, default)]
    requests: Vec<Item<'a>>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    content: Option<Content<'a>>,
}

/// A part. Thoughts aren't what is said.
#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    thought: Option<bool>,
    #[serde(rename = "functionResponse", borrow)]
    result: Option<Given<'a>>,
    #[serde(rename = "function_response", borrow)]
    result_snake: Option<Given<'a>>,
}

/// What a function gave.
#[derive(Deserialize)]
struct Given<'a> {
    #[serde(borrow)]
    response: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, default)]
    candidates: Vec<Candidate<'a>>,
}

#[derive(Deserialize)]
struct Candidate<'a> {
    #[serde(borrow)]
    content: Option<Content<'a>>,
}

/// A list, or the one item that it would have: clients write both.
fn one_or_many<'a, D: Deserializer<'a>, T: Deserialize<'a>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let raw: &'a RawValue = Deserialize::deserialize(deserializer)?;
    let read = match raw.get().starts_with('{') {
        true => serde_json::from_str(raw.get()).map(|one| vec![one]),
        false => serde_json::from_str(raw.get()),
    };
    read.map_err(D::Error::custom)
}

/// The text of a request: that of its last content.
pub(super) fn request<'b>(source: Source<'b>, part: &mut Part) -> Result<(), Unreadable> {
    let Request { contents } = source.parse::<Request<'b>>()?;
    contents.last().map_or(Ok(()), |last| content(source, last, part))
}

/// The texts that are to be embedded: those of one content, or of each of a
/// batch.
pub(super) fn embedded<'b>(source: Source<'b>, part: &mut Part) -> Result<(), Unreadable> {
    let Embedded { content: one, requests } = source.parse::<Embedded<'b>>()?;
    let batch = requests.iter().filter_map(|request| request.content.as_ref());
    one.iter().chain(batch).try_for_each(|one| content(source, one, part))
}

/// The texts of an answer, one part for each candidate.
pub(super) fn answer<'b>(source: Source<'b>) -> Result<Vec<Part>, Unreadable> {
    let Answer { candidates } = source.parse::<Answer<'b>>()?;
    let of = |candidate: Candidate<'b>| {
        let mut part = Part::new();
        candidate.content.map_or(Ok(()), |said| content(source, &said, &mut part))?;
        Ok(part)
    };
    candidates.into_iter().map(of).collect()
}

fn content<'b>(source: Source<'b>, content: &Content<'b>, part: &mut Part) -> Result<(), Unreadable> {
    for said in &content.parts {
        if let Some(text) = said.text.filter(|_| said.thought != Some(true)) {
            part.push(source.piece(text)?);
        }
        for given in [&said.result, &said.result_snake].into_iter().flatten() {
            given.response.map_or(Ok(()), |response| strings(source, response, part))?;
        }
    }
    Ok(())
}

/// The texts that are anywhere in an object, as tools give them.
pub(super) fn strings<'b>(source: Source<'b>, raw: &'b RawValue, part: &mut Part) -> Result<(), Unreadable> {
    strings_at(source, raw, part, 0)
}

/// So deep texts are looked for; what has some below that can't be judged.
const DEEPEST: usize = 64;

fn strings_at<'b>(
    source: Source<'b>,
    raw: &'b RawValue,
    part: &mut Part,
    depth: usize,
) -> Result<(), Unreadable> {
    if depth > DEEPEST {
        return Err(Unreadable("what a tool gave is nested too deeply".to_owned()));
    }
    match raw.get().as_bytes().first() {
        Some(b'"') => part.push(source.piece(raw)?),
        Some(b'{') => {
            let members: Rest<'b> = serde_json::from_str(raw.get())?;
            for (_, value) in members.iter() {
                strings_at(source, value, part, depth + 1)?;
            }
        }
        Some(b'[') => {
            for value in serde_json::from_str::<Vec<&'b RawValue>>(raw.get())? {
                strings_at(source, value, part, depth + 1)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Takes the texts of an event of a stream.
pub(super) fn event(value: &Value, mut push: impl FnMut(u64, Option<&Value>)) {
    let list = |value: &Value, pointer: &str| {
        value.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    for candidate in list(value, "/candidates") {
        let place = candidate.get("index").and_then(Value::as_u64).unwrap_or(0);
        for part in list(&candidate, "/content/parts") {
            if part.get("thought") != Some(&Value::Bool(true)) {
                push(place, part.get("text"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Form, joined, of_answer, of_events, of_request};
    use crate::endpoint::ChatDialect;

    const FORM: Form = Form::Chat(ChatDialect::GeminiGenerate);

    #[test]
    fn the_text_of_a_request_is_that_of_its_last_content() {
        for (body, expected) in [
            (
                r#"{"contents":[{"parts":[{"text":"no"}]},{"role":"user","parts":[{"text":"a"},{"inlineData":{}},{"text":"b"}]}]}"#,
                "a\nb",
            ),
            (
                r#"{"contents":[{"parts":[{"functionResponse":{"name":"f","response":{"a":"x","b":{"c":["y",["z"]]},"d":1}}}]}]}"#,
                "x\ny\nz",
            ),
            (r#"{"contents":[{"parts":[{"function_response":{"response":{"a":"x"}}}]}]}"#, "x"),
            (r#"{"contents":[{"parts":[{"text":"t","thought":true}]}]}"#, ""),
            (r#"{"contents":[]}"#, ""),
        ] {
            assert_eq!(joined(&of_request(FORM, body.as_bytes()).unwrap()), expected, "{body}");
        }
        let deep = format!("{}\"x\"{}", "[".repeat(100), "]".repeat(100));
        let deep =
            format!(r#"{{"contents":[{{"parts":[{{"functionResponse":{{"response":{{"a":{deep}}}}}}}]}}]}}"#);
        for body in [
            r#"{"contents":[{"parts":[{"text":"a","text":"b"}]}]}"#,
            r#"{"contents":[],"contents":[{"parts":[{"text":"b"}]}]}"#,
            &deep,
        ] {
            assert!(of_request(FORM, body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn the_texts_of_all_contents_are_looked_at_before_they_are_embedded() {
        for (body, expected) in [
            (r#"{"content":{"parts":[{"text":"a"},{"inlineData":{}},{"text":"b"}]}}"#, "a\nb"),
            (
                r#"{"requests":[{"content":{"parts":[{"text":"a"}]}},{},{"content":{"parts":[{"text":"b"}]}}]}"#,
                "a\nb",
            ),
            ("{}", ""),
        ] {
            assert_eq!(
                joined(&of_request(Form::ContentEmbeddings, body.as_bytes()).unwrap()),
                expected,
                "{body}"
            );
        }
        for body in [
            r#"{"content":{"parts":[{"text":"a"}]},"content":{"parts":[{"text":"b"}]}}"#,
            r#"{"requests":[{"content":{"parts":[{"text":"a","text":"b"}]}}]}"#,
        ] {
            assert!(of_request(Form::ContentEmbeddings, body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn each_candidate_is_a_part_of_its_own_whole_and_streamed() {
        let answer = r#"{"candidates":[{"content":{"parts":[{"text":"t","thought":true},{"text":"a"},{"text":"b"}]}},{"finishReason":"SAFETY"}]}"#;
        let texts: Vec<String> = of_answer(FORM, answer.as_bytes()).unwrap().iter().map(joined).collect();
        assert_eq!(texts, ["a\nb", ""]);
        let events = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"t\",\"thought\":true},{\"text\":\"a\"}]}}]}\r\n\r\n\
            data: {\"candidates\":[{\"index\":1,\"content\":{\"parts\":[{\"text\":\"x\"}]}},{\"content\":{\"parts\":[{\"text\":\"b\"}]}}]}\r\n\r\n";
        let told = of_events(FORM, events.as_bytes());
        assert_eq!(told.parts.iter().map(joined).collect::<Vec<_>>(), ["ab", "x"]);
        assert!(!told.failed);
        assert!(of_events(FORM, b"data: {\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}\n\n").failed);
    }
}
