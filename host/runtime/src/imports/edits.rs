//! Changes to a JSON object that is sent on without being decoded: every byte
//! outside of what changes stays as the client wrote it, so that fields nobody
//! here knows, their order and their spelling of numbers survive.

use std::{borrow::Cow, ops::Range};

use bytes::Bytes;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use thiserror::Error;

use crate::api::http::Edit;

/// A change that can't be made.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum EditError {
    #[error("the body can't be changed at {pointer}: it isn't JSON: {reason}")]
    NotJson { pointer: String, reason: String },
    #[error("the body can't be changed at {pointer}: {parent} is not an object")]
    NotAnObject { pointer: String, parent: String },
    #[error("{pointer:?} is no JSON pointer to a member: it must begin with a slash")]
    Pointer { pointer: String },
    #[error(
        "a JSON pointer has at most {MOST_BYTES} bytes and {MOST_STEPS} steps, this one has {bytes} bytes"
    )]
    LongPointer { bytes: usize },
    #[error("the body can't be changed at {pointer}: it has two members of that name; send one")]
    Duplicate { pointer: String },
    #[error("the new value of {pointer} isn't JSON: {reason}")]
    Value { pointer: String, reason: String },
}

/// The most bytes and steps of a pointer: each step reads the object that it
/// leads into, and is kept.
const MOST_BYTES: usize = 4 << 10;
const MOST_STEPS: usize = 32;

/// Bytes read between two turns of everybody else. A guest may ask for millions
/// of changes to megabytes, and its deadline holds only when it is looked at.
const TURN: usize = 1 << 20;

/// What one change costs beside reading the body.
const EACH: usize = 256;

/// Makes the changes, one after the other, and gives others their turns.
pub(crate) async fn apply_in_turns(body: Bytes, edits: &[Edit]) -> Result<Bytes, EditError> {
    let mut body = body;
    let mut done = 0;
    for edit in edits {
        if done > TURN {
            tokio::task::yield_now().await;
            done = 0;
        }
        done += EACH + body.len();
        body = apply(body, std::slice::from_ref(edit))?;
    }
    Ok(body)
}

/// Makes the changes, one after the other.
fn apply(body: Bytes, edits: &[Edit]) -> Result<Bytes, EditError> {
    let mut body = body;
    for edit in edits {
        if let Some(value) = &edit.value {
            serde_json::from_str::<&RawValue>(value).map_err(|error| EditError::Value {
                pointer: edit.pointer.clone(),
                reason: error.to_string(),
            })?;
        }
        let steps = steps(&edit.pointer)?;
        if let Some((range, text)) = splice(&body, &edit.pointer, &steps, edit.value.as_deref())? {
            let mut changed = Vec::with_capacity(body.len() - range.len() + text.len());
            changed.extend_from_slice(&body[..range.start]);
            changed.extend_from_slice(text.as_bytes());
            changed.extend_from_slice(&body[range.end..]);
            body = changed.into();
        }
    }
    Ok(body)
}

/// The text of the member at a pointer, if the body is JSON and has it.
pub(crate) fn get<'a>(body: &'a [u8], pointer: &str) -> Option<&'a str> {
    let mut found = std::str::from_utf8(body).ok()?;
    if pointer.is_empty() {
        return serde_json::from_str::<&RawValue>(found).ok().map(RawValue::get);
    }
    for step in steps(pointer).ok()? {
        found = members(found).ok()?.into_iter().rev().find(|member| member.name == step)?.value;
    }
    Some(found)
}

fn steps(pointer: &str) -> Result<Vec<String>, EditError> {
    if pointer.len() > MOST_BYTES || pointer.matches('/').count() > MOST_STEPS {
        return Err(EditError::LongPointer { bytes: pointer.len() });
    }
    let rest = pointer.strip_prefix('/').ok_or_else(|| EditError::Pointer { pointer: pointer.to_owned() })?;
    Ok(rest.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect())
}

/// Where in the body to put which text. Nothing if there is nothing to do.
fn splice(
    body: &[u8],
    pointer: &str,
    steps: &[String],
    value: Option<&str>,
) -> Result<Option<(Range<usize>, String)>, EditError> {
    let not_json = |reason: String| EditError::NotJson { pointer: pointer.to_owned(), reason };
    let text = std::str::from_utf8(body).map_err(|error| not_json(error.to_string()))?;
    let mut object = text;
    let mut walked = String::new();
    for (depth, step) in steps.iter().enumerate() {
        if !object.trim_start().starts_with('{') {
            // The whole text is checked, so that broken JSON isn't called an object of another kind.
            serde_json::from_str::<&RawValue>(object).map_err(|error| not_json(error.to_string()))?;
            return Err(EditError::NotAnObject {
                pointer: pointer.to_owned(),
                parent: if walked.is_empty() { "it".to_owned() } else { walked },
            });
        }
        let members = members(object).map_err(|error| not_json(error.to_string()))?;
        let mut places =
            members.iter().enumerate().filter(|(_, member)| member.name == *step).map(|(at, _)| at);
        let place = places.next();
        // Parsers differ in which of two they take: a client could show one value
        // to the host and another to the upstream.
        if places.next().is_some() {
            return Err(EditError::Duplicate { pointer: pointer.to_owned() });
        }
        let Some(place) = place else {
            return Ok(value.map(|value| insert(text, object, members.len(), &steps[depth..], value)));
        };
        let member = &members[place];
        if depth + 1 == steps.len() {
            return Ok(Some(match value {
                Some(value) => (range_of(text, member.value), value.to_owned()),
                None => (cut_out(text, object, &members, place), String::new()),
            }));
        }
        walked.push('/');
        walked.push_str(step);
        object = member.value;
    }
    Ok(None)
}

/// A new last member of `object`, wrapped in as many objects as are missing.
fn insert(
    text: &str,
    object: &str,
    members: usize,
    missing: &[String],
    value: &str,
) -> (Range<usize>, String) {
    let close = range_of(text, object).start + object.trim_end().len() - 1;
    let mut member = if members == 0 { String::new() } else { ",".to_owned() };
    for (depth, name) in missing.iter().enumerate() {
        if depth > 0 {
            member.push('{');
        }
        member.push_str(&serde_json::Value::from(name.as_str()).to_string());
        member.push(':');
    }
    member.push_str(value);
    member.extend(std::iter::repeat_n('}', missing.len() - 1));
    (close..close, member)
}

/// A member with the comma that parts it from a neighbour.
fn cut_out(text: &str, object: &str, members: &[Member<'_>], place: usize) -> Range<usize> {
    let start = range_of(text, object).start;
    let end_of = |member: &Member<'_>| range_of(text, member.value).end;
    if place > 0 {
        return end_of(&members[place - 1])..end_of(&members[place]);
    }
    let after = start + 1;
    match members.get(1) {
        // Up to and with the comma behind the member.
        Some(_) => {
            let end = end_of(&members[0]);
            let comma = text[end..].find(',').map_or(end, |at| end + at + 1);
            after..comma
        }
        None => after..end_of(&members[0]),
    }
}

fn range_of(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}

struct Member<'a> {
    name: Cow<'a, str>,
    value: &'a str,
}

/// Borrowed, unless there is an escape in it.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of an object with the text of their values.
fn members(object: &str) -> Result<Vec<Member<'_>>, serde_json::Error> {
    struct Members;
    impl<'de> Visitor<'de> for Members {
        type Value = Vec<Member<'de>>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                members.push(Member { name, value: value.get() });
            }
            Ok(members)
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(object);
    let members = deserializer.deserialize_map(Members)?;
    deserializer.end()?;
    Ok(members)
}

#[cfg(test)]
mod tests;
